"""Several engines that share one ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """The defaults spare copies of whole tables; what is older than the columns is the first partition's."""
    for table in ("inbox", "records", "wants"):
        op.add_column(table, sa.Column("partition", _NUMBER, nullable=False, server_default=sa.text("0")))
    op.add_column("rechecks", sa.Column("number", _NUMBER, nullable=False, server_default=sa.text("0")))
    op.add_column("sessions", sa.Column("process", _TEXT, nullable=False, server_default=sa.text("''")))
    op.drop_index("ix_inbox_due", "inbox")
    due = sa.text("state = 'due'")
    op.create_index(
        "ix_inbox_due", "inbox", ["kind", "seq", "partition"], sqlite_where=due, postgresql_where=due
    )  # fmt: skip
