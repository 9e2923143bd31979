"""The permit to write: made by the store alone, inside the commit of the intent; redeemed once."""

from syncengine.canonical import digest
from syncengine.errors import TamperError
from syncengine.model.attempt import Send


class Permit:
    """Proof that the intent to send exactly these bytes is in the ledger. A writer redeems it before it sends."""

    __slots__ = ("_digest", "_redeemed", "send")

    def __init__(self, send: Send) -> None:
        self.send = send
        self._digest = digest(send.frozen)
        self._redeemed = False

    def redeem(self, frozen: bytes) -> None:
        """Raises TamperError on a second use, and for other bytes than the ones that were permitted."""
        if self._redeemed:
            raise TamperError(f"the permit of attempt {self.send.attempt} has been used")
        if digest(frozen) != self._digest:
            raise TamperError(f"attempt {self.send.attempt} may send other bytes than these")
        self._redeemed = True
