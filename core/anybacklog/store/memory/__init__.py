"""The reference: what every store must do, on plain dicts. Process-local, for tests and scripts."""

from anybacklog.store.memory.backend import MemoryBackend, open_memory

__all__ = ["MemoryBackend", "open_memory"]
