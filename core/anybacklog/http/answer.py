"""What an answer says: its JSON, or the error it stands for. Nothing here lets a secret through."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

import requests

from anybacklog.errors import ProtocolError, TransportError
from anybacklog.http.call import Call
from anybacklog.http.parsing import parsed
from anybacklog.redact import redact, redact_json

EXCERPT = 200
LONGEST_JSON = 64 << 20
LONGEST_EXCUSE = 1 << 20
"""Bytes of an answer that are read, unpacked: of a good one, of a refusal. Downloads have no limit."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Answer:
    """What came back to `call`: its body, or the file `opened` for a download."""

    call: Call
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    opened: BinaryIO | None = None

    @property
    def is_good(self) -> bool:
        """Tell whether it is what was asked for."""
        return self.status < 300 and not self.is_unasked_part

    @property
    def is_unasked_part(self) -> bool:
        """Tell whether a read was answered with a part of what is there although the whole was asked for."""
        asked = any(name.lower() == "range" for name in self.call.headers)
        return self.status == requests.codes.partial_content and not (self.call.write or asked)

    def close(self) -> None:
        """Let go of a download."""
        if self.opened is not None:
            self.opened.close()


def decoded(answer: Answer, secrets: Collection[str]) -> Any:
    """Read the body as JSON. A GET must have one; a write answered with something else may have been applied."""
    call = answer.call
    may_be_empty = call.method != "GET" or answer.status == requests.codes.no_content
    if may_be_empty and len(answer.body) <= LONGEST_JSON and not answer.body.strip():
        return None
    value, wrong = _json(answer.body)
    if not wrong:
        return value
    # Raised out here, so that the exception does not carry the whole body.
    told = f"{call.where} was answered with {redact(wrong, secrets)}: {excerpt(answer.body, secrets)}"
    if call.write:
        raise TransportError(f"{told}; it may have happened, so look before sending it again", maybe_applied=True)
    raise ProtocolError(f"{told}; check that the URL names the right service")


def said(answer: Answer, secrets: Collection[str]) -> Any:
    """Give the body of a refusal, masked: decoded if it is JSON, else its text."""
    with suppress(ValueError, RecursionError):
        return redact_json(json.loads(answer.body), secrets)
    return redact(answer.body.decode("utf-8", "replace"), secrets)


def excerpt(body: bytes, secrets: Collection[str]) -> str:
    """Show the beginning of a body on one line, masked before it is cut."""
    text = " ".join(redact(body[: EXCERPT * 100].decode("utf-8", "replace"), secrets).split())
    return repr(text[:EXCERPT]) if text else "nothing at all"


def _json(body: bytes) -> tuple[Any, str]:
    if len(body) > LONGEST_JSON:
        return None, f"more than {LONGEST_JSON >> 20} MiB, which is the limit of an answer"
    return parsed(body)
