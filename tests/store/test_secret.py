"""The ledger's own key: begun with it, kept for ever, and in nothing that the ledger tells."""

from syncengine.store.protocol import Store
from tests.store.conftest import Opening
from tests.store.scene import START

BYTES = 32


def session(store: Store, project: str = "northwind") -> None:
    store.close_session(store.open_session(kind="run", actor="ana", project=project, now=START), START)


def test_a_ledger_has_a_key_from_its_first_session_on(store: Store) -> None:
    assert store.secret() == b""
    session(store)
    assert len(store.secret()) == BYTES


def test_the_key_stays_as_it_is(opening: Opening) -> None:
    first = opening()
    session(first)
    session(first)
    kept = first.secret()
    first.close()
    again = opening()
    session(again)
    assert again.secret() == kept
    again.close()


def test_no_entry_of_the_trail_holds_it(store: Store) -> None:
    session(store)
    key = store.secret()
    told = b"".join(entry.body for entry in store.entries()) + repr((store.standing(), store.dump())).encode()
    assert key not in told
    assert key.hex().encode() not in told
