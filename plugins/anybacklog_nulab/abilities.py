"""What Nulab can hold and where its limits are: data, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from anybacklog.plugin import Abilities, Answer, Limits, Listing, References, Settle, natively
from anybacklog_nulab.convert import to_format
from anybacklog_nulab.drafts import AFTER_CREATION, NEVER_EMPTY
from anybacklog_nulab.links import LINK_KINDS
from anybacklog_nulab.metadata import CREATABLE, FIXED_IDS, OWN_CATEGORY

_FIELD = "a field of an issue (add-issue, update-issue)"
_OWN_KEY = "the API writes as the owner of the key"
_OWN_TIME = "the API sets the time of the call"

NATIVE = natively(
    {
        **dict.fromkeys(
            (
                "title", "description", "type", "status", "priority", "resolution", "parent", "start_date", "due_date",
                "estimated_hours", "actual_hours", "categories", "affected_versions", "milestones", "custom_fields",
            ),
            _FIELD,
        ),
        "assignees": "one person, a member of the project (assigneeId)",
        "comments": "add-comment",
        "comments.attachments": "attachmentId[] of add-comment",
        "attachments": "post-attachment-file, then attachmentId[]",
        "links": "related issues, which the API has since July 2026 (add-related-issue)",
    },
    {
        "key": "the space numbers issues itself",
        "reporter": _OWN_KEY,
        "created_at": _OWN_TIME,
        "updated_at": _OWN_TIME,
        "watchers": "the API adds only the owner of the key to an issue's watchers",
        "external_id": "an issue has no such field",
        "comments.author": _OWN_KEY,
        "comments.created_at": _OWN_TIME,
        "comments.updated_at": _OWN_TIME,
        "comments.changes": "the space writes its change log itself",
        "comments.private": "everybody who sees an issue sees its comments",
        "comments.external_id": "a comment has no such field",
        "attachments.author": _OWN_KEY,
        "attachments.created_at": _OWN_TIME,
        "attachments.external_id": "a file has no such field",
    },
)  # fmt: skip

LIMITS = Limits(
    title_length=255,
    description_length=100_000,
    comment_length=50_000,
    assignees_per_ticket=1,
    statuses_per_project=12,
    page_size=100,
    reasons={
        "title_length": "the space answers 'no longer than 255' (observed 2025)",
        "description_length": "measured: 100,000 characters pass, more are refused (observed 2025)",
        "comment_length": "the space answers 'no longer than 50,000' (observed 2025)",
        "assignees_per_ticket": "assigneeId is one person (add-issue)",
        "ticket_levels": "an issue and its subtasks, and a third where grandchildIssueEnabled is set (get-project)",
        "statuses_per_project": "4 of Nulab's own and 8 more (add-status)",
        "page_size": "count is 1 to 100 (get-issue-list)",
    },
)

LISTING = Listing(
    how="pages",
    complete=True,
    reason="GET /issues pages through the project, oldest first, and is held against GET /issues/count",
    exact_filters=frozenset({"status", "category", "type", "priority", "assignee", "reporter", "milestone", "parent"}),
    orders=frozenset({"created", "-created", "updated", "-updated"}),
    vendor_filters=True,
)


MENTIONS = r"<@(?:U(?P<user>\d+)|T\d+|project)>"
"""Of a person, a team, all members: in a description or a comment each notifies (page: mention)."""
MENTION_FORM = "<@U{id}>"

NOTIFIES = {"assignees": "the space tells whoever is made the assignee of an issue (notification reason 1)"}

_ONE_UPDATE, _ONE_READ = {"update": 1}, {"read": 1}
COSTS = {
    **dict.fromkeys(("create_ticket", "update_ticket", "add_comment"), _ONE_UPDATE),
    **dict.fromkeys(("create_with_files", "change_with_comment"), _ONE_UPDATE),
    **dict.fromkeys(("tickets.attachments", "comments.attachments"), _ONE_UPDATE),  # each is sent ahead
    "add_attachment": {"update": 2},  # sent ahead, then tied to its issue
    **{name: {"read": 1, "update": 1} for name in ("add_link", "add_metadata")},  # looked for before
    **dict.fromkeys(("ticket", "comments", "attachments", "links", "open_attachment"), _ONE_READ),
}

SETTLE = Settle(
    seconds=180,
    reason="nobody documents how late a write may be committed, nor how far a search lags: two minutes and one",
)


def references_at(web: str) -> References:
    """Say how texts name issues and files of the space at `web`: `PROJ-1`, a link, `#attach(name:1)`."""
    return References(
        key=r"[A-Z][A-Z0-9_]*-[1-9][0-9]*",
        url=f"{web}/view/{{key}}",
        comment="#comment-{id}",
        files={
            "attach": "#attach({name}:{id})",
            "image": f"{web}/ViewAttachmentImage.action?attachmentId={{id}}",
            "file": f"{web}/ViewAttachment.action?attachmentId={{id}}",
        },
    )


_NO_SUBTASKS = Answer(yes=False, reason="the project's settings do not allow subtasks (subtaskingEnabled)")


def abilities_of(project: Mapping[str, Any] | None, web: str) -> Abilities:
    """Give the abilities of a project as it was read: its text format, and whether issues have a parent.

    `web` is the address of its space, below which the pages of issues and files are.
    """
    text_format = "markdown" if project is None else to_format(project["text_formatting_rule"])
    flat = project is not None and project["subtasking_enabled"] is False
    levels = 3 if project is not None and project["grandchild_issue_enabled"] else 2
    return Abilities(
        text_format=text_format,
        text_formats=frozenset({text_format}),
        native=NATIVE | {"parent": _NO_SUBTASKS} if flat else NATIVE,
        listing=LISTING,
        limits=replace(LIMITS, ticket_levels=levels),
        comments_move_updated_at=Answer(
            yes=False, reason="a plain comment leaves an issue's `updated` as it was (observed 2015)"
        ),
        settle=SETTLE,
        creatable=CREATABLE,
        new_statuses=frozenset({OWN_CATEGORY}),
        fixed_ids=FIXED_IDS,
        shared_words={"versions": "milestones"},
        after_creation=AFTER_CREATION,
        never_empty=NEVER_EMPTY,
        apart=frozenset({"links"}),
        link_kinds=LINK_KINDS,
        mentions=MENTIONS,
        mention_form=MENTION_FORM,
        notifies=NOTIFIES,
        references=references_at(web),
        costs=COSTS,
    )


def without_fields(abilities: Abilities, reason: str) -> Abilities:
    """Take custom fields out of what can be held and made, as the space refused them."""
    native = {**abilities.native, "custom_fields": Answer(yes=False, reason=reason)}
    return replace(abilities, native=native, creatable=abilities.creatable - {"custom_fields"})
