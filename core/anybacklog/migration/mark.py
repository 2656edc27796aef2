"""The mark: what a written ticket, comment or file says of where it came from. Pure text, fixed language, no zone.

`⟨anybacklog SOURCE KEY ITEM⟩`: the source project's identity, the ticket's key there, and `t`, `c` or `a` with the
item's id. `m` stands in a comment that says where a ticket moved to: it names the copy by its project, key and id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from urllib.parse import quote, unquote

from anybacklog.steps import ItemKind

_LETTERS: Mapping[ItemKind, str] = {
    "ticket": "t",
    "comment": "c",
    "history": "c",
    "continuation": "c",
    "attachment": "a",
    "moved": "m",
}
_KINDS: Mapping[str, ItemKind] = {"t": "ticket", "c": "comment", "a": "attachment", "m": "moved"}
OPENING = r"(?:<(?:p|div|span)(?:\s[^<>]*)?>)*"
"""The tags that a service may put before a mark; it stands in a paragraph of its own."""
_SHAPE = re.compile(OPENING + r"⟨anybacklog (\S+) (\S+) ([tcam])(\S+)⟩")
_PLAIN = "/:@,;=+$!*'()[]"


@dataclass(frozen=True, slots=True)
class Mark:
    """The identity of one source item; two marks of one item differ at most in `key`, which a project may rename."""

    source: str
    key: str
    kind: ItemKind
    id: str

    @property
    def item(self) -> tuple[str, str, str]:
        """What the mark stands for, whatever the ticket is called now."""
        return self.source, self.kind, self.id

    def __str__(self) -> str:
        letter = _LETTERS[self.kind]
        return f"⟨anybacklog {_quoted(self.source)} {_quoted(self.key)} {letter}{_quoted(self.id)}⟩"


def find_mark(text: str) -> Mark | None:
    """Read the mark that a text begins with. One further down is a quotation, and says nothing of this text."""
    found = _SHAPE.match(text)
    if found is None:
        return None
    words = map(unescape, found.groups()) if text.startswith("<") else found.groups()
    source, key, kind, item = words
    return Mark(unquote(source), unquote(key), _KINDS[kind], unquote(item))


def _quoted(word: str) -> str:
    # Non-ASCII letters stay readable; what would end the word or the mark does not.
    return "".join(
        each if each.isalnum() or each in _PLAIN or each in "-_.~" else quote(each, safe="") for each in word
    )
