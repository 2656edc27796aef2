"""Parents of parents, where the target has fewer levels: what goes is told before, and no ticket is refused for it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.migration.spaces import Serve, modern

from anybacklog import Tracker
from anybacklog.migration import migrate, verify
from anybacklog.migration.seen import Ties
from anybacklog.model import TicketDraft
from anybacklog_simulators.nulab import empty_space

Make = Callable[[], Tracker]


@pytest.mark.parametrize(("grandchildren", "cuts"), [(False, 2), (True, 1)])
@pytest.mark.parametrize("downwards", [True, False], ids=["parents first", "children first"])
def test_a_chain_of_tickets_is_cut_where_the_space_has_no_level_left(
    sqlite: Make, serve: Serve, tmp_path: Path, grandchildren: bool, cuts: int, downwards: bool
) -> None:
    source = sqlite()
    chain = [source.create_ticket(TicketDraft(title=str(number))) for number in range(6)]
    for parent, child in pairwise(chain if downwards else chain[::-1]):
        source.update_ticket(child, {"parent": parent})
    space = modern(empty_space())
    (project,) = space.projects.values()
    project.settings["grandchildIssueEnabled"] = space.licence.grandchild = grandchildren
    target, _ = serve(space)
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert report.failures == []
    lost = sum(row.count for row in report.fidelity if (row.field, row.level) == ("parent", "lost"))
    native = sum(row.count for row in report.fidelity if (row.field, row.level) == ("parent", "native"))
    assert (lost, native) == (cuts, 5 - cuts)
    assert sum(ticket.parent is not None for ticket in target.tickets()) == native
    found = verify(source, target, ledger=tmp_path / "ledger.db").differences
    assert [each for each in found if each.field != "priority"] == []


@given(st.lists(st.integers(min_value=0, max_value=30), max_size=30), st.integers(min_value=1, max_value=4))
def test_what_is_kept_never_makes_more_levels_than_there_are(parents: list[int], levels: int) -> None:
    """Ticket n has the parent `parents[n]` where that one is older: a forest of any shape."""
    kept = {number: parent for number, parent in enumerate(parents) if parent < number}
    with Ties() as ties:
        for number in range(len(parents)):
            ties.add(str(number), [("parent", str(kept[number]))] if number in kept else [])
        for top in ties.too_deep(levels):
            del kept[int(top)]
    for number in range(len(parents)):
        level = 1
        while number in kept:
            number, level = kept[number], level + 1
        assert level <= levels
