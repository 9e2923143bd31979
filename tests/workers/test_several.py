"""Several workers at once on one ledger: the CRM and the ERP end as with one, and nothing is written twice."""

from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from tests.crash import writelog
from tests.postgres import PostgresServer
from tests.quickstart import oracle
from tests.quickstart.dump import differences
from tests.quickstart.workspace import Finished, Workspace
from tests.workers.conftest import Rig
from tests.workers.gang import together
from tests.workers.targets import OnPostgres

FILES = 4
SYSTEMS = ("crm", "erp")


def spread(it: Workspace) -> Workspace:
    """The deliveries in several files, so that several workers can take them in."""
    size = -(-len(it.captured) // FILES)
    for n in range(FILES):
        it.deliver(it.captured[n * size : (n + 1) * size], f"{n}")
    return it


def wrong(it: Workspace, truth: oracle.Truth) -> list[str]:
    return differences(it.holds("crm"), oracle.crm(truth)) + differences(it.holds("erp"), oracle.erp(truth))


def log_writes(it: Workspace) -> None:
    """Targets on PostgreSQL log from the start."""
    for system in SYSTEMS if not isinstance(it, OnPostgres) else ():
        writelog.install(it.folder, system)


def written_twice(it: Workspace) -> list[str]:
    if isinstance(it, OnPostgres):
        return [said for system in SYSTEMS for said in it.written_twice(system)]
    return [said for system in SYSTEMS for said in writelog.written_twice(it.folder, system)]


def settled(ended: list[Finished]) -> list[int]:
    """How many inputs each of them judged."""
    return [sum(each.answer["events"].values()) for each in ended]


def sends(it: Workspace, server: PostgresServer) -> dict[tuple[int, str], list[tuple[int, datetime, datetime]]]:
    """By lane: decision number, and when it was sent and settled, as they were sent."""
    database = it.state.rpartition("/")[2].partition("?")[0]
    found: dict[tuple[int, str], list[tuple[int, datetime, datetime]]] = {}
    with server.connect(database) as connection:
        rows: list[Any] = connection.execute(
            "SELECT a.record_id, a.flow, a.sequence, t.sent_at, t.settled_at FROM attempts t "
            "JOIN actions a ON a.id = t.action_id ORDER BY t.id"
        ).fetchall()
    for record, flow, sequence, sent, ended in rows:
        moment = (int(sequence), datetime.fromisoformat(sent), datetime.fromisoformat(ended))
        found.setdefault((record, flow), []).append(moment)
    return found


def untidy(it: Workspace, server: PostgresServer) -> list[str]:
    """Lanes whose actions were sent in another order than they were decided in, or two at a time."""
    found = []
    for lane, sent in sends(it, server).items():
        numbers = [number for number, _, _ in sent]
        if numbers != sorted(numbers):
            found.append(f"{lane} out of order: {numbers}")
        found += [f"{lane} at once: {sent}" for (_, _, end), (_, begun, _) in pairwise(sent) if end > begun]
    return found


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("targets", ["sqlite", "postgresql"])
def test_three_workers_leave_what_one_leaves(
    targets: str, rig: Rig, truth: oracle.Truth, postgres_server: PostgresServer
) -> None:
    it = spread(rig(targets))
    log_writes(it)
    ended = together(it, (), (), ())
    assert [each.exit for each in ended] == [0, 0, 0], [each.errors for each in ended]
    assert sum(count > 0 for count in settled(ended)) > 1, "one of them did it all"
    assert sum(settled(ended)) >= len(it.captured)  # readings are judged too
    assert wrong(it, truth) == []
    assert written_twice(it) == []
    assert untidy(it, postgres_server) == []
    again = it.run()
    assert (again.exit, again.answer["has_changes"]) == (0, False)
    verified = it.syncengine("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.mark.slow
def test_nothing_that_is_right_rests_on_claims(rig: Rig, truth: oracle.Truth, postgres_server: PostgresServer) -> None:
    """Two workers that both do everything get in each other's way, and no further."""
    it = spread(rig("sqlite"))
    log_writes(it)
    ended = together(it, *[("-", "0", "claims")] * 2)
    assert [each.exit for each in ended] == [0, 0], [each.errors for each in ended]
    assert it.run().exit == 0
    assert wrong(it, truth) + written_twice(it) + untidy(it, postgres_server) == []
