"""The kit itself: nothing in it hides anything else, and it catches a backend that breaks a promise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from anybacklog import backend as boundary
from anybacklog.backend import AttachmentDraft, CommentDraft, TicketFields
from anybacklog.model import Attachment, Comment, Text, Ticket
from anybacklog.query import TicketQuery
from anybacklog.store.memory import MemoryBackend
from anybacklog.testing import (
    CONTRACTS,
    AddsAttachmentsContract,
    AddsCommentsContract,
    CreatesTicketsContract,
    StoreContract,
    TicketContract,
    UpdatesTicketsContract,
)
from anybacklog.testing.drafts import NASTY_TEXTS


def test_no_contract_hides_a_test_of_another() -> None:
    names = Counter(name for contract in (TicketContract, *CONTRACTS.values()) for name in _tests(contract))
    assert [name for name, times in names.items() if times > 1] == []


def test_a_store_is_held_to_every_contract_of_what_needs_no_network() -> None:
    networked = {
        boundary.ShowsTraffic, boundary.KnowsPermissions, boundary.FollowsKeys, boundary.ChangesWithComment,
        boundary.CreatesWithFiles, boundary.TellsLimits,
    }  # fmt: skip
    assert {ability for ability in CONTRACTS if not issubclass(StoreContract, CONTRACTS[ability])} == networked


def test_every_ability_a_store_has_is_under_contract() -> None:
    abilities = {ability for ability in set(boundary.OPERATIONS.values()) if isinstance(MemoryBackend(), ability)}
    assert abilities <= set(CONTRACTS)


def test_a_contract_that_is_not_subclassed_is_named() -> None:
    with pytest.raises(AssertionError, match="CountsTicketsContract"):
        TicketContract().test_every_ability_is_under_contract(MemoryBackend())


class Stripping(MemoryBackend):
    def create_ticket(self, fields: TicketFields) -> Ticket:
        text = fields.get("description")
        return super().create_ticket({**fields, "description": text and Text(text.source.strip(), text.format)})


class Doubling(MemoryBackend):
    def tickets(self, query: TicketQuery) -> Iterator[Ticket]:
        for ticket in super().tickets(query):
            yield from (ticket, ticket)


class Forgetting(MemoryBackend):
    def tickets(self, query: TicketQuery) -> Iterator[Ticket]:
        tickets = super().tickets(query)
        next(tickets, None)
        yield from tickets


class Clearing(MemoryBackend):
    def update_ticket(self, ticket_id: str, fields: TicketFields) -> Ticket:
        return super().update_ticket(ticket_id, {"description": None, **fields})


class Closing(MemoryBackend):
    def add_attachment(self, ticket_id: str, draft: AttachmentDraft) -> Attachment:
        with draft.stream:
            return super().add_attachment(ticket_id, draft)


class Rewinding(MemoryBackend):
    def add_attachment(self, ticket_id: str, draft: AttachmentDraft) -> Attachment:
        draft.stream.seek(0)
        return super().add_attachment(ticket_id, draft)


class NewestFirst(MemoryBackend):
    def comments(self, ticket_id: str) -> Iterator[Comment]:
        yield from reversed(list(super().comments(ticket_id)))


class Anonymous(MemoryBackend):
    def add_comment(self, ticket_id: str, draft: CommentDraft) -> Comment:
        return super().add_comment(ticket_id, replace(draft, created_at=None))


@pytest.mark.parametrize(
    ("broken", "test", "arguments"),
    [
        (Stripping, CreatesTicketsContract.test_a_description_is_kept_to_the_last_code_point, ["space at both ends"]),
        (Doubling, TicketContract.test_a_listing_names_each_ticket_once, []),
        (Forgetting, TicketContract.test_a_filter_loses_no_ticket_that_matches_it, []),
        (Clearing, UpdatesTicketsContract.test_what_is_not_named_stays, []),
        (Closing, AddsAttachmentsContract.test_a_stream_is_read_from_where_it_stands_and_left_open, []),
        (Rewinding, AddsAttachmentsContract.test_a_stream_is_read_from_where_it_stands_and_left_open, []),
        (NewestFirst, AddsCommentsContract.test_comments_come_oldest_first, []),
        (Anonymous, AddsCommentsContract.test_whose_comment_it_is_and_since_when_is_held_where_native, []),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_a_broken_promise_is_caught(
    broken: type[MemoryBackend], test: Callable[..., None], arguments: list[Any]
) -> None:
    with pytest.raises(AssertionError):
        test(StoreContract(), broken(), *arguments)


def test_the_nasty_texts_are_nasty_as_they_say() -> None:
    assert NASTY_TEXTS["composed"] != NASTY_TEXTS["decomposed"]
    assert "\r\n" in NASTY_TEXTS["line breaks of Windows"]
    assert NASTY_TEXTS["space at both ends"] != NASTY_TEXTS["space at both ends"].strip()


def _tests(contract: type) -> set[str]:
    return {name for name in dir(contract) if name.startswith("test_")}
