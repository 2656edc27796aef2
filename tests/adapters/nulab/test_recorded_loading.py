"""What was recorded is read by the generated loaders at the first go: none of it needs marshmallow's second look."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from anybacklog.plugin import WireSchema
from anybacklog_nulab.schemas import COMMENT, ISSUE, NAMED, PROJECT, USER

READ: dict[str, WireSchema] = {
    r"/issues(/(?!count)[^/]+)?": ISSUE, r"/issues/[^/]+/comments(/\d+)?": COMMENT, r"/users(/myself)?": USER,
    r"/projects(/[^/]+)?": PROJECT, r"/projects/[^/]+/users": USER,
    r"/(statuses|priorities|resolutions)|/projects/[^/]+/(issueTypes|categories|versions)": NAMED,
}  # fmt: skip


def rows(exchanges: list[Any], pattern: str) -> Iterator[Any]:
    for request, response in exchanges:
        if response["status"]["code"] < 300 and re.fullmatch(f"/api/v2{pattern}", request.path):
            answer = json.loads(response["body"]["string"])
            yield from answer if isinstance(answer, list) else [answer]


def test_what_was_recorded_is_read_at_the_first_go(recorded_exchanges: list[Any]) -> None:
    for pattern, schema in READ.items():
        assert schema.loader
        found = [schema.loader(row) for row in rows(recorded_exchanges, pattern)]  # it raises at any surprise
        assert found, pattern
