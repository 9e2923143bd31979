"""A file is not YAML.

Why: what cannot be read cannot be kept.
Remedy: correct the syntax at the place, or just above it: a bracket or a quote that was not closed, an indent of
another width.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "yaml/syntax"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
## words.yaml
invoice_status: {draft: Draft, open: Open, paid: Paid}
"""
FAILS: Final = """
## words.yaml
invoice_status: {draft: Draft, open: Open, paid: Paid
"""
