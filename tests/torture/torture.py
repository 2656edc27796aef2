"""One seed: a project, a migration that is harmed and killed, resumed until it is done, and a comparison."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.torture.ends import ENVIRON, NulabEnd, PublicBacklogEnd, make_end
from tests.torture.gate import Gate, Moment
from tests.torture.hourglass import Hourglass
from tests.torture.keeper import Keeper
from tests.torture.processes import Processes
from tests.torture.project import make_up, tied
from tests.torture.scenario import READ_TIMEOUT, SETTLE, WRITES, Blow, Scenario, draw
from tests.torture.tally import Outcome
from tests.torture.told import differences

from anybacklog_simulators.nulab.demo import DEMO_KEY, SECOND_KEY

MOST_RUNS = 15
"""After so many runs of one command it does not end."""
DONE, UNFINISHED, REFUSED, STOPPED, KILLED = 0, 1, 2, 4, -9


@contextmanager
def bench() -> Iterator[tuple[Path, Hourglass, Processes]]:
    """Give a folder, a clock and the processes by it, for one seed after the other."""
    with tempfile.TemporaryDirectory(prefix="anybacklog-torture-") as name:
        folder = Path(name)
        glass = Hourglass(folder / "clock")
        with Processes(folder / "clock") as processes:
            yield folder, glass, processes
        glass.close()


def tortured(seeds: Sequence[tuple[int, str]], keep: str = "") -> list[Outcome]:
    """Try (seed, pair) after (seed, pair); where one goes wrong, what it left is copied into the folder `keep`."""
    with bench() as (folder, glass, processes):
        return [_tried(seed, pair, folder, glass, processes, keep) for seed, pair in seeds]


def _tried(seed: int, pair: str, bench: Path, glass: Hourglass, processes: Processes, keep: str) -> Outcome:
    folder, outcome = bench / "seed", Outcome(seed, pair)
    folder.mkdir()
    try:
        with ExitStack() as stack:
            Torment(outcome, folder, glass, processes, stack).through()
        if outcome.wrong and keep:
            shutil.copytree(folder, Path(keep) / f"{seed}-{pair.replace(':', '-')}", dirs_exist_ok=True)
        return outcome
    except Exception as error:
        error.add_note(outcome.again)
        raise
    finally:
        shutil.rmtree(folder)


@dataclass
class Torment:
    """One seed of one pair, from the project made up to the comparison."""

    outcome: Outcome
    folder: Path
    glass: Hourglass
    processes: Processes
    stack: ExitStack

    def __post_init__(self) -> None:
        self.glass.turn()
        dice = Random(f"{self.outcome.seed} {self.outcome.pair}")
        source, target = self.outcome.pair.split(":")
        self.report = self.folder / "report.json"
        self.temporary = self.folder / "temporary"
        self.temporary.mkdir()  # who is killed leaves there what it had, and it goes with the seed
        self.keeper = Keeper(self.folder)
        self.gate = Gate()
        self.source = make_end(source, self.folder, "source", self.glass, self.gate, self.stack)
        self.target = make_end(target, self.folder, "target", self.glass, self.gate, self.stack)
        project = make_up(dice)
        self.scenario: Scenario = draw(dice, source, target)
        self.source.fill(tied(project, dice))
        self.dice = dice

    def through(self) -> None:
        """Run until it is done; then compare."""
        wanted = self.source.told(copy=False)
        self._arm()
        code = self._resumed()
        self._count()
        self.glass.sleep(3600)  # whatever is still on its way arrives
        if code in (DONE, UNFINISHED):
            lost = self.target.lost | ({"key"} if not self.scenario.marks else set())
            self.outcome.wrong += differences(wanted, self.target.told(copy=True), lost, self._held())

    def _arm(self) -> None:
        """Switch the faults on."""
        for end, faults in ((self.source, self.scenario.source_faults), (self.target, self.scenario.target_faults)):
            if isinstance(end, NulabEnd | PublicBacklogEnd):
                end.fake.faults.add(*faults)
        if isinstance(self.target, NulabEnd):
            self.target.fake.faults.index_lag = self.scenario.index_lag

    def _resumed(self) -> int:
        """Run the same command until it stops asking for more."""
        runs, code = iter(self.scenario.runs), STOPPED
        for _ in range(MOST_RUNS):
            code = self._run(next(runs, ()))
            self.outcome.happened[f"run ended with {code}"] += 1
            if code not in (KILLED, STOPPED) and not (code == REFUSED and self._obeyed()):
                break
            if code == KILLED:
                self._spoil()
        if code not in (DONE, UNFINISHED) or "stopped" in self._reported():
            code = STOPPED
            self.outcome.wrong.append(f"the last of its runs said: {self._last_words()}")
        return code

    def _spoil(self) -> None:
        """Let something happen to the ledger, once; one that was restored is used no sooner than its page says."""
        if self.keeper.spoil(self.scenario.ledger):
            self.outcome.happened[f"ledger {self.scenario.ledger}"] += 1
            self.glass.sleep(max(SETTLE.values()) if self.scenario.ledger == "restored" else 0)

    def _obeyed(self) -> bool:
        """Do what a refusal says, and tell whether that was something new."""
        obeyed = self.keeper.obey(self._last_words())
        self.outcome.happened["ledger refused"] += obeyed
        return obeyed

    def _run(self, blows: tuple[Blow, ...]) -> int:
        self.keeper.keep()
        self.gate.begin(dict(self._acts(blows)))
        option = f"?read_timeout={READ_TIMEOUT}" if self.scenario.stalls else ""
        self.report.unlink(missing_ok=True)
        argv = ["migrate", self.source.url(option), self.target.url(option), "--yes",
                "--ledger", str(self.folder / "ledger.db"), "--json-report", str(self.report)]  # fmt: skip
        argv += ["--no-marks"] * (not self.scenario.marks) + self.keeper.options
        inside = next((blow.at for blow in blows if blow.trap == "kill inside"), None)
        code = self.processes.run(
            argv=argv, environ={**ENVIRON, "TMPDIR": str(self.temporary)}, kill_at=inside,
            output=str(self.folder / "output.txt"), questions=str(self.folder / "questions.txt"),
        )  # fmt: skip
        if inside is not None and code == KILLED:
            self.outcome.happened["kill inside"] += 1
        return code

    def _acts(self, blows: tuple[Blow, ...]) -> Iterator[tuple[tuple[int, Moment], Callable[[], bool]]]:
        for blow in blows:
            match blow.trap:
                case "kill before" | "kill after":
                    moment: Moment = "before" if blow.trap == "kill before" else "after"
                    yield (blow.at, moment), lambda trap=blow.trap: self._kill(trap)  # type: ignore[misc]
                case "rival":
                    yield (blow.at, "before"), self._rival
                case "stranger":
                    yield (blow.at, "before"), self._stranger

    def _kill(self, trap: str) -> bool:
        self.outcome.happened[trap] += 1
        self.processes.kill()
        return True

    def _rival(self) -> bool:
        """Let something else that works as the same user spend all it may."""
        if isinstance(self.target, NulabEnd):
            fake = self.target.fake
            for bucket in ("read", "update", "search"):
                fake.rates.rival(fake.service.space.owner_id, bucket, 10_000, fake.clock.seconds())
            self.outcome.happened["rival"] += 1
        return False

    def _stranger(self) -> bool:
        """Let somebody else make a ticket that is equal to the newest, or to one that will come."""
        if isinstance(self.target, NulabEnd):
            self.target.intrude(self.dice.choice((DEMO_KEY, SECOND_KEY)), self.source.told(copy=False)[-1])
            self.outcome.happened["stranger"] += 1
        return False

    def _held(self) -> set[str]:
        """Give the keys of the tickets that are held; whatever else has failed is wrong."""
        report = self._reported()
        held = {each["source_key"] for each in report["failures"] if each["stage"] == "held"}
        self.outcome.happened["ticket held"] += len(held)
        self.outcome.wrong += [
            f"{each['source_key']}, {each['item']}, {each['stage']}: {each['error']}"
            for each in report["failures"]
            if each["source_key"] not in held or not self.target.holds
        ]
        return held

    def _reported(self) -> dict[str, Any]:
        """Read the last report; a command line that was not understood wrote none."""
        text = self.report.read_text(encoding="utf-8") if self.report.exists() else '{"stopped": "at once"}'
        report: dict[str, Any] = json.loads(text)
        return report

    def _count(self) -> None:
        """Count the faults that struck, the refusals, and the questions."""
        happened: Counter[str] = self.outcome.happened
        for end in (self.source, self.target):
            if isinstance(end, NulabEnd | PublicBacklogEnd):
                happened.update(f"fault {each.fault.harm} on {each.method}" for each in end.fake.faults.struck)
                happened["answer 429"] += sum(status == 429 for _, _, status in end.fake.log)
        happened["no marks"] += not self.scenario.marks
        happened["index lag"] += bool(self.scenario.index_lag)
        asked = self.folder / "questions.txt"
        if asked.exists():
            target = self.outcome.pair.partition(":")[2]
            kind = target if target in WRITES else "a file"
            happened.update(f"asked {kind}: {line}" for line in asked.read_text(encoding="utf-8").splitlines())

    def _last_words(self) -> str:
        return (self.folder / "output.txt").read_text(encoding="utf-8", errors="replace")[-600:]
