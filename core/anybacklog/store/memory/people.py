"""The people that all projects under one NAME share, and the ids that count through all of them."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from anybacklog.model import User
from anybacklog.store.defaults import local_login
from anybacklog.store.values import name_taken, same_person


class MemoryPeople:
    """Everyone known, by id; `myself` is the local user."""

    def __init__(self) -> None:
        self.users: dict[str, User] = {}
        self._ids = count(1)
        login = local_login()
        self.myself = self.add(User(id="", login=login, name=login))

    def new_id(self) -> str:
        """Give the next id; every noun counts on the same line."""
        return str(next(self._ids))

    def add(self, user: User) -> User:
        """Take a person in; Conflict when somebody has this login and e-mail already."""
        if any(same_person(user, each) for each in self.users.values()):
            raise name_taken(user)
        added = replace(user, id=self.new_id())
        self.users[added.id] = added
        return added
