"""Something is nested more than 32 deep.

Why: no part of a map needs it; it is a mistake, or an attack on the reader.
Remedy: make it flatter.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "yaml/too-deep"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
## words.yaml
invoice_status: {draft: Draft, open: Open, paid: Paid}
"""
FAILS: Final = """
## words.yaml
a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
"""
