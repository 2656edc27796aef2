"""The PublicBacklog adapter keeps every contract on recorded traffic, as on the simulator; a cassette for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.cassettes.publicbacklog.preparing import ALL, chosen
from tests.cassettes.service import End
from tests.conformance import test_publicbacklog

from anybacklog.plugin import Backend


class OnCassettes:
    """Opens what is recorded or replayed."""

    @pytest.fixture
    def backend(self, end: End) -> Iterator[Backend]:
        with end.backend() as backend:
            yield backend


@chosen(shown=ALL, echoed=ALL)
class TestPublicBacklogOnCassettes(OnCassettes, test_publicbacklog.TestPublicBacklog):
    """Where answers carry comments."""


class TestAsDocumentedOnCassettes(OnCassettes, test_publicbacklog.TestAsDocumented):
    """Where answers show the documented fields."""

    cassettes = "conformance-as-documented"
