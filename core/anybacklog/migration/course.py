"""What planning goes by: one ticket of the source, and all that is known of where it goes. Data, decided before."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from anybacklog.abilities import Limits
from anybacklog.migration.mapping import MappingTable, Noun
from anybacklog.migration.pieces import HEADER_ROOM, length, split
from anybacklog.migration.references import Refer
from anybacklog.migration.round_trip import Forms
from anybacklog.migration.settings import History, LongTexts, LongTitles
from anybacklog.migration.texts import Heading, Writing
from anybacklog.model import Comment, Text, Ticket, TicketDraft, User

CUT = "\n[…]"
"""What a text ends with that the plan has cut."""
PLAINEST_LINK = "relates"
Transform: TypeAlias = Callable[[TicketDraft, Ticket], TicketDraft]


@dataclass(frozen=True, slots=True)
class Bundle:
    """One ticket of the source with its whole journal, oldest entry first."""

    ticket: Ticket
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """All that planning decides by: the mapping, what the target holds natively, how texts are written there."""

    source: str
    mapping: MappingTable
    native: Callable[[str], bool]
    writing: Writing
    marks: bool = True
    history: History = "native"
    transform: Transform | None = None
    after_creation: Collection[str] = ()
    suited: Mapping[tuple[str, str], Noun] = field(default_factory=dict)
    never_empty: Collection[str] = ()
    limits: Limits = field(default_factory=Limits)
    tops: Collection[str] = ()
    together: Collection[str] = ()
    """What the target can do in one write: create_with_files, change_with_comment."""
    leave_out: Collection[str] = ()
    too_long: LongTexts = "continue"
    too_long_titles: LongTitles = "refuse"
    moved_from: bool = False
    moved_to: bool = False
    origin: str | None = None
    """The address of a ticket of the source, with `{key}` in it."""
    fallback_folder: str = ""
    fallback_link: str = ""
    kept: Callable[[str, str], object] = lambda _ticket, _file: None
    """Where a file of a ticket lies in the folder, whatever is known of its size; None: it does not."""
    shown: Forms = field(default_factory=dict)
    refer: Refer | None = None
    staying: Refer | None = None
    """What finds names of tickets and files that stay, since nobody knows how the target's texts name them."""
    link_kinds: Collection[str] | None = None

    def parent(self, ticket: Ticket) -> str | None:
        """Give a ticket's parent, unless the target has no level left for it."""
        return None if ticket.id in self.tops else ticket.parent

    def nobody(self, user: User | None) -> bool:
        """Tell whether a person of the source is known, and nobody in the target stands for them, or will."""
        match = self.mapping.match("users", user)
        return user is not None and (match is None or (match.target is None and not match.create))

    def heading(self, heading: Heading, author: User | None) -> Heading:
        """Give what a header line has to say: of an author for whom nobody stands it keeps the name."""
        return replace(heading, attributed=True) if self.nobody(author) else heading

    def cuts(self, text: Text, room: int | None) -> bool:
        """Tell whether the plan cuts a text that has no room."""
        long = room is not None and length(text.source) > room > len(CUT)
        return self.too_long == "cut" and long and text.format != "html"

    def link_kind(self, kind: str) -> str | None:
        """Give the kind of link that stands for one there: the same, else the plainest; None where there is neither."""
        if self.link_kinds is None or kind in self.link_kinds:
            return kind
        return PLAINEST_LINK if PLAINEST_LINK in self.link_kinds else None

    def cut(self, text: Text, room: int | None) -> tuple[Text, list[Text]]:
        """Cut a text that has no room: its first piece, and those that go on in comments. HTML cannot be cut."""
        if room is not None and self.cuts(text, room):
            return Text(split(text.source, room - len(CUT), room)[0] + CUT, text.format), []
        if room is None or length(text.source) <= room or not self.native("comments") or text.format == "html":
            return text, []
        following = self.limits.comment_length or room
        if min(room, following) < 2 * HEADER_ROOM:  # a target so small has no room for what names the pieces
            return text, []
        first, *rest = split(text.source, room, following - HEADER_ROOM)
        return Text(first, text.format), [Text(piece, text.format) for piece in rest]
