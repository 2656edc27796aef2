"""Held items, settled by a person who has looked: it is there, under this id; or it is absent, and planned again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from anybacklog.errors import ConfigurationError, NotFound
from anybacklog.migration.journals import journal
from anybacklog.migration.ledger import Pair
from anybacklog.migration.ledger.rows import Landed, Row
from anybacklog.migration.mark import find_mark
from anybacklog.model import Attachment, Comment, Text, Ticket, TicketId
from anybacklog.steps import Item, ItemKind
from anybacklog.tracker import Tracker

_KINDS: tuple[ItemKind, ...] = ("ticket", "comment", "attachment", "link", "parent", "state", "text", "moved")


def settle(target: Tracker, pair: Pair, words: Mapping[str, str]) -> list[str]:
    """Do what was said of each held item, all of it checked first; gives one sentence for each.

    `words` maps an item, `KIND:ID` as reports name it or the whole key of its step, to `there:ID` or `absent`.
    ConfigurationError names all that cannot be done.
    """
    problems: list[str] = []
    found: list[tuple[Row, Landed | None]] = []
    for item, word in words.items():
        try:
            row = _held(pair, item)
            found.append((row, None if word == "absent" else _there(target, pair, row, word)))
        except ConfigurationError as error:
            problems.append(str(error))
    if problems:
        raise ConfigurationError("; ".join(problems))
    return [_settled(pair, row, landed) for row, landed in found]


def _settled(pair: Pair, row: Row, landed: Landed | None) -> str:
    if landed is None:
        pair.replan(row.key)
        return f"{row.key} is absent and planned again"
    pair.done(row.key, [landed], source_key=row.source_key)
    return f"{row.key} is there as {landed.target_id}"


def _held(pair: Pair, item: str) -> Row:
    """Find the one held step that an item names."""
    held = pair.rows("held")
    kind, _, source_id = item.partition(":")
    rows = [
        row for row in held if row.key == item or (row.key.split(":")[0] == kind and row.key.endswith(f":{source_id}"))
    ]
    if len(rows) == 1:
        return rows[0]
    known = ", ".join(row.key for row in held) or "nothing"
    what = "names several held items" if rows else "is not held"
    raise ConfigurationError(f"--settle {item}: it {what}; held: {known}")


def _there(target: Tracker, pair: Pair, row: Row, word: str) -> Landed:
    """Check that what a person has found is there and belongs to nothing else."""
    how, _, found = word.partition(":")
    if how != "there" or not found:
        raise ConfigurationError(f"--settle {row.key}={word}: say there:ID or absent")
    kind, ticket_id, source_id = (*row.key.split(":", 2), "")[:3]
    item = Item(kind=_kind(row, kind), id=source_id, ticket_id=ticket_id, ticket_key=row.source_key)
    if kind == "ticket":
        return _ticket(target, pair, item, found)
    home = pair.landed("ticket", ticket_id, ticket_id)
    if home is None or kind == "link":
        raise ConfigurationError(f"--settle {row.key}: only absent can be said of it")
    if kind in ("comment", "attachment"):
        _refuse_strange(target, pair, home.target_ticket, kind, found, row.key)
    return Landed(item=item, target_ticket=home.target_ticket, target_id=found)


def _kind(row: Row, word: str) -> ItemKind:
    for kind in _KINDS:
        if kind == word:
            return kind
    raise ConfigurationError(f"--settle {row.key}: this is no item of a ticket; run migrate again instead")


def _ticket(target: Tracker, pair: Pair, item: Item, found: str) -> Landed:
    try:
        ticket = target.ticket(found)
    except NotFound:
        raise ConfigurationError(f"--settle ticket:{item.id}: the target has no ticket {found}") from None
    if any(each.item.kind == "ticket" for each in pair.landed_on(ticket.id)):
        raise ConfigurationError(f"--settle ticket:{item.id}: {ticket.key} is the copy of another ticket")
    _refuse_marked(ticket, item)
    return Landed(item=item, target_ticket=TicketId(ticket.id), target_id=ticket.id, target_key=ticket.key)


def _refuse_marked(ticket: Ticket, item: Item) -> None:
    mark = find_mark(ticket.description.source) if isinstance(ticket.description, Text) else None
    if mark is not None and (mark.kind, mark.id) != ("ticket", item.id):
        raise ConfigurationError(f"--settle ticket:{item.id}: {ticket.key} carries the mark of {mark.key}")


def _refuse_strange(target: Tracker, pair: Pair, home: TicketId, kind: str, found: str, key: str) -> None:
    """Refuse an id that is not at the ticket, or that is another item's; what is not shown is taken on trust."""
    target.ticket(home)  # until one was read, nobody knows what is shown
    known = {each.id for each in _on(target, pair, home, kind)} if target.capabilities.can(f"{kind}s") else {found}
    taken = {each.target_id for each in pair.landed_on(home) if each.item.kind == kind}
    if found in taken or found not in known:
        free = ", ".join(sorted(known - taken)) or "none"
        raise ConfigurationError(f"--settle {key}: {found} is no {kind} there that is not another's; there are: {free}")


def _on(target: Tracker, pair: Pair, home: TicketId, kind: str) -> Sequence[Comment | Attachment]:
    return journal(target, pair, home) if kind == "comment" else target.attachments(home)
