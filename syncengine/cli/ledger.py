"""The ledger for commands that look at one, or switch something in it: they make none where there is none."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from syncengine.errors import UserError
from syncengine.store.protocol import Store, Switchboard


@contextmanager
def existing_ledger(url: str, *, damaged: bool = True) -> Iterator[Store]:
    """A ledger to look at, `damaged` as it may be. Raises UserError where nothing was ever written."""
    from syncengine.store.open import open_store

    _must_be_there(url)
    with closing(open_store(url, damaged=damaged)) as store:
        yield store


@contextmanager
def switchboard_of(url: str) -> Iterator[Switchboard]:
    """The switches of a ledger. Raises UserError where nothing was ever written."""
    from syncengine.store.open import open_switchboard

    _must_be_there(url)
    with closing(open_switchboard(url)) as board:
        yield board


def _must_be_there(url: str) -> None:
    from syncengine.store.open import is_there

    if not is_there(url):
        raise UserError(
            "there is no ledger yet",
            remedy="Run `syncengine run` or `syncengine ingest` first, or name the ledger with --state.",
            rule="state/no-ledger",
        )
