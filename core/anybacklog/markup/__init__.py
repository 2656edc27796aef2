"""Text formats and the converters between them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from anybacklog.model import Text, TextFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class Converter:
    """Turns a text's source from one format into another; pure."""

    source: TextFormat
    target: TextFormat
    convert: Callable[[str], str]


def convert(text: Text, accepted: Collection[TextFormat], converters: Iterable[Converter]) -> Text | None:
    """Bring a text into a format the target takes as it is; None when nothing here can."""
    if text.format in accepted:
        return text
    for converter in converters:
        if converter.source == text.format and converter.target in accepted:
            return Text(converter.convert(text.source), converter.target)
    return None
