"""A field of `matched_by` cannot be read in two flows of its object, one of them its owner's.

Why: two records are compared by what both of them show; what only one of them shows never matches anything.
Remedy: spell the field in the other flow as well, without a grant; what is read for matching alone is kept as a keyed
hash. What is only written (`as: date`, `to`) cannot be compared.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context, FlowView
from syncengine.check.rule import found
from syncengine.check.rules.match_type import SAYS_NOTHING
from syncengine.model.finding import Finding
from syncengine.spec.map import object_file
from syncengine.spec.object import ObjectSpec
from syncengine.vocabulary import Severity

ID: Final = "match/not-spelled"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/account.yaml
matched_by: [[name, email]]
"""
FAILS: Final = """
# objects/account.yaml
matched_by: [[name, legal_form]]
"""


def check(context: Context) -> Iterator[Finding]:
    for subject in context.spec.objects.values():
        for index, rule in enumerate(subject.matched_by):
            for place, name in enumerate(rule):
                trouble = trouble_with(context, subject, name)
                if trouble:
                    path = ("matched_by", index, place)
                    at = context.spec.place(object_file(subject.object), path)
                    remedy = f"Spell {name} where it can be read, or take it out of matched_by."
                    yield found(ID, trouble, remedy, at, path)


def trouble_with(context: Context, subject: ObjectSpec, name: str) -> str:
    """Why nothing can be compared with it; empty where it can, and where another rule says more."""
    if name not in subject.fields or subject.fields[name].field_type in SAYS_NOTHING:
        return ""
    flows = [flow for flow in context.flows_of(subject.object) if reads_back(flow, name)]
    if not any(flow.owns(name) for flow in flows):
        return f"no flow of {subject.owner_of(name)}, its owner, reads {name}"
    if len(flows) == 1:
        return f"{name} can be read in {flows[0].name} alone, so there is nothing to compare it with"
    return ""


def reads_back(flow: FlowView, name: str) -> bool:
    """Whether what stands there can be turned into a value of ours."""
    return name in flow.spec.fields and not flow.spec.fields[name].write_only
