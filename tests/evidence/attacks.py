"""What somebody can do to a ledger who may write every byte of its database.

An attack changes something at a random place and says what; "" when this ledger gives it nothing to change. Whoever has
such rights takes away what stands in his way, triggers and checks, and puts it back.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from random import Random
from typing import Any, Final

from sqlalchemy import Column, Connection, Integer, Table, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from syncengine.canonical import chain, commitment, decode, encode
from syncengine.model.seal import seal_all
from syncengine.store.schema import METADATA
from syncengine.store.schema.trail import audit, ledger, payloads, sessions, strands
from syncengine.vocabulary import EntryKind

Attack = Callable[[Connection, Random], str]
TABLES: Final[Mapping[str, Table]] = dict(sorted(METADATA.tables.items()))
_TRIES: Final = 12


@contextmanager
def full_rights(connection: Connection) -> Iterator[None]:
    """Nothing refuses anything; afterwards everything looks as it did."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        yield
        connection.exec_driver_sql("SET LOCAL session_replication_role = origin")
        return
    triggers = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
    connection.exec_driver_sql("PRAGMA ignore_check_constraints = on")
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = on")
    for name, _ in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for _, sql in triggers:
        connection.exec_driver_sql(sql)
    connection.exec_driver_sql("PRAGMA ignore_check_constraints = off")


def rows(connection: Connection, table: Table) -> list[Any]:
    return list(connection.execute(select(table).order_by(*table.primary_key.columns)))


def at(table: Table, row: Any) -> Any:
    """The condition that names one row."""
    key = list(table.primary_key.columns)
    found = key[0] == getattr(row, key[0].name)
    for column in key[1:]:
        found = found & (column == getattr(row, column.name))
    return found


def named(table: Table, row: Any) -> str:
    return f"{table.name} {[getattr(row, column.name) for column in table.primary_key.columns]}"


def attempted(connection: Connection, statement: Any) -> bool:
    """Whether the database allowed it; a key that is taken cannot be taken twice."""
    try:
        with connection.begin_nested():
            return connection.execute(statement).rowcount != 0  # -1: a database that does not count what is added
    except DBAPIError:
        return False


def another(value: Any, column: Column[Any], random: Random) -> Any:
    """Another value of the same kind."""
    if value is None:
        return random.randrange(1, 9) if isinstance(column.type, Integer) else "x"
    if isinstance(value, (bytes, memoryview)):
        return flipped(bytes(value), random)
    if isinstance(value, int):
        return value + random.choice((-1, 1, 1000))
    place = random.randrange(len(value) + 1)
    return value[:place] + random.choice("axz09") + value[place + random.randrange(2) :]


def flipped(value: bytes, random: Random) -> bytes:
    if not value:
        return b"x"
    body = bytearray(value)
    body[random.randrange(len(body))] ^= 1 << random.randrange(8)
    return bytes(body)


def cell(table: Table, column: Column[Any]) -> Attack:
    """One value of one row becomes another one."""

    def attack(connection: Connection, random: Random) -> str:
        known = rows(connection, table)
        if not known:
            return ""
        with full_rights(connection):
            for _ in range(_TRIES):
                row, other = random.choice(known), random.choice(known)
                before, value = getattr(row, column.name), getattr(other, column.name)
                if value == before or random.random() < 0.5:
                    value = another(before, column, random)
                changed = update(table).where(at(table, row)).values({column.name: value})
                if value != before and attempted(connection, changed):
                    return f"{named(table, row)}: {column.name} {before!r} became {value!r}"
        return ""

    return attack


def removed(table: Table) -> Attack:
    def attack(connection: Connection, random: Random) -> str:
        known = rows(connection, table)
        if not known:
            return ""
        row = random.choice(known)
        with full_rights(connection):
            gone = attempted(connection, delete(table).where(at(table, row)))
        return f"{named(table, row)} was removed" if gone else ""

    return attack


def copied(table: Table) -> Attack:
    """A row is there once more, under another key."""

    def attack(connection: Connection, random: Random) -> str:
        known = rows(connection, table)
        if not known:
            return ""
        with full_rights(connection):
            for _ in range(_TRIES):
                row = dict(random.choice(known)._mapping)
                for column in table.columns:
                    if column.primary_key and isinstance(row[column.name], int):
                        row[column.name] = random.choice([0, -7, *[getattr(k, column.name) + 9 for k in known[-3:]]])
                    elif column.primary_key or column.name in ("event_id", "key", "entity", "number"):
                        row[column.name] = another(row[column.name], column, random)
                if attempted(connection, insert(table).values(row)):
                    return f"{table.name}: {row} was added"
        return ""

    return attack


