"""Webhooks: listed, made, changed and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from anybacklog.errors import PermissionDenied, ValidationError
from anybacklog_nulab import EventType

if TYPE_CHECKING:
    from tests.adapters.nulab.around.conftest import Here


def test_a_webhook_is_made_changed_and_deleted(here: Here) -> None:
    address = "https://example.com/hooks/long-random-word"
    made = here.nulab.create_webhook("bridge", address, kinds=[EventType.ISSUE_CREATED, 77])
    assert (made.hook_url, made.all_event, made.activity_type_ids) == (address, False, (1, 77))
    assert "long-random-word" not in repr(made)
    changed = here.nulab.update_webhook(made.id, description="橋", kinds=None)
    assert (changed.description, changed.all_event, changed.name) == ("橋", True, "bridge")
    assert here.nulab.webhooks() == [changed]
    assert here.nulab.webhook(changed.id) == changed
    assert here.nulab.delete_webhook(made.id) == changed
    assert here.nulab.webhooks() == []


def test_a_webhook_has_no_other_parts(here: Here) -> None:
    with pytest.raises(ValidationError, match="a webhook has no colour; it has name, hook_url, description, kinds"):
        here.nulab.update_webhook("1", colour="red")  # type: ignore[call-arg]  # refused before it is sent
    with pytest.raises(ValidationError, match="nothing to change"):
        here.nulab.update_webhook("1")


def test_a_webhook_that_is_sent_nothing_is_refused_before_it_is_asked_for(here: Here) -> None:
    with pytest.raises(ValidationError, match="one kind of event at least"):
        here.nulab.create_webhook("bridge", "https://example.com/hooks/word", kinds=[])
    assert not [line for line in here.asked if line.startswith("POST")]


def test_what_is_not_named_stays(here: Here) -> None:
    made = here.nulab.create_webhook("bridge", "https://example.com/hooks/word", description="橋", kinds=[1, 4])
    changed = here.nulab.update_webhook(made.id, name="ponte")
    assert (changed.name, changed.description, changed.activity_type_ids) == ("ponte", "橋", (1, 4))
    assert here.nulab.update_webhook(made.id, kinds=[2]).activity_type_ids == (2,)
    assert here.nulab.update_webhook(made.id, description=None).description == ""


def test_webhooks_are_for_the_projects_administrators(here: Here) -> None:
    with here.as_second() as nulab, pytest.raises(PermissionDenied):
        nulab.webhooks()
