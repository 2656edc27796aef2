"""Tickets in a folder of JSON Lines and blobs, for safe keeping and for ordinary tools."""

from anybacklog.store.archive.backend import ArchiveBackend, open_archive

__all__ = ["ArchiveBackend", "open_archive"]
