"""What nouns are made of that an event makes by the dozen: as strict as a frozen dataclass, at a tenth of its cost.

`replace` gives a changed copy; the one of `dataclasses` refuses a struct.
"""

from msgspec import Struct, field
from msgspec.structs import replace

__all__ = ["Struct", "field", "replace"]
