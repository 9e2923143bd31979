"""A file begins with a directive (%YAML, %TAG).

Why: a directive changes how the same text is read.
Remedy: remove it; maps are YAML 1.2.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "yaml/directive"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
## words.yaml
---
invoice_status: {draft: Draft, open: Open, paid: Paid}
"""
FAILS: Final = """
## words.yaml
%YAML 1.1
---
invoice_status: {draft: Draft, open: Open, paid: Paid}
"""
