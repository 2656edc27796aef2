"""Uploading, linking, reading and removing files."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from typing import Any

from anybacklog_simulators.nulab import shapes
from anybacklog_simulators.nulab.call import Answer, Call, Who, download, route
from anybacklog_simulators.nulab.errors import Refused
from anybacklog_simulators.nulab.recording import UPDATED, record_issue
from anybacklog_simulators.nulab.things import Attachment, ChangeLog, Comment, Issue, WikiPage


def upload(call: Call) -> Any:
    """Keep a file until it is linked, for an hour at most; its number is not the one it will have."""
    if call.upload is None:
        raise Refused("required", name="file")
    name, content = call.upload
    licence = call.space.licence
    if len(content) > licence.attachment_limit_per_file:
        raise Refused("file_too_large")
    if licence.storage_limit and stored(call) + len(content) > licence.storage_limit:
        raise Refused("over_capacity")
    found = _attachment(call, "upload", name, content)
    call.space.uploads[found.id] = found
    return {"id": found.id, "name": name, "size": len(content)}


def stored(call: Call) -> int:
    """Tell how many bytes the files of issues and pages take."""
    holders: tuple[Issue | WikiPage, ...] = (*call.space.issues.values(), *call.space.wikis.values())
    return sum(each.size for holder in holders for each in holder.attachments)


def check_uploads(call: Call, ids: Sequence[int], held: int) -> None:
    """Refuse numbers that are no upload of the caller, were linked or are too old, and more files than allowed."""
    limit = call.space.licence.attachment_limit
    for id in ids:
        found = call.space.uploads.get(id)
        fresh = found is not None and found.created > call.ago(call.space.choices.upload_seconds)
        if found is None or not fresh or found.created_user_id != call.user.id or ids.count(id) > 1:
            raise Refused("no_attachment", id=id)
    if limit and held + len(ids) > limit:
        raise Refused("too_many_files", limit=limit)


def link(call: Call, ids: Sequence[int]) -> list[Attachment]:
    """Turn checked uploads into attachments with numbers of their own; an upload is used up by it."""
    uploads = [call.space.uploads.pop(id) for id in ids]
    return [_attachment(call, "attachment", each.name, each.content) for each in uploads]


def logged(found: Attachment) -> ChangeLog:
    """Give the history's line of a new file."""
    return ChangeLog(field="attachment", new=found.name, attachment={"id": found.id, "name": found.name})


def told(found: Attachment) -> dict[str, Any]:
    """Give a file as activities show it."""
    return {"id": found.id, "name": found.name, "size": found.size}


def change(new: str, old: str) -> dict[str, str]:
    """Give the change of a file as activities show it."""
    return {"field": "attachment", "new_value": new, "old_value": old, "type": "standard"}


def file(found: Attachment) -> Answer:
    """Answer with the bytes of a file, its type by its name."""
    kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
    return download(found.name, found.content, kind)


def held_by(holder: Sequence[Attachment], id: str) -> Attachment:
    """Find a file by the number in a path."""
    for found in holder:
        if str(found.id) == id:
            return found
    raise Refused("no_thing", thing="attachment")


def listed(call: Call) -> Any:
    """List an issue's files."""
    return [shapes.attachment(call.space, each) for each in call.issue().attachments]


def opened(call: Call) -> Answer:
    """Give a file's bytes."""
    return file(held_by(call.issue().attachments, call.path["attachment"]))


def removed(call: Call) -> Any:
    """Remove a file; the history tells of it, with an empty new value."""
    issue = call.issue()
    found = held_by(issue.attachments, call.path["attachment"])
    answer = shapes.attachment(call.space, found)
    issue.attachments.remove(found)
    comment = _gone(call, issue, found)
    record_issue(call, issue, UPDATED, comment, changes=[change("", found.name)])
    return answer


def _gone(call: Call, issue: Issue, found: Attachment) -> Comment:
    line = ChangeLog(field="attachment", old=found.name, attachment={"id": found.id, "name": found.name})
    comment = Comment(
        id=call.space.new_id("comment"),
        content="",
        changes=[line],
        created_user_id=call.user.id,
        created=call.now,
        updated=call.now,
    )
    issue.comments.append(comment)
    issue.updated, issue.updated_user_id = call.now, call.user.id
    return comment


def _attachment(call: Call, kind: str, name: str, content: bytes) -> Attachment:
    return Attachment(
        id=call.space.new_id(kind),
        name=name,
        content=content,
        size=len(content),
        created_user_id=call.user.id,
        created=call.now,
    )


ROUTES = (
    route("POST", "/space/attachment", upload, who=Who.REPORTERS, multipart=True),
    route("GET", "/issues/<issue>/attachments", listed),
    route("GET", "/issues/<issue>/attachments/<attachment>", opened),
    route("DELETE", "/issues/<issue>/attachments/<attachment>", removed, who=Who.NORMAL_USERS),
)
