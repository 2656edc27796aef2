"""The JSON of the nouns: `dump` and `load`, and self-contained, versioned documents for what outlives a process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias, TypeVar

import marshmallow

from anybacklog.errors import ConfigurationError, ValidationError
from anybacklog.forms.schemas import FORMS, form_of, kind_of
from anybacklog.model import (
    Activity,
    Attachment,
    Change,
    Comment,
    Link,
    Named,
    Text,
    Ticket,
    User,
)

FORM_VERSION = 1
"""Raised when an older reader would misread what we write; a new optional key does not count."""

Noun: TypeAlias = Ticket | Comment | Attachment | User | Named | Link | Change | Text | Activity
_Noun = TypeVar("_Noun", bound=Noun)


def dump(noun: Noun, *, raw: bool = False) -> dict[str, Any]:
    """Give the noun as `json.dumps` takes it, with `raw` only if asked; ValidationError names the field."""
    form = form_of(type(noun))
    try:
        written = form.write(noun)
    except marshmallow.ValidationError as error:
        raise _refusal(f"{kind_of(type(noun))} cannot be written as JSON", error) from None
    if raw and "raw" in form.fields:
        written["raw"] = None if noun.raw is None else dict(noun.raw)  # type: ignore[union-attr]  # its form has it
    return written


def load(kind: type[_Noun], data: object) -> _Noun:
    """Read what `dump` wrote, as `load(Ticket, {...})`; ValidationError names every fault."""
    form = form_of(kind)
    try:
        return form.read(data)  # type: ignore[no-any-return]
    except marshmallow.ValidationError:
        pass
    try:
        return form.load(data)  # type: ignore[no-any-return, arg-type]  # the slow way says what is wrong
    except marshmallow.ValidationError as error:
        raise _refusal(f"{kind_of(form.noun)} cannot be read from JSON", error) from None


def document(noun: Noun, *, raw: bool = False) -> dict[str, Any]:
    """Give a noun that says itself what it is and which form it has: one line of a snapshot."""
    return {"anybacklog": FORM_VERSION, "kind": kind_of(type(noun)), "noun": dump(noun, raw=raw)}


def from_document(data: object) -> Noun:
    """Read what `document` wrote; ConfigurationError if it is newer, else ValidationError."""
    version = data.get("anybacklog") if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or type(version) is not int or version < 1:
        raise ValidationError("this is not a document of anybacklog: it names no form version", field="anybacklog")
    if version > FORM_VERSION:
        raise ConfigurationError(
            f"this document has form {version}, and this anybacklog reads up to form {FORM_VERSION}; update anybacklog"
        )
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in FORMS:
        raise ValidationError(f"a document's kind must be one of {', '.join(sorted(FORMS))}", field="kind", value=kind)
    noun: type[Noun] = FORMS[kind][0]
    return load(noun, data.get("noun"))


def _refusal(what: str, error: marshmallow.ValidationError) -> ValidationError:
    faults = list(_faults(error.messages))
    told = "; ".join(f"{path}: {fault}" if path else fault for path, fault in faults)
    return ValidationError(f"{what}: {told}", field=faults[0][0])


def _faults(messages: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Flatten marshmallow's nested messages to pairs of dotted path and sentence."""
    if isinstance(messages, Mapping):
        for name, below in messages.items():
            step = "" if name == "_schema" else str(name)
            yield from _faults(below, ".".join(filter(None, (path, step))))
        return
    yield path, " ".join(str(message).removesuffix(".") for message in messages)
