"""migrate(): read, map, plan, apply, report, in that order; running it again goes on where it stopped."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from anybacklog.errors import AnyBacklogError, ConfigurationError, MigrationError
from anybacklog.migration.ahead import TICKETS, Ahead
from anybacklog.migration.announcing import announce
from anybacklog.migration.apply import Applier, Counting, Writer, count_done, finish, prepare, write_tickets
from anybacklog.migration.asked import Confirm, Run, Show, showing, silent
from anybacklog.migration.charting import answers, plan_course, remembering
from anybacklog.migration.choices import Choices
from anybacklog.migration.clock import Clock
from anybacklog.migration.course import Bundle, Course
from anybacklog.migration.ends import (
    going_on,
    is_absent,
    key_taken,
    ledger_path,
    pair_of,
    refuse_beforehand,
    settings_for,
    snapshot_folder,
)
from anybacklog.migration.fidelity import Weighing, lost
from anybacklog.migration.ledger import Ledger, Pair
from anybacklog.migration.mapping import MappingTable
from anybacklog.migration.planning import draft_of, plan_ticket, plan_ties
from anybacklog.migration.plans.plan import Plan
from anybacklog.migration.plans.reading import read_plan
from anybacklog.migration.plans.worst import worst
from anybacklog.migration.plugged import Plugged
from anybacklog.migration.questions import Questions
from anybacklog.migration.rebuilding import before_all_copies, no_marks, rebuild
from anybacklog.migration.redirects import refuse_form, write_redirects
from anybacklog.migration.referring import asking, named_by, staying
from anybacklog.migration.report import COUNTED, Report
from anybacklog.migration.round_trip import added, with_rewritten
from anybacklog.migration.second_copy import refuse_second_copy
from anybacklog.migration.seen import Seen, Ties
from anybacklog.migration.settings import NO_MARKS
from anybacklog.migration.snapshot import Header, Snapshot, read_for
from anybacklog.registry import load_registry
from anybacklog.tracker import Tracker


def migrate(
    source: Tracker,
    target: Tracker,
    *,
    plan: Plan | str | os.PathLike[str] | None = None,
    ledger: str | os.PathLike[str] | None = None,
    dry_run: bool = False,
    limit: int | None = None,
    only: Sequence[str] = (),
    sample: Literal["worst"] | None = None,
    refresh: bool = False,
    marks: bool = True,
    rebuild_ledger: bool = False,
    redirect_map: str | os.PathLike[str] | None = None,
    confirm: Confirm | None = None,
    progress: Show | None = None,
    say: Callable[[str], None] = lambda _: None,
    plugins: tuple[str, ...] = (),
    clock: Clock | None = None,
    fallback_folder: str | os.PathLike[str] | None = None,
    watch: Callable[[str], None] = lambda _: None,
) -> Report:
    """Copy every ticket of `source` into `target` exactly once; running it again resumes, or finds nothing left to do.

    `plan` is a plan or its file (see the guide; without one, the last run's holds), `ledger` the file that remembers;
    without one it lives in the platform's state folder. `limit` stops after that many new tickets, `only` keeps to
    these keys, `sample="worst"` to the ten tickets with the most text and files. `confirm` is asked about what will
    be lost before the first write, `say` told whom the target will tell of it. `fallback_folder` takes the files that
    the target cannot. `redirect_map` is a file, .csv or .jsonl, for the old and the new key and address of every ticket
    copied by now. `watch` is told of every ledger commit. Memory grows with the project's words, and with what fails
    or is nested too deep, alone. Raises MigrationError when refused.
    """
    choices = plan.chosen() if isinstance(plan, Plan) else read_plan(plan, later=True) if plan is not None else None
    if choices is not None and choices.problems:
        dry_run, progress = True, None  # it ends in a refusal: nothing is begun, and nothing left behind
    if redirect_map is not None:
        refuse_form(Path(redirect_map))
    refuse_beforehand(source, target, ledger, only, dry_run=dry_run)
    run = Run(
        limit=limit, only=frozenset(only), confirm=confirm, show=progress or silent, say=say, clock=clock or Clock()
    )
    with ExitStack() as open_files:
        path = ledger_path(source, target, ledger, dry_run=dry_run, rebuild=rebuild_ledger, open_files=open_files)
        book = open_files.enter_context(Ledger(path, watch=watch))
        pair = pair_of(book, source, target, absent=dry_run and is_absent(target))
        choices = going_on(choices, pair.settings, fallback_folder)
        marks = marks and choices.marks
        settings = settings_for(pair, source, target, choices, marks=marks, rebuild=rebuild_ledger)
        going = _Going(source, target, pair, settings, choices, Plugged(load_registry(plugins)), run, book.path)
        if bool(settings["marks"]) != marks:
            how = "written" if settings["marks"] else "not written"
            going.report.notes.append(f"marks are {how}, as the first run chose")
        report = going.through(refresh=refresh, sample=sample, rebuild_ledger=rebuild_ledger, dry_run=dry_run)
        if redirect_map is not None:
            report.notes += write_redirects(Path(redirect_map), pair, dry_run=dry_run)
        return report


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
        self.settings = {**settings, "references": named_by(source, target)}
        self.marks = bool(settings["marks"])
        self.choices = choices
        self.plugged = plugged
        self.run = run
        self.began = run.clock.monotonic()
        self.snapshot = Snapshot(snapshot_folder(path, pair))
        self.report = Report(
            source=str(source.location), target=str(target.location), ledger=str(path), started_at=datetime.now(UTC)
        )

    def through(self, *, refresh: bool, sample: str | None, rebuild_ledger: bool, dry_run: bool) -> Report:
        if self.marks and not rebuild_ledger and not (dry_run and is_absent(self.target)):
            refuse_second_copy(self.target, self.pair, self.source.identity(), self.run.show)
        header = self._read(refresh=refresh, dry_run=dry_run)
        self.report.notes += filter(None, [header.unlisted])
        if sample is not None:
            self.run = replace(self.run, only=self.run.only | worst(self.snapshot.bundles()))
        course = self._course(header)
        if rebuild_ledger:
            self._rebuild(course, dry_run=dry_run)
            course = self._course(header)
        self.report.notes += () if self.marks else (NO_MARKS,)
        self._weigh(course, header)
        announce(self.target, self.pair, self._shown("plan", header), course, self.report, self.run.say)
        if dry_run:
            return self._dry(course)
        self._agree()
        self._remember(lost=[f"{kind}:{match.source.id}" for kind, match in course.mapping.unmatched()])
        mapping = prepare(self.target, self.pair, course.mapping, self.report, self.run.clock)
        return self._finish(finished=self._apply(self._course(header, mapping), header))

    def _remember(self, **settings: Any) -> None:
        self.settings = {**self.settings, **settings}
        self.pair.remember(self.settings)

    def _read(self, *, refresh: bool, dry_run: bool) -> Header:
        """Read the source, or go on with what an unfinished run of this ledger has read."""
        header = None if refresh or self.settings.get("finished") else self.snapshot.header()
        read_at = self.settings.get("snapshot")
        if header and read_at == header.read_at.isoformat() and header.serves(self.choices.leave_out):
            when = header.read_at.isoformat(timespec="seconds").replace("+00:00", "Z")
            self.report.notes.append(f"the source as it was read at {when}; --refresh reads it again")
            return header
        if self.choices.problems and (kept := self.snapshot.header()):
            return kept
        header = read_for(self.choices, self.source, self.snapshot, self.run.show)
        if not dry_run:  # not yet the plan: it may be one that cannot be followed
            known = {"snapshot": header.read_at.isoformat(), "finished": False}
            self.settings |= known
            self.pair.remember({**self.pair.settings, **known})
        self.report.notes += [f"{key} was deleted while the source was read" for key in header.skipped]
        return header

    def _rebuild(self, course: Course, *, dry_run: bool) -> None:
        questions = Questions(self.source, self.target, self.pair, course)
        if not self.marks:
            raise ConfigurationError(
                "a migration without marks leaves nothing to rebuild a ledger from; leave out --rebuild-ledger"
            )
        if dry_run and is_absent(self.target):
            raise no_marks()
        if not dry_run:
            self._let_arrive()
        found = rebuild(self.pair, questions, self.snapshot, self.run.show)
        self._remember(newest=before_all_copies(self.target, course.native, course.source))
        rebuilt = "the ledger would be rebuilt" if dry_run else "the ledger was rebuilt"
        self.report.notes.append(f"{rebuilt}: {found} items of this source are in the target")

    def _let_arrive(self) -> None:
        """Wait until nothing can arrive any more that was sent before this run began: its mark would be missed."""
        settle, clock = self.target.capabilities.settle.seconds, self.run.clock
        why = "what a run before this one sent may still arrive, so the ledger is rebuilt (to interrupt is safe)"
        clock.wait(self.began + settle - clock.monotonic(), why)

    def _course(self, header: Header, mapping: MappingTable | None = None) -> Course:
        course = plan_course(
            header.identity, header.words, self.target, self.choices, self.plugged,
            marks=self.marks, made=self.pair.made(), mapping=mapping, mentions=header.mentions,
        )  # fmt: skip
        return asking(remembering(course, self.settings), self.pair, self.settings, self.target)

    def _bundles(self) -> Iterator[Bundle]:
        for bundle in self.snapshot.bundles():
            if not self.run.only or bundle.ticket.key in self.run.only:
                yield bundle

    def _shown(self, stage: str, header: Header) -> Iterator[Bundle]:
        return showing(self.run.show, stage, self._bundles(), len(self.run.only) or header.tickets)

    def _weigh(self, course: Course, header: Header) -> None:
        taken = key_taken(self.target, self.pair, self.settings.get("newest"))
        with Ties() as ties:
            for each in header.unread:
                ties.add(each.id, [])  # it is no stranger
            weighing = Weighing(course, answers(self.target, course.leave_out), ties, taken)
            for bundle in self._shown("plan", header):
                weighing.add(bundle)
                if course.transform is not None:
                    draft_of(bundle.ticket, course)  # what a plugin refuses, it refuses before the first write
            if not self.run.only:
                weighing.outside()
            known = self.settings.get("tops", ()) if self.run.only else ()
            self.settings["tops"] = sorted({*known, *weighing.too_deep()})
        self.report.notes += staying(self.settings, weighing.stays)
        self._name_unread(header, weighing)
        self.report.fidelity = weighing.rows(header.uncounted)
        for kind in COUNTED:
            self.report.counts[kind].planned = weighing.planned[kind]
        if self.run.only and weighing.planned["tickets"] < len(self.run.only):
            raise ConfigurationError("a ticket of --only is newer than what was read; add --refresh")

    def _name_unread(self, header: Header, weighing: Weighing) -> None:
        """Count as failed what is in the source and broke when it was read; the next run reads it again."""
        for each in header.unread:
            if not self.run.only or each.key in self.run.only:
                weighing.planned["tickets"] += 1
                Counting(self.report).fail([each.item], "read", each.error)

    def _dry(self, course: Course) -> Report:
        """Say what a real run would find done already."""
        with Seen() as tied:
            for bundle in self._bundles():
                for step in (*plan_ticket(bundle, course), *plan_ties(bundle.ticket, course)):
                    if step.item.kind != "link" or tied.add(step.item.id):  # both ends tell of it
                        count_done(step, self.pair, self.report)
        self.report.status, self.report.finished_at = "dry-run", datetime.now(UTC)
        return self.report

    def _agree(self) -> None:
        """Ask about losses that nobody has agreed to yet."""
        losses = lost(self.report.fidelity)
        accepted = {tuple(row) for row in self.settings.get("accepted", [])}
        fresh = [row for row in losses if (row.field, row.reason) not in accepted]
        if fresh and self.run.confirm is not None and not self.run.confirm(fresh):
            raise MigrationError("nothing was written: the losses were not accepted")
        self._remember(accepted=[[row.field, row.reason] for row in losses])

    def _apply(self, course: Course, header: Header) -> bool:
        """Write the tickets, then what ties them together, what they name included; tells whether nothing is left."""
        tickets = TICKETS if self.run.limit is None else 0  # with a limit the next one may be none of this run's
        ahead = Ahead(self.source, self.pair, replace(course, refer=None), self._bundles(), tickets)
        writer = Writer(Applier(
            source=self.source, target=self.target, pair=self.pair, course=course, report=self.report,
            fetch=ahead.fetch, observe=self.plugged.observe, clock=self.run.clock,
        ))  # fmt: skip
        total, before = min(header.tickets, self.report.counts["tickets"].planned), self.settings.get("shown", ())

        def keep_shown() -> None:
            """Have the next run report what this one saw, too, however it ends."""
            self._remember(shown=added(before, writer.applier.calls.shown))

        try:
            with ahead, self.target.waits.spent_on(ahead.read):
                finished = write_tickets(writer, ahead, self.run, total, keep_shown)
            partial = not finished or bool(self.run.only or header.unread)
            finish(writer, self._bundles, partial=partial, show=self.run.show, total=total)
        except (AnyBacklogError, KeyboardInterrupt):  # in the middle of a ticket
            keep_shown()
            raise
        keep_shown()
        return finished and not self.run.only

    def _finish(self, *, finished: bool) -> Report:
        self.report.status = "done" if finished else "partial"
        self._remember(finished=finished)
        self.report.notes += (*self.report.new_keys(), *self.report.changes())
        self.report.fidelity = with_rewritten(self.report.fidelity, self.settings["shown"])
        self.report.requests = {"source": self.source.requests(), "target": self.target.requests()}
        self.report.finished_at = datetime.now(UTC)
        return self.report
