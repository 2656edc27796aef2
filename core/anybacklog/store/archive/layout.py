"""What stands where in an archive at rest: the files in their order, and which keys a line of each has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Table

from anybacklog.forms.schemas import form_of
from anybacklog.model import Attachment, Comment, Link, Named, Project, Ticket, User
from anybacklog.store.sqlite.tables import (
    ATTACHMENTS,
    COMMENTS,
    LINKS,
    NOUNS,
    OPTIONS,
    PROJECTS,
    TICKETS,
    USERS,
)

KIND = "archive"
VERSION = 1
"""Raised when an older reader would misread what we write."""


@dataclass(frozen=True)
class Lines:
    """One file: a noun per line in the JSON of the contract, less `without`, plus `more`, ordered by id."""

    noun: type[Named | User | Ticket | Comment | Attachment | Link]
    table: Table
    without: tuple[str, ...] = ()
    more: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The file's name."""
        return f"{self.table.name}.jsonl"

    @cached_property
    def keys(self) -> frozenset[str]:
        """What every line has, no more and no less."""
        return frozenset(form_of(self.noun).fields).difference(self.without, ("raw",)).union(self.more)


PROJECT_LINES = Lines(Project, PROJECTS, without=("url",), more=("last_number",))
USER_LINES = Lines(User, USERS)
WORD_LINES = tuple(Lines(noun, table, more=("project",)) for noun, table in NOUNS.items())
TICKET_LINES = Lines(Ticket, TICKETS, without=("url", "links", "attachments"), more=("project", "external_id"))
COMMENT_LINES = Lines(Comment, COMMENTS, without=("attachments",), more=("ticket", "external_id"))
ATTACHMENT_LINES = Lines(Attachment, ATTACHMENTS, more=("ticket", "comment", "external_id"))
LINK_LINES = Lines(Link, LINKS, more=("ticket",))
FILES = (PROJECT_LINES, USER_LINES, *WORD_LINES, TICKET_LINES, COMMENT_LINES, ATTACHMENT_LINES, LINK_LINES)
"""In the order in which they are written and read: what is referred to comes first, parents and links aside."""
COUNTED: Mapping[str, Table] = {table.name: table for table in (*(lines.table for lines in FILES), OPTIONS)}
"""The tables whose ids are never given twice, which is why a manifest remembers the last one of each."""
