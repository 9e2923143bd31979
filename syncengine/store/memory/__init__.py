"""The memory store: a whole implementation of the Store in dictionaries."""

from syncengine.store.memory.store import MemoryStore

__all__ = ["MemoryStore"]
