"""What stands before the simulators of one seed: counts their requests, and lets things happen at chosen ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from anybacklog_simulators.serving import reset
from anybacklog_simulators.simulator import AnyService, Simulator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from anybacklog_simulators.clock import Clock

Moment: TypeAlias = Literal["before", "after"]


class Gate:
    """Counts the requests of a run, whichever end they are for; `at` says what happens at which, and when."""

    def __init__(self) -> None:
        self.passed = 0
        self.at: dict[tuple[int, Moment], Callable[[], bool]] = {}
        """An act by the number of a request; it tells whether the request ends with it."""

    def begin(self, at: dict[tuple[int, Moment], Callable[[], bool]]) -> None:
        """Count anew, for the next run."""
        self.passed, self.at = 0, at


class Gated(Simulator[AnyService]):
    """A simulator behind a gate."""

    def __init__(self, service: AnyService, clock: Clock, gate: Gate) -> None:
        super().__init__(service, clock)
        self.gate = gate

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, unless something happens before or after it."""
        self.gate.passed += 1
        number = self.gate.passed
        self._happens(number, "before", environ)
        answer = super().__call__(environ, start_response)
        self._happens(number, "after", environ)
        return answer

    def _happens(self, number: int, moment: Moment, environ: dict[str, Any]) -> None:
        act = self.gate.at.get((number, moment))
        if act is not None and act():
            raise reset(environ)
