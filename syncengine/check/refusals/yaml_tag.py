"""A value has a tag such as !!str or !include.

Why: tags make one tool build what another one only reads; a map is plain data.
Remedy: remove the tag; quote the value if it is text.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "yaml/tag"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
## words.yaml
invoice_status: {draft: Draft, open: Open, paid: "1"}
"""
FAILS: Final = """
## words.yaml
invoice_status: {draft: Draft, open: Open, paid: !!str 1}
"""
