"""A key stands twice in one mapping.

Why: one of the two lines holds for nothing, and which one depends on the tool.
Remedy: keep one.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "yaml/duplicate-key"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
## words.yaml
invoice_status: {draft: Draft, open: Open, paid: Paid}
"""
FAILS: Final = """
## words.yaml
invoice_status: {draft: Draft, open: Open, paid: Paid, open: Opened}
"""
