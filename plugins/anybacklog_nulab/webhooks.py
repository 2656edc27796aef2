"""A project's webhooks: for its administrators, PermissionDenied for others. What they deliver: `webhook.parse`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypedDict, Unpack

from anybacklog.plugin import ValidationError
from anybacklog_nulab.extras import Webhook
from anybacklog_nulab.kinds import EventType
from anybacklog_nulab.reach import Reach, Ref, id_of, to_changes

Kinds = Iterable[EventType | int]


class WebhookChanges(TypedDict, total=False):
    """`kinds`: which events are sent; None for every one."""

    name: str
    hook_url: str
    description: str | None
    kinds: Kinds | None


class Webhooks(Reach):
    """Addresses that events are posted to."""

    def webhooks(self) -> Sequence[Webhook]:
        """List the project's webhooks: `GET /projects/{p}/webhooks` (get-list-of-webhooks), read.

        PermissionDenied unless an administrator of the project, here and below.
        """
        return self._all(Webhook, f"{self._path}/webhooks")

    def webhook(self, webhook_id: Ref) -> Webhook:
        """Read one webhook: `GET /projects/{p}/webhooks/{id}` (get-webhook), read. NotFound if it is not there."""
        return self._one(Webhook, self._hook(webhook_id))

    def create_webhook(self, name: str, hook_url: str, *, description: str = "", kinds: Kinds | None = None) -> Webhook:
        """Add a webhook: `POST /projects/{p}/webhooks` (add-webhook), update. Without `kinds` it is sent every event.

        The space refuses addresses of private networks. Nothing will prove that a delivery is Nulab's: see
        `anybacklog_nulab.webhook`.
        """
        form = {"name": name, "hookUrl": hook_url, "description": description, **_subscribed(kinds)}
        return self._written(Webhook, "POST", f"{self._path}/webhooks", form)

    def update_webhook(self, webhook_id: Ref, **changes: Unpack[WebhookChanges]) -> Webhook:
        """Change a webhook: `PATCH /projects/{p}/webhooks/{id}` (update-webhook), update.

        What is not named stays. ValidationError for a name that is none, and for nothing to change; NotFound if it is
        not there.
        """
        form = to_changes("webhook", changes, WebhookChanges)
        if "kinds" in changes:
            form = {name: value for name, value in form.items() if not name.startswith("kinds")}
            form |= _subscribed(changes["kinds"])
        return self._written(Webhook, "PATCH", self._hook(webhook_id), form)

    def delete_webhook(self, webhook_id: Ref) -> Webhook:
        """Delete a webhook for good, and give it as it was.

        `DELETE /projects/{p}/webhooks/{id}` (delete-webhook), update. NotFound if it is not there.
        """
        return self._deleted(Webhook, self._hook(webhook_id))

    def _hook(self, webhook_id: Ref) -> str:
        return f"{self._path}/webhooks/{id_of('webhook', webhook_id)}"


def _subscribed(kinds: Kinds | None) -> dict[str, Any]:
    if kinds is None:
        return {"allEvent": True}
    numbers = [int(kind) for kind in kinds]
    if not numbers:
        raise ValidationError("a webhook is sent one kind of event at least; give None for every kind", field="kinds")
    return {"allEvent": False, "activityTypeIds[]": numbers}
