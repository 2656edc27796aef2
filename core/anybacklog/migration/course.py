"""How a migration will go, decided from both ends' words and the target's capabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anybacklog.abilities import METADATA_KINDS, NATIVE_FIELDS, MetadataKind
from anybacklog.errors import NotFound
from anybacklog.migration.choices import Choices
from anybacklog.migration.mapping import MappingTable, map_all
from anybacklog.migration.planning import Course
from anybacklog.migration.plugged import Plugged
from anybacklog.migration.texts import Writing
from anybacklog.tracker import Tracker

_ATTRIBUTED = ("reporter", "created_at", "comments.author", "comments.created_at")


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
) -> Course:
    """Decide the mapping and how texts are written; `made` is what this migration created, by kind and source id."""
    can = target.capabilities
    if mapping is None:
        there: dict[MetadataKind, Sequence[Any]] = {kind: target_words(target, kind) for kind in METADATA_KINDS}
        creatable = frozenset(kind for kind in METADATA_KINDS if kind in can.creatable)
        choices.check(words, there)
        mapping = map_all(words, there, creatable, made=made, chosen=choices.mapping, map_user=plugged.map_user)
    return Course(
        source=identity,
        mapping=mapping,
        native=frozenset(name for name in NATIVE_FIELDS if can.native(name)).__contains__,
        writing=Writing(
            formats=can.text_formats,
            native_format=can.text_format,
            converters=plugged.converters(),
            marked=marks and not can.native("external_id"),
            attributed=not all(can.native(name) for name in _ATTRIBUTED),
        ),
        marks=marks,
        transform=plugged.transform if plugged.transforms else None,
    )


def target_words(target: Tracker, kind: MetadataKind) -> Sequence[Any]:
    """List what the target has of a kind; a target that is not there yet has nothing."""
    if not target.capabilities.can(kind):
        return ()
    try:
        return tuple(getattr(target, kind)())
    except NotFound:
        return ()
