"""Texts on their way into a space: too long for it, or full of what would notify people there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.migration.spaces import Fake, Serve, by_its_clock, held, writes

from anybacklog import Tracker
from anybacklog.migration import migrate, verify
from anybacklog.model import TicketDraft
from anybacklog_simulators.nulab import Fault, Harm, empty_space

Make = Callable[[], Tracker]
LONG = "".join(f"{number}行目 𠮷🎉\r\n" for number in range(12_000))
MENTIONS = "<@U1002> <@T1> <@project>, but <@X1> and a@example.com notify nobody"


@pytest.fixture
def long(sqlite: Make) -> Tracker:
    """Give a source with a description and a comment that are too long for any space."""
    source = sqlite()
    ticket = source.create_ticket(TicketDraft(title="long", description=LONG))
    source.add_comment(ticket, LONG)
    source.add_comment(ticket, "the last word")
    return source


def joined(fake: Fake) -> tuple[str, list[str]]:
    """Give the description, and the texts of the comments below their header lines."""
    (issue,) = fake.dump()["issues"]
    bodies = [entry["content"].partition("\n\n")[2] for entry in issue["comments"]]
    return issue["description"].partition("\n\n")[2], [body for body in bodies if body]


def notified(fake: Fake) -> list[int]:
    return [told["user_id"] for told in fake.dump()["notifications"]]


def test_a_text_that_has_no_room_goes_on_in_comments_and_nothing_is_cut(
    long: Tracker, serve: Serve, tmp_path: Path
) -> None:
    target, fake = serve(empty_space())
    report = migrate(long, target, ledger=tmp_path / "ledger.db")
    assert report.failures == []
    description, comments = joined(fake)
    assert comments[-1] == "the last word"
    assert description + "".join(comments[:-1]) == LONG + LONG
    assert verify(long, target, ledger=tmp_path / "ledger.db").differences == []
    levels = {(row.field, row.level): row.count for row in report.fidelity if "goes on" in row.reason}
    assert levels == {("description", "emulated"): 1, ("comments", "emulated"): 1}
    assert (report.counts["comments"].planned, report.counts["comments"].created) == (2, 2)
    before = writes(fake)
    migrate(long, target, ledger=tmp_path / "ledger.db")
    assert writes(fake) == before


def test_a_continuation_whose_answer_is_lost_is_there_once(long: Tracker, serve: Serve, tmp_path: Path) -> None:
    target, fake = serve(empty_space())
    fake.faults.add(*(Fault(harm=Harm.DROP_AFTER, method="POST", path=r"/comments$", nth=nth) for nth in (1, 4, 9)))
    assert migrate(long, target, ledger=tmp_path / "ledger.db", clock=by_its_clock(fake)).failures == []
    description, comments = joined(fake)
    assert description + "".join(comments[:-1]) == LONG + LONG
    assert len(fake.faults.struck) == 2 + (len(comments) > 8)


def test_a_lost_ledger_knows_continuations_again(long: Tracker, serve: Serve, tmp_path: Path) -> None:
    target, fake = serve(empty_space())
    migrate(long, target, ledger=tmp_path / "lost.db")
    before = held(fake)
    report = migrate(long, target, ledger=tmp_path / "new.db", rebuild_ledger=True, clock=by_its_clock(fake))
    assert report.failures == []
    assert held(fake) == before


def test_no_copied_text_notifies_anybody(sqlite: Make, serve: Serve, tmp_path: Path) -> None:
    source = sqlite()
    source.add_comment(source.create_ticket(TicketDraft(title="t", description=MENTIONS)), MENTIONS)
    target, fake = serve(empty_space())
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert notified(fake) == []
    (issue,) = fake.dump()["issues"]
    for text in (issue["description"], issue["comments"][-1]["content"]):
        assert text.partition("\n\n")[2].replace("\u2060", "") == MENTIONS
    emulated = {row.field for row in report.fidelity if "notify" in row.reason}
    assert emulated == {"description", "comments"}
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_a_space_told_directly_notifies_whom_the_text_names(serve: Serve) -> None:
    target, fake = serve(empty_space())
    target.add_comment(target.create_ticket(TicketDraft(title="t")), "<@U1002> look")
    assert notified(fake) == [1002]
