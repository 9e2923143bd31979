"""What intake read a moment ago is a shortcut: nothing else than what the ledger's own bytes say ever comes of it."""

from syncengine.canonical import decode
from syncengine.engine import recent
from syncengine.engine.recent import Recent

BODY = b'{"id": "evt_1", "n": 1}'


def test_what_was_read_is_taken_from_here_once() -> None:
    known, content = Recent(), decode(BODY)
    known.keep("stripe", "evt_1", BODY, content)
    assert known.content("stripe", "evt_1", bytes(BODY)) is content
    again = known.content("stripe", "evt_1", BODY)
    assert again == content
    assert again is not content


def test_other_bytes_under_a_known_id_are_read_themselves() -> None:
    known = Recent()
    known.keep("stripe", "evt_1", BODY, decode(BODY))
    assert known.content("stripe", "evt_1", b'{"id": "evt_1", "n": 2}') == {"id": "evt_1", "n": 2}


def test_an_id_of_another_system_is_another_one() -> None:
    known = Recent()
    known.keep("stripe", "evt_1", b'{"n": 1}', {"n": 1})
    assert known.content("erp", "evt_1", b'{"n": 2}') == {"n": 2}


def test_no_more_is_kept_than_there_is_room_for() -> None:
    known, body = Recent(), b'"' + b"x" * (recent.ROOM // 2) + b'"'
    contents = [decode(body) for _ in range(3)]
    for number, content in enumerate(contents):
        known.keep("stripe", f"evt_{number}", body, content)
    kept = [known.content("stripe", f"evt_{n}", body) is content for n, content in enumerate(contents)]
    assert kept == [False, False, True]


def test_what_was_taken_makes_room() -> None:
    known, body = Recent(), b'"' + b"x" * (recent.ROOM // 2) + b'"'
    for number in range(5):
        content = decode(body)
        known.keep("stripe", f"evt_{number}", body, content)
        assert known.content("stripe", f"evt_{number}", body) is content
