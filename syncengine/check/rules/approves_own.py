"""An exception is approved by a role that only people of the owning team hold.

Why: an exception is worth something when somebody else has looked at it.
Remedy: let a role outside the team approve it.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.map import object_file
from syncengine.vocabulary import Severity

ID: Final = "approval/approves-own"
SEVERITY: Final = Severity.WARNING
PASSES: Final = """
# people.yaml
teams: {finance: {address: finance@northwind.example, people: [ben@northwind.example]}}
"""
FAILS: Final = """
# people.yaml
teams: {finance: {address: finance@northwind.example, people: [ana@northwind.example]}}
"""


def check(context: Context) -> Iterator[Finding]:
    people = context.spec.people
    for subject in context.spec.objects.values():
        team = people.teams.get(subject.owner)
        for name, field in subject.fields.items():
            holders = people.roles.get(field.approved_by or "", ())
            if team is None or not holders or not set(holders) <= set(team.people):
                continue
            path = ("fields", name, "approved_by")
            message = f"only people of {subject.owner}, which owns {subject.object}, hold the role {field.approved_by}"
            place = context.spec.place(object_file(subject.object), path)
            yield found(ID, message, "Let a role outside the team approve it.", place, path, severity=SEVERITY)
