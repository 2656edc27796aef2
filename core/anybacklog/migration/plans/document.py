"""A plan as the text of a new plan.toml, written to be edited."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from anybacklog.migration.choices import Key
from anybacklog.migration.plans.findings import findings
from anybacklog.migration.plans.mapping_lines import Line, one_line
from anybacklog.migration.settings import in_tables
from anybacklog.migration.words import Words

if TYPE_CHECKING:
    from anybacklog.migration.plans.plan import Plan

BEGIN = "# ---- what anybacklog plan found; written anew each time it is run ----"
END = "# ---- what follows is yours: edit it, and planning again keeps it ----"
NEW = "\nformat = 1\n"
MAPPINGS = """
# Below, on the left a word of the source, on the right what stands for it in the target: a word it has, "" for
# nothing, or { create = "NAME" } for one to be made there. People are named by e-mail address, login or name, all
# else by name; id:123 always names one alone. A person for whom there is nothing is named in header lines.
"""


@dataclass(frozen=True, slots=True)
class Written:
    """The text of a plan file, and the keys that were not in it before, or said nothing yet."""

    text: str
    new: tuple[Key, ...]


def written(plan: Plan) -> Written:
    """Write a plan into a new file."""
    added = missing_lines(plan, {})
    settings = "".join(_settings(plan.choices.chosen()))
    return Written(f"{found_in(plan)}{NEW}{settings}{MAPPINGS}{''.join(_new_tables(plan, added))}", tuple(added))


def _settings(chosen: Mapping[str, Any]) -> Iterator[str]:
    """Write each setting below what it is for."""
    for table, settings in in_tables():
        if table:
            yield f"\n[{table}]\n"
        for number, setting in enumerate(settings):
            said = textwrap.fill(setting.said, 118, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
            apart = "" if table and not number else "\n"
            yield f"{apart}{said}\n{setting.name} = {toml_item(chosen[setting.name]).as_string()}\n"


def _new_tables(plan: Plan, added: Mapping[Key, Line]) -> Iterator[str]:
    """Write tables as text: a library that keeps every comment is slow with thousands of lines."""
    from tomlkit import key

    fields = Words(plan.nouns.get("custom_fields", ()))
    for (place, kind), group in groupby(added.items(), key=lambda each: each[0][:2]):
        whose = "".join(f" # {one_line(field.name)}" for field in fields.named(kind)[:1]) if place == "options" else ""
        yield f"\n[{place}.{key(kind).as_string()}]{whose}\n"
        for (*_, word), line in group:
            yield f"{key(word).as_string()} = {toml_item(line.said).as_string()} # {one_line(line.why)}\n"


def found_in(plan: Plan) -> str:
    """Write what was found as the comments that a file begins with."""
    lines = (f"# {one_line(line)}".rstrip() for line in findings(plan))
    return "\n".join([BEGIN, *lines, END, ""])


def missing_lines(plan: Plan, held: Mapping[str, Any]) -> dict[Key, Line]:
    """Name the lines of a plan that a file does not speak of, by whatever word."""
    found: dict[Key, Line] = {}
    for kind, lines in plan.mapping.items():
        words = Words(plan.nouns.get(kind, ()))
        said = {noun.id for word in held.get("mapping", {}).get(kind, {}) for noun in words.named(word)}
        found |= {("mapping", kind, line.word): line for line in lines if line.id not in said}
    fields, tables = Words(plan.nouns.get("custom_fields", ())), held.get("options", {})
    for word, lines in plan.options.items():
        place = next((each for each in tables if fields.named(each) == fields.named(word)), word)
        found |= {("options", place, line.word): line for line in lines if line.word not in tables.get(place, {})}
    return found


def toml_item(said: Any) -> Any:
    """Make a value of a plan one of TOML's, a table within its line."""
    import tomlkit

    if not isinstance(said, Mapping):
        return tomlkit.item(said)
    made = tomlkit.inline_table()
    made.update(said)
    return made
