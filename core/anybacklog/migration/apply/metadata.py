"""What the target lacks before the first ticket: people, words, fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from anybacklog.abilities import MetadataKind
from anybacklog.errors import Conflict, MigrationError
from anybacklog.migration.apply.removing import settle_removals, until_settled
from anybacklog.migration.clock import Clock
from anybacklog.migration.ledger import Pair
from anybacklog.migration.mapping import MappingTable, Match
from anybacklog.migration.mapping.fields import to_make
from anybacklog.migration.plans.limits import statuses
from anybacklog.migration.report import Report
from anybacklog.model import CustomField, User
from anybacklog.tracker import Tracker


def prepare(target: Tracker, pair: Pair, mapping: MappingTable, report: Report, clock: Clock) -> MappingTable:
    """Create what the target lacks: people, words, fields. A name that is there already is what we want."""
    if target.capabilities.can("traffic"):
        target.traffic()  # what others left of the budgets is known before the first write
    settle_removals(target, pair, clock)  # what an interrupted rollback deleted is copied again
    mapping = recognised(target, pair, mapping)
    _refuse_too_many(target, mapping)
    created: Counter[str] = Counter()
    for served in mapping.words_to_create():
        kind, match = served[0]
        _settled(target, pair, _key(kind, match), clock)
        before = {"whole": match.target is None}
        pair.intend(_key(kind, match), "", None, before, clock.now())
        made, ours = _made(target, kind, _lenient(to_make(match), target, report))
        mapping = _written_down(pair, mapping, served, made, {**before, "created": made.id, "ours": ours})
        if ours:
            created[kind.replace("_", " ")] += 1
    if created:
        report.notes.append(f"created in the target: {', '.join(f'{kind} {count}' for kind, count in created.items())}")
    return mapping


def _written_down(
    pair: Pair, mapping: MappingTable, served: Sequence[tuple[MetadataKind, Match]], made: Any, before: dict[str, Any]
) -> MappingTable:
    """Have the ledger know a word that was made, and whom else it serves; it was made for the first."""
    (kind, match), *others = served
    pair.done(_key(kind, match), [], before=before)
    mapping = mapping.made(kind, match.source.id, made)
    for other, match in others:
        pair.done(_key(other, match), [], before={**before, "ours": False})
        mapping = mapping.made(other, match.source.id, replace(to_make(match), id=made.id, name=made.name))
    return mapping


def _key(kind: MetadataKind, match: Match) -> str:
    return f"metadata:{kind}:{match.source.id}"


def _refuse_too_many(target: Tracker, mapping: MappingTable) -> None:
    """Refuse before the first word is made what would break off in the middle of them."""
    for over in statuses(mapping, len(target.statuses()), target.capabilities.limits):
        raise MigrationError(
            f"nothing was written: a project of the target has at most {over.allowed} statuses, and with those to be "
            f"created there would be {over.size}; have some stand for others, under [mapping.statuses] of a plan"
        )


def _lenient(noun: Any, target: Tracker, report: Report) -> Any:
    """Let no service insist on a field that older tickets of the source may not have; ours insist on nothing."""
    if not (isinstance(noun, CustomField) and noun.required) or target.capabilities.settle.seconds == 0:
        return noun
    report.notes.append(f"the custom field {noun.name!r} is not required in the target; make it so when all is copied")
    return replace(noun, required=False)


def _settled(target: Tracker, pair: Pair, key: str, clock: Clock) -> None:
    """Wait until what an interrupted run asked for can no longer arrive: only then is it known to be absent."""
    row = pair.row(key)
    if row is not None and row.state == "intended":
        until_settled(target, [row], clock)


def _made(target: Tracker, kind: MetadataKind, noun: Any) -> tuple[Any, bool]:
    """Make a word, and tell whether it was us who made it."""
    try:
        return target.add_metadata(kind, noun), True
    except Conflict as error:
        # Somebody else made it a moment ago, or the target folds names together: then theirs is what we want.
        same = [each for each in getattr(target, kind)() if each.name == noun.name]
        if len(same) == 1:
            return same[0], False
        raise MigrationError(f"{kind.replace('_', ' ')} {noun.name!r} cannot be created: {error}") from error


def recognised(target: Tracker, pair: Pair, mapping: MappingTable) -> MappingTable:
    """Take as ours what an interrupted run had created and could not write down."""
    for row in pair.rows("intended"):
        place, _, rest = row.key.partition(":")
        kind, _, source_id = rest.partition(":")
        match = mapping.matches.get(cast("MetadataKind", kind), {}).get(source_id) if place == "metadata" else None
        if match is None:
            continue
        if match.target is not None and not match.create:
            pair.done(row.key, [], before={**row.before, "created": match.target.id})
        elif kind == "users":
            twin = _unclaimed(target, pair, match.source)
            if twin is not None:
                pair.done(row.key, [], before={**row.before, "created": twin.id})
                mapping = mapping.made("users", source_id, twin)
    return mapping


def _unclaimed(target: Tracker, pair: Pair, person: User) -> User | None:
    """Find the namesake that the interrupted run made: the last one there that no other person of the source has."""
    ours = set(pair.made().get("users", {}).values())
    said = (person.login, person.name, person.email)
    same = [each for each in target.users() if (each.login, each.name, each.email) == said and each.id not in ours]
    return same[-1] if same else None
