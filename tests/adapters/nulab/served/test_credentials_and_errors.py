"""Which key is shown where, what an error says, and that no key is in it."""

from __future__ import annotations

import logging
import subprocess
import sys
import traceback
from typing import TYPE_CHECKING, Any

import pytest
from tests.canary import find_canary

import anybacklog
from anybacklog import (
    AnyBacklogError,
    AuthenticationError,
    ConfigurationError,
    NotFound,
    PermissionDenied,
    ProtocolError,
    Tracker,
    ValidationError,
)

if TYPE_CHECKING:
    from tests.adapters.nulab.served.conftest import Space


def test_a_space_that_wants_the_key_in_the_query_gets_it_there_from_then_on(space: Space, tracker: Tracker) -> None:
    space.key_in = "query"
    space.issues = [space.issue(each) for each in range(150)]
    assert len(list(tracker.tickets())) == 150
    assert ["apiKey" in asked for asked in space.asked] == [False] + [True] * (len(space.asked) - 1)


ERRORS: dict[int, tuple[int, type[AnyBacklogError]]] = {
    2: (403, PermissionDenied),
    3: (403, PermissionDenied),
    4: (403, PermissionDenied),
    5: (403, PermissionDenied),
    6: (404, NotFound),
    7: (400, ValidationError),
    8: (400, ValidationError),
    9: (400, ValidationError),
    10: (413, ValidationError),
    11: (401, AuthenticationError),
    12: (403, PermissionDenied),
    13: (400, anybacklog.RateLimited),
    99: (403, PermissionDenied),
}


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_is_told_by_its_code_first_and_keeps_the_request_id(code: int, space: Space, tracker: Tracker) -> None:
    status, error = ERRORS[code]
    space.refusals["users/myself"] = space.refusal(status, code)
    with pytest.raises(error) as caught:
        tracker.myself()
    if code < 99:
        assert f" (code {code}, HTTP {status}, request r-77)" in str(caught.value)
    assert (caught.value.operation, caught.value.backend) == ("myself", str(tracker.location))


@pytest.mark.parametrize("answer", [{"no": "id"}, [{"name": "no id"}], ["text"], None, 5])
def test_a_list_that_is_none_is_a_protocol_error(answer: Any, space: Space, tracker: Tracker) -> None:
    space.refusals["priorities"] = (200, answer)
    with pytest.raises(ProtocolError):
        tracker.priorities()


@pytest.mark.parametrize("key_in", ["header", "query", "nowhere"])
def test_the_key_is_in_no_log_and_no_error(
    key_in: str, space: Space, tracker: Tracker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    space.key_in = key_in
    space.refusals["issues/A-1"] = space.refusal(400, 7, f"the key {space.key} is bad")
    with pytest.raises(AnyBacklogError) as caught:
        tracker.ticket("A-1")
    printed = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(tracker) + repr(vars(caught.value))
    assert "anybacklog.http" in caplog.text
    assert find_canary(printed.encode(), space.key) == []


def test_a_timeout_that_is_no_number_is_refused(address: str, space: Space) -> None:
    with pytest.raises(ConfigurationError, match="read_timeout is a number of seconds"):
        anybacklog.connect(f"{address}/A?read_timeout=soon", api_key=space.key)


def test_the_plugin_is_described_without_importing_anything_heavy() -> None:
    code = "import anybacklog_nulab.plugin, sys; print(sorted({'requests', 'marshmallow'} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
