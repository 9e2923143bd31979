"""A key has no value.

Why: nobody can tell whether it was forgotten or means nothing.
Remedy: give it a value, or remove the key.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "yaml/empty-value"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
## words.yaml
invoice_status: {draft: Draft, open: Open, paid: Paid}
"""
FAILS: Final = """
## words.yaml
invoice_status: {draft: Draft, open: Open, paid: }
"""
