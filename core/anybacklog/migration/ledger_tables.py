"""The ledger's tables, and its statements, built once."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

TABLES = sa.MetaData()
PAIRS = sa.Table(
    "pair",
    TABLES,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("settings", sa.Text, nullable=False),
    sa.UniqueConstraint("source", "target"),
)
STEPS = sa.Table(
    "step",
    TABLES,
    sa.Column("pair", sa.ForeignKey("pair.id"), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("source_key", sa.Text, nullable=False),
    sa.Column("mark", sa.Text),
    sa.Column("before", sa.Text),
    sa.Column("intended_at", sa.Text),
    sa.Column("error", sa.Text),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)
ITEMS = sa.Table(
    "item",
    TABLES,
    sa.Column("pair", sa.ForeignKey("pair.id"), primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("ticket", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("target_ticket", sa.Text, nullable=False),
    sa.Column("target_id", sa.Text, nullable=False),
    sa.Column("target_key", sa.Text),
    sa.Index("item_by_target", "pair", "target_ticket", "kind", "target_id"),
    sqlite_with_rowid=False,
)

FIND_STEP = sa.select(STEPS).where(STEPS.c.pair == sa.bindparam("pair"), STEPS.c.key == sa.bindparam("key"))
FIND_MADE = sa.select(STEPS.c.key, STEPS.c.before).where(
    STEPS.c.pair == sa.bindparam("pair"),
    STEPS.c.key.between("metadata:", "metadata;"),
    STEPS.c.state == "done",
)
FIND_ITEM = sa.select(ITEMS).where(*(ITEMS.c[name] == sa.bindparam(name) for name in ("pair", "kind", "ticket", "id")))
FIND_BY_TARGET = sa.select(ITEMS).where(*(ITEMS.c[name] == sa.bindparam(name) for name in ("pair", "target_ticket")))
INTEND = insert(STEPS).values(
    {
        name: sa.bindparam(name)
        for name in ("pair", "key", "state", "source_key", "mark", "before", "intended_at", "error")
    }
    | {"attempts": 1}
)
INTEND = INTEND.on_conflict_do_update(
    index_elements=["pair", "key"],
    set_={name: INTEND.excluded[name] for name in ("state", "mark", "before", "intended_at", "error")}
    | {"attempts": STEPS.c.attempts + 1},
)
SET_STATE = insert(STEPS).values({name: sa.bindparam(name) for name in ("pair", "key", "state", "source_key", "error")})
SET_STATE = SET_STATE.on_conflict_do_update(
    index_elements=["pair", "key"], set_={name: SET_STATE.excluded[name] for name in ("state", "error")}
)
LAND = insert(ITEMS).values({each.name: sa.bindparam(each.name) for each in ITEMS.columns})
LAND = LAND.on_conflict_do_update(
    index_elements=["pair", "kind", "ticket", "id"],
    set_={name: LAND.excluded[name] for name in ("target_ticket", "target_id", "target_key")},
)
