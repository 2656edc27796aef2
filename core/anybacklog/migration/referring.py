"""What the tickets and files that a text names are called now: asks a ledger, for all its projects of one source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

from anybacklog.abilities import References
from anybacklog.errors import NotFound, ProtocolError
from anybacklog.migration.course import Course
from anybacklog.migration.journals import journal
from anybacklog.migration.ledger import Pair
from anybacklog.migration.ledger.rows import Landed
from anybacklog.migration.references import Reader, Refer, Reference, answered
from anybacklog.tracker import Tracker


def asking(course: Course, pair: Pair, settings: Mapping[str, Any], there: Tracker) -> Course:
    """Give a course that asks the ledger what becomes of names in texts, and which files lie in the fallback folder.

    Of a comment whose id there nobody told, the pair's target `there` is asked.
    """
    kept = partial(pair.landed, "kept")
    return replace(course, refer=refer_by(pair, settings, there), staying=_staying_by(settings), kept=kept)


def refer_by(pair: Pair, settings: Mapping[str, Any], there: Tracker) -> Refer | None:
    """Give what finds references in texts of a pair and says what is to stand there, the pair's target `there`.

    None where the source's texts cannot be read for them, or the target does not say how its own name things.
    """
    source, target = _ends(settings)
    if source is None or source.key is None or target is None:
        return None
    place = _place(pair.source)
    others = [each for each in pair.ledger.every() if each.id != pair.id and _place(each.source) == place]
    others.sort(key=lambda each: (_place(each.target) != _place(pair.target), each.id))
    return _Referring(pair, tuple(others), Reader(source), target, there)


def _staying_by(settings: Mapping[str, Any]) -> Refer | None:
    """Give what finds references that stay, since the target does not say how its texts name things."""
    source, target = _ends(settings)
    if source is None or source.key is None or target is not None:
        return None
    reader = Reader(source)
    return lambda text: tuple(reader.found(text))


def staying(settings: Mapping[str, Any], texts: int) -> Iterator[str]:
    """Say of which texts the names of tickets and files stay, and why; `texts` is how many were found to have some."""
    source, _ = _ends(settings)
    if source is None or source.key is None:
        why = "it does not say how they name them" if source is None else "what looks like one may be anything"
        yield f"texts of the source are not looked through for names of tickets, {why}: such names stay as they are"
    elif texts:
        yield f"texts that keep old names of tickets or files, because the target does not say how its own do: {texts}"


def named_by(source: Tracker, target: Tracker) -> dict[str, Any]:
    """Give what a ledger keeps of how texts name things at both ends, as JSON."""
    ends = {"source": source.capabilities.references, "target": target.capabilities.references}
    return {end: asdict(known) if known is not None else None for end, known in ends.items()}


@dataclass(frozen=True, slots=True)
class _Referring:
    pair: Pair
    others: Sequence[Pair]
    reader: Reader
    target: References
    tracker: Tracker

    def __call__(self, source: str) -> Sequence[Reference]:
        return answered(self.reader.found(source), self._answer)

    def _answer(self, reference: Reference) -> str | None:
        if reference.form not in ("key", "url"):
            return self._file(reference)
        for pair in (self.pair, *self.others):
            landed = pair.called(reference.id)
            if landed is not None and landed.target_key is not None:
                return self._ticket(reference, pair, landed, landed.target_key)
        stays = reference.form == "url" and self.target.url is None
        return reference.said if stays else None

    def _ticket(self, reference: Reference, pair: Pair, landed: Landed, key: str) -> str | None:
        """Write a ticket's new name as its old one was written; its address where it lives in another service."""
        near = _place(pair.target) == _place(self.pair.target)
        if near and reference.form == "key":
            return self.target.key_form.replace("{key}", key)
        there = self.target if near else _known((pair.settings.get("references") or {}).get("target"))
        if there is None or there.url is None:
            return reference.said if near else None
        address = there.url.replace("{key}", key)
        comment = pair.landed("comment", landed.item.id, reference.comment) if reference.comment else None
        if comment is None or there.comment is None:
            return address
        if comment.untold and (not near or (comment := self._asked(pair, comment)).untold):
            return None
        return address + there.comment.replace("{id}", comment.target_id)

    def _asked(self, pair: Pair, comment: Landed) -> Landed:
        """Look for the id of a comment in its journal, unless that cannot be read."""
        with suppress(NotFound, ProtocolError):
            journal(self.tracker, pair, comment.target_ticket)
        return pair.landed("comment", comment.item.ticket_id, comment.item.id) or comment

    def _file(self, reference: Reference) -> str | None:
        form, landed = self.target.files.get(reference.form), self.pair.file(reference.id)
        if form is None:
            return reference.said
        if landed is None:
            return None
        return form.replace("{id}", landed.target_id).replace("{name}", reference.name)


def _ends(settings: Mapping[str, Any]) -> tuple[References | None, References | None]:
    named = settings.get("references") or {}
    return _known(named.get("source")), _known(named.get("target"))


def _known(kept: Mapping[str, Any] | None) -> References | None:
    return References(**kept) if kept else None


def _place(identity: str) -> str:
    """Give the part of an identity that all projects of one space, organization or file share."""
    return identity.rpartition("/")[0] or identity
