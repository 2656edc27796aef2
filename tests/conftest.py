"""What holds for every test: a busy machine is no failure, so hypothesis sets no deadline."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("anybacklog", deadline=None)
settings.load_profile("anybacklog")
