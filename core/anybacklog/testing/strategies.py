"""hypothesis strategies for every noun: whatever a backend could hold, the awkward more often than by chance."""

from __future__ import annotations

import math
from datetime import UTC, date
from typing import TypeVar

from hypothesis import strategies as st

from anybacklog.model import (
    FIELD_TYPES,
    LINK_INVERSES,
    STATUS_CATEGORIES,
    TEXT_FORMATS,
    Activity,
    Attachment,
    Category,
    Change,
    Comment,
    CustomField,
    CustomFieldValue,
    FieldType,
    FieldValue,
    Link,
    Milestone,
    Named,
    Priority,
    Project,
    Resolution,
    Status,
    Text,
    Ticket,
    TicketType,
    User,
    Version,
)

_Noun = TypeVar("_Noun", bound=Named)
_Any = TypeVar("_Any")

AWKWARD = (
    "𠮷野家 🎉 👩‍👩‍👧",
    "ﾊﾝｶｸ ｶﾅ",
    "NFD: か\u3099 e\u0301",
    "one\r\ntwo\rthree\n",
    " spaces stay \t",
    "NUL\x00 and BOM\ufeff and \u2028",
    "",
)

strings = st.one_of(st.text(max_size=30), st.sampled_from(AWKWARD))
ids = st.one_of(st.integers(min_value=0).map(str), st.text(min_size=1, max_size=12))
instants = st.datetimes(timezones=st.just(UTC))
days: st.SearchStrategy[date] = st.dates()
numbers = st.one_of(st.integers(-(2**63), 2**63), st.floats(allow_nan=False, allow_infinity=False))
hours = st.floats(min_value=0, allow_infinity=False).filter(math.isfinite)
texts = st.builds(Text, source=strings, format=st.sampled_from(TEXT_FORMATS))


def maybe(strategy: st.SearchStrategy[_Any]) -> st.SearchStrategy[_Any | None]:
    """Give what the backend says, or None where it says nothing."""
    return st.none() | strategy


def some(strategy: st.SearchStrategy[_Any]) -> st.SearchStrategy[tuple[_Any, ...]]:
    """Give a short tuple, often empty."""
    return st.lists(strategy, max_size=2).map(tuple)


def named(noun: type[_Noun]) -> st.SearchStrategy[_Noun]:
    """Give one of the nouns that are an id and a name."""
    return st.builds(noun, id=ids, name=strings)


def values_of(type: FieldType) -> st.SearchStrategy[FieldValue]:
    """Give values a custom field of this type can hold, None included."""
    shapes: dict[FieldType, st.SearchStrategy[FieldValue]] = {
        "text": strings,
        "number": numbers,
        "date": days,
        "choice": strings,
        "choices": some(strings),
    }
    return st.none() | shapes[type]


@st.composite
def _custom_field_values(draw: st.DrawFn) -> CustomFieldValue:
    shape = draw(st.sampled_from(FIELD_TYPES))
    return CustomFieldValue(id=draw(ids), name=draw(strings), type=shape, value=draw(values_of(shape)))


users = st.builds(User, id=ids, login=maybe(strings), name=strings, email=maybe(strings))
options = named(Named)
ticket_types = named(TicketType)
priorities = named(Priority)
resolutions = named(Resolution)
categories = named(Category)
milestones = named(Milestone)
versions = named(Version)
statuses = st.builds(Status, id=ids, name=strings, category=st.sampled_from(STATUS_CATEGORIES))
raws = maybe(st.dictionaries(strings, st.none() | st.booleans() | st.integers() | strings, max_size=3))
projects = st.builds(Project, id=ids, name=strings, key=strings, url=maybe(strings), raw=raws)
custom_fields = st.builds(
    CustomField,
    id=ids,
    name=strings,
    type=st.sampled_from(FIELD_TYPES),
    options=some(options),
    required=st.booleans(),
    raw=raws,
)
custom_field_values = _custom_field_values()
links = st.builds(Link, id=ids, kind=st.sampled_from(sorted(LINK_INVERSES)) | strings, target=ids)
changes = st.builds(Change, field=strings, old=maybe(strings), new=maybe(strings), id=maybe(ids))
attachments = st.builds(
    Attachment,
    id=ids,
    name=strings,
    size=maybe(st.integers(0, 2**40)),
    content_type=maybe(st.sampled_from(["text/plain", "image/png"])),
    sha256=maybe(st.binary(min_size=32, max_size=32).map(bytes.hex)),
    author=maybe(users),
    created_at=maybe(instants),
)
comments = st.builds(
    Comment,
    id=ids,
    author=maybe(users),
    body=texts,
    created_at=maybe(instants),
    updated_at=maybe(instants),
    changes=some(changes),
    attachments=some(attachments),
    private=st.booleans(),
    raw=raws,
)
activities = st.builds(
    Activity, id=ids, kind=strings, author=maybe(users), created_at=maybe(instants), ticket=maybe(ids), raw=raws
)
tickets = st.builds(
    Ticket,
    id=ids,
    key=strings,
    url=maybe(strings),
    title=strings,
    description=maybe(texts),
    type=maybe(ticket_types),
    status=maybe(statuses),
    priority=maybe(priorities),
    resolution=maybe(resolutions),
    reporter=maybe(users),
    assignees=some(users),
    created_at=maybe(instants),
    updated_at=maybe(instants),
    start_date=maybe(days),
    due_date=maybe(days),
    estimated_hours=maybe(hours),
    actual_hours=maybe(hours),
    categories=some(categories),
    affected_versions=some(versions),
    milestones=some(milestones),
    parent=maybe(ids),
    links=some(links),
    custom_fields=some(custom_field_values),
    attachments=some(attachments),
    watchers=some(users),
    raw=raws,
)

NOUNS: st.SearchStrategy[
    Ticket | Comment | Attachment | User | Named | Link | Change | Text | Activity
] = st.one_of(
    tickets, comments, attachments, users, statuses, ticket_types, priorities, resolutions, categories, milestones,
    versions, options, projects, custom_fields, custom_field_values, links, changes, texts, activities,
)  # fmt: skip
