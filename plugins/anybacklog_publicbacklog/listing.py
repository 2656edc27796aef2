"""Tickets found by trying ids."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from anybacklog.plugin import NotFound, Ticket, TicketQuery, ValidationError
from anybacklog_publicbacklog.answers import Json
from anybacklog_publicbacklog.opened import Opened, Unplaced, number
from anybacklog_publicbacklog.scan import Scan

_log = logging.getLogger("anybacklog.publicbacklog")
OPTIONS = ("ids", "scan_from", "scan_gap")


class Listing(Opened):
    """What can be found."""

    def tickets(self, query: TicketQuery) -> Iterator[Ticket]:
        """Yield the backlog's tickets in the order of their ids, one call for each id, in constant memory.

        `options`: `scan_from` and `scan_gap` for this listing alone, or `ids`, which are asked for instead of a scan.
        Where the scan stands is in `extension(PublicBacklog).scan`.
        """
        unknown = [name for name in query.options if name not in OPTIONS]
        if unknown:
            raise ValidationError(f"there is no option {unknown[0]!r}; there is {', '.join(OPTIONS)}", field="options")
        if "ids" in query.options:
            return self._each(sorted({_id(each) for each in _several(query.options["ids"])}))
        start = _positive(query.options, "scan_from", self._options.scan_from)
        return self._scanned(start, _positive(query.options, "scan_gap", self._options.scan_gap))

    def tickets_after(self, key: str | None) -> Iterator[Ticket]:
        """Yield the backlog's tickets with higher ids than `key` by a scan; None: from `scan_from`.

        Also those whose answers name no backlog: what is asked for may be among them.
        """
        start = self._options.scan_from if key is None else number("ticket", key) + 1
        return self._scanned(start, self._options.scan_gap, unnamed=True)

    def ticket_by_key(self, key: str) -> Ticket:
        """Read one ticket by key, which is its id."""
        return self.ticket(key)

    def _each(self, ids: list[int]) -> Iterator[Ticket]:
        for each in ids:
            try:
                ticket = self._listed = self.ticket(str(each))
            except (NotFound, Unplaced):
                _log.info("%s is no ticket of this backlog", each)
                continue
            yield ticket

    def _scanned(self, start: int, gap: int, *, unnamed: bool = False) -> Iterator[Ticket]:
        self._project  # noqa: B018  # a backlog that is not there is NotFound, not empty
        scan = Scan.beginning(start, gap)
        while not scan.ended:
            raw = self._found(scan.asked + 1)
            own = None if raw is None else self._is_own(raw) or (unnamed and self._named(raw) is None)
            scan = self._scan = scan.missed() if raw is None else scan.met(here=own or self._named(raw))
            if raw is not None and own:
                ticket = self._listed = self._ticket(raw)
                yield ticket
            self._on_listing(scan.progress())  # now: who goes on behind what is told must have had the ticket
        _log.info("scanned: %s", scan)

    def _found(self, id: int) -> Json | None:
        try:
            return self._asked(id)
        except NotFound:
            return None


def _several(ids: Any) -> list[Any]:
    if isinstance(ids, str):
        return ids.split(",")
    return list(ids) if isinstance(ids, list | tuple | set | frozenset | range) else [ids]


def _id(given: Any) -> int:
    try:
        return number("ticket", str(given).strip())
    except NotFound:
        raise ValidationError(f"ids are whole numbers from 1, and {given!r} is none", field="options") from None


def _positive(options: Any, name: str, otherwise: int) -> int:
    value = options.get(name, otherwise)
    if isinstance(value, bool) or not str(value).isdecimal() or int(value) < 1:
        raise ValidationError(f"{name} is a whole number from 1, not {value!r}", field="options", value=value)
    return int(value)
