"""One system: can its secrets be resolved, does it answer, is its clock ours, and is it as the map needs it."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from syncengine.check.checked import Checked
from syncengine.clock import Clock
from syncengine.connectors.protocol import Adapter, Need, Setup
from syncengine.connectors.register import connector
from syncengine.engine.doctor import drop, skew
from syncengine.engine.settings import resolve
from syncengine.errors import PermanentError, TemporaryError, UserError
from syncengine.model.examined import Examined, failed, ok, warning
from syncengine.spec.environment import Connection


def examine(
    checked: Checked, name: str, connection: Connection, needs: Iterator[Need], folder: Path, clock: Clock
) -> Iterator[Examined]:  # fmt: skip
    settings: dict[str, str] = {}
    lacking = 0
    for setting, value in connection.settings.items():
        try:
            settings |= resolve({setting: value}, system=name, folder=folder, environ=os.environ)
        except UserError as error:
            lacking += 1
            yield failed("secrets", error.message, error.remedy)
    if lacking:
        return
    yield from _secrets(connection.settings)
    system = checked.systems[name].spec
    setup = Setup(
        system=name, settings=settings, folder=folder, environment=connection.environment, clock=clock,
        version=system.version or "",
    )  # fmt: skip
    try:
        adapter = connector(system.connector).open(setup)
    except UserError as error:
        yield failed("settings", error.message, error.remedy)
        return
    try:
        yield from _look(adapter, needs, clock)
    finally:
        adapter.close()
    if "drop_folder" in settings:
        yield from drop.examine(Path(os.path.normpath(folder / settings["drop_folder"])))


def _secrets(settings: Mapping[str, str]) -> Iterator[Examined]:
    named = [name for name, value in settings.items() if value.startswith(("env:", "file:"))]
    if named:
        yield ok("secrets", f"{', '.join(named)} can be resolved")


def _look(adapter: Adapter, needs: Iterator[Need], clock: Clock) -> Iterator[Examined]:
    if adapter.examiner is None:
        yield _unseen(adapter)
        return
    try:
        before = clock.now()
        greeting = adapter.examiner.greet()
        yield ok("connection", greeting.what)
        if greeting.at is not None:
            yield skew.judge(greeting.at, before, clock.now())
        for need in needs:
            yield from adapter.examiner.examine(need)
    except (TemporaryError, PermanentError) as error:
        yield failed("connection", str(error), "see that it runs, can be reached, and lets this user in")


def _unseen(adapter: Adapter) -> Examined:
    if adapter.reader is None and adapter.intake is not None:
        what = "nothing can be read back: neither an API key nor a folder of snapshots is set"
        return warning("connection", what, "set one of them; until then what is in doubt stays unsettled")
    return ok("connection", "its connector offers no look at it")
