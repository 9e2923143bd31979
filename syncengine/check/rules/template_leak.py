"""What `to` computes from our fields carries a class that the system is not cleared for.

Why: a value does not become harmless by being part of a text; the first letter of a name is of a person too.
Remedy: leave the field out of the expression, or clear the system for its class in systems.yaml.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.reads import readable
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.expression import names
from syncengine.vocabulary import Severity

ID: Final = "privacy/template-leak"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/account.yaml
fields: {label: {type: text, optional: true}}
flows: {billing: {fields: {label: metadata.label}}, crm: {fields: {label: {at: label, to: "upper(name)"}}}}
# authority.yaml
crm-view:
  grants:
    - {may: [create, update], object: account, in: crm, fields: [name, email, label]}
    - {may: [create, update], object: invoice, in: crm, fields: [account, status, total, due_at]}
"""
FAILS: Final = """
# systems.yaml
crm: {cleared_for: [public, internal, financial]}
# objects/account.yaml
fields: {email: , label: {type: text, optional: true}}
flows:
  billing: {fields: {email: , label: metadata.label}}
  crm: {fields: {name: , email: , label: {at: label, to: "upper(name)"}}}
# authority.yaml
crm-view:
  grants:
    - {may: [create, update], object: account, in: crm, fields: [label]}
    - {may: [create, update], object: invoice, in: crm, fields: [account, status, total, due_at]}
"""


def check(context: Context) -> Iterator[Finding]:
    for flow in context.flows:
        for _, _, spelling, path in flow.spelled():
            expression = readable(spelling.to)
            if expression is None or flow.system is None:
                continue
            for name in names(expression):
                field = flow.object.fields.get(name.path[0])
                klass = "" if field is None else context.class_of(flow.object, field)
                if not klass or klass in flow.system.cleared_for or klass not in context.classes:
                    continue
                at = (*path, "to")
                message = f"{name.text} is {klass}, and {flow.system_name} is not cleared for that"
                remedy = f"Leave it out, or add {klass} to cleared_for of {flow.system_name} in systems.yaml."
                yield found(ID, message, remedy, context.spec.inside(flow.file, at, name.at, len(name.text)), at)
