"""Shared files of a project: directories one at a time, and bytes. Nothing here writes; the service's WebDAV does."""

from __future__ import annotations

from typing import Any

from anybacklog_simulators.nulab import shapes
from anybacklog_simulators.nulab.call import Answer, Call, download, route
from anybacklog_simulators.nulab.errors import Refused
from anybacklog_simulators.nulab.parameters import ORDER, a


def listed(call: Call) -> Any:
    """List one directory; the root is the empty path after the slash."""
    project = call.project()
    path = call.path.get("dir", "").strip("/")
    where = f"/{path}/" if path else "/"
    files = call.space.shared_files.values()
    rows = [each for each in files if (each.project_id, each.dir) == (project.id, where)]
    rows = rows if call.get("order") == "asc" else rows[::-1]
    begin = call.get("offset") or 0
    return [shapes.shared_file(call.space, each) for each in rows[begin : begin + (call.get("count") or 1000)]]


def opened(call: Call) -> Answer:
    """Give a file's bytes."""
    project = call.project()
    for each in call.space.shared_files.values():
        if str(each.id) == call.path["file"] and each.project_id == project.id and each.type == "file":
            return download(each.name, each.content, "application/octet-stream")
    raise Refused("no_thing", thing="sharedFile")


_PAGE = (*a("int", "offset", low=0), *a("int", "count", low=1, high=1000), ORDER)
_HERE = "/projects/<project>/files"

ROUTES = (
    route("GET", f"{_HERE}/metadata/", listed, *_PAGE, lenient=True),
    route("GET", f"{_HERE}/metadata/<path:dir>", listed, *_PAGE, lenient=True),
    route("GET", f"{_HERE}/<file>", opened),
)
