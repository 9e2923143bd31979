"""Money is spelled where nobody says how it is counted; or the map says it though the connector knows.

Why: 4900 is forty-nine euros to one system and four thousand nine hundred to the next.
Remedy: add `unit: minor` or `unit: major` where record types are your own; leave it out elsewhere.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.reads import spelled_type
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.vocabulary import FieldType, Severity

ID: Final = "money/unit-unknown"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/invoice.yaml
flows: {crm: {fields: {total: {at: total, currency_at: currency, unit: major}}}}
"""
FAILS: Final = """
# objects/invoice.yaml
flows: {crm: {fields: {total: {at: total, currency_at: currency, unit: }}}}
"""


def check(context: Context) -> Iterator[Finding]:
    for flow in context.flows:
        for name, field, spelling, path in flow.spelled():
            if spelling.read_only or flow.description is None:
                continue
            if spelled_type(flow.object.fields, field, spelling) is not FieldType.MONEY:
                continue
            known = flow.description.money
            if not known and spelling.unit is None:
                message = f"nobody says whether {flow.system_name} counts {name} in minor or major units"
                place = context.spec.place(flow.file, path)
                yield found(ID, message, "Add `unit: minor` or `unit: major`.", place, path)
            elif known and spelling.unit is not None:
                message = f"the connector {flow.description.connector} knows that it counts in {known} units"
                at = (*path, "unit")
                yield found(ID, message, "Remove `unit`.", context.spec.key_place(flow.file, at), at)
