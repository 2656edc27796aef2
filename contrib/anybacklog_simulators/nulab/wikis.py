"""Wiki pages, their tags (written into the name), files, history."""

from __future__ import annotations

import re
from typing import Any

from anybacklog_simulators.nulab import attachments, shapes, wiki_shape
from anybacklog_simulators.nulab.call import SEARCH, Answer, Call, Who, route
from anybacklog_simulators.nulab.errors import Refused
from anybacklog_simulators.nulab.issues import file_of
from anybacklog_simulators.nulab.parameters import IDS, a, needed
from anybacklog_simulators.nulab.recording import WIKI_CREATED, WIKI_DELETED, WIKI_UPDATED, record
from anybacklog_simulators.nulab.things import PageVersion, WikiPage

_TAG = re.compile(r"\[([^\[\]]+)\]\s*")


def page(call: Call) -> WikiPage:
    """Give the page a path names."""
    found = call.space.wikis.get(int(call.path["wiki"]))
    if found is None or not call.sees(found.project_id):
        raise Refused("no_thing", thing="wiki")
    return found


def _pages(call: Call) -> list[WikiPage]:
    project = call.project(call.get("projectIdOrKey"))
    word = (call.get("keyword") or "").casefold()
    pages = (each for each in call.space.wikis.values() if each.project_id == project.id)
    found = [each for each in pages if word in f"{each.name}\n{each.content}".casefold()]
    return sorted(found, key=lambda each: each.id)


def listed(call: Call) -> Any:
    """List all pages of a project, without their content."""
    return [wiki_shape.listed(call.space, each) for each in _pages(call)]


def counted(call: Call) -> Any:
    """Count a project's pages."""
    return {"count": len(_pages(call))}


def tags(call: Call) -> Any:
    """List the tags in use."""
    return wiki_shape.tags(call.space, list(dict.fromkeys(tag for each in _pages(call) for tag in each.tags)))


def created(call: Call) -> Answer:
    """Make a page."""
    project = call.project(str(call.get("projectId")))
    made = WikiPage(
        id=0,
        project_id=project.id,
        name="",
        created_user_id=call.user.id,
        created=call.now,
        updated_user_id=call.user.id,
        updated=call.now,
    )
    _rename(call, made, call.get("name"))
    made.id, made.content = call.space.new_id("wiki"), call.get("content")
    call.space.wikis[made.id] = made
    _remember(call, made)
    _record(call, made, WIKI_CREATED)
    return Answer(201, wiki_shape.shown(call.space, made), {"Location": f"{call.host}/alias/wiki/{made.id}"})


def shown(call: Call) -> Any:
    """Give a page."""
    return wiki_shape.shown(call.space, page(call))


def changed(call: Call) -> Any:
    """Change a page; a new version is kept, and the difference told when the content is another."""
    found = page(call)
    old = found.content
    if call.get("name") is not None:
        _rename(call, found, call.get("name"))
    found.content = call.get("content", found.content)
    found.updated, found.updated_user_id = call.now, call.user.id
    _remember(call, found)
    difference = None if found.content == old else f"1c1\n<{found.content}---\n>{old}"
    _record(call, found, WIKI_UPDATED, diff=difference, version=found.versions[-1].version)
    return wiki_shape.shown(call.space, found)


def deleted(call: Call) -> Any:
    """Delete a page."""
    found = page(call)
    body = wiki_shape.shown(call.space, found)
    del call.space.wikis[found.id]
    _record(call, found, WIKI_DELETED)
    return body


def files(call: Call) -> Any:
    """List a page's files."""
    return [shapes.attachment(call.space, each) for each in page(call).attachments]


def attach(call: Call) -> Any:
    """Link uploads to a page."""
    found, ids = page(call), call.get("attachmentId")
    attachments.check_uploads(call, ids, len(found.attachments))
    new = attachments.link(call, ids)
    found.attachments += new
    return [shapes.attachment(call.space, each) for each in new]


def opened(call: Call) -> Answer:
    """Give a file's bytes."""
    return attachments.file(attachments.held_by(page(call).attachments, call.path["attachment"]))


def detach(call: Call) -> Any:
    """Remove a file."""
    found = page(call)
    gone = attachments.held_by(found.attachments, call.path["attachment"])
    found.attachments.remove(gone)
    return shapes.attachment(call.space, gone)


