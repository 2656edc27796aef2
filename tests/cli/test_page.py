"""The report's page stands alone, and shows a stranger's text as text."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from anybacklog.cli.report_text import report_lines
from anybacklog.migration.page import render
from anybacklog.migration.report import Counts, Difference, Failure, Fidelity, Report, Verification
from anybacklog.steps import Item

NASTY = "<script>alert('x')</script> & \"q\" 🎉𠮷 \x1b[31m \ud83d"


@pytest.fixture
def report() -> Report:
    made = Report(
        source="nulab://example.backlog.com/PROJ", target="sqlite:///copy.db", ledger="/tmp/ledger.db",
        started_at=datetime(2026, 1, 31, 9, 30, tzinfo=UTC), finished_at=datetime(2026, 1, 31, 9, 31, tzinfo=UTC),
    )  # fmt: skip
    made.counts["tickets"] = Counts(planned=12345, created=12344, failed=1)
    made.fidelity = [
        Fidelity(field="title", level="native", count=7, reason="held"),
        Fidelity(field="watchers", level="lost", count=3, reason=NASTY),
    ]
    made.failures = [
        Failure(source_key="PROJ-1", kind="ticket", id="9", stage="create", error=f"{NASTY} apiKey=s3cr3t")
    ]
    return made


def _difference(value: str) -> Verification:
    difference = Difference(
        source_key="PROJ-1", target_key="COPY-1", kind="comment", id="4", field="body", source=value, target=None
    )
    return Verification(tickets=1, comments=2, attachments=3, differences=[difference])


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [name for name, _ in attrs if name in ("src", "href", "srcset", "onclick")]


def test_a_strangers_text_is_text(report: Report) -> None:
    page = render(report, _difference(NASTY))
    tags = _Tags()
    tags.feed(page)
    assert "script" not in tags.tags
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in page
    assert "🎉𠮷" in page
    assert not re.search(r"[\x00-\x08\x0b-\x1f\ud800-\udfff]", page)


def test_it_fetches_nothing(report: Report) -> None:
    page = render(report, None)
    tags = _Tags()
    tags.feed(page)
    assert tags.links == []
    assert "@import" not in page
    assert "url(" not in page
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert "prefers-color-scheme: dark" in page


def test_it_tells_everything_lost_first(report: Report) -> None:
    page = render(report, _difference("their words"))
    for expected in ("12345", "PROJ-1", "COPY-1", "their words", "/tmp/ledger.db", "2026-01-31 09:30:00 UTC"):
        assert expected in page
    assert page.index(">watchers<") < page.index(">title<")


def test_the_state_of_a_ticket_is_called_what_a_person_calls_it(report: Report) -> None:
    report.failures = [Failure(source_key="PROJ-1", kind="state", id="9", stage="state", error="is Open there")]
    page, lines = render(report, None), "\n".join(report_lines(report, "a", "b"))
    assert "<td>status and fields</td><td>after writing</td>" in page
    assert "status and fields  after writing  is Open there" in lines
    assert report.to_json()["failures"][0]["item"] == {"kind": "state", "id": "9"}
    report.changed.add(Item(kind="state", id="9", ticket_id="9", ticket_key="PROJ-1"))
    assert str(report.changed) == "PROJ-1 (status and fields)"


def test_no_secret_is_in_it(report: Report) -> None:
    assert "s3cr3t" not in render(report, None)


def test_what_could_not_be_verified_is_said_with_the_reason(report: Report) -> None:
    page = render(report, Verification(tickets=1, unverified={"description": "answers <never> show it"}))
    assert "Not verified:</span> description: answers &lt;never&gt; show it" in page


def test_a_verification_without_differences_says_so(report: Report) -> None:
    assert "No differences." in render(report, Verification(tickets=1))
