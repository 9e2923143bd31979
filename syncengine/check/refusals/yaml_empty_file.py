"""A file says nothing.

Why: an empty file looks like a decision, and is none.
Remedy: fill it, or remove it.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "yaml/empty-file"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
## words.yaml
invoice_status: {draft: Draft, open: Open, paid: Paid}
"""
FAILS: Final = """
## words.yaml
# Nothing yet.
"""
