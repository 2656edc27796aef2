"""migrate(): read, map, plan, apply, report, in that order; running it again goes on where it stopped."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from anybacklog.errors import ConfigurationError, MigrationError
from anybacklog.migration.apply import Applier, prepare
from anybacklog.migration.choices import Choices, read_choices
from anybacklog.migration.clock import Clock
from anybacklog.migration.course import plan_course
from anybacklog.migration.ends import first_settings, is_absent, ledger_path, refuse_absent, snapshot_folder
from anybacklog.migration.fidelity import Weighing, lost, worst
from anybacklog.migration.ledger import Ledger, Pair
from anybacklog.migration.mapping import MappingTable
from anybacklog.migration.planning import Bundle, Course, plan_ticket, plan_ties
from anybacklog.migration.plugged import Plugged
from anybacklog.migration.rebuilding import already_copied, rebuild
from anybacklog.migration.report import COUNTED, Fidelity, Progress, Report
from anybacklog.migration.snapshot import Header, Snapshot, take
from anybacklog.registry import load_registry
from anybacklog.tracker import Tracker

Confirm = Callable[[Sequence[Fidelity]], bool]
Show = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The choices of one call of `migrate`."""

    limit: int | None
    only: frozenset[str]
    confirm: Confirm | None
    show: Show
    clock: Clock


def migrate(
    source: Tracker,
    target: Tracker,
    *,
    plan: str | os.PathLike[str] | None = None,
    ledger: str | os.PathLike[str] | None = None,
    dry_run: bool = False,
    limit: int | None = None,
    only: Sequence[str] = (),
    sample: Literal["worst"] | None = None,
    refresh: bool = False,
    marks: bool = True,
    rebuild_ledger: bool = False,
    confirm: Confirm | None = None,
    progress: Show | None = None,
    plugins: tuple[str, ...] = (),
    clock: Clock | None = None,
    watch: Callable[[str], None] = lambda _: None,
) -> Report:
    """Copy every ticket of `source` into `target` exactly once; running it again resumes, or finds nothing left to do.

    `plan` is a file of choices (see the guide; without one, the last run's hold), `ledger` the file that remembers;
    without one it lives in the platform's state folder. `limit` stops after that many new tickets, `only` keeps to
    these keys, `sample="worst"` to the ten tickets with the most text and files. `confirm` is asked about what will
    be lost before the first write. `watch` is told of every ledger commit. Raises MigrationError when refused.
    """
    refuse_absent(source)
    if not dry_run and source.identity() == target.identity():
        raise ConfigurationError("source and target are the same project; name another target")
    run = Run(limit=limit, only=frozenset(only), confirm=confirm, show=progress or _silent, clock=clock or Clock())
    choices = read_choices(plan) if plan is not None else Choices()
    with ExitStack() as open_files:
        path = ledger_path(source, target, ledger, dry_run=dry_run, open_files=open_files)
        book = open_files.enter_context(Ledger(path, watch=watch))
        identity = "a target that does not exist yet" if dry_run and is_absent(target) else target.identity()
        pair = book.pair(source.identity(), identity)
        if plan is None:
            choices = Choices(pair.settings.get("mapping", {}))
        settings = first_settings(pair, target, choices, marks=marks)
        if not dry_run:
            pair.remember(settings)
        going = _Going(source, target, pair, settings, choices, Plugged(load_registry(plugins)), run, path)
        return going.through(refresh=refresh, sample=sample, rebuild_ledger=rebuild_ledger, dry_run=dry_run)


def _silent(_: Progress) -> None:
    """Show nothing."""


def _now() -> datetime:
    return datetime.now(UTC)


