"""A value is of another kind: a number where text is expected, a list where a mapping is.

Why: values are never turned into another kind; 67.0 and 67 would become one.
Remedy: quote what is text; write the kind that the message names.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "language/type"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# systems.yaml
billing: {version: "2026"}
"""
FAILS: Final = """
# systems.yaml
billing: {version: 2026}
"""
