"""A key is not a plain word: a number, true, a list or a mapping.

Why: keys are names, and tools do not agree about any others.
Remedy: quote the key, or write a name.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "yaml/key"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
## words.yaml
invoice_status: {draft: Draft, open: Open, paid: Paid}
answers: {"true": Certainly}
"""
FAILS: Final = """
## words.yaml
invoice_status: {draft: Draft, open: Open, paid: Paid}
answers: {true: Certainly}
"""
