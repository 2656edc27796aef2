"""plan(): reads both ends and says what a migration would do, before it writes anything."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from anybacklog.abilities import METADATA_KINDS
from anybacklog.migration.asked import Show, showing, silent
from anybacklog.migration.charting import natives, plan_course, target_words
from anybacklog.migration.choices import Choices
from anybacklog.migration.clock import Clock
from anybacklog.migration.course import Course
from anybacklog.migration.ends import (
    going_on,
    is_absent,
    ledger_path,
    pair_of,
    refuse_absent,
    refuse_same,
    snapshot_folder,
)
from anybacklog.migration.ledger import Ledger, Pair
from anybacklog.migration.ledger.file import refuse_foreign
from anybacklog.migration.mapping import MappingTable, Match, Nouns
from anybacklog.migration.moved import why_untold
from anybacklog.migration.options import odd_options
from anybacklog.migration.plans.eta import eta
from anybacklog.migration.plans.limits import statuses
from anybacklog.migration.plans.mapping_lines import lines_of, option_lines_of, words_of
from anybacklog.migration.plans.plan import Plan
from anybacklog.migration.plans.reading import read_plan
from anybacklog.migration.plans.spending import Spending
from anybacklog.migration.plans.survey import Survey, survey_of
from anybacklog.migration.plans.undecided import decided
from anybacklog.migration.plugged import Plugged
from anybacklog.migration.rebuilding import already_copied
from anybacklog.migration.referring import asking, named_by
from anybacklog.migration.report import COUNTED
from anybacklog.migration.round_trip import warning
from anybacklog.migration.settings import NO_MARKS
from anybacklog.migration.snapshot import Header, Snapshot, read_for
from anybacklog.registry import load_registry
from anybacklog.tracker import Tracker

SECOND_COPY = (
    "the target already holds tickets copied from this source that this ledger does not know: migrate will refuse; "
    "use the ledger of that run, or --rebuild-ledger"
)


def plan(
    source: Tracker,
    target: Tracker,
    *,
    edited: Choices | str | os.PathLike[str] | None = None,
    ledger: str | os.PathLike[str] | None = None,
    progress: Show | None = None,
    plugins: tuple[str, ...] = (),
    clock: Clock | None = None,
    fallback_folder: str | os.PathLike[str] | None = None,
) -> Plan:
    """Read both ends and say how a migration would go; nothing is written to either.

    `edited` is a plan that a person has changed: what it says holds. The source is read into the snapshot beside the
    ledger that `migrate` uses by default, or beside `ledger`, and `migrate` goes on from there; where the target is a
    file that is not there yet, it has to be read again. `fallback_folder` is where `migrate` is to keep files that the
    target cannot take. Memory grows with the project's words, and with what breaks a limit, alone.
    ConfigurationError names all that is wrong with an edited plan.
    """
    choices = edited if isinstance(edited, Choices) or edited is None else read_plan(edited, later=True)
    before = (Counter(source.requests()), Counter(target.requests()))
    if ledger is not None:
        refuse_foreign(Path(ledger))
    refuse_absent(source)
    absent = is_absent(target)
    if not absent:
        refuse_same(source, target)
    with ExitStack() as open_files:
        path = ledger_path(source, target, ledger, dry_run=absent, open_files=open_files)
        book = open_files.enter_context(Ledger(path))
        pair = pair_of(book, source, target, absent=absent)
        making = _Making(
            source, target, pair, going_on(choices, pair.settings, fallback_folder),
            ledger=None if absent else str(book.path), before=before, clock=clock or Clock(),
        )  # fmt: skip
        return making.made(Snapshot(snapshot_folder(book.path, pair)), progress or silent, plugins)


@dataclass(slots=True)
class _Making:
    """One plan in the making."""

    source: Tracker
    target: Tracker
    pair: Pair
    choices: Choices
    ledger: str | None
    before: tuple[Counter[str], Counter[str]]
    """What the two ends had been asked when this began."""
    clock: Clock
    reading: Counter[str] = field(default_factory=Counter)
    """What it took to read the source into a snapshot that `migrate` will find."""

    def made(self, snapshot: Snapshot, show: Show, plugins: tuple[str, ...]) -> Plan:
        header = self._read(snapshot, show)
        self.choices = decided(self.choices, header.words)
        named = {"references": named_by(self.source, self.target)}
        course = asking(self._course(header, plugins), self.pair, named, self.target)
        there: Nouns = {kind: target_words(self.target, kind) for kind in METADATA_KINDS}
        spending = Spending(self.source, self.target, self.pair, fresh=self.pair.untouched())
        survey = survey_of(showing(show, "plan", snapshot.bundles(), header.tickets), course, spending)
        survey.limits += statuses(course.mapping, len(there["statuses"]), course.limits)
        spending.add_words(course.mapping)
        notes = (*self._notes(header, show, fresh=spending.fresh), *survey.notes(named))
        self._count_asked(spending.requests)
        return self._found(header, course.mapping, there, survey, notes)

    def _read(self, snapshot: Snapshot, show: Show) -> Header:
        """Read the source, and have `migrate` go on from this reading where it can find it."""
        known = snapshot.header() if self.choices.problems else None
        if known is not None:
            return known
        before = Counter(self.source.requests())
        header = read_for(self.choices, self.source, snapshot, show)
        if self.ledger is not None:
            self.pair.remember({**self.pair.settings, "snapshot": header.read_at.isoformat(), "finished": False})
            self.reading = Counter(self.source.requests()) - before
        return header

    def _course(self, header: Header, plugins: tuple[str, ...]) -> Course:
        return plan_course(
            header.identity, header.words, self.target, self.choices, Plugged(load_registry(plugins)),
            marks=self.choices.marks, made=self.pair.made(), mentions=header.mentions,
        )  # fmt: skip

    def _notes(self, header: Header, show: Show, *, fresh: bool) -> list[str]:
        notes = [f"{key} was deleted while the source was read" for key in header.skipped]
        notes += [f"{each.key} is not counted: {each.error}" for each in header.unread]
        notes += [*filter(None, [header.unlisted]), *odd_options(self.choices, header.words)]
        if self.choices.moved_to:
            notes += filter(None, [why_untold(self.source.capabilities)])
        if not self.pair.settings.get("shown"):  # a run of this ledger has seen it
            notes += filter(None, [warning(self.target.capabilities.texts_become)])
        if self.ledger is None:
            notes.append("the target is not there yet, so that migrate reads the source once more")
        elif fresh and already_copied(self.target, natives(self.target).__contains__, header.identity, show):
            notes.append(SECOND_COPY)  # another ledger knows of it
        return notes if self.choices.marks else [*notes, NO_MARKS]

    def _count_asked(self, requests: dict[str, Counter[str]]) -> None:
        """Count what was asked for this plan: `migrate` asks it again, but for the snapshot, if it can find that."""
        source, target = self.before
        requests["source"] += Counter(self.source.requests()) - source - self.reading
        requests["target"] += Counter(self.target.requests()) - target

    def _found(
        self, header: Header, mapping: MappingTable, there: Nouns, survey: Survey, notes: tuple[str, ...]
    ) -> Plan:
        return Plan(
            source=str(self.source.location),
            target=str(self.target.location),
            read_at=header.read_at,
            ledger=self.ledger,
            choices=self.choices,
            nouns=header.words,
            mapping=lines_of(mapping, header.words, there, self.choices.mapping),
            options=option_lines_of(mapping, self.choices.options),
            words=words_of(there),
            to_create=tuple((kind, _name(match)) for kind, match in mapping.to_create()),
            counts={kind: survey.weighing.planned[kind] for kind in COUNTED},
            limits=tuple(survey.limits),
            limit_reasons=survey.course.limits.reasons,
            fidelity=tuple(survey.weighing.rows(header.uncounted)),
            notices=tuple(survey.notices.found()),
            requests=survey.spending.requests,
            eta_seconds=eta(self.source, self.target, survey.spending.requests, self.clock),
            worst=survey.worst.found(),
            notes=notes,
        )


def _name(match: Match) -> str:
    return str((match.noun or match.source).name if match.target is None else match.target.name)
