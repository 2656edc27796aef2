"""The function that loads a schema's JSON, written once from its declared fields: straight lines, exact type tests.

It gives what `Schema.load` gives, or raises: anything at all, at the first value that is not plainly right. Then
`Schema.load` goes over the same input, and either makes a value of it after all or names every fault.

A field whose class or options are not known here reads for itself, by its own `deserialize`. A schema that has hooks
(`post_load`, `validates` and so on), keeps or refuses unknown keys, or changes how marshmallow loads gets no function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time
from functools import lru_cache, partial
from inspect import signature
from itertools import takewhile
from math import inf
from types import CodeType
from typing import Any

from marshmallow import Schema, fields, missing

from anybacklog.wire.known import READ, Field, Loader, is_known, loader_of, only_reads, quick_of


class Surprise(Exception):
    """A value that is not plainly right; whether it is wrong, marshmallow decides."""


NAMES: Mapping[str, Any] = {
    "MISSING": missing, "INFINITE": inf, "Surprise": Surprise, "to_date": date.fromisoformat,
    "to_time": time.fromisoformat, "to_datetime": datetime.fromisoformat,
}  # fmt: skip


def generate(schema: Schema) -> Loader | None:
    """Write a schema's function; None for a schema that does more than to read its fields."""
    if not only_reads(schema):
        return None
    code = Code()
    _write_object(code, schema)
    exec(_compiled(code.text, type(schema).__name__), code.names)  # noqa: S102  # made of declared names, never of data
    loader: Loader = code.names["load"]
    return loader


class Code:
    """A function's text as it grows, and the objects that it names."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = dict(NAMES)
        self._lines = ["def load(data):"]
        self._depth = 1

    @property
    def text(self) -> str:
        """The function, as Python."""
        return "\n".join(self._lines)

    def add(self, text: str) -> None:
        """Add lines."""
        self._lines += [" " * self._depth + line for line in text.splitlines()]

    @contextmanager
    def under(self, head: str) -> Iterator[None]:
        """Put what is added inside under a line that ends with a colon."""
        self.add(head)
        self._depth += 1
        begun = len(self._lines)
        yield
        if len(self._lines) == begun:
            self.add("pass")
        self._depth -= 1

    def named(self, value: object) -> str:
        """Name an object."""
        name = f"n{len(self.names)}"
        self.names[name] = value
        return name


def _write_object(code: Code, schema: Schema) -> None:
    code.add("if type(data) is not dict: raise Surprise")
    read = []
    for place, (name, field) in enumerate(schema.load_fields.items()):
        _write_field(code, field, name if field.data_key is None else field.data_key, f"v{place}")
        read.append((field.attribute or name, f"v{place}", _is_always_there(field)))
    make: Callable[..., Any] = getattr(schema, "make", dict)
    sure = list(takewhile(lambda each: each[2], read))
    if make is not dict and len(sure) == len(read):
        code.add(f"return {code.named(make)}({_arguments(make, {name: v for name, v, _ in read})})")
        return
    code.add(f"loaded = {{{', '.join(f'{name!r}: {v}' for name, v, _ in sure)}}}")
    for name, v, _ in read[len(sure) :]:
        code.add(f"if {v} is not MISSING: loaded[{name!r}] = {v}")
    code.add("return loaded" if make is dict else f"return {code.named(make)}(**loaded)")


def _arguments(make: Callable[..., Any], values: dict[str, str]) -> str:
    """Spell a call by name in the order that the function has its parameters, which is the quickest."""
    bound = signature(make).bind(**values)
    return ", ".join([*bound.args, *(f"{name}={v}" for name, v in bound.kwargs.items())])


def _write_field(code: Code, field: Field, key: str, v: str) -> None:
    default = field.load_default
    if not is_known(field):
        code.add(f"{v} = {code.named(field.deserialize)}(data.get({key!r}, MISSING), {key!r}, data)")
    elif field.required:
        code.add(f"{v} = data[{key!r}]")
        _write_value(code, field, v)
    elif default is None and field.allow_none:
        code.add(f"{v} = data.get({key!r})")
        _write_value(code, field, v)
    else:
        code.add(f"{v} = data.get({key!r}, MISSING)")
        with code.under(f"if {v} is not MISSING:"):
            _write_value(code, field, v)
        if default is not missing:
            code.add(f"else: {v} = {code.named(default)}{'()' * callable(default)}")


def _write_value(code: Code, field: Field, v: str) -> None:
    if field.allow_none:
        with code.under(f"if {v} is not None:"):
            _write_read(code, field, v)
    else:
        code.add(f"if {v} is None: raise Surprise")
        _write_read(code, field, v)


def _write_read(code: Code, field: Field, v: str) -> None:
    match field:
        case fields.List():
            _write_each(code, v, partial(_write_item, code, field.inner))
        case fields.Nested() if field.schema.many:
            _write_each(code, v, partial(_write_call, code, loader_of(field)))
        case fields.Nested():
            _write_call(code, loader_of(field), v)
        case fields.Enum():
            code.add(f"if type({v}) is not str: raise Surprise\n{v} = {code.named(field.enum)}[{v}]")
        case _ if type(field) in READ:
            code.add(READ[type(field)].format(v=v))
        case _:
            _write_call(code, quick_of(field), v)


def _write_call(code: Code, read: object, v: str) -> None:
    code.add(f"{v} = {code.named(read)}({v})")


def _write_item(code: Code, field: Field, v: str) -> None:
    if is_known(field):
        _write_value(code, field, v)
    else:
        _write_call(code, field.deserialize, v)


def _write_each(code: Code, v: str, write_item: Callable[[str], None]) -> None:
    code.add(f"if type({v}) is not list: raise Surprise\nall_{v} = []")
    with code.under(f"for each_{v} in {v}:"):
        write_item(f"each_{v}")
        code.add(f"all_{v}.append(each_{v})")
    code.add(f"{v} = all_{v}")


def _is_always_there(field: Field) -> bool:
    default = field.load_default
    return is_known(field) and (field.required or not (default is missing or callable(default)))


@lru_cache(maxsize=256)
def _compiled(text: str, name: str) -> CodeType:
    """Compile a text once, however many schemas it fits: several of the same class are often nested in one."""
    return compile(text, f"<loader of {name}>", "exec")
