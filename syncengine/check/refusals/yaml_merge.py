"""A mapping takes keys from elsewhere by a merge key (<<).

Why: what a grant or a field says would stand in another place.
Remedy: write the keys out.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "yaml/merge"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
## words.yaml
invoice_status: {draft: Draft, open: Open, paid: Paid}
"""
FAILS: Final = """
## words.yaml
invoice_status: {<<: {draft: Draft}, open: Open, paid: Paid}
"""
