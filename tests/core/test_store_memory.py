"""memory://: who sees whose tickets."""

from __future__ import annotations

from uuid import uuid4

import pytest

from anybacklog.backend import Connection
from anybacklog.errors import ConfigurationError
from anybacklog.location import parse
from anybacklog.query import TicketQuery
from anybacklog.store.memory import MemoryBackend, open_memory


@pytest.fixture
def name() -> str:
    return f"world-{uuid4()}"


def test_the_same_name_is_the_same_world(name: str) -> None:
    made = _open(f"memory://{name}/PROJ").create_ticket({"title": "Shared"})
    again = _open(f"memory://{name}/PROJ")
    assert (again.ticket_by_key(made.key), again.identity()) == (made, _open(f"memory://{name}/PROJ").identity())


def test_projects_and_names_are_apart(name: str) -> None:
    made = _open(f"memory://{name}/PROJ").create_ticket({"title": "Here"})
    for url in (f"memory://{name}/OTHER", f"memory://{name}-2/PROJ"):
        other = _open(url)
        assert list(other.tickets(TicketQuery())) == []
        assert other.identity() != _open(f"memory://{name}/PROJ").identity()
    assert [project.key for project in _open(f"memory://{name}").projects()] == ["PROJ", "OTHER"]
    assert made.key == "PROJ-1"


def test_without_a_project_only_the_world_can_be_asked(name: str) -> None:
    backend = _open(f"memory://{name}")
    assert (backend.projects(), backend.myself().id) == ([], "1")
    for ask in (backend.project, backend.statuses, backend.identity, lambda: list(backend.tickets(TicketQuery()))):
        with pytest.raises(ConfigurationError, match="names no project"):
            ask()


def test_a_path_of_several_segments_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="%2F"):
        _open(f"memory://{name}/a/b")
    assert _open(f"memory://{name}/a%2Fb").project().key == "a/b"


def test_a_backend_made_directly_has_a_world_of_its_own() -> None:
    MemoryBackend("PROJ").create_ticket({"title": "Mine"})
    assert list(MemoryBackend("PROJ").tickets(TicketQuery())) == []


def _open(url: str) -> MemoryBackend:
    return open_memory(Connection(location=parse(url)))
