"""What a run has met so far, on disk: ids, links that show at both ends, ties that lead outside."""

from __future__ import annotations

from anybacklog.migration.seen import Seen, Ties


def test_an_id_is_new_once() -> None:
    with Seen() as seen:
        assert [seen.add(each) for each in ("𠮷", "7", "𠮷")] == [True, True, False]
        assert ("7" in seen, "8" in seen) == (True, False)


def test_a_link_is_new_at_the_end_that_is_met_first() -> None:
    with Ties() as ties:
        assert [ties.new_link(each) for each in ("1", "2", "2", "3")] == [True, True, False, True]


def test_a_tie_leads_outside_when_its_other_end_is_never_met_before_or_after() -> None:
    with Ties() as ties:
        ties.add("1", [("parent", "3"), ("links", "9")])
        ties.add("2", [("parent", "1"), ("links", "9"), ("parent", "8")])
        ties.add("3", [])
        assert dict(ties.outside()) == {"links": 2, "parent": 1}
