"""migrate(): read, map, plan, apply, report, in that order; running it again goes on where it stopped."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from heapq import nlargest
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_state_path

from anybacklog.abilities import METADATA_KINDS, NATIVE_FIELDS, MetadataKind
from anybacklog.errors import ConfigurationError, MigrationError, NotFound, UnsupportedOperation
from anybacklog.migration.apply import Applier, Clock, prepare
from anybacklog.migration.choices import Choices, read_choices
from anybacklog.migration.fidelity import Weighing, lost
from anybacklog.migration.ledger import Ledger, Pair
from anybacklog.migration.mapping import MappingTable, map_all
from anybacklog.migration.planning import Bundle, Course, plan_ticket, plan_ties
from anybacklog.migration.plugged import Plugged
from anybacklog.migration.rebuilding import already_copied, rebuild
from anybacklog.migration.report import COUNTED, Fidelity, Progress, Report
from anybacklog.migration.snapshot import Header, Snapshot, take
from anybacklog.migration.texts import Writing
from anybacklog.registry import load_registry
from anybacklog.steps import SetParent
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

    `plan` is a file of choices (see the guide), `ledger` the file that remembers; without one it lives in the
    platform's state folder. `limit` stops after that many new tickets, `only` keeps to these keys, `sample="worst"`
    to the ten tickets with the most text and files. `confirm` is asked about what will be lost before the first
    write. `watch` is told of every ledger commit. Raises MigrationError when refused.
    """
    refuse_absent(source)
    if not dry_run and source.identity() == target.identity():
        raise ConfigurationError("source and target are the same project; name another target")
    run = Run(limit=limit, only=frozenset(only), confirm=confirm, show=progress or _silent, clock=clock or Clock())
    choices = read_choices(plan) if plan is not None else Choices()
    plugged = Plugged(load_registry(plugins))
    with ExitStack() as open_files:
        path = _ledger_path(source, target, ledger, dry_run=dry_run, open_files=open_files)
        book = open_files.enter_context(Ledger(path, watch=watch))
        identity = "a target that does not exist yet" if dry_run and _absent(target) else target.identity()
        pair = book.pair(source.identity(), identity)
        pair.remember(_settings(pair, target, choices, marks=marks))
        report = Report(source=str(source.location), target=str(target.location), ledger=str(path), started_at=_now())
        marked = bool(pair.settings["marks"])
        snapshot, header = _snapshot(source, path, pair, run, refresh=refresh)
        course = plan_course(header.identity, header.words, target, choices, plugged, marks=marked)
        if sample is not None:
            run = replace(run, only=run.only | worst(snapshot))
        _guard(pair, target, snapshot, header, report, rebuild_ledger=rebuild_ledger, marked=marked)
        _weigh(snapshot, course, target, report, run)
        if dry_run:
            return _dry(report, pair, snapshot, course, run)
        _agree(report, pair, run)
        mapping = prepare(target, pair, course.mapping, report, run.clock)
        course = plan_course(header.identity, header.words, target, choices, plugged, marks=marked, mapping=mapping)
        applier = Applier(
            source=source,
            target=target,
            pair=pair,
            course=course,
            report=report,
            observe=plugged.observe,
            clock=run.clock,
        )
        finished = _apply(applier, snapshot, header, run)
        return _finish(report, source, target, finished=finished)


def default_ledger(source: Tracker, target: Tracker) -> Path:
    """Name the ledger of two trackers in the platform's state folder, by their identities."""
    name = hashlib.sha256(f"{source.identity()}\n{target.identity()}".encode()).hexdigest()[:20]
    return user_state_path("anybacklog") / "ledgers" / f"{name}.db"


