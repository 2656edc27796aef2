"""rollback(): look, ask, delete, report, in that order; running it again goes on where it stopped."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from anybacklog.errors import ConfigurationError, MigrationError, UnsupportedOperation
from anybacklog.migration.apply import Remover, forget, recognised, settle_removals
from anybacklog.migration.asked import Show
from anybacklog.migration.charting import natives
from anybacklog.migration.clock import Clock
from anybacklog.migration.course import Course
from anybacklog.migration.ends import refuse_absent, snapshot_folder
from anybacklog.migration.ledger import Ledger, Pair
from anybacklog.migration.ledgers import existing, ledger_of, what_it_knows
from anybacklog.migration.plugged import Plugged
from anybacklog.migration.remembered import course_of
from anybacklog.migration.report import Progress
from anybacklog.migration.reversal.rollback_report import Kept, Reversal
from anybacklog.migration.reversal.survey import Doomed, Looking, Survey
from anybacklog.migration.reversal.told import Told
from anybacklog.migration.reversal.unsettled import settle_all
from anybacklog.migration.reversal.words import Words
from anybacklog.migration.seen import Seen
from anybacklog.migration.snapshot import Snapshot
from anybacklog.registry import load_registry
from anybacklog.tracker import Tracker

Confirm = Callable[[Reversal], bool]


def rollback(
    target: Tracker,
    *,
    ledger: str | os.PathLike[str] | None = None,
    include_changed: bool = False,
    dry_run: bool = False,
    confirm: Confirm | None = None,
    progress: Show | None = None,
    plugins: tuple[str, ...] = (),
    clock: Clock | None = None,
    watch: Callable[[str], None] = lambda _: None,
) -> Reversal:
    """Delete from `target` what the migrations of one ledger created there, the last one first, and nothing else.

    A ticket that somebody changed or added to since is kept and named, unless `include_changed`. The ledger then knows
    what is gone, so that a migration may begin again. Without `ledger` it is looked for in the platform's state folder.
    `confirm` is shown what would be deleted and kept before the first is. Memory grows alone with what is kept, or goes
    though it was changed: each is named. UnsupportedOperation where the target cannot
    delete tickets, ConfigurationError if no ledger knows of it, MigrationError when refused.
    """
    refuse_absent(target)
    reason = target.capabilities.why_not("delete_ticket")
    if reason is not None:
        raise UnsupportedOperation("delete_ticket", f"{reason}; nothing was deleted")
    path = existing(Path(ledger) if ledger is not None else ledger_of(target.identity()))
    with ExitStack() as open_files:
        book = open_files.enter_context(Ledger(path, watch=watch))
        report = Reversal(target=str(target.location), ledger=str(path), started_at=datetime.now(UTC))
        going = _Going(
            target=target,
            book=book,
            survey=open_files.enter_context(Survey()),
            report=report,
            clock=clock or Clock(),
            show=progress or (lambda _: None),
            plugged=Plugged(load_registry(plugins)),
            open_files=open_files,
        )
        return going.through(include_changed=include_changed, dry_run=dry_run, confirm=confirm)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Going:
    """One rollback, from the survey to the report."""

    target: Tracker
    book: Ledger
    survey: Survey
    report: Reversal
    clock: Clock
    show: Show
    plugged: Plugged
    open_files: ExitStack

    def through(self, *, include_changed: bool, dry_run: bool, confirm: Confirm | None) -> Reversal:
        lookings = {looking.pair.id: looking for looking in map(self._looking, self._pairs())}
        for looking in lookings.values():
            self._survey(looking, include_changed=include_changed)
        words = [Words(self.target, looking.pair, self.report) for looking in lookings.values()]
        for each in words:
            each.survey()
        if not dry_run and any(counts.planned > counts.kept for counts in self.report.counts.values()):
            if confirm is not None and not confirm(self.report):
                raise MigrationError("nothing was deleted: it was not agreed to")
            self._delete(lookings, include_changed=include_changed)
            for each in words:
                each.delete(self.clock)
        return self._finish(dry_run=dry_run)

    def _pairs(self) -> list[Pair]:
        identity = self.target.identity()
        pairs = [self.book.pair(*ends) for ends in self.book.pairs() if ends[1] == identity]
        if not pairs:
            known = what_it_knows(self.book)
            raise ConfigurationError(f"the ledger {self.book.path} does not know this target; it knows {known}")
        return pairs

    # ---- looking

    def _looking(self, pair: Pair) -> Looking:
        snapshot = Snapshot(snapshot_folder(self.book.path, pair))
        course, why_not = None, "what was copied is read from the snapshot beside the ledger, which is gone"
        settle_removals(self.target, pair, self.clock)
        try:
            course = self._course(pair, snapshot)
            if course is not None:
                why_not = "the snapshot beside the ledger does not hold it any more"
                recognised(self.target, pair, course.mapping)
                settle_all(self.target, pair, course, snapshot, self.clock)
                course = self._course(pair, snapshot)
        except ConfigurationError as error:
            course, why_not = None, str(error)
        parents = self.open_files.enter_context(Seen())
        if "parent" in natives(self.target):
            for parent in self._parents_of_strangers(pair):
                parents.add(parent)
        return Looking(self.target, pair, snapshot, course, why_not, parents)

    def _course(self, pair: Pair, snapshot: Snapshot) -> Course | None:
        header = snapshot.header()
        if header is None:
            return None
        return course_of(pair, header.words, self.target, self.plugged, header.mentions)

    def _parents_of_strangers(self, pair: Pair) -> Iterator[str]:
        for ticket in self.target.tickets():
            ours = (each.item.kind == "ticket" for each in pair.landed_on(ticket.id))
            if ticket.parent is not None and not any(ours):
                yield ticket.parent

    def _survey(self, looking: Looking, *, include_changed: bool) -> None:
        counts, told = self.report.counts["tickets"], Told()
        for doomed in looking.all():
            counts.planned += 1
            self.survey.add(doomed)
            if doomed.reasons and not include_changed:
                self._leave(doomed, *doomed.reasons)
                counts.kept += 1
            else:
                told.add(looking.pair, doomed)
                why = "; ".join(doomed.reasons)
                self.report.notes += [f"{doomed.target_key} goes, though {why}"] if why else []
            self.show(Progress(stage="survey", done=counts.planned, total=None))
        self.report.notes += told.notes()
        for row in looking.pair.rows("intended", "unsure", "held"):
            if row.key.startswith("ticket:"):
                reasons = ("nobody can tell whether it was created; look for it in the target",)
                source_id = row.key.split(":")[1]
                self.report.left.append(
                    Kept(source_key=row.source_key, target_key=None, kind="ticket", id=source_id, reasons=reasons)
                )

    # ---- deleting

    def _delete(self, lookings: dict[int, Looking], *, include_changed: bool) -> None:
        counts = self.report.counts["tickets"]
        total = counts.planned - counts.kept
        for looking in lookings.values():
            looking.pair.forget_ties()
        for doomed in self.survey:
            if doomed.reasons and not include_changed:
                continue
            looking = lookings[doomed.pair]
            there = looking.print(doomed.target_id)
            if there is not None and there != doomed.print and not include_changed:
                self._leave(doomed, "it was changed while this ran")
                counts.kept += 1
                continue
            self._remove(looking, doomed, there=there is not None)
            self.show(Progress(stage="delete", done=counts.deleted + counts.already + counts.failed, total=total))

    def _remove(self, looking: Looking, doomed: Doomed, *, there: bool) -> None:
        counts = self.report.counts["tickets"]
        remover = Remover(self.target, looking.pair, self.clock)
        if not there:
            forget(looking.pair, doomed.source_id, "")
            counts.already += 1
            return
        refused = remover.remove(doomed.source_id, doomed.source_key, doomed.target_id)
        if refused is None:
            counts.deleted += 1
        else:
            self._leave(doomed, refused, failed=True)
            counts.failed += 1

    def _leave(self, doomed: Doomed, *reasons: str, failed: bool = False) -> None:
        self.report.left.append(
            Kept(
                source_key=doomed.source_key or None,
                target_key=doomed.target_key,
                kind="ticket",
                id=doomed.source_id,
                reasons=reasons,
                failed=failed,
            )
        )

    def _finish(self, *, dry_run: bool) -> Reversal:
        report = self.report
        report.status = "dry-run" if dry_run else "done" if report.clean else "partial"
        report.requests = self.target.requests()
        report.finished_at = datetime.now(UTC)
        return report
