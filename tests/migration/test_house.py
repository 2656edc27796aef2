"""The house rules of the migration room that an import contract cannot say."""

from __future__ import annotations

import ast
from pathlib import Path

import anybacklog.migration as room

WRITES = {
    "add_metadata", "create_ticket", "update_ticket", "delete_ticket", "add_comment", "update_comment",
    "delete_comment",
    "add_attachment", "delete_attachment", "add_link",
}  # fmt: skip


def writes_in(path: Path) -> set[str]:
    """Name the writing operations that a module calls."""
    calls = (node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
    return {call.attr for call in calls if isinstance(call, ast.Attribute)} & WRITES


def test_one_room_writes_to_the_target() -> None:
    house = Path(room.__file__).parent
    writers = {path.relative_to(house).parts[0]: writes for path in house.rglob("*.py") if (writes := writes_in(path))}
    assert list(writers) == ["apply"]
    written = set().union(*(writes_in(path) for path in (house / "apply").glob("*.py")))
    assert written >= {"add_metadata", "create_ticket", "add_comment", "add_attachment", "add_link", "update_ticket"}
