"""An approval by one person has no reason.

Why: two people see what one overlooks, or would rather not see.
Remedy: ask two people, or write `because`.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "approval/one-person"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# people.yaml
approvals: {release-hold: {people: 1, because: No money moves in a merge.}}
"""
FAILS: Final = """
# people.yaml
approvals: {release-hold: {people: 1}}
"""
