"""A word deleted from the file, which its own references hold where it is in use."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete
from sqlalchemy.exc import IntegrityError

from anybacklog.backend import Metadata
from anybacklog.errors import NotFound
from anybacklog.model import CustomField, User
from anybacklog.store.sqlite.tables import NOUNS, OPTIONS, USERS
from anybacklog.store.sqlite.words import Words, number_of
from anybacklog.store.values import in_use


def delete_word(connection: Connection, words: Words, noun: Metadata) -> None:
    """Delete what has the id of `noun`, a field with its options; Conflict while it is in use, NotFound without it."""
    number = number_of(noun.id)
    known: dict[int, Any] = words.users if isinstance(noun, User) else words.all_of(type(noun))
    if number not in known:
        raise NotFound(type(noun).__name__, noun.id, local=True)
    table = USERS if isinstance(noun, User) else NOUNS[type(noun)]
    try:
        if isinstance(noun, CustomField):
            connection.execute(delete(OPTIONS).where(OPTIONS.c.custom_field_id == number))
        connection.execute(delete(table).where(table.c.id == number))
    except IntegrityError as error:
        raise in_use(noun) from error
    del known[number]
