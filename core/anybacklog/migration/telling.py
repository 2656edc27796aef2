"""A ticket's title and texts as the target is to hold them, below header lines that say what has no field. Pure."""

from __future__ import annotations

from collections.abc import Container
from itertools import chain, repeat

from anybacklog.migration.course import Course
from anybacklog.migration.mark import Mark
from anybacklog.migration.pieces import HEADER_ROOM, split
from anybacklog.migration.references import Wording, worded
from anybacklog.migration.texts import changes_as_text, headed
from anybacklog.model import Comment, Text, Ticket, User


def titled(ticket: Ticket, course: Course) -> str:
    """Give the title; the ticket's key stands behind one that is too short for the target."""
    if len(ticket.title) < (course.limits.title_minimum or 0):
        return f"{ticket.title} ({ticket.key})"
    room = course.limits.title_length
    if room is None or not shortens(ticket, course):
        return ticket.title
    return f"{split(ticket.title, room - 1, room)[0]}…"


def shortens(ticket: Ticket, course: Course) -> bool:
    """Tell whether the plan shortens the ticket's title."""
    room = course.limits.title_length
    return course.too_long_titles == "cut" and room is not None and len(ticket.title) > room


def described(ticket: Ticket, course: Course, mark: Mark) -> Text | None:
    """Write the description; one that is not there stays so, unless a header line must stand somewhere."""
    line = header(ticket, course, mark)
    if ticket.description is None and not line and not course.writing.ticket:
        return None
    text = ticket.description or Text("", course.writing.native_format)
    return headed(course.writing.body(text), line)


def header(ticket: Ticket, course: Course, mark: Mark) -> str:
    """Write the line above the description; empty where nothing has to be said."""
    heading = course.heading(course.writing.ticket, ticket.reporter)
    return course.writing.line(heading, mark, ticket.reporter, ticket.created_at, _noted(ticket, course))


def wordings(text: Text, header: str, room: int | None, course: Course) -> list[Wording]:
    """Cut a text below its header line, and put the new names into its pieces, as far as they are known by now."""
    first, rest = course.cut(text, room)
    if course.refer is None:
        return [Wording(piece) for piece in (first, *rest)]
    head = headed(Text("", text.format), header).source
    body = len(head) if text.source.startswith(head) else 0
    references = [each for each in course.refer(text.source) if each.start >= body]
    following = (course.limits.comment_length or room or 0) - HEADER_ROOM // 2
    return worded([first, *rest], references, chain([room], repeat(following)))


def names_otherwise(text: Text, project: str, course: Course, *, keys_stay: bool) -> bool:
    """Tell whether a text names what has another name in the target, or will: known by now, or likely by its form."""
    for each in course.refer(text.source) if course.refer is not None else ():
        likely = not keys_stay and (each.form != "key" or project_of(each.id) == project)
        if each.new != each.said if each.new is not None else likely:
            return True
    return False


def keeps_names(text: Text, project: str, course: Course) -> bool:
    """Tell whether a text names tickets of its project or files, and keeps their old names."""
    found = course.staying(text.source) if course.staying is not None else ()
    return any(each.form != "key" or project_of(each.id) == project for each in found)


def names_later(text: str, project: str, course: Course, met: Container[str]) -> bool:
    """Tell whether a text names what comes later than itself; `met` has `key KEY` of what comes before."""
    return any(
        each.new is None
        and f"key {each.id}" not in met
        and (each.form not in ("key", "url") or project_of(each.id) == project)
        for each in (course.refer(text) if course.refer is not None else ())
    )


def project_of(key: str) -> str:
    """Give what the keys of one project have in common."""
    return key.rpartition("-")[0]


def _noted(ticket: Ticket, course: Course) -> list[str]:
    """Say in the header line what has no field in the target: people, a title the plan has shortened, the origin."""
    people = {name: [user.name for user in left_over(ticket, name, course)] for name in ("assignees", "watchers")}
    said = [f"{name}: {', '.join(names)}" for name, names in people.items() if names]
    said += [f"title: {ticket.title}"] if shortens(ticket, course) else []
    was = course.origin.replace("{key}", ticket.key) if course.origin else ticket.key
    return [*said, f"moved from {was}"] if course.moved_from else said


def left_over(ticket: Ticket, field: str, course: Course) -> list[User]:
    """Name the people of a field whom the target cannot have in it, so that the header line names them."""
    people: tuple[User, ...] = getattr(ticket, field)
    if field in course.leave_out:
        return []
    if not course.native(field):
        return list(people)
    room = course.limits.assignees_per_ticket if field == "assignees" else None
    there = {user.id for user in [user for user in people if not course.nobody(user)][:room]}
    return [user for user in people if user.id not in there]


def commented(comment: Comment, ticket: Ticket, course: Course) -> Text:
    """Write the whole text of a comment, however long; changes the target cannot hold stand below it."""
    body = comment.body
    if comment.changes and not course.native("comments.changes") and course.history != "attachment":
        body = Text("\n\n".join(filter(None, (body.source, changes_as_text(comment.changes)))), body.format)
    return headed(course.writing.body(body), comment_header(comment, ticket, course))


def comment_header(comment: Comment, ticket: Ticket, course: Course) -> str:
    """Write the line above a comment; empty where nothing has to be said."""
    heading, mark = (
        course.heading(course.writing.comment, comment.author),
        Mark(course.source, ticket.key, "comment", comment.id),
    )
    return course.writing.line(heading, mark, comment.author, comment.created_at)
