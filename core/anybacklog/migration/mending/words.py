"""What a repair says: what it writes, and what stays as it is in the target, with what to do about it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from anybacklog.migration.history_file import ID as HISTORY_FILE
from anybacklog.migration.report import NAMED, Difference
from anybacklog.steps import KeepFile, SetState, Step, describe

_BY_CONTENT = frozenset({"sha256", "size"})
_WAYS = {
    "file": "a file cannot be changed once it is there, so it stays as it is: {}; delete it in the target, and repair "
    "sends it again",
    "comment": "a comment that is not as it was written stays as it is: {}; put it right in the target, or delete it "
    "there with its files, and repair writes it again",
    "order": "no repair moves a comment, so the order stays: {}; delete in the target, with its files, what should come"
    " later, and repair writes it again",
    "key": "the target numbers its tickets itself, so a key stays: {}; texts that name the ticket have its old one",
    "extra": "repair deletes nothing, so what should not be there stays: {}; delete it in the target, or leave it",
    "doubled": "repair deletes nothing, so a second copy stays: {}; delete it in the target",
}
"""What stays, by its kind or its field, and what to do about it."""


def told(step: Step) -> str:
    """Say what a step writes."""
    if isinstance(step, SetState):
        return f"set {', '.join(sorted(step.changes))} of {step.item.ticket_key}"
    if isinstance(step, KeepFile):
        return f"keep {step.upload.attachment.name!r} of {step.item.ticket_key} in the fallback folder"
    return f"write {describe(step)}"


def wordless(words: Counter[str]) -> Iterator[str]:
    """Say what cannot be written because the target has no word for it, and the ways out."""
    if words:
        named = "; ".join(f"{word} ({count})" for word, count in words.most_common(NAMED))
        yield (
            f"no word in the target stands for these, so what it has there stays: {named}; name the word there as the"
            " source does, say in a plan what stands for it, or run migrate, which makes what is missing; then repair"
        )


def staying(left: Iterable[Difference]) -> Iterator[str]:
    """Say of each kind of difference that no repair mends what to do about it."""
    several: dict[str, list[Difference]] = {way: [] for way in _WAYS}
    for each in left:
        way = _way(each)
        if way is not None:
            several[way].append(each)
    yield from (_WAYS[way].format(_named(found)) for way, found in several.items() if found)


def _way(each: Difference) -> str | None:
    match each.kind, each.field:
        case _, ("extra" | "doubled" | "order") as way:
            return way
        case "ticket", "key":
            return "key"
        case "attachment", _ if _stays(each):
            return "file"
        case "comment", field if field != "missing":
            return "comment"
    return None


def _stays(file: Difference) -> bool:
    """Tell a file that is not sent again by itself: its bytes are as they should be, or nobody writes it anew."""
    return file.field != "missing" and (file.field not in _BY_CONTENT or file.id == HISTORY_FILE)


def _named(several: list[Difference]) -> str:
    """Name the first of them, by field, item and ticket, and count the others."""
    first = [_one(each) for each in several[:NAMED]]
    return ", ".join(first) + (f" and {len(several) - NAMED} more" if len(several) > NAMED else "")


def _one(each: Difference) -> str:
    changed = f" ({each.target!r} instead of {each.source!r})" if each.field in ("name", "content_type") else ""
    return f"{each.field} of {each.kind} {each.id} at {each.source_key or each.target_key}{changed}"
