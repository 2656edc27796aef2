"""The options that every backend of the network takes, and what they say about its traffic."""

from __future__ import annotations

import re
from collections.abc import Mapping

from anybacklog.backend import Option, Traffic
from anybacklog.errors import ConfigurationError

TRAFFIC_OPTIONS = (
    Option(name="share", help="percent of every rate limit to use (1 to 100, default 100)"),
    Option(
        name="pace", help="full: as fast as the limits allow (default); polite: with the pauses the vendor asks for"
    ),
    Option(name="connect_timeout", help="seconds to wait for a connection (default 10)"),
    Option(name="read_timeout", help="seconds that one piece may take, sent or answered (default 60)"),
)
LONGEST_TIMEOUT = 86400
"""Seconds; what the system's calls take ends at a few weeks."""
_PACES = {"full": False, "polite": True}


def traffic_of(options: Mapping[str, str]) -> Traffic:
    """Read how requests may be sent; ConfigurationError names the option and what it takes."""
    usual = Traffic()
    return Traffic(
        share=_share(options.get("share", "100")),
        polite=_polite(options.get("pace", "full")),
        connect_timeout=_seconds(options, "connect_timeout", usual.connect_timeout),
        read_timeout=_seconds(options, "read_timeout", usual.read_timeout),
        allow_plain_http=options.get("allow_plain_http") == "true",
    )


def _share(text: str) -> float:
    percent = _number(text.removesuffix("%"))
    if not 1 <= percent <= 100:
        raise ConfigurationError(f"share is a percentage from 1 to 100, not {text!r}")
    return percent / 100


def _polite(text: str) -> bool:
    if text not in _PACES:
        raise ConfigurationError(f"pace is one of {', '.join(_PACES)}, not {text!r}")
    return _PACES[text]


def _seconds(options: Mapping[str, str], name: str, otherwise: float) -> float:
    if name not in options:
        return otherwise
    seconds = _number(options[name])
    if not 0 < seconds <= LONGEST_TIMEOUT:
        raise ConfigurationError(
            f"{name} is a number of seconds above 0, at most {LONGEST_TIMEOUT} (a day), not {options[name]!r}"
        )
    return seconds


def _number(text: str) -> float:
    return float(text) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) else 0
