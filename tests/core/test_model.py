"""The nouns keep the contract's names, and nobody can change them behind your back."""

from __future__ import annotations

import inspect
from dataclasses import FrozenInstanceError, fields, is_dataclass, replace

import pytest
from hypothesis import given

from anybacklog import model
from anybacklog.forms import Noun
from anybacklog.model import LINK_INVERSES, Text, Ticket, TicketDraft
from anybacklog.testing import strategies as some

CONTRACT = {
    "Ticket": "id key url title description type status priority resolution reporter assignees created_at updated_at "
    "start_date due_date estimated_hours actual_hours categories affected_versions milestones parent links "
    "custom_fields attachments watchers raw",
    "Text": "source format",
    "Status": "id name category",
    "TicketType": "id name",
    "Priority": "id name",
    "Resolution": "id name",
    "Category": "id name",
    "Milestone": "id name",
    "Version": "id name",
    "User": "id login name email",
    "Comment": "id author body created_at updated_at changes attachments private",
    "Attachment": "id name size content_type sha256 author created_at",
    "CustomFieldValue": "id name type value",
    "Link": "id kind target",
    "TicketDraft": "title description type status priority resolution assignees parent start_date due_date "
    "estimated_hours actual_hours categories affected_versions milestones custom_fields watchers "
    "key reporter created_at updated_at",
}
NOUNS = [noun for _, noun in inspect.getmembers(model, inspect.isclass) if is_dataclass(noun)]


@pytest.mark.parametrize("name", CONTRACT)
def test_a_noun_has_the_fields_of_the_contract(name: str) -> None:
    noun = getattr(model, name)
    assert [field.name for field in fields(noun) if field.name in CONTRACT[name].split()] == CONTRACT[name].split()


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_is_written_with_keywords(noun: type) -> None:
    kinds = {parameter.kind for parameter in inspect.signature(noun).parameters.values()}
    expected = inspect.Parameter.POSITIONAL_OR_KEYWORD if noun is Text else inspect.Parameter.KEYWORD_ONLY
    assert kinds == {expected}


@given(noun=some.NOUNS)
def test_a_noun_cannot_be_changed_or_given_more(noun: Noun) -> None:
    name = fields(noun)[0].name
    with pytest.raises(FrozenInstanceError):
        setattr(noun, name, "changed")
    assert not hasattr(noun, "__dict__")


@given(noun=some.NOUNS)
def test_a_noun_can_stand_in_a_set_beside_its_equal(noun: Noun) -> None:
    assert len({noun, replace(noun)}) == 1


@given(ticket=some.tickets)
def test_the_vendors_words_make_no_difference(ticket: Ticket) -> None:
    other = replace(ticket, raw={"updated": "later"})
    assert other == ticket
    assert hash(other) == hash(ticket)
    assert "later" not in repr(other)


def test_a_draft_needs_a_title_and_nothing_else() -> None:
    assert TicketDraft(title="Crash on save").assignees == ()


def test_both_ends_of_a_link_are_named() -> None:
    assert {LINK_INVERSES[LINK_INVERSES[kind]] for kind in LINK_INVERSES} == set(LINK_INVERSES)
    assert all(LINK_INVERSES[LINK_INVERSES[kind]] == kind for kind in LINK_INVERSES)
