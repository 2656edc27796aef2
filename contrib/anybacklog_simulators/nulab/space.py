"""A whole space: its settings, everything it holds, and what belongs together found by id."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from anybacklog_simulators.dump import DERIVED
from anybacklog_simulators.nulab.events import Activity, Notification, OAuth, Star, Viewed, Watching
from anybacklog_simulators.nulab.things import Attachment, Comment, Issue, Project, SharedFile, Team, User, WikiPage

EPOCH = datetime(2024, 4, 1, tzinfo=UTC)
FIRST_ID = 1001


@dataclass(kw_only=True)
class Licence:
    """What the plan allows; 0 is unlimited. `attribute`: custom fields."""

    attribute: bool = True
    attachment_limit_per_file: int = 10_485_760
    attachment_limit: int = 50
    status_limit: int = 12
    grandchild: bool = False
    storage_limit: int = 1_073_741_824


def free_licence() -> Licence:
    """Give what the free plan allows."""
    return Licence(attribute=False, attachment_limit_per_file=5_242_880, attachment_limit=1, storage_limit=104_857_600)


@dataclass(kw_only=True)
class Choices:
    """What is not known of the service, or was different in its time.

    `as_of`: answers have the fields they had on that day; the default is the time of the last recording.
    `header_keys`: takes keys in `Backlog-API-Key`, which older hosts do not. `utf16_lengths`: 🎉 counts as two
    characters. `filter_hours`: the days of filters begin so many hours before midnight UTC. `rotating_refresh`: a
    refresh token is good once. `uri_limit`: longer request lines are refused. `related_issues`: has their routes, which
    came in July 2026.
    """

    as_of: date = date(2019, 3, 1)
    header_keys: bool = True
    utf16_lengths: bool = False
    filter_hours: int = 9
    rotating_refresh: bool = True
    token_seconds: int = 3600
    upload_seconds: int = 3600
    uri_limit: int = 8192
    related_issues: bool = True

    def length(self, text: str) -> int:
        """Count a text's characters as limits do."""
        return len(text.encode("utf-16-le", "surrogatepass")) // 2 if self.utf16_lengths else len(text)


@dataclass(kw_only=True)
class Space:
    """Everything a space holds, by id. The first user owns it."""

    key: str = "demo"
    name: str = "Demo"
    owner_id: int = 0
    lang: str = "ja"
    timezone: str = "Asia/Tokyo"
    text_formatting_rule: str = "markdown"
    created: datetime = EPOCH
    updated: datetime = EPOCH
    notice: str = ""
    notice_updated: datetime | None = None
    licence: Licence = field(default_factory=Licence)
    choices: Choices = field(default_factory=Choices)
    users: dict[int, User] = field(default_factory=dict)
    teams: dict[int, Team] = field(default_factory=dict)
    projects: dict[int, Project] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    uploads: dict[int, Attachment] = field(default_factory=dict)
    shared_files: dict[int, SharedFile] = field(default_factory=dict)
    wikis: dict[int, WikiPage] = field(default_factory=dict)
    wiki_tags: dict[str, int] = field(default_factory=dict)
    activities: dict[int, Activity] = field(default_factory=dict)
    notifications: dict[int, Notification] = field(default_factory=dict)
    stars: dict[int, Star] = field(default_factory=dict)
    watchings: dict[int, Watching] = field(default_factory=dict)
    viewed: list[Viewed] = field(default_factory=list)
    oauth: OAuth = field(default_factory=OAuth)
    last_ids: dict[str, int] = field(default_factory=dict)
    numbers: dict[tuple[int, int], int] = field(default_factory=dict, metadata=DERIVED)

    def __post_init__(self) -> None:
        self.numbers = {(issue.project_id, issue.number): issue.id for issue in self.issues.values()}

    def new_id(self, kind: str) -> int:
        """Give the next id of a kind, never one that was used."""
        self.last_ids[kind] = self.last_ids.get(kind, FIRST_ID - 1) + 1
        return self.last_ids[kind]

    def used(self, kind: str, id: int) -> None:
        """Remember that an id is taken."""
        self.last_ids[kind] = max(self.last_ids.get(kind, FIRST_ID - 1), id)

    def today(self, since: date) -> bool:
        """Tell whether answers have what came to the service on that day."""
        return self.choices.as_of >= since

    def add_issue(self, issue: Issue) -> Issue:
        """Put an issue in, in place of the one with its id."""
        self.issues[issue.id] = issue
        self.numbers[issue.project_id, issue.number] = issue.id
        return issue

    def remove_issue(self, issue: Issue) -> None:
        """Take an issue out, and what hangs on it; its number is never used again."""
        del self.issues[issue.id], self.numbers[issue.project_id, issue.number]
        gone = {comment.id for comment in issue.comments}
        self.watchings = {id: each for id, each in self.watchings.items() if each.issue_id != issue.id}
        self.notifications = {id: each for id, each in self.notifications.items() if each.issue_id != issue.id}
        self.stars = {
            id: star
            for id, star in self.stars.items()
            if (star.on, star.target_id) != ("issue", issue.id)
            and not (star.on == "comment" and star.target_id in gone)
        }
        for child in self.issues_of(issue.project_id):
            child.parent_id = None if child.parent_id == issue.id else child.parent_id
        for other in self.issues.values():
            other.related = [id for id in other.related if id != issue.id]

    def issues_of(self, project_id: int) -> Iterator[Issue]:
        """Yield a project's issues."""
        return (issue for issue in self.issues.values() if issue.project_id == project_id)

    def stars_on(self, on: str, target_id: int) -> list[Star]:
        """List the stars of a thing, oldest first."""
        return [star for star in self.stars.values() if (star.on, star.target_id) == (on, target_id)]

    def comment(self, comment_id: int) -> tuple[Issue, Comment] | None:
        """Find a comment anywhere."""
        found = ((issue, each) for issue in self.issues.values() for each in issue.comments if each.id == comment_id)
        return next(found, None)

    def notifications_on(self, comment_id: int) -> list[Notification]:
        """List whom a comment notified."""
        return [each for each in self.notifications.values() if each.comment_id == comment_id]

    def members(self, project: Project) -> list[int]:
        """List the users of a project, those of its teams too."""
        by_team = (member for team in project.teams if team in self.teams for member in self.teams[team].members)
        return list(dict.fromkeys([*project.members, *by_team]))
