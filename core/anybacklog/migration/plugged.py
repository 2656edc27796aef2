"""What the plugins of this process have to say in a migration, as plain functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from anybacklog.errors import MigrationError
from anybacklog.markup import Converter
from anybacklog.model import Ticket, TicketDraft, User
from anybacklog.registry import Registry
from anybacklog.steps import Step, StepState


@dataclass(frozen=True, slots=True)
class Plugged:
    """Calls the migration's hooks of every loaded plugin."""

    registry: Registry

    def converters(self) -> tuple[Converter, ...]:
        """Collect the text converters."""
        found = self.registry.manager.hook.anybacklog_formats()
        return tuple(converter for offered in found for converter in offered)

    def transform(self, draft: TicketDraft, ticket: Ticket) -> TicketDraft:
        """Let plugin after plugin change a draft."""
        for plugin in reversed(self.registry.manager.hook.anybacklog_transform_draft.get_hookimpls()):
            given = {"draft": draft, "ticket": ticket}
            changed = plugin.function(*(given[name] for name in plugin.argnames))
            if changed is not None and not isinstance(changed, TicketDraft):
                what = f"anybacklog_transform_draft gave {type(changed).__name__}, not TicketDraft"
                raise MigrationError(f"plugin {plugin.plugin_name}: {what}")
            draft = changed or draft
        return draft

    def map_user(self, user: User, candidates: Sequence[User]) -> User | None:
        """Ask the plugins who stands for a person; the first answer counts."""
        found: User | None = self.registry.manager.hook.anybacklog_map_user(user=user, candidates=candidates)
        return found

    def observe(self, step: Step, state: StepState) -> None:
        """Tell every plugin of a step's outcome."""
        self.registry.manager.hook.anybacklog_observe_step(step=step, state=state)

    @property
    def transforms(self) -> bool:
        """Tell whether any plugin changes drafts."""
        return bool(self.registry.manager.hook.anybacklog_transform_draft.get_hookimpls())
