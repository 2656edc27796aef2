"""The JSON of PublicBacklog's API, as far as we read it. No page shows an answer in full: what is missing is None.

`id` of an updated ticket is documented; the other names are those of the requests, or likely ones.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import fields

from anybacklog.plugin import WireSchema

OPTIONAL: dict[str, Any] = {"load_default": None, "allow_none": True}


class Moment(fields.Field[datetime]):
    """An instant, if it can be read as one; else None, and `raw` has it."""

    def quick(self, value: Any) -> datetime | None:
        """Read ISO 8601; without a zone it is UTC."""
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            return None
        try:
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except OverflowError:
            return None

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:  # noqa: ARG002  # theirs
        return self.quick(value)


class TicketSchema(WireSchema):
    """One ticket. Of its backlog an answer shows the name, the id, both or nothing."""

    id = fields.Integer(required=True)
    title = fields.String(**OPTIONAL)
    description = fields.String(**OPTIONAL)
    status_id = fields.Integer(**OPTIONAL)
    ticket_type_id = fields.Integer(**OPTIONAL)
    status = fields.Raw(**OPTIONAL)
    ticket_type = fields.Raw(**OPTIONAL)
    backlog_name = fields.String(**OPTIONAL)
    backlog_id = fields.Raw(**OPTIONAL)
    created_at = Moment(**OPTIONAL)
    updated_at = Moment(**OPTIONAL)
    comments = fields.Raw(**OPTIONAL)


class NamedSchema(WireSchema):
    """A backlog, or the organization."""

    id = fields.Raw(**OPTIONAL)
    name = fields.String(**OPTIONAL)


TICKET = TicketSchema()
NAMED = NamedSchema()
