"""The comment in a ticket of the source that says where it moved to. It is no part of what is copied. Pure."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from anybacklog.migration.mark import Mark, find_mark
from anybacklog.migration.texts import APART, Writing, headed
from anybacklog.model import Text, Ticket
from anybacklog.steps import AddComment, Item

if TYPE_CHECKING:
    from anybacklog.migration.ledger.rows import Landed
    from anybacklog.tracker import Capabilities

_TAG = re.compile(r"<[^<>]*>")


def why_untold(source: Capabilities) -> str | None:
    """Say in one line why a source is told nothing; None: it takes a comment, shows it, and else stays as it was."""
    reason = source.why_not("add_comment") or source.why_not("comments")
    moves = source.comments_move_updated_at
    if reason is None and moves:
        reason = f"a comment would move updated_at there: {moves.reason}"
    return None if reason is None else f"no ticket of the source says where it moved to: {reason}"


def item_of(ticket_id: str, ticket_key: str, copy_id: str) -> Item:
    """Name the comment: another copy is another move."""
    return Item(kind="moved", id=copy_id, ticket_id=ticket_id, ticket_key=ticket_key)


def tell(ticket: Ticket, landed: Landed, place: str, url: str | None, writing: Writing) -> AddComment:
    """Plan the comment in a ticket whose copy is in the project `place`; `url` is a ticket's address there."""
    key = landed.target_key or landed.target_id
    mark = str(Mark(place, key, "moved", landed.target_id))
    said = " ".join(("Moved to", key, *([url.replace("{key}", key)] if url else [])))
    return AddComment(
        item=item_of(ticket.id, ticket.key, landed.target_id),
        body=headed(Text(writing.harmless(said), writing.native_format), writing.harmless(mark)),
        author=None,
        created_at=None,
        updated_at=None,
        changes=(),
        private=False,
        uploads=(),
        mark=mark,
    )


def says_moved(text: str) -> bool:
    """Tell such a comment, of whichever migration, by its mark; one to which somebody added a word is theirs."""
    text = text.replace(APART, "")
    mark = find_mark(text)
    if mark is None or mark.kind != "moved":
        return False
    words = " ".join(unescape(_TAG.sub(" ", text)).split())
    return re.fullmatch(rf"{re.escape(f'{mark} Moved to {mark.key}')}(?: \S+)?", words) is not None
