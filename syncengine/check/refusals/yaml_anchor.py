"""A value has an anchor (&name).

Why: anchors hide on one line what another line means; a reviewer reads lines.
Remedy: remove the anchor, and write the value out where it is needed.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "yaml/anchor"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
## words.yaml
invoice_status: {draft: Draft, open: Open, paid: Paid}
"""
FAILS: Final = """
## words.yaml
invoice_status: &shared {draft: Draft, open: Open, paid: Paid}
"""
