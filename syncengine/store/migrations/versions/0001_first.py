"""The first ledger: every table, and audit rows that can only be added."""

import sqlalchemy as sa
from alembic import op

from syncengine.store import postgres, sqlite

revision = "0001"
down_revision = None


def upgrade() -> None:
    for table in TABLES:
        table()
    home = sqlite if op.get_bind().dialect.name == "sqlite" else postgres
    for statement in home.append_only("audit"):
        op.execute(statement)


def _ledger() -> None:
    op.create_table(
        "ledger",
        _id("id"),
        _text("project"),
        _text("opened_at"),
        _blob("checkpoint"),
        sa.CheckConstraint("id = 1", name=op.f("ck_ledger_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        _id("id"),
        _text("kind"),
        _text("actor"),
        _text("opened_at"),
        sa.Column("closed_at", _TEXT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )


def _strands() -> None:
    op.create_table(
        "strands",
        _id("id"),
        _number("session_id"),
        _number("count"),
        _blob("head"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_strands_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strands")),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        _number("strand"),
        _number("number"),
        _text("kind"),
        _blob("body"),
        _blob("hash"),
        sa.PrimaryKeyConstraint("strand", "number", name=op.f("pk_audit")),
    )
    _partial("ix_audit_per_batch", "audit", ["strand", "number"], "kind = 'intake.accepted' OR kind = 'inputs.decided'")


def _payloads() -> None:
    op.create_table(
        "payloads",
        _id("id"),
        _text("kind"),
        _number("record_id"),
        sa.Column("salt", sa.LargeBinary),
        sa.Column("body", sa.LargeBinary),
        _blob("commitment"),
        _number("erased_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payloads")),
    )


def _switches() -> None:
    op.create_table(
        "switches",
        _text("scope"),
        _text("phase"),
        _number("paused"),
        _text("actor"),
        _text("reason"),
        _text("at"),
        _one_of("ck_switches_phase", "phase", "observe controlled automated", empty=True),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_switches")),
    )


def _files() -> None:
    op.create_table(
        "files",
        _text("system"),
        _text("path"),
        _number("offset"),
        _number("lines"),
        _blob("digest"),
        _number("finished"),
        sa.PrimaryKeyConstraint("system", "path", name=op.f("pk_files")),
    )
    op.create_index("ix_files_digest", "files", ["digest"])


def _cursors() -> None:
    op.create_table(
        "cursors",
        _text("flow"),
        _text("cursor"),
        _text("at"),
        sa.PrimaryKeyConstraint("flow", name=op.f("pk_cursors")),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        _id("seq"),
        _text("system"),
        _text("event_id"),
        _blob("body_hash"),
        _text("kind"),
        _text("type"),
        sa.Column("live", sa.Integer),
        _text("trust"),
        _text("signature"),
        _text("trouble"),
        _text("at"),
        _text("received_at"),
        sa.Column("file", _TEXT),
        _number("line", nullable=True),
        _number("payload_id"),
        _number("accepted_by"),
        _text("state"),
        _text("fate"),
        _text("why"),
        _text("waits_flow"),
        _text("waits_id"),
        _number("record_id"),
        _number("answered_by"),
        _number("touched_by"),
        _one_of("ck_inbox_fate", "fate", "settled duplicate stale echo unmapped unlinked reading failed", empty=True),
        _one_of("ck_inbox_kind", "kind", "delivery reading"),
        _one_of("ck_inbox_signature", "signature", "verified unsigned forged"),
        _one_of("ck_inbox_state", "state", "due reading unlinked done"),
        _one_of("ck_inbox_trust", "trust", "captured read"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_inbox")),
        sa.UniqueConstraint("event_id", "system", name=op.f("uq_inbox_event_id")),
    )
    _partial("ix_inbox_due", "inbox", ["kind", "seq"], _either("state", "due"))
    _partial("ix_inbox_record", "inbox", ["record_id"], "record_id > 0")
    _partial("ix_inbox_touched", "inbox", ["touched_by"], "touched_by > 0")
    _partial("ix_inbox_waiting", "inbox", ["waits_flow", "waits_id"], _either("state", "reading unlinked"))


def _repeats() -> None:
    op.create_table(
        "repeats",
        _id("id"),
        _number("input"),
        sa.Column("file", _TEXT),
        _number("line", nullable=True),
        _text("received_at"),
        _number("collision"),
        _number("payload_id"),
        _number("session_id"),
        sa.ForeignKeyConstraint(["input"], ["inbox.seq"], name=op.f("fk_repeats_input")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repeats")),
    )
    op.create_index("ix_repeats_input", "repeats", ["input"])
    op.create_index("ix_repeats_session", "repeats", ["session_id"])


def _refusals() -> None:
    op.create_table(
        "refusals",
        _id("id"),
        _text("system"),
        sa.Column("file", _TEXT),
        _number("line", nullable=True),
        _text("reason"),
        _blob("body_hash"),
        _text("received_at"),
        _number("payload_id"),
        _number("session_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusals")),
    )


def _records() -> None:
    op.create_table(
        "records",
        _id("id"),
        _text("object"),
        _text("entity"),
        _number("revision"),
        _text("state"),
        _number("unsettled"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records")),
        sa.UniqueConstraint("entity", name=op.f("uq_records_entity")),
    )
    _partial("ix_records_unsettled", "records", ["id"], "unsettled = 1")


def _links() -> None:
    op.create_table(
        "links",
        _text("external_id"),
        _text("flow"),
        _number("record_id"),
        _text("since"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_links_record_id")),
        sa.PrimaryKeyConstraint("external_id", "flow", name=op.f("pk_links")),
    )
    op.create_index("ix_links_record", "links", ["record_id", "flow"])


def _wants() -> None:
    op.create_table(
        "wants",
        _text("flow"),
        _text("external_id"),
        _text("why"),
        _number("tries"),
        _number("due_at"),
        sa.PrimaryKeyConstraint("flow", "external_id", name=op.f("pk_wants")),
    )
    op.create_index("ix_wants_due", "wants", ["due_at"])


def _rechecks() -> None:
    op.create_table(
        "rechecks",
        _id("record_id"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_rechecks_record_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_rechecks")),
    )


def _conflicts() -> None:
    op.create_table(
        "conflicts",
        _id("id"),
        _number("record_id"),
        _text("flow"),
        _text("field"),
        _text("rule"),
        _number("winner_id"),
        _number("loser_id"),
        _number("winner_seq"),
        _number("loser_seq"),
        _text("at"),
        _number("session_id"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_conflicts_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflicts")),
    )
    op.create_index("ix_conflicts_record", "conflicts", ["record_id"])
    op.create_index("ix_conflicts_session", "conflicts", ["session_id"])


def _reviews() -> None:
    op.create_table(
        "reviews",
        _id("id"),
        _number("record_id"),
        _number("input"),
        _text("flow"),
        _text("field"),
        _text("why"),
        _number("payload_id"),
        _text("at"),
        _number("session_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index("ix_reviews_input", "reviews", ["input"])
    op.create_index("ix_reviews_record", "reviews", ["record_id"])
    op.create_index("ix_reviews_session", "reviews", ["session_id"])


def _sandbox() -> None:
    op.create_table(
        "sandbox",
        _number("record_id"),
        _text("flow"),
        _text("why"),
        _number("payload_id"),
        _text("at"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_sandbox_record_id")),
        sa.PrimaryKeyConstraint("record_id", "flow", name=op.f("pk_sandbox")),
    )


def _actions() -> None:
    op.create_table(
        "actions",
        _id("id"),
        _text("key"),
        _number("record_id"),
        _text("flow"),
        _text("kind"),
        _number("sequence"),
        _text("write_set"),
        _number("cause"),
        _text("plan"),
        _number("content_id"),
        _text("decided_at"),
        _text("state"),
        _text("why"),
        _number("fence"),
        _number("request_id"),
        _number("replaced_by"),
        _number("due_at"),
        _number("session_id"),
        _number("retired"),
        _one_of("ck_actions_kind", "kind", "create update"),
        _one_of(
            "ck_actions_state",
            "state",
            "ready waiting held prepared sent unknown probing parked dead_lettered confirmed superseded cancelled",
        ),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_actions_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actions")),
        sa.UniqueConstraint("key", "retired", name=op.f("uq_actions_key")),
    )
    _partial("ix_actions_deferred", "actions", ["flow", "due_at"], _either("state", "prepared unknown"))
    _partial("ix_actions_ready", "actions", ["flow", "id"], _either("state", "ready"))
    op.create_index("ix_actions_record", "actions", ["record_id"])
    _partial("ix_actions_replaceable", "actions", ["record_id", "flow"], _either("state", "ready waiting held"))
    op.create_index("ix_actions_session", "actions", ["session_id"])
    _partial(
        "uq_actions_lane",
        "actions",
        ["record_id", "flow"],
        _either("state", "prepared sent unknown probing parked dead_lettered"),
        unique=True,
    )


def _attempts() -> None:
    op.create_table(
        "attempts",
        _id("id"),
        _number("action_id"),
        _number("number"),
        _text("state"),
        _number("fence"),
        _number("session_id"),
        _number("request_id"),
        _number("before_id"),
        _number("after_id"),
        _text("deadline"),
        _text("sent_at"),
        sa.Column("settled_at", _TEXT),
        _text("remote_id"),
        _text("via"),
        _text("detail"),
        _one_of(
            "ck_attempts_state",
            "state",
            "prepared sent confirmed rejected throttled unknown probing parked absent overtaken",
        ),
        sa.ForeignKeyConstraint(["action_id"], ["actions.id"], name=op.f("fk_attempts_action_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("action_id", "number", name=op.f("uq_attempts_action_id")),
    )
    _partial("ix_attempts_unsettled", "attempts", ["action_id"], _either("state", "sent unknown probing"))


def _setbacks() -> None:
    op.create_table(
        "setbacks",
        _id("id"),
        _number("attempt_id"),
        _text("kind"),
        _text("via"),
        _text("at"),
        _number("session_id"),
        _one_of("ck_setbacks_kind", "kind", "confirmed rejected throttled unknown not_sent moved"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_setbacks_attempt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setbacks")),
    )
    op.create_index("ix_setbacks_session", "setbacks", ["session_id"])


def _waits() -> None:
    op.create_table(
        "waits",
        _number("action_id"),
        _text("flow"),
        _text("external_id"),
        _text("target"),
        sa.ForeignKeyConstraint(["action_id"], ["actions.id"], name=op.f("fk_waits_action_id")),
        sa.PrimaryKeyConstraint("action_id", "flow", "external_id", "target", name=op.f("pk_waits")),
    )
    op.create_index("ix_waits_link", "waits", ["flow", "external_id"])


def _holds() -> None:
    op.create_table(
        "holds",
        _id("id"),
        _number("action_id"),
        _number("record_id"),
        _text("flow"),
        _text("gate"),
        _text("need"),
        _text("about"),
        _text("status"),
        _text("next"),
        _text("since"),
        _text("facts"),
        sa.Column("released_at", _TEXT),
        _text("released_by"),
        sa.ForeignKeyConstraint(["action_id"], ["actions.id"], name=op.f("fk_holds_action_id")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_holds_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    op.create_index("ix_holds_action", "holds", ["action_id"])
    _partial("ix_holds_open", "holds", ["about"], "released_at IS NULL")
    op.create_index("ix_holds_record", "holds", ["record_id"])


def _id(name: str) -> sa.Column[int]:
    return sa.Column(name, _NUMBER, autoincrement=False, nullable=False)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, _NUMBER, nullable=nullable)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, _TEXT, nullable=False)


def _blob(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _one_of(name: str, column: str, words: str, *, empty: bool = False) -> sa.CheckConstraint:
    nothing = f" OR {column} = ''" if empty else ""
    return sa.CheckConstraint(_either(column, words) + nothing, name=op.f(name))


def _either(column: str, words: str) -> str:
    return " OR ".join(f"{column} = '{word}'" for word in words.split())


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TABLES = (
    _ledger,
    _sessions,
    _strands,
    _audit,
    _payloads,
    _switches,
    _files,
    _cursors,
    _inbox,
    _repeats,
    _refusals,
    _records,
    _links,
    _wants,
    _rechecks,
    _conflicts,
    _reviews,
    _sandbox,
    _actions,
    _attempts,
    _setbacks,
    _waits,
    _holds,
)
