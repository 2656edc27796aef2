"""Who gets in, what they see, and in which language they are told no."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import Client

SECOND = "second-key-of-the-simulator"
CLIENT = {"client_id": "demo-client", "client_secret": "demo-client-secret"}


def token(fake: Any, **form: str) -> Any:
    return Client(fake).post("/api/v2/oauth2/token", data={**CLIENT, **form})


def code(fake: Any) -> str:
    asked = {"response_type": "code", "client_id": "demo-client", "redirect_uri": "http://localhost/", "state": "s"}
    answer = Client(fake).get("/OAuth2AccessRequest.action", query_string=asked)
    assert answer.status_code == 302
    given, _, state = answer.headers["Location"].removeprefix("http://localhost/?code=").partition("&state=")
    assert state == "s"
    return str(given)


def bearer(fake: Any, access: str) -> Any:
    return Client(fake).get("/api/v2/users/myself", headers={"Authorization": f"Bearer {access}"})


@pytest.mark.parametrize("key", ["", "wrong"])
def test_a_wrong_key_is_told_in_the_envelope(api: Any, key: str) -> None:
    assert api.refused("GET", "/users/myself", key=key) == (401, 11, "Authentication failure.")


def test_a_key_opens_in_the_header_and_in_the_query(api: Any, fake: Any) -> None:
    assert api.json("GET", "/users/myself")["id"] == 1001
    assert Client(fake).get(f"/api/v2/users/myself?apiKey={SECOND}").get_json()["id"] == 1002


def test_an_older_host_takes_the_key_in_the_query_only(api: Any, fake: Any) -> None:
    fake.service.space.choices.header_keys = False
    assert api.refused("GET", "/users/myself")[0] == 401
    assert api.json("GET", "/users/myself", ("apiKey", api.key))["id"] == 1001


def test_a_key_in_the_query_of_a_write_is_no_parameter(api: Any) -> None:
    path = f"/issues/{api.issue()['id']}/comments?apiKey={SECOND}"
    assert api.json("POST", path, ("content", "x"))["createdUser"]["id"] == 1002


class TestOAuth:
    def test_a_code_gives_a_token_that_opens(self, fake: Any) -> None:
        given = token(fake, grant_type="authorization_code", code=code(fake), redirect_uri="http://localhost/")
        assert (given.status_code, given.get_json()["expires_in"]) == (200, 3600)
        assert bearer(fake, given.get_json()["access_token"]).get_json()["id"] == 1001

    def test_asking_again_gives_the_same_token_with_less_time_left(self, fake: Any, clock: Any) -> None:
        form = {"grant_type": "authorization_code", "redirect_uri": "http://localhost/"}
        first = token(fake, code=code(fake), **form).get_json()
        clock.advance(100)
        again = token(fake, code=code(fake), **form).get_json()
        renewed = token(fake, grant_type="refresh_token", refresh_token=first["refresh_token"]).get_json()
        assert again == renewed == {**first, "expires_in": 3500}

    def test_a_refresh_after_the_end_gives_a_new_pair_once(self, fake: Any, clock: Any) -> None:
        first = token(fake, grant_type="authorization_code", code=code(fake), redirect_uri="http://localhost/")
        clock.advance(3600)
        expired = bearer(fake, first.get_json()["access_token"])
        assert (expired.status_code, expired.data) == (401, b"")
        assert 'error_description="The access token expired"' in expired.headers["WWW-Authenticate"]
        refresh = {"grant_type": "refresh_token", "refresh_token": first.get_json()["refresh_token"]}
        assert bearer(fake, token(fake, **refresh).get_json()["access_token"]).status_code == 200
        spent = token(fake, **refresh)
        assert (spent.status_code, spent.get_json()["error"]) == (400, "invalid_grant")

    def test_a_code_is_good_once_and_a_secret_must_be_right(self, fake: Any) -> None:
        form = {"grant_type": "authorization_code", "code": code(fake), "redirect_uri": "http://localhost/"}
        assert token(fake, **form).status_code == 200
        assert token(fake, **form).get_json()["error"] == "invalid_grant"
        assert token(fake, **{**form, "client_secret": "x"}).get_json()["error"] == "invalid_client"

    def test_a_made_up_token_is_refused_outside_the_envelope(self, fake: Any) -> None:
        answer = bearer(fake, "made-up")
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


class TestWhoSeesWhat:
    def test_a_project_of_others_is_not_there(self, api: Any, project: Any) -> None:
        issue = api.issue()
        project.members.remove(1001)
        assert api.refused("GET", "/issues/DEMO-1")[:2] == (404, 6)
        assert api.refused("GET", "/projects/DEMO/issueTypes")[:2] == (404, 6)
        assert api.json("GET", "/issues") == []
        assert api.json("GET", "/projects") == []
        assert [each["id"] for each in api.json("GET", "/projects", ("all", "true"))] == [project.id]
        api.json("POST", "/projects/DEMO/users", ("userId", 1001))
        assert api.json("GET", "/issues/DEMO-1")["id"] == issue["id"]

    @pytest.mark.parametrize(
        ("role", "may"),
        [(1, "create update delete"), (2, "create update"), (3, "create"), (4, ""), (5, "create"), (6, "")],
    )
    def test_what_a_role_may_do_with_issues(self, api: Any, fake: Any, project: Any, role: int, may: str) -> None:
        issue = api.issue()
        fake.service.space.users[1002].role_type = role
        form = [("projectId", project.id), ("issueTypeId", 1), ("priorityId", 3), ("summary", "x")]
        answers = {
            "create": api("POST", "/issues", *form, key=SECOND),
            "update": api("PATCH", f"/issues/{issue['id']}", ("summary", "y"), key=SECOND),
            "delete": api("DELETE", f"/issues/{issue['id']}", key=SECOND),
        }
        assert " ".join(name for name, answer in answers.items() if answer.status_code < 300) == may
        assert {answer.status_code for answer in answers.values()} <= {200, 201, 403}

    def test_only_administrators_see_everybody_and_the_disk(self, api: Any) -> None:
        assert api("GET", "/space/diskUsage").status_code == 200
        for path in ("/space/diskUsage", "/users"):
            assert api.refused("GET", path, key=SECOND)[:2] == (403, 5)

    def test_a_comment_of_somebody_else_is_theirs(self, api: Any) -> None:
        issue = api.issue()
        path = f"/issues/{issue['id']}/comments"
        comment = api.json("POST", path, ("content", "mine"))
        assert api.refused("PATCH", f"{path}/{comment['id']}", ("content", "x"), key=SECOND)[:2] == (403, 5)
        assert api.refused("DELETE", f"{path}/{comment['id']}", key=SECOND)[:2] == (403, 5)

    def test_somebody_who_left_stays_in_what_they_wrote(self, api: Any) -> None:
        issue = api.issue()
        said = api.json("POST", f"/issues/{issue['id']}/comments", ("content", "x"), key=SECOND)
        api.json("DELETE", "/users/1002")
        assert api.refused("GET", "/users/myself", key=SECOND)[0] == 401
        (comment,) = api.json("GET", f"/issues/{issue['id']}/comments")
        assert comment["createdUser"] == said["createdUser"]


def test_a_refusal_is_in_the_language_of_the_keys_owner(api: Any) -> None:
    form = ("summary", "x" * 256)
    path = f"/issues/{api.issue()['id']}"
    assert api.refused("PATCH", path, form)[2] == "件名は1文字以上255文字以下で入力してください。"
    assert api.refused("PATCH", path, form, key=SECOND)[2] == (
        "The Subject must be no shorter than 1 and no longer than 255."
    )
    long = ("content", "x" * 50_001)
    assert api.refused("POST", f"{path}/comments", long)[2] == "コメントは50,000文字以下で入力してください。"
    assert api.refused("POST", f"{path}/comments", long, key=SECOND)[2] == (
        "The Comment must be no longer than 50,000."
    )
