"""What the server itself adds to a fake's answers: nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.request import Request, urlopen

from anybacklog_simulators.nulab import DEMO_KEY, Clock, simulator


def test_the_date_is_told_once_and_by_the_fakes_own_clock() -> None:
    fake = simulator(clock=Clock.standing(datetime(2026, 3, 1, 12, tzinfo=UTC)))
    with fake.served() as server:
        asked = Request(f"{server.url}/api/v2/space", headers={"Backlog-API-Key": DEMO_KEY})
        with urlopen(asked) as answer:
            assert answer.headers.get_all("Date") == ["Sun, 01 Mar 2026 12:00:00 GMT"]
