"""plan(): reads both ends and says what a migration would do, before it writes anything."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from anybacklog.abilities import METADATA_KINDS, MetadataKind
from anybacklog.backend import TrafficState
from anybacklog.errors import MigrationError, UnsupportedOperation
from anybacklog.migration.asked import Show, showing, silent
from anybacklog.migration.charting import answers, natives, plan_course, target_words
from anybacklog.migration.choices import Choices, odd_options
from anybacklog.migration.comparison import can_rewrite, whatever_its_key
from anybacklog.migration.course import Bundle, Course
from anybacklog.migration.ends import (
    going_on,
    is_absent,
    key_taken,
    ledger_path,
    newest_id,
    pair_of,
    refuse_absent,
    refuse_same,
    snapshot_folder,
)
from anybacklog.migration.fidelity import Weighing
from anybacklog.migration.ledger import Ledger, Pair
from anybacklog.migration.ledger_file import refuse_foreign
from anybacklog.migration.moved import why_untold
from anybacklog.migration.planning import cut_texts, plan_ticket, plan_ties
from anybacklog.migration.plans.estimate import Costs, cost_of, seconds, spent, supposed
from anybacklog.migration.plans.limits import OverLimit, broken, statuses
from anybacklog.migration.plans.notices import Notices
from anybacklog.migration.plans.plan import Plan, lines_of, option_lines_of, words_of
from anybacklog.migration.plans.reading import read_plan
from anybacklog.migration.plans.undecided import decided
from anybacklog.migration.plans.worst import Worst
from anybacklog.migration.plugged import Plugged
from anybacklog.migration.rebuilding import already_copied
from anybacklog.migration.referring import asking, named_by, staying
from anybacklog.migration.report import COUNTED
from anybacklog.migration.round_trip import warning
from anybacklog.migration.seen import Seen, Ties
from anybacklog.migration.settings import NO_MARKS
from anybacklog.migration.snapshot import Header, Snapshot, take
from anybacklog.migration.telling import names_later, project_of
from anybacklog.model import Ticket
from anybacklog.registry import load_registry
from anybacklog.steps import AddComment, CreateTicket, SetParent, Step, key_of, unaccompanied, uploads_of
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
    fallback_folder: str | os.PathLike[str] | None = None,
) -> Plan:
    """Read both ends and say how a migration would go; nothing is written to either.

    `edited` is a plan that a person has changed: what it says holds. The source is read into the snapshot beside the
    ledger that `migrate` uses by default, or beside `ledger`, and `migrate` goes on from there; where the target is a
    file that is not there yet, it has to be read again. `fallback_folder` is where `migrate` is to keep files that the
    target cannot take. ConfigurationError names all that is wrong with an edited plan.
    """
    choices = edited if isinstance(edited, Choices) or edited is None else read_plan(edited)
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
            ledger=None if absent else str(book.path), fresh=pair.untouched(), before=before,
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
    fresh: bool
    before: tuple[Counter[str], Counter[str]]
    """What the two ends had been asked when this began."""
    reading: Counter[str] = field(default_factory=Counter)
    """What it took to read the source into a snapshot that `migrate` will find."""
    requests: dict[str, Counter[str]] = field(default_factory=lambda: {"source": Counter(), "target": Counter()})

    def made(self, snapshot: Snapshot, show: Show, plugins: tuple[str, ...]) -> Plan:
        header = self._read(snapshot, show)
        self.choices = decided(self.choices, header.words)
        course = plan_course(
            header.identity, header.words, self.target, self.choices, Plugged(load_registry(plugins)),
            marks=self.choices.marks, made=self.pair.made(), mentions=header.mentions,
        )  # fmt: skip
        named = {"references": named_by(self.source, self.target)}
        course = asking(course, self.pair, named, self.target)
        there: dict[MetadataKind, Sequence[Any]] = {kind: target_words(self.target, kind) for kind in METADATA_KINDS}
        survey = self._survey(snapshot, course, show, header.tickets)
        survey.limits += statuses(course.mapping, len(there["statuses"]), course.limits)
        self._metadata(course)
        notes = (*self._notes(header, show), *survey.notes(named))
        self._asked_again()
        return Plan(
            source=str(self.source.location),
            target=str(self.target.location),
            read_at=header.read_at,
            ledger=self.ledger,
            choices=self.choices,
            nouns=header.words,
            mapping=lines_of(course.mapping, header.words, there, self.choices.mapping),
            options=option_lines_of(course.mapping, self.choices.options),
            words=words_of(there),
            to_create=tuple((kind, _name(match)) for kind, match in course.mapping.to_create()),
            counts={kind: survey.weighing.planned[kind] for kind in COUNTED},
            limits=tuple(survey.limits),
            limit_reasons=course.limits.reasons,
            fidelity=tuple(survey.weighing.rows(header.uncounted)),
            notices=tuple(survey.notices.found()),
            requests=self.requests,
            eta_seconds=self._eta(),
            worst=survey.worst.found(),
            notes=notes,
        )

    def _read(self, snapshot: Snapshot, show: Show) -> Header:
        """Read the source, and have `migrate` go on from this reading where it can find it."""
        before = Counter(self.source.requests())
        take(self.source, snapshot.folder, show, self.choices.leave_out)
        header = snapshot.header()
        if header is None:
            raise MigrationError(f"the snapshot {snapshot.folder} vanished while it was read; run this again")
        if self.ledger is not None:
            self.pair.remember({**self.pair.settings, "snapshot": header.read_at.isoformat(), "finished": False})
            self.reading = Counter(self.source.requests()) - before
        return header

    def _asked_again(self) -> None:
        """Count what was asked for this plan: `migrate` asks it again, but for the snapshot, if it can find that."""
        source, target = self.before
        self.requests["source"] += Counter(self.source.requests()) - source - self.reading
        self.requests["target"] += Counter(self.target.requests()) - target

    def _survey(self, snapshot: Snapshot, course: Course, show: Show, total: int) -> _Survey:
        can = self.target.capabilities
        newest = self.pair.settings["newest"] if "newest" in self.pair.settings else newest_id(self.target)
        with Ties() as ties, Seen() as met:
            taken = key_taken(self.target, self.pair, newest)
            weighing = Weighing(course, answers(self.target, course.leave_out), ties, taken)
            survey = _Survey(weighing=weighing, notices=Notices(can.notifies))
            full = replace(course, mapping=supposed(course.mapping))
            for bundle in showing(show, "plan", snapshot.bundles(), total):
                self._bundle(bundle, survey, full, can.costs, met)
            weighing.outside()
            weighing.too_deep()
        return survey

    def _bundle(self, bundle: Bundle, survey: _Survey, course: Course, costs: Costs, met: Seen) -> None:
        survey.weighing.add(bundle)
        survey.worst.add(bundle)
        steps = tuple(plan_ticket(bundle, course))
        survey.limits += broken(bundle, steps, course.limits, cut_texts(bundle, course))
        met.add(bundle.ticket.id)
        for step in unaccompanied(step for step in steps if not self._done(step)):
            self._step(step, survey, course, costs)
        self._tell(bundle.ticket)
        self._names(bundle, steps, survey, course, met)
        for tie in plan_ties(bundle.ticket, course):  # a parent that is there already comes with its child
            new = tie.parent not in met if isinstance(tie, SetParent) else met.add(f"link {tie.item.id}")
            if new and not self._done(tie):
                self.requests["target"] += cost_of(tie, costs, course)

    def _step(self, step: Step, survey: _Survey, course: Course, costs: Costs) -> None:
        files = sum(upload.content is None for upload in uploads_of(step))
        self.requests["target"] += cost_of(step, costs, course)
        self.requests["source"] += spent(self.source.capabilities.costs, "open_attachment", files)
        survey.notices.add(step, course)

    def _tell(self, ticket: Ticket) -> None:
        """Count what it takes to have a ticket of the source say where it moved: it is asked first."""
        source = self.source.capabilities
        landed = self.pair.landed("ticket", ticket.id, ticket.id)
        told = landed is not None and self.pair.landed("moved", ticket.id, landed.target_id) is not None
        if self.choices.moved_to and not told and why_untold(source) is None:
            asked = ("ticket", "comments") if source.can("change_with_comment") else ("comments",)
            for operation in (*asked, "add_comment"):
                self.requests["source"] += spent(source.costs, operation)

    def _names(self, bundle: Bundle, steps: Iterable[Step], survey: _Survey, course: Course, met: Seen) -> None:
        """Count the texts that name what comes later, or themselves: to be read and written anew, or kept so."""
        can, project = self.target.capabilities, project_of(bundle.ticket.key)
        written = (step for step in steps if isinstance(step, CreateTicket | AddComment) and not can.native("key"))
        for step in written:
            body = whatever_its_key(step.plain.source) if step.plain is not None else ""  # a mark names no other ticket
            if not names_later(body, project, course, met):
                continue
            if can_rewrite(step, can):
                self.requests["target"] += spent(can.costs, "ticket") + spent(can.costs, "update_ticket")
            else:
                survey.kept += 1
        met.add(f"key {bundle.ticket.key}")

    def _done(self, step: Step) -> bool:
        row = None if self.fresh else self.pair.row(key_of(step))
        return row is not None and row.state == "done"

    def _metadata(self, course: Course) -> None:
        created = len(tuple(course.mapping.to_create()))
        self.requests["target"] += spent(self.target.capabilities.costs, "add_metadata", created)

    def _eta(self) -> int | None:
        ends = [(self.requests["source"], self.source), (self.requests["target"], self.target)]
        return seconds(
            [(sent, _traffic(end, sent)) for sent, end in ends], together=_one_user(self.source, self.target)
        )

    def _notes(self, header: Header, show: Show) -> list[str]:
        notes = [f"{key} was deleted while the source was read" for key in header.skipped]
        notes += [f"{each.key} is not counted: {each.error}" for each in header.unread]
        notes += [*filter(None, [header.unlisted]), *odd_options(self.choices, header.words)]
        if self.choices.moved_to:
            notes += filter(None, [why_untold(self.source.capabilities)])
        if not self.pair.settings.get("shown"):  # a run of this ledger has seen it
            notes += filter(None, [warning(self.target.capabilities.texts_become)])
        if self.ledger is None:
            notes.append("the target is not there yet, so that migrate reads the source once more")
        elif self.fresh and already_copied(self.target, natives(self.target).__contains__, header.identity, show):
            notes.append(SECOND_COPY)  # another ledger knows of it
        return notes if self.choices.marks else [*notes, NO_MARKS]


@dataclass(slots=True, kw_only=True)
class _Survey:
    """What one walk through the snapshot adds up."""

    weighing: Weighing
    notices: Notices
    worst: Worst = field(default_factory=Worst)
    limits: list[OverLimit] = field(default_factory=list)
    kept: int = 0
    """How many texts name what comes later, and cannot be changed then."""

    def notes(self, named: Mapping[str, Any]) -> Iterator[str]:
        """Say which texts keep old names."""
        yield from staying(named, self.weighing.stays)
        if self.kept:
            yield f"texts that keep old names of what arrives later, because the target cannot change them: {self.kept}"


def _name(match: Any) -> str:
    return str((match.noun or match.source).name if match.target is None else match.target.name)


def _traffic(tracker: Tracker, sent: Mapping[str, int]) -> TrafficState:
    """Ask how the budgets stand, where there is anything to send."""
    try:
        return tracker.traffic() if sent else TrafficState()
    except UnsupportedOperation:
        return TrafficState()


def _one_user(source: Tracker, target: Tracker) -> bool:
    """Tell whether both ends draw on the budgets of one user of one service."""
    places = [(each.location.scheme, each.location.authority()) for each in (source, target)]
    if places[0] != places[1] or not all(each.capabilities.can("myself") for each in (source, target)):
        return False
    return bool(source.requests()) and source.myself().id == target.myself().id
