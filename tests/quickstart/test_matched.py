"""A CRM and an ERP that are older than the first sync: half of the customers stand there already, under other ids and
in other spellings. They are found again: nobody is there twice, and everybody is linked.
"""

import os
from pathlib import Path

import pytest

from tests.quickstart import matched, oracle
from tests.quickstart.conftest import Ledgers
from tests.quickstart.dump import differences, links
from tests.quickstart.matched import Old, alike
from tests.quickstart.workspace import Workspace, make

SEEDS = range(31, 31 + int(os.environ.get("MATCHED_SEEDS", "2")))
"""MATCHED_SEEDS=20 tries more companies."""


def wrong(it: Workspace, truth: oracle.Truth, old: Old) -> list[str]:
    """Where the CRM, the ERP and the ledger's links are not what they must be."""
    rows = differences(alike(it.holds("crm")), alike(matched.crm(truth, old)))
    rows += differences(alike(it.holds("erp")), alike(matched.erp(truth, old)))
    linked, wanted = links(it.folder, it.state), oracle.links(truth)
    rows += [f"links of {flow}" for flow in linked.keys() | wanted.keys() if linked.get(flow) != wanted.get(flow)]
    crm = matched.ids(it.database("crm"), "accounts", "id", "stripe_customer_id")
    erp = matched.ids(it.database("erp"), "partner", "partner_no", "reference")
    rows += [f"account of {key} is not {id_}" for key, id_ in old.crm.items() if crm.get(key) != id_]
    return rows + [f"partner of {key} is not {number}" for key, number in old.erp.items() if erp.get(key) != number]


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_customers_that_stood_there_before_are_linked_and_not_made_again(
    seed: int, tmp_path: Path, ledgers: Ledgers
) -> None:
    truth = make(tmp_path / "company", seed=seed, customers=10)
    it = Workspace(tmp_path / "it", tmp_path / "company", ledgers())
    old = matched.age(it, truth, seed)
    assert (len(old.crm), bool(old.erp)) == (5, True)
    it.deliver(it.captured, "all")
    finished = it.run()
    assert finished.exit == 0, finished.errors
    assert wrong(it, truth, old) == []
    assert finished.answer["unmatched"] == {"waiting": 0, "reading": 0, "review": 0}
    again = it.run()
    assert (again.exit, again.answer["has_changes"], again.answer["reviews"]) == (0, False, 0)
    verified = it.syncengine("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
