"""A live organization, played by a simulator: recorded from, cleaned up after, scrubbed; others' tickets kept out."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.canary import find_in_tree, new_canary
from tests.cassettes.live import Account
from tests.cassettes.modes import from_live
from tests.cassettes.publicbacklog.service import PUBLICBACKLOG, strangers
from tests.cassettes.publicbacklog.test_complete import FOLDER
from tests.cassettes.recording import read
from tests.cassettes.runs import pytest_in
from tests.cassettes.served import AsServed
from tests.cassettes.service import End

from anybacklog_simulators.publicbacklog import PublicBacklog, Simulator, empty_organization, simulator
from anybacklog_simulators.publicbacklog.things import Ticket
from anybacklog_simulators.serving import Server

BEHAVIOURS = ("tests/cassettes/publicbacklog", "-k", "not OnCassettes")
"""A folder that this module is not in, or it would run itself."""
DELETED = 150
"""Ids in a row that name no ticket any more: more than a listing passes over."""


class Organization:
    """A live organization to be, with a past: whatever in it could name somebody is a canary."""

    def __init__(self) -> None:
        self.canaries = {
            name: f"c{secrets.token_hex(8)}" for name in ("server", "cookie", "organization", "ours", "theirs", "title")
        } | {"key": new_canary()}
        self.held = empty_organization()
        self.held.name, self.held.key = self.canaries["organization"], self.canaries["key"]
        ours, theirs = self.held.backlogs.values()
        ours.name, theirs.name = self.canaries["ours"], self.canaries["theirs"]
        self.fake: Simulator[PublicBacklog] = simulator(self.held)
        last = [self.held.new_id("ticket") for _ in range(DELETED + 1)][-1]
        self.held.tickets[last] = Ticket(
            id=last, backlog_id=theirs.id, title=self.canaries["title"], description="theirs", type_id=1
        )

    def account(self, server: Server) -> Account:
        end = End(url=f"publicbacklog+{server.url}", project=self.canaries["ours"], key=self.canaries["key"])
        return Account(end=end, address=server.url)


@pytest.fixture(scope="module")
def organization() -> Organization:
    return Organization()


@pytest.fixture(scope="module")
def server(organization: Organization) -> Iterator[Server]:
    canaries = organization.canaries
    with Server(AsServed(organization.fake, server=canaries["server"], cookie=canaries["cookie"])) as server:
        yield server


@pytest.fixture(scope="module")
def recorded(organization: Organization, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, before = tmp_path_factory.mktemp("live"), list(organization.held.tickets)
    run = pytest_in(
        *BEHAVIOURS, "--record-live", f"publicbacklog+{server.url}/{organization.canaries['ours']}", "--yes",
        "--cassettes", str(folder), ANYBACKLOG_PUBLICBACKLOG_API_KEY=organization.canaries["key"],
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
    assert list(organization.held.tickets) == before
    return folder


def test_nothing_in_what_was_recorded_names_the_organization(recorded: Path, organization: Organization) -> None:
    assert len(list(recorded.rglob("*.yaml"))) > 30
    assert find_in_tree(recorded, PUBLICBACKLOG.project)
    found = {what: find_in_tree(recorded, canary) for what, canary in organization.canaries.items()}
    assert {what: where for what, where in found.items() if where} == {}


def test_what_was_recorded_is_replayed(recorded: Path) -> None:
    run = pytest_in(*BEHAVIOURS, "-m", "not staged", "--cassettes", str(recorded))
    assert run.returncode == 0, run.stdout


def test_nothing_is_written_of_a_scenario_that_met_somebody_elses_ticket(
    organization: Organization, server: Server, tmp_path: Path
) -> None:
    ours, _ = organization.held.backlogs.values()
    met = organization.held.new_id("ticket")
    organization.held.tickets[met] = Ticket(id=met, backlog_id=ours.id, title="Ours", description="theirs", type_id=1)
    refused = pytest.raises(pytest.fail.Exception, match=f"somebody else's is in it: ticket {met}")
    account = organization.account(server)
    with (
        refused,
        from_live(tmp_path / "met.yaml", PUBLICBACKLOG, account, lambda: True) as end,
        end.tracker() as tracker,
    ):
        tracker.ticket(met)
    del organization.held.tickets[met]
    assert list(tmp_path.iterdir()) == []


def test_a_ticket_that_no_request_made_is_somebody_elses() -> None:
    exchanges, _ = read(FOLDER / "a_listing_goes_on_from_where_another_stopped.yaml")
    assert strangers(exchanges) == []
    assert strangers([each for each in exchanges if each.method != "POST"]) == ["ticket 1", "ticket 2"]
