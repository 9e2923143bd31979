"""Whom an input is about, who was erased, and who may not be."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for table in TABLES:
        table()
    _keep_values_out_of_statistics()


def _subjects() -> None:
    op.create_table(
        "subjects",
        _text("name"),
        _number("input"),
        _text("shown"),
        sa.PrimaryKeyConstraint("name", "input", name=op.f("pk_subjects")),
        sqlite_with_rowid=False,
    )


def _unnamed() -> None:
    """Whom the inputs of before name is found out when somebody is erased."""
    op.create_table(
        "unnamed",
        _number("first"),
        _number("last"),
        sa.PrimaryKeyConstraint("first", name=op.f("pk_unnamed")),
    )
    op.execute("INSERT INTO unnamed (first, last) SELECT min(seq), max(seq) FROM inbox HAVING count(*) > 0")


def _erased() -> None:
    op.create_table(
        "erased",
        _text("hash"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_erased")),
    )


def _erasing() -> None:
    op.create_table(
        "erasing",
        _number("step"),
        _text("kind"),
        _number("number"),
        sa.PrimaryKeyConstraint("step", "kind", "number", name=op.f("pk_erasing")),
    )


def _legal_holds() -> None:
    op.create_table(
        "legal_holds",
        _text("subject"),
        _text("actor"),
        _text("reason"),
        _text("at"),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_legal_holds")),
    )


def _keep_values_out_of_statistics() -> None:
    """PostgreSQL keeps samples of what stands in a column for its planner, where no erasure would find them."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, column in SAMPLED:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, _NUMBER, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, _TEXT, nullable=False)


_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SAMPLED = (("payloads", "body"), ("payloads", "salt"), ("records", "state"), ("holds", "status"), ("holds", "facts"))
TABLES = (_subjects, _unnamed, _erased, _erasing, _legal_holds)
