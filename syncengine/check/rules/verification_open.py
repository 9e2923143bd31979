"""A verification passes on a word that nobody has listed: by a table, or by what `from` computes.

Why: the provider adds a word for "under investigation" next year, and everybody who is under investigation is paid.
Remedy: list the words that mean verified, in a table or in a condition (`==` or `in` with plain values, or a flag of
theirs that has to be true); what is not listed becomes in_review by itself.
"""

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

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
Table: TypeAlias = Mapping[str, tuple[str, ...]]
LIST: Final = "Ask for the words that mean it, as in theirs.status == 'passed', and give in_review to the rest."
TABLE: Final = "Add `words` with the words of theirs that mean each status."
PASSES: Final = """
# objects/account.yaml
flows:
  billing:
    fields: {kyc: {reading: , from: "theirs.kyc == 'passed' ? 'verified' : 'in_review'", since_at: metadata.kyc_at}}
"""
FAILS: Final = """
# objects/account.yaml
flows:
  billing:
    fields: {kyc: {reading: , from: "theirs.kyc == 'failed' ? 'rejected' : 'verified'", since_at: metadata.kyc_at}}
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
    at, table = (*path, "from"), context.table(spelling)
    for leaf, listed in _results(expression.root, listed=False):
        problem = _problem(name, leaf, table, listed=listed)
        if problem is not None:
            yield found(ID, *problem, context.spec.inside(flow.file, at, tree.start(leaf)), at)


def _problem(name: str, leaf: tree.Node, table: Table | None, *, listed: bool) -> tuple[str, str] | None:
    """Why a result may be a status that nobody has listed, and what to do."""
    if isinstance(leaf, tree.Literal):
        if listed or leaf.value not in _passing(table):
            return None
        return f"{name} is '{leaf.value}' here by no word of theirs that is listed", LIST
    if table is None and isinstance(leaf, tree.Name):
        return f"{leaf.text} would be the status of {name} as it is, whatever they come to write there", TABLE
    if _said(leaf):
        return None if table is not None else (f"what is computed would be the status of {name}", TABLE)
    return f"what is computed may come out as a status of {name} that nobody has listed", LIST


def _passing(table: Table | None) -> frozenset[str]:
    """What an expression says for a status that a gate lets through: our word, or theirs for it."""
    if table is None:
        return frozenset(_PASSING)
    return frozenset(word for ours, theirs in table.items() if ours in _PASSING for word in theirs)


def _results(node: tree.Node, *, listed: bool) -> Iterator[tuple[tree.Node, bool]]:
    """What may come of an expression, each with whether a condition lists what leads to it."""
    if isinstance(node, tree.Choose):
        yield from _results(node.then, listed=listed or _lists(node.condition))
        yield from _results(node.otherwise, listed=listed)
    else:
        yield node, listed


def _lists(node: tree.Node) -> bool:
    """Whether a condition is true only for words of theirs that it names, or for a flag of theirs that is up."""
    match node:
        case tree.And():
            return _lists(node.left) or _lists(node.right)
        case tree.Or():
            return _lists(node.left) and _lists(node.right)
        case tree.In():
            return _said(node.item)
        case tree.Compare(operator="=="):
            return any(
                _said(one) and isinstance(other, tree.Literal) and other.value is not False
                for one, other in ((node.left, node.right), (node.right, node.left))
            )
        case tree.Literal():
            return True  # a condition that asks nothing: expression/type
        case _:
            return isinstance(node, tree.Name)


def _said(node: tree.Node) -> bool:
    """Whether it is what stands at a place of theirs, capital and small letters and white space aside."""
    if isinstance(node, tree.Call) and node.name in {"lower", "upper", "trim"}:
        return all(_said(argument) for argument in node.arguments)
    return isinstance(node, tree.Name)
