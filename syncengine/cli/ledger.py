"""The ledger for commands that look at one, or switch something in it: they make none where there is none."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from syncengine.errors import UserError
from syncengine.store.protocol import Store


@contextmanager
def existing_ledger(url: str, *, damaged: bool = True) -> Iterator[Store]:
    """A ledger to look at, `damaged` as it may be. Raises UserError where nothing was ever written."""
    from syncengine.store.open import is_there, open_store

    if not is_there(url):
        raise UserError(
            "there is no ledger yet",
            remedy="Run `syncengine run` or `syncengine ingest` first, or name the ledger with --state.",
            rule="state/no-ledger",
        )
    with closing(open_store(url, damaged=damaged)) as store:
        yield store
