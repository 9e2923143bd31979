"""A reason that has to be given."""

from syncengine.errors import UserError


def need(reason: str) -> None:
    """Raises UserError where none was said."""
    if not reason.strip():
        raise UserError(
            "a reason is missing", remedy="Say why with --reason; it is kept in the audit trail.", rule="usage/reason"
        )
