"""A gate lets a status pass that is not a result: only not_applicable may stand beside verified.

Why: pending, unavailable or in_review say that nobody knows yet; money that leaves on such a status does not come back.
Remedy: write `or: not_applicable`, or nothing.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.near import did_you_mean
from syncengine.vocabulary import Severity, VerificationStatus

ID: Final = "gate/weak-pass"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# gates.yaml
payout-release: {needs: {kyc: {or: not_applicable}}}
"""
FAILS: Final = """
# gates.yaml
payout-release: {needs: {kyc: {or: pending}}}
"""


def check(context: Context) -> Iterator[Finding]:
    for view in context.gates:
        for name, need in view.gate.needs.items():
            path = (*view.path, "needs", name, "or")
            place = context.spec.place("gates.yaml", path)
            for status in need.or_:
                if status == VerificationStatus.NOT_APPLICABLE:
                    continue
                if status == VerificationStatus.VERIFIED_RESTRICTED:
                    message = "passing on verified_restricted is not built yet: it needs an approval each time"
                    yield found("language/not-built", message, "Remove it.", place, path)
                elif status in tuple(VerificationStatus):
                    message = f"a gate never passes on {status}: it is not the result of a check"
                    yield found(ID, message, "Write `or: not_applicable`, or remove it.", place, path)
                else:
                    message = f"{status} is not a status of a verification"
                    remedy = did_you_mean(status, tuple(VerificationStatus), otherwise="Write not_applicable.")
                    yield found(ID, message, remedy, place, path)
