"""What adapters that take deliveries must do. The docstring of a check is the rule."""

from typing import Final

from syncengine.connectors.conformance.expect import expect, expect_raises
from syncengine.connectors.conformance.rig import IntakeRig
from syncengine.errors import PermanentError
from syncengine.model.struct import replace
from syncengine.vocabulary import Signature


def signature_is_checked(rig: IntakeRig) -> None:
    """A signed delivery is verified, any altered byte of it forged, within the window and without it."""
    delivery = rig.delivery()
    for now in (None, rig.at):
        expect(rig.intake().authenticate(delivery, now) is Signature.VERIFIED, "a signed delivery was not verified")
    for place in range(len(rig.body)):
        altered = bytearray(rig.body)
        altered[place] ^= 1
        verdict = rig.intake().authenticate(replace(delivery, body=bytes(altered)), rig.at)
        expect(verdict is Signature.FORGED, f"a delivery with byte {place} altered is {verdict}")


def captured_may_be_unsigned(rig: IntakeRig) -> None:
    """A captured delivery without its headers is unsigned, not forged."""
    verdict = rig.intake().authenticate(replace(rig.delivery(), headers={}), None)
    expect(verdict is Signature.UNSIGNED, f"a captured delivery without headers is {verdict}")


def delivery_is_understood(rig: IntakeRig) -> None:
    """A delivery has an id, a type and a moment with a zone, and shows the record it is about."""
    envelope = rig.intake().envelope(rig.content)
    expect(bool(envelope.event_id and envelope.type), "a delivery has no id or no type")
    expect(envelope.at.tzinfo is not None, "the moment of a delivery has no zone")
    snapshot = rig.intake().parse(rig.content)
    expect(snapshot is not None, "a delivery about a known record shows none")
    assert snapshot is not None
    expect((snapshot.record, snapshot.id) == (rig.record, rig.id), "a delivery shows another record")


def subjects_are_named(rig: IntakeRig) -> None:
    """A delivery names the record it shows as the last of its subjects, so that an erasure finds it."""
    envelope = rig.intake().envelope(rig.content)
    expect(envelope.record == rig.id, f"a delivery about {rig.id} says that it is about {envelope.record!r}")
    expect(envelope.subjects[-1:] == (rig.id,), f"the subjects of a delivery end with {envelope.subjects[-1:]}")


def garbage_is_permanent(rig: IntakeRig) -> None:
    """A body that is no delivery raises PermanentError, and nothing else."""
    for content in ({}, {"id": 5}, {"id": "x", "type": "y"}, {**rig.content, "id": None}, {**rig.content, "type": []}):
        expect_raises(PermanentError, lambda content=content: rig.intake().envelope(content))  # type: ignore[misc]


INTAKE_CHECKS: Final = (
    signature_is_checked,
    captured_may_be_unsigned,
    delivery_is_understood,
    subjects_are_named,
    garbage_is_permanent,
)
