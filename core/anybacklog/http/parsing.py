"""Bytes -> JSON values, or what is wrong with them. Every text and number is kept exactly as it came."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from math import isfinite
from typing import Any


def parsed(body: bytes) -> tuple[Any, str]:
    """Decode, or say what is wrong. What the quick reader refuses, the standard library reads or names."""
    with suppress(ValueError, RecursionError):
        return _quick()(body), ""
    try:
        return standard(body), ""
    except UnicodeDecodeError:
        return None, "something that is not JSON (its bytes are not UTF-8)"
    except json.JSONDecodeError:
        return None, "something that is not JSON"
    except ValueError:
        return None, "something that is not JSON as it can be read (a number without end: NaN, 1e999, 4300 digits)"
    except RecursionError:
        return None, "something that is not JSON as it can be read (nested too deeply)"


def standard(body: bytes) -> Any:
    """Decode by the standard library; ValueError or RecursionError for what is no JSON.

    Half a character (a lone surrogate, which only an escape can bring) stays in its text: it is one text's trouble, for
    whoever writes that one on, and not the whole page's.
    """
    return json.loads(body.decode("utf-8-sig"), parse_constant=_finite, parse_float=_finite)


@cache
def _quick() -> Callable[[bytes], Any]:
    """Give msgspec's reader: in half the time the same values, or an error for what `standard` alone takes."""
    try:
        from msgspec.json import decode
    except ImportError:  # it is made for CPython alone
        return standard
    quick: Callable[[bytes], Any] = decode
    return quick


def _finite(number: str) -> float:
    """Refuse `NaN` and `Infinity`, which JSON does not have, and `1e999`, which no number here can hold."""
    if not isfinite(found := float(number)):
        raise ValueError(number)
    return found
