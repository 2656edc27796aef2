"""The door for tests in another process: `POST /_simulator/...` with JSON. Off unless asked for, no part of the API."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Protocol

from werkzeug.wrappers import Request, Response

from anybacklog_simulators.clock import Clock
from anybacklog_simulators.faults import Faults, fault_from, told
from anybacklog_simulators.rates import Rates

PREFIX = "/_simulator/"
_CENTURY = 3_153_600_000.0
"""In seconds; a clock that is moved further soon leaves the years that dates can have."""


class Controlled(Protocol):
    """What the door can be in front of."""

    clock: Clock
    log: list[tuple[str, str, int]]

    @property
    def faults(self) -> Faults:
        """The faults switched on."""

    @property
    def rates(self) -> Rates:
        """The rate limits."""

    def dump(self) -> dict[str, Any]:
        """Give everything it holds, as JSON."""


def answer(simulator: Controlled, request: Request) -> Response:
    """Do what the control door asks; what it does not know is a 404 that lists what it knows."""
    act = _ACTS.get(request.path.removeprefix(PREFIX))
    if act is None or request.method != "POST":
        return _json({"error": f"POST one of {', '.join(PREFIX + name for name in _ACTS)}"}, 404)
    try:
        return _json(act(simulator, **_given(request)))
    except (TypeError, ValueError, KeyError) as error:
        return _json({"error": str(error)}, 400)


def _given(request: Request) -> dict[str, Any]:
    given = json.loads(request.get_data() or b"{}")
    if not isinstance(given, dict):
        raise ValueError(f"the body is a JSON object of what to do, not a {type(given).__name__}")
    return given


def _faults(simulator: Controlled, *, add: list[dict[str, Any]] | None = None, index_lag: float | None = None,
            clear: bool = False) -> Any:  # fmt: skip
    """Switch faults on or off."""
    if clear:
        simulator.faults.clear()
    simulator.faults.add(*map(fault_from, add or []))
    simulator.faults.index_lag = simulator.faults.index_lag if index_lag is None else index_lag
    return {"struck": told(simulator.faults.struck)}


def _clock(simulator: Controlled, *, advance: float = 0.0) -> Any:
    """Let time pass; backwards, too."""
    simulator.clock.advance(_number("advance", advance, least=-_CENTURY))
    return {"now": simulator.clock.now().isoformat()}


def _rates(simulator: Controlled, *, lower: dict[str, int] | None = None, length: float | None = None) -> Any:
    """Change limits, and how many seconds a window has."""
    limits = {bucket: _count(f"the limit of {bucket}", limit) for bucket, limit in _named(lower).items()}
    seconds = simulator.rates.length if length is None else _number("length", length, least=1)
    for bucket, limit in limits.items():
        simulator.rates.lower(bucket, limit)
    simulator.rates.length = seconds
    return {"limits": simulator.rates.limits, "length": simulator.rates.length}


def _rival(simulator: Controlled, *, user: int, bucket: str, requests: int) -> Any:
    """Let something else spend a user's requests."""
    simulator.rates.rival(user, bucket, _count("requests", requests), simulator.clock.seconds())
    return {}


def _log(simulator: Controlled, *, clear: bool = False) -> Any:
    """Show what was asked."""
    told = list(simulator.log)
    if clear:
        simulator.log.clear()
    return {"requests": told}


def _dump(simulator: Controlled) -> Any:
    """Show everything."""
    return simulator.dump()


_ACTS: dict[str, Callable[..., Any]] = {
    "faults": _faults,
    "clock": _clock,
    "rates": _rates,
    "rival": _rival,
    "log": _log,
    "dump": _dump,
}


def _number(name: str, value: Any, *, least: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= _CENTURY:
        raise ValueError(f"{name} is a number of seconds from {least:,.0f} to {_CENTURY:,.0f}, not {value!r}")
    return float(value)


def _count(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{name} is a whole number from 0, not {value!r}")
    return value


def _named(lower: Any) -> dict[str, Any]:
    if not isinstance(lower, dict | None):
        raise ValueError(f"lower maps buckets to limits, {lower!r} does not")
    return lower or {}


def _json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/json")
