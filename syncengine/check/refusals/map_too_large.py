"""A folder of the map holds more than 500 files.

Why: so many objects are a mistake, or several maps in one.
Remedy: split the map.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "map/too-large"
SEVERITY: Final = Severity.ERROR
PASSES: Final = ""
FAILS: Final = ""
