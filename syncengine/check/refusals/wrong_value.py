"""A value is not one that is allowed here.

Why: a word that nobody knows holds for nothing.
Remedy: choose one of the values that the message names.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "language/value"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# systems.yaml
crm: {kind: crm}
"""
FAILS: Final = """
# systems.yaml
crm: {kind: sales}
"""
