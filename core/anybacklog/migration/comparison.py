"""What the target should hold against what it holds, field by field. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Container, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from anybacklog.markup.wording import shown_as, wording
from anybacklog.migration.copied import uncounted
from anybacklog.migration.course import Course
from anybacklog.migration.left_open import ASSIGNED
from anybacklog.migration.mark import find_mark
from anybacklog.migration.references import is_form_of
from anybacklog.model import Change, Comment, CustomFieldValue, Named, Text, TextFormat, Ticket, TicketDraft, User
from anybacklog.steps import AddComment, CreateTicket, RewriteText, Step

if TYPE_CHECKING:
    from anybacklog.tracker import Capabilities

_ELSEWHERE = frozenset({"key", "parent", "external_id"})


@dataclass(frozen=True, slots=True)
class Odd:
    """One field that is not as it should be: both values, as a person would write them."""

    field: str
    wanted: Any
    found: Any


def compare_ticket(
    draft: TicketDraft, ticket: Ticket, course: Course, hidden: Container[str] = (), emptied: Container[str] = ()
) -> Iterator[Odd]:
    """Yield what differs between a draft in the target's nouns and the ticket there; not in what it never shows.

    What a draft says nothing of is the target's to choose, but for fields that were `emptied` since they were written.
    """
    for name in (each.name for each in fields(TicketDraft)):
        wanted = getattr(draft, name)
        chosen = wanted is None and (name in course.never_empty or (name in ASSIGNED and name not in emptied))
        if name in _ELSEWHERE or name in hidden or not course.native(name) or chosen:
            continue
        found = getattr(ticket, name)
        if name == "custom_fields":
            yield from _compare_fields(wanted, ticket.custom_fields, course)
        elif not _same(wanted, found, course):
            yield Odd(name, shown(wanted), shown(found))


def compare_comment(step: AddComment, comment: Comment, course: Course, emptied: Collection[str] = ()) -> Iterator[Odd]:
    """Yield what differs between a planned comment and the one there; `emptied` is as for a ticket."""
    kept = {name for name in ("updated_at", "changes") if course.native(f"comments.{name}")}.union(emptied)
    pairs = {
        "body": (step.body, comment.body),
        "author": (step.author, comment.author),
        "created_at": (step.created_at, comment.created_at),
        "updated_at": (step.updated_at, comment.updated_at),
        "changes": (_said(step.changes), _said(comment.changes)),
        "private": (step.private, comment.private),
    }  # fmt: skip
    for name, (wanted, found) in pairs.items():
        planned = name in ("body", "private", *kept) or wanted not in (None, ())
        if planned and not _same(wanted, found, course):
            yield Odd(name, shown(wanted), shown(found))


def logged(comment: Comment, course: Course) -> bool:
    """Tell an entry that the target itself wrote into its journal: what changed, and no text."""
    return bool(comment.changes) and not comment.body.source and not course.native("comments.changes")


def _same(wanted: Any, found: Any, course: Course) -> bool:
    """Tell whether a value arrived; of a text its format, too, where the target holds one."""
    if isinstance(wanted, Text) and isinstance(found, Text):
        if _otherwise(wanted, found, course):
            return True
        found = Text(found.source, wanted.format) if course.writing.formats_by_content else found
    return bool(_plain(wanted) == _plain(found))


def says(found: Text | None, wanted: Text, course: Course) -> bool:
    """Tell whether a text is there, as it was to be written or as the target shows it."""
    return fingerprint(found) == fingerprint(wanted) or (found is not None and _otherwise(wanted, found, course))


def _otherwise(wanted: Text, found: Text, course: Course) -> bool:
    """Tell whether the target shows the text in another format that it turns texts into, and all it says is there."""
    plain = Text(whatever_its_key(wanted.source), wanted.format)
    other = whatever_its_key(found.source)
    return plain.source != other and shown_as(plain, other, _forms(wanted, course)) is not None


def _forms(wanted: Text, course: Course) -> Collection[TextFormat]:
    """Give the formats in which a text may be shown: those seen; before any was, all there are."""
    return course.shown.get(wanted.format, course.writing.texts_become)


def _said(changes: tuple[Change, ...]) -> tuple[tuple[str | None, ...], ...]:
    return tuple((change.field, change.old, change.new) for change in changes)


def shown(value: Any) -> Any:
    """Give a value as JSON can hold it and a person can read it."""
    if isinstance(value, Text):
        return value.source
    if isinstance(value, Named | User):
        return value.name
    if isinstance(value, tuple | list):
        return [shown(each) for each in value]
    if hasattr(value, "isoformat"):
        return value.isoformat().replace("+00:00", "Z")
    return value


def _compare_fields(wanted: Mapping[str, Any], found: tuple[CustomFieldValue, ...], course: Course) -> Iterator[Odd]:
    there = {f"id:{value.id}": value for value in found if value.value not in (None, "", ())}
    for word in dict.fromkeys((*wanted, *there)):
        value = there[word].value if word in there else None
        if _plain(wanted.get(word)) != _plain(value):
            name = there[word].name if word in there else _field_name(word, course)
            yield Odd(f"custom_fields.{name}", shown(wanted.get(word)), shown(value))


def _field_name(word: str, course: Course) -> str:
    """Give the name of one of the target's custom fields, of which a ticket there has nothing."""
    known = (match.target for match in course.mapping.matches.get("custom_fields", {}).values())
    return next((each.name for each in known if each is not None and f"id:{each.id}" == word), word)