def exchanged(table: Table) -> Attack:
    """Two rows take each other's place."""
    moved = [column for column in table.columns if not column.primary_key]

    def attack(connection: Connection, random: Random) -> str:
        known = rows(connection, table)
        with full_rights(connection):
            for _ in range(_TRIES if len(known) > 1 and moved else 0):
                one, two = random.sample(known, 2)
                column = random.choice(moved)
                here, there = getattr(one, column.name), getattr(two, column.name)
                if here == there:
                    continue
                first = update(table).where(at(table, one)).values({column.name: there})
                second = update(table).where(at(table, two)).values({column.name: here})
                if attempted(connection, first):
                    attempted(connection, second)
                    return f"{named(table, one)} and {named(table, two)} exchanged {column.name}"
        return ""

    return attack


# --- the trail


def places(connection: Connection) -> list[Any]:
    return list(connection.execute(select(audit).order_by(audit.c.strand, audit.c.number)))


def trail(change: Callable[[Connection, Random], str]) -> Attack:
    def attack(connection: Connection, random: Random) -> str:
        with full_rights(connection):
            return change(connection, random)

    return attack


def _entry_removed(connection: Connection, random: Random) -> str:
    row = random.choice(places(connection))
    connection.execute(delete(audit).where(at(audit, row)))
    return f"{named(audit, row)} was removed"


def _first_removed(connection: Connection, random: Random) -> str:
    row = random.choice([row for row in places(connection) if row.number == 1])
    connection.execute(delete(audit).where(at(audit, row)))
    return f"{named(audit, row)} was removed"


def _tail_cut(connection: Connection, random: Random) -> str:
    row = random.choice(places(connection))
    connection.execute(delete(audit).where(audit.c.strand == row.strand, audit.c.number >= row.number))
    return f"strand {row.strand} from {row.number} on was cut off"


def _tail_cut_and_counted(connection: Connection, random: Random) -> str:
    row = random.choice([row for row in places(connection) if row.number > 1])
    connection.execute(delete(audit).where(audit.c.strand == row.strand, audit.c.number >= row.number))
    before = select(audit.c.hash).where(audit.c.strand == row.strand, audit.c.number == row.number - 1)
    head = connection.execute(before).scalar_one()
    connection.execute(update(strands).where(strands.c.id == row.strand).values(count=row.number - 1, head=head))
    return f"strand {row.strand} from {row.number} on was cut off, and the count set back"


def _strand_removed(connection: Connection, random: Random) -> str:
    strand = random.choice(rows(connection, strands)).id
    connection.execute(delete(audit).where(audit.c.strand == strand))
    connection.execute(delete(strands).where(strands.c.id == strand))
    return f"strand {strand} was removed"


def _two_swapped(connection: Connection, random: Random) -> str:
    known = places(connection)
    place = random.choice([p for p in range(1, len(known)) if known[p].strand == known[p - 1].strand])
    one, two = known[place - 1], known[place]
    for row, number in ((one, -1), (two, one.number)):
        connection.execute(update(audit).where(at(audit, row)).values(number=number))
    connection.execute(
        update(audit).where(audit.c.strand == one.strand, audit.c.number == -1).values(number=two.number)
    )
    return f"{named(audit, one)} and the next one were exchanged"


def _entry_copied(connection: Connection, random: Random) -> str:
    row = random.choice(places(connection))
    last = select(func.max(audit.c.number)).where(audit.c.strand == row.strand)
    number = random.choice((0, connection.execute(last).scalar_one() + random.choice((1, 5))))
    connection.execute(insert(audit).values({**row._mapping, "number": number}))
    return f"{named(audit, row)} was copied to {number}"


def _hashed_anew(connection: Connection, random: Random) -> str:
    """One entry, with a hash that fits it."""
    row = random.choice([row for row in places(connection) if b'"at":"2' in bytes(row.body)])
    body = bytes(row.body).replace(b'"at":"2', b'"at":"1', 1)
    hash_ = chain(bytes.fromhex(decode(body)["previous"]), body)
    connection.execute(update(audit).where(at(audit, row)).values(body=body, hash=hash_))
    last = connection.execute(select(strands).where(strands.c.id == row.strand)).one()
    if last.count == row.number:
        connection.execute(update(strands).where(strands.c.id == row.strand).values(head=hash_))
    return f"{named(audit, row)} was changed and hashed anew"


