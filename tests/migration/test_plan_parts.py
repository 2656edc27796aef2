"""What a plan is made of, each by itself: the estimate, the worst tickets, the words, how it is told."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anybacklog.backend import RateState, TrafficState
from anybacklog.migration.course import Bundle
from anybacklog.migration.plans.estimate import seconds, spent
from anybacklog.migration.plans.findings import duration
from anybacklog.migration.plans.worst import Worst, weighed, worst
from anybacklog.migration.words import Words
from anybacklog.model import Attachment, Comment, CustomField, Named, Text, Ticket, User

TOLD = TrafficState(rates=(RateState(bucket="update", limit=150), RateState(bucket="read", limit=600)))
NOBODY_SAID = TrafficState(rates=(RateState(bucket="update"),))


def even(bucket: str, count: int, traffic: TrafficState) -> float | None:
    """Say how long it takes at an even pace."""
    limits = (rate.limit for rate in traffic.rates if rate.bucket == bucket)
    return next((count / limit * 60 for limit in limits if limit), None)


def test_the_slowest_budget_gives_the_time() -> None:
    assert seconds([({}, TOLD), ({"update": 300, "read": 1300}, TOLD)], even, together=False) == 130


def test_two_ends_of_one_user_share_its_budgets() -> None:
    both = [({"read": 600}, TOLD), ({"read": 600}, TOLD)]
    assert (seconds(both, even, together=False), seconds(both, even, together=True)) == (60, 120)


def test_what_no_limit_is_told_of_has_no_time_and_no_request_takes_none() -> None:
    assert seconds([({}, NOBODY_SAID), ({"update": 5}, NOBODY_SAID)], even, together=False) is None
    assert seconds([({}, NOBODY_SAID), ({}, NOBODY_SAID)], even, together=False) == 0


def test_what_a_backend_names_no_cost_of_costs_nothing() -> None:
    assert spent({"create_ticket": {"update": 2}}, "create_ticket", 3) == {"update": 6}
    assert spent({}, "create_ticket") == {}


def bundle(key: str, characters: int, files: Sequence[int] = (), comments: int = 0) -> Bundle:
    attachments = tuple(Attachment(id=str(at), name="f", size=size) for at, size in enumerate(files))
    entries = tuple(Comment(id=str(at), body=Text("")) for at in range(comments))
    ticket = Ticket(id=key, key=key, title="t", description=Text("x" * characters), attachments=attachments)
    return Bundle(ticket, entries)


@given(st.lists(st.integers(0, 50), max_size=40), st.integers(1, 12))
def test_the_worst_are_those_a_full_sort_puts_first(sizes: list[int], count: int) -> None:
    bundles = [bundle(f"P-{at}", size) for at, size in enumerate(sizes)]
    heaviest = Worst(count)
    for each in bundles:
        heaviest.add(each)
    ordered = sorted((weighed(each) for each in bundles), key=lambda weight: -weight.sum)
    assert list(heaviest.found()) == ordered[:count]
    assert worst(bundles, count) == {weight.key for weight in ordered[:count]}


def test_a_long_journal_weighs_as_texts_and_files_do() -> None:
    assert worst([bundle("A", 900), bundle("B", 0, comments=1), bundle("C", 0, files=[950])], 1) == {"B"}


def test_the_surest_kind_of_word_decides() -> None:
    mail = User(id="1", name="x", email="Hanako@example.com", login="hanako")
    named = User(id="2", name="hanako", login="other")
    words = Words([mail, named])
    assert words.named("hanako") == [mail]
    assert words.named("hanako@EXAMPLE.com") == [mail]
    assert words.named("2") == words.named("id:2") == [named]
    assert words.named("nobody") == ()


@given(
    st.lists(
        st.builds(Named, id=st.sampled_from("abc1"), name=st.sampled_from(["a", "b", "id:a", ""])),
        unique_by=lambda noun: noun.id,
    )
)
def test_the_word_for_a_thing_names_it_alone(nouns: list[Named]) -> None:
    words = Words(nouns)
    assert all(words.named(words.word_for(noun)) == [noun] for noun in nouns)


def test_a_custom_field_is_named_by_its_id() -> None:
    field = CustomField(id="7", name="Size", type="number")
    assert Words([field]).word_for(field) == "id:7"


@pytest.mark.parametrize(("time", "said"), [(5, "5 s"), (65, "1 min 5 s"), (7260, "2 h 1 min")])
def test_a_time_is_said_in_its_two_largest_units(time: int, said: str) -> None:
    assert duration(time) == said
