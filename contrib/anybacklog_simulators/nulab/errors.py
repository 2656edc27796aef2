"""Refusals in the service's envelope, worded in the language of the key's owner.

Only 7 with 400, 6 with 404, 11 with 401 and 13 with 429 are evidenced; the other statuses, and the wordings that have
no known original, are ours. No client may tell errors apart by their text.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any


class Code(IntEnum):
    """The service's own numbers."""

    INTERNAL = 1
    LICENCE = 2
    LICENCE_EXPIRED = 3
    ACCESS_DENIED = 4
    UNAUTHORIZED = 5
    NO_RESOURCE = 6
    INVALID_REQUEST = 7
    SPACE_OVER_CAPACITY = 8
    RESOURCE_OVERFLOW = 9
    TOO_LARGE_FILE = 10
    AUTHENTICATION = 11
    REQUIRED_MFA = 12
    TOO_MANY_REQUESTS = 13
    CONTENT_CONFLICT = 14


STATUSES: Mapping[Code, int] = {
    Code.INTERNAL: 500,
    Code.LICENCE: 403,
    Code.LICENCE_EXPIRED: 403,
    Code.ACCESS_DENIED: 403,
    Code.UNAUTHORIZED: 403,
    Code.NO_RESOURCE: 404,
    Code.INVALID_REQUEST: 400,
    Code.SPACE_OVER_CAPACITY: 400,
    Code.RESOURCE_OVERFLOW: 400,
    Code.TOO_LARGE_FILE: 413,
    Code.AUTHENTICATION: 401,
    Code.REQUIRED_MFA: 403,
    Code.TOO_MANY_REQUESTS: 429,
    Code.CONTENT_CONFLICT: 409,
}

WORDS: Mapping[str, tuple[Code, str, str]] = {
    "internal": (Code.INTERNAL, "Internal server error.", "内部エラーが発生しました。"),
    "licence": (Code.LICENCE, "Your plan does not allow this.", "現在のプランではご利用いただけません。"),
    "denied": (Code.UNAUTHORIZED, "You are not allowed to do this.", "この操作を行う権限がありません。"),
    "no_project": (Code.NO_RESOURCE, "No such project.", "プロジェクトが存在しません。"),
    "no_issue": (Code.NO_RESOURCE, "No issue.", "課題が存在しません。"),
    "no_thing": (Code.NO_RESOURCE, "No {thing}.", "{thing}が存在しません。"),
    "no_route": (Code.NO_RESOURCE, "Undefined resource. {path}", "Undefined resource. {path}"),
    "unknown_parameter": (
        Code.INVALID_REQUEST,
        "error.unknownParameter : {name}",
        "error.unknownParameter : {name}",
    ),
    "required": (Code.INVALID_REQUEST, "error.required : {name}", "error.required : {name}"),
    "number": (Code.INVALID_REQUEST, "error.number : {name}", "error.number : {name}"),
    "boolean": (Code.INVALID_REQUEST, "error.boolean : {name}", "error.boolean : {name}"),
    "date": (Code.INVALID_REQUEST, "error.date : {name}", "error.date : {name}"),
    "range": (
        Code.INVALID_REQUEST,
        "The {name} must be between {low} and {high}.",
        "{name}は{low}以上{high}以下で入力してください。",
    ),
    "choice": (Code.INVALID_REQUEST, "The {name} is invalid.", "{name}が不正です。"),
    "form_only": (Code.INVALID_REQUEST, "error.contentType", "error.contentType"),
    "length": (
        Code.INVALID_REQUEST,
        "The {label} must be no shorter than {low} and no longer than {high}.",
        "{label}は{low}文字以上{high}文字以下で入力してください。",
    ),
    "longer": (
        Code.INVALID_REQUEST,
        "The {label} must be no longer than {high}.",
        "{label}は{high}文字以下で入力してください。",
    ),
    "no_content": (Code.INVALID_REQUEST, "No comment content.", "コメント内容がありません。"),
    "key_taken": (Code.INVALID_REQUEST, "The project key is already used.", "プロジェクトキーは既に使われています。"),
    "name_taken": (Code.INVALID_REQUEST, "The name is already used.", "名前は既に使われています。"),
    "no_custom_fields": (
        Code.INVALID_REQUEST,
        "current plan is not customField available.",
        "current plan is not customField available.",
    ),
    "no_attachment": (Code.INVALID_REQUEST, "The attachment {id} is invalid.", "添付ファイル {id} が不正です。"),
    "file_too_large": (
        Code.TOO_LARGE_FILE,
        "The size of attached file is too large.",
        "添付ファイルのサイズが大きすぎます。",
    ),
    "too_many_files": (
        Code.RESOURCE_OVERFLOW,
        "The maximum number of attachments is {limit} per issue.",
        "添付ファイルは1課題につき{limit}個までです。",
    ),
    "too_many_related": (
        Code.RESOURCE_OVERFLOW,
        "The maximum number of related issues is {limit} per issue.",
        "関連課題は1課題につき{limit}件までです。",
    ),
    "too_many_statuses": (
        Code.RESOURCE_OVERFLOW,
        "The maximum number of status are {limit} per project",
        "状態は1プロジェクトにつき{limit}個までです。",
    ),
    "over_capacity": (Code.SPACE_OVER_CAPACITY, "The space is over its capacity.", "スペースの容量を超えています。"),
    "authentication": (Code.AUTHENTICATION, "Authentication failure.", "Authentication failure."),
    "too_many_requests": (Code.TOO_MANY_REQUESTS, "Too many requests.", "リクエストが多すぎます。"),
}
LABELS: Mapping[str, tuple[str, str]] = {
    "summary": ("Subject", "件名"),
    "description": ("Description", "詳細"),
    "content": ("Comment", "コメント"),
    "comment": ("Comment", "コメント"),
    "name": ("Name", "名前"),
}


class Refused(Exception):
    """The service says no: one of `WORDS`, and what its text names."""

    def __init__(self, word: str, **facts: Any) -> None:
        super().__init__(word)
        self.word = word
        self.facts = facts

    @property
    def code(self) -> Code:
        """The service's number of it."""
        return WORDS[self.word][0]

    @property
    def status(self) -> int:
        """The HTTP status of it."""
        return STATUSES[self.code]

    def envelope(self, lang: str | None) -> dict[str, Any]:
        """Give the body, in Japanese or else in English."""
        japanese = lang == "ja"
        name = str(self.facts.get("name", ""))
        facts = {key: f"{fact:,}" if key == "high" else fact for key, fact in self.facts.items()}
        label = LABELS.get(name, (name, name))[japanese]
        _, english, translated = WORDS[self.word]
        message = (translated if japanese else english).format(**{"label": label, **facts})
        return {"errors": [{"message": message, "code": int(self.code), "moreInfo": ""}]}


class OAuthRefused(Exception):
    """The token door says no, in the shape of RFC 6749."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.status = status
        self.body = {"error": error, "error_description": description}


class BadToken(Exception):
    """A bearer token that opens nothing: 401, told in `WWW-Authenticate`, with no envelope."""