def fingerprint(text: Text | None) -> str | None:
    """Recognise a text, whatever key and count of comments its header line names."""
    if text is None:
        return None
    written = whatever_its_key(text.source).encode("utf-8", "surrogatepass")
    return hashlib.sha256(written).hexdigest()[:16]


def as_written(step: AddComment, body: Text, forms: Container[str | None], course: Course) -> AddComment:
    """Give a step with the text that is there, where that is one of the forms in which it was written."""
    ours = fingerprint(body) in forms or is_wording(body, step, course)
    return replace(step, body=body) if ours else step


def written_in(step: Step) -> dict[str, str | None]:
    """Give what the ledger keeps of the text that a step writes, where it names tickets or files: its fingerprint."""
    text = text_of(step)
    return {"text": fingerprint(text)} if text is not None else {}


def text_of(step: Step) -> Text | None:
    """Give the text that a step writes; None where it names no ticket and no file."""
    match step:
        case CreateTicket() if step.plain is not None and isinstance(step.draft.description, Text):
            return step.draft.description
        case AddComment() if step.plain is not None:
            return step.body
        case RewriteText():
            return step.text
    return None


def rewriting(step: CreateTicket | AddComment) -> RewriteText:
    """Give the step that writes a text anew which names something, and is there already."""
    if isinstance(step, AddComment):
        return RewriteText(item=replace(step.item, kind="text"), text=step.body)
    text = step.draft.description if isinstance(step.draft.description, Text) else Text("", "plain")
    return RewriteText(
        item=replace(step.item, kind="text", id="description"), text=text, updated_at=step.draft.updated_at
    )


def can_rewrite(step: CreateTicket | AddComment, target: Capabilities) -> bool:
    """Tell whether the target lets the text of a step be read and changed."""
    if isinstance(step, CreateTicket):
        return target.can("update_ticket") and "description" not in target.unreadable
    return target.can("comments") and target.can("update_comment")


def is_wording(text: Text, step: CreateTicket | AddComment, course: Course) -> bool:
    """Tell whether a text is what a step writes, with any of what it names by its old name or its new one.

    Where the target shows texts in another format, it is what this tells a reader.
    """
    if step.plain is None or course.refer is None:
        return False
    there, plain, written = whatever_its_key(text.source), whatever_its_key(step.plain.source), step.plain.format
    references = course.refer(plain)
    shown_in = sorted(set(_forms(step.plain, course)) - {written})
    return is_form_of(there, plain, references) or any(
        is_form_of(wording(Text(there, form)), plain, references, lambda piece: wording(Text(piece, written)))
        for form in shown_in
    )


def whatever_its_key(text: str) -> str:
    """Give a text with its ticket's key and count of comments left out: a renamed project changes no content."""
    mark = find_mark(text)
    return uncounted(text).replace(str(mark), str(replace(mark, key="-")), 1) if mark is not None else text


def _plain(value: Any) -> Any:
    """Bring a value into a form in which equal means equal: nouns by id, lists without order, empty as None."""
    if isinstance(value, Text):
        return (whatever_its_key(value.source), value.format) if value.source else None
    if isinstance(value, Named | User):
        return value.id
    if isinstance(value, tuple | list):
        return sorted((_plain(each) for each in value), key=repr) or None
    return None if value == "" else value
