"""The share of mapped fields with an owner and one flow of his that says the value."""

from pathlib import Path

import pytest

from syncengine.check.coverage import coverage
from syncengine.spec.loader import load_map
from tests.specs.maps import edited, write_map


@pytest.mark.parametrize(
    ("file", "old", "new", "percent"),
    [
        ("words.yaml", "draft: Draft", "draft: New", 100.0),
        ("objects/invoice.yaml", "      due_at: due_date\n", "", 90.9),
        ("objects/invoice.yaml", "owner: crm, because", "owner: nobody, because", 90.9),
        ("objects/payout.yaml", "system_of_record: crm", "system_of_record: elsewhere", 81.8),
        ("people.yaml", "finance: finance@northwind.example, ", "", 27.2),
    ],
)
def test_coverage_counts_fields_that_one_known_owner_says(
    file: str, old: str, new: str, percent: float, tmp_path: Path
) -> None:
    spec, _ = load_map(write_map(tmp_path, edited(file, old, new)))
    assert spec is not None
    assert coverage(spec) == percent
