"""Paths, auth and paging of Nulab's REST API v2: JSON in, JSON out, no nouns of ours.

Vendor pages: https://developer.nulab.com/docs/backlog/ (below: the page's last part). "Observed" facts come from
recordings of 2015 to 2019. Limits per user and minute: https://developer.nulab.com/docs/backlog/rate-limit/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, BinaryIO

from anybacklog.plugin import (
    AttachmentDraft,
    ConfigurationError,
    Connection,
    Credentials,
    HttpSession,
    ProtocolError,
    Rate,
    ValidationError,
)  # fmt: skip
from anybacklog_nulab.listing import PAGE, Json, Walk
from anybacklog_nulab.own_filters import sweep
from anybacklog_nulab.refusals import explain

_TAKES_ALONG = re.compile(r"POST issues|PATCH issues/[0-9]+|POST issues/[0-9]+/comments")
RATES = {"read": Rate(), "update": Rate(pause=1.0), "search": Rate(pause=1.0), "icon": Rate(pause=1.0)}
"""Limits differ by plan and come with every answer; the pauses are the vendor's best practice (page: rate-limit)."""


def open_client(connection: Connection) -> NulabClient:
    """Make the client of a space; nothing is sent yet."""
    location = connection.location
    if not location.host:
        raise ConfigurationError("a nulab:// URL names the space's host, such as nulab://example.backlog.com/PROJ")
    session = HttpSession(
        f"{location.base_url()}/api/v2",
        credentials=_credentials(connection),
        login=connection.login,
        explain=explain,
        bucket=bucket,
        rates=RATES,
        traffic=connection.traffic,
    )
    return NulabClient(session)


def _credentials(connection: Connection) -> tuple[Credentials, ...]:
    """Show a key in the header, or else as old spaces want it in the query; a token as OAuth has it.

    The header is in the documentation of 2026 only (page: auth); which of the two a space takes is remembered.
    """
    key, token = connection.api_key, connection.access_token
    if connection.login:
        return ()
    if token:
        return (Credentials(headers={"Authorization": f"Bearer {token}"}),)
    if not key:
        raise ConfigurationError("nulab:// needs an API key: Personal settings > API in the space")
    return (Credentials(headers={"Backlog-API-Key": key}), Credentials(params={"apiKey": key}))


def bucket(method: str, path: str) -> str:
    """Name the rate budget a call is charged to: read, update, search or icon."""
    if method != "GET":
        return "update"
    if path in ("issues", "issues/count", "wikis", "wikis/count"):
        return "search"
    return "icon" if path.endswith(("/icon", "/image")) else "read"


