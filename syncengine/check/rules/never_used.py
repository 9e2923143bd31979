"""A flow spells a field that its system does not own, and no grant lets it be written.

Why: the field is shown in the sandbox view and never written; that is right before a promotion, and otherwise a
forgotten grant.
Remedy: grant the field, or remove the spelling.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.built_in import is_built_in
from syncengine.vocabulary import Severity

ID: Final = "fields/never-used"
SEVERITY: Final = Severity.INFO
PASSES: Final = """
# authority.yaml
crm-view:
  grants:
    - {may: [create, update], object: account, in: crm, fields: [name, email]}
    - {may: [create, update], object: invoice, in: crm, fields: [account, status, total, due_at]}
"""
FAILS: Final = """
# authority.yaml
crm-view:
  grants:
    - {may: [create, update], object: account, in: crm, fields: [name]}
    - {may: [create, update], object: invoice, in: crm, fields: [account, status, total, due_at]}
"""


def check(context: Context) -> Iterator[Finding]:
    for flow in context.flows:
        matched = {name for rule in flow.object.matched_by for name in rule}
        for name, _, spelling, path in flow.spelled():
            if name in flow.granted or name in matched or is_built_in(name) or spelling.read_only:
                continue
            if flow.owns(name) or flow.proposes(name):
                continue
            message = f"{name} is spelled in {flow.id} and not granted: it is only shown in the sandbox view"
            remedy = "Grant it in authority.yaml, or remove it."
            yield found(ID, message, remedy, context.spec.key_place(flow.file, path), path, severity=SEVERITY)
