"""A key that every such mapping needs is missing.

Why: the language guesses nothing that matters.
Remedy: add the key; its meaning is in the message.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "language/missing-key"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# systems.yaml
crm: {owner: revops}
"""
FAILS: Final = """
# systems.yaml
crm: {owner: }
"""
