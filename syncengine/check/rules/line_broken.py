"""A grant is spread over several lines.

Why: whoever reviews a change sees the lines that changed. On one line a grant says by itself what it permits; over
several, a field can be added without a word of the object, the flow and the power that it is added to.
Remedy: run `syncengine fmt`, which brings every grant to one line.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import AUTHORITY_FILE, Context, GrantView
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.marks import Path
from syncengine.vocabulary import Severity

ID: Final = "authority/line-broken"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
## authority.yaml
crm-view:
  owner: revops
  approved_by: [cfo, revops-lead]
  ceiling: controlled
  grants:
    - {may: [create, update], object: account, in: crm, fields: [name, email]}
    - {may: [create, update], object: invoice, in: crm, fields: [account, status, total, due_at]}
payout-release:
  owner: finance
  approved_by: [cfo]
  ceiling: controlled
  grants:
    - {may: [create], object: payout, in: billing, fields: [payee, amount]}
    - {may: [update], object: payout, in: crm, fields: [hold.open, hold.reason, hold.next_action]}
"""
FAILS: Final = """
## authority.yaml
crm-view:
  owner: revops
  approved_by: [cfo, revops-lead]
  ceiling: controlled
  grants:
    - {may: [create, update], object: account, in: crm, fields: [name, email]}
    - may: [create, update]
      object: invoice
      in: crm
      fields: [account, status, total, due_at]
payout-release:
  owner: finance
  approved_by: [cfo]
  ceiling: controlled
  grants:
    - {may: [create], object: payout, in: billing, fields: [payee, amount]}
    - {may: [update], object: payout, in: crm, fields: [hold.open, hold.reason, hold.next_action]}
"""


def check(context: Context) -> Iterator[Finding]:
    marks = context.spec.marks.get(AUTHORITY_FILE)
    for view in () if marks is None or marks.flat else context.grants:
        lines = len({context.spec.place(AUTHORITY_FILE, path).line for path in _words(view)})
        if lines > 1:
            message = f"this grant is spread over {lines} lines, and a diff would show one of them"
            remedy = "Run `syncengine fmt`: it brings a grant to one line."
            yield found(ID, message, remedy, context.spec.place(AUTHORITY_FILE, view.path), view.path)


def _words(view: GrantView) -> Iterator[Path]:
    """Where everything stands that the grant says."""
    yield from ((*view.path, key) for key in ("may", "object", "in", "fields"))
    yield from ((*view.path, "may", index) for index in range(len(view.grant.may)))
    yield from ((*view.path, "fields", index) for index in range(len(view.grant.fields)))