def plan_course(
    identity: str,
    words: dict[MetadataKind, list[Any]],
    target: Tracker,
    choices: Choices,
    plugged: Plugged,
    *,
    marks: bool,
    mapping: MappingTable | None = None,
) -> Course:
    """Decide the mapping and how texts are written, from both ends' words and the target's capabilities."""
    can = target.capabilities
    if mapping is None:
        there: dict[MetadataKind, Sequence[Any]] = {kind: target_words(target, kind) for kind in METADATA_KINDS}
        creatable = frozenset(kind for kind in METADATA_KINDS if kind in can.creatable)
        choices.check(words, there)
        mapping = map_all(words, there, creatable, chosen=choices.mapping, map_user=plugged.map_user)
    attributed = not all(
        can.native(name) for name in ("reporter", "created_at", "comments.author", "comments.created_at")
    )
    return Course(
        source=identity,
        mapping=mapping,
        native=frozenset(name for name in NATIVE_FIELDS if can.native(name)).__contains__,
        writing=Writing(
            formats=can.text_formats,
            native_format=can.text_format,
            converters=plugged.converters(),
            marked=marks and not can.native("external_id"),
            attributed=attributed,
        ),
        marks=marks,
        transform=plugged.transform if plugged.transforms else None,
    )


def target_words(target: Tracker, kind: MetadataKind) -> Sequence[Any]:
    """List what the target has of a kind; a target that is not there yet has nothing."""
    if not target.capabilities.can(kind):
        return ()
    try:
        return tuple(getattr(target, kind)())
    except NotFound:
        return ()


def refuse_absent(tracker: Tracker) -> None:
    """Refuse a tracker that is not there, before anything could create it."""
    if tracker.capabilities.listing.how != "scan":
        tracker.count_tickets()


def snapshot_folder(ledger: Path, pair: Pair) -> Path:
    """Say where the source of a pair is kept, beside the ledger."""
    return ledger.with_name(ledger.name + ".snapshot") / str(pair.id)


def _settings(pair: Pair, target: Tracker, choices: Choices, *, marks: bool) -> dict[str, Any]:
    """Decide what the ledger remembers of a pair.

    What was chosen first stays, but for the plan, which may be edited.
    """
    settings = dict(pair.settings)
    if not settings:
        newest = None
        if "-id" in target.capabilities.listing.orders and not _absent(target):
            newest = next((ticket.id for ticket in target.tickets(order="-id")), "0")
        settings = {"marks": marks, "newest": newest}
    return settings | {"mapping": choices.mapping}


def _silent(_: Progress) -> None:
    """Show nothing."""


def _now() -> datetime:
    return datetime.now(UTC)


def _ledger_path(
    source: Tracker, target: Tracker, ledger: str | os.PathLike[str] | None, *, dry_run: bool, open_files: ExitStack
) -> Path:
    """Say where the ledger is; a dry run leaves nothing behind where there was none."""
    if not dry_run or not _absent(target):
        path = Path(ledger) if ledger is not None else default_ledger(source, target)
        if not dry_run or path.exists():
            return path
    return Path(open_files.enter_context(tempfile.TemporaryDirectory())) / "dry-run.db"


def _absent(target: Tracker) -> bool:
    """Tell whether the target is a file that a real run would create; a missing project elsewhere is NotFound."""
    target.project()
    try:
        target.count_tickets()
    except NotFound:
        return True
    except UnsupportedOperation:
        return False
    return False


def _snapshot(source: Tracker, path: Path, pair: Pair, run: Run, *, refresh: bool) -> tuple[Snapshot, Header]:
    snapshot = Snapshot(snapshot_folder(path, pair))
    header = None if refresh else snapshot.header()
    if header is None or header.identity != source.identity():
        snapshot = take(source, snapshot.folder, run.show)
        header = snapshot.header()
    if header is None:
        raise MigrationError(f"the snapshot {snapshot.folder} vanished while it was read; run this again")
    return snapshot, header


def _guard(
    pair: Pair,
    target: Tracker,
    snapshot: Snapshot,
    header: Header,
    report: Report,
    *,
    rebuild_ledger: bool,
    marked: bool,
) -> None:
    """Refuse to copy a second time what another ledger has copied already; rebuild this one when told to."""
    if rebuild_ledger:
        found = rebuild(pair, target, snapshot, header.identity) if marked else 0
        report.notes.append(f"the ledger was rebuilt from {found} marks in the target")
    elif marked and pair.untouched() and not _absent(target) and already_copied(target, header.identity):
        raise ConfigurationError(
            "the target already holds tickets copied from this source, but this ledger does not know them; "
            "use the ledger of that run, or --rebuild-ledger"
        )


