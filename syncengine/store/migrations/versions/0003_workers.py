"""Several engines that share one ledger."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Nothing is changed yet."""
