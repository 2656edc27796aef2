"""What `anybacklog simulate publicbacklog` serves and prints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import click

from anybacklog.plugin import ConfigurationError
from anybacklog_simulators.publicbacklog import (
    FIELDS,
    SWITCHES,
    Choices,
    Organization,
    PublicBacklog,
    Simulator,
    Webhook,
    demo_organization,
    empty_organization,
    organization_from,
    simulator,
)

STARTS = {"demo": demo_organization, "empty": empty_organization}


def fake(
    organization: Organization, *, control: bool, choose: Iterable[str], webhook: str | None
) -> Simulator[PublicBacklog]:
    """Give the fake that was asked for."""
    for choice in choose:
        _choose(organization.choices, choice)
    if webhook is not None:
        try:
            organization.webhook = Webhook(url=webhook)
        except ValueError as error:
            raise ConfigurationError(f"--webhook: {error}") from error
    return simulator(organization, control=control)


def lines(fake: Simulator[PublicBacklog], host: str) -> list[str]:
    """Give the lines to print: how to reach each backlog, with which key, and what webhooks carry."""
    organization = fake.service.organization
    names = [quote(each.name, safe="") for each in organization.backlogs.values()]
    secret = [] if organization.webhook is None else [f"secret {organization.webhook.secret}"]
    return [*(f"url publicbacklog+http://{host}/{name}" for name in names), f"key {organization.key}", *secret]


def _choose(choices: Choices, choice: str) -> None:
    name, _, word = choice.partition("=")
    if choice == "help":
        click.echo(_all_choices())
        click.get_current_context().exit()
    try:
        setattr(choices, name, [each for each in word.split(",") if each] if name in ("shown", "echoed") else word)
    except ValueError as error:
        raise click.UsageError(f"--choose {choice}: {error}") from error


def _all_choices() -> str:
    switches = [f"  {name}={'|'.join(switch.words)}\n      {switch.about}" for name, switch in SWITCHES.items()]
    fields = f"  shown=FIELD,... echoed=FIELD,...\n      A ticket read, or just written, has: {' '.join(FIELDS)}"
    return "\n".join(["NAME=WORD, the default first:", *switches, fields])


def from_dump(dump: Any) -> Organization:
    """Make the organization that a dump shows; it must have a key and a default backlog, else it is a ValueError."""
    organization = organization_from(dump)
    if not organization.key or organization.default_backlog_id not in organization.backlogs:
        raise ValueError("its organization has no key or no default backlog")
    return organization
