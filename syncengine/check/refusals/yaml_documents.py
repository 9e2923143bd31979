"""A file holds a second document (---).

Why: most tools read the first and say nothing of the rest.
Remedy: keep one document a file.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "yaml/documents"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
## words.yaml
---
invoice_status: {draft: Draft, open: Open, paid: Paid}
"""
FAILS: Final = """
## words.yaml
invoice_status: {draft: Draft, open: Open, paid: Paid}
---
more: {a: b}
"""
