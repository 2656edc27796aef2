"""Fail when a test was skipped or expected to fail without its id and reason standing in tests/skips.toml."""

from __future__ import annotations

import sys
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path


def main(junit: str) -> int:
    """Compare a run's skips with those that were agreed upon."""
    agreed = tomllib.loads(Path("tests/skips.toml").read_text(encoding="utf-8")).get("skips", {})
    found = {
        f"{case.get('classname')}::{case.get('name')}": skip.get("message") or ""
        for case in ET.parse(junit).iter("testcase")  # noqa: S314  # our own file
        for skip in case.findall("skipped")
    }
    strangers = {name: why for name, why in found.items() if agreed.get(name) != why}
    for name, why in strangers.items():
        print(f"skipped without being agreed upon: {name}: {why}", file=sys.stderr)  # noqa: T201
    return 1 if strangers else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
