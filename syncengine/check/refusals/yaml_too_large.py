"""A file is larger than 256 KiB, or has more than 20,000 values.

Why: a map is written and read by people; a larger file is data that went astray.
Remedy: split it, or move the data to where they belong.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "yaml/too-large"
SEVERITY: Final = Severity.ERROR
PASSES: Final = ""
FAILS: Final = ""
