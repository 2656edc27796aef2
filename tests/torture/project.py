"""A small project made up from a seed: equal tickets, parents before and after their children, files, nasty texts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

TEXTS = (
    "𠮷野家 🎉 ﾊﾝｶｸ が",
    "line 1\r\nline 2\r\n\r\n  indented",
    "か\u3099 e\u0301 \u200d👩\u200d🚀",
    "# 見出し\n\n* eins\n* zwei",
    "`code` | table | <b>not html</b> & co",
    "same words",
)
STATES = ("open", "in_progress", "done")


@dataclass(frozen=True)
class File:
    """A file: its name and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Remark:
    """A comment; without text it stands for a change of the ticket that nobody commented on."""

    text: str
    files: tuple[File, ...] = ()


@dataclass(frozen=True)
class Made:
    """A ticket; `parent` is the number of another one in the list, `ties` those of later ones it is related to."""

    title: str
    text: str
    state: str
    parent: int | None
    files: tuple[File, ...]
    remarks: tuple[Remark, ...] = field(default=())
    ties: tuple[int, ...] = ()


def make_up(dice: Random) -> list[Made]:
    """Make three to six tickets; some are equal to one another but for what hangs on them."""
    count = dice.randint(3, 6)
    family = dice.sample(range(count), 2) if dice.random() < 0.8 else []
    return [_ticket(dice, family[1] if family and family[0] == number else None) for number in range(count)]


def tied(project: list[Made], dice: Random) -> list[Made]:
    """Relate one of the tickets to one or two others, as a rule."""
    if dice.random() < 0.2:
        return project
    one, *others = sorted(dice.sample(range(len(project)), dice.choice((2, 3))))
    return [replace(each, ties=tuple(others)) if number == one else each for number, each in enumerate(project)]


def _ticket(dice: Random, parent: int | None) -> Made:
    return Made(
        title=dice.choice(("Equal", f"件名 {dice.randint(1, 9)} 🎉", "𠮷 e\u0301 ﾊﾝｶｸ")),
        text=dice.choice((*TEXTS, "")),
        state=dice.choice(STATES),
        parent=parent,
        files=tuple(_file(dice) for _ in range(dice.choice((0, 0, 1, 2)))),
        remarks=tuple(_remark(dice) for _ in range(dice.randint(0, 3))),
    )


def _remark(dice: Random) -> Remark:
    if dice.random() < 0.15:
        return Remark("")
    return Remark(dice.choice(TEXTS), tuple(_file(dice) for _ in range(dice.choice((0, 0, 0, 1, 2)))))


def _file(dice: Random) -> File:
    return File(dice.choice(("同じ.txt", "log.txt", "𠮷.bin")), dice.randbytes(dice.choice((1, 200, 5000))))
