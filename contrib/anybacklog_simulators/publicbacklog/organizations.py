"""The organization that owns the key, its users and its backlogs."""

from __future__ import annotations

from anybacklog_simulators.publicbacklog import shapes
from anybacklog_simulators.publicbacklog.call import API, Answer, Call, Route
from anybacklog_simulators.publicbacklog.choices import Choices
from anybacklog_simulators.publicbacklog.errors import Missing, Refused
from anybacklog_simulators.publicbacklog.parameters import Parameter, number
from anybacklog_simulators.publicbacklog.things import OrganizationUser


def shown(call: Call) -> Answer:
    """Give the organization."""
    return Answer("organization", shapes.organization(call.organization))


def user_added(call: Call) -> Answer:
    """Add a regular user; an e-mail address is there once."""
    email, users = call.given["email"], call.organization.users
    if email.count("@") != 1:
        raise Refused(400, "email must be an e-mail address")
    if any(each.email.casefold() == email.casefold() for each in users.values()):
        raise Refused(409, "This user is already in the organization")
    made = OrganizationUser(
        id=call.organization.new_id("user"),
        email=email,
        first_name=call.given["firstName"],
        last_name=call.given.get("lastName", ""),
    )
    users[made.id] = made
    return Answer("organizationUser", shapes.user(made), int(call.choices.created))


def backlog_shown(call: Call) -> Answer:
    """Give a backlog by exact name or by id, one of the two."""
    match call.given:
        case {"backlogName": _, "backlogId": _} | {} if len(call.given) != 1:
            raise Refused(400, "Either backlogName or backlogId is required")
        case {"backlogId": id}:
            found = call.organization.backlogs.get(id)
        case _:
            found = call.organization.backlog_named(call.given["backlogName"])
    if found is None:
        raise Missing("Backlog")
    return Answer("backlog", shapes.backlog(found))


def _which(choices: Choices) -> tuple[Parameter, ...]:
    only_name = choices.backlog_by == "name"
    by_name = Parameter(name="backlogName", required=only_name)
    return (by_name,) if only_name else (by_name, number("backlogId"))


def _person(_: Choices) -> tuple[Parameter, ...]:
    return (
        Parameter(name="email", required=True),
        Parameter(name="firstName", required=True),
        Parameter(name="lastName", low=0),
    )


ROUTES = (
    Route(method="GET", path=f"{API}/organizations/get-organization", do=shown, parameters=lambda _: ()),
    Route(method="POST", path=f"{API}/organizationusers/add-organization-user", do=user_added, parameters=_person,
          in_body=True),
    Route(method="GET", path=f"{API}/backlogs/get-backlog", do=backlog_shown, parameters=_which),
)  # fmt: skip
