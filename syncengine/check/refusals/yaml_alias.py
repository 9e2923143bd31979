"""A value is an alias (*name) of another one.

Why: the line does not show what it means, and a few lines of aliases can expand to millions of values.
Remedy: write the value out.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "yaml/alias"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
## words.yaml
invoice_status: {draft: Draft, open: Open, paid: Paid}
"""
FAILS: Final = """
## words.yaml
invoice_status: *shared
"""
