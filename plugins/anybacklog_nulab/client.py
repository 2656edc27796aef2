"""Paths, auth and paging of Nulab's REST API v2: JSON in, JSON out, no nouns of ours.

Vendor pages: https://developer.nulab.com/docs/backlog/ (below: the page's last part). "Observed" facts come from
recordings of 2015 to 2019. Limits per user and minute: https://developer.nulab.com/docs/backlog/rate-limit/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, BinaryIO

from anybacklog.plugin import (
    AnyBacklogError,
    AuthenticationError,
    ConfigurationError,
    Connection,
    Credentials,
    HttpSession,
    NotFound,
    PermissionDenied,
    ProtocolError,
    Rate,
    RateLimited,
    Refusal,
    UnsupportedOperation,
    ValidationError,
)  # fmt: skip
from anybacklog_nulab.listing import PAGE, Json, Walk

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
        explain=explain,
        bucket=bucket,
        rates=RATES,
        traffic=connection.traffic,
    )
    return NulabClient(session)


def _credentials(connection: Connection) -> tuple[Credentials, ...]:
    """Show a key in the header, or else as old spaces want it in the query; a token as OAuth has it."""
    key, token = connection.api_key, connection.access_token
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


def explain(refusal: Refusal) -> AnyBacklogError | None:
    """Read the envelope `{"errors": [{"message", "code", "moreInfo"}]}`: by code first, since messages are localised.

    Vendor page: error-response. That 6 also means "not a member", and 7 "not in your plan", is observed.
    """
    errors = refusal.body.get("errors") if isinstance(refusal.body, dict) else None
    said = [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
    if not said:
        return None
    words = "; ".join(str(each.get("message")) for each in said)
    code, request = said[0].get("code"), refusal.headers.get("X-Request-Id")
    told = f"{words} (code {code}, HTTP {refusal.status}{f', request {request}' if request else ''})"
    return _error(code, told, refusal)


def _error(code: object, told: str, refusal: Refusal) -> AnyBacklogError | None:
    if code in (2, 7) and refusal.path.endswith("/customFields") and refusal.method == "GET":
        return UnsupportedOperation("custom_fields", f"the space's plan has none: {told}")
    match code:
        case 11:
            return AuthenticationError(
                f"the space did not accept the key: {told}; make another in Personal settings > API"
            )
        case 2 | 3 | 4 | 5 | 12:
            return PermissionDenied(f"the space refused: {told}; ask its administrator")
        case 6:
            return _not_found(told, refusal.path)
        case 7:
            return ValidationError(f"the space did not take a value: {told}", field=_field(told))
        case 8 | 9 | 10:
            return ValidationError(
                f"the space is full: {told}; make room, or leave something out", field="attachments", limit=told
            )
        case 13:
            return RateLimited(f"the space wants fewer requests: {told}; run it again in a minute")
        case _:
            return None


def _not_found(told: str, path: str) -> NotFound:
    family, _, rest = path.partition("/")
    kind = {"issues": "ticket", "projects": "project"}.get(family, family)
    error = NotFound(kind, rest.partition("/")[0] or "here")
    error.args = (f"{error}: {told}",)
    return error


def _field(told: str) -> str:
    """Name the field where the message does: `error.unknownParameter : NAME`, the one text that is not localised."""
    _, found, rest = told.partition("error.unknownParameter : ")
    return rest.split(" ")[0] if found else "request"


class NulabClient:
    """Nulab's API as it is. Every method may raise what `explain` gives, TransportError and RateLimited."""

    def __init__(self, session: HttpSession) -> None:
        self.session = session

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

    def count_issues(self, filters: Mapping[str, Any]) -> int:
        """Count issues: `GET /issues/count`, search bucket. Without `projectId[]` it would say 0 (observed)."""
        count = self.get("issues/count", filters).get("count")
        if not isinstance(count, int):
            raise ProtocolError("GET issues/count was answered without a count; report it")
        return count

    def issues(self, filters: Mapping[str, Any], *, sort: str, descending: bool) -> Iterator[Json]:
        """Yield issues page by page, each once: `GET /issues` (get-issue-list), search bucket, 100 at a time."""
        params = {**filters, "sort": sort, "order": "desc" if descending else "asc", "count": PAGE}
        return Walk(
            read=lambda offset: self.rows("issues", {**params, "offset": offset}),
            count=lambda: self.count_issues(filters),
            sort=sort,
            descending=descending,
        ).issues()

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
