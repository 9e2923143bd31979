"""A verification passes on a word that nobody has listed.

Why: the provider adds a word for "under investigation" next year, and everybody who is under investigation is paid.
Remedy: list the words that mean verified; what is not listed becomes in_review by itself.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context, FlowView
from syncengine.check.reads import readable
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec import expression as tree
from syncengine.spec.marks import Path
from syncengine.spec.spelling import Spelling
from syncengine.vocabulary import FieldType, Severity, VerificationStatus

ID: Final = "words/verification-open"
SEVERITY: Final = Severity.ERROR
CATCH_ALL: Final = frozenset({"otherwise", "else", "default", "other", "any", "*"})
"""Words that an author may take for "everything else". The language has none."""

_PASSING: Final = frozenset(
    {VerificationStatus.VERIFIED, VerificationStatus.VERIFIED_RESTRICTED, VerificationStatus.NOT_APPLICABLE}
)
PASSES: Final = """
# objects/account.yaml
flows: {billing: {fields: {kyc: {reading: , from: "theirs.kyc == 'passed' ? 'verified' : 'in_review'"}}}}
"""
FAILS: Final = """
# objects/account.yaml
flows: {billing: {fields: {kyc: {reading: , from: "theirs.kyc == 'failed' ? 'rejected' : 'verified'"}}}}
"""


def check(context: Context) -> Iterator[Finding]:
    for flow in context.flows:
        for name, field, spelling, path in flow.spelled():
            if field.field_type is FieldType.VERIFICATION:
                yield from _table(context, flow, name, spelling, path)
                yield from _expression(context, flow, name, spelling, path)


def _table(context: Context, flow: FlowView, name: str, spelling: Spelling, path: Path) -> Iterator[Finding]:
    words = spelling.words
    for word in context.table(spelling) or ():
        if words is None or word not in CATCH_ALL:
            continue
        shared = words.name is not None
        file, at = ("words.yaml", (words.name or "", word)) if shared else (flow.file, (*path, "words", word))
        message = f"`{word}` would give {name} a status for words that nobody has listed"
        yield found(ID, message, "Remove it: an unlisted word becomes in_review.", context.spec.key_place(file, at), at)


def _expression(context: Context, flow: FlowView, name: str, spelling: Spelling, path: Path) -> Iterator[Finding]:
    expression = readable(spelling.from_)
    if expression is None:
        return
    at = (*path, "from")
    for leaf in _open(expression.root, listed=False):
        if leaf.value in _passing(context, spelling):
            message = f"{name} is '{leaf.value}' for every word that is not listed before"
            remedy = "Ask for the words that mean it, and give in_review to the rest."
            yield found(ID, message, remedy, context.spec.inside(flow.file, at, leaf.at), at)


def _passing(context: Context, spelling: Spelling) -> frozenset[str]:
    """What an expression says for a status that a gate lets through: our word, or theirs for it."""
    table = context.table(spelling)
    if table is None:
        return frozenset(_PASSING)
    return frozenset(word for ours, theirs in table.items() if ours in _PASSING for word in theirs)


def _open(node: tree.Node, *, listed: bool) -> Iterator[tree.Literal]:
    """Plain results that stand behind no condition which lists what leads to them."""
    if isinstance(node, tree.Choose):
        yield from _open(node.then, listed=listed or _lists(node.condition))
        yield from _open(node.otherwise, listed=listed)
    elif isinstance(node, tree.Literal) and not listed:
        yield node


def _lists(node: tree.Node) -> bool:
    """Whether a condition is true only for what it names."""
    match node:
        case tree.And():
            return _lists(node.left) or _lists(node.right)
        case tree.Or():
            return _lists(node.left) and _lists(node.right)
        case tree.Not() | tree.Compare(operator="!="):
            return False
        case tree.Choose():
            return False
        case _:
            return not isinstance(node, tree.Literal)
