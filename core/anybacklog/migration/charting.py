"""How a migration will go, decided from both ends' words and the target's capabilities."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from anybacklog.abilities import METADATA_KINDS, NATIVE_FIELDS, Answer, MetadataKind
from anybacklog.errors import NotFound
from anybacklog.migration.choices import Choices
from anybacklog.migration.chosen import map_chosen
from anybacklog.migration.course import Course
from anybacklog.migration.mapping import MappingTable
from anybacklog.migration.plugged import Plugged
from anybacklog.migration.round_trip import forms
from anybacklog.migration.texts import Heading, Mentions, Writing
from anybacklog.model import Status
from anybacklog.tracker import Tracker

_TOGETHER = ("create_with_files", "change_with_comment")
_WORDS_OF: Mapping[str, MetadataKind] = {
    "priority": "priorities", "resolution": "resolutions", "categories": "categories",
    "affected_versions": "versions", "milestones": "milestones", "custom_fields": "custom_fields",
}  # fmt: skip
"""The kinds of words that one field alone holds: without it nobody needs them."""
_MARKS = frozenset({"external_id", "comments.external_id", "attachments.external_id"})


def plan_course(
    identity: str,
    words: dict[MetadataKind, list[Any]],
    target: Tracker,
    choices: Choices,
    plugged: Plugged,
    *,
    marks: bool,
    made: Mapping[MetadataKind, Mapping[str, str]],
    mapping: MappingTable | None = None,
    mentions: str | None = None,
) -> Course:
    """Decide the mapping and how texts are written; `made` is what this migration created, by kind and source id.

    `mentions` is how the source's texts mention people, as its abilities tell it.
    """
    found = mapping if mapping is not None else _matched(identity, words, target, choices, plugged, made)
    left_out = {_WORDS_OF[name] for name in choices.leave_out if name in _WORDS_OF}
    found = replace(found, left_out=left_out, shared=target.capabilities.shared_words)
    native = natives(target, choices.leave_out)
    if choices.history in ("text", "attachment"):
        native -= {"comments.changes"}
    people = _mapped(target, mentions, found) if choices.mentions == "mapped" else None
    course = Course(
        source=identity,
        mapping=found,
        native=native.__contains__,
        writing=replace(_writing(target, native, marks=marks), converters=plugged.converters(), mapped=people),
        marks=marks,
        transform=plugged.transform if plugged.transforms else None,
    )
    return _as_chosen(_as_able(course, target), choices)


def _matched(
    identity: str,
    words: dict[MetadataKind, list[Any]],
    target: Tracker,
    choices: Choices,
    plugged: Plugged,
    made: Mapping[MetadataKind, Mapping[str, str]],
) -> MappingTable:
    there: dict[MetadataKind, Sequence[Any]] = {kind: target_words(target, kind) for kind in METADATA_KINDS}
    can = target.capabilities
    creatable = frozenset(kind for kind in METADATA_KINDS if kind in can.creatable)
    one_service = identity.partition(":")[0] == target.location.scheme
    return map_chosen(
        choices, words, there, creatable, made=made, map_user=plugged.map_user, new_statuses=can.new_statuses,
        fixed_ids=can.fixed_ids if one_service else {},
    )  # fmt: skip


def _writing(target: Tracker, native: frozenset[str], *, marks: bool) -> Writing:
    """Say how the target wants texts, and what stands above them."""
    can = target.capabilities
    return Writing(
        formats=can.text_formats,
        native_format=can.text_format,
        mentions=can.mentions,
        formats_by_content=can.formats_by_content,
        texts_become=can.texts_become,
        ticket=_heading(native, marks, "external_id", "reporter", "created_at"),
        comment=_heading(native, marks, "comments.external_id", "comments.author", "comments.created_at"),
    )


def _as_able(course: Course, target: Tracker) -> Course:
    """Add what else the target can do, and what it cannot."""
    can = target.capabilities
    return replace(
        course,
        after_creation=can.after_creation,
        suited=_suited(target) if can.status_types else {},
        never_empty=can.never_empty,
        limits=can.limits,
        together=frozenset(name for name in _TOGETHER if can.can(name) and can.can("comments")),
        link_kinds=can.link_kinds,
    )


def _as_chosen(course: Course, choices: Choices) -> Course:
    """Add what the plan says of the copy as a whole."""
    return replace(
        course,
        history=choices.history,
        leave_out=choices.leave_out,
        too_long=choices.too_long,
        too_long_titles=choices.too_long_titles,
        moved_from=choices.moved_from,
        moved_to=choices.moved_to,
        fallback_folder=choices.fallback_folder,
        fallback_link=choices.fallback_link,
    )


def remembering(course: Course, settings: Mapping[str, Any]) -> Course:
    """Add what the ledger remembers of a pair: which tickets have no level left above, how texts came back.

    And where the source's tickets have their addresses.
    """
    source = (settings.get("references") or {}).get("source") or {}
    tops, shown = frozenset(settings.get("tops", ())), forms(settings.get("shown", ()))
    return replace(course, tops=tops, shown=shown, origin=source.get("url"))


def _mapped(target: Tracker, pattern: str | None, mapping: MappingTable) -> Mentions | None:
    """Say how a mention of the source becomes one of the target; None where either has none of a person."""
    form = target.capabilities.mention_form
    if pattern is None or form is None:
        return None
    matches = mapping.matches.get("users", {}).values()
    people = {match.source.id: match.target.id for match in matches if match.target is not None}
    return Mentions(pattern=pattern, form=form, people=people)


def natives(target: Tracker, leave_out: Collection[str] = ()) -> frozenset[str]:
    """Name the fields that the target holds, but for those that a plan leaves out."""
    answer = answers(target, leave_out)
    return frozenset(name for name in NATIVE_FIELDS if answer(name))


def answers(target: Tracker, leave_out: Collection[str] = ()) -> Callable[[str], Answer]:
    """Say for a field whether the target holds it, for the purposes of a migration.

    A mark is only held where it can be found again, and an instant that a later comment moves is not held either; nor
    is what a plan leaves out.
    """
    can = target.capabilities
    left = {*leave_out, *("comments.attachments" for name in leave_out if name == "attachments")}

    def answer(name: str) -> Answer:
        if name in left or name.partition(".")[0] in left:
            return Answer(yes=False, reason="left out by the plan")
        if name in _MARKS and not (can.can("find_external") and can.can("externals")):
            return Answer(yes=False, reason="an external id cannot be looked up there")
        if name == "updated_at" and can.native(name) and can.comments_move_updated_at:
            return Answer(yes=False, reason=f"comments move it there: {can.comments_move_updated_at.reason}")
        return can.answer(name)

    return answer


def _suited(target: Tracker) -> dict[tuple[str, str], Status]:
    """Say for a status and a type that it is not of which of the same category goes with it."""
    of, every = target.capabilities.status_types, target_words(target, "statuses")
    return {
        (status.id, kind.id): other
        for status in every
        if status.id in of
        for kind in target_words(target, "ticket_types")
        for other in reversed(every)  # the first of several stays
        if other.category == status.category and of.get(other.id, kind.id) == kind.id
    }


def _heading(native: frozenset[str], marks: bool, mark: str, *said: str) -> Heading:  # noqa: FBT001  # private
    return Heading(marked=marks and mark not in native, attributed=not native.issuperset(said))


def target_words(target: Tracker, kind: MetadataKind) -> Sequence[Any]:
    """List what the target has of a kind; a target that is not there yet has nothing."""
    if not target.capabilities.can(kind):
        return ()
    try:
        return tuple(getattr(target, kind)())
    except NotFound:
        return ()
