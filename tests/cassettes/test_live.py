"""A live account, played by a simulator: agreed to, kept within one project, cleaned up after, and scrubbed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.canary import find_canary, find_in_tree, new_canary
from tests.cassettes.runs import pytest_in
from tests.cassettes.served import AsServed
from tests.cassettes.service import End

from anybacklog import TicketDraft
from anybacklog_simulators.nulab import Nulab, Rates, Simulator, empty_space, simulator
from anybacklog_simulators.nulab.projects import new_project
from anybacklog_simulators.serving import Server

ROOMY = {"read": 100_000, "update": 100_000, "search": 100_000, "icon": 100_000}
BEHAVIOURS = ("tests/cassettes/nulab", "-k", "not OnCassettes")


class Account:
    """A live account to be: everything in it that could name somebody is a canary."""

    def __init__(self) -> None:
        self.canaries = {"key": new_canary(), "cookie": secrets.token_hex(16), "server": secrets.token_hex(16)}
        self.space = empty_space(key=self._named("project").upper())
        self.space.key, self.space.name = self._named("space"), self._named("space name")
        for user in self.space.users.values():
            self._rename(user)
        other = new_project(self.space, self._named("other project").upper(), self._named("other project name"))
        (self.project, _) = self.space.projects.values()
        self.project.name = self._named("project name")
        other.members = list(self.space.users)
        self.fake: Simulator[Nulab] = simulator(self.space, rates=Rates(dict(ROOMY)))

    def _rename(self, user: object) -> None:
        login, name = self._named("login"), self._named("person")
        mail, account = f"{self._named('mail')}@service.co.jp", self._named("account")
        told = {"nulabId": account, "name": name, "uniqueId": account}
        for field, value in {"user_id": login, "name": name, "mail_address": mail, "nulab_account": told}.items():
            setattr(user, field, value)
        user.keys = [self.canaries["key"]] if user.id == self.space.owner_id else []  # type: ignore[attr-defined]

    def _named(self, what: str) -> str:
        name = f"c{secrets.token_hex(8)}"
        self.canaries[f"{what} {len(self.canaries)}"] = name
        return name

    def words(self) -> list[object]:
        """Give all that a scenario may have made."""
        project = self.project
        kinds = (project.issue_types, project.statuses, project.categories, project.versions, project.custom_fields)
        return [list(self.space.issues), *([each.name for each in kind] for kind in kinds)]


@pytest.fixture(scope="module")
def account() -> Account:
    return Account()


@pytest.fixture(scope="module")
def server(account: Account) -> Iterator[Server]:
    canaries = account.canaries
    with Server(AsServed(account.fake, server=canaries["server"], cookie=canaries["cookie"])) as server:
        yield server


@pytest.fixture(scope="module")
def recorded(account: Account, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("live")
    before = account.words()
    url = f"nulab+{server.url}/{account.project.key}"
    run = pytest_in(
        *BEHAVIOURS, "--record-live", url, "--yes", "--cassettes", str(folder),
        ANYBACKLOG_NULAB_API_KEY=account.canaries["key"],
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
    assert account.words() == before
    return folder


def test_nothing_in_what_was_recorded_names_the_account(recorded: Path, account: Account) -> None:
    assert len(list(recorded.rglob("*.yaml"))) > 40
    assert find_in_tree(recorded, "User 1")
    found = {what: find_in_tree(recorded, canary) for what, canary in account.canaries.items()}
    upper = {what: find_in_tree(recorded, canary.upper()) for what, canary in account.canaries.items() if what != "key"}
    assert {what: where for what, where in (found | upper).items() if where} == {}
    assert {what: where for what, where in found.items() if where} == {}


def test_what_was_recorded_is_replayed(recorded: Path) -> None:
    run = pytest_in(*BEHAVIOURS, "-m", "not staged", "--cassettes", str(recorded))
    assert run.returncode == 0, run.stdout


def test_what_is_shown_of_a_recording_that_failed_holds_no_key(
    account: Account, server: Server, tmp_path: Path
) -> None:
    key, no_folder = account.canaries["key"], tmp_path / "a file"
    no_folder.touch()
    run = pytest_in(
        "tests/cassettes/nulab/test_reading.py", "-k", "myself", "--showlocals", "--log-level=DEBUG", "--yes",
        "--record-live", f"nulab+{server.url}/{account.project.key}", "--cassettes", str(no_folder),
        ANYBACKLOG_NULAB_API_KEY=key,
    )  # fmt: skip
    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert str(no_folder) in run.stdout
    assert find_canary((run.stdout + run.stderr).encode(), key) == []


def test_nothing_is_sent_before_it_is_agreed_to(account: Account, server: Server) -> None:
    asked = len(account.fake.log)
    run = pytest_in(*BEHAVIOURS, "--record-live", f"nulab+{server.url}/{account.project.key}")
    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert "add --yes" in run.stderr
    assert account.project.key in run.stderr
    assert len(account.fake.log) == asked


def test_a_project_that_holds_tickets_is_left_alone(account: Account, server: Server, tmp_path: Path) -> None:
    key, url = account.canaries["key"], f"nulab+{server.url}"
    with End(url=url, project=account.project.key, key=key).tracker() as tracker:
        made = tracker.create_ticket(TicketDraft(title="somebody's own"))
        asked = len(account.fake.log)
        arguments = (
            *BEHAVIOURS,
            "--record-live",
            f"{url}/{account.project.key}",
            "--yes",
            "--cassettes",
            str(tmp_path),
        )
        run = pytest_in(*arguments, ANYBACKLOG_NULAB_API_KEY=key)
        tracker.delete_ticket(made)
    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert "holds tickets" in run.stdout + run.stderr
    assert {method for method, _, _ in account.fake.log[asked:-1]} == {"GET"}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["nulab://x.backlog.com", "nulab", "nulab://key@x.backlog.com/P"])
def test_a_url_that_names_no_project_is_refused_in_a_sentence(url: str) -> None:
    run = pytest_in(*BEHAVIOURS, "--record-live", url, "--yes")
    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert run.stderr.startswith("ERROR: ")
    assert "Traceback" not in run.stderr