def hash_all_anew(connection: Connection, change: Callable[[dict[str, Any]], None]) -> None:
    """Every entry is changed, chained and counted anew, checkpoints too: what only an anchor shows."""
    known = [(row, decode(bytes(row.body))) for row in places(connection)]
    heads: dict[int, tuple[int, bytes]] = {}
    checkpoint = bytes(32)
    for row, said in sorted(known, key=_turns(known)):
        count, head = heads.get(row.strand, (0, bytes(32)))
        change(said)
        if said["kind"] == EntryKind.CHECKPOINT.value:
            folded = said["facts"]["heads"]
            said["facts"]["heads"] = {s: [n, _hash(connection, int(s), n)] for s, (n, _) in folded.items()}
            said["facts"]["previous"] = checkpoint.hex()
        said["previous"] = head.hex()
        body = encode(said)
        head = chain(head, body)
        connection.execute(update(audit).where(at(audit, row)).values(body=body, hash=head))
        heads[row.strand] = (count + 1, head)
        if said["kind"] == EntryKind.CHECKPOINT.value:
            checkpoint = head
    for strand, (count, head) in heads.items():
        connection.execute(update(strands).where(strands.c.id == strand).values(count=count, head=head))
    connection.execute(update(ledger).values(checkpoint=checkpoint))


def _hash(connection: Connection, strand: int, number: int) -> str:
    if not number:
        return bytes(32).hex()
    wanted = select(audit.c.hash).where(audit.c.strand == strand, audit.c.number == number)
    return bytes(connection.execute(wanted).scalar_one()).hex()


def _turns(known: list[tuple[Any, Any]]) -> Callable[[tuple[Any, Any]], tuple[int, int, int]]:
    turn_of: dict[tuple[int, int], int] = {}
    turn = 0
    for row, said in known:
        if said["kind"] == EntryKind.WRITTEN.value:
            turn = said["facts"]["turn"]
            if row.number == 2:
                turn_of[row.strand, 1] = turn
        turn_of[row.strand, row.number] = turn
    return lambda item: (turn_of[item[0].strand, item[0].number], item[0].strand, item[0].number)


def _rewritten(connection: Connection, random: Random) -> str:
    """Who did it is another one, in every place that says so: row, seal, entry, hash and count."""
    row = random.choice(rows(connection, sessions))
    secret = bytes(connection.execute(select(ledger.c.secret)).scalar_one())
    connection.execute(update(sessions).where(sessions.c.id == row.id).values(actor="nobody"))
    changed = connection.execute(select(sessions).where(sessions.c.id == row.id)).one()
    opened = seal_all(secret, [[None if c == "closed_at" else v for c, v in changed._mapping.items()]])
    closed = seal_all(secret, [list(changed)])

    def change(said: dict[str, Any]) -> None:
        facts = said["facts"]
        if said["kind"] == EntryKind.SESSION_OPENED.value and facts["session"] == row.id:
            facts["actor"] = "nobody"
        if said["kind"] == EntryKind.WRITTEN.value and row.id in facts["rows"].get("sessions", [[]])[0]:
            facts["rows"]["sessions"] = [[row.id], opened if said["number"] == 2 else closed]

    hash_all_anew(connection, change)
    return f"the actor of session {row.id} was changed everywhere"


# --- payloads


def _payload(connection: Connection, random: Random) -> Any:
    return random.choice([row for row in rows(connection, payloads) if row.body is not None])


def _resealed(connection: Connection, random: Random) -> str:
    row, salt = _payload(connection, random), random.randbytes(16)
    said = {"body": b"{}", "salt": salt, "commitment": commitment(salt, b"{}")}
    connection.execute(update(payloads).where(payloads.c.id == row.id).values(said))
    return f"payload {row.id} was sealed again"


def _emptied(connection: Connection, random: Random) -> str:
    row = _payload(connection, random)
    said = {"body": None, "salt": None, "erased_by": random.randrange(1, 99)}
    connection.execute(update(payloads).where(payloads.c.id == row.id).values(said))
    return f"payload {row.id} was emptied"


def _payloads_swapped(connection: Connection, random: Random) -> str:
    one, two = random.sample([row for row in rows(connection, payloads) if row.body is not None], 2)
    for row, other in ((one, two), (two, one)):
        said = {name: value for name, value in other._mapping.items() if name != "id"}
        connection.execute(update(payloads).where(payloads.c.id == row.id).values(said))
    return f"payloads {one.id} and {two.id} were exchanged"


