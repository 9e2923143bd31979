"""Transactions are numbered, and what they write is sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """What stands in an older ledger is sealed as it is found, when the next session begins."""
    op.add_column("ledger", sa.Column("turn", _NUMBER, nullable=False, server_default=sa.text("0")))


_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
