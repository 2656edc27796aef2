"""Ten thousand documents a service might send on a bad day, read by the adapter's schemas and by marshmallow alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

import pytest

from anybacklog.plugin import WireSchema
from anybacklog_nulab import schemas

USER = {"id": 5, "userId": "hanako", "name": "花子", "roleType": 2, "lang": "ja", "mailAddress": "hanako@example.com"}
NAMED = {"id": 2, "projectId": 1, "name": "バグ", "color": "#990000", "displayOrder": 0}
FILE = {"id": 8, "name": "trace.txt", "size": 1234, "createdUser": USER, "created": "2026-01-05T01:02:03Z"}
ISSUE = {
    "id": 1, "projectId": 1, "issueKey": "PROJ-1", "keyId": 1, "issueType": NAMED, "summary": "保存すると落ちる",
    "description": "Steps:\r\n1. open 𠮷\r\n2. press 🎉", "resolution": None, "priority": NAMED, "status": NAMED,
    "assignee": USER, "category": [NAMED], "versions": [NAMED, NAMED], "milestone": [], "dueDate": "2026-1-5",
    "startDate": "2026-01-05T00:00:00Z", "estimatedHours": 1.5, "actualHours": 3, "parentIssueId": None,
    "createdUser": USER, "created": "2026-01-05T01:02:03Z", "updatedUser": USER, "updated": "2026-01-06T01:02:03Z",
    "customFields": [{"id": 9, "fieldTypeId": 5, "name": "重要度", "value": {"id": 1, "name": "高"}}],
    "attachments": [FILE], "sharedFiles": [], "stars": [],
}  # fmt: skip
CHANGE = {
    "field": "attachment", "newValue": "a.png", "originalValue": None, "attachmentInfo": {"id": 3, "name": "a.png"},
    "attributeInfo": {"id": 4, "typeId": 1}, "notificationInfo": {"type": "issue.create"},
}  # fmt: skip
COMMENT = {
    "id": 7, "content": "もう一度", "changeLog": [CHANGE, CHANGE], "createdUser": USER, "stars": [],
    "created": "2026-01-05T01:02:03Z", "updated": "2026-01-05T01:02:03Z", "notifications": [],
}  # fmt: skip
FIELD = {"id": 4, "typeId": 5, "name": "重要度", "required": False, "items": [NAMED, {"id": 2, "name": "低"}]}
PROJECT = {"id": 1, "projectKey": "PROJ", "name": "P", "textFormattingRule": "markdown", "archived": False}
DOCUMENTS: dict[type[WireSchema], tuple[Any, int]] = {
    schemas.IssueSchema: (ISSUE, 4_000), schemas.CommentSchema: (COMMENT, 3_000),
    schemas.AttachmentSchema: (FILE, 1_000), schemas.FieldSchema: (FIELD, 1_000), schemas.UserSchema: (USER, 500),
    schemas.NamedSchema: (NAMED, 300), schemas.ProjectSchema: (PROJECT, 300),
}  # fmt: skip


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Give each place below a value: what holds it, and its key or index there."""
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from places(value[key])


def one_of(odd: list[Any], random: Random) -> Any:
    value = random.choice(odd)
    return deepcopy(value) if isinstance(value, list | dict) else value


def mutated(document: Any, odd: list[Any], random: Random) -> Any:
    root = [deepcopy(document)]
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        whole = random.random() < 0.01
        holder, key = (root, 0) if whole else random.choice(list(places(root)))
        match random.randrange(8):
            case 0 if holder is not root:
                del holder[key]
            case 1:
                holder[key] = [holder[key]]
            case 2:
                holder[key] = {"id": holder[key], "name": "n"}
            case 3 if isinstance(holder[key], dict):
                holder[key] |= {"unheardOf": [1, {}], "id ": 1}
            case 4 if isinstance(holder[key], list):
                holder[key] = [*holder[key], *holder[key], one_of(odd, random)]
            case 5:
                holder[key] = None
            case _:
                holder[key] = one_of(odd, random)
    return root[0]


@pytest.mark.parametrize("kind", DOCUMENTS, ids=lambda kind: kind.__name__)
def test_a_spoilt_document_is_read_or_refused_as_by_marshmallow(
    kind: type[WireSchema], assert_same: Callable[..., None], odd_values: list[Any]
) -> None:
    document, number = DOCUMENTS[kind]
    random = Random(kind.__name__)
    spoilt = [mutated(document, odd_values, random) for _ in range(number)]
    assert_same(kind, [document, *spoilt])
    assert_same(kind, [spoilt[:2], *([each, document] for each in spoilt[: number // 20])], many=True)


@pytest.mark.parametrize("kind", DOCUMENTS, ids=lambda kind: kind.__name__)
def test_a_document_that_is_as_declared_needs_no_second_look(kind: type[WireSchema]) -> None:
    load = kind().loader
    assert load
    assert load(DOCUMENTS[kind][0])


def test_the_documents_are_ten_thousand() -> None:
    assert sum(number for _, number in DOCUMENTS.values()) >= 10_000
