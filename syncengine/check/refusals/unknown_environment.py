"""A command names an environment that the map does not have.

Why: an environment is never guessed: it decides which systems are written to.
Remedy: name one of the files in environments/, without `.yaml`.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "environment/unknown"
SEVERITY: Final = Severity.ERROR
PASSES: Final = ""
FAILS: Final = ""
