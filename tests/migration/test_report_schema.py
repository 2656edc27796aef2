"""The JSON reports are what the published schemas say, with failures and differences in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from anybacklog import Tracker
from anybacklog.migration import migrate, verify
from anybacklog.migration.mending import repair
from anybacklog.migration.report import Verification

SCHEMAS = Path(__file__).parents[2] / "docs" / "schema" / "reports"


@pytest.fixture
def valid() -> Callable[[str, Any], None]:
    """Check a report against its schema, as it would be written to a file."""

    def check(name: str, report: Any) -> None:
        schema = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))
        Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(
            json.loads(json.dumps(report, ensure_ascii=False))
        )

    return check


def test_reports_are_as_published(
    memory: Callable[[], Tracker],
    filled: Callable[[Tracker], Tracker],
    valid: Callable[[str, Any], None],
    tmp_path: Path,
) -> None:
    source, target, ledger = filled(memory()), memory(), tmp_path / "ledger.db"
    valid("migrate", migrate(source, target, ledger=tmp_path / "dry.db", dry_run=True).to_json())
    migrate(source, target, ledger=ledger, only=["PROJ-2"])
    source.delete_attachment("PROJ-1", source.attachments("PROJ-1")[0])
    report = migrate(source, target, ledger=ledger).to_json()
    assert report["failures"]
    valid("migrate", report)
    target.update_ticket("PROJ-1", {"due_date": None, "assignees": [], "description": "changed"})
    target.delete_comment("PROJ-1", next(target.comments("PROJ-1")))
    target.add_comment("PROJ-1", "extra")
    verification = verify(source, target, ledger=ledger).to_json()
    assert len(verification["differences"]) > 5
    valid("verify", verification)
    valid("verify", verify(source, target, ledger=ledger, offline=True).to_json())
    unverified = Verification(unverified={"description": "answers never show it"})
    valid("verify", unverified.to_json())
    valid("repair", replace(repair(source, target, ledger=ledger, dry_run=True), left=unverified).to_json())
