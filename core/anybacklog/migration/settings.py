"""What a plan may choose for a copy as a whole: each setting's place in the file, its values, and why one would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, Self, TypeAlias, get_args

History: TypeAlias = Literal["native", "text", "attachment", "lost"]
"""What becomes of entries of changes only: the target's own history where it has one, text, a file, or nothing."""
Mentioning: TypeAlias = Literal["neutral", "mapped"]
LongTexts: TypeAlias = Literal["continue", "cut"]
LongTitles: TypeAlias = Literal["refuse", "cut"]

LEAVABLE = (
    "priority", "resolution", "assignees", "parent", "start_date", "due_date", "estimated_hours", "actual_hours",
    "categories", "affected_versions", "milestones", "custom_fields", "watchers", "comments", "attachments", "links",
)  # fmt: skip
"""The fields that a ticket can do without: what else it has says which ticket it is, or whose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a plan says of the copy as a whole; empty: each as it is best."""

    marks: bool = True
    history: History = "native"
    mentions: Mentioning = "neutral"
    leave_out: tuple[str, ...] = ()
    too_long: LongTexts = "continue"
    too_long_titles: LongTitles = "refuse"
    moved_from: bool = False
    moved_to: bool = False
    fallback_folder: str = ""
    fallback_link: str = ""

    def chosen(self) -> dict[str, Any]:
        """Give every setting by its name, as JSON holds it."""
        values = {setting.name: getattr(self, setting.name) for setting in SETTINGS}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    @classmethod
    def named(cls, held: Mapping[str, Any]) -> Self:
        """Read settings by their names; what is not named is as without a plan."""
        known: set[str] = {each.name for each in fields(Settings)} & held.keys()
        given: dict[str, Any] = {
            name: tuple(held[name]) if isinstance(held[name], list) else held[name] for name in known
        }
        return cls(**given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting in a plan: its table (empty: above them all), its name, what it can be, and a word about it.

    `several`: it is a list of these values; without any it is whatever text.
    """

    table: str = ""
    name: str
    values: tuple[Any, ...]
    said: str
    several: bool = False

    @property
    def key(self) -> tuple[str, ...]:
        """Give its key in the file."""
        return (self.table, self.name) if self.table else (self.name,)

    def problem(self, value: Any) -> str | None:
        """Say what is wrong with a value; None: nothing."""
        if not self.values:
            return None if isinstance(value, str) else 'must be a text, such as "files"'
        if self.several:
            wrong = [each for each in value if each not in self.values] if isinstance(value, list) else None
            if wrong is None:
                return f"must be a list of {', '.join(self.values)}"
            return f"{wrong[0]!r} cannot be left out; there is {', '.join(self.values)}" if wrong else None
        if type(value) is type(self.values[0]) and value in self.values:
            return None
        named = ["true", "false"] if self.values == (True, False) else self.values
        return f"must be {' or '.join(named)}" if len(named) == 2 else f"must be one of {', '.join(named)}"


SETTINGS = (
    Setting(
        name="marks",
        values=(True, False),
        said="Every ticket and comment written carries a mark that says where it came from. Without marks (false) a "
        "lost ledger cannot be rebuilt, a second copy is not noticed, and an interrupted write is recognised by its "
        "content alone.",
    ),
    Setting(
        name="history",
        values=get_args(History),
        said='Entries of the journal that are changes only: "native" is the target\'s own history where it has one, '
        'else text; "text" is a comment each; "attachment" is one file per ticket with all that changed; "lost" '
        "leaves them out.",
    ),
    Setting(
        table="people",
        name="mentions",
        values=get_args(Mentioning),
        said='What would notify people in a text: "neutral" makes it harmless; "mapped" turns the mention of a person '
        "into one of whoever stands for them there, who is notified then, and makes all others harmless.",
    ),
    Setting(
        table="fields",
        name="leave_out",
        values=LEAVABLE,
        several=True,
        said=f"What is not to be copied, of: {', '.join(LEAVABLE)}.",
    ),
    Setting(
        table="texts",
        name="too_long",
        values=get_args(LongTexts),
        said='A description or comment longer than the target takes: "continue" has it go on in comments that follow, '
        '"cut" drops what is over.',
    ),
    Setting(
        table="texts",
        name="too_long_titles",
        values=get_args(LongTitles),
        said='A title longer than the target takes: "refuse" names the ticket and does not copy it, "cut" shortens the '
        "title, and the header line of the description says the whole of it.",
    ),
    Setting(
        table="texts",
        name="moved_from",
        values=(True, False),
        said="Whether the header line of each description says where the ticket was: its address, else its key.",
    ),
    Setting(
        table="texts",
        name="moved_to",
        values=(True, False),
        said="Whether each ticket of the source is given a comment, once all of it has arrived, that says where it "
        "moved to: its new key, and its address where it has one. Nothing else is ever written into the source.",
    ),
    Setting(
        table="files",
        name="fallback_folder",
        values=(),
        said="A folder for files that the target cannot take, because they are too large or it takes none: each is "
        'kept there, and a comment names it. Empty: such a file is not copied. "" forgets no folder given before.',
    ),
    Setting(
        table="files",
        name="fallback_link",
        values=(),
        said="Where people find that folder, such as https://files.example.com/moved: the comments link to it.",
    ),
)
NO_MARKS = "no marks: a lost ledger cannot be rebuilt, and a second copy would not be noticed"
CUT_TITLES = 'too_long_titles = "cut" under [texts] in a plan shortens it'


def in_tables() -> Iterator[tuple[str, list[Setting]]]:
    """Yield the tables of a plan that hold settings, the one above them all first."""
    for table in dict.fromkeys(setting.table for setting in SETTINGS):
        yield table, [setting for setting in SETTINGS if setting.table == table]
