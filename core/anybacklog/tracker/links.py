"""What can be done with the ties between tickets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from anybacklog.backend import AddsLinks, ReadsLinks
from anybacklog.model import Link, Ticket
from anybacklog.tracker.opened import Opened, Ref, refuse_empty


class LinkOperations(Opened):
    """What can be done with the ties between tickets."""

    def links(self, ref: Ref) -> Sequence[Link]:
        """List the ties of a ticket as seen from it."""
        with self._during("links"):
            return tuple(self._able(ReadsLinks, "links").links(self._id(ref)))

    def whole(self, ticket: Ticket) -> Ticket:
        """Give a ticket with its links too, where `capabilities.apart` says that tickets come without them."""
        return replace(ticket, links=tuple(self.links(ticket))) if "links" in self.capabilities.apart else ticket

    def add_link(self, ref: Ref, kind: str, other: Ref) -> Link:
        """Tie two tickets; the same tie again gives back the one that is there.

        ValidationError for a kind that is not one of `capabilities.link_kinds`.
        """
        with self._during("add_link"):
            refuse_empty(kind, "a link needs a kind, such as relates or blocks", "kind")
            return self._able(AddsLinks, "add_link").add_link(self._id(ref), kind, self._id(other))