class _Going:
    """One run, from the snapshot to the report."""

    def __init__(
        self,
        source: Tracker,
        target: Tracker,
        pair: Pair,
        settings: Mapping[str, Any],
        choices: Choices,
        plugged: Plugged,
        run: Run,
        path: Path,
    ) -> None:
        self.source = source
        self.target = target
        self.pair = pair
        self.marks = bool(settings["marks"])
        self.choices = choices
        self.plugged = plugged
        self.run = run
        self.snapshot = Snapshot(snapshot_folder(path, pair))
        self.report = Report(
            source=str(source.location), target=str(target.location), ledger=str(path), started_at=_now()
        )

    def through(self, *, refresh: bool, sample: str | None, rebuild_ledger: bool, dry_run: bool) -> Report:
        if not rebuild_ledger:
            self._refuse_second_copy()
        header = self._read(refresh=refresh)
        if sample is not None:
            self.run = replace(self.run, only=self.run.only | worst(self.snapshot.bundles()))
        if rebuild_ledger:
            found = rebuild(self.pair, self.target, self.snapshot, header.identity) if self.marks else 0
            self.report.notes.append(f"the ledger was rebuilt from {found} marks in the target")
        course = self._course(header)
        self._weigh(course)
        if dry_run:
            return self._dry(course)
        self._agree()
        mapping = prepare(self.target, self.pair, course.mapping, self.report, self.run.clock)
        return self._finish(finished=self._apply(self._course(header, mapping), header))

    def _refuse_second_copy(self) -> None:
        """Refuse to copy a second time what another ledger has copied already."""
        if not self.marks or not self.pair.untouched() or is_absent(self.target):
            return
        if already_copied(self.target, self.source.identity()):
            raise ConfigurationError(
                "the target already holds tickets copied from this source, but this ledger does not know them; "
                "use the ledger of that run, or --rebuild-ledger"
            )

    def _read(self, *, refresh: bool) -> Header:
        header = None if refresh else self.snapshot.header()
        if header is None or header.identity != self.source.identity():
            take(self.source, self.snapshot.folder, self.run.show)
            header = self.snapshot.header()
        else:
            when = header.read_at.isoformat(timespec="seconds").replace("+00:00", "Z")
            self.report.notes.append(f"the source as it was read at {when}; --refresh reads it again")
        if header is None:
            raise MigrationError(f"the snapshot {self.snapshot.folder} vanished while it was read; run this again")
        return header

    def _course(self, header: Header, mapping: MappingTable | None = None) -> Course:
        return plan_course(
            header.identity,
            header.words,
            self.target,
            self.choices,
            self.plugged,
            marks=self.marks,
            made=self.pair.made(),
            mapping=mapping,
        )

    def _bundles(self) -> Iterator[Bundle]:
        for bundle in self.snapshot.bundles():
            if not self.run.only or bundle.ticket.key in self.run.only:
                yield bundle

    def _weigh(self, course: Course) -> None:
        weighing = Weighing(course, self.target.capabilities.answer)
        for bundle in self._bundles():
            weighing.add(bundle)
        if weighing.references and not self.run.only:
            weighing.outside(self.snapshot.bundles())
        self.report.fidelity = weighing.rows()
        for kind in COUNTED:
            self.report.counts[kind].planned = weighing.planned[kind]
        if self.run.only and weighing.planned["tickets"] < len(self.run.only):
            raise ConfigurationError("the source has no ticket for every --only key; look them up with ls")

    def _dry(self, course: Course) -> Report:
        """Say what a real run would find done already."""
        for bundle in self._bundles():
            for step in (*plan_ticket(bundle, course), *plan_ties(bundle.ticket, course)):
                Applier.count_done(step, self.pair, self.report)
        self.report.status = "dry-run"
        self.report.finished_at = _now()
        return self.report

    def _agree(self) -> None:
        losses = lost(self.report.fidelity)
        if losses and self.run.confirm is not None and self.pair.untouched() and not self.run.confirm(losses):
            raise MigrationError("nothing was written: the losses were not accepted")

    def _apply(self, course: Course, header: Header) -> bool:
        """Write the tickets, then what ties them together; tells whether nothing is left for another run."""
        applier = Applier(
            source=self.source,
            target=self.target,
            pair=self.pair,
            course=course,
            report=self.report,
            observe=self.plugged.observe,
            clock=self.run.clock,
        )
        finished = True
        total = min(header.tickets, self.report.counts["tickets"].planned)
        for done, bundle in enumerate(self._bundles()):
            self.run.show(Progress(stage="apply", done=done, total=total))
            arrived = self.pair.landed("ticket", bundle.ticket.id, bundle.ticket.id) is not None
            if self.run.limit is not None and applier.created_tickets >= self.run.limit and not arrived:
                finished = False
                continue
            applier.ticket(plan_ticket(bundle, course))
        self.run.show(Progress(stage="apply", done=total, total=total))
        for bundle in self._bundles():
            applier.ties(plan_ties(bundle.ticket, course), partial=not finished or bool(self.run.only))
        return finished and not self.run.only

    def _finish(self, *, finished: bool) -> Report:
        self.report.status = "done" if finished else "partial"
        self.report.requests = {"source": self.source.requests(), "target": self.target.requests()}
        if not self.source.capabilities.listing.complete:
            reason = self.source.capabilities.listing.reason
            self.report.notes.append(f"the source cannot be listed completely: {reason}")
        self.report.finished_at = _now()
        return self.report
