"""The ledger's tables, and its statements, built once."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

TABLES = sa.MetaData()
TICKET_STEPS = sa.text("key BETWEEN 'ticket:' AND 'ticket;'")  # a partial index serves whoever says it word for word
FILE_ITEMS = sa.text("kind = 'attachment'")
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
    sa.Index("step_by_source_key", "source_key", sqlite_where=TICKET_STEPS),
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
    sa.Column("size", sa.Integer),
    sa.Column("sha256", sa.Text),
    sa.Index("file_by_id", "id", sqlite_where=FILE_ITEMS),
    sa.Index("item_by_target", "target_ticket"),  # begun with `pair` it would not be used: the key begins so, too
    sqlite_with_rowid=False,
)

_OF_PAIR = STEPS.c.pair == sa.bindparam("pair")
_ITEM_OF_PAIR = ITEMS.c.pair == sa.bindparam("pair")
FIND_PAIRS = sa.select(PAIRS).order_by(PAIRS.c.id)
FIND_PAIR = sa.select(PAIRS).where(PAIRS.c.source == sa.bindparam("source"), PAIRS.c.target == sa.bindparam("target"))
FIND_STEP = sa.select(STEPS).where(_OF_PAIR, STEPS.c.key == sa.bindparam("key"))
FIND_ANY = sa.select(STEPS.c.key).where(_OF_PAIR).limit(1)
FIND_BY_STATE = (
    sa.select(STEPS).where(_OF_PAIR, STEPS.c.state.in_(sa.bindparam("states", expanding=True))).order_by(STEPS.c.key)
)
FIND_MADE = sa.select(STEPS.c.key, STEPS.c.before).where(
    _OF_PAIR, STEPS.c.key.between("metadata:", "metadata;"), STEPS.c.state == "done"
)
FIND_ITEM = sa.select(ITEMS).where(
    _ITEM_OF_PAIR, *(ITEMS.c[name] == sa.bindparam(name) for name in ("kind", "ticket", "id"))
)
FIND_CALLED = sa.select(STEPS.c.key).where(_OF_PAIR, TICKET_STEPS, STEPS.c.source_key == sa.bindparam("source_key"))
FIND_FILE = sa.select(ITEMS).where(_ITEM_OF_PAIR, FILE_ITEMS, ITEMS.c.id == sa.bindparam("id"))
FIND_TICKETS = (
    sa.select(ITEMS)
    .where(_ITEM_OF_PAIR, ITEMS.c.kind == "ticket")
    .order_by(sa.func.length(ITEMS.c.ticket), ITEMS.c.ticket)
)
FIND_KIND = sa.select(ITEMS).where(_ITEM_OF_PAIR, ITEMS.c.kind == sa.bindparam("kind"))
FIND_BY_TARGET = sa.select(ITEMS).where(_ITEM_OF_PAIR, ITEMS.c.target_ticket == sa.bindparam("target_ticket"))

ADD_PAIR = insert(PAIRS).values(source=sa.bindparam("source"), target=sa.bindparam("target"), settings="{}")
ADD_PAIR = ADD_PAIR.on_conflict_do_nothing(index_elements=["source", "target"])
KEEP_SETTINGS = sa.update(PAIRS).where(PAIRS.c.id == sa.bindparam("of")).values(settings=sa.bindparam("kept"))
INTEND = insert(STEPS).values({each.name: sa.bindparam(each.name) for each in STEPS.columns})
INTEND = INTEND.on_conflict_do_update(
    index_elements=["pair", "key"],
    set_={name: INTEND.excluded[name] for name in ("state", "mark", "before", "intended_at", "error")},
)
SET_STATE = insert(STEPS).values({name: sa.bindparam(name) for name in ("pair", "key", "state", "source_key", "error")})
SET_STATE = SET_STATE.on_conflict_do_update(
    index_elements=["pair", "key"], set_={name: SET_STATE.excluded[name] for name in ("state", "error")}
)
KEEP_BEFORE = (
    sa.update(STEPS)
    .where(STEPS.c.pair == sa.bindparam("of"), STEPS.c.key == sa.bindparam("step"))
    .values(before=sa.bindparam("kept"))
)
FORGET_STEP = sa.delete(STEPS).where(_OF_PAIR, STEPS.c.key == sa.bindparam("key"))
_HANGS_ON_TICKET = ("ticket", "comment", "attachment", "kept", "parent", "state", "moved")
_ITEM_OF_TICKET = sa.and_(_ITEM_OF_PAIR, ITEMS.c.kind.in_(_HANGS_ON_TICKET), ITEMS.c.ticket == sa.bindparam("ticket"))
_BEGINS = [sa.literal(f"{kind}:") + sa.bindparam("ticket", type_=sa.Text) for kind in _HANGS_ON_TICKET]
_BEGINS_TEXT = sa.literal("text:") + sa.bindparam("ticket", type_=sa.Text)
FORGET_TICKET = (
    sa.delete(STEPS).where(
        _OF_PAIR,
        STEPS.c.key.in_(sa.select(ITEMS.c.kind + ":" + ITEMS.c.ticket + ":" + ITEMS.c.id).where(_ITEM_OF_TICKET)),
    ),
    # One by one: of several ranges joined by OR, SQLite looks at every step of the pair.
    *(
        sa.delete(STEPS).where(_OF_PAIR, STEPS.c.state != "done", STEPS.c.key.between(each + ":", each + ";"))
        for each in _BEGINS
    ),
    sa.delete(STEPS).where(_OF_PAIR, STEPS.c.key.between(_BEGINS_TEXT + ":", _BEGINS_TEXT + ";")),
    sa.delete(ITEMS).where(_ITEM_OF_TICKET),
)  # fmt: skip
FORGET_TIES = (
    sa.delete(STEPS).where(
        _OF_PAIR, STEPS.c.key.between("link:", "link;") | STEPS.c.key.between("parent:", "parent;")
    ),
    sa.delete(ITEMS).where(_ITEM_OF_PAIR, ITEMS.c.kind.in_(("link", "parent"))),
)  # fmt: skip
FORGET_ITEM = sa.delete(ITEMS).where(
    _ITEM_OF_PAIR, *(ITEMS.c[name] == sa.bindparam(name) for name in ("kind", "ticket", "id"))
)
LAND = insert(ITEMS).values({each.name: sa.bindparam(each.name) for each in ITEMS.columns})
LAND = LAND.on_conflict_do_update(
    index_elements=["pair", "kind", "ticket", "id"],
    set_={name: LAND.excluded[name] for name in ("target_ticket", "target_id", "target_key", "size", "sha256")},
)
UPGRADES = {
    1: ("ALTER TABLE item ADD COLUMN size INTEGER", "ALTER TABLE item ADD COLUMN sha256 TEXT"),
    2: (
        f"CREATE INDEX IF NOT EXISTS step_by_source_key ON step (source_key) WHERE {TICKET_STEPS}",
        f"CREATE INDEX IF NOT EXISTS file_by_id ON item (id) WHERE {FILE_ITEMS}",
    ),
}
"""What brings a ledger of each older version to the next one."""
