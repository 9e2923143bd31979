"""A file of the map cannot be read: no permission, a folder or a pipe of its name.

Why: half a map is none.
Remedy: make it a file that this user may read.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "map/unreadable"
SEVERITY: Final = Severity.ERROR
PASSES: Final = ""
FAILS: Final = ""
