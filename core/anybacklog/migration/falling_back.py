"""Files that the target cannot take: kept in a folder, each named by a comment at its ticket. Pure.

Below the folder a file lies at `KEY/SHA-256/NAME`: equal names stay apart, and where it lies says what it must hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from anybacklog.filenames import safe_name
from anybacklog.migration.course import Course
from anybacklog.migration.mark import Mark
from anybacklog.migration.texts import headed
from anybacklog.model import Attachment, Text, Ticket
from anybacklog.steps import AddComment, Item, KeepFile, Upload

WAY_OUT = "--fallback-folder would keep it"
REFUSED = "refused there"


def falls_back(attachment: Attachment, ticket: Ticket, course: Course) -> bool:
    """Tell a file that goes into the folder: there is one, the target cannot take the file, and can be told of it.

    So does one that is there already: the target has refused it, or would have.
    """
    if not course.fallback_folder or not could_fall_back(course):
        return False
    unheld = not course.native("attachments") or is_over(attachment, course) or is_one_more(attachment, ticket, course)
    return unheld or course.kept(ticket.id, attachment.id) is not None


def kept_for(unheld: str) -> str:
    """Say why a file goes into the folder."""
    return f"{unheld}; kept in the fallback folder, and a comment names it"


def why_unheld(attachment: Attachment, ticket: Ticket, course: Course) -> str:
    """Say why a target that takes files does not take this one."""
    if is_over(attachment, course):
        return f"over the {course.limits.attachment_size} bytes that are taken there"
    if is_one_more(attachment, ticket, course):
        return f"a ticket there has at most {course.limits.attachments_per_ticket}"
    return REFUSED


def is_over(attachment: Attachment, course: Course) -> bool:
    """Tell a file that is known to be larger than what the target says that it takes."""
    limit = course.limits.attachment_size
    return limit is not None and (attachment.size or 0) > limit


def is_one_more(attachment: Attachment, ticket: Ticket, course: Course) -> bool:
    """Tell a file behind as many as a ticket of the target has room for, `history.txt` counted."""
    most = course.limits.attachments_per_ticket
    if most is None or len(ticket.attachments) < most:
        return False
    room = most - (course.history == "attachment")
    return attachment.id in {each.id for each in ticket.attachments[room:]}


def could_fall_back(course: Course) -> bool:
    """Tell whether a folder would help: the target can be told of it, and the plan leaves no files out."""
    return course.native("comments") and "attachments" not in course.leave_out


def keep(attachment: Attachment, of: Item) -> KeepFile:
    """Plan to put one file into the folder; `of` is anything of its ticket."""
    return KeepFile(item=replace(of, kind="kept", id=attachment.id), upload=_upload(attachment, of))


def point_to(attachment: Attachment, of: Item, course: Course) -> AddComment:
    """Plan the comment that names a file in the folder; `completed` adds what is known once it is there."""
    item = replace(of, kind="continuation", id=f"file-{attachment.id}+kept")
    step = AddComment(
        item=item,
        body=Text("", course.writing.native_format),
        author=None,  # it is the migration's own, and the last one: who put the file there stands in its header line
        created_at=None,
        updated_at=None,
        changes=(),
        private=False,
        uploads=(),
        mark=str(Mark(course.source, of.ticket_key, "continuation", item.id)),
        kept=_upload(attachment, of),
    )
    return replace(step, body=_body(step, attachment, None, course))


def completed(step: AddComment, path: str, course: Course) -> AddComment:
    """Say in the comment where below the folder its file lies, and its hash."""
    return step if step.kept is None else replace(step, body=_body(step, step.kept.attachment, path, course))


def path_of(key: str, name: str, sha256: str) -> str:
    """Say where below the folder a file of a ticket lies."""
    return f"{safe_name(key)}/{sha256}/{safe_name(name)}"


def hash_in(path: str) -> str:
    """Read from a path which hash the file there must have."""
    return path.split("/")[1]


def _body(step: AddComment, attachment: Attachment, path: str | None, course: Course) -> Text:
    text = course.writing.body(Text("\n".join(_lines(attachment, path, course.fallback_link)), "plain"))
    heading = replace(course.writing.comment, attributed=True)
    mark = Mark(course.source, step.item.ticket_key, "continuation", step.item.id)
    return headed(text, course.writing.line(heading, mark, attachment.author, attachment.created_at))


def _lines(attachment: Attachment, path: str | None, link: str) -> Iterator[str]:
    yield attachment.name
    if attachment.size is not None:
        yield f"{attachment.size} bytes"
    if path is not None:
        yield f"SHA-256 {hash_in(path)}"
        yield f"{link.rstrip('/')}/{quote(path)}" if link else f"kept outside of this tracker: {path}"


def _upload(attachment: Attachment, of: Item) -> Upload:
    return Upload(attachment=replace(attachment, ticket=of.ticket_id), author=None, created_at=None, mark="")
