"""The ledger for commands that look at one, or switch something in it: they make none where there is none."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from syncengine.errors import UserError
from syncengine.store.protocol import Store

if TYPE_CHECKING:
    from pathlib import Path


@contextmanager
def existing_ledger(url: str, *, damaged: bool = True) -> Iterator[Store]:
    """A ledger to look at, `damaged` as it may be. Raises UserError where nothing was ever written."""
    from syncengine.store.open import open_store
    from syncengine.store.sqlite import database_path

    if url.startswith("sqlite") and not _written(database_path(url)):
        raise UserError(
            "there is no ledger yet",
            remedy="Run `syncengine run` or `syncengine ingest` first, or name the ledger with --state.",
            rule="state/no-ledger",
        )
    with closing(open_store(url, damaged=damaged)) as store:
        yield store


def _written(path: "Path") -> bool:
    return path.is_file() and path.stat().st_size > 0
