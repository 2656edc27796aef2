"""The space itself: what it is, its banner, its plan, what is left of the rate limits."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from anybacklog_simulators.nulab import icons, projects
from anybacklog_simulators.nulab.call import ICON, Answer, Call, Who, route
from anybacklog_simulators.nulab.parameters import a, needed
from anybacklog_simulators.nulab.shapes import MODERN, instant


def shown(call: Call) -> Any:
    """Give the space."""
    space = call.space
    return {
        "spaceKey": space.key,
        "name": space.name,
        "ownerId": space.owner_id,
        "lang": space.lang,
        "timezone": space.timezone,
        "reportSendTime": "18:00:00",
        "textFormattingRule": space.text_formatting_rule,
        "created": instant(space.created),
        "updated": instant(space.updated),
    }


def notice(call: Call) -> Any:
    """Give the banner."""
    return {"content": call.space.notice, "updated": instant(call.space.notice_updated)}


def put_notice(call: Call) -> Any:
    """Change the banner."""
    call.space.notice, call.space.notice_updated = call.get("content"), call.now
    return notice(call)


def image(_: Call) -> Answer:
    """Give the space's picture."""
    return icons.picture("space_img.png")


def disk_usage(call: Call) -> Any:
    """Tell how much is stored, project by project."""
    details = [projects.usage(call, each) for each in call.space.projects.values()]
    names = [name for name in _counted(call) if name != "projectId"]
    totals = {name: sum(each[name] for each in details) for name in names}
    return {"capacity": call.space.licence.storage_limit, **totals, "details": details}


def _counted(call: Call) -> list[str]:
    """Name what is counted, also when there is no project."""
    more = ["gitLFS", "pullRequest"] if call.space.today(MODERN) else []
    return ["projectId", "issue", "wiki", "file", "subversion", "git", *more]


def licence(call: Call) -> Any:
    """Give what the plan allows."""
    plan = call.space.licence
    return {
        "active": True,
        "attachmentLimit": 0,
        "attachmentLimitPerFile": plan.attachment_limit_per_file,
        "attachmentNumLimit": plan.attachment_limit,
        "attribute": plan.attribute,
        "attributeLimit": 0,
        "burndown": True,
        "commentLimit": 0,
        "componentLimit": 0,
        "fileSharing": True,
        "gantt": True,
        "git": True,
        "grandchildIssueEnabled": plan.grandchild,
        "issueLimit": 0,
        "licenceTypeId": 11,
        "limitDate": None,
        "nulabAccount": True,
        "parentChildIssue": True,
        "postIssueByMail": True,
        "projectGroup": False,
        "projectLimit": 0,
        "pullRequestAttachmentLimitPerFile": plan.attachment_limit_per_file,
        "pullRequestAttachmentNumLimit": plan.attachment_limit,
        "remoteAddress": False,
        "remoteAddressLimit": 0,
        "startedOn": instant(call.space.created),
        "storageLimit": plan.storage_limit,
        "subversion": True,
        "subversionExternal": False,
        "userLimit": 0,
        "versionLimit": 0,
        "wikiAttachment": True,
        "wikiAttachmentLimitPerFile": plan.attachment_limit_per_file,
        "wikiAttachmentNumLimit": plan.attachment_limit,
    }


def rate_limit(call: Call) -> Any:
    """Tell what is left of each limit; asking counts as reading."""
    kept = ("limit", "remaining", "reset")
    left = {bucket: {key: asdict(each)[key] for key in kept} for bucket, each in call.rates.items()}
    return {"rateLimit": left}


ROUTES = (
    route("GET", "/space", shown),
    route("GET", "/space/notification", notice),
    route("PUT", "/space/notification", put_notice, *needed(*a("text", "content")), who=Who.ADMINISTRATORS),
    route("GET", "/space/image", image, bucket=ICON),
    route("GET", "/space/diskUsage", disk_usage, who=Who.ADMINISTRATORS),
    route("GET", "/space/licence", licence),
    route("GET", "/rateLimit", rate_limit),
)
