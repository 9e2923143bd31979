"""Whom a delivery is about, and who was erased."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Nothing is changed yet."""
