"""Wiki pages as JSON."""

from __future__ import annotations

from anybacklog_simulators.nulab import shapes
from anybacklog_simulators.nulab.shapes import JSON, instant
from anybacklog_simulators.nulab.space import Space
from anybacklog_simulators.nulab.things import PageVersion, WikiPage


def tags(space: Space, names: list[str]) -> list[JSON]:
    """Give tags."""
    return [{"id": space.wiki_tags[name], "name": name} for name in names]


def listed(space: Space, page: WikiPage) -> JSON:
    """Give a page as lists have it: without its content."""
    return {
        "id": page.id,
        "projectId": page.project_id,
        "name": page.name,
        "tags": tags(space, page.tags),
        "createdUser": shapes.user(space, page.created_user_id),
        "created": instant(page.created),
        "updatedUser": shapes.user(space, page.updated_user_id),
        "updated": instant(page.updated),
    }


def shown(space: Space, page: WikiPage) -> JSON:
    """Give a whole page."""
    return listed(space, page) | {
        "content": page.content,
        "attachments": [shapes.attachment(space, each) for each in page.attachments],
        "sharedFiles": shapes.shared_files(space, page.shared_files),
        "stars": shapes.stars(space, "wiki", page.id),
    }


def version(space: Space, page: WikiPage, found: PageVersion) -> JSON:
    """Give what a page was."""
    return {
        "pageId": page.id,
        "version": found.version,
        "name": found.name,
        "content": found.content,
        "createdUser": shapes.user(space, found.created_user_id),
        "created": instant(found.created),
    }
