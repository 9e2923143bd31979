"""The chains of the audit trail, without any store."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from syncengine.canonical import chain, commitment, decode, encode, root
from syncengine.model.entry import ChainedEntry, Entry
from syncengine.store.strands import GENESIS, SALT_BYTES, Strand, checkpoint, extend, payloads_stored, seal
from syncengine.vocabulary import EntryKind

NOW = datetime(2026, 1, 1, tzinfo=UTC)
numbers = st.integers(min_value=0, max_value=2**60)
facts = st.dictionaries(
    st.text(max_size=8),
    st.recursive(st.text() | numbers | st.booleans() | st.none(), st.lists, max_leaves=4),
    max_size=4,
)
entries = st.builds(
    Entry,
    kind=st.sampled_from(EntryKind),
    at=st.builds(lambda s: NOW + timedelta(microseconds=s), st.integers(0, 10**12)),
    record=numbers,
    input=numbers,
    action=numbers,
    attempt=numbers,
    facts=facts,
)


@given(entry=entries)
def test_a_body_is_canonical_and_says_the_whole_entry(entry: Entry) -> None:
    after, ((number, body, hash_),) = extend(Strand(id=7, count=3, head=b"h" * 32), [entry])
    assert body == encode(decode(body))
    row = ChainedEntry(strand=7, number=number, kind=entry.kind, body=body, hash=hash_)
    assert row.read() == entry
    assert decode(body)["previous"] == (b"h" * 32).hex()
    assert (after.id, after.count, after.head) == (7, 4, hash_)


@given(given_entries=st.lists(entries, max_size=6), cut=st.integers(0, 6))
def test_a_strand_is_the_same_however_its_entries_are_grouped(given_entries: list[Entry], cut: int) -> None:
    whole, links = extend(Strand(id=1), given_entries)
    half, first = extend(Strand(id=1), given_entries[:cut])
    rest, second = extend(half, given_entries[cut:])
    assert (rest, first + second) == (whole, links)


def test_each_hash_covers_the_one_before_it() -> None:
    entry = Entry(kind=EntryKind.DECIDED, at=NOW)
    _, links = extend(Strand(id=1), [entry, entry, entry])
    head = GENESIS
    for place, (number, body, hash_) in enumerate(links, 1):
        assert number == place
        assert decode(body)["previous"] == head.hex()
        assert hash_ == chain(head, body)
        head = hash_


def test_a_checkpoint_holds_every_head_and_the_checkpoint_before_it() -> None:
    entry = checkpoint([Strand(id=1, count=2, head=b"a" * 32), Strand(id=2)], b"c" * 32, NOW)
    assert entry.kind is EntryKind.CHECKPOINT
    assert entry.facts == {
        "heads": {"1": [2, (b"a" * 32).hex()], "2": [0, GENESIS.hex()]},
        "previous": (b"c" * 32).hex(),
    }


def test_payloads_are_sealed_with_a_salt_each() -> None:
    salts = bytes(range(2 * SALT_BYTES))
    (first, second) = seal([b"same", b"same"], salts)
    assert first == (salts[:SALT_BYTES], commitment(salts[:SALT_BYTES], b"same"))
    assert second == (salts[SALT_BYTES:], commitment(salts[SALT_BYTES:], b"same"))
    assert first[1] != second[1]


def test_stored_payloads_are_named_by_their_run_and_its_root() -> None:
    entry = payloads_stored(5, [b"x" * 32, b"y" * 32], NOW)
    assert (entry.facts["first"], entry.facts["last"]) == (5, 6)
    assert entry.facts["root"] == root([b"x" * 32, b"y" * 32]).hex()
