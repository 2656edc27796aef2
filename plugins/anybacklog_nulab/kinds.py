"""What Nulab numbers, and adds to: kinds of events, reasons of notifications. A number nobody documented stays."""

from __future__ import annotations

from enum import IntEnum
from typing import Self


class OpenNumber(IntEnum):
    """Numbers with names; one without a name is a member all the same: `EventType(99)` is `EventType.NUMBER_99`."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if type(value) is not int:
            return None
        made = int.__new__(cls, value)
        made._name_, made._value_ = f"NUMBER_{value}", value
        return made

    @property
    def is_known(self) -> bool:
        """Tell whether the number has a name here."""
        return self.value in type(self)._value2member_map_


class EventType(OpenNumber):
    """What happened (get-recent-updates, and nulab/backlog-js for those beyond 26). 27 to 33 are not documented."""

    ISSUE_CREATED = 1
    ISSUE_UPDATED = 2
    ISSUE_COMMENTED = 3
    ISSUE_DELETED = 4
    WIKI_CREATED = 5
    WIKI_UPDATED = 6
    WIKI_DELETED = 7
    FILE_ADDED = 8
    FILE_UPDATED = 9
    FILE_DELETED = 10
    SVN_COMMITTED = 11
    GIT_PUSHED = 12
    GIT_REPOSITORY_CREATED = 13
    ISSUES_UPDATED_TOGETHER = 14
    PROJECT_USER_ADDED = 15
    PROJECT_USER_REMOVED = 16
    COMMENT_NOTIFICATION_ADDED = 17
    PULL_REQUEST_ADDED = 18
    PULL_REQUEST_UPDATED = 19
    PULL_REQUEST_COMMENTED = 20
    PULL_REQUEST_MERGED = 21
    """One page of the vendor's says "deleted"; the other, and its client, say merged."""
    MILESTONE_CREATED = 22
    MILESTONE_UPDATED = 23
    MILESTONE_DELETED = 24
    PROJECT_TEAM_ADDED = 25
    PROJECT_TEAM_REMOVED = 26
    STATUS_DELETED = 34
    ISSUE_DATES_UPDATED_TOGETHER = 35
    DOCUMENT_CREATED = 36
    DOCUMENT_DELETED = 37
    DOCUMENT_TITLE_UPDATED = 38
    DOCUMENT_UPDATED = 39
    DOCUMENT_COMMENT_CREATED = 40
    DOCUMENT_COMMENT_UPDATED = 41
    DOCUMENT_COMMENT_DELETED = 42
    DOCUMENT_REPLY_CREATED = 43
    DOCUMENT_REPLY_UPDATED = 44
    DOCUMENT_REPLY_DELETED = 45
    DOCUMENT_FILE_ADDED = 46
    ISSUES_CREATED_TOGETHER = 47
    DOCUMENTS_CREATED_TOGETHER = 48
    DOCUMENT_MENTIONED = 49


ABOUT_AN_ISSUE = frozenset({1, 2, 3, 4, 17})
"""Events whose content is an issue: `id` is its id, `key_id` its number in the project."""


class Reason(OpenNumber):
    """Why somebody was told (get-notification)."""

    ASSIGNED = 1
    COMMENTED = 2
    ISSUE_CREATED = 3
    ISSUE_UPDATED = 4
    FILE_ADDED = 5
    PROJECT_USER_ADDED = 6
    OTHER = 9
    PULL_REQUEST_ASSIGNED = 10
    PULL_REQUEST_COMMENTED = 11
    PULL_REQUEST_ADDED = 12
    PULL_REQUEST_UPDATED = 13
    DOCUMENT_COMMENTED = 14
    DOCUMENT_COMMENT_REPLIED = 15
    DOCUMENT_MENTIONED = 17
