"""A look at Stripe's API, or at the folder of snapshots that stands for it: one record of each kind that is read."""

from collections.abc import Sequence

from syncengine.connectors.http import Transport
from syncengine.connectors.protocol import Greeting, Need
from syncengine.connectors.stripe.records import RECORDS
from syncengine.errors import PermanentError
from syncengine.model.examined import Examined, failed, ok


class StripeExaminer:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def greet(self) -> Greeting:
        """A key without the right to read the balance is let in too."""
        answer = self._transport.get("v1/balance", also=(403,))
        return Greeting(what="the API answers, and takes the key", at=answer.date)

    def examine(self, need: Need) -> Sequence[Examined]:
        if need.record not in RECORDS:
            return [failed(need.record, "Stripe has no such records", f"correct the flow {need.flow} of the map")]
        try:
            self._transport.get(f"v1/{need.record}", {"limit": 1})
        except PermanentError as error:
            return [failed(need.record, str(error), f"give the key the right to read {need.record}")]
        return [ok(need.record, "the key may read them")]
