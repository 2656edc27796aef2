"""Errors are sorted by what the caller can do, and each says in a sentence what happened."""

from __future__ import annotations

import inspect
import re
from datetime import UTC, datetime

import pytest

from anybacklog import errors
from anybacklog.errors import AnyBacklogError, IncompleteListing, NotFound, UnsupportedOperation, ValidationError

CLASSES = {name for name, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, Exception)}
CONTRACT = (
    "AnyBacklogError ConfigurationError AuthenticationError PermissionDenied NotFound ValidationError Conflict "
    "RateLimited UnsupportedOperation ProtocolError TransportError IncompleteListing MigrationError"
)


def test_the_tree_is_that_of_the_contract() -> None:
    assert set(CONTRACT.split()) == CLASSES


def test_the_drawing_shows_every_class_below_the_root() -> None:
    root, *branches = re.findall(r"^(?: [├└]─ )?([A-Z]\w+)(?:$| {2,})", errors.__doc__ or "", re.MULTILINE)
    assert root == "AnyBacklogError"
    assert set(branches) == CLASSES - {root}


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_catching_the_root_catches_all(name: str) -> None:
    assert issubclass(getattr(errors, name), AnyBacklogError)


def test_an_error_carries_where_it_happened() -> None:
    error = errors.Conflict("PROJ-7 changed meanwhile", backend="nulab", operation="update_ticket")
    assert (str(error), error.backend, error.operation) == ("PROJ-7 changed meanwhile", "nulab", "update_ticket")


def test_each_error_keeps_its_facts() -> None:
    moment = datetime(2026, 1, 31, tzinfo=UTC)
    assert errors.RateLimited("too many requests", retry_at=moment).retry_at == moment
    assert errors.TransportError("no answer", maybe_applied=True).maybe_applied
    refused = ValidationError("title is too long", field="title", limit=255, value="x" * 256)
    assert (refused.field, refused.limit, refused.value) == ("title", 255, "x" * 256)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (NotFound("ticket", "PROJ-7"), "ticket PROJ-7 does not exist, or this key may not see it"),
        (UnsupportedOperation("add_link", "it has no links"), "add_link is not supported: it has no links"),
        (IncompleteListing(counted=5, listed=4), "the backend counts 5 tickets but listed 4; list again"),
    ],
)
def test_an_error_says_in_a_sentence_what_happened(error: AnyBacklogError, sentence: str) -> None:
    assert str(error).startswith(sentence)


def test_a_local_thing_that_is_not_there_is_not_blamed_on_a_key() -> None:
    assert str(NotFound("file", "tickets.db", local=True)) == "file tickets.db does not exist"
