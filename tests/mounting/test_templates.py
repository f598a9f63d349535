"""A host restyles everything: its files win, and may extend the ones they stand before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask, request
from jinja2 import StrictUndefined
from sqlalchemy import select
from werkzeug.test import TestResponse

import flask_newsblog
from flask_newsblog import Person
from flask_newsblog.comments import tokens
from flask_newsblog.database import session, utcnow
from flask_newsblog.models import Comment, CommentState, CorrectionKind, Media, Post
from flask_newsblog.newsroom.actions import make_sign_in
from flask_newsblog.people import Role
from flask_newsblog.posts import actions, banners, preview_links, revisions
from flask_newsblog.posts.banners import Line

from ..comments.readers import Site
from ..hosts import MEMORY, Clock, Host, change, open_host, path_of, plain, two_blogs, write_story
from .layouts import ONE_LINE, SITE, give_layout, give_templates

FOLDER = Path(flask_newsblog.__file__).with_name("templates") / "newsblog"
# Mails are shown at no address; tests/mail has the same of them.
TEMPLATES = sorted(
    str(file.relative_to(FOLDER)) for file in FOLDER.rglob("*.html") if file.parent.name != "mail"
)
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MARK = "Changed by the host"
# The page on which a reply is confirmed has no address to be read at.
FOREIGN = "a reply from another site"
WRITER = "mira@example.org"
# Nor has the one that gives a story back to somebody who was signed out.
SIGNED_OUT = "/newsroom/ a story saved by nobody"
NOBODY = {"X-Nobody": "here"}


def ann_or_nobody() -> Person | None:
    return None if "X-Nobody" in request.headers else Person("7", "Ann Bell")


HOOKS = {"current_person": ann_or_nobody, "can": lambda *asked: True}


def write_full_story(app: Flask, title: str, **more: str) -> Post:
    """A story with everything that a story can have."""
    post = write_story(
        app, title, at=NOON, section=("Harbour", "Ferries"), tags=("Boats",),
        authors=("Ann Bell", "Ben Carr"), kicker="Ferries", standfirst="It sails.", **more,
    )  # fmt: skip
    with change(app, post) as stored:
        picture = Media(
            blog="news", key=f"{post.slug}.webp", content_type="image/webp", width=80, height=60,
            variants=[{"key": f"small/{post.slug}.webp", "width": 40, "height": 30}],
        )  # fmt: skip
        session().add(picture)
        session().flush()
        stored.lead_image_id = picture.id
        stored.comment_count = 3
        actions.correct(stored, CorrectionKind.CORRECTION, "It was not late.", NOON)
    return post


@pytest.fixture(scope="module")
def full() -> Iterator[Host]:
    """A host with all kinds of pages, whose person may do everything."""
    host = open_host(plain, MEMORY, given={**HOOKS, "posts_per_page": 3, "show_changes": True})
    for number in range(12):
        write_full_story(host.app, f"Story number {number}")
    yield host
    with host.app.app_context():
        host.app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture(scope="module")
def pages(full: Host) -> list[str]:
    """The addresses of one page of each kind."""
    with full.app.app_context():
        secret = make_sign_in("news", "Ann", Role.EDITOR, utcnow())
        line = Line("The pier is closed", None, "/", None, utcnow() + timedelta(days=1))
        banners.start("news", line, utcnow())
        written = Comment(
            blog="news", post_id=1, state="published", author_name="Mira", author_email=WRITER,
            body="Hm.", body_html="<p>Hm.</p>",
        )  # fmt: skip
        session().add(written)
        revisions.head_of(session().get_one(Post, 1), utcnow())
        session().commit()
        picture = session().scalars(select(Media.id)).first()
        keys, number = (str(full.app.secret_key),), written.id
    own = f"/replies/mine/{tokens.own_token(keys, 'news', WRITER, utcnow())}"
    confirm = tokens.address_token(keys, "news", number, WRITER, utcnow())
    held = Site(full, Clock(utcnow()), write_story(full.app, "Held")).plant(state=CommentState.HELD)
    stop = tokens.stopping_token(keys, "news", WRITER, 0, utcnow())
    judge = tokens.judging_token(keys, "news", held, "approve", 0, utcnow())
    return [
        own, f"{own}/edit/{number}", f"{own}/delete/{number}", f"{own}/erase",
        f"/replies/confirm/{confirm}",
        f"/replies/unsubscribe/{stop}", f"/newsroom/comments/by-link/{judge}",
        "/newsroom/comments/", f"/newsroom/comments/{number}", "/newsroom/rules/",
        "/newsroom/posts/new", "/newsroom/posts/1/", "/newsroom/reports/",
        "/newsroom/front/", "/newsroom/front/breaking/", "/newsroom/audit/",
        "/newsroom/settings/",
        "/newsroom/names/", "/newsroom/names/tags/1/", "/newsroom/names/tags/1/delete",
        "/newsroom/posts/1/previews/", "/newsroom/posts/1/corrections/", "/corrections/",
        "/changes/1/", f"/preview/{draft_link(full)}",
        "/newsroom/posts/1/publishing", "/newsroom/posts/1/read",
        "/newsroom/calendar/", "/newsroom/posts/1/plan",
        "/newsroom/media/", f"/newsroom/media/{picture}/",
        "/newsroom/posts/1/revisions/", "/newsroom/posts/1/revisions/1", SIGNED_OUT,
        f"/comments/{number}/report",
        "/", "/2026/05/04/story-number-3/", "/sections/ferries/", "/tags/boats/",
        "/authors/ann-bell/", "/2026/05/04/", "/no/such/page", "/newsroom/",
        f"/newsroom/sign-in/{secret}", "/replies/1", FOREIGN,
    ]  # fmt: skip


def draft_link(host: Host) -> str:
    """The secret of a link to a draft, of which a reader has said something."""
    draft, now = write_story(host.app, "Draft", draft=True, authors=("Ann Bell",)), utcnow()
    with host.app.app_context():
        stored = session().get(Post, draft.id)
        assert stored is not None
        preview_links.make_link(stored, "a secret", "Ben", 7, Person("7", "Ann Bell"), now)
        session().commit()
    return "a secret"


def opened(host: Host, page: str) -> TestResponse:
    """A page as it is read, or what follows a reply that another site sends."""
    if page == SIGNED_OUT:
        story = "/newsroom/posts/1/"
        return host.open(story, method="POST", data={"body": "Fog."}, headers=NOBODY)
    if page != FOREIGN:
        return host.get(page)
    sent_from = {"Sec-Fetch-Site": "cross-site"}
    return host.open("/replies/1", method="POST", data={"comment": "Hm."}, headers=sent_from)


@pytest.fixture(autouse=True)
def forget_templates(request: pytest.FixtureRequest) -> Iterator[None]:
    """Give the shared host its own templates back after each test."""
    yield
    if "full" in request.fixturenames:
        host = request.getfixturevalue("full")
        give_templates(host.app)
        host.app.jinja_env.cache.clear()
        host.app.extensions["newsblog"]["news"]._templates.clear()


def change_template(host: Host, name: str, text: str) -> None:
    give_templates(host.app, **{f"newsblog__{name.removesuffix('.html')}": text})
    host.app.jinja_env.cache.clear()


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_host_may_replace_each_template(full: Host, pages: list[str], name: str) -> None:
    change_template(full, name, MARK)
    assert any(MARK in opened(full, page).text for page in pages)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_host_may_extend_each_template_that_it_replaces(
    full: Host, pages: list[str], name: str
) -> None:
    before = {page: opened(full, page) for page in pages}
    blocks = re.findall(r"{%-?\s*block (\w+)", (FOLDER / name).read_text(encoding="utf-8"))
    if blocks and not Path(name).name.startswith("_"):
        marked = [f"{{% block {b} %}}{MARK}{{{{ super() }}}}{{% endblock %}}" for b in blocks]
        text = "".join([f'{{% extends "newsblog_original/{name}" %}}', *marked])
    else:
        text = f'{MARK}{{% include "newsblog_original/{name}" %}}'
    change_template(full, name, text)
    changed = 0
    for page in pages:
        after = opened(full, page)
        assert after.status_code == before[page].status_code
        changed += MARK in after.text
        # What the original shows is all still there, between the marks.
        assert without_tokens(after.text.replace(MARK, "")) == without_tokens(before[page].text)
    assert changed


def without_tokens(html: str) -> str:
    """A page without what is another at each opening: tokens, and how long ago something was."""
    html = re.sub(r"\b(?:just now|\d+ minutes? ago|\d+ more min\w*)", "", html)
    return re.sub(r'(name="(?:csrf_token|sitting|key)"[^>]*value=")[^"]*', r"\1", html)


def test_one_blog_of_two_may_have_a_template_of_its_own(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(two_blogs)
    here = write_story(host.app, "Here")
    there = write_story(host.app, "There", blog="other")
    give_templates(
        host.app,
        news__post=f'{{% extends "newsblog/post.html" %}}{{% block post_byline %}}{MARK}'
        "{% endblock %}",
    )
    assert MARK in host.client().get("/news" + path_of(here)).text
    assert MARK not in host.client().get("/other" + path_of(there)).text


def test_a_blogs_own_template_comes_before_the_one_for_all_blogs(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain)
    give_templates(host.app, news__front="For this blog", newsblog__front="For all blogs")
    assert host.get("/").text == "For this blog"


def test_the_hosts_layout_takes_every_page_for_readers_by_one_line(
    full: Host, pages: list[str]
) -> None:
    give_templates(full.app, site=SITE, newsblog__layout=ONE_LINE)
    full.app.jinja_env.cache.clear()
    for page in pages:
        text = opened(full, page).text
        if "newsroom" in page:
            assert "The town's own banner" not in text
            continue
        assert "The town's own banner" in text
        assert text.count("<main") == text.count("</main>") == 1
        assert text.count("<title>") == text.count("<html") == text.count("<body") == 1
        assert "newsblog.css" in text[: text.index("</head>")]
        assert "Skip to the content" not in text


def test_our_own_layout_has_one_main_part_and_a_way_to_skip_to_it(
    full: Host, pages: list[str]
) -> None:
    for page in pages:
        text = opened(full, page).text
        assert text.count("<main") == text.count("</main>") == 1, page
        target = re.search(r'<a class="[^"]*" href="#([\w-]+)">Skip to the content', text)
        assert target is not None
        assert re.search(rf'<main[^>]* id="{target[1]}"', text)
        assert len(re.findall(r"<h1[ >]", text)) == 1, page


def test_a_host_that_allows_no_undefined_names_gets_its_pages(
    full: Host, pages: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(full.app.jinja_env, "undefined", StrictUndefined)
    give_templates(full.app, site=SITE, newsblog__layout=ONE_LINE)
    for layout in (True, False):
        if not layout:
            give_templates(full.app)
        full.app.jinja_env.cache.clear()
        for page in pages:
            wanted = {FOREIGN: {403}, SIGNED_OUT: {401}}.get(page, {200, 404})
            assert opened(full, page).status_code in wanted


def test_a_hosts_context_of_the_same_names_changes_nothing(open_hosts: Callable[..., Host]) -> None:
    texts = []
    for names in ({}, {"blog": 1, "page": 2, "t": 3, "tn": 4, "_": 5, "card": 6, "cards": 7}):
        host = open_hosts(plain, given={"clock": Clock(NOON + timedelta(days=9))})
        host.app.context_processor(lambda names=names: names)
        post = write_story(host.app, at=NOON, tags=("Boats",))
        texts.append([host.get(path).text for path in ("/", path_of(post), "/tags/boats/")])
    assert texts[0] == texts[1]


def test_what_a_hosts_layout_has_in_its_head_stays_there(full: Host, pages: list[str]) -> None:
    site = SITE.replace("{% block head %}", '{% block head %}<link rel="icon" href="/icon.svg">')
    give_templates(full.app, site=site, newsblog__layout=ONE_LINE)
    full.app.jinja_env.cache.clear()
    for page in pages:
        assert "newsroom" in page or 'href="/icon.svg"' in opened(full, page).text


HOSTILE = "\"'><script>alert(1)</script>{{ 7 * 7 }}"


def test_what_people_wrote_stays_text_wherever_it_is_shown(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain, given={**HOOKS, "title": HOSTILE, "tagline": HOSTILE})
    post = write_story(
        host.app, HOSTILE, at=NOON, kicker=HOSTILE, standfirst=HOSTILE, dateline=HOSTILE,
        section=(HOSTILE,), tags=(HOSTILE,), authors=(HOSTILE,),
    )  # fmt: skip
    with change(host.app, post) as stored:
        stored.lead_caption = stored.lead_credit = HOSTILE
        actions.correct(stored, CorrectionKind.UPDATE, HOSTILE, NOON)
    slug = "script-alert-1-script-7-7"
    for give in (give_templates, give_layout):
        give(host.app)
        host.app.jinja_env.cache.clear()
        for path in (
            "/", path_of(post), f"/sections/{slug}/", f"/tags/{slug}/", f"/authors/{slug}/",
            "/2026/", "/nowhere", "/newsroom/",
        ):  # fmt: skip
            text = host.get(path).text
            assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 * 7 }}" in text, path
            assert "<script>alert" not in text, path
            assert "\"'>&lt;" not in text, path


def test_a_page_carries_no_inline_script_style_or_handler(full: Host, pages: list[str]) -> None:
    for page in pages:
        text = opened(full, page).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", text)
        assert not re.search(r'(?:src|href)="(?:https?:)?//(?!localhost/)', text)
