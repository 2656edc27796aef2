"""What is written into a ledger for one source and one target, each call one durable transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from anybacklog.migration.ledger.known import Known
from anybacklog.migration.ledger.rows import Landed
from anybacklog.migration.ledger.tables import (
    FORGET_ITEM,
    FORGET_STEP,
    FORGET_TICKET,
    FORGET_TIES,
    INTEND,
    KEEP_BEFORE,
    KEEP_SETTINGS,
    LAND,
    SET_STATE,
)
from anybacklog.redact import redact
from anybacklog.steps import Item, StepState, landing, step_key, text_key


class Pair(Known):
    """The part of a ledger that belongs to one source and one target."""

    def remember(self, settings: Mapping[str, Any]) -> None:
        """Keep what was chosen for this pair: marks, the plan's words, where the target began."""
        if settings != self.settings:
            text = json.dumps(settings)
            with self.ledger.commit("settings"):
                self._connection.execute(KEEP_SETTINGS, {"of": self.id, "kept": text})
            self.settings = settings

    def intend(self, key: str, source_key: str, mark: str | None, before: Mapping[str, Any], at: datetime) -> None:
        """Write down what is about to be written, and what recognises it."""
        values = {"key": key, "state": "intended", "source_key": source_key, "mark": mark, "error": None}
        kept = {"before": json.dumps(before), "intended_at": at.isoformat()}
        with self.ledger.commit(f"intend {key}"):
            self._connection.execute(INTEND, self._of | values | kept)

    def done(
        self, key: str, landed: Sequence[Landed], *, source_key: str = "", before: Mapping[str, Any] | None = None
    ) -> None:
        """Write down that a step is done, and where its items are."""
        with self.ledger.commit(f"done {key}"):
            self._put(key, "done", source_key)
            self._keep(key, before)
            self._land(landed)

    def set(
        self,
        key: str,
        state: StepState,
        *,
        source_key: str = "",
        error: str | None = None,
        before: Mapping[str, Any] | None = None,
    ) -> None:
        """Write down that a step is unsure, refused or held, and why, secrets masked."""
        with self.ledger.commit(f"{state} {key}"):
            self._put(key, state, source_key, error and redact(error))
            self._keep(key, before)

    def replan(self, key: str) -> None:
        """Write down that nothing happened: the step is planned again."""
        with self.ledger.commit(f"replan {key}"):
            self._connection.execute(FORGET_STEP, self._of | {"key": key})

    def forget_items(self, items: Sequence[Item]) -> None:
        """Write down that items are not in the target any more: their steps are planned again."""
        with self.ledger.commit(f"forget {len(items)} items"):
            for item in items:
                where = {"kind": landing(item.kind), "ticket": item.ticket_id, "id": item.id}
                has_text = landing(item.kind) in ("ticket", "comment")  # a link may have a comment's id
                for key in (step_key(item), *([text_key(item)] if has_text else [])):
                    self._connection.execute(FORGET_STEP, self._of | {"key": key})
                self._connection.execute(FORGET_ITEM, self._of | where)

    def forget_ties(self) -> None:
        """Take parents and links for not written: whichever of their two ends goes, writing one twice changes nothing.

        Once one end is deleted, nobody could tell any more from the other one's row that the tie went with it.
        """
        with self.ledger.commit("forget ties"):
            for statement in FORGET_TIES:
                self._connection.execute(statement, self._of)

    def forget_ticket(self, ticket_id: str, key: str) -> None:
        """Write down that a ticket is gone from the target with all that hung on it, and that step `key` is over."""
        with self.ledger.commit(f"forget ticket {ticket_id}"):
            for statement in FORGET_TICKET:
                self._connection.execute(statement, self._of | {"ticket": ticket_id})
            self._connection.execute(FORGET_STEP, self._of | {"key": key})

    def adopt(self, found: Iterable[tuple[str, Landed]], *, batch: int = 500) -> int:
        """Take in items found by their marks, by step key; gives how many."""
        count = 0
        pending: list[tuple[str, Landed]] = []
        for each in found:
            pending.append(each)
            count += 1
            if len(pending) >= batch:
                self._adopt(pending)
                pending = []
        self._adopt(pending)
        return count

    def _adopt(self, found: Sequence[tuple[str, Landed]]) -> None:
        with self.ledger.commit("adopt"):
            for key, landed in found:
                self._put(key, "done", landed.item.ticket_key)
                self._land([landed])

    def _put(self, key: str, state: str, source_key: str, error: str | None = None) -> None:
        values = {"key": key, "state": state, "source_key": source_key, "error": error}
        self._connection.execute(SET_STATE, self._of | values)

    def _keep(self, key: str, before: Mapping[str, Any] | None) -> None:
        if before is not None:
            self._connection.execute(KEEP_BEFORE, {"of": self.id, "step": key, "kept": json.dumps(before)})

    def _land(self, landed: Sequence[Landed]) -> None:
        for each in landed:
            where = {"kind": landing(each.item.kind), "ticket": each.item.ticket_id, "id": each.item.id}
            what = {
                name: getattr(each, name) for name in ("target_ticket", "target_id", "target_key", "size", "sha256")
            }
            self._connection.execute(LAND, self._of | where | what)
