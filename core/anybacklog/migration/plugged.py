"""What the plugins of this process have to say in a migration, as plain functions.

Each implementation is called by itself, so that one that raises is named, and so that drafts pass from one to the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from anybacklog.errors import MigrationError
from anybacklog.markup import Converter
from anybacklog.model import Ticket, TicketDraft, User
from anybacklog.registry import Registry
from anybacklog.steps import Step, StepState


@dataclass(frozen=True, slots=True)
class Plugged:
    """Calls the migration's hooks of every loaded plugin."""

    registry: Registry
    _found: dict[str, list[Any]] = field(default_factory=dict)

    def converters(self) -> tuple[Converter, ...]:
        """Collect the text converters."""
        return tuple(converter for _, offered in self._answers("anybacklog_formats", {}) for converter in offered)

    def transform(self, draft: TicketDraft, ticket: Ticket) -> TicketDraft:
        """Let plugin after plugin change a draft."""
        given: dict[str, object] = {"draft": draft, "ticket": ticket}
        for implementation, changed in self._answers("anybacklog_transform_draft", given):
            if changed is None:
                continue
            if not isinstance(changed, TicketDraft):
                raise _blamed(implementation, f"gave {type(changed).__name__}, not TicketDraft")
            draft = given["draft"] = changed
        return draft

    def map_user(self, user: User, candidates: Sequence[User]) -> User | None:
        """Ask the plugins who stands for a person; the first answer counts."""
        for implementation, found in self._answers("anybacklog_map_user", {"user": user, "candidates": candidates}):
            if not isinstance(found, User | None):
                raise _blamed(implementation, f"gave {type(found).__name__}, not User")
            if found is not None:
                return found
        return None

    def observe(self, step: Step, state: StepState) -> None:
        """Tell every plugin of a step's outcome."""
        for _ in self._answers("anybacklog_observe_step", {"step": step, "state": state}):
            pass

    @property
    def transforms(self) -> bool:
        """Tell whether any plugin changes drafts."""
        return bool(self._of("anybacklog_transform_draft"))

    def _of(self, hook: str) -> list[Any]:
        """List the implementations in the order of a call; looked up once, for some are called for every ticket."""
        if hook not in self._found:
            self._found[hook] = list(reversed(getattr(self.registry.manager.hook, hook).get_hookimpls()))
        return self._found[hook]

    def _answers(self, hook: str, given: Mapping[str, object]) -> Iterator[tuple[Any, Any]]:
        """Call plugin after plugin; `given` may change from one to the next. One that raises is named."""
        implementation = None
        try:
            for implementation in self._of(hook):
                yield implementation, implementation.function(*map(given.__getitem__, implementation.argnames))
        except Exception as error:
            raise _blamed(implementation, f"raised {type(error).__name__}: {error}") from error


def _blamed(implementation: Any, what: str) -> MigrationError:
    hook = implementation.function.__name__
    return MigrationError(f"plugin {implementation.plugin_name}: {hook} {what}; mend it, or run without it")
