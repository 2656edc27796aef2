"""The service at work: who asks, by which route, within which limits, with what; then the route's handler, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.wrappers import Request, Response

from anybacklog_simulators.dump import dumped
from anybacklog_simulators.faults import Faults
from anybacklog_simulators.nulab import oauth
from anybacklog_simulators.nulab.admission import admitted
from anybacklog_simulators.nulab.call import Answer, Call, Route, Who
from anybacklog_simulators.nulab.errors import BadToken, OAuthRefused, Refused
from anybacklog_simulators.nulab.index import Index
from anybacklog_simulators.nulab.parameters import Pairs, read
from anybacklog_simulators.nulab.routes import API, MAP
from anybacklog_simulators.nulab.space import Space
from anybacklog_simulators.nulab.things import User
from anybacklog_simulators.rates import Allowance, Rates

PLAIN_JSON = date(2016, 1, 1)
"""The day since which JSON is announced without its charset."""
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
PAID = {"read": 600, "update": 150, "search": 150, "icon": 60}
FREE = {"read": 60, "update": 15, "search": 15, "icon": 6}


class Nulab:
    """A space behind its API. Rates and faults may be changed at any time."""

    def __init__(self, space: Space, rates: Rates | None = None, faults: Faults | None = None) -> None:
        self.space = space
        self.rates = rates or Rates(dict(PAID))
        self.faults = faults or Faults()
        self.index = Index()

    def dump(self) -> dict[str, Any]:
        """Give the whole space as JSON."""
        found: dict[str, Any] = dumped(self.space)
        return found

    def answer(self, request: Request, now: datetime) -> Response:
        """Do what a request asks, or refuse it; a refusal changes nothing."""
        if len(request.path) + len(request.query_string) > self.space.choices.uri_limit:
            return Response("<html><body><h1>414 Request-URI Too Large</h1></body></html>", 414, mimetype="text/html")
        user: User | None = None
        headers: dict[str, str] = {}
        try:
            if oauth.concerns(request.path):
                return self._sent(oauth.answer(self.space, request, now))
            user = admitted(self.space, request, now)
            answer = self._allowed(user, request, now, headers)
        except Refused as error:
            lang = (user.lang if user else None) or self.space.lang
            answer = Answer(error.status, error.envelope(lang))
        except OAuthRefused as error:
            answer = Answer(error.status, error.body)
        except BadToken as error:
            told = f'Bearer error="invalid_token", error_description="{error}"'
            answer = Answer(401, headers={"WWW-Authenticate": told})
        return self._sent(answer, headers)

    def _allowed(self, user: User, request: Request, now: datetime, headers: dict[str, str]) -> Answer:
        route, path = _route(request)
        allowance = self.rates.take(user.id, route.limit, now.timestamp())
        headers.update(_told(allowance))
        if not allowance.granted:
            raise Refused("too_many_requests")
        sent = _sent(request, route)
        # The real service's order of these checks is not known, but unknown names are told before missing ones.
        given = read(route.parameters, sent, strict=route.strict, custom=route.custom, length=self.space.choices.length)
        call = Call(
            space=self.space,
            user=user,
            now=now,
            path=path,
            given=given,
            sent=sent,
            host=request.host_url.rstrip("/"),
            rates=self.rates.look(user.id, now.timestamp()),
            indexed=lambda issue: self.index.known(issue, now),
            upload=_upload(request) if route.multipart else None,
        )
        _check_role(call, route)
        with self.index.watching(self.space, path.get("issue"), self.faults.index_lag, now):
            found = route.do(call)
        return found if isinstance(found, Answer) else Answer(body=found)

    def _sent(self, answer: Answer, headers: Mapping[str, str] | None = None) -> Response:
        response = Response(status=204 if _empty(answer) and answer.status == 200 else answer.status)
        if answer.content is not None:
            response.set_data(answer.content)
            response.headers["Content-Type"] = answer.content_type
        elif answer.body is not None:
            response.set_data(json.dumps(answer.body, ensure_ascii=False, separators=(",", ":")).encode())
            charset = "" if self.space.today(PLAIN_JSON) else "; charset=utf-8"
            response.headers["Content-Type"] = f"application/json{charset}"
        else:
            del response.headers["Content-Type"]
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers.update({**answer.headers, **(headers or {})})
        return response


def _empty(answer: Answer) -> bool:
    return answer.body is None and answer.content is None


def _route(request: Request) -> tuple[Route, Mapping[str, str]]:
    try:
        found, path = MAP.bind("space").match(request.path, request.method)
    except (NotFound, MethodNotAllowed):
        raise Refused("no_route", path=request.path.removeprefix(API)) from None
    route: Route = found
    return route, {name: str(value) for name, value in path.items()}


def _told(allowance: Allowance) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(allowance.limit),
        "X-RateLimit-Remaining": str(allowance.remaining),
        "X-RateLimit-Reset": str(allowance.reset),
    }


def _sent(request: Request, route: Route) -> Pairs:
    query = [pair for pair in _pairs(request.query_string.decode("latin-1")) if pair[0] != "apiKey"]
    kind, body = request.mimetype, request.get_data()
    if request.method == "GET" or not body or (route.multipart and kind == MULTIPART):
        return query
    if kind != FORM:
        raise Refused("form_only")
    return [*query, *_pairs(body.decode("latin-1"))]


def _pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text.encode("latin-1").decode("utf-8", "replace"), keep_blank_values=True)


def _upload(request: Request) -> tuple[str, bytes] | None:
    parts = [*request.files.items(multi=True), *request.form.items(multi=True)]
    if len(parts) > 1:
        raise Refused("unknown_parameter", name=next((name for name, _ in parts if name != "file"), "file"))
    found = request.files.get("file")
    return None if found is None or not found.filename else (found.filename, found.read())


def _check_role(call: Call, route: Route) -> None:
    role = call.user.role_type
    allowed = {
        Who.ANYBODY: True,
        Who.REPORTERS: role in (1, 2, 3, 5),
        Who.NORMAL_USERS: role in (1, 2),
        Who.ADMINISTRATORS: role == 1,
    }
    if not (allowed[route.who] if route.who in allowed else call.leads(call.project(outsiders=True))):
        raise Refused("denied")
