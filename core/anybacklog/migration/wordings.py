"""As what the texts that name tickets and files were written, by fingerprint: what the ledger remembers of it."""

from __future__ import annotations

from anybacklog.migration.ledger import Pair
from anybacklog.steps import Item, step_key, text_key


def written(pair: Pair, item: Item) -> str | None:
    """Give the fingerprint of the text of a ticket or comment as it was written last; None if that is not known."""
    anew = pair.row(text_key(item))
    row = anew if anew is not None and anew.state == "done" else pair.row(step_key(item))
    return row.before.get("text") if row is not None else None


def forms(pair: Pair, item: Item) -> frozenset[str]:
    """Give the fingerprints of all that the text of a ticket or comment may be, written by nobody but us."""
    rows = [row for row in (pair.row(step_key(item)), pair.row(text_key(item))) if row is not None]
    known = (row.before.get(name) for row in rows for name in ("text", "was"))
    return frozenset(form for form in known if form)
