"""The options of every backend of the network: what they mean, and that nothing else gets through."""

from __future__ import annotations

import pytest

from anybacklog.backend import Traffic
from anybacklog.errors import ConfigurationError
from anybacklog.traffic import TRAFFIC_OPTIONS, traffic_of


def test_each_option_says_how_requests_are_sent() -> None:
    given = {"share": "25%", "pace": "polite", "connect_timeout": "2.5", "read_timeout": "86400"}
    assert {option.name for option in TRAFFIC_OPTIONS} == given.keys()
    assert traffic_of(given) == Traffic(share=0.25, polite=True, connect_timeout=2.5, read_timeout=86400)
    assert traffic_of({}) == Traffic()


@pytest.mark.parametrize(
    "number", ["", "0", "-1", "nan", "inf", "-inf", "soon", "1e300", "86401", "9" * 5000, "1_0", "٣"]
)
@pytest.mark.parametrize("name", ["share", "connect_timeout", "read_timeout"])
def test_a_number_that_cannot_be_meant_is_refused_with_its_limits(name: str, number: str) -> None:
    with pytest.raises(
        ConfigurationError, match=rf"{name} is a (percentage from 1 to 100|number of seconds above 0.*86400)"
    ):
        traffic_of({name: number})


def test_a_pace_nobody_knows_is_refused_with_those_there_are() -> None:
    with pytest.raises(ConfigurationError, match="pace is one of full, polite, not 'fast'"):
        traffic_of({"pace": "fast"})
