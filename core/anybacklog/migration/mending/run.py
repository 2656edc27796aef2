"""repair(): settle, verify, decide, ask, write, verify, in that order; it mends only what verify named."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from anybacklog.errors import ConfigurationError, MigrationError, NotFound
from anybacklog.migration.apply import Applier, Writer, prepare, write_ties
from anybacklog.migration.apply.outcomes import settled_by
from anybacklog.migration.asked import Show
from anybacklog.migration.choices import Choices
from anybacklog.migration.clock import Clock
from anybacklog.migration.comparison import fingerprint
from anybacklog.migration.course import Bundle, Course
from anybacklog.migration.ends import default_ledger, going_on, refuse_absent, snapshot_folder
from anybacklog.migration.fetching import asked_for
from anybacklog.migration.ledger import Ledger, Pair
from anybacklog.migration.ledgers import migrated
from anybacklog.migration.mapping.fields import to_make
from anybacklog.migration.mending.decision import fresh, items_to_forget, mend, unsaid
from anybacklog.migration.mending.repair_report import Mending
from anybacklog.migration.mending.settling import settle as settle_held
from anybacklog.migration.mending.words import staying, told, wordless
from anybacklog.migration.plans.reading import read_plan
from anybacklog.migration.plugged import Plugged
from anybacklog.migration.remembered import course_of
from anybacklog.migration.report import Difference, Failure, Progress, Report
from anybacklog.migration.round_trip import unaltered
from anybacklog.migration.seen import Seen
from anybacklog.migration.snapshot import Snapshot, read_words
from anybacklog.migration.unread import Unread, bundle_of
from anybacklog.migration.verification.run import verified
from anybacklog.migration.wordings import forms
from anybacklog.model import Text, Ticket
from anybacklog.registry import load_registry
from anybacklog.steps import (
    AddAttachment,
    AddComment,
    AddLink,
    CreateTicket,
    SetParent,
    Step,
    StepState,
    digest_of,
    key_of,
)
from anybacklog.tracker import Tracker

Confirm = Callable[[Mending], bool]
_UNMADE = "words that the plan has made are not there yet, so the steps that write them may be more than are named"
_NAMED = (CreateTicket, AddComment, AddAttachment)
"""What comes again with another key or number, by which texts may name it."""
_IN_DOUBT = ("intended", "unsure")


def repair(
    source: Tracker,
    target: Tracker,
    *,
    ledger: str | os.PathLike[str] | None = None,
    plan: str | os.PathLike[str] | None = None,
    settle: Mapping[str, str] | None = None,
    dry_run: bool = False,
    confirm: Confirm | None = None,
    progress: Show | None = None,
    plugins: tuple[str, ...] = (),
    clock: Clock | None = None,
    watch: Callable[[str], None] = lambda _: None,
) -> Mending:
    """Write again what `verify` names as missing or altered; nothing is deleted, and what is extra or doubled is named.

    `settle` says of held items, `KIND:ID` each, `there:ID` or `absent`. `confirm` is shown the steps before the first
    is written. In the end everything is verified afresh: `left` is what still differs. Memory grows with what differs
    alone: differences, and steps with their texts until they are written. ConfigurationError if the ledger does not
    know the pair, or if something said of a held item cannot be; MigrationError when refused.
    """
    refuse_absent(source)
    refuse_absent(target)
    path = Path(ledger) if ledger is not None else default_ledger(source, target)
    show = progress or (lambda _: None)
    report = Mending(source=str(source.location), target=str(target.location), ledger=str(path),
                     started_at=datetime.now(UTC))  # fmt: skip
    going = _Going(source, target, path, report, Plugged(load_registry(plugins)), clock or Clock(), show, watch)
    choices = read_plan(plan) if plan is not None else None
    tried = going.prepare(settle or {}, choices, confirm, dry_run=dry_run) if settle or choices is not None else None
    look = partial(
        verified, source, target, ledger=path, progress=show, plugins=plugins, take_note=not dry_run, choices=tried
    )
    before = look()
    report.named = len(before.differences)
    written = going.mend(before.differences, tried, confirm, dry_run=dry_run)
    report.left = look() if written else before
    if any(isinstance(step, _NAMED) for step in written) and going.mend(fresh(before, report.left), None, None):
        report.left = look()  # what names or is tied to a thing that came again was mended once more
    if not dry_run:
        report.notes += staying(report.left.differences)
    if report.clean and not dry_run:
        going.forget_altered()
    report.status = "dry-run" if dry_run else "done" if report.clean else "partial"
    report.requests = {"source": source.requests(), "target": target.requests()}
    report.finished_at = datetime.now(UTC)
    return report


@dataclass(frozen=True, slots=True)
class _Going:
    """One repair, but for its verifications."""

    source: Tracker
    target: Tracker
    path: Path
    report: Mending
    plugged: Plugged
    clock: Clock
    show: Show
    watch: Callable[[str], None]

    def prepare(
        self, words: Mapping[str, str], choices: Choices | None, confirm: Confirm | None, *, dry_run: bool
    ) -> Choices | None:
        """Settle what is held, and keep the plan that everything is compared through from now on.

        A dry run keeps nothing: it is given the choices to go by.
        """
        if dry_run and words:
            raise ConfigurationError("a dry run changes no ledger, so nothing can be settled: leave out --settle")
        if not self.path.exists():
            raise ConfigurationError(f"there is no ledger {self.path}; name the one of the migration with --ledger")
        with Ledger(self.path, watch=self.watch) as book:
            pair = self._pair(book)
            self.report.settled += settle_held(self.target, pair, words)
            if choices is None:
                return None
            choices = going_on(choices, pair.settings)
            course = self._course(pair, book.path, choices)  # one that cannot be followed is not remembered
            if not dry_run:
                pair.remember({**pair.settings, **choices.to_remember()})
            self._make(pair, course, confirm, dry_run=dry_run)
            return choices if dry_run else None

    def _make(self, pair: Pair, course: Course, confirm: Confirm | None, *, dry_run: bool) -> None:
        """Make the words that the plan has made: nothing can be compared with what is not there."""
        making = list(course.mapping.to_create())
        self.report.steps += [f"create {to_make(match).name!r} among the {_spaced(kind)}" for kind, match in making]
        if making and dry_run:
            self.report.notes.append(_UNMADE)
        elif making:
            self._agree(confirm)
            made = Report(source="", target="", ledger="", started_at=datetime.now(UTC))
            prepare(self.target, pair, course.mapping, made, self.clock)
            self.report.notes += made.notes
            self.report.mended += len(making)

    def _agree(self, confirm: Confirm | None) -> None:
        if confirm is not None and not confirm(self.report):
            raise MigrationError("nothing was mended: it was not agreed to")

    def mend(
        self,
        differences: list[Difference],
        tried: Choices | None,
        confirm: Confirm | None,
        *,
        dry_run: bool = False,
    ) -> Sequence[Step]:
        """Decide, by the choices that are only `tried` if any, ask and write; gives what was written."""
        with Ledger(self.path, watch=self.watch) as book:
            pair = self._pair(book)
            self._held(pair)
            course = self._course(pair, book.path, tried)
            lost = frozenset(pair.settings.get("lost", ()))
            to_be = frozenset(f"{kind}:{match.source.id}" for kind, match in course.mapping.to_create())
            steps, ties = self._decide(pair, differences, course, lost | to_be if tried is not None else lost)
            every = [*(each for several in steps for each in several), *ties]
            self.report.steps += map(told, every)
            if dry_run or not every:
                return ()
            self._agree(confirm)
            self._write(pair, course, steps, ties)
        return every

    def forget_altered(self) -> None:
        """Let go what came back changed: both ends were compared, and nothing differs any more."""
        with Ledger(self.path, watch=self.watch) as book:
            pair = self._pair(book)
            pair.remember({**pair.settings, "shown": unaltered(pair.settings.get("shown", ()))})

    def _pair(self, book: Ledger) -> Pair:
        return migrated(book, self.source.identity(), self.target.identity())

    def _held(self, pair: Pair) -> None:
        """Name what is still held: only a person's word settles it."""
        for row in pair.rows("held"):
            kind, _, rest = row.key.partition(":")
            error = f"{row.error or 'nobody can tell whether it was written'}; {settled_by(row.key)}"
            held = Failure(source_key=row.source_key, kind=kind, id=rest.rpartition(":")[2], stage="held", error=error,
                           held=True)  # fmt: skip
            self.report.failures += [held] if held not in self.report.failures else []

    def _course(self, pair: Pair, path: Path, choices: Choices | None) -> Course:
        words = read_words(self.source, Snapshot(snapshot_folder(path, pair)).header())
        return course_of(pair, words, self.target, self.plugged, self.source.capabilities.mentions, choices)

    def _decide(
        self, pair: Pair, differences: list[Difference], course: Course, lost: frozenset[str]
    ) -> tuple[list[list[Step]], list[SetParent | AddLink]]:
        by_key: dict[str, list[Difference]] = defaultdict(list)
        for each in differences:
            if each.source_key is not None and each.field not in ("extra", "doubled", "order"):
                by_key[each.source_key].append(each)
        steps: list[list[Step]] = []
        ties: list[SetParent | AddLink] = []
        words = Counter[str]()
        for key, named in by_key.items():
            bundle = self._bundle(key)
            if bundle is not None and not self._is_held(pair, bundle):
                words.update(unsaid(bundle, named, course, lost))
                copy = self._copy(pair, bundle)
                several, tied = mend(bundle, named, copy, course, partial(self._is_ours, pair), lost)
                steps.append([step for step in several if _state(pair, step) != "held"])
                ties += [tie for tie in tied if _state(pair, tie) != "held"]
        self.report.notes += wordless(words)
        return steps, ties

    def _bundle(self, key: str) -> Bundle | None:
        try:
            bundle = bundle_of(self.source, self.source.ticket(key))
        except NotFound:
            return None  # gone from the source meanwhile: the verification in the end says so
        return None if isinstance(bundle, Unread) else bundle

    def _copy(self, pair: Pair, bundle: Bundle) -> Ticket | None:
        landed = pair.landed("ticket", bundle.ticket.id, bundle.ticket.id)
        try:
            return self.target.ticket(landed.target_ticket) if landed is not None else None
        except NotFound:
            return None

    def _is_ours(self, pair: Pair, step: AddComment, there: Text) -> bool:
        """Tell whether a comment is there as we wrote it, all but the text as it would be written now."""
        row, as_it_was = pair.row(key_of(step)), digest_of(replace(step, body=there, plain=None))
        known = row is not None and row.before.get("digest") == as_it_was
        can = self.target.capabilities.can("update_comment")
        return can and (known or fingerprint(there) in forms(pair, step.item))

    def _is_held(self, pair: Pair, bundle: Bundle) -> bool:
        row = pair.row(f"ticket:{bundle.ticket.id}:{bundle.ticket.id}")
        return row is not None and row.state == "held"

    def _write(self, pair: Pair, course: Course, steps: list[list[Step]], ties: list[SetParent | AddLink]) -> None:
        applied = Report(source="", target="", ledger="", started_at=datetime.now(UTC))
        applier = Applier(
            source=self.source, target=self.target, pair=pair, course=course, report=applied,
            fetch=partial(asked_for, self.source), observe=self.plugged.observe, clock=self.clock,
        )  # fmt: skip
        steps = [applier.first_look.missing(several) for several in steps]
        every: list[Sequence[Step]] = [*steps, ties]
        for several in every:  # what is in doubt is asked about, not forgotten
            pair.forget_items(items_to_forget(step for step in several if _state(pair, step) not in _IN_DOUBT))
        writer = Writer(applier)
        for done, planned in enumerate(writer.each(steps), 1):
            writer.ticket(planned)
            self.show(Progress(stage="apply", done=done, total=len(steps)))
        with Seen() as tied:
            for tie in writer.each(ties):
                write_ties(writer, [tie], tied, partial=False)
        self._remember(pair, steps)
        self.report.failures += applied.failures
        self.report.notes += [*applied.notes, *applied.new_keys(), *applier.first_look.notes()]
        written = len(ties) + sum(map(len, steps))
        self.report.mended += written - len({(each.kind, each.id) for each in applied.failures})

    def _remember(self, pair: Pair, steps: list[list[Step]]) -> None:
        """Have the ledger know which comments may come last: those that came again to a ticket that was there."""
        late = list(pair.settings.get("mended", ()))
        for several in steps:
            if not any(isinstance(step, CreateTicket) for step in several):
                items = (step.item for step in several if isinstance(step, AddComment))
                found = (pair.landed("comment", item.ticket_id, item.id) for item in items)
                late += [landed.target_id for landed in found if landed is not None]
        if late:
            pair.remember({**pair.settings, "mended": late})


def _state(pair: Pair, step: Step) -> StepState | None:
    row = pair.row(key_of(step))
    return row.state if row is not None else None


def _spaced(kind: str) -> str:
    return kind.replace("_", " ")
