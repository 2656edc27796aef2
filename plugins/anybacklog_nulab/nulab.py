"""What Nulab has around tickets: `tracker.extension(anybacklog_nulab.Nulab)`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO

from anybacklog.plugin import RateState
from anybacklog_nulab.alongside import Alongside
from anybacklog_nulab.extra_schemas import read
from anybacklog_nulab.extras import (
    Event,
    Licence,
    Member,
    Notification,
    Space,
    Team,
    Watching,
    Wiki,
    WikiVersion,
)
from anybacklog_nulab.health import to_rates
from anybacklog_nulab.kinds import EventType
from anybacklog_nulab.listing import PAGE, Walk
from anybacklog_nulab.reach import Ref, id_of
from anybacklog_nulab.webhooks import Webhooks
from anybacklog_nulab.word_edits import WordEdits


class Nulab(WordEdits, Webhooks, Alongside):
    """The space and the project of a tracker. Iterators are lazy and page themselves; all belong to one thread.

    Each method names its endpoint, its page below https://developer.nulab.com/docs/backlog/api/2/, and its rate budget:
    read, update, search, icon have 600, 150, 150, 60 requests a minute and user on paid plans, 60, 15, 15, 6 on the
    free one (observed 2023). Errors of all: AuthenticationError, PermissionDenied (words and webhooks are for the
    project's administrators to change), NotFound (also for what the key may not see, and for an id that is no number),
    ValidationError, RateLimited, TransportError, and ProtocolError for an answer that is not as documented.

    Where the API has more, `Tracker.raw` makes any call, and `open` reads any file. A tracker looks its words up once:
    what is changed here, it knows when it is opened again.
    """

    # ---- the space

    def space(self) -> Space:
        """Read the space: `GET /space` (get-space), read."""
        return self._one(Space, "space")

    def licence(self) -> Licence:
        """Read what the plan allows: `GET /space/licence` (get-licence), read. Limits of 0 are none at all."""
        return self._one(Licence, "space/licence")

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

    def project_teams(self) -> Sequence[Team]:
        """List the project's teams: `GET /projects/{p}/teams` (get-project-team-list), read; all in one answer."""
        return self._all(Team, f"{self._path}/teams")

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        """Stream a file below `/api/v2`, in constant memory; `raw` reads JSON only.

        Of the icon budget: `GET /space/image` (get-space-logo), `GET /projects/{p}/image` (get-project-icon),
        `GET /users/{id}/icon` (get-user-icon), `GET /teams/{id}/icon` (get-team-icon), `GET /groups/{id}/icon` (not
        documented any more). Read: `GET /projects/{p}/files/{id}` (get-file), `GET /wikis/{id}/attachments/{id}`
        (get-wiki-page-attachment), `GET /documents/{id}/attachments/{id}` (get-document-attachments),
        `GET /projects/{p}/git/repositories/{r}/pullRequests/{n}/attachments/{id}` (download-pull-request-attachment).
        ValidationError for a path that leads out of there.
        """
        return self._client.session.stream(path)

    # ---- people

    def myself(self) -> Member:
        """Read the key's owner, role included: `GET /users/myself` (get-own-user), read."""
        return self._one(Member, "users/myself")

    def users(self) -> Sequence[Member]:
        """List everybody in the space: `GET /users` (get-user-list), read; all in one answer.

        PermissionDenied for whom it is not: it is for administrators. `project_users` is for everybody.
        """
        return self._all(Member, "users")

    def project_users(self, *, with_teams: bool = True) -> Sequence[Member]:
        """List the project's members with their roles: `GET /projects/{p}/users` (get-project-user-list), read.

        `with_teams=False` leaves out who is a member only by a team.
        """
        return self._all(Member, f"{self._path}/users", {"excludeGroupMembers": None if with_teams else True})

    # ---- what happened

    def activities(
        self,
        kinds: Iterable[EventType | int] = (),
        *,
        since: str | None = None,
        everywhere: bool = False,
        user_id: Ref | None = None,
    ) -> Iterator[Event]:
        """Yield events, newest first: `GET /projects/{p}/activities` (get-project-recent-updates), read, 100 a page.

        `kinds`: only these types, numbers without a name included. `since`: only those after the event of this id;
        ids only rise, so the last one seen is where to go on. `everywhere`: of every project the key's owner is in,
        `GET /space/activities` (get-recent-updates), read. `user_id`: what one person did, in any of them,
        `GET /users/{id}/activities` (get-user-recent-updates), read. Observed: edits of comments make no event, and a
        deletion is told nowhere else. How far back the lists go is not documented.
        """
        path = self._feed(everywhere, user_id)
        params = {"activityTypeId[]": [int(kind) for kind in kinds]}
        last = None if since is None else int(id_of("activity", since))
        for row in self._newest_first(path, params | ({} if last is None else {"minId": last})):
            if last is not None and row["id"] <= last:  # whether minId is exclusive is not documented
                return
            yield read(Event, row)

    def _feed(self, everywhere: bool, user_id: Ref | None) -> str:  # noqa: FBT001
        if user_id is not None:
            return f"users/{id_of('user', user_id)}/activities"
        return "space/activities" if everywhere else f"{self._path}/activities"

    def activity(self, activity_id: Ref) -> Event:
        """Read one event, whom it notified included: `GET /activities/{id}` (get-activity), read.

        NotFound for an event that is not there, or in a project that the key's owner may not see.
        """
        return self._one(Event, f"activities/{id_of('activity', activity_id)}")

    def notifications(self, *, sender_id: Ref | None = None) -> Iterator[Notification]:
        """Yield what the key's owner was told, newest first: `GET /notifications` (get-notification), read, 100 a page.

        Nothing is marked as read by it.
        """
        params = {} if sender_id is None else {"senderId": id_of("user", sender_id)}
        return (read(Notification, row) for row in self._newest_first("notifications", params))

    def watchings(self, user_id: Ref | None = None) -> Iterator[Watching]:
        """Yield what somebody watches, by the time it began: `GET /users/{id}/watchings` (get-watching-list), read.

        Of the key's owner if nobody is named: `GET /users/myself` (get-own-user), read. 100 a page; each once, whatever
        changes meanwhile. IncompleteListing if it does not add up with `count_watchings`.
        """
        user = self._user(user_id)
        path = f"users/{user}/watchings"
        walk = Walk(
            read=lambda offset: self._client.rows(
                path, {"sort": "created", "order": "asc", "offset": offset, "count": PAGE}
            ),
            count=lambda: self.count_watchings(user),
            sort="created",
            descending=False,
        )
        return (read(Watching, row) for row in walk.issues())

    def count_watchings(self, user_id: Ref | None = None, *, already_read: bool | None = None) -> int:
        """Count what somebody watches: `GET /users/{id}/watchings/count` (count-watching), read.

        Of the key's owner if nobody is named: `GET /users/myself` (get-own-user), read. All, or only those that were
        read, or not.
        """
        return self._count(f"users/{self._user(user_id)}/watchings/count", {"alreadyRead": already_read})

    def _user(self, user_id: Ref | None) -> str:
        return id_of("user", self.myself().id if user_id is None else user_id)

    # ---- wikis

    def wikis(self, keyword: str | None = None) -> Sequence[Wiki]:
        """List the project's pages without content: `GET /wikis` (get-wiki-page-list), search; all in one answer."""
        return self._all(Wiki, "wikis", {"projectIdOrKey": self._project(), "keyword": keyword})

    def wiki(self, wiki_id: Ref) -> Wiki:
        """Read a page with content, files, shared files and stars: `GET /wikis/{id}` (get-wiki-page), read.

        NotFound for a page that is not there, or that the key's owner may not see.
        """
        return self._one(Wiki, f"wikis/{id_of('wiki', wiki_id)}")

    def wiki_history(self, wiki_id: Ref) -> Iterator[WikiVersion]:
        """Yield a page's versions, newest first: `GET /wikis/{id}/history` (get-wiki-page-history), read, 100 a page.

        Paged by version, as `minId` and `maxId` are taken to mean here; the vendor does not say. NotFound as `wiki`.
        """
        path = f"wikis/{id_of('wiki', wiki_id)}/history"
        return (read(WikiVersion, row) for row in self._newest_first(path, {}, by="version"))
