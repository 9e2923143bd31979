"""Attempts: how they come into existence and move, each together with its action, in one audit entry."""

from typing import Final

from sqlalchemy import bindparam, select, update

from syncengine.store.schema.work import actions, attempts
from syncengine.store.sql.statement import Bulk, Many, insert

_COLUMNS: Final = (
    attempts.c.id, attempts.c.action_id, attempts.c.number, attempts.c.state, attempts.c.fence,
    attempts.c.before_id, attempts.c.after_id,
)  # fmt: skip
OF_ACTIONS: Final = Many(
    lambda keys: select(*_COLUMNS).where(attempts.c.action_id.in_(keys)).order_by(attempts.c.number)
)
WITH_ACTION: Final = Many(
    lambda keys: select(
        *_COLUMNS,
        actions.c.record_id,
        actions.c.flow,
        actions.c.state.label("action_state"),
        actions.c.fence.label("action_fence"),
        actions.c.session_id.label("action_session"),
    )
    .join(actions, actions.c.id == attempts.c.action_id)
    .where(attempts.c.id.in_(keys))
)
INSERT: Final = insert(attempts)
RESUME: Final = Bulk(
    update(attempts)
    .where(attempts.c.id == bindparam("row"))
    .values(
        state=bindparam("new_state"),
        fence=bindparam("new_fence"),
        session_id=bindparam("session"),
        before_id=bindparam("before"),
        deadline=bindparam("new_deadline"),
        sent_at=bindparam("moment"),
        settled_at=bindparam("none"),
        via=bindparam("new_via"),
        detail=bindparam("new_detail"),
    ),
    "new_state", "new_fence", "session", "before", "new_deadline", "moment", "none", "new_via", "new_detail", "row",
)  # fmt: skip
END: Final = Bulk(
    update(attempts)
    .where(attempts.c.id == bindparam("row"))
    .values(
        state=bindparam("new_state"),
        fence=bindparam("new_fence"),
        after_id=bindparam("after"),
        settled_at=bindparam("moment"),
        remote_id=bindparam("remote"),
        via=bindparam("new_via"),
        detail=bindparam("new_detail"),
    ),
    "new_state", "new_fence", "after", "moment", "remote", "new_via", "new_detail", "row",
)  # fmt: skip
