"""Records read from a folder."""

import errno
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syncengine.clock import ManualClock
from syncengine.connectors import stripe
from syncengine.connectors.conformance import READER_CHECKS, ReaderRig
from syncengine.connectors.protocol import Adapter, Reader
from syncengine.errors import PermanentError, TemporaryError
from tests.connectors.rigs import setup


def write(folder: Path, record: str, id: str, **more: Any) -> None:  # noqa: A002
    file = folder / "records" / record / f"{id}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"id": id, "object": record.removesuffix("s"), **more}))


def adapter(folder: Path, clock: ManualClock | None = None) -> Adapter:
    return stripe.open(setup(folder, {"snapshots": "records"}, clock))


def reader(folder: Path, clock: ManualClock | None = None) -> Reader:
    found = adapter(folder, clock).reader
    assert found is not None
    return found


def test_a_record_is_read_from_its_file_as_of_now(tmp_path: Path) -> None:
    clock = ManualClock()
    write(tmp_path, "invoices", "in_1", status="paid", rate=0.5)
    found = reader(tmp_path, clock).read("invoices", "in_1")
    assert found is not None
    assert (found.content["status"], str(found.content["rate"])) == ("paid", "0.5")
    assert (found.version.at, found.version.resolution) == (clock.now(), timedelta(0))


def test_a_record_may_be_a_line_and_a_later_line_counts(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    folder.mkdir()
    file = folder / "invoices.jsonl"
    file.write_text('{"id": "in_1", "object": "invoice", "n": 1}\n\n{"id": "in_1", "object": "invoice", "n": 2}\n')
    read = reader(tmp_path)
    found = read.read("invoices", "in_1")
    assert found is not None
    assert found.content["n"] == 2
    file.write_text('{"id": "in_1", "object": "invoice", "n": 3, "more": true}\n')
    os.utime(file, ns=(1, 1))
    found = read.read("invoices", "in_1")
    assert found is not None
    assert found.content["n"] == 3


def test_a_record_that_is_not_in_the_folder_cannot_be_read_here(tmp_path: Path) -> None:
    write(tmp_path, "invoices", "in_1")
    assert reader(tmp_path).read("invoices", "in_2") is None
    assert reader(tmp_path).read("payouts", "po_1") is None


def test_a_stub_that_says_deleted_is_gone(tmp_path: Path) -> None:
    write(tmp_path, "customers", "cus_1", deleted=True)
    found = reader(tmp_path).read("customers", "cus_1")
    assert found is not None
    assert found.gone


@pytest.mark.parametrize("id_", ["../invoices/in_1", "..", ".hidden", "a/b", "", "in_1\0", "i" * 5000])
def test_no_id_leads_out_of_its_folder(tmp_path: Path, id_: str) -> None:
    write(tmp_path, "invoices", "in_1")
    write(tmp_path, "invoices", ".hidden")
    assert reader(tmp_path).read("customers", id_) is None
    assert reader(tmp_path).read("../records/invoices", "in_1") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"id": "in_1", "id": "in_2"}', "given twice"),
        ("{", "not JSON"),
        ("[]", "one JSON object"),
        ('{"id": "ch_1", "object": "charge"}', "is one of charges"),
        ('{"id": "in_9", "object": "invoice"}', "is the snapshot of in_9"),
    ],
)
def test_a_file_that_is_no_such_record_is_named(tmp_path: Path, text: str, message: str) -> None:
    write(tmp_path, "invoices", "in_1")
    (tmp_path / "records" / "invoices" / "in_1.json").write_text(text)
    with pytest.raises(PermanentError, match=message):
        reader(tmp_path).read("invoices", "in_1")


def test_a_bad_line_is_named_by_its_number(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "invoices.jsonl").write_text('{"id": "in_1", "object": "invoice"}\n{"id"\n')
    with pytest.raises(PermanentError, match=r"invoices\.jsonl:2: not JSON"):
        reader(tmp_path).read("invoices", "in_1")


def test_a_folder_that_is_away_is_a_passing_fault(tmp_path: Path) -> None:
    with pytest.raises(TemporaryError, match="is not there"):
        reader(tmp_path).read("invoices", "in_1")


def test_a_file_that_may_not_be_opened_is_a_passing_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    write(tmp_path, "invoices", "in_1")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(TemporaryError, match=r"in_1\.json cannot be read: Permission denied"):
        reader(tmp_path).read("invoices", "in_1")
    with pytest.raises(TemporaryError, match="cannot be read"):
        list(reader(tmp_path).scan("invoices", version="", cursor=""))


@pytest.mark.parametrize("check", READER_CHECKS, ids=lambda check: check.__name__)
def test_the_folder_conforms(tmp_path: Path, check: Any) -> None:
    ids = ["in_b", "in_a", "in_c"]
    for created, id_ in enumerate(ids):
        write(tmp_path, "invoices", id_, created=created)
    rig = ReaderRig(
        adapter=adapter(tmp_path),
        record="invoices",
        known=ids,
        missing="in_9",
        change=lambda id_: write(tmp_path, "invoices", id_, created=0, changed=True),
        forgets=True,
    )
    check(rig)
