"""The map is written in a version of the language that this tool does not know.

Why: a newer map may mean something that an older tool would pass over.
Remedy: write `language: 1`, or install a version of syncengine that knows it.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "language/version"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# project.yaml
language: 1
"""
FAILS: Final = """
# project.yaml
language: 2
"""
