"""The JSON of what is around tickets -> values. What a service of 2015 or of tomorrow leaves out is None."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields as fields_of
from typing import Any, TypeVar

from marshmallow import Schema, ValidationError, fields

from anybacklog.plugin import WireSchema
from anybacklog_nulab import convert, extras
from anybacklog_nulab.kinds import EventType, Reason
from anybacklog_nulab.schemas import ATTACHMENT, OPTIONAL, USER

T = TypeVar("T")


class Made(fields.Field[Any]):
    """A value that a function makes; what the function does not take is not as documented."""

    def __init__(self, make: Callable[[Any], Any], **options: Any) -> None:
        super().__init__(**options)
        self.make = make

    def quick(self, value: Any) -> Any:
        """Make the value."""
        return self.make(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:  # noqa: ARG002  # theirs
        try:
            return self.quick(value)
        except (ValueError, TypeError):
            raise ValidationError("Not as documented") from None


def _id(value: Any) -> str:
    if type(value) is not int:
        raise ValueError("no id")
    return str(value)


def _user(value: Any) -> Any:
    return convert.to_user(USER.load(value))


def _object(value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise TypeError("no object")
    return value


def _many(make: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    def made(values: Any) -> tuple[Any, ...]:
        if not isinstance(values, list):
            raise TypeError("no list")
        return tuple(make(each) for each in values)

    return made


def _number(kind: type[T]) -> Callable[[Any], T]:
    def made(value: Any) -> T:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError("no number")
        return kind(int(value))  # type: ignore[call-arg]  # an enum of numbers

    return made


def _tag(value: Any) -> str:
    return str(_object(value).get("name") or "")


def _attachments(values: Any) -> Any:
    return convert.to_attachments(ATTACHMENT.load(values, many=True))


def _maybe(make: Callable[[Any], Any]) -> Made:
    return Made(make, **OPTIONAL)


def _list(make: Callable[[Any], Any]) -> Made:
    return Made(_many(make), **OPTIONAL)


class Signed(WireSchema):
    """Who made it and when; some have a second pair."""

    created_user = _maybe(_user)
    created = fields.AwareDateTime(**OPTIONAL)


class Changed(Signed):
    """Who changed it last, too."""

    updated_user = _maybe(_user)
    updated = fields.AwareDateTime(**OPTIONAL)


class SpaceSchema(WireSchema):
    """`GET /space`."""

    space_key = fields.String(required=True)
    name = fields.String(**OPTIONAL)
    owner_id = _maybe(_id)
    lang = fields.String(**OPTIONAL)
    timezone = fields.String(**OPTIONAL)
    report_send_time = fields.String(**OPTIONAL)
    text_formatting_rule = fields.String(**OPTIONAL)
    created = fields.AwareDateTime(**OPTIONAL)
    updated = fields.AwareDateTime(**OPTIONAL)


class MemberSchema(WireSchema):
    """A user with a role."""

    id = Made(_id, required=True)
    user_id = fields.String(**OPTIONAL)
    name = fields.String(**OPTIONAL)
    role_type = fields.Integer(**OPTIONAL)
    lang = fields.String(**OPTIONAL)
    mail_address = fields.String(**OPTIONAL)
    last_login_time = fields.AwareDateTime(**OPTIONAL)


class TeamSchema(Changed):
    """One element of `GET /teams`."""

    id = Made(_id, required=True)
    name = fields.String(required=True)
    members = _list(_user)
    display_order = fields.Integer(**OPTIONAL)


class EventSchema(Signed):
    """One element of an activity list, or a delivery."""

    id = Made(_id, required=True)
    type = Made(_number(EventType), required=True)
    project = _maybe(_object)
    content = _maybe(_object)
    notifications = _list(_object)


class NotificationSchema(WireSchema):
    """One element of `GET /notifications`."""

    id = Made(_id, required=True)
    reason = Made(_number(Reason), required=True)
    already_read = fields.Boolean(**OPTIONAL)
    resource_already_read = fields.Boolean(**OPTIONAL)
    project = _maybe(_object)
    issue = _maybe(_object)
    comment = _maybe(_object)
    sender = _maybe(_user)
    created = fields.AwareDateTime(**OPTIONAL)


class WatchingSchema(WireSchema):
    """One element of `GET /users/{id}/watchings`."""

    id = Made(_id, required=True)
    type = fields.String(**OPTIONAL)
    note = fields.String(**OPTIONAL)
    resource_already_read = fields.Boolean(**OPTIONAL)
    issue = _maybe(_object)
    last_content_updated = fields.AwareDateTime(**OPTIONAL)
    created = fields.AwareDateTime(**OPTIONAL)
    updated = fields.AwareDateTime(**OPTIONAL)


class WikiSchema(Changed):
    """`GET /wikis/{id}`, and one element of `GET /wikis`, which has less."""

    id = Made(_id, required=True)
    project_id = _maybe(_id)
    name = fields.String(required=True)
    content = fields.String(**OPTIONAL)
    tags = _list(_tag)
    attachments = _maybe(_attachments)
    shared_files = _list(_object)
    stars = _list(_object)


class WikiVersionSchema(Signed):
    """One element of `GET /wikis/{id}/history`."""

    page_id = Made(_id, required=True)
    version = fields.Integer(required=True)
    name = fields.String(**OPTIONAL)
    content = fields.String(**OPTIONAL)


class WebhookSchema(Changed):
    """One element of `GET /projects/{p}/webhooks`."""

    id = Made(_id, required=True)
    name = fields.String(required=True)
    description = fields.String(**OPTIONAL)
    hook_url = fields.String(required=True)
    all_event = fields.Boolean(**OPTIONAL)
    activity_type_ids = _list(_number(EventType))


_FLAT = {"bool | None": fields.Boolean, "int | None": fields.Integer, "datetime | None": fields.AwareDateTime}
_LICENCE = {each.name: _FLAT[str(each.type)](**OPTIONAL) for each in fields_of(extras.Licence) if each.name != "raw"}
SCHEMAS: Mapping[type[Any], Schema] = {
    extras.Space: SpaceSchema(),
    extras.Licence: WireSchema.from_dict(dict(_LICENCE), name="LicenceSchema")(),
    extras.Member: MemberSchema(),
    extras.Team: TeamSchema(),
    extras.Event: EventSchema(),
    extras.Notification: NotificationSchema(),
    extras.Watching: WatchingSchema(),
    extras.Wiki: WikiSchema(),
    extras.WikiVersion: WikiVersionSchema(),
    extras.Webhook: WebhookSchema(),
}


def read(kind: type[T], raw: Any) -> T:
    """Make a value of this kind; ProtocolError names each field that is not as documented."""
    make: Callable[..., T] = kind
    loaded = SCHEMAS[kind].load(raw)
    return make(**{name: value for name, value in loaded.items() if value is not None}, raw=raw)
