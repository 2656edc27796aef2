"""What both stores promise beyond the contract: numbers, defaults, hostile text, exact instants."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anybacklog.abilities import METADATA_KINDS
from anybacklog.backend import AttachmentDraft, CommentDraft
from anybacklog.errors import Conflict, NotFound, ValidationError
from anybacklog.model import Category, Change, CustomField, Link, Named, Text, User
from anybacklog.query import FILTERS, ORDERS, TicketQuery
from anybacklog.store.memory import MemoryBackend
from anybacklog.store.sqlite import SqliteBackend

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
Store: TypeAlias = MemoryBackend | SqliteBackend


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryBackend("PROJ", clock=lambda: NOW)
    else:
        with closing(SqliteBackend(tmp_path / "tickets.db", "PROJ", clock=lambda: NOW)) as backend:
            backend.identity()
            yield backend


def test_a_store_can_do_everything_as_given(store: Store) -> None:
    abilities = store.abilities
    assert all(abilities.native.values())
    assert abilities.creatable == frozenset(METADATA_KINDS)
    assert abilities.listing.orders == ORDERS
    assert (abilities.listing.exact_filters, abilities.limits.known()) == (FILTERS, {})
    assert not abilities.comments_move_updated_at


def test_a_ticket_of_a_title_alone_gets_the_defaults(store: Store) -> None:
    made = store.create_ticket({"title": "Just a title"})
    words = (made.type, made.status, made.priority)
    assert [word and word.name for word in words] == ["Task", "Open", "Normal"]
    assert (made.reporter, made.created_at, made.updated_at) == (store.myself(), NOW, NOW)


def test_what_is_given_as_none_stays_empty(store: Store) -> None:
    made = store.create_ticket({"title": "Bare", "type": None, "status": None, "priority": None, "reporter": None})
    assert (made.type, made.status, made.priority, made.reporter) == (None, None, None, None)


def test_keys_count_up_and_are_never_given_twice(store: Store) -> None:
    first, second = store.create_ticket({"title": "1"}), store.create_ticket({"title": "2"})
    store.delete_ticket(second.id)
    native = store.create_ticket({"title": "3", "key": "PROJ-41"})
    store.create_ticket({"title": "4", "key": "OTHER-99"})
    after = store.create_ticket({"title": "5"})
    assert [first.key, second.key, native.key, after.key] == ["PROJ-1", "PROJ-2", "PROJ-41", "PROJ-42"]


@pytest.mark.parametrize("key", ["PROJ-007", "PROJ-", "PROJ-²", "PROJ-1" + "0" * 30, "PROJ--3"])
def test_a_key_that_only_looks_numbered_counts_for_nothing(store: Store, key: str) -> None:
    store.create_ticket({"title": "Odd", "key": key})
    assert store.create_ticket({"title": "Next"}).key == "PROJ-1"


def test_a_key_can_be_changed_unless_it_is_taken(store: Store) -> None:
    one, other = store.create_ticket({"title": "1"}), store.create_ticket({"title": "2"})
    with pytest.raises(Conflict, match="PROJ-2"):
        store.update_ticket(one.id, {"key": other.key})
    assert store.update_ticket(one.id, {"key": "NEW-1"}).key == "NEW-1"
    assert store.update_ticket(one.id, {"key": "NEW-1"}).id == store.ticket_by_key("NEW-1").id
    with pytest.raises(NotFound):
        store.ticket_by_key("PROJ-1")


def test_a_key_that_is_a_number_is_told_from_an_id(store: Store) -> None:
    first = store.create_ticket({"title": "By id"})
    keyed = store.create_ticket({"title": "By key", "key": first.id})
    assert (store.ticket(first.id), store.ticket_by_key(first.id)) == (first, keyed)


def test_instants_are_exact_to_the_microsecond_and_in_utc(store: Store) -> None:
    tokyo = datetime(2026, 1, 1, 8, 59, 59, 999999, tzinfo=timezone(timedelta(hours=9)))
    made = store.create_ticket({"title": "At midnight, almost", "created_at": tokyo})
    assert made.created_at == datetime(2025, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    assert made.created_at.tzinfo == UTC
    found = store.tickets(TicketQuery(created_since=tokyo, created_until=tokyo + timedelta(microseconds=1)))
    assert [ticket.id for ticket in found] == [made.id]


def test_a_naive_instant_is_refused(store: Store) -> None:
    with pytest.raises(ValidationError, match="created_at has no time zone"):
        store.create_ticket({"title": "When?", "created_at": datetime(2026, 1, 1)})  # noqa: DTZ001


def test_a_ticket_without_a_date_comes_first(store: Store) -> None:
    undated = store.create_ticket({"title": "Undated", "created_at": None})
    dated = store.create_ticket({"title": "Dated", "created_at": datetime(1, 1, 1, tzinfo=UTC)})
    assert [ticket.id for ticket in store.tickets(TicketQuery())] == [undated.id, dated.id]
    assert [ticket.id for ticket in store.tickets(TicketQuery(order="-created"))] == [dated.id, undated.id]


def test_nothing_to_change_changes_nothing(store: Store) -> None:
    made = store.create_ticket({"title": "Same", "updated_at": NOW - timedelta(days=1)})
    assert store.update_ticket(made.id, {}) == made


def test_an_unknown_field_is_named(store: Store) -> None:
    with pytest.raises(ValidationError, match="'colour'"):
        store.create_ticket({"title": "Red", "colour": "red"})  # type: ignore[typeddict-unknown-key]  # the point


def test_a_ticket_is_never_above_itself(store: Store) -> None:
    top = store.create_ticket({"title": "Top"})
    middle = store.create_ticket({"title": "Middle", "parent": top.id})
    bottom = store.create_ticket({"title": "Bottom", "parent": middle.id})
    for parent in (top.id, middle.id, bottom.id):
        with pytest.raises(ValidationError, match=top.key):
            store.update_ticket(top.id, {"parent": parent})


def test_comments_and_files_do_not_move_updated_at(store: Store) -> None:
    made = store.create_ticket({"title": "Still", "updated_at": NOW - timedelta(days=1)})
    other = store.create_ticket({"title": "Other"})
    store.add_comment(made.id, CommentDraft(body=Text("x")))
    store.add_attachment(made.id, AttachmentDraft(name="x", stream=io.BytesIO(b"x")))
    store.add_link(made.id, "relates", other.id)
    assert store.ticket(made.id).updated_at == made.updated_at


def test_deleting_a_comment_deletes_its_files(store: Store) -> None:
    ticket = store.create_ticket({"title": "With a file"})
    draft = AttachmentDraft(name="x.txt", stream=io.BytesIO(b"x"), external_id="mark")
    comment = store.add_comment(ticket.id, CommentDraft(body=Text("See"), attachments=(draft,)))
    store.delete_comment(ticket.id, comment.id)
    assert (store.attachments(ticket.id), store.find_external("mark")) == ((), None)


def test_deleting_a_file_takes_it_out_of_its_comment(store: Store) -> None:
    ticket = store.create_ticket({"title": "With a file"})
    draft = AttachmentDraft(name="x.txt", stream=io.BytesIO(b"x"))
    comment = store.add_comment(ticket.id, CommentDraft(body=Text("See"), attachments=(draft,)))
    store.delete_attachment(ticket.id, comment.attachments[0].id)
    assert [each.attachments for each in store.comments(ticket.id)] == [()]


def test_a_vendors_link_reads_the_same_from_both_sides(store: Store) -> None:
    here, there = store.create_ticket({"title": "Here"}), store.create_ticket({"title": "There"})
    link = store.add_link(here.id, "clones 𠮷", there.id)
    assert store.links(there.id) == (Link(id=link.id, kind="clones 𠮷", target=here.id),)
    assert store.add_link(there.id, "clones 𠮷", here.id).id == link.id


def test_a_choice_that_is_no_option_is_kept_as_text(store: Store) -> None:
    field = store.add_metadata(CustomField(id="", name="Browser", type="choice"))
    made = store.create_ticket({"title": "Odd", "custom_fields": {field.id: "Lynx"}})
    assert [value.value for value in made.custom_fields] == ["Lynx"]


@pytest.mark.parametrize("choices", [("A", "A"), ("B", "A", "B"), ("Lynx", "A", "Lynx")])
def test_choices_are_kept_in_order_and_as_often_as_given(store: Store, choices: tuple[str, ...]) -> None:
    options = (Named(id="1", name="A"), Named(id="2", name="B"))
    field = store.add_metadata(CustomField(id="", name="Browsers", type="choices", options=options))
    made = store.create_ticket({"title": "Odd", "custom_fields": {field.id: choices}})
    assert [value.value for value in store.ticket(made.id).custom_fields] == [choices]


@pytest.mark.parametrize("value", [0, -3, 10**15, 0.1, 1e300, -2.5])
def test_a_number_in_a_field_is_kept_exactly(store: Store, value: float) -> None:
    field = store.add_metadata(CustomField(id="", name="Number", type="number"))
    made = store.create_ticket({"title": "Exact", "custom_fields": {field.id: value}})
    assert [(each.value, type(each.value)) for each in made.custom_fields] == [(value, type(value))]


@pytest.mark.parametrize(
    ("type_", "value"),
    [("number", "12"), ("number", True), ("number", float("nan")), ("date", NOW), ("date", "2026-01-01"), ("text", 7)],
)
def test_a_value_that_does_not_fit_its_field_is_refused(store: Store, type_: Any, value: Any) -> None:
    field = store.add_metadata(CustomField(id="", name="Strict", type=type_))
    with pytest.raises(ValidationError, match="Strict"):
        store.create_ticket({"title": "No", "custom_fields": {field.id: value}})


def test_people_are_told_apart_by_login_and_mail_and_may_share_a_name(store: Store) -> None:
    for first, second in (
        (User(id="", login="taro", name="Taro"), User(id="", login="taro", name="Another")),
        (User(id="", name="Hanako", email="h@example.com"), User(id="", name="Other", email="h@example.com")),
    ):
        store.add_metadata(first)
        with pytest.raises(Conflict):
            store.add_metadata(second)
    other = User(id="", login="taro", name="T", email="t@example.com")
    namesakes = [User(id="", name="田中"), User(id="", name="田中"), other]
    assert [store.add_metadata(user).name for user in namesakes] == ["田中", "田中", "T"]


def test_names_differ_by_case(store: Store) -> None:
    names = [store.add_metadata(Category(id="", name=name)).name for name in ("API", "api")]
    assert [category.name for category in store.categories()] == names


def test_a_long_journal_is_read_whole_and_in_order(store: Store) -> None:
    ticket = store.create_ticket({"title": "Much talked about"})
    made = [store.add_comment(ticket.id, CommentDraft(body=Text(str(number)))).id for number in range(1203)]
    assert [comment.id for comment in store.comments(ticket.id)] == made


def test_a_long_listing_gives_every_ticket_its_own_lists(store: Store) -> None:
    categories = [store.add_metadata(Category(id="", name=f"Category {number}")) for number in range(3)]
    for number in range(1203):
        store.create_ticket({"title": str(number), "categories": [categories[number % 3].id], "watchers": ["1"]})
    found = [
        (ticket.title, ticket.categories, len(ticket.watchers)) for ticket in store.tickets(TicketQuery(order="id"))
    ]
    assert found == [(str(number), (categories[number % 3],), 1) for number in range(1203)]


def test_a_text_is_found_whatever_its_case_in_any_script(store: Store) -> None:
    store.create_ticket({"title": "STRASSE", "description": Text("ÄRGER mit 𠮷")})
    for text in ("straße", "ärger", "𠮷"):
        assert store.count_tickets(TicketQuery(text=text)) == 1
    assert store.count_tickets(TicketQuery(text="100%")) == 0


def test_a_nul_character_survives_in_order_and_in_filters(store: Store) -> None:
    titles = ["a\x00b", "a", "a\x00", "a\x01", "\x00"]
    for title in titles:
        store.create_ticket({"title": title, "description": Text(f"before\x00{title}")})
    assert [ticket.title for ticket in store.tickets(TicketQuery(order="title"))] == sorted(titles)
    assert [ticket.title for ticket in store.tickets(TicketQuery(text="a\x00B"))] == ["a\x00b"]
    assert [ticket.description for ticket in store.tickets(TicketQuery(text="before\x00a\x01"))] == [
        Text("before\x00a\x01")
    ]


LONE = "half a \ud83d pair"
HOSTILE: dict[str, tuple[str, Callable[[Store, str], object]]] = {
    "title": ("title", lambda store, ticket: store.create_ticket({"title": LONE})),
    "description": ("description", lambda store, ticket: store.update_ticket(ticket, {"description": Text(LONE)})),
    "key": ("key", lambda store, ticket: store.create_ticket({"title": "x", "key": LONE})),
    "external id": ("external_id", lambda store, ticket: store.update_ticket(ticket, {"external_id": LONE})),
    "comment": ("body", lambda store, ticket: store.add_comment(ticket, CommentDraft(body=Text(LONE)))),
    "mark of a comment": (
        "external_id",
        lambda store, ticket: store.add_comment(ticket, CommentDraft(body=Text("x"), external_id=LONE)),
    ),
    "change": (
        "changes",
        lambda store, ticket: store.add_comment(
            ticket, CommentDraft(body=Text(""), changes=(Change(field="x", new=LONE),))
        ),
    ),
    "file name": (
        "name",
        lambda store, ticket: store.add_attachment(ticket, AttachmentDraft(name=LONE, stream=io.BytesIO())),
    ),
    "category": ("name", lambda store, ticket: store.add_metadata(Category(id="", name=LONE))),
    "login": ("login", lambda store, ticket: store.add_metadata(User(id="", login=LONE, name="x"))),
    "link": ("kind", lambda store, ticket: store.add_link(ticket, LONE, store.create_ticket({"title": "x"}).id)),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_lone_surrogate_is_refused_by_field_and_place(store: Store, what: str) -> None:
    ticket = store.create_ticket({"title": "Unharmed"})
    field, write = HOSTILE[what]
    with pytest.raises(ValidationError, match=r"U\+D83D.*position 7") as caught:
        write(store, ticket.id)
    assert caught.value.field == field
    assert (store.ticket(ticket.id), list(store.comments(ticket.id))) == (ticket, [])


def test_a_lone_surrogate_finds_nothing(store: Store) -> None:
    store.create_ticket({"title": "Here"})
    with pytest.raises(NotFound):
        store.ticket_by_key(LONE)
    assert store.find_external(LONE) is None
    assert store.count_tickets(TicketQuery(text=LONE)) == 0
    assert store.count_tickets(TicketQuery(status=frozenset({LONE}), parent=frozenset({LONE}))) == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_as_it_went_in(store: Store, text: str) -> None:
    made = store.create_ticket({"title": text, "description": Text(text, "markdown"), "external_id": text})
    found = store.ticket(made.id)
    assert (found.title, found.description) == (text, Text(text, "markdown"))
    comment = store.add_comment(made.id, CommentDraft(body=Text(text, "html")))
    assert list(store.comments(made.id)) == [comment]
    assert comment.body == Text(text, "html")
