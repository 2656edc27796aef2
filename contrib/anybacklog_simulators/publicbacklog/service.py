"""The service at work: whose key, by which route, with what; then the route's handler, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any

from werkzeug.wrappers import Request, Response

from anybacklog_simulators.dump import dumped
from anybacklog_simulators.faults import STRUCK_BY, Faults, Harm
from anybacklog_simulators.publicbacklog import shapes
from anybacklog_simulators.publicbacklog.call import Answer, Call
from anybacklog_simulators.publicbacklog.choices import REQUESTED
from anybacklog_simulators.publicbacklog.errors import Missing, Refused, Undefined
from anybacklog_simulators.publicbacklog.parameters import from_body, from_query
from anybacklog_simulators.publicbacklog.routes import found
from anybacklog_simulators.publicbacklog.things import Organization
from anybacklog_simulators.publicbacklog.webhooks import Webhooks
from anybacklog_simulators.rates import Rates

KEY_HEADER = "apiKey"
REQUESTS = "requests"
UNLIMITED = 1 << 53
"""More requests than anybody sends in a window: the service documents no limit."""
"""The one rate bucket, unlimited unless a limit is set: no page tells of any."""


class PublicBacklog:
    """An organization behind its API. Rates and faults may be changed at any time."""

    def __init__(self, organization: Organization, rates: Rates | None = None, faults: Faults | None = None) -> None:
        self.organization = organization
        self.rates = rates or Rates({REQUESTS: UNLIMITED})
        self.faults = faults or Faults()
        self.webhooks = Webhooks()

    def dump(self) -> dict[str, Any]:
        """Give the whole organization as JSON; deliveries to webhooks are not of it."""
        held: dict[str, Any] = dumped(self.organization)
        return held

    def answer(self, request: Request, now: datetime) -> Response:
        """Do what a request asks, or refuse it; a refusal changes nothing."""
        try:
            response = self._response(self._allowed(request, now))
        except Refused as error:
            bare = isinstance(error, Missing) and self.organization.choices.missing == "bare"
            response = _json({"message": "Not found" if bare else error.message}, error.status)
        except Undefined as error:
            response = self._undefined(request, error)
        if response.status_code == 429:
            response.headers["Retry-After"] = str(self._seconds_to_wait(now))
        if self.organization.webhook is not None:
            self.webhooks.send_due(self.organization.webhook, now)
        return response

    def _allowed(self, request: Request, now: datetime) -> Answer:
        # The order of these checks is not known.
        if not self.organization.key or request.headers.get(KEY_HEADER) != self.organization.key:
            raise Refused(401, "The API key is missing or invalid")
        self._count(now)
        choices = self.organization.choices
        route = found(request.method, request.path, choices)
        read = from_body if route.in_body else from_query
        given = read(route.parameters(choices), request, choices)
        call = Call(organization=self.organization, now=now, given=given, torn=self._is_torn(request))
        answer = route.do(call)
        for event, ticket in [] if call.torn else call.events:
            self._tell(event, shapes.ticket(self.organization, ticket, REQUESTED), now)
        return answer

    def _count(self, now: datetime) -> None:
        if not self.rates.take(self.organization.id, REQUESTS, now.timestamp()).granted:
            raise Refused(429, "Too many requests")

    def _undefined(self, request: Request, error: Undefined) -> Response:
        """Answer what no route is for, as frameworks do: the path is told, which may have `tickets` in it."""
        told = f"Cannot {request.method} {request.path}"
        if self.organization.choices.undefined_page == "json":
            response = _json({"message": told}, error.status)
        else:
            page = f"<html><body><pre>{escape(told)}</pre></body></html>"
            response = Response(page, error.status, mimetype="text/html")
        if error.status == 405:
            response.headers["Allow"] = ", ".join(error.verbs)
        return response

    def _is_torn(self, request: Request) -> bool:
        fault = request.environ.get(STRUCK_BY)
        return self.organization.choices.writes != "atomic" and fault is not None and fault.harm is Harm.ERROR_AFTER

    def _tell(self, event: str, ticket: Mapping[str, Any], now: datetime) -> None:
        if self.organization.webhook is not None:
            self.webhooks.queue({"event": event, "ticket": ticket}, now)

    def _response(self, answer: Answer) -> Response:
        wrapping = self.organization.choices.wrapping
        if answer.body is None:
            return _json(None, answer.status)
        key = answer.kind if wrapping == "kind" else wrapping
        return _json(answer.body if wrapping == "none" else {key: answer.body}, answer.status)

    def _seconds_to_wait(self, now: datetime) -> int:
        reset = self.rates.look(self.organization.id, now.timestamp())[REQUESTS].reset
        return max(int(reset - now.timestamp()), 1)


def _json(body: Any, status: int) -> Response:
    text = "" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text.encode(), status, mimetype="application/json")
