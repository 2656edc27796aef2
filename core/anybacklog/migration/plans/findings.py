"""What a plan found, in lines for a person: the head of plan.toml, and what the command line prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import TYPE_CHECKING

from anybacklog.migration.plans.limits import OverLimit, becomes
from anybacklog.migration.plans.mapping_lines import Line
from anybacklog.migration.plans.notices import Notice
from anybacklog.migration.report import Fidelity
from anybacklog.redact import redact

if TYPE_CHECKING:
    from anybacklog.migration.plans.plan import Plan

SHOWN = 10
"""How many of a kind are named; --json has them all."""
LONGEST = 60
"""How many characters of a title are shown."""


def findings(plan: Plan) -> Iterator[str]:
    """Yield what was found, the size and the cost first."""
    yield f"{plan.source} -> {plan.target}"
    yield f"{_amounts(plan)}, read at {plan.read_at:%Y-%m-%d %H:%M:%S} UTC."
    yield f"Requests: {_requests(plan)}; {_time(plan.eta_seconds)}"
    yield from _section("To be created in the target first:", _created(plan))
    yield from _section("Nothing stands for:", _unmatched(plan))
    yield from _section("What the target has, to choose from:", _choices(plan))
    yield from _section("Would be told by the target:", (told(plan.notices),) if plan.notices else ())
    yield from _section("Over the limits of the target:", _limits(plan))
    yield from _section("How the fields arrive:", _fidelity(plan.fidelity))
    yield from _section("The worst tickets; try them first with --sample worst, or --only KEY:", _worst(plan))
    yield from _section("Notes:", map(redact, plan.notes))


def duration(seconds: int) -> str:
    """Say a time in its two largest units."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield ""
        yield title
        yield from (f"  {line}" for line in found)


def _amounts(plan: Plan) -> str:
    said = [
        f"{count} {_ONE.get(kind, kind) if count == 1 else _MANY.get(kind, kind)}" for kind, count in _counted(plan)
    ]
    return ", ".join(said)


_ONE = {"tickets": "ticket", "comments": "comment", "history": "change", "attachments": "file", "links": "link"}
_MANY = {"history": "changes", "attachments": "files"}


def _counted(plan: Plan) -> list[tuple[str, int]]:
    return [(kind, count) for kind, count in plan.counts.items() if count or kind == "tickets"]


def _requests(plan: Plan) -> str:
    said = [
        f"{end} {', '.join(f'{bucket} {count}' for bucket, count in sorted(buckets.items()))}"
        for end, buckets in plan.requests.items()
        if buckets
    ]
    return "; ".join(said) or "none, both ends are on this machine"


def _time(seconds: int | None) -> str:
    if seconds is None:
        return "how long that takes is not known, no limit is told."
    return f"at the limits as they are now {duration(seconds)}, the files' own way aside." if seconds else "no waiting."


def _created(plan: Plan) -> Iterator[str]:
    for kind, group in groupby(plan.to_create, key=lambda each: each[0]):
        yield f"{kind.replace('_', ' ')}: {_some([name for _, name in group])}"


def _unmatched(plan: Plan) -> Iterator[str]:
    for kind, lines in plan.mapping.items():
        missing = [line for line in lines if line.confidence == "none"]
        if missing:
            yield f"{kind.replace('_', ' ')}: {_some([_shown(line) for line in missing])}"


def _choices(plan: Plan) -> Iterator[str]:
    """List what the target has, of each kind in which somebody should look."""
    for kind, lines in plan.mapping.items():
        words = [word if word == name else f"{word} {name}" for word, name in plan.words.get(kind, ())]
        if words and any(line.confidence in ("none", "guess") for line in lines):
            yield f"{kind.replace('_', ' ')}: {_some(words)}"


def _shown(line: Line) -> str:
    named = f"{line.word} {line.name}" if line.word.startswith("id:") else line.word
    return f"{named} (as the plan says, though there is {line.offer})" if line.offer else named


def told(notices: Iterable[Notice]) -> str:
    """Say in one line who would be told by the target, of how much, and why; "" for nobody."""
    return _some(
        [f"{each.user.name} for the {each.field} of {each.count} ({each.reason})" for each in notices], " people"
    )


def _limits(plan: Plan) -> Iterator[str]:
    ordered = sorted(plan.limits, key=lambda each: (each.limit, each.outcome))
    for (limit, outcome, allowed), group in groupby(ordered, key=lambda each: (each.limit, each.outcome, each.allowed)):
        items = [_item(each) for each in group]
        yield f"{limit.replace('_', ' ')} {allowed}: {_some(items)}; {becomes(limit, outcome)}"


def _item(each: OverLimit) -> str:
    if each.item is None:
        return f"{each.size} in all"
    what = "" if each.item.kind == "ticket" else f" {each.item.kind} {each.item.id}"
    return f"{each.item.ticket_key}{what} ({each.size})"


def _fidelity(rows: Iterable[Fidelity]) -> Iterator[str]:
    known = list(rows)
    for row in known:
        if row.level != "native":
            yield f"{row.level} {row.field}, {row.count}: {row.reason}"
    native: Counter[str] = Counter()
    for row in known:
        native[row.field] += row.count if row.level == "native" else 0
    if +native:
        yield f"native: {', '.join(f'{name} {count}' for name, count in sorted((+native).items()))}"


def _worst(plan: Plan) -> Iterator[str]:
    for each in plan.worst:
        entries = f"{each.entries} {'entry' if each.entries == 1 else 'entries'}"
        files = f"{each.files} {'file' if each.files == 1 else 'files'} ({each.bytes} bytes)"
        yield f"{each.key}: {each.characters} characters, {entries}, {files}: {_short(each.title)}"


def _short(title: str) -> str:
    return title if len(title) <= LONGEST else f"{title[:LONGEST]}…"


def _some(names: list[str], what: str = "") -> str:
    more = f" and {len(names) - SHOWN} more{what}" if len(names) > SHOWN else ""
    return ", ".join(islice(names, SHOWN)) + more