class NulabClient:
    """Nulab's API as it is. Every method may raise what `explain` gives, TransportError and RateLimited."""

    def __init__(self, session: HttpSession) -> None:
        self.session = session
        self._notify: Sequence[str] = ()
        self._uploads: Sequence[int] = ()

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Json:
        """Read one object."""
        found = self.session.get(path, params)
        if not isinstance(found, dict):
            raise ProtocolError(f"GET {path} was answered with a {type(found).__name__}, not an object; report it")
        return found

    def rows(self, path: str, params: Mapping[str, Any] | None = None) -> list[Json]:
        """Read a list of objects that have ids."""
        found = self.session.get(path, params)
        if not isinstance(found, list) or not all(
            isinstance(row, dict) and isinstance(row.get("id"), int) for row in found
        ):
            raise ProtocolError(f"GET {path} was not answered with a list of things that have an id; report it")
        return found

    def write(self, method: str, path: str, form: Mapping[str, Any]) -> Json:
        """Write a form, update bucket, and give the object as the space now holds it. The form is never in the URL."""
        takes = _TAKES_ALONG.fullmatch(f"{method} {path}") is not None
        found = self.session.request(method, path, data=self._with_more(form) if takes else form)
        if not isinstance(found, dict) or not isinstance(found.get("id"), int):
            raise ProtocolError(f"{method} {path} was not answered with what it wrote; look there, and report it")
        if takes:
            self._uploads = ()
        return found

    @contextmanager
    def adding(self, *, notify: Sequence[str], uploads: Sequence[int]) -> Iterator[None]:
        """Let writes of issues and comments notify these users; the first of them takes the uploads along."""
        self._notify, self._uploads = notify, uploads
        try:
            yield
        finally:
            self._notify, self._uploads = (), ()

    @property
    def waiting(self) -> int:
        """How many uploads the next write of an issue or a comment takes along."""
        return len(self._uploads)

    def _with_more(self, form: Mapping[str, Any]) -> Json:
        more = {
            "notifiedUserId[]": [*self._notify],
            "attachmentId[]": [*form.get("attachmentId[]", ()), *self._uploads],
        }
        return {**form, **{name: ids for name, ids in more.items() if ids}}

    def delete(self, path: str) -> None:
        """Delete for good, update bucket; the answer is what there was."""
        self.session.request("DELETE", path)

    def upload(self, draft: AttachmentDraft) -> int:
        """Send a file ahead, in constant memory: `POST /space/attachment` (post-attachment-file), update bucket.

        Gives its number, which is good once, and not the one it has at an issue; it lives an hour unless it is linked.
        Nothing is linked yet, so a name that the space would change can still be refused, as a ValidationError.
        """
        found = self.session.upload(
            "space/attachment", name=draft.name, stream=draft.stream, content_type=draft.content_type
        )
        if not isinstance(found, dict) or not isinstance(found.get("id"), int):
            raise ProtocolError("POST space/attachment was answered without a number; nothing was linked; report it")
        if found.get("name") not in (None, draft.name):
            raise ValidationError(
                f"the space would call the file {draft.name!r} {found['name']!r}; "
                "nothing was attached, give it another name",
                field="attachments.name",
                value=draft.name,
            )
        return int(found["id"])

    def count_issues(self, filters: Mapping[str, Any]) -> int:
        """Count issues: `GET /issues/count`, search bucket. Without `projectId[]` it would say 0 (observed)."""
        count = self.get("issues/count", filters).get("count")
        if not isinstance(count, int):
            raise ProtocolError("GET issues/count was answered without a count; report it")
        return count

    def issues(self, filters: Mapping[str, Any], *, sort: str, descending: bool) -> Iterator[Json]:
        """Yield issues page by page, each once: `GET /issues` (get-issue-list), search bucket, 100 at a time."""
        params = {**filters, "sort": sort, "order": "desc" if descending else "asc", "count": PAGE}

        def read(offset: int) -> list[Json]:
            return self.rows("issues", {**params, "offset": offset})

        def count() -> int:
            return self.count_issues(filters)

        if sort not in ("created", "updated"):
            return sweep(read, count)
        return Walk(read=read, count=count, sort=sort, descending=descending).issues()

    def comments(self, issue_id: str) -> Iterator[Json]:
        """Yield an issue's comments, oldest first: `GET /issues/{id}/comments` (get-comment-list), read bucket.

        Paged by `minId`. Whether that is exclusive is not documented, so ids are compared; the end is a page that is
        not full, or has nothing new in it.
        """
        path, last = f"issues/{issue_id}/comments", 0
        params: Json = {"order": "asc", "count": PAGE}
        while True:
            page = self.rows(path, params)
            if len(page) >= PAGE and page[0]["id"] > page[-1]["id"]:
                raise ProtocolError(
                    f"GET {path} was answered newest first although the oldest were asked for; report it"
                )
            fresh = sorted(
                (comment for comment in page if comment["id"] > last), key=lambda comment: int(comment["id"])
            )
            if not fresh:
                return
            yield from fresh
            if len(page) < PAGE:
                return
            last = params["minId"] = fresh[-1]["id"]

    def download(self, issue_id: str, attachment_id: str) -> AbstractContextManager[BinaryIO]:
        """Stream a file: `GET /issues/{id}/attachments/{id}` (get-issue-attachment), read bucket."""
        return self.session.stream(f"issues/{issue_id}/attachments/{attachment_id}")
