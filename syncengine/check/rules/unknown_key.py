"""A key that the language does not have.

Why: a misspelled key that is ignored is a rule that does not hold.
Remedy: correct it; the nearest key is named.
"""

from typing import Final

from syncengine.check.rule import by_shape as check
from syncengine.vocabulary import Severity

ID: Final = "language/unknown-key"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/account.yaml
if_edited: report
"""
FAILS: Final = """
# objects/account.yaml
if_edit: report
"""

__all__ = ["FAILS", "ID", "PASSES", "SEVERITY", "check"]
