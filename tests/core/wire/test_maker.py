"""Nouns made quickly are the nouns their classes make."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import pytest

from anybacklog import model
from anybacklog.model import Attachment, CustomFieldValue, Status, Ticket, User
from anybacklog.wire import maker

NOUNS: tuple[type[Any], ...] = (
    Ticket, Attachment, CustomFieldValue, Status, User, model.Named, model.Comment, model.Change, model.Link,
)  # fmt: skip


@pytest.mark.parametrize("noun", NOUNS)
def test_it_is_the_noun_in_every_respect(noun: type[Any]) -> None:
    given = {each.name: f"a {each.name}" for each in fields(noun)}
    made, usual = maker(noun)(**given), noun(**given)
    assert (type(made), made, repr(made), hash(made)) == (noun, usual, repr(usual), hash(usual))
    assert [getattr(made, name) for name in given] == list(given.values())
    assert pickle.loads(pickle.dumps(made)) == copy.copy(made) == replace(made) == usual


def test_what_is_left_out_is_as_its_class_has_it() -> None:
    assert maker(Ticket)(id="1", key="P-1", title="t") == Ticket(id="1", key="P-1", title="t")


@pytest.mark.parametrize("noun", NOUNS)
def test_it_cannot_be_changed(noun: type[Any]) -> None:
    made = maker(noun)(**{each.name: "x" for each in fields(noun)})
    with pytest.raises(FrozenInstanceError):
        made.id = "2"
    with pytest.raises((AttributeError, TypeError)):
        made.more = "2"


def test_what_the_class_refuses_is_refused() -> None:
    make: Any = maker(User)
    for wrong in ({"id": "1"}, {"id": "1", "name": "n", "nick": "n"}):
        with pytest.raises(TypeError, match=r"User\(\)"):
            make(**wrong)
    with pytest.raises(TypeError, match=r"User\(\)"):
        make("1", name="n")
