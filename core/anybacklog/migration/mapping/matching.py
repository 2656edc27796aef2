"""map_all(): every noun of the source matched, as a plan says or by the rules. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from anybacklog.abilities import METADATA_KINDS, MetadataKind
from anybacklog.migration.mapping.end import End, MapUser
from anybacklog.migration.mapping.fields import one_each
from anybacklog.migration.mapping.match import Match, Pick
from anybacklog.migration.mapping.picks import match_as_picked
from anybacklog.migration.mapping.rules import match_by_rule
from anybacklog.migration.mapping.table import MappingTable
from anybacklog.model import STATUS_CATEGORIES, Status, StatusCategory

Nouns: TypeAlias = Mapping[MetadataKind, Sequence[Any]]


def map_all(
    source: Nouns,
    target: Nouns,
    creatable: frozenset[MetadataKind],
    *,
    made: Mapping[MetadataKind, Mapping[str, str]] | None = None,
    picks: Mapping[MetadataKind, Mapping[str, Pick]] | None = None,
    options: Mapping[str, Mapping[str, str | None]] | None = None,
    map_user: MapUser | None = None,
    new_statuses: frozenset[StatusCategory] = frozenset(STATUS_CATEGORIES),
    fixed_ids: Mapping[MetadataKind, frozenset[str]] | None = None,
) -> MappingTable:
    """Match every noun of the source; `picks` is what a plan says of them, by kind and source id.

    `options` is what it says of the options of custom fields, by the field's source id. `new_statuses` are the
    categories that a status made in the target can be of. `fixed_ids` are the ids that mean the same at both ends.
    """
    matches: dict[MetadataKind, dict[str, Match]] = {}
    for kind in METADATA_KINDS:
        ours = source.get(kind, ())
        end = End(
            kind=kind,
            here=ours,
            there=target.get(kind, ()),
            can_create=kind in creatable,
            made=(made or {}).get(kind, {}),
            picks=(picks or {}).get(kind, {}),
            options=options or {},
            shared_names=frozenset(name for name, count in Counter(noun.name for noun in ours).items() if count > 1),
            map_user=map_user,
            new_statuses=new_statuses,
            fixed=(fixed_ids or {}).get(kind, frozenset()),
        )
        matches[kind] = {noun.id: _match(noun, end) for noun in ours}
    matches["custom_fields"] = one_each(matches["custom_fields"])
    return MappingTable(matches)


def _match(noun: Any, end: End) -> Match:
    if isinstance(noun, Status) and noun.category not in end.new_statuses:
        end = replace(end, can_create=False)
    pick = end.picks.get(noun.id)
    ruled = match_by_rule(noun, end)
    picked = match_as_picked(noun, pick, end) if pick is not None else ruled
    if pick is not None and pick.target is None and pick.create is None:
        picked = replace(picked, offer=ruled.target)
    unedited = replace(picked, reason=ruled.reason, sure=ruled.sure) == ruled
    return ruled if unedited else picked  # what nobody has decided stays as sure as it was
