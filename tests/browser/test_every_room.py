"""Every room of the newsroom, opened by an editor: nothing for axe to find, nothing too wide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from example_app.database import db
from flask_newsblog.models import Author, Comment, Media, Post, Section, Tag

from .conftest import Site
from .looks import DESK, faults_of
from .test_two_at_once import BODY, begin, body, enter, save

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in.*/(media|static)/:pytest.PytestUnraisableExceptionWarning"
    ),
]

Reader: TypeAlias = "Callable[..., Page]"


def rooms(site: Site) -> Iterator[str]:
    """Each address of the newsroom that is read, with what it is about filled in."""
    with site.app.app_context():
        post_id = db.session.scalars(select(Post.id).filter_by(slug="fog", blog="news")).one()
        known: dict[str, Any] = {
            "post_id": post_id, "number": 1, "secret": "no-such-link", "token": "no-such-link",
            "media_id": db.session.scalars(select(Media.id).filter_by(blog="news")).first(),
            **{
                f"{model.__name__.lower()}_id":
                db.session.scalars(select(model.id).filter_by(blog="news")).first()
                for model in (Section, Tag, Author)
            },
            "comment_id": db.session.scalars(select(Comment.id).filter_by(blog="news")).first(),
        }  # fmt: skip
    adapter = site.app.url_map.bind("localhost")
    for rule in site.app.url_map.iter_rules():
        is_read = "GET" in (rule.methods or ()) and rule.endpoint != "news.audit_export"
        if is_read and rule.rule.startswith("/news/newsroom"):
            values = {name: known[name] for name in rule.arguments}
            yield adapter.build(rule.endpoint, values, method="GET")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_room_and_none_is_too_wide(
    scheme: str, reader: Reader, site: Site, axe: str
) -> None:
    page = enter(site, reader, "Ann Lee", color_scheme=scheme, bypass_csp=True)
    faults, seen = [], 0
    for address in rooms(site):
        page.goto(site.root + address)
        faults += faults_of(page, axe, address)
        seen += 1
    assert faults == []
    assert seen >= 20


def test_axe_finds_nothing_where_two_versions_or_a_signed_out_writer_are_shown(
    reader: Reader, site: Site, axe: str
) -> None:
    ann = enter(site, reader, "Ann Lee", viewport=DESK)
    ben = enter(site, reader, "Ben Cole", viewport=DESK, bypass_csp=True)
    address = begin(site, ann)
    ben.goto(address)
    body(ann).fill(BODY.replace("late", "back"))
    save(ann)
    body(ben).fill(BODY.replace("late", "lost"))
    with ben.expect_navigation():
        save(ben)
    assert ben.get_by_text("Ann Lee saved this story while you wrote").count()
    faults = faults_of(ben, axe, "two versions")
    ben.context.clear_cookies()
    with ben.expect_navigation():
        ben.evaluate(
            "HTMLFormElement.prototype.submit.call(document.querySelector('form[data-story]'))"
        )
    assert ben.get_by_text("signed out").count()
    faults += faults_of(ben, axe, "signed out")
    ann.goto(address.replace(address.rsplit("posts/", 1)[1], "") + "new")
    assert faults == []
