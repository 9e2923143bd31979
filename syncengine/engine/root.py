"""The composition root: from a map, an environment and a ledger to a world that the engine can act in.

The only place that reads the environment's variables, opens connectors and hands out writers.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import SystemRandom

from syncengine.check.checked import Checked
from syncengine.check.run import check_map
from syncengine.clock import Clock, SystemClock
from syncengine.connectors.protocol import Adapter, Setup, Writer
from syncengine.connectors.register import connector, descriptions, readings
from syncengine.engine.collector import seldom_collected
from syncengine.engine.settings import resolve
from syncengine.engine.view import view_of
from syncengine.engine.world import World, no_boundary
from syncengine.errors import RefusedError, SyncengineError
from syncengine.evidence.log import Log
from syncengine.model.finding import Finding
from syncengine.plan.compile import compile_plan
from syncengine.plan.plan import Plan
from syncengine.spec.environment import EnvironmentSpec
from syncengine.spec.loader import load_map
from syncengine.store.open import engine_lock, open_store
from syncengine.store.protocol import Store
from syncengine.vocabulary import Environment, Phase, Severity


class MapError(SyncengineError):
    """The map has mistakes; `findings` are all of them."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(f"the map has {len(findings)} mistakes", remedy="correct them")
        self.findings = findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Where the lines of a log go, and what they look like: text or json."""

    form: str
    write: Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What a command says about the world it wants: `state` is the ledger's URL, `kind` the command's name, `lines` its
    log, where it wants one.
    """

    maps: Path
    environment: str
    state: str
    actor: str
    kind: str
    lines: Lines | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What differs between a command and a test: time, threads, and what happens between two steps."""

    clock: Clock
    executor: Executor | None = None
    boundary: Callable[[str], None] = no_boundary


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    world: World
    writers: Mapping[str, Writer]
    folders: Mapping[str, Path]


def read_map(maps: Path, environment: str) -> tuple[Checked, EnvironmentSpec]:
    """A map without errors, with one environment of it. Raises MapError with every finding."""
    spec, findings = load_map(maps, environment)
    checked: Checked | None = None
    if spec is not None:
        checked, more = check_map(spec, descriptions(), environment)
        findings = [*findings, *more]
    errors = [f for f in findings if f.severity is Severity.ERROR]
    if errors or checked is None or spec is None:
        raise MapError(errors)
    return checked, spec.environments[environment]


@contextmanager
def open_intake(door: Door, hands: Hands | None = None) -> Iterator[World]:
    """A world to take deliveries in with: connectors that can check and read them, and no reachable write."""
    hands = hands or Hands(clock=SystemClock())
    checked, environment = read_map(door.maps, door.environment)
    with ExitStack() as stack:
        adapters = _open_adapters(checked, environment, door.maps, hands.clock, stack)
        adapters = {name: replace(adapter, open_writer=None) for name, adapter in adapters.items()}
        store = stack.enter_context(_closing(open_store(door.state)))
        yield stack.enter_context(_world(door, hands, checked, environment, adapters, store, stack))


@contextmanager
def open_engine(door: Door, hands: Hands | None = None) -> Iterator[Engine]:
    """A world to act in. Raises RefusedError for production, BusyError while another engine holds the ledger."""
    hands = hands or Hands(clock=SystemClock())
    checked, environment = read_map(door.maps, door.environment)
    _refuse_production(door, environment)
    with ExitStack() as stack:
        adapters = _open_adapters(checked, environment, door.maps, hands.clock, stack)
        stack.enter_context(engine_lock(door.state, f"syncengine {door.kind}", hands.clock.now()))
        store = stack.enter_context(_closing(open_store(door.state)))
        world = stack.enter_context(_world(door, hands, checked, environment, adapters, store, stack))
        stack.enter_context(seldom_collected())
        yield Engine(world=world, writers=open_writers(world), folders=_drop_folders(environment, door.maps))


@contextmanager
def _world(
    door: Door, hands: Hands, checked: Checked, environment: EnvironmentSpec, adapters: Mapping[str, Adapter],
    store: Store, stack: ExitStack,
) -> Iterator[World]:  # fmt: skip
    plan = compile_plan(checked, readings())
    executor = hands.executor or stack.enter_context(ThreadPoolExecutor(max(1, len(adapters))))
    session = store.open_session(
        kind=door.kind, actor=door.actor, project=checked.project, now=hands.clock.now()
    )  # fmt: skip
    yield World(
        clock=hands.clock,
        randomness=SystemRandom(),
        store=store,
        plan=plan,
        adapters=adapters,
        environments={name: c.environment for name, c in environment.systems.items()},
        hands=executor,
        session=session,
        floor=Phase.AUTOMATED if environment.starts_at == "ceiling" else Phase.OBSERVE,
        boundary=hands.boundary,
        news=_log(door, plan, store),
    )
    store.close_session(session, hands.clock.now())


def _log(door: Door, plan: Plan, store: Store) -> Log | None:
    if door.lines is None:
        return None
    return Log(view=view_of(plan, "logs", store.secret()), write=door.lines.write, form=door.lines.form)


@contextmanager
def _closing(store: Store) -> Iterator[Store]:
    try:
        yield store
    finally:
        store.close()


def _refuse_production(door: Door, environment: EnvironmentSpec) -> None:
    for name, connection in environment.systems.items():
        if connection.environment is Environment.PRODUCTION:
            raise RefusedError(
                f"{name} is a production system in the environment {door.environment}; production needs a lock, "
                "and locks are not built yet",
                remedy="say environment: local, sandbox or staging for it, if it is one",
                rule="environment/production-refused",
            )


def _open_adapters(
    checked: Checked, environment: EnvironmentSpec, folder: Path, clock: Clock, stack: ExitStack
) -> dict[str, Adapter]:
    adapters = {}
    for name, system in checked.systems.items():
        connection = environment.systems[name]
        setup = Setup(
            system=name,
            settings=resolve(connection.settings, system=name, folder=folder, environ=os.environ),
            folder=folder,
            environment=connection.environment,
            clock=clock,
            version=system.spec.version or "",
        )
        adapter = connector(system.spec.connector).open(setup)
        stack.callback(adapter.close)
        adapters[name] = adapter
    return adapters


def open_writers(world: World) -> dict[str, Writer]:
    """Writers of the systems that some grant lets the engine write, and of no others."""
    found = {}
    for name, adapter in world.adapters.items():
        if adapter.open_writer is not None and world.plan.written_flows(name):
            found[name] = adapter.open_writer()
    return found


def _drop_folders(environment: EnvironmentSpec, folder: Path) -> dict[str, Path]:
    found = {}
    for name, connection in environment.systems.items():
        said = {n: v for n, v in connection.settings.items() if n == "drop_folder"}
        for drop in resolve(said, system=name, folder=folder, environ=os.environ).values():
            found[name] = Path(os.path.normpath(folder / drop))
    return found
