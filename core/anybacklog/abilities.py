"""What a backend can do and where its limits are: data, each with a reason in one sentence.

Which *operations* a backend has is not declared here: implementing a protocol of `backend.py` declares it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal, TypeAlias

from anybacklog.model import STATUS_CATEGORIES, TEXT_FORMATS, StatusCategory, TextFormat, Ticket, TicketDraft

MetadataKind: TypeAlias = Literal[
    "users",
    "ticket_types",
    "statuses",
    "priorities",
    "resolutions",
    "categories",
    "milestones",
    "versions",
    "custom_fields",
]
METADATA_KINDS: tuple[MetadataKind, ...] = (
    "users", "ticket_types", "statuses", "priorities", "resolutions", "categories", "milestones", "versions",
    "custom_fields",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """Yes or no, and why, in one sentence."""

    yes: bool
    reason: str

    def __bool__(self) -> bool:
        return self.yes


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The largest values a backend takes, and two that must not be shorter; `None` where no limit is known.

    Lengths in Unicode code points, sizes in bytes, the rest in items; of two `ticket_levels` one is for parents.
    `reasons` says for each limit where it comes from.
    """

    title_length: int | None = None
    title_minimum: int | None = None
    description_length: int | None = None
    description_minimum: int | None = None
    comment_length: int | None = None
    attachment_size: int | None = None
    attachments_per_ticket: int | None = None
    assignees_per_ticket: int | None = None
    ticket_levels: int | None = None
    statuses_per_project: int | None = None
    page_size: int | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)

    def known(self) -> dict[str, int]:
        """Give the limits that exist."""
        values = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "reasons"}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """How `tickets()` finds tickets: all at once, page by page against a count, or by trying ids one after the other.

    `complete` says whether the end of a listing proves that there is nothing more. `exact_filters` are the filters
    whose server-side result needs no second look; the Tracker applies the others itself. `orders` are those it can
    serve. `vendor_filters` says whether `options` of a listing mean anything here; the Tracker refuses them elsewhere.
    """

    how: Literal["all", "pages", "scan"]
    complete: bool
    reason: str
    exact_filters: frozenset[str] = frozenset()
    orders: frozenset[str] = frozenset({"created"})
    vendor_filters: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """Seconds after which a write whose answer was lost can no longer appear."""

    seconds: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """How texts of a service name its tickets and files, whatever the project.

    To read them: `key` is a regular expression of a whole key; None where a key alone, as a bare number, may be
    anything, so that nothing is looked for. To write them: `key_form` names a ticket, with `{key}` in it. For both:
    `url` is a ticket's address with `{key}` in it, `comment` what stands behind it for a comment, with `{id}` in it.
    `files` are the forms that name a file by its number: a word for the form -> the form, with `{id}` and perhaps
    `{name}` in it. A file named by its name needs none.
    """

    key: str | None
    key_form: str = "{key}"
    url: str | None = None
    comment: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)


DEFAULT_SETTLE = Settle(seconds=120, reason="the default: nothing is known about how late this service may commit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """All that the Tracker and a migration need to know about a backend before the first call.

    `native` answers for the model's field names (`created_at`, and dotted below it: `comments.author`,
    `attachments.created_at`, `comments.changes`): is the value held as given? What is missing there is not. `creatable`
    names the metadata that `add_metadata` can create, `new_statuses` the categories that a status made so can be of.
    `fixed_ids` are the ids of words that mean the same in every project of the service, whatever they are called there.
    `shared_words`: a kind whose words are those of another kind, too -> that kind; one that is made serves both.
    `after_creation` names the fields that a new ticket cannot have: `create_ticket` gives them by a second write, so a
    migration makes a step of its own of it. `unreadable` names the operations and fields that the service has and shows
    nobody, each with why: whoever copies from there is told. `apart` names the fields that tickets come without, since
    they are a request of their own: the operation of that name asks for them. `link_kinds` are the kinds of links it
    holds, None: any. `status_types` are the statuses that only tickets of one type can have: a status's id -> the
    type's. `never_empty` names the fields that the backend fills by itself where a draft says nothing, and that no
    change can clear; `attachments.content_type` is one where it guesses that of a file. `mentions` is a regular
    expression of what notifies people when it stands in a text: no copied text may hold it; its group `user`, if it has
    one, is the id of the person, and `mention_form` writes such a mention of `{id}`. `formats_by_content`: a text's
    format is not held, but told by what stands in it. `texts_become` names the formats that a text may come back in
    which was written in another, each with why: plain text made HTML, or HTML made plain. Such a text is compared by
    what it tells a reader. `notifies` names the fields whose people the service tells that they stand there, each with
    why. `references` is how texts name tickets and files; where both ends say so, a migration writes the new names, and
    elsewhere it says that the old ones stay. `costs` is what one call of an operation sends, by which a plan estimates:
    operation -> rate budget -> requests; what is not named there costs nothing.
    """

    text_format: TextFormat
    text_formats: frozenset[TextFormat]
    native: Mapping[str, Answer]
    listing: Listing
    limits: Limits = field(default_factory=Limits)
    comments_move_updated_at: Answer = field(default=Answer(yes=True, reason="nothing else is known"))
    settle: Settle = DEFAULT_SETTLE
    creatable: frozenset[MetadataKind] = frozenset()
    new_statuses: frozenset[StatusCategory] = frozenset(STATUS_CATEGORIES)
    fixed_ids: Mapping[MetadataKind, frozenset[str]] = field(default_factory=dict)
    shared_words: Mapping[MetadataKind, MetadataKind] = field(default_factory=dict)
    after_creation: frozenset[str] = frozenset()
    unreadable: Mapping[str, str] = field(default_factory=dict)
    apart: frozenset[str] = frozenset()
    link_kinds: frozenset[str] | None = None
    status_types: Mapping[str, str] = field(default_factory=dict)
    never_empty: frozenset[str] = frozenset()
    mentions: str | None = None
    mention_form: str | None = None
    formats_by_content: bool = False
    texts_become: Mapping[TextFormat, str] = field(default_factory=dict)
    notifies: Mapping[str, str] = field(default_factory=dict)
    references: References | None = None
    costs: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


_DRAFT_FIELDS = tuple(each.name for each in fields(TicketDraft))
_JOURNAL_FIELDS = (
    "comments", "comments.author", "comments.created_at", "comments.updated_at", "comments.changes", "comments.private",
    "comments.attachments", "comments.external_id",
    "attachments", "attachments.author", "attachments.created_at", "attachments.content_type",
    "attachments.external_id", "links",
)  # fmt: skip
NATIVE_FIELDS: tuple[str, ...] = tuple(dict.fromkeys((*_DRAFT_FIELDS, *_JOURNAL_FIELDS)))
READABLE_FIELDS: tuple[str, ...] = tuple(each.name for each in fields(Ticket))


def natively(yes: Mapping[str, str], no: Mapping[str, str] | None = None) -> dict[str, Answer]:
    """Build `Abilities.native` from two tables of reasons."""
    return {name: Answer(yes=True, reason=reason) for name, reason in yes.items()} | {
        name: Answer(yes=False, reason=reason) for name, reason in (no or {}).items()
    }


def everything_native(reason: str) -> dict[str, Answer]:
    """Say of a store of our own that it holds every field as given."""
    return natively(dict.fromkeys(NATIVE_FIELDS, reason))


ALL_TEXT_FORMATS: frozenset[TextFormat] = frozenset(TEXT_FORMATS)
