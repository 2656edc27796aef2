"""Walking a list that others change meanwhile: what is there throughout comes exactly once, and it always ends."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakSet

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from anybacklog.plugin import IncompleteListing
from anybacklog_nulab.listing import PAGE, PATIENCE, Walk
from anybacklog_nulab.opened import remember

ORDERS = [("created", False), ("created", True), ("updated", False), ("updated", True)]
Json = dict[str, Any]


@dataclass
class Project:
    """Issues by id, and a clock; `meanwhile` happens before every page but the first."""

    sort: str
    descending: bool
    issues: dict[int, Json] = field(default_factory=dict)
    meanwhile: Callable[[Project], None] = lambda project: None
    reads: int = 0
    clock: int = 0
    ignores_offset: bool = False

    def add(self, number: int) -> None:
        for _ in range(number):
            self.clock += 1
            stamp = f"{self.clock:09}"
            self.issues[self.clock] = {"id": self.clock, "created": stamp, "updated": stamp}

    def update(self, *places: int) -> None:
        for place in places if self.issues else ():
            self.clock += 1
            list(self.issues.values())[place % len(self.issues)]["updated"] = f"{self.clock:09}"

    def delete(self, *places: int) -> None:
        for place in places:
            if self.issues:
                del self.issues[list(self.issues)[place % len(self.issues)]]

    def read(self, offset: int) -> list[Json]:
        if self.reads:
            self.meanwhile(self)
        self.reads += 1
        rows = sorted(self.issues.values(), key=lambda issue: str(issue[self.sort]), reverse=self.descending)
        page = rows[:PAGE] if self.ignores_offset else rows[offset : offset + PAGE]
        return [dict(issue) for issue in page]

    def listed(self) -> list[int]:
        walk = Walk(
            read=self.read, count=lambda: len(self.issues), sort=self.sort, descending=self.descending
        )  # fmt: skip
        return [issue["id"] for issue in walk.issues()]


places = st.lists(st.integers(0, 2000), max_size=60)
happenings = st.one_of(
    st.tuples(st.just("add"), st.tuples(st.integers(0, 250))),
    st.tuples(st.just("update"), places),
    st.tuples(st.just("delete"), places),
    st.tuples(st.just("update"), st.integers(0, 300).map(range)),
    st.tuples(st.just("delete"), st.integers(0, 300).map(range)),
)


@pytest.mark.parametrize(("sort", "descending"), ORDERS)
@given(number=st.integers(0, 700), script=st.lists(happenings, max_size=8))
@example(number=150, script=[("update", range(100))])
@example(number=150, script=[("update", range(50, 150))])
@example(number=900, script=[("add", [0]), ("add", [0]), ("delete", [0] * 650)])
def test_what_is_there_throughout_comes_exactly_once_whatever_happens_meanwhile(
    sort: str, descending: bool, number: int, script: list[tuple[str, Any]]
) -> None:
    project = Project(sort, descending)
    project.add(number)
    waiting = iter(script)

    def meanwhile(project: Project) -> None:
        what, how = next(waiting, ("update", ()))
        getattr(project, what)(*how)

    project.meanwhile = meanwhile
    before = set(project.issues)
    listed = project.listed()
    assert len(listed) == len(set(listed))
    assert before & set(project.issues) <= set(listed)


@pytest.mark.parametrize(("sort", "descending"), ORDERS)
def test_undisturbed_all_come_in_order(sort: str, descending: bool) -> None:
    project = Project(sort, descending)
    project.add(1000)
    project.update(*range(0, 1000, 7))
    expected = sorted(project.issues, key=lambda each: str(project.issues[each][sort]), reverse=descending)
    assert project.listed() == expected
    assert project.reads == 11 + ((sort, descending) == ("updated", True))


@pytest.mark.parametrize(("sort", "descending"), ORDERS)
def test_what_fits_on_a_page_is_one_request(sort: str, descending: bool) -> None:
    project = Project(sort, descending)
    project.add(PAGE - 1)
    assert len(project.listed()) == PAGE - 1
    assert project.reads == 1


@pytest.mark.parametrize(("sort", "descending"), ORDERS)
def test_one_issue_deleted_from_the_front_per_page_costs_hardly_more(sort: str, descending: bool) -> None:
    project = Project(sort, descending, meanwhile=lambda project: project.delete(-1 if descending else 0))
    project.add(1000)
    assert set(project.issues) <= set(project.listed())
    assert project.reads < 20


@pytest.mark.parametrize(("sort", "descending"), ORDERS)
def test_a_service_that_gives_the_same_page_for_ever_is_told(sort: str, descending: bool) -> None:
    project = Project(sort, descending, ignores_offset=True)
    project.add(250)
    with pytest.raises(IncompleteListing) as caught:
        project.listed()
    assert (caught.value.counted, caught.value.listed) == (250, PAGE)
    assert project.reads <= PATIENCE + 5


def test_a_service_that_gives_all_there_is_for_ever_has_given_all() -> None:
    project = Project("created", descending=False, ignores_offset=True)
    project.add(PAGE)
    assert len(project.listed()) == PAGE


@pytest.mark.parametrize(("sort", "descending"), ORDERS)
def test_a_project_that_never_stands_still_is_left_in_the_end(sort: str, descending: bool) -> None:
    project = Project(sort, descending, meanwhile=lambda project: project.update(*range(300)))
    project.add(300)
    with suppress(IncompleteListing):
        assert len(project.listed()) == 300
    assert project.reads < 60


def test_only_the_last_places_are_remembered_where_nothing_moves() -> None:
    project = Project("created", descending=False)
    project.add(2000)
    walk = Walk(read=project.read, count=lambda: 2000, sort="created", descending=False)
    assert sum(1 for _ in walk.issues()) == 2000
    assert len(walk._recent) + len(walk._ids) <= 3 * PAGE


class Weighed(dict[str, Any]):
    """An issue whose end can be seen."""

    __hash__ = object.__hash__  # type: ignore[assignment]  # a dict has none, and a set of weak references needs one
    __eq__ = object.__eq__


@pytest.mark.parametrize(("sort", "descending"), ORDERS)
def test_an_issue_is_gone_once_the_caller_has_done_with_it(sort: str, descending: bool) -> None:
    project = Project(sort, descending)
    project.add(2 * PAGE)
    alive: WeakSet[Weighed] = WeakSet()

    def read(offset: int) -> list[Json]:
        page = [Weighed(issue) for issue in project.read(offset)]
        alive.update(page)
        return list[Json](page)

    walk = Walk(read=read, count=lambda: 2 * PAGE, sort=sort, descending=descending).issues()
    for left in reversed(range(PAGE)):
        next(walk)
        assert len(alive) == left


@given(st.lists(st.integers(0, 30)), st.integers(1, 10))
def test_what_came_last_is_remembered_and_no_more_than_may_be(ids: list[int], most: int) -> None:
    memory: dict[str, int] = {}
    for place, each in enumerate(ids):
        remember(memory, str(each), place, most)
        assert memory[str(each)] == place
        assert len(memory) <= most
