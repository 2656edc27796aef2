"""What an archive at rest holds comes back byte for byte, whatever hypothesis can think of."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.core.archives import archive, attach, contents

from anybacklog.backend import CommentDraft
from anybacklog.model import FIELD_TYPES, TEXT_FORMATS, Category, Change, CustomField, Named, Text, User
from anybacklog.query import TicketQuery
from anybacklog.store.archive import ArchiveBackend
from anybacklog.testing import strategies
from anybacklog.testing.strategies import maybe, some, strings

DESCRIPTIONS = st.builds(Text, source=strings, format=st.sampled_from(TEXT_FORMATS))
TICKETS = st.fixed_dictionaries(
    {"title": strings},
    optional={
        "description": maybe(DESCRIPTIONS),
        "status": maybe(st.sampled_from(["1", "4"])),
        "assignees": some(st.sampled_from(["1", "2"])),
        "categories": some(st.sampled_from(["1"])),
        "created_at": maybe(strategies.instants),
        "updated_at": maybe(strategies.instants),
        "start_date": maybe(strategies.days),
        "estimated_hours": maybe(strategies.hours),
        "external_id": maybe(strings),
        "custom_fields": st.fixed_dictionaries(
            {},
            optional={str(number): strategies.values_of(kind) for number, kind in enumerate(sorted(FIELD_TYPES), 1)},
        ),
    },
)
COMMENTS = st.builds(
    CommentDraft,
    body=DESCRIPTIONS,
    author=maybe(st.sampled_from(["1", "2"])),
    created_at=maybe(strategies.instants),
    updated_at=maybe(strategies.instants),
    changes=some(st.builds(Change, field=strings, old=maybe(strings), new=maybe(strings), id=maybe(strings))),
    private=st.booleans(),
    external_id=maybe(strings),
)
FILES = st.tuples(strings, st.binary(max_size=50))


def fill(path: Path, name: str, held: list[Any]) -> None:
    with closing(archive(path, name or "PROJ")) as backend:
        backend.add_metadata(User(id="", login="taro", name=name))
        backend.add_metadata(Category(id="", name=name))
        for kind in sorted(FIELD_TYPES):
            options = (Named(id="1", name=name),) if kind.startswith("choice") else ()
            backend.add_metadata(CustomField(id="", name=kind + name, type=kind, options=options))
        for fields, comments, files in held:
            ticket = backend.create_ticket(fields)
            for comment in comments:
                backend.add_comment(ticket.id, comment)
            for file_name, content in files:
                attach(backend, ticket.id, content, file_name)


def everything(backend: ArchiveBackend) -> list[Any]:
    tickets = list(backend.tickets(TicketQuery()))
    told: list[Any] = [backend.project(), backend.users(), backend.custom_fields(), tickets, list(backend.externals())]
    return [*told, *([*backend.comments(ticket.id)] for ticket in tickets)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=strings, held=st.lists(st.tuples(TICKETS, st.lists(COMMENTS, max_size=2), some(FILES)), max_size=3))
def test_what_is_imported_and_exported_is_what_it_was(name: str, held: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, other = Path(folder) / "one", Path(folder) / "other"
        fill(path, name, held)
        before = contents(path)
        with closing(archive(path)) as backend:
            told = everything(backend)
            with backend._file.writing():
                pass
            assert everything(backend) == told
        assert contents(path) == before
        shutil.copytree(path, other)
        with closing(archive(other)) as copy:
            assert everything(copy) == told
