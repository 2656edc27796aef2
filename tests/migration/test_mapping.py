"""Who and what stands for whom: by the surest word both ends share, never by guessing between two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from anybacklog.abilities import METADATA_KINDS, MetadataKind
from anybacklog.migration.mapping import Match, Pick, map_all
from anybacklog.migration.mapping.fields import to_make
from anybacklog.model import CustomField, Named, Status, TicketType, User

NOTHING: frozenset[MetadataKind] = frozenset()
EVERYTHING: frozenset[MetadataKind] = frozenset(METADATA_KINDS)
HANAKO = User(id="1", name="花子", login="hanako", email="Hanako@Example.com")


def match(kind: MetadataKind, source: Any, there: Sequence[Any], creatable: frozenset[MetadataKind] = NOTHING) -> Match:
    found = map_all({kind: [source]}, {kind: there}, creatable).match(kind, source)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("there", "reason"),
    [
        (User(id="9", name="Someone", login="x", email="hanako@example.COM"), "same e-mail address"),
        (User(id="9", name="Someone", login="hanako"), "same login"),
        (User(id="9", name="花子"), "same name, and nobody else has it"),
    ],
)
def test_a_person_is_known_by_address_then_login_then_name(there: User, reason: str) -> None:
    found = match("users", HANAKO, [User(id="8", name="Other"), there])
    assert (found.target, found.reason) == (there, reason)


def test_two_people_of_one_name_are_not_guessed_between() -> None:
    twins = [User(id="8", name="花子"), User(id="9", name="花子")]
    assert match("users", HANAKO, twins).target is None


def test_a_name_alone_does_not_outweigh_another_address() -> None:
    other = User(id="9", name="花子", email="other@example.com")
    assert match("users", HANAKO, [other]).target is None


def test_a_word_is_matched_by_its_exact_name() -> None:
    bug = TicketType(id="7", name="Bug")
    assert match("ticket_types", TicketType(id="1", name="Bug"), [TicketType(id="6", name="bug"), bug]).target == bug


def test_what_is_missing_is_created_where_the_target_can() -> None:
    source = TicketType(id="1", name="課題")
    assert match("ticket_types", source, [], EVERYTHING).create
    assert match("ticket_types", source, []).reason == "the target has no '課題' among its ticket types"


def test_a_status_that_cannot_be_created_falls_to_one_of_its_category() -> None:
    there = [Status(id="8", name="New", category="open"), Status(id="9", name="Done", category="done")]
    found = match("statuses", Status(id="1", name="完了", category="done"), there)
    assert (found.target, found.create) == (there[1], False)
    assert "Done is done too" in found.reason


def test_a_status_that_cannot_be_created_falls_to_the_one_at_its_place_where_both_ends_have_as_many() -> None:
    ours = [Status(id=name, name=name, category="done") for name in ("Resolved", "Closed")]
    theirs = [Status(id=name, name=name, category="done") for name in ("処理済み", "完了")]
    found = map_all({"statuses": ours}, {"statuses": theirs}, NOTHING)
    assert [found.of("statuses", each) for each in ours] == theirs
    assert match("statuses", ours[1], theirs).target == theirs[0]  # where there are more, nobody knows which is meant


def test_a_word_of_a_fixed_id_is_the_same_whatever_it_is_called() -> None:
    there = [Named(id="3", name="High"), Named(id="2", name="高")]
    found = map_all({"priorities": [Named(id="3", name="高")]}, {"priorities": there}, NOTHING,
                    fixed_ids={"priorities": frozenset("23")})  # fmt: skip
    matched = found.match("priorities", Named(id="3", name="高"))
    assert matched is not None
    assert (matched.target, matched.confidence) == (there[0], "certain")


def test_a_field_of_the_same_name_and_another_type_is_no_match() -> None:
    there = CustomField(id="9", name="Size", type="text")
    found = match("custom_fields", CustomField(id="1", name="Size", type="number"), [there], EVERYTHING)
    assert (found.target, found.create) == (None, False)
    assert "is a text field there, not number" in found.reason


def test_a_field_is_given_the_options_it_lacks() -> None:
    high, low = Named(id="1", name="高"), Named(id="2", name="低")
    there = CustomField(id="9", name="重要度", type="choice", options=(Named(id="7", name="高"),))
    source = CustomField(id="1", name="重要度", type="choice", options=(high, low))
    found = match("custom_fields", source, [there], EVERYTHING)
    assert found.create
    made = to_make(found)
    assert (made.id, [option.name for option in made.options]) == ("9", ["高", "低"])


def test_a_plan_and_a_plugin_come_before_every_rule() -> None:
    one, other = User(id="8", name="花子", login="hanako"), User(id="9", name="X", login="x")
    picks: dict[MetadataKind, dict[str, Pick]] = {"users": {HANAKO.id: Pick(said="x", target=other)}}
    chosen = map_all({"users": [HANAKO]}, {"users": [one, other]}, NOTHING, picks=picks)
    plugged = map_all({"users": [HANAKO]}, {"users": [one, other]}, NOTHING, map_user=lambda _user, there: there[1])
    assert chosen.of("users", HANAKO) == plugged.of("users", HANAKO) == other
