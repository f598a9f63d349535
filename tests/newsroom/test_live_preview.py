"""The preview beside the form: rendered by the server as it would be saved, and stored nowhere."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select

from flask_newsblog.database import session
from flask_newsblog.models import Post
from flask_newsblog.people import Role

from ..hosts import Host, plain
from .desks import hidden, sign_in

NEW = "/news/newsroom/posts/new"
PREVIEW = "/news/newsroom/preview"


def test_what_is_typed_is_shown_as_readers_would_have_it(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    writer = sign_in(host, "Ben Cole", Role.CONTRIBUTOR)
    fields = hidden(writer.get(NEW).text) | {
        "title": "Low tide", "standfirst": "The steps are dry.", "authors": "Ben Cole\nMira Holt",
        "dateline": "Quayside", "body": "A *wet* day.[^1]\n\n[^1]: By all accounts.",
    }  # fmt: skip
    answer = writer.post(PREVIEW, data=fields)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    for words in ("Low tide", "The steps are dry.", "Mira Holt", "Quayside", "<em>wet</em>"):
        assert words in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    with host.app.app_context():
        assert session().scalar(select(func.count()).select_from(Post)) == 0


def test_what_cannot_be_shown_says_why(open_hosts: Callable[..., Host]) -> None:
    writer = sign_in(open_hosts(plain))
    fields = hidden(writer.get(NEW).text)
    for body, words in (("> " * 40 + "deep", "Too many quotes"), ("x" * 100_001, "too long")):
        answer = writer.post(PREVIEW, data=fields | {"title": "Low tide", "body": body})
        assert answer.status_code == 200
        assert words in answer.text


def test_html_in_the_text_is_shown_as_it_was_typed(open_hosts: Callable[..., Host]) -> None:
    writer = sign_in(open_hosts(plain))
    fields = hidden(writer.get(NEW).text) | {"title": "<b>x", "body": "<script>alert(1)</script>"}
    text = writer.post(PREVIEW, data=fields).text
    assert "<script>" not in text
    assert "&lt;b&gt;x" in text


def test_a_stale_token_brings_a_fresh_one(open_hosts: Callable[..., Host]) -> None:
    writer = sign_in(open_hosts(plain))
    answer = writer.post(PREVIEW, data={"title": "Low tide", "csrf_token": "stale"})
    assert answer.status_code == 400
    fresh = writer.post(PREVIEW, data={"title": "Low tide", **answer.json})
    assert fresh.status_code == 200


def test_it_is_for_those_who_write(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    assert host.client().post(PREVIEW, data={"title": "Low tide"}).status_code == 401
    assert sign_in(host).get(PREVIEW).status_code == 405
