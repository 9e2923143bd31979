"""An object or a field has a name that the language uses itself.

Why: an expression could not tell the two apart.
Remedy: choose another name.
"""

from typing import Final

from syncengine.vocabulary import Severity

ID: Final = "language/reserved"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/account.yaml
fields: {has_vat: {type: boolean}}
flows: {billing: {fields: {has_vat: tax.vat}}, crm: {fields: {has_vat: vat}}}
# authority.yaml
crm-view:
  grants:
    - {may: [create, update], object: account, in: crm, fields: [name, email, has_vat]}
    - {may: [create, update], object: invoice, in: crm, fields: [account, status, total, due_at]}
"""
FAILS: Final = """
# objects/account.yaml
fields: {has: {type: boolean}}
"""
