"""An approval asks for more people than its roles hold.

Why: nobody could ever give it, and what needs it would stand still, or go around it.
Remedy: add people to the roles, or ask fewer.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import Severity

ID: Final = "approval/cannot-be-met"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# people.yaml
approvals: {release-hold: {roles: [officer], people: 2}}
"""
FAILS: Final = """
# people.yaml
approvals: {release-hold: {roles: [officer], people: 3}}
"""


def check(context: Context) -> Iterator[Finding]:
    people = context.spec.people
    for name, approval in people.approvals.items():
        holders = {person for role in approval.roles for person in people.roles.get(role, ())}
        if len(holders) >= approval.people or any(role not in people.roles for role in approval.roles):
            continue
        path = ("approvals", name)
        message = f"{name} asks {approval.people} people, and its roles hold {len(holders)}"
        remedy = f"Add people to {', '.join(approval.roles)}, or ask fewer."
        yield found(ID, message, remedy, context.spec.key_place("people.yaml", path), path)
