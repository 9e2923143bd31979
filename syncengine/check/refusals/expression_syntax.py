"""A condition or a computed spelling is not an expression of the language.

Why: what cannot be read would stop nothing, or everything.
Remedy: correct it at the place; `and`, `or`, `not`, comparisons, `in [...]` and `has(field)` are written as words.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "expression/syntax"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/invoice.yaml
flows: {crm: {only: "status == 'open' and has(due_at)"}}
"""
FAILS: Final = """
# objects/invoice.yaml
flows: {crm: {only: "status == 'open' && has(due_at)"}}
"""
