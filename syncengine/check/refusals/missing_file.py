"""A file that every map has is missing.

Why: without it nobody knows who answers, or what may be written.
Remedy: add it; `syncengine init` writes a map to start from.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "map/missing-file"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# people.yaml
finance_roles: [cfo]
"""
FAILS: Final = """
## people.yaml
"""