def shared(call: Call) -> Any:
    """List the shared files linked to a page."""
    return shapes.shared_files(call.space, page(call).shared_files)


def share(call: Call) -> Any:
    """Link shared files to a page."""
    found = page(call)
    new = [file_of(call, found.project_id, id).id for id in call.get("fileId")]
    found.shared_files += [id for id in new if id not in found.shared_files]
    return shapes.shared_files(call.space, new)


def unshare(call: Call) -> Any:
    """Unlink a shared file."""
    found = page(call)
    gone = file_of(call, found.project_id, int(call.path["file"]))
    if gone.id not in found.shared_files:
        raise Refused("no_thing", thing="sharedFile")
    found.shared_files.remove(gone.id)
    return shapes.shared_file(call.space, gone)


def history(call: Call) -> Any:
    """List what a page was; here `minId` and `maxId` are numbers of versions."""
    found = page(call)
    low, high = call.get("minId") or 0, call.get("maxId")
    rows = [each for each in found.versions if each.version > low and (high is None or each.version < high)]
    rows = (rows if call.get("order") == "asc" else rows[::-1])[: call.get("count") or 20]
    return [wiki_shape.version(call.space, found, each) for each in rows]


def starred(call: Call) -> Any:
    """List a page's stars."""
    return shapes.stars(call.space, "wiki", page(call).id)


def _rename(call: Call, found: WikiPage, written: str) -> None:
    """Take the tags out of a name; the name that is kept and shown is without them, as recorded."""
    match = re.match(rf"(?:{_TAG.pattern})*", written)
    prefix = match[0] if match else ""
    name = written[len(prefix) :]
    pages = (each for each in call.space.wikis.values() if each.project_id == found.project_id and each is not found)
    if any(each.name == name for each in pages):
        raise Refused("name_taken")
    found.name, found.tags = name, list(dict.fromkeys(_TAG.findall(prefix)))
    for tag in found.tags:
        if tag not in call.space.wiki_tags:
            call.space.wiki_tags[tag] = call.space.new_id("tag")


def _remember(call: Call, found: WikiPage) -> None:
    number = found.versions[-1].version + 1 if found.versions else 1
    found.versions.append(
        PageVersion(
            version=number, name=found.name, content=found.content, created_user_id=call.user.id, created=call.now
        )
    )


def _record(call: Call, found: WikiPage, kind: int, *, diff: str | None = None, version: int | None = None) -> None:
    content = {"id": found.id, "name": found.name, "content": found.content, "diff": diff, "version": version}
    record(call, found.project_id, kind, content | {"attachments": [], "shared_files": []})


_PROJECT = needed(*a("text", "projectIdOrKey"))
_NEW = needed(*a("int", "projectId"), *a("text", "name", low=1, high=255), *a("text", "content"))
_MAIL = a("bool", "mailNotify")
_W = "/wikis/<int:wiki>"
_USERS = Who.NORMAL_USERS

ROUTES = (
    route("GET", "/wikis", listed, *_PROJECT, *a("text", "keyword"), bucket=SEARCH),
    route("GET", "/wikis/count", counted, *_PROJECT, bucket=SEARCH),
    route("GET", "/wikis/tags", tags, *_PROJECT),
    route("POST", "/wikis", created, *_NEW, *_MAIL, who=_USERS),
    route("GET", _W, shown),
    route("PATCH", _W, changed, *a("text", "name", low=1, high=255), *a("text", "content"), *_MAIL, who=_USERS),
    route("DELETE", _W, deleted, *_MAIL, who=_USERS),
    route("GET", f"{_W}/attachments", files),
    route("POST", f"{_W}/attachments", attach, *needed(*a("int", "attachmentId", many=True)), who=_USERS),
    route("GET", f"{_W}/attachments/<attachment>", opened),
    route("DELETE", f"{_W}/attachments/<attachment>", detach, who=_USERS),
    route("GET", f"{_W}/sharedFiles", shared),
    route("POST", f"{_W}/sharedFiles", share, *needed(*a("int", "fileId", many=True)), who=_USERS),
    route("DELETE", f"{_W}/sharedFiles/<int:file>", unshare, who=_USERS),
    route("GET", f"{_W}/history", history, *IDS, lenient=True),
    route("GET", f"{_W}/stars", starred),
)
