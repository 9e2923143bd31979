"""Edits of a field are undone (`if_edited: restore`) in the system in which people make and edit these records.

Why: the field is an exception there, one that they do not own among those that they do. They change it, the engine
writes it back, they change it again, and after three rounds within an hour restoring stops.
Remedy: write `if_edited: report` or `review` for the field, or let that system own it.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from syncengine.check.context import Context, FlowView
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.map import object_file
from syncengine.spec.marks import Path
from syncengine.spec.object import ObjectSpec
from syncengine.vocabulary import IfEdited, Severity

ID: Final = "edits/fight"
SEVERITY: Final = Severity.WARNING
PASSES: Final = """
# objects/account.yaml
if_edited: restore
"""
FAILS: Final = """
# objects/payout.yaml
truth: The CRM owns payout requests; billing pays them, and owns the day of payment.
fields:
  paid_on: {type: date, optional: true, owner: billing, because: It pays., approved_by: cfo, if_edited: restore}
flows:
  billing: {fields: {paid_on: arrival_date}}
  crm: {fields: {paid_on: paid_on}}
# authority.yaml
payout-release:
  grants:
    - {may: [create], object: payout, in: billing, fields: [payee, amount]}
    - {may: [update], object: payout, in: crm, fields: [paid_on, hold.open, hold.reason, hold.next_action]}
"""


def check(context: Context) -> Iterator[Finding]:
    for subject in context.spec.objects.values():
        flows = [flow for flow in context.flows_of(subject.object) if _is_home(flow) and flow.may_update]
        for path, fields in _restored(subject).items():
            for flow in flows:
                fought = [name for name in fields if name in flow.granted and not flow.owns(name)]
                if fought:
                    place = context.spec.place(object_file(subject.object), path)
                    remedy = "Write `if_edited: report` or `if_edited: review`."
                    yield found(ID, _message(flow, fought), remedy, place, path, severity=SEVERITY)


def _restored(subject: ObjectSpec) -> Mapping[Path, list[str]]:
    """The fields that are restored, by the key that says so."""
    by_key: dict[Path, list[str]] = {}
    for name, field in subject.fields.items():
        path: Path = ("if_edited",) if field.if_edited is None else ("fields", name, "if_edited")
        if (field.if_edited or subject.if_edited) is IfEdited.RESTORE:
            by_key.setdefault(path, []).append(name)
    return by_key


def _is_home(flow: FlowView) -> bool:
    """Whether people make and edit these records there."""
    return flow.born or flow.system_name == flow.object.system_of_record


def _message(flow: FlowView, fought: list[str]) -> str:
    return f"{', '.join(fought)} is written back in {flow.name}, where people make and edit these records"
