"""Are two values of a field the same? A ref may be spelled in the ids of one system or of another."""

from syncengine.decide.draft import Draft
from syncengine.model.value import Value
from syncengine.plan.plan import FieldPlan
from syncengine.vocabulary import FieldType


def is_same(draft: Draft, field: FieldPlan, one: Value, other: Value) -> bool:
    """Two refs are the same where both are known to lead to one entity."""
    if one == other or field.type is not FieldType.REF or one is None or other is None:
        return bool(one == other)
    first, second = (draft.state.neighbours.get((ref["flow"], ref["id"])) for ref in (one, other))
    return first is not None and second is not None and first.entity == second.entity
