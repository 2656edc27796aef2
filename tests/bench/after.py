"""What comes before and after a copy, SQLite to SQLite: memory must not grow with the project, nor time per ticket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import anybacklog
from anybacklog.migration import migrate, plan, repair, rollback, verify
from anybacklog.migration.plans.document import written
from anybacklog.migration.plans.reading import read_plan
from anybacklog.tracker import Tracker
from copying import SMALLER, at, fill
from figure import Figure, Spent, alone, at_most, watched

MEMORY, TIME = 1.25, 1.30
"""How much more than on few tickets: SQLite fills 2 MiB for each of up to eight files it has open, and then no more."""
EVERY = 100
"""One ticket of so many is altered in the target, for `repair` to mend."""


def figures(tickets: int = 10_000) -> Iterator[Figure]:
    """Run every command on few tickets, more, and as many as asked for; each is compared with itself on the few."""
    least: dict[str, tuple[float, float]] = {}
    for size in (*(size for size in SMALLER if size < tickets), tickets):
        with TemporaryDirectory() as folder:
            alone(fill, folder, size)
            for work in COMMANDS:
                spent = alone(work, folder)
                each = 1000 * spent.cpu / size
                peak, first = least.setdefault(work.__name__, (spent.peak, each))
                what = f"{(work.__doc__ or '').strip('.').lower()}, {size:,} tickets"
                yield at_most(f"{what}: peak memory", f"{spent.peak / 2**20:.1f} MiB", spent.peak / peak, MEMORY)
                yield at_most(f"{what}: processor each", f"{each:.2f} ms", each / first, TIME)


def plan_first(folder: str) -> Spent:
    """Plan onto a new target."""
    with watched() as spent, ends(folder) as (source, target):
        Path(folder, "plan.toml").write_text(written(plan(source, target)).text, encoding="utf-8")
    return spent


def plan_edited(folder: str) -> Spent:
    """Plan by an edited plan."""
    with watched() as spent, ends(folder) as (source, target):
        target.identity()  # makes the file
        plan(source, target, edited=read_plan(Path(folder, "plan.toml")), ledger=ledger(folder))
    return spent


def dry_run(folder: str) -> Spent:
    """Dry run."""
    with watched() as spent, ends(folder) as (source, target):
        migrate(source, target, ledger=ledger(folder), dry_run=True)
    return spent


def copy(folder: str) -> Spent:
    """Migrate."""
    with watched() as spent, ends(folder) as (source, target):
        assert migrate(source, target, ledger=ledger(folder)).clean
    return spent


def nothing_to_do(folder: str) -> Spent:
    """Migrate again."""
    return copy(folder)


def refresh(folder: str) -> Spent:
    """Migrate --refresh."""
    with watched() as spent, ends(folder) as (source, target):
        migrate(source, target, ledger=ledger(folder), refresh=True, redirect_map=Path(folder, "moved.csv"))
    return spent


def verify_both(folder: str) -> Spent:
    """Verify."""
    with watched() as spent, ends(folder) as (source, target):
        assert not verify(source, target, ledger=ledger(folder)).differences
    return spent


def verify_offline(folder: str) -> Spent:
    """Verify --offline."""
    with watched() as spent, ends(folder) as (source, target):
        assert not verify(source, target, ledger=ledger(folder), offline=True).differences
    return spent


def nothing_to_mend(folder: str) -> Spent:
    """Repair nothing."""
    with watched() as spent, ends(folder) as (source, target):
        assert repair(source, target, ledger=ledger(folder)).clean
    return spent


def mend(folder: str) -> Spent:
    """Repair 1 %."""
    alone(alter, folder)
    return mended(folder)


def mended(folder: str) -> Spent:
    """Repair what was altered."""
    with watched() as spent, ends(folder) as (source, target):
        report = repair(source, target, ledger=ledger(folder))
        assert report.clean, report.failures
        assert report.mended
    return spent


def alter(folder: str) -> None:
    """Have somebody change the title of every hundredth ticket of the target."""
    from sqlalchemy import create_engine, update

    from anybacklog.store.sqlite.tables import TICKETS

    engine = create_engine(f"sqlite:///{folder}/target.db")
    with engine.begin() as connection:
        changed = update(TICKETS).where(TICKETS.c.id % EVERY == 0)
        connection.execute(changed.values(title="changed by somebody", updated_at=at(10_000_000)))
    engine.dispose()


def rebuild(folder: str) -> Spent:
    """Migrate --rebuild-ledger."""
    with watched() as spent, ends(folder) as (source, target):
        assert migrate(source, target, ledger=Path(folder, "new", "ledger.db"), rebuild_ledger=True).clean
    return spent


def look(folder: str) -> Spent:
    """Rollback --dry-run."""
    with watched() as spent, ends(folder) as (_, target):
        rollback(target, ledger=ledger(folder), dry_run=True)
    return spent


def take_back(folder: str) -> Spent:
    """Rollback."""
    with watched() as spent, ends(folder) as (_, target):
        report = rollback(target, ledger=ledger(folder))
        assert report.clean, report.left[:3]
    return spent


COMMANDS: tuple[Callable[[str], Spent], ...] = (
    plan_first, plan_edited, dry_run, copy, nothing_to_do, refresh, verify_both, verify_offline, nothing_to_mend, mend,
    rebuild, look, take_back,
)  # fmt: skip
"""In this order: each finds what those before it have left."""


@contextmanager
def ends(folder: str) -> Iterator[tuple[Tracker, Tracker]]:
    """Open both ends of the migration in a folder."""
    with ExitStack() as opened:
        urls = (f"sqlite:///{folder}/{name}.db?project=PROJ" for name in ("source", "target"))
        source, target = (opened.enter_context(anybacklog.connect(url)) for url in urls)
        yield source, target


def ledger(folder: str) -> Path:
    """Name its ledger."""
    return Path(folder, "ledger.db")
