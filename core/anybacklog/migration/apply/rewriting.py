"""The second pass: texts that name tickets and files are written anew once all of these have arrived."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from anybacklog.errors import NotFound
from anybacklog.migration.apply.applier import Applier
from anybacklog.migration.apply.counting import Fate
from anybacklog.migration.apply.writer import Writer
from anybacklog.migration.comparison import can_rewrite, fingerprint, is_wording, rewriting, says, text_of, written_in
from anybacklog.migration.copied import recounted
from anybacklog.migration.questions import EDITED
from anybacklog.migration.references import Reference
from anybacklog.migration.wordings import forms, written
from anybacklog.model import Text
from anybacklog.steps import AddComment, CreateTicket, RewriteText, Step, digest_of, key_of, step_key

SHOWN = 5


@dataclass(slots=True)
class Rewriter:
    """Writes the texts of one ticket anew that would be worded otherwise by now, each under the ledger's eyes.

    What somebody edited meanwhile is held, what cannot be changed there is counted, and so is what nobody knows.
    """

    writer: Writer
    written: int = 0
    kept: int = 0
    """Texts that the target cannot change, or that are not as this ledger would have written them."""
    addresses: int = 0
    """Addresses of tickets that stay, since tickets have none in the target."""
    unknown: int = 0
    examples: dict[str, None] = field(default_factory=dict)

    @property
    def applier(self) -> Applier:
        """What carries the steps out."""
        return self.writer.applier

    def ticket(self, steps: Iterable[Step]) -> None:
        """Write anew what of these steps is done and worded otherwise by now."""
        refer = self.applier.course.refer
        for step in steps if refer is not None else ():
            if refer and isinstance(step, CreateTicket | AddComment) and step.plain is not None:
                self._count(refer(step.plain.source))
                if self._is_due(step):
                    self._rewrite(rewriting(step), step)

    def notes(self, *, partial: bool) -> Iterator[str]:
        """Say what became of the texts that name something; `partial`: some tickets are not copied by this run."""
        if self.written:
            yield f"texts written anew with the new names of tickets and files: {self.written}"
        if self.kept:
            yield f"texts that keep old names, because the target cannot change them, or holds others: {self.kept}"
        if self.addresses:
            yield f"addresses of tickets that stay, because tickets have none in the target: {self.addresses}"
        if self.unknown:
            more = ", ..." if self.unknown > len(self.examples) else ""
            stay = " yet, and that stay until a run has copied them" if partial else ", and stay"
            yield (
                f"places that look like names of tickets or files that this ledger does not know{stay}: "
                f"{self.unknown}, such as {', '.join(self.examples)}{more}"
            )

    def _count(self, references: Sequence[Reference]) -> None:
        for each in references:
            self.addresses += each.form == "url" and each.new == each.said
            if each.new is None:
                self.unknown += 1
                if len(self.examples) < SHOWN:
                    self.examples[each.said] = None

    def _is_due(self, step: CreateTicket | AddComment) -> bool:
        """Tell whether a text is there, and was written otherwise."""
        pair, row = self.applier.pair, self.applier.pair.row(step_key(step.item))
        return row is not None and row.state == "done" and written(pair, step.item) != fingerprint(text_of(step))

    def _rewrite(self, step: RewriteText, first: CreateTicket | AddComment) -> None:
        applier, row = self.applier, self.applier.pair.row(key_of(step))
        is_held = row is not None and row.state == "held"
        there = self._there(step) if not is_held and can_rewrite(first, applier.target.capabilities) else None
        can = can_rewrite(first, applier.target.capabilities)  # until one was read, nobody knows what is shown
        if row is not None and is_held:
            applier.outcomes.fail(step, "held", row.error or EDITED, held=True)
        elif there is None or not can:
            self.kept += not can
        elif says(there, step.text, applier.course):
            applier.pair.done(key_of(step), [], source_key=first.item.ticket_key, before=written_in(step))
        elif self._is_ours(there, first):
            if not self._is_changed(there, first):
                self.writer.alone(_over(there, step), self._was_written)
        elif forms(applier.pair, first.item):
            applier.outcomes.hold(step, EDITED, {**written_in(step)})  # settled as it is, it stays so
        else:
            self.kept += 1

    def _was_written(self, fate: Fate) -> None:
        self.written += fate == "created"

    def _there(self, step: RewriteText) -> Text | None:
        """Read the text as it is; None where it is gone, which `verify` names."""
        with suppress(NotFound):
            return self.applier.calls.ask.text_there(step)
        return None

    def _is_changed(self, there: Text, step: CreateTicket | AddComment) -> bool:
        """Tell whether more differs than names: what source or plan has changed is named, and `repair` writes it."""
        row = self.applier.pair.row(step_key(step.item))
        same = row is None or row.before.get("digest") in (None, digest_of(step))
        return not same and not is_wording(there, step, self.applier.course)

    def _is_ours(self, there: Text, step: CreateTicket | AddComment) -> bool:
        """Tell whether a text is as we wrote it, with whatever names were known then."""
        known = fingerprint(there) in forms(self.applier.pair, step.item)
        return known or is_wording(there, step, self.applier.course)


def _over(there: Text, step: RewriteText) -> RewriteText:
    """Have a step go over a text, and keep the count of comments that begins it: they are not shown, it alone tells."""
    return replace(step, text=recounted(step.text, there), over=fingerprint(there))
