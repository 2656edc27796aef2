"""What tests of the Tracker share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from anybacklog.errors import ValidationError


def refused(call: Callable[[], Any]) -> ValidationError:
    """Give the one sentence a value is refused with."""
    with pytest.raises(ValidationError) as caught:
        call()
    assert "\n" not in str(caught.value)
    return caught.value
