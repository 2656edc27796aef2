"""What verify named -> the steps that mend it. Pure. Nothing is ever deleted, and an extra thing is left alone."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any, TypeAlias

from anybacklog.migration.comparison import compare_ticket, fingerprint, is_wording, rewriting
from anybacklog.migration.copied import copied, counted
from anybacklog.migration.course import Bundle, Course
from anybacklog.migration.history_file import ID as HISTORY_FILE
from anybacklog.migration.planning import draft_of, plan_ticket, plan_ties
from anybacklog.migration.referred import missing_words, renamed_words
from anybacklog.migration.report import Difference, Verification
from anybacklog.model import Text, Ticket, TicketDraft
from anybacklog.steps import (
    AddAttachment,
    AddComment,
    AddLink,
    CreateTicket,
    Item,
    KeepFile,
    RewriteText,
    SetParent,
    SetState,
    Step,
    alone,
    items_of,
)

IsOurs: TypeAlias = Callable[[AddComment, Text], bool]
MENDED = "+mended"
_NOT_BY_FIELD = frozenset({"key", "parent"})
_FIELDS = frozenset(each.name for each in fields(TicketDraft)) - _NOT_BY_FIELD


def mend(
    bundle: Bundle,
    named: Iterable[Difference],
    there: Ticket | None,
    course: Course,
    is_ours: IsOurs,
    lost: Container[str] = (),
) -> tuple[list[Step], list[SetParent | AddLink]]:
    """Give the steps that mend one ticket, and the ties to write when all tickets are there; `there` is its copy.

    `is_ours` tells of a comment whether its text is there as this migration wrote it, `lost` names the words that it
    was agreed to lose, or that are still to be made. A field with another word that nothing stands for stays as it is.
    """
    named = list(named)
    missing = {(each.kind, each.id) for each in named if each.field == "missing"}
    missing |= {(each.kind, each.id) for each in named if each.kind == "attachment" and _has_other_bytes(each)}
    ticket = bundle.ticket
    ties = list(plan_ties(ticket, course))
    if there is None or ("ticket", ticket.id) in missing:
        return list(plan_ticket(bundle, course)), ties
    altered = {_top(each.field) for each in named if each.kind == "ticket"}
    changes = _changes(bundle, (altered & _FIELDS) - _wordless(bundle, there, course, lost), there, course)
    if "key" in altered and course.native("key"):
        changes["key"] = next(each.source for each in named if (each.kind, each.field) == ("ticket", "key"))
    if "parent" in altered and course.native("parent") and course.parent(ticket) is None:
        changes["parent"] = None
    steps = [_set_fields(bundle, changes, course)] if changes else []
    wanted = [tie for tie in ties if ("link", tie.item.id) in missing or _is_parent(tie, altered)]
    odd = {(each.id, each.field): each.target for each in named if each.kind == "comment"}
    return [*steps, *_missing(bundle, missing, course), *_reworded(bundle, odd, course, is_ours)], wanted


def fresh(before: Verification, after: Verification) -> list[Difference]:
    """Give the differences that the first mending has made: a copy that came again has another key, or another id."""
    known = {repr(each) for each in before.differences}
    return [each for each in after.differences if repr(each) not in known]


def items_to_forget(steps: Iterable[Step]) -> list[Item]:
    """Name what the ledger has to take for not written, so that these steps write it."""
    return [item for step in steps for item in items_of(step)]


def _is_parent(tie: SetParent | AddLink, altered: set[str]) -> bool:
    return isinstance(tie, SetParent) and "parent" in altered


def _has_other_bytes(named: Difference) -> bool:
    """Tell a file that has to be sent again; what changed besides is added to `history.txt` by nobody."""
    return named.field in ("sha256", "size") and named.id != HISTORY_FILE


def unsaid(bundle: Bundle, named: Iterable[Difference], course: Course, lost: Container[str]) -> Iterator[str]:
    """Yield the words of a ticket that the target has not, or calls otherwise by now, of fields that were named."""
    fields_named = {each.field for each in named if each.kind == "ticket"}
    for odd in (*missing_words(bundle, course, lost), *renamed_words(bundle, course)):
        if odd.field in fields_named:
            word = odd.field if odd.field.startswith("custom_fields.") else f"{odd.field} {odd.wanted!r}"
            yield word if odd.found is None else f"{word}, called {odd.found!r} there by now"


def _wordless(bundle: Bundle, there: Ticket, course: Course, lost: Container[str]) -> set[str]:
    """Name the fields with a word that nothing stands for, or whose word is the right one and was only renamed."""
    unlike = {_top(odd.field) for odd in compare_ticket(draft_of(bundle.ticket, course), there, course)}
    renamed = {_top(odd.field) for odd in renamed_words(bundle, course)}
    return {_top(odd.field) for odd in missing_words(bundle, course, lost)} | (renamed - unlike)


def _top(field: str) -> str:
    return field.partition(".")[0]


def _changes(bundle: Bundle, altered: set[str], there: Ticket, course: Course) -> dict[str, Any]:
    draft = draft_of(bundle.ticket, course)
    changes: dict[str, Any] = {name: getattr(draft, name) for name in sorted(altered)}
    if "custom_fields" in changes:
        extra = {f"id:{value.id}": None for value in there.custom_fields}
        changes["custom_fields"] = {**extra, **draft.custom_fields}
    count = copied(there.description) or 0
    if count and isinstance(changes.get("description"), Text):
        changes["description"] = counted(changes["description"], count, count)
    return changes


def _set_fields(bundle: Bundle, changes: dict[str, Any], course: Course) -> SetState:
    ticket = bundle.ticket
    if course.native("updated_at") and ticket.updated_at is not None:
        changes["updated_at"] = ticket.updated_at
    item = Item(kind="state", id=f"{ticket.id}{MENDED}", ticket_id=ticket.id, ticket_key=ticket.key)
    return SetState(item=item, changes=changes)


def _reworded(
    bundle: Bundle, odd: Mapping[tuple[str, str], Any], course: Course, is_ours: IsOurs
) -> Iterator[RewriteText]:
    """Yield the comments whose text is ours, or ours but for what it names; one that somebody edited stays.

    So does one that has another author there than it should: the header line may be all that names the right one.
    What changed beside a comment may have been written as changes, before a plan had it told in the text.
    """
    changed = {comment.id: comment.changes for comment in bundle.comments}
    for step in plan_ticket(bundle, course):
        there = odd.get((step.item.id, "body")) if isinstance(step, AddComment) else None
        if isinstance(step, AddComment) and there is not None:
            text, author_is_right = Text(there, step.body.format), (step.item.id, "author") not in odd
            earlier = replace(step, changes=changed.get(step.item.id, ()))
            ours = author_is_right and (is_ours(step, text) or is_ours(earlier, text))
            if ours or is_wording(text, step, course):
                yield replace(rewriting(step), over=fingerprint(text))


def _missing(bundle: Bundle, missing: set[tuple[str, str]], course: Course) -> Iterator[Step]:
    """Yield what is missing of the journal and the files: a comment brings only those of its files that are."""
    for step in plan_ticket(bundle, course):
        if isinstance(step, AddAttachment | KeepFile) and ("attachment", step.item.id) in missing:
            yield step
        elif isinstance(step, AddComment | CreateTicket):
            lost = tuple(each for each in step.uploads if ("attachment", each.attachment.id) in missing)
            if isinstance(step, AddComment) and ("comment", step.item.id) in missing:
                yield replace(step, uploads=lost, state={})  # the ticket is as it is, or named itself
                continue
            yield from (alone(step, upload) for upload in lost)
