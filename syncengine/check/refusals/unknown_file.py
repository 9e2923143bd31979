"""A file in the folder is not part of a map.

Why: a file that looks as if it said something, and is not read, is a rule that does not hold.
Remedy: correct its name, or move it out of the folder.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "map/unknown-file"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
## README.md
What this map is for.
"""
FAILS: Final = """
## gate.yaml
payout-release: {owner: compliance}
"""