# --- the schema


def _index_dropped(connection: Connection, random: Random) -> str:
    table = random.choice([table for table in TABLES.values() if table.indexes])
    index = random.choice(sorted(table.indexes, key=lambda index: str(index.name)))
    connection.exec_driver_sql(f"DROP INDEX {index.name}")
    return f"{index.name} was dropped"


def _index_weakened(connection: Connection, _random: Random) -> str:
    """The lane's own index lets two actions in at once."""
    connection.exec_driver_sql("DROP INDEX uq_actions_lane")
    connection.exec_driver_sql("CREATE INDEX uq_actions_lane ON actions (record_id, flow)")
    return "uq_actions_lane is unique no longer"


def _trigger_dropped(connection: Connection, _random: Random) -> str:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TRIGGER audit_refuses_delete")
    else:
        connection.exec_driver_sql("ALTER TABLE audit DISABLE TRIGGER audit_refuses")
    return "a trigger was dropped"


def _trigger_hollow(connection: Connection, _random: Random) -> str:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TRIGGER audit_refuses_delete")
        connection.exec_driver_sql(
            "CREATE TRIGGER audit_refuses_delete BEFORE DELETE ON audit BEGIN SELECT 1; END"
        )  # fmt: skip
    else:
        connection.exec_driver_sql(
            "CREATE OR REPLACE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$"
        )
    return "a trigger does nothing"


def _table_dropped(connection: Connection, random: Random) -> str:
    name = random.choice(("setbacks", "refusals", "sandbox", "waits"))
    connection.exec_driver_sql(f"DROP TABLE {name}")
    return f"{name} was dropped"


def _check_dropped(connection: Connection, _random: Random) -> str:
    if connection.dialect.name == "sqlite":
        return ""  # SQLite knows no such statement; whoever edits its schema by hand is among the bytes of the file
    connection.exec_driver_sql("ALTER TABLE switches DROP CONSTRAINT ck_switches_phase")
    return "a check was dropped"


TRAIL: Final[Mapping[str, Attack]] = {
    "an entry is removed": trail(_entry_removed),
    "the first entry of a strand is removed": trail(_first_removed),
    "the tail of a strand is cut off": trail(_tail_cut),
    "the tail of a strand is cut off and the count set back": trail(_tail_cut_and_counted),
    "a strand is removed with all that counts it": trail(_strand_removed),
    "two entries are exchanged": trail(_two_swapped),
    "an entry is copied": trail(_entry_copied),
    "an entry is changed and hashed anew": trail(_hashed_anew),
}
PAYLOADS: Final[Mapping[str, Attack]] = {
    "a payload is sealed again": trail(_resealed),
    "a payload is emptied as if it were erased": trail(_emptied),
    "two payloads are exchanged": trail(_payloads_swapped),
}
SCHEMA: Final[Mapping[str, Attack]] = {
    "an index is dropped": _index_dropped,
    "an index is weakened": _index_weakened,
    "a trigger is dropped": _trigger_dropped,
    "a trigger does nothing": _trigger_hollow,
    "a check is dropped": _check_dropped,
    "a table is dropped": _table_dropped,
}
ROWS: Final[Mapping[str, Attack]] = {
    **{f"a row of {name} is removed": removed(table) for name, table in TABLES.items()},
    **{f"a row of {name} is added": copied(table) for name, table in TABLES.items()},
    **{f"rows of {name} are exchanged": exchanged(table) for name, table in TABLES.items()},
}
CELLS: Final[Mapping[str, Attack]] = {
    f"{name}.{column.name} is changed": cell(table, column)
    for name, table in TABLES.items()
    for column in table.columns
}


def some(random: Random) -> Iterator[str]:
    """One column of every table, and what is done to rows in every fourth."""
    for name, table in TABLES.items():
        yield f"{name}.{random.choice(table.c.keys())} is changed"
        if not random.randrange(4):
            yield f"a row of {name} is removed"
            yield f"a row of {name} is added"
            yield f"rows of {name} are exchanged"


FOUND: Final[Mapping[str, Attack]] = {**TRAIL, **PAYLOADS, **SCHEMA, **ROWS, **CELLS}
"""What a ledger shows by itself."""

ANCHORED: Final[Mapping[str, Attack]] = {"everything is rewritten and hashed anew": trail(_rewritten)}
"""What it shows only to somebody who kept an anchor."""

