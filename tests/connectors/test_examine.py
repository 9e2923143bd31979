"""What Stripe's API, and a folder of snapshots, look like from outside: for `doctor`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syncengine.connectors import stripe
from syncengine.connectors.folder import FolderExaminer
from syncengine.connectors.protocol import Adapter, Examiner, Need
from syncengine.errors import PermanentError, TemporaryError
from syncengine.vocabulary import Health
from tests.connectors.rigs import setup
from tests.connectors.server import Asked, Reply, Server, serving

DATE = "Thu, 01 Jan 2026 09:30:00 GMT"


def need(record: str) -> Need:
    return Need(flow="account.stripe", record=record, reads=("name",))


class Billing:
    """Refuses what is in `closed`."""

    def __init__(self) -> None:
        self.closed: dict[str, int] = {}

    def answer(self, asked: Asked) -> Reply:
        path = asked.path.partition("?")[0]
        status = self.closed.get(path, 200)
        body: dict[str, object] = {"data": []} if status == 200 else {"error": {"type": "invalid_request_error"}}
        return Reply(status=status, body=body, headers={"date": DATE})


@pytest.fixture
def billing() -> Billing:
    return Billing()


@pytest.fixture
def server(billing: Billing) -> Iterator[Server]:
    with serving(billing.answer) as found:
        yield found


@pytest.fixture
def examiner(server: Server, tmp_path: Path) -> Iterator[Examiner]:
    settings = {"address": server.address, "secret_key": "sk_test_0123456789"}
    adapter: Adapter = stripe.open(setup(tmp_path, settings))
    assert adapter.examiner is not None
    yield adapter.examiner
    adapter.close()


def test_an_api_answers_with_its_clock(examiner: Examiner) -> None:
    assert examiner.greet().at == datetime(2026, 1, 1, 9, 30, tzinfo=UTC)


def test_a_key_that_may_not_read_the_balance_is_let_in(examiner: Examiner, billing: Billing) -> None:
    billing.closed["/v1/balance"] = 403
    assert "takes the key" in examiner.greet().what


def test_a_key_that_is_wrong_is_not(examiner: Examiner, billing: Billing) -> None:
    billing.closed["/v1/balance"] = 401
    with pytest.raises(PermanentError, match="401"):
        examiner.greet()


def test_what_a_key_may_not_read_is_named(examiner: Examiner, billing: Billing, server: Server) -> None:
    billing.closed["/v1/invoices"] = 403
    (lacking,) = examiner.examine(need("invoices"))
    (fine,) = examiner.examine(need("customers"))
    assert (lacking.health, fine.health) == (Health.FAILED, Health.OK)
    assert lacking.next == "give the key the right to read invoices"
    assert {asked.method for asked in server.asked} == {"GET"}


def test_records_that_stripe_does_not_have_are_named(examiner: Examiner) -> None:
    (found,) = examiner.examine(need("rows"))
    assert found.health is Health.FAILED


def test_a_folder_that_is_not_there_is_away(tmp_path: Path) -> None:
    with pytest.raises(TemporaryError, match="is not there"):
        FolderExaminer(tmp_path / "snapshots").greet()


def test_records_that_a_folder_does_not_have_are_a_warning(tmp_path: Path) -> None:
    (tmp_path / "customers").mkdir()
    (tmp_path / "invoices.jsonl").touch()
    look = FolderExaminer(tmp_path)
    found = {name: look.examine(need(name))[0].health for name in ("customers", "invoices", "charges")}
    assert found == {"customers": Health.OK, "invoices": Health.OK, "charges": Health.WARNING}
