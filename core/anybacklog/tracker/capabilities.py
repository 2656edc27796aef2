"""What a tracker can do, asked before the call."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from anybacklog.abilities import (
    NATIVE_FIELDS,
    READABLE_FIELDS,
    Answer,
    Limits,
    Listing,
    MetadataKind,
    References,
    Settle,
)
from anybacklog.backend import OPERATIONS, Backend, TellsLimits
from anybacklog.errors import ValidationError
from anybacklog.model import StatusCategory, TextFormat

ALWAYS = frozenset({"project", "tickets", "ticket", "close", "capabilities", "identity"})


class Capabilities:
    """Answers for Tracker's method names and the model's field names (dotted below: `comments.created_at`)."""

    def __init__(self, backend: Backend, name: str) -> None:
        self._backend = backend
        self._name = name

    def can(self, name: str) -> bool:
        """Tell whether a method works here, or a field can be written as given."""
        return self.why_not(name) is None

    def why_not(self, name: str) -> str | None:
        """Give the reason why something cannot be done here, in one sentence; None if it can."""
        if name in OPERATIONS and not isinstance(self._backend, OPERATIONS[name]):
            return self._reason(name)
        if name in OPERATIONS and name in self.unreadable:
            return self.unreadable[name]
        if name in OPERATIONS or name in ALWAYS:
            return None
        answer = self.answer(name)
        return None if answer else answer.reason

    def native(self, field: str) -> bool:
        """Tell whether a field is held as given, author and instants included."""
        return bool(self.answer(field))

    def answer(self, field: str) -> Answer:
        """Give yes or no for a field, with the reason either way."""
        if field not in NATIVE_FIELDS and field not in READABLE_FIELDS:
            if field in OPERATIONS or field in ALWAYS:
                raise ValidationError(f"{field} is an operation; ask can()", field="capability", value=field)
            near = get_close_matches(field, [*OPERATIONS, *NATIVE_FIELDS], n=1)
            raise ValidationError(
                f"there is no capability {field!r}{f'; did you mean {near[0]!r}?' if near else ''}",
                field="capability",
                value=field,
            )
        default = Answer(yes=False, reason=f"the {self._name} backend does not say that it holds {field}")
        return self._backend.abilities.native.get(field, default)

    @property
    def limits(self) -> Limits:
        """The largest values the backend takes; asked for once where the service tells them."""
        backend = self._backend
        return backend.limits() if isinstance(backend, TellsLimits) else backend.abilities.limits

    @property
    def listing(self) -> Listing:
        """How tickets are found, and whether a listing can be complete."""
        return self._backend.abilities.listing

    @property
    def text_format(self) -> TextFormat:
        """The format of a text given as plain `str`."""
        return self._backend.abilities.text_format

    @property
    def text_formats(self) -> frozenset[TextFormat]:
        """Every format that is taken as it is."""
        return self._backend.abilities.text_formats

    @property
    def comments_move_updated_at(self) -> Answer:
        """Whether a new comment changes its ticket's `updated_at`."""
        return self._backend.abilities.comments_move_updated_at

    @property
    def settle(self) -> Settle:
        """How long a write whose answer was lost may still appear."""
        return self._backend.abilities.settle

    @property
    def creatable(self) -> frozenset[str]:
        """The kinds of metadata that `add_metadata` can create."""
        return self._backend.abilities.creatable

    @property
    def new_statuses(self) -> frozenset[StatusCategory]:
        """The categories that a status created here can be of."""
        return self._backend.abilities.new_statuses

    @property
    def fixed_ids(self) -> Mapping[MetadataKind, frozenset[str]]:
        """The ids of words that mean the same in every project of the service, by kind, whatever they are called."""
        return self._backend.abilities.fixed_ids

    @property
    def shared_words(self) -> Mapping[MetadataKind, MetadataKind]:
        """The kinds whose words are those of another kind, too, and that kind: one that is made serves both."""
        return self._backend.abilities.shared_words

    @property
    def after_creation(self) -> frozenset[str]:
        """The fields that only a second write can give to a new ticket."""
        return self._backend.abilities.after_creation

    @property
    def formats_by_content(self) -> bool:
        """Whether the format of a text is not held, and told by what stands in it."""
        return self._backend.abilities.formats_by_content

    @property
    def texts_become(self) -> Mapping[TextFormat, str]:
        """The formats that a text may come back in which was written in another: format -> why."""
        return self._backend.abilities.texts_become

    @property
    def unreadable(self) -> Mapping[str, str]:
        """What the service has and shows nobody, as far as is known by now: operation or field -> why."""
        return self._backend.abilities.unreadable

    @property
    def apart(self) -> frozenset[str]:
        """The fields that tickets come without: the operation of that name asks for them, as `Tracker.whole` does."""
        return self._backend.abilities.apart

    @property
    def link_kinds(self) -> frozenset[str] | None:
        """The kinds of links that can be held; None: any."""
        return self._backend.abilities.link_kinds

    @property
    def status_types(self) -> Mapping[str, str]:
        """The statuses that only tickets of one type can have: a status's id -> the type's."""
        return self._backend.abilities.status_types

    @property
    def never_empty(self) -> frozenset[str]:
        """The fields that the backend fills by itself where a draft says nothing."""
        return self._backend.abilities.never_empty

    @property
    def mentions(self) -> str | None:
        """A regular expression of what notifies people when it stands in a text, the group `user` being a person's id.

        None: nothing does.
        """
        return self._backend.abilities.mentions

    @property
    def mention_form(self) -> str | None:
        """How a text mentions the person `{id}`; None: it cannot."""
        return self._backend.abilities.mention_form

    @property
    def references(self) -> References | None:
        """How texts name tickets and files here; None: nothing is known of it."""
        return self._backend.abilities.references

    @property
    def notifies(self) -> Mapping[str, str]:
        """The fields whose people the service tells that they stand there: field -> why."""
        return self._backend.abilities.notifies

    @property
    def costs(self) -> Mapping[str, Mapping[str, int]]:
        """What one call of an operation sends: operation -> rate budget -> requests."""
        return self._backend.abilities.costs

    def _reason(self, name: str) -> str:
        if name == "count_tickets" and self.listing.how == "scan":
            return f"it would need a scan: {self.listing.reason}"
        native = self._backend.abilities.native
        answer = native.get(name, native.get(f"{name.partition('_')[2]}s"))  # add_link: links
        if answer is None or answer.yes:
            return f"the {self._name} backend does not implement {name}"
        return answer.reason
