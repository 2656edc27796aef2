"""From a call to its answer: waiting for the budget, sending, following redirects, sending again."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import getpid

from anybacklog.backend import Traffic
from anybacklog.errors import AnyBacklogError, ConfigurationError, ProtocolError
from anybacklog.http.answer import Answer
from anybacklog.http.budget import INSTANT
from anybacklog.http.call import Call
from anybacklog.http.clock import Clock
from anybacklog.http.credentials import Bearer, Credentials, Ways
from anybacklog.http.exchange import exchange
from anybacklog.http.lane import Lane
from anybacklog.http.origin import Origin, origin_of
from anybacklog.http.redirect import is_sent_on, sent_on
from anybacklog.http.refusal import Explain, refused
from anybacklog.http.retry import PASSING, TOO_MANY_REQUESTS, Retry
from anybacklog.http.surroundings import Route, route_to
from anybacklog.http.trouble import Lost
from anybacklog.redact import Secrets

_log = logging.getLogger("anybacklog.http")
_UNAUTHORIZED = 401


@dataclass(slots=True, kw_only=True, repr=False)
class Delivery:
    """Brings the calls of one session to the service at `home`, by the session's lane; `requests` counts them."""

    lane: Lane
    home: Origin
    route: Route
    ways: Ways | Bearer
    secrets: Collection[str]
    explain: Explain | None
    traffic: Traffic
    retry: Retry
    clock: Clock
    longest_wait: float
    process: int = field(default_factory=getpid)
    closed: bool = False
    requests: Counter[str] = field(default_factory=Counter)

    def refuse_unless_open(self) -> None:
        """Send nothing for a session that was closed, perhaps while it waited, or belongs to another process."""
        if self.closed:
            raise ConfigurationError("this connection is closed; open another")
        if self.process != getpid():
            raise ConfigurationError("this connection was opened by another process; open one in this process")

    def answer(self, call: Call) -> Answer:
        """Send until there is a good answer, or none is to be hoped for."""
        tried = 0
        while True:
            outcome = self._send(call)
            if isinstance(outcome, Answer) and outcome.is_good:
                self.ways.accept()
                return outcome
            error, again = self._judge(outcome)
            turned = _wants_another_key(outcome) and self.ways.turn_to_another()
            tried += not turned
            if not turned and (not again or tried >= self._tries):
                raise error
            _refuse_unless_rewound(call, error)
            if not turned:
                self._pause(call, error, tried)

    @property
    def _tries(self) -> int:
        return 1 if self.traffic.waits.refused else self.retry.tries

    def _judge(self, outcome: Answer | Lost) -> tuple[AnyBacklogError, bool]:
        """Give the error that a bad outcome means, and whether sending again is right."""
        if isinstance(outcome, Lost):
            return outcome.error(), outcome.again
        outcome.close()
        call, status = outcome.call, outcome.status
        error = refused(outcome, self.secrets, self.explain, self.lane.budget.closed_until(call.bucket))
        return error, status == TOO_MANY_REQUESTS or (status in PASSING and not call.write)

    def _pause(self, call: Call, error: AnyBacklogError, tried: int) -> None:
        """Wait before sending again, unless the service said how long: then the closed bucket sees to it."""
        seconds = self.retry.pause(tried)
        with self.lane.turn:
            closed = self.lane.budget.delay(call.bucket, self.clock.now())
        if closed < seconds:
            _log.info("%s; trying again in %.1f s", error, seconds)
            self._wait(seconds)

    def _wait(self, seconds: float) -> None:
        """Let the time pass, without the turn: in work for as long as there is any, then asleep."""
        until = self.clock.now() + seconds
        while self.traffic.waits.work():
            seconds = min(seconds, until - self.clock.now())  # at most, wherever the clock was set
            if seconds <= INSTANT:
                return
        self.clock.sleep(seconds)

    def _send(self, call: Call) -> Answer | Lost:
        """Send once, and go where a read is sent on to; only what the service itself answers concerns the budget."""
        while True:
            outcome = self._send_abroad(call) if call.foreign else self._send_home(call)
            if isinstance(outcome, Lost) or not is_sent_on(outcome):
                return outcome
            secrets = Secrets(self.secrets, self.ways.secrets())
            further = sent_on(
                outcome, self.home, secrets, self.ways.params(), plain_allowed=self.traffic.allow_plain_http
            )
            if isinstance(further, ProtocolError):
                raise further
            call = further
            _log.info("%s", call.where if call.foreign else f"{call.where} is sent on within the service")

    def _send_home(self, call: Call) -> Answer | Lost:
        """Send to the service when the budget allows."""
        budget = self.lane.budget
        with self._turn(call):
            shown, started = self.ways.shown, self.clock.now()
            budget.spend(call.bucket, started)
            self.requests[call.bucket] += 1
            outcome = exchange(call, shown, self.lane.connections, self.route, self.traffic)
            now = self.clock.now()
            if isinstance(outcome, Answer):
                budget.learn(call.bucket, outcome.status, outcome.headers, started, now)
            self._tell(call, outcome, now - started)
        return outcome

    @contextmanager
    def _turn(self, call: Call) -> Iterator[None]:
        """Take the turn when the budget allows; who waits for a budget leaves it to those who need another."""
        while True:
            with self.lane.taken():
                self.refuse_unless_open()
                longest = 0.0 if self.traffic.waits.refused else self.longest_wait
                delay = self.lane.budget.ask(call.bucket, call.where, self.clock.now(), longest)
                if not delay:
                    yield
                    return
            self._wait(delay)

    def _send_abroad(self, call: Call) -> Answer | Lost:
        """Send to another host, without credentials."""
        started = self.clock.now()
        route = route_to(origin_of(call.url))
        with self.lane.taken():
            self.refuse_unless_open()
            outcome = exchange(call, Credentials(), self.lane.connections, route, self.traffic)
        self._tell(call, outcome, self.clock.now() - started)
        return outcome

    def _tell(self, call: Call, outcome: Answer | Lost, seconds: float) -> None:
        """Log one line; of a download that is open the size the service announced."""
        if not _log.isEnabledFor(logging.DEBUG):
            return
        if isinstance(outcome, Lost):
            _log.debug("%s: %s after %.3f s", call.line(), outcome.reason, seconds)
            return
        size = outcome.headers.get("Content-Length", "?") if outcome.opened else len(outcome.body)
        _log.debug(
            "%s -> %d in %.3f s, %s bytes%s", call.line(), outcome.status, seconds, size, self._budget_left(call)
        )

    def _budget_left(self, call: Call) -> str:
        if call.foreign:
            return ""
        rates = self.lane.budget.state(self.clock.now()).rates
        found = next((rate for rate in rates if rate.bucket == call.bucket), None)
        left = "?" if found is None or found.remaining is None else found.remaining
        return f", {call.bucket}: {left} left"


def _wants_another_key(outcome: Answer | Lost) -> bool:
    return isinstance(outcome, Answer) and outcome.status == _UNAUTHORIZED and not outcome.call.foreign


def _refuse_unless_rewound(call: Call, error: AnyBacklogError) -> None:
    """Refuse to send half a file: raise the error, with the reason why nothing is sent again."""
    if call.form and not call.form.rewind():
        error.args = (f"{error}; it was not sent again, since its stream cannot go back: open it anew",)
        raise error
