"""There is no map where one was looked for.

Why: a command without a map would do nothing, and look like success.
Remedy: name the folder with --maps, or as the PATH of `syncengine validate`.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "map/missing-folder"
SEVERITY: Final = Severity.ERROR
PASSES: Final = ""
FAILS: Final = ""
