"""The JSON of PublicBacklog's API, as far as we read it. No page shows an answer in full: what is missing is None.

`id` of an updated ticket is documented; the other names are those of the requests, or likely ones.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from marshmallow import fields

from anybacklog.plugin import WireSchema

_DIGITS = re.compile(r"[0-9]{1,18}")
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


class Whole(fields.Field[int]):
    """A whole number, also one in quotes; else None, and `raw` has it."""

    def quick(self, value: Any) -> int | None:
        """Read a number of up to 18 digits."""
        text = "" if isinstance(value, bool) else str(value)
        return int(text) if _DIGITS.fullmatch(text) else None

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:  # noqa: ARG002  # theirs
        return self.quick(value)


class Word(fields.Field[str]):
    """A text; what is none is None, and `raw` has it."""

    def quick(self, value: Any) -> str | None:
        """Take a text as it is."""
        return value if isinstance(value, str) else None

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:  # noqa: ARG002  # theirs
        return self.quick(value)


class TicketSchema(WireSchema):
    """One ticket; the client sees to it that it has an id."""

    id = fields.Integer(required=True)
    title = Word(**OPTIONAL)
    description = Word(**OPTIONAL)
    status_id = Whole(**OPTIONAL)
    ticket_type_id = Whole(**OPTIONAL)
    status = fields.Raw(**OPTIONAL)
    ticket_type = fields.Raw(**OPTIONAL)
    created_at = Moment(**OPTIONAL)
    updated_at = Moment(**OPTIONAL)


TICKET = TicketSchema()
