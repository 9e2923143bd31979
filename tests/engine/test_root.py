"""The composition root: what is opened for whom, what is refused, and how a session ends."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from syncengine.clock import ManualClock
from syncengine.connectors.memory import WORLDS
from syncengine.engine.inline import InlineExecutor
from syncengine.engine.root import Door, Hands, MapError, open_engine, open_intake, read_map
from syncengine.errors import BusyError, RefusedError, UserError
from syncengine.vocabulary import Phase
from tests.scenarios.stage import HERE

HANDS = Hands(clock=ManualClock(), executor=InlineExecutor())


@pytest.fixture
def maps(tmp_path: Path) -> Path:
    for name in ("crm", "erp"):
        WORLDS.create(name)
    return Path(shutil.copytree(HERE / "mappings", tmp_path / "mappings"))


def door(maps: Path, environment: str = "local", kind: str = "run") -> Door:
    state = f"sqlite:///{maps.parent / 'state.db'}"
    return Door(maps=maps, environment=environment, state=state, actor="ana", kind=kind)


def rewrite(maps: Path, file: str, old: str, new: str) -> None:
    path = maps / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def sessions(maps: Path) -> list[tuple[str, bool]]:
    """Kind, and whether it was closed."""
    with closing(sqlite3.connect(maps.parent / "state.db")) as ledger:
        rows = ledger.execute("select kind, closed_at is not null from sessions order by id")
        return [(kind, bool(closed)) for kind, closed in rows]


def test_an_engine_has_its_writers_and_its_folders(maps: Path) -> None:
    with open_engine(door(maps)) as engine:
        assert sorted(engine.writers) == ["crm", "erp"]
        assert engine.folders == {"stripe": maps.parent / "inbox"}
        assert engine.world.floor is Phase.AUTOMATED
    assert sessions(maps) == [("run", True)]


def test_a_system_that_nothing_is_granted_in_has_no_writer(maps: Path) -> None:
    rewrite(maps, "authority.yaml", (text := (maps / "authority.yaml").read_text())[text.index("erp-export") :], "")
    (maps / "gates.yaml").unlink()
    rewrite(maps, "objects/invoice.yaml", "    only: \"status in ['open', 'paid']\"\n", "")
    with open_engine(door(maps), HANDS) as engine:
        assert sorted(engine.writers) == ["crm"]


def test_only_an_environment_that_says_so_starts_above_observe(maps: Path) -> None:
    with open_engine(door(maps, "observed"), HANDS) as engine:
        assert engine.world.switches().floor is Phase.OBSERVE


def test_intake_has_no_way_to_write(maps: Path) -> None:
    with open_intake(door(maps, kind="ingest")) as world:
        assert [a.open_writer for a in world.adapters.values()] == [None, None, None]
    assert sessions(maps) == [("ingest", True)]


def test_intake_goes_on_beside_an_engine_and_a_second_engine_does_not(maps: Path) -> None:
    with open_engine(door(maps), HANDS):
        with open_intake(door(maps, kind="ingest"), HANDS) as world:
            assert world.store.due_inputs(1) == []
        with pytest.raises(BusyError, match="another engine"), open_engine(door(maps), HANDS):
            pass
    assert sessions(maps) == [("run", True), ("ingest", True)]


def test_a_session_that_ends_in_an_error_is_not_closed_as_if_all_were_well(maps: Path) -> None:
    with pytest.raises(ZeroDivisionError), open_engine(door(maps), HANDS):
        raise ZeroDivisionError
    assert sessions(maps) == [("run", False)]
    with open_engine(door(maps), HANDS):
        pass
    assert sessions(maps) == [("run", False), ("run", True)]


def test_production_is_refused_before_anything_is_opened(maps: Path) -> None:
    rewrite(maps, "environments/observed.yaml", "crm:    {environment: local", "crm:    {environment: production")
    with pytest.raises(RefusedError, match="crm is a production system"), open_engine(door(maps, "observed"), HANDS):
        pass
    assert not (maps.parent / "state.db").exists()


def test_a_map_with_mistakes_names_all_of_them(maps: Path) -> None:
    rewrite(maps, "objects/account.yaml", "{name: name, email: email,", "{nam: name, emai: email,")
    with pytest.raises(MapError) as told:
        read_map(maps, "local")
    assert len(told.value.findings) >= 2
    assert "mistakes" in told.value.message


def test_a_drop_folder_may_stand_in_a_variable(maps: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DROP", str(tmp_path / "elsewhere"))
    rewrite(maps, "environments/local.yaml", "drop_folder: ../inbox", 'drop_folder: "env:DROP"')
    with open_engine(door(maps), HANDS) as engine:
        assert engine.folders == {"stripe": tmp_path / "elsewhere"}


def test_a_secret_that_is_not_set_is_named_before_anything_is_opened(maps: Path) -> None:
    rewrite(maps, "environments/local.yaml", "../inbox,", '../inbox, webhook_secret: "env:NONE_SUCH",')
    with pytest.raises(UserError, match=r"stripe\.webhook_secret .* NONE_SUCH"), open_engine(door(maps), HANDS):
        pass
    assert not (maps.parent / "state.db").exists()
