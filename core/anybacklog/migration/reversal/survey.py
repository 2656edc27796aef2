"""A look at all that is to be deleted, before anything is: kept in a temporary file, in the order to delete it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Self

from anybacklog.errors import NotFound
from anybacklog.migration.apply.fallback import fallback_of, kept_for
from anybacklog.migration.comparison import logged
from anybacklog.migration.course import Bundle, Course
from anybacklog.migration.journals import journal
from anybacklog.migration.ledger import Pair
from anybacklog.migration.ledger.rows import Landed
from anybacklog.migration.moved import says_moved
from anybacklog.migration.reversal.objections import Copy, objections
from anybacklog.migration.seen import Seen
from anybacklog.migration.snapshot import Snapshot
from anybacklog.migration.wordings import forms
from anybacklog.model import TicketId
from anybacklog.steps import step_key
from anybacklog.tracker import Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class Doomed:
    """A ticket that the ledger created: whose copy it is, where it is, what speaks against deleting it.

    `print` recognises what people can change of it; None: it is gone already. `moved`: it says that it has moved on.
    """

    pair: int
    source_id: str
    source_key: str
    target_id: str
    target_key: str
    reasons: tuple[str, ...]
    print: str | None
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Looking:
    """Reads the copies of one pair in the target. `why_not` says why nobody can tell what was changed there."""

    target: Tracker
    pair: Pair
    snapshot: Snapshot
    course: Course | None
    why_not: str
    parents: Seen = field(repr=False)

    def all(self) -> Iterator[Doomed]:
        """Yield every ticket the ledger knows to be there, in no order; those the snapshot lacks come last."""
        with Seen() as seen:
            if self.course is not None:
                for bundle in self.snapshot.bundles():
                    landed = self.pair.landed("ticket", bundle.ticket.id, bundle.ticket.id)
                    if landed is not None and seen.add(bundle.ticket.id):
                        yield self.look(landed, bundle)
            for landed in self.pair.each("ticket"):
                if landed.item.id not in seen:
                    yield self.look(landed, None)

    def look(self, landed: Landed, bundle: Bundle | None) -> Doomed:
        """Read one copy and say what speaks against deleting it."""
        row = self.pair.row(step_key(landed.item))
        copy = self._copy(landed, bundle)
        reasons: tuple[str, ...]
        if copy is None or bundle is None or self.course is None:
            reasons = (f"nobody can tell whether it was changed since: {self.why_not}",) if copy is not None else ()
        else:
            reasons = tuple(dict.fromkeys((*objections(copy, bundle, self.course), *self._altered(landed))))
        return Doomed(
            pair=self.pair.id,
            source_id=landed.item.id,
            source_key=row.source_key if row is not None else "",
            target_id=landed.target_id,
            target_key=copy.ticket.key if copy is not None else landed.target_key or landed.target_id,
            reasons=reasons,
            print=self._print(copy) if copy is not None else None,
            moved=any(says_moved(each.body.source) for each in (copy.comments if copy is not None else ()) or ()),
        )

    def _altered(self, landed: Landed) -> Iterator[str]:
        folder = fallback_of(self.pair)
        for path in kept_for(self.pair, landed.target_ticket):
            if folder.altered(path):
                yield f"the file {path} in the fallback folder is not as it was kept"

    def print(self, target_id: str) -> str | None:
        """Read a ticket once more; None: it is gone."""
        there = self._read(target_id, links=False)  # they are no part of it
        return self._print(there) if there is not None else None

    def _copy(self, landed: Landed, bundle: Bundle | None) -> Copy | None:
        copy = self._read(landed.target_id, links=True)
        if copy is None:
            return None
        on_it = self.pair.landed_on(landed.target_ticket)
        tied = [link.target for link in bundle.ticket.links] + [bundle.ticket.parent or ""] if bundle else []
        twins = {each: twin.target_id for each in tied if (twin := self.pair.landed("ticket", each, each)) is not None}
        ours: dict[tuple[str, str], str] = {(each.item.kind, each.item.id): each.target_id for each in on_it}
        texts = {
            "description": landed.item,
            **{each.item.id: each.item for each in on_it if each.item.kind == "comment"},
        }
        known = {name: forms(self.pair, item) for name, item in texts.items()}
        hidden = tuple(self.target.capabilities.unreadable)  # known once a ticket was read
        above = copy.ticket.id in self.parents
        return replace(copy, ours=ours, twins=twins, above_strangers=above, forms=known, hidden=hidden)

    def _read(self, target_id: str, *, links: bool) -> Copy | None:
        can = self.target.capabilities.can
        try:
            ticket = self.target.ticket(TicketId(target_id))
            ticket = self.target.whole(ticket) if links else ticket
            comments = journal(self.target, self.pair, TicketId(target_id)) if can("comments") else None
            files = ticket.attachments if can("attachments") else ()
        except NotFound:
            self.target.project()  # gone is what a project says that is there itself
            return None
        return Copy(ticket=ticket, comments=comments, files=files, ours={}, twins={})

    def _print(self, copy: Copy) -> str:
        """Hash what people can change; ties and the journal's own entries change with what is deleted before."""
        ticket = replace(copy.ticket, parent=None, links=(), updated_at=copy.ticket.created_at, raw=None)
        said = [
            (comment.id, comment.body)
            for comment in copy.comments or ()
            if self.course is None or not logged(comment, self.course)
        ]
        whole = repr((ticket, said, [(file.id, file.name) for file in copy.files]))
        return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


class Survey:
    """The tickets to delete, whatever their number, the last made first: in a temporary file, gone with the run."""

    def __enter__(self) -> Self:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript("CREATE TABLE doomed (target_id TEXT, whole TEXT)")
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def add(self, doomed: Doomed) -> None:
        """Take one in."""
        whole = [getattr(doomed, name) for name in Doomed.__dataclass_fields__]
        self._database.execute("INSERT INTO doomed VALUES (?, ?)", (doomed.target_id, json.dumps(whole)))

    def __iter__(self) -> Iterator[Doomed]:
        rows = self._database.execute("SELECT whole FROM doomed ORDER BY length(target_id) DESC, target_id DESC")
        for (whole,) in rows:
            values = dict(zip(Doomed.__dataclass_fields__, json.loads(whole), strict=True))
            yield Doomed(**values | {"reasons": tuple(values["reasons"])})
