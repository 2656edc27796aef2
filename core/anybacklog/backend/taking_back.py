"""What is made can be taken back: the words of a project."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from anybacklog.backend.drafts import Metadata


@runtime_checkable
class DeletesMetadata(Protocol):
    """What `add_metadata` has added can be deleted again, as long as nothing uses it: a rollback does so."""

    def delete_metadata(self, noun: Metadata) -> None:
        """Delete for good what is of the kind and id of `noun`, its name aside.

        Conflict while anything uses it, which stays as it is; NotFound if it is not there.
        """
        ...
