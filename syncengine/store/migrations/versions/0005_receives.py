"""How often a message has failed, and who paused what, when and why."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _failures()
    _dead_letters()
    _pauses()


def _failures() -> None:
    op.create_table(
        "failures",
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("receives", _NUMBER, nullable=False),
        sa.Column("alone", _NUMBER, nullable=False),
        sa.Column("at", _TEXT, nullable=False),
        sa.Column("error", _TEXT, nullable=False),
        sa.CheckConstraint("kind = 'action' OR kind = 'input'", name=op.f("ck_failures_kind")),
        sa.PrimaryKeyConstraint("kind", "number", name=op.f("pk_failures")),
    )


def _dead_letters() -> None:
    """What was a dead letter already has failed once. When is known of an attempt, and else about."""
    op.execute(
        "INSERT INTO failures (kind, number, receives, alone, at, error) SELECT 'action', id, 1, 0, coalesce("
        "(SELECT max(attempts.settled_at) FROM attempts WHERE attempts.action_id = actions.id), decided_at), why "
        "FROM actions WHERE state = 'dead_lettered'"
    )
    op.execute(
        "INSERT INTO failures (kind, number, receives, alone, at, error) SELECT 'input', seq, 1, 0, received_at, why "
        "FROM inbox WHERE fate = 'failed'"
    )


def _pauses() -> None:
    """Phase and pause of one scope were said by one person until now."""
    for name, known in (("pause_actor", "actor"), ("pause_reason", "reason"), ("pause_at", "at")):
        op.add_column("switches", sa.Column(name, _TEXT, nullable=False, server_default=sa.text("''")))
        switches = sa.table("switches", sa.column(name), sa.column(known), sa.column("paused"), sa.column("phase"))
        said = (switches.c.paused == 1) | (switches.c.phase == "")
        op.execute(switches.update().where(said).values({name: switches.c[known]}))


_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
