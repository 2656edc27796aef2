"""The published JSON Schema, made from the forms: `python -m anybacklog.forms.published docs/schema`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from anybacklog.forms import FORM_VERSION
from anybacklog.forms.fields import CustomValue, Leaf
from anybacklog.forms.form import Form, Many, Shape
from anybacklog.forms.schemas import FORMS, form_of, kind_of
from anybacklog.model import Comment, Ticket

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def published() -> dict[str, dict[str, Any]]:
    """Give every schema by its file's name: one per kind, the ticket as `show` prints it, and the document."""
    kinds = {
        kind: _whole(kind, f"A {kind.replace('_', ' ')}.", {"$ref": f"#/$defs/{kind}"}, noun)
        for kind, (noun, _) in FORMS.items()
    }
    return kinds | {"shown_ticket": _shown_ticket(), "document": _document()}


def main(folder: str) -> None:
    """Write the schemas into `folder`."""
    for name, schema in published().items():
        text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        Path(folder, f"{name}.json").write_text(text, encoding="utf-8", newline="\n")


def _one_noun(kind: str, noun: type) -> dict[str, Any]:
    title = f"{kind.replace('_', ' ').capitalize()}, in the JSON of anybacklog"
    return _whole(kind, title, {"$ref": f"#/$defs/{kind}"}, noun)


def _whole(name: str, title: str, body: dict[str, Any], *nouns: type) -> dict[str, Any]:
    known: dict[type, Form] = {}
    for noun in nouns:
        _reach(noun, known)
    definitions = {kind_of(noun): _definition(form) for noun, form in known.items()}
    return {
        "$schema": DRAFT,
        "$id": f"urn:anybacklog:{FORM_VERSION}:{name}",
        "title": title,
        **body,
        "$defs": dict(sorted(definitions.items())),
    }


def _reach(noun: type, known: dict[type, Form]) -> None:
    if noun not in known:
        known[noun] = form_of(noun)
        for field in known[noun].shape.values():
            if not isinstance(field, Leaf):
                _reach(field.noun, known)


def _definition(form: Form) -> dict[str, Any]:
    properties = {name: _property(field) for name, field in form.shape.items()}
    conditions = [case for field in form.shape.values() if isinstance(field, CustomValue) for case in _cases(field)]
    return {
        "type": "object",
        "description": (form.__doc__ or "").partition("\n")[0],
        "properties": properties,
        "required": [name for name in properties if name != "raw"],
        "additionalProperties": False,
    } | ({"allOf": conditions} if conditions else {})


def _property(field: Shape) -> dict[str, Any]:
    if isinstance(field, Leaf):
        return _or_null(field.json_schema(), null=field.allow_none)
    inner = {"$ref": f"#/$defs/{kind_of(field.noun)}"}
    return {"type": "array", "items": inner} if isinstance(field, Many) else _or_null(inner, null=field.allow_none)


def _or_null(schema: dict[str, Any], *, null: bool) -> dict[str, Any]:
    if not null or not schema:
        return schema
    return schema | {"type": [schema["type"], "null"]} if "type" in schema else {"anyOf": [schema, {"type": "null"}]}


def _cases(field: CustomValue) -> Iterator[dict[str, Any]]:
    for word, leaf in field.leaves.items():
        value = _or_null(leaf.json_schema(), null=field.allow_none)
        yield {"if": {"properties": {"type": {"const": word}}}, "then": {"properties": {"value": value}}}


def _shown_ticket() -> dict[str, Any]:
    schema = _whole("shown_ticket", "Ticket, as `anybacklog show --format json` prints it", {}, Ticket, Comment)
    ticket: dict[str, Any] = schema["$defs"].pop("ticket")
    ticket["properties"]["comments"] = {"type": "array", "items": {"$ref": "#/$defs/comment"}}
    ticket["required"].append("comments")
    return schema | ticket


def _document() -> dict[str, Any]:
    cases = [
        {"properties": {"kind": {"const": kind}, "noun": {"$ref": f"#/$defs/{kind}"}}, "required": ["kind", "noun"]}
        for kind in FORMS
    ]
    body = {
        "type": "object",
        "properties": {
            "anybacklog": {"const": FORM_VERSION},
            "kind": {"enum": sorted(FORMS)},
            "noun": {"type": "object"},
        },
        "required": ["anybacklog", "kind", "noun"],
        "additionalProperties": False,
        "oneOf": cases,
    }
    return _whole("document", "Document, one line of a snapshot", body, *(noun for noun, _ in FORMS.values()))


if __name__ == "__main__":
    main(sys.argv[1])
