"""Tables as a target: conditional upserts by a unique key, one transaction for a batch, one outcome for each row."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from syncengine.clock import Clock
from syncengine.connectors.change import Change
from syncengine.connectors.sql.database import Database, is_about_rows, reason
from syncengine.connectors.sql.table import Row, Table
from syncengine.errors import PermanentError, TemporaryError
from syncengine.model.attempt import Outcome, Request
from syncengine.model.permit import Permit
from syncengine.model.value import Json
from syncengine.vocabulary import OutcomeKind

_REFUSALS = (StatementError, ValueError, OverflowError)
"""What a statement that cannot be executed may raise: drivers let their own encoding errors through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    attempt: int
    change: Change

    def outcome(self, kind: OutcomeKind, detail: str = "") -> Outcome:
        return Outcome(attempt=self.attempt, kind=kind, detail=detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bound:
    """A job with its values as the driver takes them. `key` is the form under which its row is found, `where` the
    columns that name it: the key, or the row's own id.
    """

    job: _Job
    key: Hashable
    where: Mapping[str, Any]
    values: Mapping[str, Any]


class SqlWriter:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def prepare(self, request: Request) -> bytes:
        change = Change.of(request)
        for place, value in change.places.items():
            if isinstance(value, Mapping | list):
                raise PermanentError(f"{change.table}.{place} takes one value, not several")
        return change.freeze()

    def write(self, batch: Sequence[tuple[Permit, bytes]]) -> Sequence[Outcome]:
        for permit, frozen in batch:
            permit.redeem(frozen)
        now = self._clock.now()
        jobs, outcomes = [], []
        for permit, frozen in batch:
            job = _Job(attempt=permit.send.attempt, change=Change.thaw(frozen))
            if now < permit.send.deadline:
                jobs.append(job)
            else:
                outcomes.append(job.outcome(OutcomeKind.NOT_SENT, "its deadline is over"))
        return [*outcomes, *(self._transaction(jobs) if jobs else ())]

    def _transaction(self, jobs: Sequence[_Job]) -> Sequence[Outcome]:
        try:
            connection = self._database.writing()
        except TemporaryError as error:
            return [job.outcome(OutcomeKind.NOT_SENT, str(error)) for job in jobs]
        with connection:
            try:
                outcomes = self._written(connection, jobs)
            except _EndedError as ended:
                connection.invalidate()
                return self._each(jobs, str(ended))
            except _REFUSALS as error:
                # COMMIT was never asked for, so the database keeps nothing, whether it hears a rollback or not.
                connection.invalidate()
                self._database.forget()
                detail = f"nothing took effect: {self._database.said(error)}"
                return [job.outcome(OutcomeKind.NOT_SENT, detail) for job in jobs]
            try:
                connection.commit()
            except DBAPIError as error:
                connection.invalidate()
                return self._uncommitted(jobs, outcomes, error)
        try:
            self._database.check()
        except TemporaryError as error:
            return [_in_doubt(outcome, str(error)) for outcome in outcomes]
        return outcomes

    def _uncommitted(self, jobs: Sequence[_Job], outcomes: Sequence[Outcome], error: DBAPIError) -> Sequence[Outcome]:
        """A rule that the database checks only at the end is a definite no: each row then goes by itself. Otherwise
        what was to be confirmed may or may not be there.
        """
        if not isinstance(error, IntegrityError):
            why = f"the commit failed: {self._database.said(error)}"
            return [_in_doubt(outcome, why) for outcome in outcomes]
        return self._each(jobs, reason(error))

    def _each(self, jobs: Sequence[_Job], why: str) -> Sequence[Outcome]:
        """Each row in a transaction of its own: what ends one of them ends no other. `why` it ended a single one's."""
        if len(jobs) == 1:
            return [jobs[0].outcome(OutcomeKind.REJECTED, f"{jobs[0].change.table}: {why}")]
        return [outcome for job in jobs for outcome in self._transaction([job])]

    def _written(self, connection: sa.Connection, jobs: Sequence[_Job]) -> Sequence[Outcome]:
        """All together; if one row is refused, one by one, so that the others do not suffer for it."""
        try:
            return self._together(connection, jobs)
        except _REFUSALS as error:
            if not is_about_rows(error):
                raise
            connection.rollback()
            self._database.forget()
        return [self._alone(connection, job) for job in jobs]

    def _alone(self, connection: sa.Connection, job: _Job) -> Outcome:
        savepoint = connection.begin_nested()
        try:
            outcomes = self._together(connection, [job])
        except _REFUSALS as error:
            if not is_about_rows(error):
                raise
            try:
                savepoint.rollback()
            except DBAPIError:
                raise _EndedError(reason(error)) from error
            return job.outcome(OutcomeKind.REJECTED, f"{job.change.table}: {reason(error)}")
        savepoint.commit()
        return outcomes[0]

    def _together(self, connection: sa.Connection, jobs: Sequence[_Job]) -> Sequence[Outcome]:
        return [outcome for group in _rounds(jobs) for outcome in self._into(connection, group)]

    def _into(self, connection: sa.Connection, jobs: Sequence[_Job]) -> Iterator[Outcome]:
        """Changes of different rows of one table, by one key."""
        name, key = jobs[0].change.table, jobs[0].change.key[0]
        places = tuple(dict.fromkeys(place for job in jobs for place in job.change.places))
        try:
            table = self._database.table(connection, name, places, key)
        except PermanentError as error:
            yield from (job.outcome(OutcomeKind.REJECTED, str(error)) for job in jobs)
            return
        bound: list[_Bound] = []
        for job in jobs:
            try:
                bound.append(_bind(table, job))
            except ValueError as error:
                yield job.outcome(OutcomeKind.REJECTED, f"{name}.{error}")
        rows = _rows(connection, table, key, bound, places, lock=True)
        writes: list[_Bound] = []
        for one in bound:
            verdict = _judge(table, one, rows.get(one.key, []))
            if verdict is None:
                writes.append(one)
            else:
                yield verdict
        _insert(connection, table, [w for w in writes if w.key not in rows])
        _update(connection, table, [w for w in writes if w.key in rows])
        after = _rows(connection, table, key, writes, places, lock=False)
        yield from (_confirmed(table, w, after.get(w.key)) for w in writes)


class _EndedError(Exception):
    """The database took back the whole transaction because of one row, as a trigger can ask for."""


def _rounds(jobs: Iterable[_Job]) -> Iterator[Sequence[_Job]]:
    """Jobs by table and key column; a second change of one row waits for the round after the first."""
    rounds: dict[tuple[int, str, str], list[_Job]] = {}
    seen: dict[tuple[str, tuple[str, str]], int] = {}
    for job in jobs:
        row = (job.change.table, job.change.key)
        seen[row] = seen.get(row, 0) + 1
        rounds.setdefault((seen[row], job.change.table, job.change.key[0]), []).append(job)
    for number in sorted(rounds):
        yield rounds[number]


def _bind(table: Table, job: _Job) -> _Bound:
    """Raises ValueError for a value that its column cannot take."""
    place, key = job.change.key
    values = {p: table.columns[p].bind(v) for p, v in job.change.places.items()}
    if not place:
        return _Bound(job=job, key=key, where=_own(table, key), values=values)
    column = table.columns[place]
    return _Bound(job=job, key=column.form(key), where={place: column.bind(key)}, values=values)


def _own(table: Table, id_: str) -> Mapping[str, Any]:
    try:
        return table.parts(id_)
    except PermanentError:
        raise ValueError(f"{table.primary[0]} takes another kind of id") from None


def _rows(
    connection: sa.Connection, table: Table, key: str, bound: Sequence[_Bound], places: Sequence[str], *, lock: bool
) -> dict[Hashable, list[Row]]:
    if not key:
        own = table.own_rows(connection, [one.job.change.key[1] for one in bound], places, lock=lock)
        return {id_: [row] for id_, row in own.items()}
    return table.rows(connection, key, [one.where[key] for one in bound], places, lock=lock)


def _judge(table: Table, one: _Bound, rows: Sequence[Row]) -> Outcome | None:
    """None: the row is as it was, write it."""
    change = one.job.change
    if len(rows) > 1:
        return one.job.outcome(OutcomeKind.REJECTED, f"{len(rows)} rows of {change.table} hold the same key")
    if not rows:
        return None if change.create and change.was is None else one.job.outcome(OutcomeKind.MOVED, "missing")
    row = rows[0]
    if change.was is not None and table.same(row, change.was):
        return None
    if change.create and table.same(row, change.places):
        return Outcome(attempt=one.job.attempt, kind=OutcomeKind.CONFIRMED, remote_id=row.id, detail="it was there")
    return one.job.outcome(OutcomeKind.MOVED, "the row is not what it was")


def _insert(connection: sa.Connection, table: Table, new: Sequence[_Bound]) -> None:
    for names, group in _by_columns(new):
        columns = tuple(dict.fromkeys((*group[0].where, *names)))
        statement = sa.insert(table.clause).values({name: sa.bindparam(name) for name in columns})
        connection.execute(statement, [{**one.where, **one.values} for one in group])


def _update(connection: sa.Connection, table: Table, changed: Sequence[_Bound]) -> None:
    of, to = (f"{_free(table.columns)}{word}" for word in ("of_", "to_"))
    for names, group in _by_columns(one for one in changed if one.values):
        named = {name: sa.bindparam(f"{of}{name}", type_=sa.types.NullType()) for name in group[0].where}
        statement = (
            sa.update(table.clause)
            .where(*(table.clause.c[name] == parameter for name, parameter in named.items()))
            .values({name: sa.bindparam(f"{to}{name}") for name in names})
        )
        parameters = [
            {**{f"{of}{n}": v for n, v in one.where.items()}, **{f"{to}{n}": v for n, v in one.values.items()}}
            for one in group
        ]
        connection.execute(statement, parameters)


def _free(columns: Iterable[str]) -> str:
    """What no column's name begins with: no parameter may have the name of a column."""
    start = "_"
    while any(name.startswith(start) for name in columns):
        start += "_"
    return start


def _by_columns(writes: Iterable[_Bound]) -> Iterator[tuple[tuple[str, ...], list[_Bound]]]:
    groups: dict[tuple[str, ...], list[_Bound]] = {}
    for one in writes:
        groups.setdefault(tuple(sorted(one.values)), []).append(one)
    yield from groups.items()


def _confirmed(table: Table, one: _Bound, rows: Sequence[Row] | None) -> Outcome:
    """What the row shows now, read in the same transaction: a database may round, cut, compute, or keep nothing."""
    if not rows:
        return one.job.outcome(OutcomeKind.REJECTED, f"{table.name}: the database took the row and did not keep it")
    row, places = rows[0], one.job.change.places
    shown = {p: row.values[p] for p in places}
    other: dict[str, Json] = {p: v for p, v in shown.items() if not table.columns[p].same(v, places[p])}
    return Outcome(attempt=one.job.attempt, kind=OutcomeKind.CONFIRMED, remote_id=row.id, after=other or None)


def _in_doubt(outcome: Outcome, detail: str) -> Outcome:
    if outcome.kind is not OutcomeKind.CONFIRMED:
        return outcome
    return Outcome(attempt=outcome.attempt, kind=OutcomeKind.UNKNOWN, detail=detail)
