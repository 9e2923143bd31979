"""What writing adapters must do. The docstring of a check is the rule."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from syncengine.connectors.conformance.expect import expect, expect_raises
from syncengine.connectors.conformance.rig import WriterRig
from syncengine.connectors.protocol import Image, ImageQuery
from syncengine.errors import PermanentError, TamperError, TemporaryError
from syncengine.model.attempt import Outcome, Request
from syncengine.model.struct import replace
from syncengine.model.value import Places
from syncengine.vocabulary import OutcomeKind, ProbeResult


def prepare_is_pure(rig: WriterRig) -> None:
    """`prepare` gives the same bytes for the same request, and touches nothing."""
    writer = rig.writer()
    first, second = writer.prepare(rig.create("k-1")), writer.prepare(rig.create("k-1"))
    expect(first == second, "prepare gave two different byte strings for one request")
    expect(rig.count("k-1") == 0, "prepare made a record")


def prepare_refuses_untranslated(rig: WriterRig) -> None:
    """`prepare` raises PermanentError for a reference that nobody has translated."""
    places: Places = {rig.text: {"flow": "account.a", "id": "1", "in": "account.b"}}
    expect_raises(PermanentError, lambda: rig.writer().prepare(replace(rig.create("k-1"), places=places)))


def permit_is_redeemed(rig: WriterRig) -> None:
    """`write` redeems every permit before it sends anything: a used one stops the whole batch."""
    writer = rig.writer()
    used = rig.permitted(writer.prepare(rig.create("k-1")))
    used[0].redeem(used[1])
    fresh = rig.permitted(writer.prepare(rig.create("k-2")))
    expect_raises(TamperError, lambda: writer.write([fresh, used]))
    expect(rig.count("k-2") == 0, "a record was written beside a permit that had been used")


def other_bytes_are_refused(rig: WriterRig) -> None:
    """`write` refuses other bytes than those of the permit."""
    writer = rig.writer()
    permit, _ = rig.permitted(writer.prepare(rig.create("k-1")))
    expect_raises(TamperError, lambda: writer.write([(permit, writer.prepare(rig.create("k-2")))]))
    expect(rig.count("k-2") == 0, "a record was written without a permit of its own")


def create_makes_one_record(rig: WriterRig) -> None:
    """A create makes one record and reports its own id; images then show it."""
    outcome = _only(rig.send(rig.create("k-1")), OutcomeKind.CONFIRMED)
    image = _there(rig.image("k-1"))
    expect(outcome.remote_id == image.remote_id != "", "the outcome and the image name different ids")
    expect(str(image.places[rig.text]) == "first", "the image does not show what was written")
    expect(int(image.places[rig.number]) == 1, "the image does not show the number that was written")


def same_create_twice_is_one_record(rig: WriterRig) -> None:
    """The same create, sent twice, is one record, confirmed twice under one id."""
    first = _only(rig.send(rig.create("k-1")), OutcomeKind.CONFIRMED)
    second = _only(rig.send(rig.create("k-1")), OutcomeKind.CONFIRMED)
    expect(rig.count("k-1") == 1, "there are two records of one create")
    expect(first.remote_id == second.remote_id, "one record was reported under two ids")


def other_create_moves(rig: WriterRig) -> None:
    """A create that meets a record with other content leaves it alone: MOVED."""
    rig.send(rig.create("k-1", text="theirs"))
    _only(rig.send(rig.create("k-1", text="ours")), OutcomeKind.MOVED)
    expect(_there(rig.image("k-1")).places[rig.text] == "theirs", "a create overwrote a record")


def update_changes_the_record(rig: WriterRig) -> None:
    """An update whose before-image still holds is written, under the same id."""
    first = _only(rig.send(rig.create("k-1")), OutcomeKind.CONFIRMED)
    second = _only(rig.send(rig.update("k-1", _there(rig.image("k-1")).places)), OutcomeKind.CONFIRMED)
    expect(_there(rig.image("k-1")).places[rig.text] == "second", "the update is not there")
    expect(first.remote_id == second.remote_id, "an update changed the record's id")


def foreign_edit_moves(rig: WriterRig) -> None:
    """An edit by somebody else after the before-image is never overwritten: MOVED."""
    rig.send(rig.create("k-1"))
    before = _there(rig.image("k-1")).places
    rig.edit("k-1", {rig.text: "edited"})
    _only(rig.send(rig.update("k-1", before)), OutcomeKind.MOVED)
    expect(_there(rig.image("k-1")).places[rig.text] == "edited", "the edit was overwritten")


def update_of_nothing_moves(rig: WriterRig) -> None:
    """An update whose record is gone makes none: MOVED."""
    _only(rig.send(rig.update("k-1", {rig.text: "first", rig.number: 1})), OutcomeKind.MOVED)
    expect(rig.count("k-1") == 0, "an update made a record")


def outcomes_are_per_record(rig: WriterRig) -> None:
    """In a mixed batch every record has its own outcome."""
    rig.send(rig.create("k-1"), rig.create("k-2"))
    before = _there(rig.image("k-1")).places
    rig.edit("k-2", {rig.text: "edited"})
    kinds = [
        outcome.kind
        for outcome in rig.send(rig.update("k-1", before), rig.update("k-2", before), rig.create("k-3"))
    ]
    expected = [OutcomeKind.CONFIRMED, OutcomeKind.MOVED, OutcomeKind.CONFIRMED]
    expect(kinds == expected, f"a mixed batch gave {', '.join(kinds)}")


def refused_record_stays_alone(rig: WriterRig) -> None:
    """A record that the system refuses is REJECTED without harm to its batch; the reason shows no value."""
    odd = rig.refuse()
    bad = replace(rig.create("k-2"), places={**rig.create("k-2").places, **odd})
    first, refused, third = rig.send(rig.create("k-1"), bad, rig.create("k-3"))
    expect(refused.kind is OutcomeKind.REJECTED, f"the refused record is {refused.kind}, not rejected")
    expect(bool(refused.detail), "a rejection needs a reason")
    expect(all(str(v) not in refused.detail for v in odd.values()), "the reason shows a value")
    expect({first.kind, third.kind} == {OutcomeKind.CONFIRMED}, "a refused record spoiled its batch")
    expect([rig.count(k) for k in ("k-1", "k-2", "k-3")] == [1, 0, 1], "the records do not fit the outcomes")


def over_is_not_sent(rig: WriterRig) -> None:
    """A send whose deadline is over is not sent."""
    _only(rig.send(rig.create("k-1"), lasts=timedelta(0)), OutcomeKind.NOT_SENT)
    expect(rig.count("k-1") == 0, "a record was written after its deadline")


def away_is_not_sent(rig: WriterRig) -> None:
    """While the system is away nothing is sent; looks raise TemporaryError, probes fail; afterwards all is well."""
    frozen = rig.writer().prepare(rig.create("k-1"))
    rig.away()
    try:
        kinds = {outcome.kind for outcome in rig.send(rig.create("k-1"), rig.create("k-2"))}
        expect(kinds == {OutcomeKind.NOT_SENT}, "an unreachable system is NOT_SENT")
        expect_raises(TemporaryError, lambda: rig.image("k-1"))
        result = rig.inspector().probe(frozen).result
        expect(result is ProbeResult.FAILED, f"the probe of an unreachable system is {result}")
    finally:
        rig.back()
    _only(rig.send(rig.create("k-1")), OutcomeKind.CONFIRMED)


def probe_tells_before_from_after(rig: WriterRig) -> None:
    """A probe says ABSENT before the write and APPLIED after it, for a create and for an update."""
    create = rig.create("k-1")
    _probed(rig, create, ProbeResult.ABSENT)
    outcome = _only(rig.send(create), OutcomeKind.CONFIRMED)
    expect(_probed(rig, create, ProbeResult.APPLIED) == outcome.remote_id, "the probe names another id")
    update = rig.update("k-1", _there(rig.image("k-1")).places)
    _probed(rig, update, ProbeResult.ABSENT)
    rig.send(update)
    _probed(rig, update, ProbeResult.APPLIED)


def probe_sees_foreign_content(rig: WriterRig) -> None:
    """A probe says DIFFERENT when the record holds neither the before-image nor our write."""
    create = rig.create("k-1")
    rig.send(create)
    update = rig.update("k-1", _there(rig.image("k-1")).places)
    rig.edit("k-1", {rig.text: "edited"})
    _probed(rig, create, ProbeResult.DIFFERENT)
    _probed(rig, update, ProbeResult.DIFFERENT)


def images_find_many(rig: WriterRig) -> None:
    """`images` finds many records with one call, by key, and leaves out those that are not there."""
    keys = [f"k-{number}" for number in range(620)]
    requests = [rig.create(key, number=number) for number, key in enumerate(keys)]
    rig.send(*requests[:310])
    rig.send(*requests[310:])
    query = ImageQuery(record=rig.record, key=rig.key, keys=(*keys, "nobody"), places=(rig.number,))
    images = rig.inspector().images(query)
    expect(sorted(images) == sorted(keys), f"{len(images)} of {len(keys)} records were found")
    expect([int(images[k].places[rig.number]) for k in keys] == list(range(620)), "images were mixed up")


def own_id_leads_to_the_record(rig: WriterRig) -> None:
    """A record is looked at, written and probed by its own id too; the place of the key is then one like any other."""
    own = _only(rig.send(rig.create("k-1")), OutcomeKind.CONFIRMED).remote_id
    before = _there(_own_image(rig, own)).places
    expect(str(before[rig.key]) == "k-1", "the image by its own id does not show the key")
    update = _rekeyed(rig, own, before, "k-2")
    _probed(rig, update, ProbeResult.ABSENT)
    second = _only(rig.send(update), OutcomeKind.CONFIRMED)
    expect(second.remote_id == own, "an update by its own id changed the record's id")
    expect((rig.count("k-1"), rig.count("k-2")) == (0, 1), "the key is not what was written")
    _probed(rig, update, ProbeResult.APPLIED)


def own_id_is_conditional_too(rig: WriterRig) -> None:
    """A write by own id leaves alone what somebody else has changed, the key above all: MOVED. It makes no record."""
    own = _only(rig.send(rig.create("k-1")), OutcomeKind.CONFIRMED).remote_id
    before = _there(_own_image(rig, own)).places
    rig.edit("k-1", {rig.key: "k-theirs"})
    _only(rig.send(_rekeyed(rig, own, before, "k-2")), OutcomeKind.MOVED)
    _only(rig.send(_rekeyed(rig, f"{own}9", before, "k-2")), OutcomeKind.MOVED)
    expect((rig.count("k-theirs"), rig.count("k-2")) == (1, 0), "a key was written over, or a record was made")


def own_ids_that_are_none_are_not_there(rig: WriterRig) -> None:
    """`images` by own id leaves out what is not there, and what no record can be called."""
    own = _only(rig.send(rig.create("k-1")), OutcomeKind.CONFIRMED).remote_id
    query = ImageQuery(record=rig.record, key="", keys=(own, f"{own}9", "no id at all"), places=(rig.text,))
    expect(list(rig.inspector().images(query)) == [own], "images by own id are not the records that are there")


def read_sees_writes(rig: WriterRig) -> None:
    """What was written can be read back under the id that was reported."""
    expect(rig.adapter.reader is not None, "the adapter offers no reader")
    assert rig.adapter.reader is not None
    outcome = _only(rig.send(rig.create("k-1")), OutcomeKind.CONFIRMED)
    snapshot = rig.adapter.reader.read(rig.record, outcome.remote_id)
    expect(snapshot is not None and not snapshot.gone, "what was written cannot be read back")
    assert snapshot is not None
    expect(snapshot.content.get(rig.text) == "first", "what is read is not what was written")


def _only(outcomes: Sequence[Outcome], kind: OutcomeKind) -> Outcome:
    found = ", ".join(f"{outcome.kind} ({outcome.detail})" for outcome in outcomes)
    expect(len(outcomes) == 1 and outcomes[0].kind is kind, f"expected {kind}, got {found}")
    return outcomes[0]


def _there(image: Image | None) -> Image:
    expect(image is not None, "images does not find a record that was written")
    assert image is not None
    return image


def _own_image(rig: WriterRig, own: str) -> Image | None:
    query = ImageQuery(record=rig.record, key="", keys=(own,), places=(rig.key, rig.text))
    return rig.inspector().images(query).get(own)


def _rekeyed(rig: WriterRig, own: str, before: Places, key: str) -> Request:
    places = {rig.key: key, rig.text: "second"}
    return Request(record=rig.record, key=("", own), create=False, places=places, before=before)


def _probed(rig: WriterRig, request: Request, result: ProbeResult) -> str:
    probe = rig.inspector().probe(rig.writer().prepare(request))
    expect(probe.result is result, f"a probe said {probe.result} instead of {result}")
    return probe.remote_id


WRITER_CHECKS: Final = (
    prepare_is_pure,
    prepare_refuses_untranslated,
    permit_is_redeemed,
    other_bytes_are_refused,
    create_makes_one_record,
    same_create_twice_is_one_record,
    other_create_moves,
    update_changes_the_record,
    foreign_edit_moves,
    update_of_nothing_moves,
    outcomes_are_per_record,
    refused_record_stays_alone,
    over_is_not_sent,
    away_is_not_sent,
    probe_tells_before_from_after,
    probe_sees_foreign_content,
    images_find_many,
    own_id_leads_to_the_record,
    own_id_is_conditional_too,
    own_ids_that_are_none_are_not_there,
)

READ_BACK_CHECKS: Final = (read_sees_writes,)
"""For adapters that also read what they write."""