def _weigh(snapshot: Snapshot, course: Course, target: Tracker, report: Report, run: Run) -> None:
    weighing = Weighing(course, target.capabilities.answer)
    for bundle in _wanted(snapshot, run):
        weighing.add(bundle)
    if weighing.references and not run.only:
        weighing.outside(snapshot.bundles())
    report.fidelity = weighing.rows()
    for kind in COUNTED:
        report.counts[kind].planned = weighing.planned[kind]
    if run.only and weighing.planned["tickets"] < len(run.only):
        raise ConfigurationError("the source has no ticket for every --only key; look them up with ls")


def _wanted(snapshot: Snapshot, run: Run) -> Iterator[Bundle]:
    for bundle in snapshot.bundles():
        if not run.only or bundle.ticket.key in run.only:
            yield bundle


def worst(snapshot: Snapshot, count: int = 10) -> frozenset[str]:
    """Pick the tickets that are most likely to break a limit.

    The longest texts, the most files, the longest journals.
    """

    def weight(bundle: Bundle) -> int:
        texts = [bundle.ticket.description, *(comment.body for comment in bundle.comments)]
        sizes = [attachment.size or 0 for attachment in bundle.ticket.attachments]
        return sum(len(text.source) for text in texts if text) + sum(sizes) + 1000 * len(bundle.comments)

    return frozenset(bundle.ticket.key for bundle in nlargest(count, snapshot.bundles(), key=weight))


def _dry(report: Report, pair: Pair, snapshot: Snapshot, course: Course, run: Run) -> Report:
    """Say what a real run would find done already."""
    for bundle in _wanted(snapshot, run):
        for step in (*plan_ticket(bundle, course), *plan_ties(bundle.ticket, course)):
            Applier.count_done(step, pair, report)
    report.status = "dry-run"
    report.finished_at = _now()
    return report


def _agree(report: Report, pair: Pair, run: Run) -> None:
    losses = lost(report.fidelity)
    if losses and run.confirm is not None and pair.untouched() and not run.confirm(losses):
        raise MigrationError("nothing was written: the losses were not accepted")


def _apply(applier: Applier, snapshot: Snapshot, header: Header, run: Run) -> bool:
    """Write the tickets, then what ties them together; tells whether nothing is left for another run."""
    finished = True
    total = min(header.tickets, applier.report.counts["tickets"].planned)
    for done, bundle in enumerate(_wanted(snapshot, run)):
        run.show(Progress(stage="apply", done=done, total=total))
        arrived = applier.pair.landed("ticket", bundle.ticket.id, bundle.ticket.id) is not None
        if run.limit is not None and applier.created_tickets >= run.limit and not arrived:
            finished = False
            continue
        applier.ticket(plan_ticket(bundle, applier.course))
    run.show(Progress(stage="apply", done=total, total=total))
    for bundle in _wanted(snapshot, run):
        _tie(applier, bundle, partial=not finished or bool(run.only))
    return finished and not run.only


def _tie(applier: Applier, bundle: Bundle, *, partial: bool) -> None:
    """Tie a ticket to the others.

    An end not copied yet waits for another run; one outside the project was counted lost.
    """
    pair = applier.pair
    if pair.landed("ticket", bundle.ticket.id, bundle.ticket.id) is None:
        return
    for step in plan_ties(bundle.ticket, applier.course):
        other = step.parent if isinstance(step, SetParent) else step.other
        if pair.landed("ticket", other, other) is not None:
            applier.tie(step)
        elif not partial and pair.row(f"ticket:{other}:{other}") is not None:
            applier.fail(step, "wait", "waits for the ticket at its other end")


def _finish(report: Report, source: Tracker, target: Tracker, *, finished: bool) -> Report:
    report.status = "done" if finished else "partial"
    report.requests = {"source": source.requests(), "target": target.requests()}
    if not source.capabilities.listing.complete:
        report.notes.append(f"the source cannot be listed completely: {source.capabilities.listing.reason}")
    report.finished_at = _now()
    return report
