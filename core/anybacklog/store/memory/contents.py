"""All that is held under one NAME of `memory://NAME/PROJ`."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from anybacklog.backend import Metadata
from anybacklog.errors import NotFound
from anybacklog.model import Project, User
from anybacklog.store.memory.people import MemoryPeople
from anybacklog.store.memory.project import MemoryProject
from anybacklog.store.memory.uses import is_used
from anybacklog.store.memory.words import MemoryWords
from anybacklog.store.values import checked_text, in_use


class MemoryContents:
    """Projects by their keys, each made on its first opening."""

    def __init__(self) -> None:
        self.uuid = str(uuid4())
        self.people = MemoryPeople()
        self.projects: dict[str, MemoryProject] = {}

    def project(self, key: str) -> MemoryProject:
        """Find the project, or start it."""
        if key not in self.projects:
            checked_text(key, "project")
            noun = Project(id=self.people.new_id(), key=key, name=key)
            self.projects[key] = MemoryProject(noun, MemoryWords(self.people))
        return self.projects[key]

    def delete(self, project: MemoryProject, noun: Metadata) -> None:
        """Forget a person, or metadata of a project; Conflict while anything uses it."""
        known: dict[str, Any] = self.people.users if isinstance(noun, User) else project.words.held(type(noun))
        if noun.id not in known:
            raise NotFound(type(noun).__name__, noun.id, local=True)
        projects = self.projects.values() if isinstance(noun, User) else (project,)
        if any(is_used(noun, each.tickets.values()) for each in projects):
            raise in_use(noun)
        del known[noun.id]
