"""A service that answers a write with nonsense: one sentence, and the write is never sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.e2e.test_bad_answers import BODIES
from tests.e2e.told import one_sentence

if TYPE_CHECKING:
    from tests.adapters.nulab.served.conftest import Space
    from tests.cli.conftest import Call

WRITES: dict[str, tuple[str, tuple[str, ...]]] = {
    "create": ("POST issues", ("create", "{url}", "--title", "t", "--type", "Bug")),
    "edit": ("PATCH issues/1001", ("edit", "{url}", "A-1", "--title", "t")),
    "comment": ("POST issues/1001/comments", ("comment", "{url}", "A-1", "t")),
    "attach": ("POST space/attachment", ("attach", "{url}", "A-1", __file__)),
    "rm": ("DELETE issues/1001", ("rm", "{url}", "A-1", "--yes")),
}


@pytest.fixture(autouse=True)
def _key(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANYBACKLOG_NULAB_API_KEY", space.key)
    space.refusals["priorities"] = (200, [{"id": 3, "name": "Normal"}])


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("command", WRITES)
def test_a_write_that_is_answered_with_nonsense_is_told_in_a_sentence_and_sent_once(
    command: str, status: int, space: Space, address: str, call: Call
) -> None:
    request, words = WRITES[command]
    for name, body in BODIES.items():
        space.written.clear()
        space.acts = {}
        kept = dict(space.refusals)
        space.refusals[request.partition(" ")[2]] = (status, body)
        answer = call(*(word.format(url=f"{address}/A") for word in words))
        space.refusals = kept
        assert answer.code in (0, 1, 3), (name, answer.err)
        assert space.written == [request], (name, answer)
        if answer.code:
            assert answer.out == "", name
            assert "Unexpected" not in one_sentence(answer.err), name
            assert len(answer.err) < 2000, name
        else:
            assert command == "rm", (name, answer)
