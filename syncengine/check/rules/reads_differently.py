"""A value without quotes that YAML readers do not agree about: NO, on, 010, 10:02, 2026-01-01, 1.10, 1e3, 0x1F.

Why: Norway became `false` in more than one configuration; a map means the same to every tool.
Remedy: quote it.
"""

from typing import Final

from syncengine.check.rule import by_shape as check
from syncengine.vocabulary import Severity

ID: Final = "yaml/reads-differently"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# words.yaml
invoice_status: {draft: Draft, open: Open, paid: "2026-01-01"}
"""
FAILS: Final = """
# words.yaml
invoice_status: {draft: Draft, open: Open, paid: 2026-01-01}
"""

__all__ = ["FAILS", "ID", "PASSES", "SEVERITY", "check"]
