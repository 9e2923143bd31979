"""The tables of the ledger; METADATA knows them all."""

from syncengine.store.schema import erasure, failures, intake, knowledge, matching, trail, work
from syncengine.store.schema.column import METADATA

__all__ = ["METADATA", "erasure", "failures", "intake", "knowledge", "matching", "trail", "work"]
