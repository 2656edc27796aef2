"""A project is given new words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.cassettes.live import PREFIX

from anybacklog import Category, Conflict, CustomField, Milestone, Status, TicketType, Tracker, Version
from anybacklog.model import Named

NOUNS: dict[str, Any] = {
    "categories": Category(id="", name=f"{PREFIX}画面"),
    "milestones": Milestone(id="", name=f"{PREFIX}2.0"),
    "versions": Version(id="", name=f"{PREFIX}1.0"),
    "ticket_types": TicketType(id="", name=f"{PREFIX}𠮷"),
    "statuses": Status(id="", name=f"{PREFIX}?", category="in_progress"),
}
VALUES: dict[str, Any] = {
    "text": "one\r\n🎉", "number": -0.125, "date": "2024-02-29", "choice": "Two 𠮷", "choices": ("One", "Two 𠮷")
}  # fmt: skip


@pytest.mark.parametrize("kind", NOUNS)
def test_a_word_is_added_once(tracker: Tracker, kind: str) -> None:
    noun = replace(NOUNS[kind], name=NOUNS[kind].name[:20]) if kind == "statuses" else NOUNS[kind]
    added = tracker.add_metadata(kind, noun)
    assert added in getattr(tracker, kind)()
    assert replace(added, id="") == noun
    with pytest.raises(Conflict):
        tracker.add_metadata(kind, noun)


def test_a_field_gets_one_option_more(tracker: Tracker) -> None:
    options = (Named(id="", name="One"), Named(id="", name="Two 𠮷"))
    field = CustomField(id="", name=f"{PREFIX}choice", type="choice", options=options)
    added: Any = tracker.add_metadata("custom_fields", field)
    more: Any = tracker.add_metadata(
        "custom_fields", replace(added, options=(*added.options, Named(id="", name="Three")))
    )
    assert [option.name for option in more.options] == ["One", "Two 𠮷", "Three"]
    assert more in tracker.custom_fields()
