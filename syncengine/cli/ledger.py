"""The ledger for commands that only look: they make none where there is none."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from syncengine.errors import UserError
from syncengine.store.protocol import Store


@contextmanager
def existing_ledger(url: str) -> Iterator[Store]:
    """Raises UserError where nothing was ever written."""
    from syncengine.store.open import open_store
    from syncengine.store.sqlite import database_path

    if url.startswith("sqlite") and not database_path(url).is_file():
        raise UserError(
            "there is no ledger yet",
            remedy="Run `syncengine run` or `syncengine ingest` first, or name the ledger with --state.",
            rule="state/no-ledger",
        )
    with closing(open_store(url)) as store:
        yield store
