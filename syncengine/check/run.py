"""Every rule over one map; then, where none found an error, the map resolved."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from syncengine.check.context import Context
from syncengine.check.register import RULES
from syncengine.model.capability import Description
from syncengine.model.finding import Finding, sort_findings
from syncengine.spec.map import MapSpec
from syncengine.vocabulary import Severity

if TYPE_CHECKING:
    from syncengine.check.checked import Checked


def check_map(
    spec: MapSpec, descriptions: Mapping[str, Description], environment: str | None = None
) -> "tuple[Checked | None, list[Finding]]":
    """The resolved map, or None where there is an error; and every finding, by file and line.

    `descriptions` are those of the connectors that the map names (others do no harm). With an environment, the
    resolved map carries it; without one, all that were read are judged and none is carried.
    """
    from syncengine.check.resolve import resolve

    context = Context(spec=spec, descriptions=descriptions, environment=environment)
    findings = _judged(context)
    if any(finding.severity is Severity.ERROR for finding in findings):
        return None, findings
    return resolve(context), findings


def judge_map(spec: MapSpec, descriptions: Mapping[str, Description]) -> list[Finding]:
    """Every finding, for who wants nothing else: nothing is resolved."""
    return _judged(Context(spec=spec, descriptions=descriptions))


def _judged(context: Context) -> list[Finding]:
    return sort_findings([finding for rule in RULES for finding in rule.check(context)])
