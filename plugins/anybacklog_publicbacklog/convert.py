"""PublicBacklog's words <-> ours: pure, no requests."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from anybacklog.plugin import (
    Comment,
    Project,
    ProtocolError,
    Text,
    Ticket,
    TicketFields,
    UnsupportedOperation,
    User,
    ValidationError,
)  # fmt: skip
from anybacklog_publicbacklog.answers import Json, excerpt
from anybacklog_publicbacklog.definitions import Definitions
from anybacklog_publicbacklog.schemas import TICKET, Moment
from anybacklog_publicbacklog.texts import Formats, format_of, to_source

_BODIES = ("comment", "text", "body", "content", "message")
_AUTHORS = ("author", "user", "createdBy", "commenter")
_FIELDS = frozenset({"title", "description", "type", "status"})
_MOMENT = Moment()


def to_ticket(raw: Json, definitions: Definitions, formats: Formats) -> Ticket:
    """Make a ticket of whatever an answer shows of it."""
    found = TICKET.load(raw)
    ticket_type = definitions.type(found["ticket_type_id"], _name(found["ticket_type"]))
    number = str(found["id"])
    return Ticket(
        id=number,
        key=number,
        title=found["title"] or "",
        description=formats.read(number, found["description"]),
        type=ticket_type,
        status=definitions.status(found["status_id"], _name(found["status"]), ticket_type),
        created_at=found["created_at"],
        updated_at=found["updated_at"],
        raw=raw,
    )


def to_project(raw: Json, asked: str) -> Project:
    """Make a project of a backlog; what the answer leaves out is taken from what was asked for."""
    known, told = id_and_name(raw, "backlog")
    name = told or asked
    return Project(id=known or f"name:{name}", key=name, name=name, raw=raw)


def id_and_name(raw: Json, kind: str) -> tuple[str | None, str | None]:
    """Read what a thing is called: `id` and `name`, or `backlogId` and `backlogName` of a backlog; else None."""
    ids = (_word(raw.get(key)) for key in ("id", f"{kind}Id"))
    names = (_name(raw.get(key)) for key in ("name", f"{kind}Name"))
    return next(filter(None, ids), None), next(filter(None, names), None)


def backlog_of(raw: Json) -> tuple[str | None, str | None]:
    """Give the id and the name of the backlog that an answer names for its ticket; None for what it does not."""
    held = raw.get("backlog")
    inside: Mapping[str, Any] = held if isinstance(held, dict) else {"name": held}
    name = raw.get("backlogName") or inside.get("name")
    return _word(raw.get("backlogId") or inside.get("id")), name if isinstance(name, str) else None


def is_in(raw: Json, project: Project) -> bool | None:
    """Tell whether an answer names this backlog, another one, or none."""
    backlog_id, name = backlog_of(raw)
    if backlog_id is not None and not project.id.startswith("name:"):
        return backlog_id == project.id
    return None if name is None else name == project.name


def to_comments(raw: Json) -> Iterator[Comment]:
    """Make the comments that an answer carries, oldest first; one without an id is named by what it says, and when."""
    comments = list(_comments(raw))
    moments = [each.created_at for each in comments if each.created_at is not None]
    if len(moments) == len(comments):
        comments.sort(key=lambda each: each.created_at or moments[0])
    return iter(comments)


def _comments(raw: Json) -> Iterator[Comment]:
    seen: Counter[str] = Counter()
    held = raw.get("comments") or []
    if not isinstance(held, list):
        raise ProtocolError(f"the comments of a ticket are no list but {excerpt(held)}; report it")
    for each in held:
        entry = each if isinstance(each, dict) else {"comment": each}
        comment = _comment(entry)
        seen[comment.id] += 1
        repeated = seen[comment.id] > 1
        yield comment if not repeated else _comment({**entry, "id": f"{comment.id}-{seen[comment.id]}"})


def _comment(entry: Json) -> Comment:
    source = next((entry[name] for name in _BODIES if isinstance(entry.get(name), str)), "")
    created = _MOMENT.quick(entry.get("createdAt"))
    told = hashlib.sha256(f"{created}\n{source}".encode()).hexdigest()[:16]
    return Comment(
        id=_word(entry.get("id")) or told,
        author=next(filter(None, (_user(entry.get(name)) for name in _AUTHORS)), None),
        body=Text(source, format_of(source)),
        created_at=created,
        updated_at=_MOMENT.quick(entry.get("updatedAt")),
        raw=entry,
    )


def to_body(fields: TicketFields, definitions: Definitions) -> Json:
    """Spell the fields of a ticket; UnsupportedOperation for one it has not, ValidationError for what it must have."""
    strangers = [name for name in fields if name not in _FIELDS]
    if strangers:
        raise UnsupportedOperation(strangers[0], "a ticket there has no such field")
    for name in ("type", "status"):
        if name in fields and fields.get(name) is None:
            raise ValidationError(f"a ticket there always has a {name}; give one", field=name)
    type_id, status_id = fields.get("type"), fields.get("status")
    body: Json = {"title": fields["title"]} if "title" in fields else {}
    body |= {"description": to_source(fields["description"])} if "description" in fields else {}
    body |= {"ticketTypeId": definitions.type_number(type_id)} if type_id is not None else {}
    return body | ({"statusId": definitions.numbers(type_id, status_id)[1]} if status_id is not None else {})


def _user(held: Any) -> User | None:
    if isinstance(held, str) and held:
        return User(id=held, name=held)
    if not isinstance(held, dict):
        return None
    names = [held.get(name) for name in ("firstName", "lastName")]
    told = " ".join(each for each in names if isinstance(each, str) and each)
    email = held.get("email") if isinstance(held.get("email"), str) else None
    name = held.get("name") if isinstance(held.get("name"), str) else told or email
    known = _word(held.get("id")) or email or name
    return User(id=known, name=name or known, email=email) if known else None


def _name(held: Any) -> str | None:
    """Read a word that is given as a text, or as an object with a name."""
    name = held.get("name") if isinstance(held, dict) else held
    return name if isinstance(name, str) and name else None


def _word(id: Any) -> str | None:
    return str(id) if isinstance(id, int | str) and not isinstance(id, bool) and id != "" else None
