"""What the engine no longer asks for, and what it asks for often."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Nothing is changed yet."""
