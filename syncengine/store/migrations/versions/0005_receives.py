"""How often an action has failed."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Nothing is changed yet."""
