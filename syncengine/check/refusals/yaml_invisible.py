"""An invisible character stands in a file: a control character, a mark that turns the direction of text, an odd line
break, a tab.

Why: what a reviewer sees would not be what is read; and tabs are read differently by different readers.
Remedy: remove the character; write blanks instead of a tab.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "yaml/invisible"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
## words.yaml
invoice_status: {draft: Draft, open: Open, paid: Paid}
"""
FAILS: Final = """
## words.yaml
invoice_status: {draft: Draft, open: Open, paid: "Pa\\u202Eid"}
"""
