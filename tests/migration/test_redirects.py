"""The redirect map: where every ticket is now, for machines."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.migration.spaces import Serve

from anybacklog import ConfigurationError, Tracker
from anybacklog.migration import migrate
from anybacklog.model import TicketDraft
from anybacklog_simulators.nulab import demo_space, empty_space

Make = Callable[[], Tracker]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_it_names_both_keys_and_addresses_also_when_nothing_is_left_to_do(serve: Serve, tmp_path: Path) -> None:
    (source, _), (target, _) = serve(demo_space()), serve(empty_space())
    target.create_ticket(TicketDraft(title="stranger"))
    path, again = tmp_path / "map.csv", tmp_path / "again.csv"
    migrate(source, target, ledger=tmp_path / "ledger.db", redirect_map=path)
    old, new = list(source.tickets()), [each for each in target.tickets() if each.title != "stranger"]
    assert rows(path) == [
        {"old_key": one.key, "old_url": one.url, "new_key": other.key, "new_url": other.url}
        for one, other in zip(old, new, strict=True)
    ]
    migrate(source, target, ledger=tmp_path / "ledger.db", redirect_map=again)
    assert again.read_bytes() == path.read_bytes()


def test_as_json_lines_what_has_no_address_is_null(memory: Make, tmp_path: Path) -> None:
    source, path = memory(), tmp_path / "map.jsonl"
    for number in range(1, 12):
        source.create_ticket(TicketDraft(title=str(number)))
    migrate(source, memory(), ledger=tmp_path / "ledger.db", redirect_map=path, limit=11)
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [each["old_key"] for each in found] == [f"PROJ-{number}" for number in range(1, 12)]
    assert found[0] == {"old_key": "PROJ-1", "old_url": None, "new_key": "PROJ-1", "new_url": None}


def test_a_dry_run_writes_none(memory: Make, tmp_path: Path) -> None:
    migrate(memory(), memory(), ledger=tmp_path / "ledger.db", redirect_map=tmp_path / "map.csv", dry_run=True)
    assert not (tmp_path / "map.csv").exists()


def test_another_ending_is_refused_before_anything_is_done(memory: Make, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"ends in \.csv or \.jsonl"):
        migrate(memory(), memory(), ledger=tmp_path / "ledger.db", redirect_map=tmp_path / "map.txt")
    assert list(tmp_path.iterdir()) == []


def test_half_a_map_is_never_left(memory: Make, tmp_path: Path) -> None:
    (tmp_path / "map.csv").mkdir()
    with pytest.raises(OSError, match=r"map\.csv"):
        migrate(memory(), memory(), ledger=tmp_path / "ledger.db", redirect_map=tmp_path / "map.csv")
    assert not list(tmp_path.glob(".map*"))
