"""Texts that have broken trackers before, each for one reason, and drafts made of what a backend says it can hold."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from anybacklog.abilities import Abilities
from anybacklog.backend import (
    Backend,
    ListsCategories,
    ListsCustomFields,
    ListsMilestones,
    ListsPriorities,
    ListsResolutions,
    ListsStatuses,
    ListsTicketTypes,
    ListsUsers,
    ListsVersions,
)
from anybacklog.model import CustomField, FieldValue, Text

LONG_AGO = datetime(2020, 2, 29, 12, 34, 56, tzinfo=UTC)
LATER = datetime(2021, 12, 31, 23, 59, 59, tzinfo=UTC)

NASTY_TITLES: dict[str, str] = {
    "beyond the basic plane": "𠮷野家で🎉を👨‍👩‍👧‍👦と",
    "half-width kana": "ﾊﾝｶｸ ｶﾅ ﾊﾟﾋﾟﾌﾟ",
    "composed": "Caf\u00e9 \u304c",
    "decomposed": "Cafe\u0301 \u304b\u3099",
    "right to left": "שלום עולם ‏123 مرحبا",
    "zero width": "zero\u200bwidth\u200djoiner\ufeffmark",
    "looks like markup": "<b>bold</b> &amp; &lt; *star* _under_ `code` [link](x) ~~gone~~",
    "looks like SQL and shell": "Robert'); DROP TABLE tickets;-- $(rm) `x` %s {0} \\n",
    "looks like a number": "007",
    "quotes": "\"double\" 'single' “curly” 「鉤」",
    "punctuation only": "?",
}
"""Why a title is nasty -> the title. None has space at its ends or a line break: those are no title's business."""

NASTY_TEXTS: dict[str, str] = {
    **NASTY_TITLES,
    "line breaks of Windows": "one\r\ntwo\r\n\r\nfour\r\n",
    "line breaks of Unix": "one\ntwo\n\nfour\n",
    "space at both ends": "  leading and trailing \t",
    "looks like Markdown": "# Title\n\n* a\n  * b\n\n```python\nx = '<b>'\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
    "looks like HTML": "<p>one<br/>two</p><script>alert(1)</script><!-- gone? -->",
    "looks like a mention": "@everyone @admin <@U123> [~jira] email@example.com",
    "looks like a template": "{{ config }} ${env:HOME} {% raw %} #{x}",
    "long": "long 長い文 " * 500,
}
"""Why a text is nasty -> the text."""

NASTY_FILE_NAMES: dict[str, str] = {
    "beyond the basic plane": "𠮷🎉.txt",
    "spaces and brackets": "a file (1) [final].tar.gz",
    "quotes": 'it\'s "quoted".txt',
    "no suffix": "README",
    "decomposed": "Cafe\u0301.txt",
}


def cut(text: str, limit: int | None, minimum: int | None = None) -> str:
    """Cut a text to a limit in code points, or repeat it up to a minimum; with neither it stays as it is."""
    return (text * -(-(minimum or 0) // len(text)) if len(text) < (minimum or 0) else text)[:limit]


def long_title(abilities: Abilities) -> str:
    """Give a title as long as the backend takes, 250 characters where there is no limit."""
    return ("長いtitle𠮷" * 1000)[: abilities.limits.title_length or 250]


def full_draft(backend: Backend) -> dict[str, Any]:
    """Fill every ticket field the backend holds as given, the last of each list of words it has; no key and no mark."""
    abilities = backend.abilities
    every: dict[str, Any] = {
        "title": "A ticket with everything",
        "description": Text("All of it, *really*.", abilities.text_format),
        "start_date": date(2024, 2, 29),
        "due_date": date(2024, 12, 31),
        "estimated_hours": 1.5,
        "actual_hours": 0.25,
        "created_at": LONG_AGO,
        "updated_at": LATER,
        **_words(backend),
    }
    return {name: value for name, value in every.items() if abilities.native.get(name)}


def custom_value(definition: CustomField, *, other: bool = False) -> FieldValue:
    """Make up a value that fits a field, as a backend is given it: a choice is an option's id."""
    ids = tuple(option.id for option in definition.options)
    match definition.type:
        case "number":
            return 42 if other else 2.5
        case "date":
            return date(2030, 1, 31) if other else date(2024, 2, 29)
        case "choice":
            return ids[-1 if other else 0]
        case "choices":
            return ids[:1] if other else ids
    return "another" if other else NASTY_TITLES["beyond the basic plane"]


def read_value(definition: CustomField, given: Any) -> Any:
    """Say how a value that was given by option ids reads."""
    names = {option.id: option.name for option in definition.options}
    if definition.type == "choices":
        return tuple(names[each] for each in given)
    return names[given] if definition.type == "choice" else given


def _words(backend: Backend) -> dict[str, Any]:
    words: dict[str, Any] = {}
    if isinstance(backend, ListsTicketTypes):
        words["type"] = [noun.id for noun in backend.ticket_types()][-1]
    if isinstance(backend, ListsStatuses):
        words["status"] = [noun.id for noun in backend.statuses()][-1]
    if isinstance(backend, ListsPriorities):
        words["priority"] = [noun.id for noun in backend.priorities()][-1]
    if isinstance(backend, ListsResolutions):
        words["resolution"] = [noun.id for noun in backend.resolutions()][-1]
    return words | _lists(backend)


def _lists(backend: Backend) -> dict[str, Any]:
    lists: dict[str, Any] = {}
    if isinstance(backend, ListsUsers):
        people = [user.id for user in backend.users()]
        lists |= {"reporter": people[-1], "assignees": people[:1], "watchers": people[:1]}
    if isinstance(backend, ListsCategories):
        lists["categories"] = [noun.id for noun in backend.categories()][:2]
    if isinstance(backend, ListsMilestones):
        lists["milestones"] = [noun.id for noun in backend.milestones()][:2]
    if isinstance(backend, ListsVersions):
        lists["affected_versions"] = [noun.id for noun in backend.versions()][:2]
    if isinstance(backend, ListsCustomFields):
        lists["custom_fields"] = {noun.id: custom_value(noun) for noun in backend.custom_fields()}
    return lists
