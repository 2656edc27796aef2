"""Where a text names tickets and files, and the text with other names put there. Pure.

Nothing else changes by a byte. What stands in code stays, whatever the format: between backquotes, in `{code}`, `<pre>`
and `<code>`. A key counts where it stands alone: not in `MYPROJ-12`, `PROJ-12-x`, a path, or another host's address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from anybacklog.abilities import References
from anybacklog.migration.pieces import length
from anybacklog.model import Text

_CODE = (
    r"(?m:^)[ ]{0,3}(?P<fence>```+).*?(?:(?P=fence)|\Z)",
    r"(?P<ticks>`+)[^\n]*?(?P=ticks)",
    r"\{code[^}\n]{0,100}\}.*?(?:\{/code\}|\Z)",
    r"<(?P<tag>pre|code)\b[^>]{0,500}>.*?(?:</(?P=tag)>|\Z)",
)
_ADDRESS = r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9+.-]{0,20}://[^\s<>\"'`()\[\]{}|\\^\x7f-\U0010ffff]+"
_ALONE_BEFORE = r"(?<![A-Za-z0-9_/\\.@&=%+$-])"
_ALONE_BEHIND = r"(?![A-Za-z0-9_]|[/\\@=.+~-][A-Za-z0-9_])"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One place in a text that names a ticket or a file, from `start` to `end`.

    `form` is `key`, `url` (of a ticket, or of its comment), or a form of the service's files. `new` is what is to stand
    there; None: nobody knows, so it stays.
    """

    start: int
    end: int
    form: str
    id: str
    comment: str | None = None
    name: str = ""
    said: str
    new: str | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """A text as it is written by now; `plain` is the same without any new name, where it names something."""

    text: Text
    plain: Text | None = None


Answer: TypeAlias = Callable[[Reference], str | None]
Refer: TypeAlias = Callable[[str], Sequence[Reference]]


class Reader:
    """Finds what texts of one service name whose keys can be told."""

    def __init__(self, service: References) -> None:
        key = f"{_ALONE_BEFORE}(?P<key_id>{service.key}){_ALONE_BEHIND}"
        forms = [_of_file(name, form) for name, form in service.files.items()]
        self._forms = ("key", "url", *service.files)
        self._pattern = re.compile("|".join([*_CODE, *forms, *_of_ticket(service), _ADDRESS, key]), re.DOTALL)

    def found(self, source: str) -> Iterator[Reference]:
        """Yield what a text names, from its beginning to its end."""
        for match in self._pattern.finditer(source):
            held = {name: word for name, word in match.groupdict().items() if word is not None}
            for form in self._forms:
                if f"{form}_id" in held:
                    yield Reference(
                        start=match.start(), end=match.end(), form=form, id=held[f"{form}_id"], said=match[0],
                        comment=held.get("url_comment"), name=held.get(f"{form}_name", ""),
                    )  # fmt: skip


def answered(references: Iterable[Reference], answer: Answer) -> tuple[Reference, ...]:
    """Give each reference what is to stand there."""
    return tuple(replace(each, new=answer(each)) for each in references)


def rewritten(source: str, references: Iterable[Reference], start: int = 0, room: int | None = None) -> str:
    """Put the new names into a text that begins at place `start` of the one they were found in.

    What stands only partly in it stays, and so does what `room` (the longest the text may become) leaves no room for.
    """
    pieces, at = [], 0
    spare = None if room is None else room - length(source)
    for each in references:
        if each.new is None or not _is_in(each, source, start):
            continue
        longer = length(each.new) - length(each.said)
        if spare is not None and longer > max(spare, 0):
            continue
        spare = None if spare is None else spare - longer
        pieces += [source[at : each.start - start], each.new]
        at = each.end - start
    return "".join([*pieces, source[at:]])


def worded(pieces: Sequence[Text], references: Sequence[Reference], rooms: Iterable[int | None]) -> list[Wording]:
    """Put new names into the pieces of one text, each at most as long as there is room for it."""
    found, at = [], 0
    for piece, room in zip(pieces, rooms, strict=False):
        end = at + len(piece.source)
        named = any(_is_in(each, piece.source, at) for each in references)
        text = Text(rewritten(piece.source, references, at, room), piece.format) if named else piece
        found.append(Wording(text, piece if named else None))
        at = end
    return found


def _is_in(reference: Reference, source: str, start: int) -> bool:
    """Tell whether the whole of a reference stands in the piece of its text that begins at place `start`."""
    place = reference.start - start
    return place >= 0 and source.startswith(reference.said, place)


def is_form_of(text: str, plain: str, references: Iterable[Reference], said: Callable[[str], str] = str) -> bool:
    """Tell whether a text is `plain` with any of its references written anew, and nothing else changed.

    `said` gives what of a piece of `plain` has to stand in the text.
    """
    places, at = {0}, 0
    for each in references:
        places = _behind(text, places, {said(plain[at : each.start])})
        places = _behind(text, places, {said(each.said), said(each.said if each.new is None else each.new)})
        at = each.end
    return len(text) in _behind(text, places, {said(plain[at:])})


def _behind(text: str, places: Iterable[int], words: Collection[str]) -> set[int]:
    """Give the places of a text behind any of the words, where one stands at any of the places."""
    return {place + len(word) for place in places for word in words if text.startswith(word, place)}


def _of_ticket(service: References) -> list[str]:
    if service.url is None:
        return []
    before, _, behind = service.url.partition("{key}")
    comment = f"(?:{_shape(service.comment, 'url_comment')})?" if service.comment else ""
    return [f"{_prefix(before)}(?P<url_id>{service.key}){re.escape(behind)}(?![A-Za-z0-9_/-]){comment}"]


def _of_file(form: str, shape: str) -> str:
    scheme, slash, rest = shape.partition("://")
    host, _, path = rest.partition("/")
    return f"{_prefix(f'{scheme}://{host}')}/{_shape(path, f'{form}_id')}" if slash else _shape(shape, f"{form}_id")


def _prefix(address: str) -> str:
    """Match the beginning of an address: http or https, and a host in any case."""
    return f"(?i:https?://{re.escape(address.partition('://')[2])})"


def _shape(shape: str, group: str) -> str:
    """Match a form by what stands around its number, the group, and its name, `NAME` for a group `NAME_id`."""
    name = f"(?P<{group.removesuffix('_id')}_name>[^\\r\\n]{{1,255}}?)"
    number = f"(?P<{group}>[0-9]+)(?![0-9])"
    return re.escape(shape).replace(r"\{id\}", number).replace(r"\{name\}", name)
