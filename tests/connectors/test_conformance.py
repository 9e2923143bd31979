"""Every adapter of this package passes the same suite; adapters that break a rule do not."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from syncengine.connectors.conformance import (
    READ_BACK_CHECKS,
    READER_CHECKS,
    WRITER_CHECKS,
    NonconformingError,
    ReaderRig,
    WriterRig,
)
from syncengine.connectors.protocol import Writer
from syncengine.errors import TemporaryError
from syncengine.model.attempt import Outcome, Request
from syncengine.model.permit import Permit
from syncengine.model.struct import replace as altered
from syncengine.vocabulary import OutcomeKind
from tests.connectors.rigs import memory_rig, postgres_rig, sqlite_rig

SYSTEMS = ("memory", "sqlite", "postgres")


@pytest.fixture
def writer_rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[WriterRig]:
    if request.param == "memory":
        rig = memory_rig(tmp_path)
    elif request.param == "sqlite":
        rig = sqlite_rig(tmp_path).writer_rig()
    else:
        server = request.getfixturevalue("postgres_server")
        name = request.getfixturevalue("postgres_database")()
        rig = postgres_rig(server, name, tmp_path).writer_rig()
    yield rig
    rig.adapter.close()


@pytest.mark.parametrize("writer_rig", SYSTEMS, indirect=True)
@pytest.mark.parametrize("check", [*WRITER_CHECKS, *READ_BACK_CHECKS], ids=lambda check: check.__name__)
def test_a_written_system_conforms(writer_rig: WriterRig, check: Callable[[WriterRig], None]) -> None:
    check(writer_rig)


def reader_rig(rig: WriterRig) -> ReaderRig:
    """Three records, made one second apart, with a count of their changes where that is the user's own column."""
    version = "" if rig.record == "invoices" and rig.adapter.description.connector == "memory" else "changes"
    ids = []
    for number in range(1, 4):
        request = rig.create(f"k-{number}")
        places = {**request.places, **({version: number} if version else {})}
        ids.append(rig.send(altered(request, places=places))[0].remote_id)
        rig.clock.wait(1)

    def change(id: str) -> None:  # noqa: A002
        rig.edit(f"k-{ids.index(id) + 1}", {rig.text: "edited", **({version: 4} if version else {})})

    return ReaderRig(adapter=rig.adapter, record=rig.record, known=ids, missing="999", change=change, version=version)


@pytest.mark.parametrize("writer_rig", SYSTEMS, indirect=True)
@pytest.mark.parametrize("check", READER_CHECKS, ids=lambda check: check.__name__)
def test_a_read_system_conforms(writer_rig: WriterRig, check: Callable[[ReaderRig], None]) -> None:
    check(reader_rig(writer_rig))


class Careless:
    """A writer that hands everything on, and may be told to break one rule."""

    def __init__(self, inner: Writer) -> None:
        self.inner = inner
        self.calls = 0

    def prepare(self, request: Request) -> bytes:
        return self.inner.prepare(request)

    def write(self, batch: Sequence[tuple[Permit, bytes]]) -> Sequence[Outcome]:
        return self.inner.write(batch)


class Unstable(Careless):
    def prepare(self, request: Request) -> bytes:
        self.calls += 1
        return self.inner.prepare(request) + b" " * self.calls


class Overwriting(Careless):
    """Takes whatever stands there for the before-image."""

    def __init__(self, inner: Writer, rig: WriterRig) -> None:
        super().__init__(inner)
        self.rig = rig

    def prepare(self, request: Request) -> bytes:
        image = self.rig.image(request.key[1])
        return self.inner.prepare(altered(request, before=image.places if image else None))


class Optimistic(Careless):
    """Says that all is well."""

    def write(self, batch: Sequence[tuple[Permit, bytes]]) -> Sequence[Outcome]:
        return [altered(outcome, kind=OutcomeKind.CONFIRMED) for outcome in self.inner.write(batch)]


class Forgetful(Careless):
    def write(self, batch: Sequence[tuple[Permit, bytes]]) -> Sequence[Outcome]:
        return self.inner.write(batch)[1:]


class Permissive(Careless):
    """Never redeems the permit it was given."""

    def write(self, batch: Sequence[tuple[Permit, bytes]]) -> Sequence[Outcome]:
        return self.inner.write([(Permit(altered(permit.send, frozen=frozen)), frozen) for permit, frozen in batch])


def _given(writer: Writer) -> Writer:
    return writer


def found_by(rig: Callable[[], WriterRig], breaking: Callable[[Writer, WriterRig], Writer]) -> set[str]:
    """The checks that an adapter with a broken writer does not pass."""
    failed = set()
    for check in WRITER_CHECKS:
        whole = rig()
        broken = breaking(whole.writer(), whole)
        try:
            check(replace(whole, adapter=replace(whole.adapter, open_writer=partial(_given, broken))))
        except (NonconformingError, TemporaryError):
            failed.add(check.__name__)
    return failed


@pytest.mark.parametrize(
    ("breaking", "expected"),
    [
        (lambda inner, _: Unstable(inner), {"prepare_is_pure"}),
        (Overwriting, {"foreign_edit_moves", "other_create_moves"}),
        (lambda inner, _: Optimistic(inner), {"foreign_edit_moves", "over_is_not_sent", "refused_record_stays_alone"}),
        (lambda inner, _: Forgetful(inner), {"create_makes_one_record", "outcomes_are_per_record"}),
        (lambda inner, _: Permissive(inner), {"permit_is_redeemed", "other_bytes_are_refused"}),
    ],
    ids=["unstable", "overwriting", "optimistic", "forgetful", "permissive"],
)
def test_a_writer_that_breaks_a_rule_is_found(
    tmp_path: Path, breaking: Callable[[Writer, WriterRig], Writer], expected: set[str]
) -> None:
    assert expected <= found_by(lambda: memory_rig(tmp_path), breaking)


def test_an_honest_writer_passes_the_same_search(tmp_path: Path) -> None:
    assert found_by(lambda: memory_rig(tmp_path), lambda inner, _: Careless(inner)) == set()
