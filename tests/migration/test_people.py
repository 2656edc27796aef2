"""People for whom nobody stands, and mentions: named in header lines, put right later, and nobody is told unasked."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.migration.spaces import Fake, Serve, by_its_clock

from anybacklog import ConfigurationError, MigrationError, Tracker
from anybacklog.migration import migrate, plan, verify
from anybacklog.migration.mending import Mending, repair
from anybacklog.migration.report import Report
from anybacklog.migration.riding import told_of
from anybacklog.migration.texts import Mentions, Writing
from anybacklog.model import Attachment, Comment, Text, TicketDraft, User
from anybacklog_simulators.nulab import demo_space, empty_space

Make = Callable[[], Tracker]
MAPPED = '[people]\nmentions = "mapped"\n'
NOBODY = '[mapping.users]\n"kim@example.com" = ""\n"lee@example.com" = ""\n'


def keep(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def levels(report: Report, *names: str) -> set[tuple[str, str, int]]:
    return {(row.field, row.level, row.count) for row in report.fidelity if row.field in names}


def peopled(source: Tracker) -> Tracker:
    """Fill a source with a ticket of two people whom no target knows, and a comment of one of them."""
    kim, lee = (
        source.add_metadata("users", User(id="", name=name.title(), email=f"{name}@example.com"))
        for name in ("kim", "lee")
    )
    assert isinstance(kim, User)
    assert isinstance(lee, User)
    draft = TicketDraft(title="t", description="text", reporter=kim, assignees=[kim, lee], watchers=[lee])
    source.add_comment(source.create_ticket(draft), "said", author=lee)
    return source


def described(tracker: Tracker) -> str:
    (ticket,) = tracker.tickets()
    assert ticket.description is not None
    return ticket.description.source


def header(text: str) -> list[str]:
    return text.partition("\n\n")[0].split(" · ")


# ---- people for whom nobody stands


def test_a_target_that_can_make_people_makes_whoever_is_missing(memory: Make, sqlite: Make, tmp_path: Path) -> None:
    source, target = peopled(memory()), sqlite()
    migrate(source, target, ledger=tmp_path / "ledger.db")
    (ticket,) = target.tickets()
    assert ([user.name for user in ticket.assignees], described(target)) == (["Kim", "Lee"], "text")


def test_people_whom_a_space_does_not_know_stand_in_the_header_line(memory: Make, serve: Serve, tmp_path: Path) -> None:
    source, (target, _) = peopled(memory()), serve(empty_space())
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    (ticket,) = target.tickets()
    assert ticket.assignees == ()
    assert header(described(target))[1::2] == ["Kim", "assignees: Kim, Lee"]
    assert header(described(target))[-1] == "watchers: Lee"
    assert levels(report, "reporter", "assignees", "watchers", "comments.author") == {
        ("reporter", "emulated", 1),
        ("assignees", "emulated", 2),
        ("watchers", "emulated", 1),
        ("comments.author", "emulated", 1),
    }
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_people_for_whom_a_plan_has_nobody_stand_in_header_lines(
    request: pytest.FixtureRequest, memory: Make, tmp_path: Path, kind: str
) -> None:
    source, target = peopled(memory()), request.getfixturevalue(kind)()
    file = keep(tmp_path / "plan.toml", NOBODY)
    report = migrate(source, target, ledger=tmp_path / "ledger.db", plan=file)
    assert header(described(target))[0] == "Kim"
    assert header(described(target))[2:] == ["assignees: Kim, Lee", "watchers: Lee"]
    (comment,) = target.comments("PROJ-1")
    assert header(comment.body.source)[0] == "Lee"
    found = levels(report, "reporter", "assignees", "watchers", "comments.author")
    assert {level for _, level, _ in found} == {"emulated"}
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_more_people_than_a_ticket_can_have_stand_in_the_header_line(
    sqlite: Make, serve: Serve, tmp_path: Path
) -> None:
    source, (target, _) = sqlite(), serve(empty_space())
    known = source.add_metadata("users", User(id="", name="花子", email="hanako@example.com"))
    other = source.add_metadata("users", User(id="", name="Lee"))
    assert isinstance(known, User)
    assert isinstance(other, User)
    source.create_ticket(TicketDraft(title="t", assignees=[known, other]))
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    (ticket,) = target.tickets()
    assert ([user.email for user in ticket.assignees], header(described(target))[-1]) == (
        ["hanako@example.com"],
        "assignees: Lee",
    )
    assert levels(report, "assignees") == {("assignees", "native", 1), ("assignees", "emulated", 1)}


@pytest.mark.parametrize("kind", ["space", "memory", "sqlite"])
def test_the_comment_that_brings_a_file_tells_whose_it_is_and_one_that_none_brings_loses_its_author(
    request: pytest.FixtureRequest, memory: Make, serve: Serve, tmp_path: Path, kind: str
) -> None:
    source, target = peopled(memory()), serve(empty_space())[0] if kind == "space" else request.getfixturevalue(kind)()
    kim, lee = source.users()[-2:]
    source.add_attachment("PROJ-1", "own.txt", io.BytesIO(b"own"), author=kim)
    source.add_comment("PROJ-1", "see", author=lee, attachments=[("brought.txt", io.BytesIO(b"brought"))])
    file = keep(tmp_path / "plan.toml", NOBODY)
    report = migrate(source, target, ledger=tmp_path / "ledger.db", plan=file)
    assert levels(report, "attachments.author") == {
        ("attachments.author", "emulated", 1),
        ("attachments.author", "lost", 1),
    }
    (comment,) = [each for each in target.comments(next(target.tickets())) if each.attachments]
    assert "Lee" in header(comment.body.source)
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_a_file_of_somebody_else_than_its_comment_loses_its_author() -> None:
    kim, lee = User(id="1", name="Kim"), User(id="2", name="Lee")
    at = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
    comment = Comment(id="5", author=lee, body=Text("see", "plain"), created_at=at)
    by_kim = Attachment(id="7", name="a.txt", author=kim, created_at=at)
    assert list(told_of(by_kim, comment)) == ["attachments.created_at"]
    later = replace(by_kim, author=replace(lee, name="Lee L"), created_at=at + timedelta(minutes=1))
    assert list(told_of(later, comment)) == ["attachments.author"]
    assert list(told_of(by_kim, None)) == []


# ---- put right when the plan says who stands for them


def mended(source: Tracker, target: Tracker, folder: Path, text: str, fake: Fake | None = None) -> Mending:
    clock = by_its_clock(fake) if fake else None
    return repair(source, target, ledger=folder / "ledger.db", plan=keep(folder / "plan.toml", text), clock=clock)


def test_a_repair_puts_a_space_right_once_the_plan_says_who_stands_for_whom(
    memory: Make, serve: Serve, tmp_path: Path
) -> None:
    source, (target, fake) = peopled(memory()), serve(empty_space())
    migrate(source, target, ledger=tmp_path / "ledger.db")
    text = '[mapping.users]\n"kim@example.com" = "hanako@example.com"\n'
    report = mended(source, target, tmp_path, text, fake)
    assert (report.clean, report.steps) == (True, ["set assignees, description of PROJ-1"])
    (ticket,) = target.tickets()
    assert [user.email for user in ticket.assignees] == ["hanako@example.com"]
    assert header(described(target))[1::2] == ["Kim", "assignees: Lee"]
    again = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert (again.counts["tickets"].already, again.changed.count) == (1, 0)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_repair_puts_a_store_right_and_names_what_cannot_be_edited(
    request: pytest.FixtureRequest, memory: Make, tmp_path: Path, kind: str
) -> None:
    source, target = peopled(memory()), request.getfixturevalue(kind)()
    target.add_metadata("users", User(id="", name="Min", login="min"))
    migrate(source, target, ledger=tmp_path / "ledger.db", plan=keep(tmp_path / "plan.toml", NOBODY))
    report = mended(source, target, tmp_path, NOBODY.replace('""', '"min"'))
    (ticket,) = target.tickets()
    assert ticket.reporter is not None
    assert (ticket.reporter.name, [user.name for user in ticket.assignees]) == ("Min", ["Min"])
    assert described(target) == "text"
    assert [(each.kind, each.field) for each in report.left.differences] == [("comment", "body"), ("comment", "author")]
    (comment,) = target.comments("PROJ-1")
    assert header(comment.body.source)[0] == "Lee"


def test_a_repair_makes_whom_the_plan_has_made(memory: Make, sqlite: Make, tmp_path: Path) -> None:
    source, target = peopled(memory()), sqlite()
    migrate(source, target, ledger=tmp_path / "ledger.db", plan=keep(tmp_path / "plan.toml", NOBODY))
    text = '[mapping.users]\n"kim@example.com" = { create = "Kim K" }\n"lee@example.com" = ""\n'
    report = mended(source, target, tmp_path, text)
    (ticket,) = target.tickets()
    assert ([user.name for user in ticket.assignees], header(described(target))[0]) == (["Kim K"], "assignees: Lee")
    assert (report.steps[0], report.mended, report.clean) == ("create 'Kim K' among the users", 2, True)


def test_a_repair_that_is_not_agreed_to_makes_nobody(memory: Make, sqlite: Make, tmp_path: Path) -> None:
    source, target = peopled(memory()), sqlite()
    migrate(source, target, ledger=tmp_path / "ledger.db", plan=keep(tmp_path / "plan.toml", NOBODY))
    file = keep(tmp_path / "plan.toml", '[mapping.users]\n"kim@example.com" = { create = "Kim K" }\n')
    before = [user.name for user in target.users()]
    with pytest.raises(MigrationError, match="nothing was mended"):
        repair(source, target, ledger=tmp_path / "ledger.db", plan=file, confirm=lambda _: False)
    assert [user.name for user in target.users()] == before


@pytest.mark.parametrize("followed", [migrate, repair])
def test_a_plan_that_cannot_be_followed_is_not_remembered(
    memory: Make, sqlite: Make, tmp_path: Path, followed: Callable[..., object]
) -> None:
    source, target = peopled(memory()), sqlite()
    migrate(source, target, ledger=tmp_path / "ledger.db")
    file = keep(tmp_path / "plan.toml", '[mapping.users]\n"kim@example.com" = "nobody at all"\n')
    with pytest.raises(ConfigurationError, match="the target has no 'nobody at all'"):
        followed(source, target, ledger=tmp_path / "ledger.db", plan=file)
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_an_edited_plan_is_followed_for_new_tickets_and_names_the_others(
    memory: Make, serve: Serve, tmp_path: Path
) -> None:
    source, (target, _) = peopled(memory()), serve(empty_space())
    migrate(source, target, ledger=tmp_path / "ledger.db")
    file = keep(tmp_path / "plan.toml", '[mapping.users]\n"kim@example.com" = "hanako@example.com"\n')
    source.create_ticket(TicketDraft(title="new", assignees=["kim@example.com"]))
    report = migrate(source, target, ledger=tmp_path / "ledger.db", plan=file)
    assert [[user.email for user in ticket.assignees] for ticket in target.tickets()] == [[], ["hanako@example.com"]]
    assert [(item.ticket_key, item.kind) for item in report.changed.first] == [("PROJ-1", "ticket")]


# ---- mentions


@pytest.fixture
def mentioning(serve: Serve) -> Tracker:
    """Give a space in which a description and a comment mention somebody known, somebody unknown, and everybody."""
    source, _ = serve(demo_space())
    text = f"<@U{colleague(source).id}> and <@U999> and <@project>, look"
    source.add_comment(source.create_ticket(TicketDraft(title="mentions", description=text)), text)
    return source


def colleague(tracker: Tracker) -> User:
    """Give somebody of a space who is not the one whose key is used: nobody is told of what they do themselves."""
    return next(user for user in tracker.users() if user.id != tracker.myself().id)


def last(fake: Fake) -> tuple[str, str]:
    issue = fake.dump()["issues"][-1]
    return issue["description"], [entry["content"] for entry in issue["comments"] if entry["content"]][-1]


def test_mentions_are_mapped_only_when_the_plan_says_so(mentioning: Tracker, serve: Serve, tmp_path: Path) -> None:
    target, fake = serve(empty_space())
    migrate(mentioning, target, ledger=tmp_path / "ledger.db")
    assert all(text.count("<\u2060@") == 3 for text in last(fake))
    there, mapped = serve(empty_space())
    file = keep(tmp_path / "plan.toml", MAPPED)
    report = migrate(mentioning, there, ledger=tmp_path / "ledger.db", plan=file)
    there_id = colleague(there).id
    said = f"<@U{there_id}> and <\u2060@U999> and <\u2060@project>, look"
    assert all(text.endswith(said) for text in last(mapped))
    told = [each["user_id"] for each in mapped.dump()["notifications"]]
    assert (
        told.count(int(there_id)) == [each["user_id"] for each in fake.dump()["notifications"]].count(int(there_id)) + 2
    )
    assert {row.level for row in report.fidelity if "has whoever stands for them mentioned" in row.reason} == {
        "emulated"
    }
    assert verify(mentioning, there, ledger=tmp_path / "ledger.db").differences == []


def test_a_repair_maps_the_mentions_of_copied_texts_but_not_of_one_that_somebody_edited(
    mentioning: Tracker, serve: Serve, tmp_path: Path
) -> None:
    target, fake = serve(empty_space())
    migrate(mentioning, target, ledger=tmp_path / "ledger.db")
    report = mended(mentioning, target, tmp_path, MAPPED, fake)
    assert report.clean
    assert all(text.count(f"<@U{colleague(target).id}>") == 1 for text in last(fake))
    ticket = list(target.tickets())[-1]
    target.update_comment(ticket, [each for each in target.comments(ticket) if each.body.source][-1], "edited")
    again = mended(mentioning, target, tmp_path, MAPPED.replace("mapped", "neutral"), fake)
    assert again.steps == [f"set description of {list(mentioning.tickets())[-1].key}"]
    assert [(each.kind, each.field) for each in again.left.differences] == [("comment", "body")]
    assert last(fake)[1] == "edited"


def test_a_plan_says_whom_mapped_mentions_would_notify(mentioning: Tracker, serve: Serve, tmp_path: Path) -> None:
    target, _ = serve(empty_space())
    file = keep(tmp_path / "plan.toml", MAPPED)
    told = {
        each.field: (each.user.email, each.count)
        for each in plan(mentioning, target, edited=file, ledger=tmp_path / "ledger.db").notices
        if each.field != "assignees"
    }
    email = colleague(target).email
    assert told == {"description": (email, 1), "comments": (email, 1)}
    assert not [each for each in plan(mentioning, target).notices if each.field != "assignees"]


def test_between_trackers_without_mentions_a_mapped_plan_changes_nothing(
    memory: Make, sqlite: Make, tmp_path: Path
) -> None:
    source, target = memory(), sqlite()
    source.create_ticket(TicketDraft(title="t", description="<@U1> @hanako"))
    file = keep(tmp_path / "plan.toml", MAPPED)
    migrate(source, target, ledger=tmp_path / "ledger.db", plan=file)
    assert described(target) == "<@U1> @hanako"


PIECES = st.lists(st.sampled_from(["<@U1>", "<@U2>", "<@T1>", "<", "@U1", ">", "x", "𠮷", "\r\n", "\u2060"]))
MENTION = r"<@(?:U(?P<user>\d+)|T\d+)>"


@given(PIECES)
def test_whatever_a_text_holds_only_mapped_people_are_mentioned(pieces: list[str]) -> None:
    text = "".join(pieces)
    mapped = Mentions(pattern=MENTION, form="<@U{id}>", people={"1": "7"})
    writing = Writing(formats={"plain"}, native_format="plain", mentions=MENTION, mapped=mapped)
    written = writing.body(Text(text, "plain"))
    assert writing.notified(written) <= {"7"}
    assert written.source.replace("\u2060", "") == text.replace("<@U1>", "<@U7>").replace("\u2060", "")
    assert (written.source.count("<@U7>") > 0) is writing.maps_mentions(Text(text, "plain"))
