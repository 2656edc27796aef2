"""What a line alone cannot show: whether the tickets it names are there, and whether parents lead round in a circle."""

from __future__ import annotations

from sqlalchemy import Connection, text

from anybacklog.store.archive.sealed import Damaged

_CHECKS: tuple[tuple[str, str, str], ...] = (
    (
        "tickets",
        "its parent is no ticket of its project",
        """
        SELECT id FROM tickets WHERE parent_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM tickets AS parent
            WHERE parent.id = tickets.parent_id AND parent.project_id = tickets.project_id)
        """,
    ),
    (
        "tickets",
        "it is its own parent or grandparent",
        """
        WITH RECURSIVE reached(id) AS (
            SELECT id FROM tickets WHERE parent_id IS NULL
            UNION ALL SELECT tickets.id FROM reached CROSS JOIN tickets ON tickets.parent_id = reached.id)
        SELECT id FROM tickets WHERE parent_id IS NOT NULL AND id NOT IN (SELECT id FROM reached)
        """,
    ),
    (
        "comments",
        "its ticket is not there",
        "SELECT id FROM comments WHERE NOT EXISTS (SELECT 1 FROM tickets WHERE tickets.id = ticket_id)",
    ),
    (
        "attachments",
        "its ticket is not there",
        "SELECT id FROM attachments WHERE NOT EXISTS (SELECT 1 FROM tickets WHERE tickets.id = ticket_id)",
    ),
    (
        "attachments",
        "its comment is none of its ticket's",
        """
        SELECT id FROM attachments WHERE comment_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM comments
            WHERE comments.id = attachments.comment_id AND comments.ticket_id = attachments.ticket_id)
        """,
    ),
    (
        "links",
        "it does not tie two tickets of one project",
        """
        SELECT id FROM links WHERE ticket_id = target_id OR NOT EXISTS (
            SELECT 1 FROM tickets AS here JOIN tickets AS there ON there.project_id = here.project_id
            WHERE here.id = links.ticket_id AND there.id = links.target_id)
        """,
    ),
)
"""Table, what is wrong, and the ids of the rows of which it is true."""


def refuse_unsound(connection: Connection) -> None:
    """Check every tie between lines; Damaged names the first line that is wrong."""
    for table, wrong, query in _CHECKS:
        found = connection.execute(text(f"{query} ORDER BY id LIMIT 1")).scalar()
        if found is not None:
            count = text(f"SELECT count(*) FROM {table} WHERE id <= :id")  # noqa: S608  # our own words
            line = connection.execute(count, {"id": found}).scalar_one()
            raise Damaged(f"{table}.jsonl line {line}: {wrong}")
