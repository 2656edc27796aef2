"""What PublicBacklog can hold and where its limits are: data, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping

from anybacklog.plugin import Abilities, Answer, Limits, Listing, References, Settle, TextFormat, natively
from anybacklog_publicbacklog.comments import UNREAD
from anybacklog_publicbacklog.scan import Scan

_NO_FIELD = "a ticket there has no such field"
_OWN_WORD = "the service sets it itself"
_NO_CALL = "the API has no call for it; it is in the web interface only"

NATIVE = natively(
    {
        "title": "title of save-ticket and update-ticket",
        "description": "description, plain text or HTML; without one an empty paragraph, which must be there, is sent",
        "type": "ticketTypeId: Bug or Request",
        "status": "statusId: five for each type; Approved, in progress and Done put the ticket on the default roadmap",
        "comments": "comment of update-ticket: one call for each comment",
    },
    {
        **dict.fromkeys(
            ("priority", "resolution", "assignees", "parent", "start_date", "due_date", "estimated_hours",
             "actual_hours", "affected_versions", "milestones", "custom_fields", "external_id"),
            _NO_FIELD,
        ),
        **dict.fromkeys(("created_at", "updated_at", "comments.created_at", "comments.updated_at"), _OWN_WORD),
        "key": "the organization numbers tickets itself",
        "reporter": "the API writes as the organization",
        "categories": f"tags: {_NO_CALL}",
        "watchers": f"votes: {_NO_CALL}",
        "attachments": _NO_CALL,
        "attachments.author": _NO_CALL,
        "attachments.created_at": _NO_CALL,
        "attachments.content_type": _NO_CALL,
        "attachments.external_id": _NO_CALL,
        "links": _NO_CALL,
        "comments.author": "the API writes as the organization",
        "comments.changes": "the service has no journal of changes",
        "comments.private": "everybody who sees a ticket sees its comments",
        "comments.attachments": _NO_CALL,
        "comments.external_id": "a comment has no such field",
    },
)  # fmt: skip

LIMITS = Limits(
    title_length=250,
    title_minimum=3,
    description_length=3_000_000,
    description_minimum=3,
    reasons={
        "title_length": "title is 3 to 250 characters (endpoint reference)",
        "title_minimum": "title is 3 to 250 characters (endpoint reference)",
        "description_length": "description is 3 to 3,000,000 characters (endpoint reference)",
        "description_minimum": "description is 3 to 3,000,000 characters (endpoint reference)",
    },
)

TEXTS_BECOME: Mapping[TextFormat, str] = {
    "html": "no page says whether plain text stays, or is made HTML",
    "plain": "no page says whether HTML stays, or is made plain text",
}
SETTLE = Settle(seconds=120, reason="nothing is documented about how late a write may be committed")
MOVES = Answer(yes=True, reason="a comment is a change of its ticket; what that does to its time is not documented")
REFERENCES = References(key=None, key_form="#{key}")
"""No page says how texts name tickets: a person understands `#7`; a number found in a text may count anything."""
_NEVER_READ: Mapping[str, str] = {
    "attachments": f"files: {_NO_CALL}",
    "categories": f"tags: {_NO_CALL}",
    "reporter": f"who asked for it, and who voted: {_NO_CALL}",
}
_PERHAPS_READ: Mapping[str, tuple[frozenset[str], str]] = {
    "title": (frozenset({"title"}), "the service's answers carry no title"),
    "type": (frozenset({"ticketTypeId", "ticketType"}), "the service's answers show no type"),
    "status": (frozenset({"statusId", "status"}), "the service's answers show no status"),
    "comments": (frozenset({"comments"}), UNREAD),
    "description": (frozenset({"description"}), "the service's answers carry no description"),
    "created_at": (frozenset({"createdAt"}), "the service's answers do not say when"),
    "updated_at": (frozenset({"updatedAt"}), "the service's answers do not say when"),
}
"""Field -> its names in an answer, and what it means that none is there."""

_ONE = {"requests": 1}
COSTS = {
    **dict.fromkeys(("create_ticket", "update_ticket", "ticket"), _ONE),
    "add_comment": {"requests": 2},  # the description is read, then written with its count of comments
}


def abilities_of(shown: frozenset[str], scan: Scan, status_types: Mapping[str, str]) -> Abilities:
    """Give the abilities, with what answers were seen to show (nothing: none was seen) and where a scan ended."""
    unseen = {ours: why for ours, (theirs, why) in _PERHAPS_READ.items() if shown and not theirs & shown}
    how = f"nothing lists tickets, so ids are tried from {scan.start} up to {scan.gap} misses in a row, a call for each"
    return Abilities(
        text_format="plain",
        text_formats=frozenset({"plain", "html"}),
        native=NATIVE,
        costs=COSTS,
        listing=Listing(
            how="scan",
            complete=False,
            reason=f"{how}; {scan if scan.ended else 'later ids cannot be excluded'}",
            orders=frozenset({"created", "id"}),
            vendor_filters=True,
        ),
        limits=LIMITS,
        comments_move_updated_at=MOVES,
        settle=SETTLE,
        unreadable={**_NEVER_READ, **unseen},
        status_types=status_types,
        never_empty=frozenset({"type", "status"}),
        formats_by_content=True,
        texts_become=TEXTS_BECOME,
        references=REFERENCES,
    )
