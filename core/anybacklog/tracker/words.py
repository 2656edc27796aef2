"""Words -> ids: a status, type, person or field is given by name, login, e-mail or id, or as the noun itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from anybacklog.abilities import METADATA_KINDS
from anybacklog.backend import OPERATIONS, Backend
from anybacklog.errors import ValidationError
from anybacklog.model import STATUS_CATEGORIES, CustomField, FieldValue, Named, StatusCategory, User

SHOWN = 20


class Words:
    """The words of one project, each kind read once and only when it is needed."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._lists: dict[str, Sequence[Any]] = {}

    def all(self, kind: str) -> Sequence[Any]:
        """Give every noun of a kind (`statuses`, `users` ...); none where the backend has no such list."""
        if kind not in self._lists:
            known = kind in METADATA_KINDS and isinstance(self._backend, OPERATIONS[kind])
            self._lists[kind] = tuple(getattr(self._backend, kind)()) if known else ()
        return self._lists[kind]

    def forget(self, kind: str) -> None:
        """Read a kind again next time, and those that share its words: something was added to them."""
        shared: Mapping[Any, str] = self._backend.abilities.shared_words
        for each in [*self._lists]:
            if shared.get(each, each) == shared.get(kind, kind):
                del self._lists[each]

    def id_of(self, kind: str, field: str, word: str | Named | User) -> str:
        """Look one word up; unknown and ambiguous words are refused with what there is."""
        if not isinstance(word, str):
            return _noun_id(kind, field, word)
        found = [noun for noun in self.all(kind) if word in _names(noun)] or [
            noun for noun in self.all(kind) if noun.id == word
        ]
        if len({noun.id for noun in found}) != 1:
            raise ValidationError(
                _refusal(kind, word, found or self.all(kind), found=bool(found)), field=field, value=word
            )
        return str(found[0].id)

    def ids_for_filter(self, kind: str, word: str | Named | User) -> str:
        """Look a filter's word up where there is a list; elsewhere the word itself is compared with names and ids."""
        if not isinstance(word, str) or self.all(kind):
            return self.id_of(kind, kind, word)
        return word

    def status_filter(self, word: str) -> tuple[StatusCategory | None, str | None]:
        """Read a status filter: a category, `name:Open` for a name where both exist, else a name or id."""
        if word.startswith("name:"):
            return None, self.ids_for_filter("statuses", word.removeprefix("name:"))
        category = next((each for each in STATUS_CATEGORIES if each == word), None)
        return (category, None) if category else (None, self.ids_for_filter("statuses", word))

    def field_id(self, name: str) -> CustomField:
        """Find a custom field by name, or by `id:123`; an ambiguous name lists the ids."""
        fields: Sequence[CustomField] = self.all("custom_fields")
        by_id = name.removeprefix("id:") if name.startswith("id:") else None
        found = [field for field in fields if (field.id == by_id if by_id is not None else field.name == name)]
        if len(found) != 1:
            hint = " or ".join(f"id:{field.id}" for field in found)
            known = f"write {hint}" if found else f"there is {_listed(field.name for field in fields)}"
            trouble = "is ambiguous" if found else "does not exist"
            raise ValidationError(f"the custom field {name!r} {trouble}; {known}", field="custom_fields", value=name)
        return found[0]


def option_ids(field: CustomField, value: FieldValue) -> FieldValue:
    """Turn the names of a choice, or `id:123`, into its options' ids; a word that is no option stays, as free text."""
    if field.type not in ("choice", "choices") or value is None:
        return value
    if field.type == "choice":
        return _option_id(field, str(value))
    words = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, Iterable) else (str(value),)
    return tuple(_option_id(field, word) for word in words)


def _option_id(field: CustomField, word: str) -> str:
    """Look one choice up; free text that a backend would take for another option's id is refused."""
    ids = {f"id:{option.id}": option.id for option in field.options}
    ids |= {option.name: option.id for option in field.options}
    if word not in ids and f"id:{word}" in ids:
        raise ValidationError(
            f"{field.name} has no choice {word!r}, but one with this id; write id:{word} for that one",
            field=f"custom_fields.{field.name}", value=word,
        )  # fmt: skip
    return ids.get(word, word)


def _noun_id(kind: str, field: str, noun: Any) -> str:
    if not isinstance(noun, User if kind == "users" else Named):
        raise ValidationError(
            f"{field} is given by name, by id (a str) or as what {kind}() lists, not as {type(noun).__name__}",
            field=field, value=noun,
        )  # fmt: skip
    return str(noun.id)


def _names(noun: Named | User) -> tuple[str | None, ...]:
    return (noun.login, noun.email, noun.name) if isinstance(noun, User) else (noun.name,)


def _refusal(kind: str, word: str, nouns: Iterable[Named | User], *, found: bool) -> str:
    noun = kind.replace("_", " ")
    if found:
        return f"{word!r} names several {noun}; give an id: {_listed(f'{each.id} ({each.name})' for each in nouns)}"
    return f"there is no {word!r} among the {noun}; there is {_listed(each.name for each in nouns)}"


def _listed(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return (", ".join(listed[:SHOWN]) or "none") + more
