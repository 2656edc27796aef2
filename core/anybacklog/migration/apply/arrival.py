"""Whether a file arrived as it was sent: by what the target tells of it, and where that leaves doubt by its bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from anybacklog.errors import AnyBacklogError, NotFound, ProtocolError
from anybacklog.migration.fetching import measured
from anybacklog.migration.ledger.rows import Landed, Sent
from anybacklog.model import Attachment
from anybacklog.tracker import Tracker


@dataclass(slots=True)
class Arrivals:
    """Looks at the files of one run once they are there; `notes` is told once of what cannot be looked at."""

    target: Tracker
    notes: list[str]
    _told: set[str] = field(default_factory=set)

    def checked(
        self, landed: Sequence[Landed], sent: Mapping[str, Sent]
    ) -> tuple[list[Landed], dict[str, tuple[Landed, str]]]:
        """Part what arrived whole from files that did not: by the source's id, where each is and what is wrong.

        Whole files bear the size and hash of what was sent from then on. `sent` is by the source's id, too.
        """
        whole: list[Landed] = []
        damaged: dict[str, tuple[Landed, str]] = {}
        for each in landed:
            wanted = sent.get(each.item.id) if each.item.kind == "attachment" else None
            wrong = self._wrong(each, wanted) if wanted is not None else None
            if wrong is not None:
                damaged[each.item.id] = (each, wrong)
            else:
                whole.append(replace(each, size=wanted.size, sha256=wanted.sha256) if wanted is not None else each)
        return whole, damaged

    def take_away(self, landed: Landed) -> str:
        """Delete a file that arrived damaged, and say what became of it."""
        if not self.target.capabilities.can("delete_attachment"):
            return "it is still there as it is: delete it there"
        try:
            self.target.delete_attachment(landed.target_ticket, landed.target_id)
        except NotFound:
            return "it is not there any more"
        except AnyBacklogError as error:
            return f"it could not be deleted ({error}): delete it there"
        return "it was deleted again"

    def _wrong(self, landed: Landed, sent: Sent) -> str | None:
        told = landed.told
        if told is not None and (told.sha256 == sent.sha256 or (told.sha256 is None and told.size == sent.size)):
            return None
        if not self.target.capabilities.can("open_attachment"):
            return self._unseen(told, sent)
        there = Attachment(id=landed.target_id, name=told.name if told else "", ticket=landed.target_ticket)
        try:
            with self.target.open_attachment(there) as stream:
                found = measured(stream)
        except (NotFound, ProtocolError) as error:
            return f"it arrived and cannot be read there: {error}"
        return None if found == sent else _difference(found, sent)

    def _unseen(self, told: Attachment | None, sent: Sent) -> str | None:
        """Judge a file that cannot be read back by its size alone; where not even that is told, say so once."""
        if told is not None and told.size is not None:
            return f"it arrived with {told.size} of {sent.size} bytes" if told.size != sent.size else None
        note = (
            "the target neither tells the size of a file nor shows it, so that nobody can tell whether it arrived whole"
        )
        if note not in self._told:
            self._told.add(note)
            self.notes.append(note)
        return None


def _difference(found: Sent, sent: Sent) -> str:
    if found.size != sent.size:
        return f"it arrived with {found.size} of {sent.size} bytes"
    return f"it arrived with other bytes than were sent, SHA-256 {found.sha256} instead of {sent.sha256}"
