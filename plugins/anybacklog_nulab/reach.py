"""What every part of the extension stands on: the client, the project, forms and lists of Nulab's API."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, TypeVar

from anybacklog.plugin import ProtocolError, ValidationError
from anybacklog_nulab.client import NulabClient
from anybacklog_nulab.custom_fields import decimal
from anybacklog_nulab.extra_schemas import read
from anybacklog_nulab.listing import PAGE, Json
from anybacklog_nulab.opened import number

T = TypeVar("T")
Ref = str | int
"""An id, as a text or a number."""


class Reach:
    """A space and one project of it; `project` gives its id, `forget` is called when its words change."""

    def __init__(
        self, client: NulabClient, project: Callable[[], str], forget: Callable[[], None] = lambda: None
    ) -> None:
        self._client = client
        self._project = project
        self._forget = forget

    @property
    def _path(self) -> str:
        return f"projects/{self._project()}"

    def _one(self, kind: type[T], path: str) -> T:
        return read(kind, self._client.get(path))

    def _all(self, kind: type[T], path: str, params: Mapping[str, Any] | None = None) -> list[T]:
        return [read(kind, row) for row in self._client.rows(path, params)]

    def _written(self, kind: type[T], method: str, path: str, form: Mapping[str, Any]) -> T:
        self._forget()
        return read(kind, self._client.write(method, path, form))

    def _deleted(self, kind: type[T], path: str, params: Mapping[str, Any] | None = None) -> T:
        self._forget()
        return read(kind, self._client.session.request("DELETE", path, params=params))

    def _count(self, path: str, params: Mapping[str, Any]) -> int:
        count = self._client.get(path, params).get("count")
        if not isinstance(count, int):
            raise ProtocolError(f"GET {path} was answered without a count; report it")
        return count

    def _newest_first(self, path: str, params: Mapping[str, Any], by: str = "id") -> Iterator[Json]:
        """Page by `maxId`; whether that is exclusive is not documented, so numbers are compared."""
        asked: Json = {**params, "order": "desc", "count": PAGE}
        last: int | None = None
        while True:
            page = self._client.session.get(path, asked)
            if not isinstance(page, list) or not all(
                isinstance(row, dict) and type(row.get(by)) is int for row in page
            ):
                raise ProtocolError(f"GET {path} was not answered with a list of things that have a {by}; report it")
            fresh = [row for row in page if last is None or row[by] < last]
            fresh.sort(key=lambda row: int(row[by]), reverse=True)
            yield from fresh
            if len(page) < PAGE or not fresh:
                return
            last = asked["maxId"] = fresh[-1][by]


def id_of(kind: str, ref: Ref) -> str:
    """Let nothing but a number into a path; NotFound for what is none."""
    return number(kind, str(ref))


def to_form(what: str, parts: Mapping[str, Any], known: type[Any]) -> dict[str, Any]:
    """Spell parts as a form: camelCase, "" for None, brackets for a list; ValidationError for a name not `known`."""
    if unknown := parts.keys() - known.__annotations__.keys():
        raise ValidationError(
            f"a {what} has no {', '.join(sorted(unknown))}; it has {', '.join(known.__annotations__)}",
            field=min(unknown),
            limit=", ".join(known.__annotations__),
        )
    return dict(_parameter(name, value) for name, value in parts.items())


def to_changes(what: str, parts: Mapping[str, Any], known: type[Any]) -> dict[str, Any]:
    """Spell changes; ValidationError for none at all."""
    if not parts:
        raise ValidationError(f"nothing to change; a {what} has {', '.join(known.__annotations__)}", field=what)
    return to_form(what, parts, known)


def _parameter(name: str, value: Any) -> tuple[str, Any]:
    first, *others = name.split("_")
    sent_as = first + "".join(map(str.capitalize, others))
    if isinstance(value, (list, tuple, set, frozenset)):
        return f"{sent_as}[]", list(value) or [""]
    return sent_as, _spelt(value)


def _spelt(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return decimal(value) if isinstance(value, float) else value
