"""Every address, by every method: what is closed stays closed, and reading changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.routing import Rule

from flask_newsblog import Person
from flask_newsblog.database import Base, session, utcnow
from flask_newsblog.models import Author, Comment, Media, Section, Tag
from flask_newsblog.newsroom.actions import make_sign_in
from flask_newsblog.people import Role

from ..hosts import Host, plain, write_story

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
CHANGING = ("POST", "PUT", "PATCH", "DELETE")
# Where a link says who somebody is, and a bad one that there is nothing.
BY_LINK = ("news.own", "news.confirm_address", "news.unsubscribe", "news.judge_by_link")
HOOKS = {"current_person": lambda: Person("7", "Ann"), "can": lambda *asked: True}


def write_and_make_link(host: Host) -> dict[str, Any]:
    """A story and a sign-in link; what the addresses of the blog have to be filled in with."""
    post = write_story(
        host.app,
        at=utcnow() - timedelta(days=2),
        section=("Town",),
        tags=("Boats",),
        authors=("Ann",),
    )
    with host.app.app_context():
        secret = make_sign_in("news", "Ann", Role.EDITOR, utcnow())
        waiting = Comment(blog="news", post_id=post.id, body="Welcome.", body_html="Welcome.")
        picture = Media(blog="news", key="a.png", content_type="image/png")
        session().add_all([waiting, picture])
        session().commit()
        comment_id, media_id = waiting.id, picture.id
        names = {
            f"{model.__name__.lower()}_id": session().scalars(sa.select(model.id)).one()
            for model in (Section, Tag, Author)
        }
    return {
        "slug": post.slug, "year": post.published_at.year, "month": post.published_at.month,
        "day": post.published_at.day, "key": "a.png", "secret": secret, "address": "no/such",
        "subscription_id": 1, "filename": "newsblog.css", "post_id": post.id,
        "comment_id": comment_id, "token": "no-such-token", "media_id": media_id, "number": 1,
        **names,
    }  # fmt: skip


def addresses(host: Host, values: dict[str, Any]) -> Iterator[tuple[Rule, str]]:
    """Each rule of the blog, and an address that it answers."""
    adapter = host.app.url_map.bind("localhost")
    for rule in host.app.url_map.iter_rules():
        if rule.endpoint.startswith("news."):
            known = {name: values[name] for name in rule.arguments}
            yield rule, adapter.build(rule.endpoint, known, method=sorted(rule.methods or ())[0])


def contents(host: Host) -> dict[str, list[Any]]:
    """Every row of every table of ours."""
    with host.app.app_context():
        session().expire_all()
        found = {
            table.name: sorted(map(repr, session().execute(sa.select(table)).all()))
            for table in Base.metadata.sorted_tables
        }
        session().rollback()
    return found


def test_every_address_of_the_newsroom_is_closed_to_strangers(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain)
    values = write_and_make_link(host) | {"secret": "no-such-secret"}
    newsroom = [a for r, a in addresses(host, values) if a.startswith("/news/newsroom")]
    assert len(newsroom) >= 9
    for address in newsroom:
        for method in METHODS:
            answer = host.client().open(address, method=method)
            if method == "OPTIONS":
                assert answer.data == b""
                continue
            assert answer.status_code in (400, 401, 403, 404, 405), (method, address)
            assert "no-store" in answer.headers["Cache-Control"]
            assert "The ferry is back" not in answer.text


def test_reading_changes_nothing(open_hosts: Callable[..., Host]) -> None:
    for hooks in ({}, HOOKS):
        host = open_hosts(plain, given=hooks)
        values = write_and_make_link(host)
        before = contents(host)
        assert before["newsblog_post"]
        assert before["newsblog_sign_in"]
        for _, address in addresses(host, values):
            told = {}
            for method in ("GET", "HEAD", "OPTIONS"):
                with host.client().open(address, method=method) as answer:
                    assert answer.status_code < 500, (method, address)
                    told[method] = answer.status_code
            assert told["HEAD"] == told["GET"], address
        assert contents(host) == before


def test_nothing_is_changed_without_the_forms_token(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain, given=HOOKS)
    values = write_and_make_link(host)
    before = contents(host)
    acting = 0
    for rule, address in addresses(host, values):
        for method in CHANGING:
            answer = host.client().open(address, method=method, data={"csrf_token": "made up"})
            refused = 400 if "newsroom" in address and method in (rule.methods or ()) else 405
            if rule.endpoint.endswith(".lost"):
                refused = 405 if address == "/news/" else 404
            if rule.endpoint.endswith(".reply") and method == "POST":
                refused = 403  # it asks whether the reply is theirs
            if rule.endpoint.startswith(BY_LINK) and method in (rule.methods or ()):
                refused = 404  # with a good link it is 400; see tests/comments
            if rule.endpoint.endswith(".report_error") and method == "POST":
                refused = 400  # the form again, with its words
            if rule.endpoint.endswith(".preview") and method == "POST":
                refused = 404  # there is no such link
            if rule.endpoint.endswith(".report") and method == "POST":
                refused = 404  # there is no such comment
            acting += refused == 400
            assert answer.status_code == refused, (method, address)
    assert acting >= 6
    assert contents(host) == before


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "get", "X" * 500])
def test_a_method_that_nobody_knows_is_refused(
    open_hosts: Callable[..., Host], method: str
) -> None:
    host = open_hosts(plain)
    for path in ("/", "/newsroom/", "/no/such"):
        assert host.open(path, method=method).status_code in (200, 401, 404, 405)


def test_newsroom_pages_are_kept_by_nobody_and_framed_by_nobody(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain, given=HOOKS)
    values = write_and_make_link(host)
    for path in ("/newsroom/", f"/newsroom/sign-in/{values['secret']}"):
        headers = host.get(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


def test_the_hosts_own_policy_is_not_overwritten(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain, given=HOOKS)

    @host.app.after_request
    def own(response: Any) -> Any:
        response.headers["Content-Security-Policy"] = "default-src 'none'"
        return response

    assert host.get("/newsroom/").headers["Content-Security-Policy"] == "default-src 'none'"
