"""Matching, the ledger's own key, and actions that wait for a batch."""

import os

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_SECRET_BYTES = 32


def upgrade() -> None:
    _secret()
    _batched()
    for table in TABLES:
        table()


def _secret() -> None:
    """A ledger that was begun without a key gets one; where no session was opened yet, the first one brings it."""
    op.add_column("ledger", sa.Column("secret", sa.LargeBinary))
    ledger = sa.table("ledger", sa.column("secret", sa.LargeBinary))
    op.execute(ledger.update().values(secret=os.urandom(_SECRET_BYTES)))
    with op.batch_alter_table("ledger", copy_from=_ledger()) as batch:
        batch.alter_column("secret", nullable=False)


def _ledger() -> sa.Table:
    """As it stands half-way: SQLite has to copy a table to refuse NULL in one of its columns."""
    return sa.Table(
        "ledger",
        sa.MetaData(),
        sa.Column("id", _NUMBER, autoincrement=False, nullable=False),
        _text("project"),
        _text("opened_at"),
        _blob("checkpoint"),
        sa.Column("secret", sa.LargeBinary),
        sa.CheckConstraint("id = 1", name=op.f("ck_ledger_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
    )


def _batched() -> None:
    """Nothing waited for a batch before. The default spares a copy of all actions, which other tables refer to."""
    op.add_column("actions", sa.Column("batched", _NUMBER, nullable=False, server_default=sa.text("0")))
    op.drop_index("ix_actions_ready", "actions")
    ready = sa.text("state = 'ready'")
    op.create_index(
        "ix_actions_ready", "actions", ["flow", "batched", "id"], sqlite_where=ready, postgresql_where=ready
    )  # fmt: skip


def _ours() -> None:
    op.create_table(
        "ours",
        _number("record_id"),
        _text("rule"),
        _blob("hash"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_ours_record_id")),
        sa.PrimaryKeyConstraint("record_id", "rule", name=op.f("pk_ours")),
    )
    op.create_index("ix_ours_hash", "ours", ["hash"])


def _theirs() -> None:
    op.create_table(
        "theirs",
        _text("external_id"),
        _text("flow"),
        _text("rule"),
        _blob("hash"),
        _number("at"),
        _number("listing"),
        sa.PrimaryKeyConstraint("external_id", "flow", "rule", name=op.f("pk_theirs")),
    )
    op.create_index("ix_theirs_hash", "theirs", ["hash", "flow"])


def _pairings() -> None:
    op.create_table(
        "pairings",
        _number("record_id"),
        _text("flow"),
        _text("state"),
        _text("external_id"),
        sa.CheckConstraint(
            "state = 'waiting' OR state = 'reading' OR state = 'review'", name=op.f("ck_pairings_state")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_pairings_record_id")),
        sa.PrimaryKeyConstraint("record_id", "flow", name=op.f("pk_pairings")),
    )
    op.create_index("ix_pairings_read", "pairings", ["external_id", "flow"])
    op.create_index("ix_pairings_state", "pairings", ["state", "flow", "record_id"])


def _suspects() -> None:
    op.create_table(
        "suspects",
        _text("external_id"),
        _text("flow"),
        _number("record_id"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_suspects_record_id")),
        sa.PrimaryKeyConstraint("external_id", "flow", "record_id", name=op.f("pk_suspects")),
    )
    op.create_index("ix_suspects_record", "suspects", ["record_id", "flow"])


def _listings() -> None:
    op.create_table(
        "listings",
        _text("flow"),
        _text("digest"),
        _number("number"),
        _number("complete"),
        _text("at"),
        sa.PrimaryKeyConstraint("flow", name=op.f("pk_listings")),
    )


def _keyed() -> None:
    op.create_table(
        "keyed",
        _text("object"),
        _text("digest"),
        sa.PrimaryKeyConstraint("object", name=op.f("pk_keyed")),
    )


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, _NUMBER, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, _TEXT, nullable=False)


def _blob(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TABLES = (_ours, _theirs, _pairings, _suspects, _listings, _keyed)
