"""What Nulab has around tickets: `tracker.extension(anybacklog_nulab.Nulab)`.

Methods name endpoint, rate budget and vendor page (the last part of https://developer.nulab.com/docs/backlog/api/2/).
Requests a minute and user on paid plans (on the free one): read 600 (60), update 150 (15), search 150 (15). Errors of
all: AuthenticationError, PermissionDenied, NotFound (also for what the key may not see), ValidationError, RateLimited,
TransportError, and ProtocolError for an answer that is not as documented. What is not here is reached by `raw`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from anybacklog.plugin import NotFound, ProtocolError, RateState, ValidationError
from anybacklog_nulab.client import NulabClient
from anybacklog_nulab.extra_schemas import read
from anybacklog_nulab.extras import (
    Event,
    Licence,
    Member,
    Notification,
    Space,
    Team,
    Watching,
    Webhook,
    Wiki,
    WikiVersion,
)
from anybacklog_nulab.health import to_rates
from anybacklog_nulab.kinds import EventType
from anybacklog_nulab.listing import PAGE, Json, Walk

T = TypeVar("T")


class Nulab:
    """The space and the project of a tracker. Iterators are lazy and page themselves; all belong to one thread."""

    def __init__(self, client: NulabClient, project: Callable[[], str]) -> None:
        self._client = client
        self._project = project

    # ---- the space

    def space(self) -> Space:
        """Read the space: `GET /space` (get-space), read."""
        return read(Space, self._client.get("space"))

    def licence(self) -> Licence:
        """Read what the plan allows: `GET /space/licence` (get-licence), read. Limits of 0 are none at all."""
        return read(Licence, self._client.get("space/licence"))

    def rate_limit(self) -> tuple[RateState, ...]:
        """Read the rate budgets: `GET /rateLimit` (get-rate-limit), read. NotFound before 2021."""
        return tuple(to_rates(self._client.get("rateLimit")))

    def teams(self) -> Iterator[Team]:
        """Yield the teams of the space: `GET /teams` (get-list-of-teams), read, 100 a page.

        Paged by offset in an order nobody documented: a team deleted meanwhile may hide another one.
        """
        seen, offset = set[int](), 0
        while True:
            page = self._client.rows("teams", {"offset": offset, "count": PAGE})
            fresh = [row for row in page if row["id"] not in seen]
            seen.update(row["id"] for row in fresh)
            yield from (read(Team, row) for row in fresh)
            if len(page) < PAGE or not fresh:
                return
            offset += len(page)

    # ---- people

    def myself(self) -> Member:
        """Read the key's owner, role included: `GET /users/myself` (get-own-user), read."""
        return read(Member, self._client.get("users/myself"))

    def project_users(self, *, with_teams: bool = True) -> Sequence[Member]:
        """List the project's members with their roles: `GET /projects/{p}/users` (get-project-user-list), read.

        `with_teams=False` leaves out who is a member only by a team.
        """
        rows = self._client.rows(f"{self._path}/users", {"excludeGroupMembers": "false" if with_teams else "true"})
        return [read(Member, row) for row in rows]

    # ---- what happened

    def activities(
        self, kinds: Iterable[EventType | int] = (), *, since: str | None = None, everywhere: bool = False
    ) -> Iterator[Event]:
        """Yield events, newest first: `GET /projects/{p}/activities` (get-project-recent-updates), read, 100 a page.

        `kinds`: only these types, numbers without a name included. `since`: only those after the event of this id;
        ids only rise, so the last one seen is where to go on. `everywhere`: of every project the key's owner is in
        (`GET /space/activities`). Observed: edits of comments make no event, and a deletion is told nowhere else.
        How far back the lists go is not documented.
        """
        path = "space/activities" if everywhere else f"{self._path}/activities"
        params = {"activityTypeId[]": [int(kind) for kind in kinds]}
        last = None if since is None else int(_number(since, "activity"))
        for row in self._newest_first(path, params | ({} if last is None else {"minId": last})):
            if last is not None and row["id"] <= last:  # whether minId is exclusive is not documented
                return
            yield read(Event, row)

    def activity(self, activity_id: str | int) -> Event:
        """Read one event, whom it notified included: `GET /activities/{id}` (get-activity), read."""
        return read(Event, self._client.get(f"activities/{_number(activity_id, 'activity')}"))

    def notifications(self, *, sender_id: str | int | None = None) -> Iterator[Notification]:
        """Yield what the key's owner was told, newest first: `GET /notifications` (get-notification), read, 100 a page.

        Nothing is marked as read by it.
        """
        params = {} if sender_id is None else {"senderId": _number(sender_id, "user")}
        return (read(Notification, row) for row in self._newest_first("notifications", params))

    def watchings(self, user_id: str | int | None = None) -> Iterator[Watching]:
        """Yield what somebody watches, the key's owner if nobody is named, by the time it began.

        `GET /users/{id}/watchings` (get-watching-list), read, 100 a page; each once, whatever changes meanwhile.
        """
        user = _number(self.myself().id if user_id is None else user_id, "user")
        path = f"users/{user}/watchings"
        walk = Walk(
            read=lambda offset: self._client.rows(
                path, {"sort": "created", "order": "asc", "offset": offset, "count": PAGE}
            ),
            count=lambda: self._count(f"{path}/count"),
            sort="created",
            descending=False,
        )
        return (read(Watching, row) for row in walk.issues())

    # ---- wikis

    def wikis(self, keyword: str | None = None) -> Sequence[Wiki]:
        """List the project's pages without content: `GET /wikis` (get-wiki-page-list), search; all in one answer."""
        params = {"projectIdOrKey": self._project()} | ({} if keyword is None else {"keyword": keyword})
        return [read(Wiki, row) for row in self._client.rows("wikis", params)]

    def wiki(self, wiki_id: str | int) -> Wiki:
        """Read a page with content, files, shared files and stars: `GET /wikis/{id}` (get-wiki-page), read."""
        return read(Wiki, self._client.get(f"wikis/{_number(wiki_id, 'wiki')}"))

    def wiki_history(self, wiki_id: str | int) -> Iterator[WikiVersion]:
        """Yield a page's versions, newest first: `GET /wikis/{id}/history` (get-wiki-page-history), read, 100 a page.

        Paged by version, as `minId` and `maxId` are taken to mean here; the vendor does not say.
        """
        path = f"wikis/{_number(wiki_id, 'wiki')}/history"
        return (read(WikiVersion, row) for row in self._newest_first(path, {}, by="version"))

    # ---- webhooks: for administrators and project administrators

    def webhooks(self) -> Sequence[Webhook]:
        """List the project's webhooks: `GET /projects/{p}/webhooks` (get-list-of-webhooks), read."""
        return [read(Webhook, row) for row in self._client.rows(f"{self._path}/webhooks")]

    def create_webhook(
        self,
        name: str,
        hook_url: str,
        *,
        description: str = "",
        kinds: Iterable[EventType | int] | None = None,
    ) -> Webhook:
        """Add a webhook: `POST /projects/{p}/webhooks` (add-webhook), update. Without `kinds` it is sent every event.

        The address must be public. Nothing will prove that a delivery is Nulab's: see `anybacklog_nulab.webhook`.
        """
        form = {"name": name, "hookUrl": hook_url, "description": description, **_subscribed(kinds)}
        return self._written("POST", f"{self._path}/webhooks", form)

    def update_webhook(self, webhook_id: str | int, **changes: Any) -> Webhook:
        """Change a webhook: `PATCH /projects/{p}/webhooks/{id}` (update-webhook), update.

        `changes`: `name`, `hook_url`, `description` ("" clears it), `kinds` (None: every event); what is not named
        stays. ValidationError for any other name, and for none.
        """
        if not changes or (unknown := changes.keys() - _WRITABLE.keys()):
            told = f"no {', '.join(sorted(unknown))}" if changes else "nothing to change"
            raise ValidationError(f"{told}: a webhook has {', '.join(_WRITABLE)}, and kinds", field="webhook")
        form = {_WRITABLE[name]: value for name, value in changes.items() if name != "kinds"}
        form |= _subscribed(changes["kinds"]) if "kinds" in changes else {}
        return self._written("PATCH", self._webhook(webhook_id), form)

    def delete_webhook(self, webhook_id: str | int) -> Webhook:
        """Delete a webhook for good, and give it as it was: `DELETE /projects/{p}/webhooks/{id}` (delete-webhook)."""
        return self._written("DELETE", self._webhook(webhook_id), None)

    # ---- below their callers

    @property
    def _path(self) -> str:
        return f"projects/{self._project()}"

    def _webhook(self, webhook_id: str | int) -> str:
        return f"{self._path}/webhooks/{_number(webhook_id, 'webhook')}"

    def _written(self, method: str, path: str, form: Mapping[str, Any] | None) -> Webhook:
        return read(Webhook, self._client.session.request(method, path, data=form))

    def _count(self, path: str) -> int:
        count = self._client.get(path).get("count")
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


_WRITABLE = {"name": "name", "hook_url": "hookUrl", "description": "description", "kinds": "activityTypeIds[]"}


def _subscribed(kinds: Iterable[EventType | int] | None) -> dict[str, Any]:
    if kinds is None:
        return {"allEvent": "true"}
    return {"allEvent": "false", "activityTypeIds[]": [int(kind) for kind in kinds]}


def _number(ref: str | int, kind: str) -> str:
    """Let nothing but a number into a path."""
    text = str(ref)
    if not (text.isascii() and text.isdecimal()):
        raise NotFound(kind, ref)
    return text
