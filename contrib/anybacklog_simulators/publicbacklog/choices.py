"""What the vendor's pages contradict one another about, or leave open: each such question is a switch.

The first word of a switch is the default: the endpoint reference's where it has one, else what asks most of a client or
tells it least.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

REQUESTED = ("id", "title", "description", "statusId", "ticketTypeId", "backlogName")
EXTRAS = ("backlogId", "comments", "createdAt", "updatedAt", "status", "ticketType")
"""Fields no page shows in an answer; their names are guesses."""
FIELDS = (*REQUESTED, *EXTRAS)


class Switch(NamedTuple):
    """The words a choice may have, the default first, and what it decides."""

    words: tuple[str, ...]
    about: str


SWITCHES: Mapping[str, Switch] = {
    "create_path": Switch(
        ("save-ticket", "create-ticket", "both"), "Which path creates: the reference and the examples disagree."
    ),
    "read_verb": Switch(("get", "post", "both"), "Which verb reads a ticket: the reference and the examples disagree."),
    "undefined": Switch(("http", "404", "405"), "Status of an undefined route; http: 404 for a path, 405 for a verb."),
    "undefined_page": Switch(("html", "json"), "What an undefined route answers: a page, or JSON with a message."),
    "missing": Switch(
        ("named", "bare"), "What a 404 for a thing says: which kind it is of, or only that it is not found."
    ),
    "wrapping": Switch(("none", "data", "kind"), "Whether an answer is under one key: data, or ticket, backlog ..."),
    "backlog_name": Switch(
        ("required", "optional", "ignored", "refused"), "What becomes of backlogName on create: only examples send it."
    ),
    "backlog_by": Switch(("name", "either"), "Whether a backlog is also found by backlogId, as older pages had it."),
    "type_ids": Switch(
        ("definitions", "reference"), "Which type is 1: Bug by the definitions, Request by the reference."
    ),
    "default_type": Switch(("1", "2"), "The type of a ticket created without one."),
    "bare_status": Switch(
        ("taken", "refused"), "Whether statusId is taken without ticketTypeId: it means something with a type only."
    ),
    "texts": Switch(("kept", "html", "plain"), "What becomes of texts: nothing, plain made HTML, or HTML made plain."),
    "writes": Switch(
        ("atomic", "fields-first", "comment-first"), "Whether error-after leaves fields and comment done by half."
    ),
    "created": Switch(("200", "201"), "Status of a create that worked."),
    "deleted": Switch(("id", "ticket", "nothing"), "What a deletion answers."),
    "lengths": Switch(("characters", "utf-16"), "What limits count; with utf-16, 🎉 is two."),
    "strangers": Switch(("refused", "ignored"), "What becomes of parameters no page names."),
}


@dataclass(kw_only=True)
class Choices:
    """One word for each of `SWITCHES`; `shown` are the fields of a ticket read, `echoed` those of one just written.

    A word a switch does not have is a ValueError that lists those it has, whenever it is set.
    """

    create_path: str = "save-ticket"
    read_verb: str = "get"
    undefined: str = "http"
    undefined_page: str = "html"
    missing: str = "named"
    wrapping: str = "none"
    backlog_name: str = "required"
    backlog_by: str = "name"
    type_ids: str = "definitions"
    default_type: str = "1"
    bare_status: str = "taken"
    texts: str = "kept"
    writes: str = "atomic"
    created: str = "200"
    deleted: str = "id"
    lengths: str = "characters"
    strangers: str = "refused"
    shown: list[str] = field(default_factory=lambda: list(REQUESTED))
    echoed: list[str] = field(default_factory=lambda: list(REQUESTED))

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a switch to one of its words, or an answer's fields to some of `FIELDS`."""
        if name in SWITCHES:
            _check(name, value, SWITCHES[name].words)
        elif name in ("shown", "echoed"):
            for each in value:
                _check(name, each, FIELDS)
        else:
            raise ValueError(f"there is no choice {name!r}; there are {', '.join(SWITCHES)}, shown, echoed")
        object.__setattr__(self, name, value)

    def length(self, text: str) -> int:
        """Count a text as limits do."""
        return len(text.encode("utf-16-le")) // 2 if self.lengths == "utf-16" else len(text)


def _check(name: str, word: str, words: tuple[str, ...]) -> None:
    if word not in words:
        raise ValueError(f"{name} has no {word!r}; it has {', '.join(words)}")
