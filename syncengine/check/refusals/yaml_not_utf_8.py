"""A file is not UTF-8.

Why: the same bytes would be other letters on the next machine.
Remedy: save the file as UTF-8.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "yaml/not-utf-8"
SEVERITY: Final = Severity.ERROR
PASSES: Final = ""
FAILS: Final = ""
