"""What readers are told: what is new to them, what would hold a reply; what they tell the desk."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any, TypeAlias
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from example_app.database import db
from flask_newsblog.comments import actions
from flask_newsblog.comments.actions import Reply
from flask_newsblog.comments.checks import Outcome, Verdict
from flask_newsblog.comments.moderation import Moderator, Verb, decide
from flask_newsblog.comments.writers import Writer
from flask_newsblog.database import utcnow
from flask_newsblog.models import Comment, Post
from flask_newsblog.settings import Settings
from flask_newsblog.text.markdown import render_comment

from .conftest import Site
from .looks import DESK, PHONE, faults_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in.*/(media|static)/:pytest.PytestUnraisableExceptionWarning"
    ),
]

Reader: TypeAlias = "Callable[..., Page]"

STORY, TALKED_OF = "fog", "library-saturdays-kept-by-one-vote"
# Nobody replies to this one but `plant`, so that its newest comment is the one just planted.
QUIET = "crossing-warden-returns"
REPLIES = re.compile(r"/news/replies/\d+$")
# Comments are planted a second apart, all before any page is asked for.
MOMENTS = (utcnow() - timedelta(minutes=5) + timedelta(seconds=second) for second in count())
TWO_LINKS = "See https://a.example and https://b.example."


def write(page: Page, words: str) -> None:
    page.get_by_role("textbox", name="Comment").fill(words)
    page.get_by_role("textbox", name="Name").fill("Ada Reeve")
    page.get_by_role("textbox", name="Email").fill("ada@example.org")


def send(page: Page) -> None:
    page.get_by_role("button", name="Post Comment").click()


def plant(site: Site, words: str, *, held: bool = False) -> int:
    """Somebody else's comment, newer than any before."""
    writer = Writer(
        name="Otto Brandt", email="", website="", person_id=f"planted: {words}", badge="",
        address_digest=None, network=None, agent="",
    )  # fmt: skip
    outcome = Outcome.HOLD if held else Outcome.PUBLISH
    with site.app.app_context():
        post = db.session.scalars(select(Post).filter_by(blog="news", slug=QUIET)).one()
        reply = Reply(
            blog="news", post_id=post.id, parent=None, writer=writer, text=words,
            html=render_comment(words), verdicts=[("planted", Verdict(outcome, "for a test"))],
        )  # fmt: skip
        number = actions.post_comment(reply, next(MOMENTS)).id
        db.session.commit()
    return number


def news_of(page: Page) -> list[str]:
    return page.locator(".nb-news a").all_inner_texts()


def read_all(page: Page) -> None:
    """The browser was last here when the newest comment of this page had just come."""
    page.evaluate(
        """() => {
          const times = [...document.querySelectorAll(".nb-comment")].map(one =>
            Date.parse(one.dataset.out || one.querySelector("time")?.dateTime) || 0);
          const newest = Math.max(...times);
          for (const name of Object.keys(localStorage)) {
            const visit = JSON.parse(localStorage.getItem(name));
            localStorage.setItem(name, JSON.stringify({...visit, since: newest, out: newest}));
          }
        }"""
    )


def come_back(page: Page, **later: float) -> None:
    """Another visit to the same story, so much later."""
    page.clock.set_fixed_time(utcnow() + timedelta(**later))
    page.reload()


def test_what_came_since_the_last_visit_is_marked_in_words_and_led_to(
    reader: Reader, site: Site
) -> None:
    page = reader()
    page.goto(site.story(QUIET))
    assert news_of(page) == []
    read_all(page)
    one, two = plant(site, "News, the first."), plant(site, "News, the second.")
    come_back(page, hours=2)
    assert news_of(page) == ["2 new since your last visit"]
    expect(page.locator(".nb-new")).to_have_count(2)
    mark = page.locator(f"#comment-{one}").evaluate(
        "comment => getComputedStyle(comment, '::after').content"
    )
    assert mark == '"New"'
    page.locator(".nb-news a").click()
    expect(page.locator(".nb-comment:target")).to_contain_text("News, the first.")
    # Within half an hour it is the same visit; after that they are known.
    come_back(page, hours=2.2)
    expect(page.locator(".nb-new")).to_have_count(2)
    assert page.locator(f"#comment-{two}").get_attribute("data-new") == "New"
    come_back(page, hours=4)
    assert news_of(page) == []
    expect(page.locator(".nb-new")).to_have_count(0)


def test_what_a_moderator_let_in_late_is_new_then(reader: Reader, site: Site) -> None:
    number = plant(site, "Held through lunch.", held=True)
    with site.app.app_context():
        comment = db.session.get(Comment, number)
        assert comment is not None
        comment.created_at = utcnow() - timedelta(hours=5)
        db.session.commit()
    page = reader()
    page.goto(site.story(QUIET))
    read_all(page)
    with site.app.app_context():
        comment = db.session.get(Comment, number)
        assert comment is not None
        decide(Settings(), [comment], Verb.APPROVE, Moderator("1", "Ann"), utcnow())
        comment.reviewed_at = next(MOMENTS)
        db.session.commit()
    come_back(page, hours=2)
    expect(page.locator(".nb-new")).to_have_id(f"comment-{number}")


def test_ones_own_comment_is_not_news(reader: Reader, site: Site) -> None:
    page = reader()
    page.goto(site.story(STORY))
    write(page, "Mine, and known to me.")
    send(page)
    expect(page.locator(".nb-comment:target")).to_contain_text("Mine, and known")
    expect(page.locator(".nb-new")).to_have_count(0)
    site.approve("Mine, and known to me.")
    page.reload()
    expect(page.locator(".nb-comment:target")).to_contain_text("Mine, and known")
    expect(page.locator(".nb-new")).to_have_count(0)


def test_a_visit_is_forgotten_after_a_month_and_known_in_this_browser_alone(
    reader: Reader, site: Site
) -> None:
    page, asked = reader(), list[str]()
    page.on("request", lambda request: asked.append(request.post_data or ""))
    page.goto(site.story(QUIET))
    kept = page.evaluate("Object.keys(localStorage)")
    assert kept == ["newsblog:seen:" + site.story(QUIET).removeprefix(site.root)]
    assert "".join(asked) == ""
    come_back(page, days=31)
    assert news_of(page) == []
    page.goto(site.story(STORY))
    page.clock.set_fixed_time(utcnow() + timedelta(days=70))
    page.reload()
    assert len(page.evaluate("Object.keys(localStorage)")) == 1


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_nothing_moves_when_news_are_marked(size: Any, reader: Reader, site: Site) -> None:
    page = reader(viewport=size)
    page.goto(site.story(QUIET))
    places = "all => all.map(one => one.getBoundingClientRect().top + scrollY)"
    plant(site, f"For the look of it, {size['width']}.")
    page.evaluate("localStorage.clear()")
    page.reload()
    plain = page.locator(".nb-comment").evaluate_all(places)
    assert news_of(page) == []
    old = {"since": 0, "out": 0, "at": 0}
    page.evaluate(
        "old => { for (const name of Object.keys(localStorage))"
        " localStorage.setItem(name, JSON.stringify({...old, at: Date.now() - 7200000})); }",
        old,
    )
    page.reload()
    assert len(news_of(page)) == 1
    assert page.locator(".nb-comment").evaluate_all(places) == plain
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_when_writing_began_is_asked_at_the_first_touch_and_sent_along(
    reader: Reader, site: Site
) -> None:
    page, asked = reader(), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site.story(STORY))
    assert [url for url in asked if "/challenge/" in url] == []
    with page.expect_response("**/replies/challenge/*") as began:
        page.get_by_role("textbox", name="Comment").focus()
    token = began.value.text()
    write(page, "Begun, and sent.")
    with page.expect_request(REPLIES) as sent:
        send(page)
    assert parse_qs(sent.value.post_data or "")["took"] == [token]
    assert len([url for url in asked if "/challenge/" in url]) == 1


def test_who_cannot_be_told_when_they_began_can_write_all_the_same(
    reader: Reader, site: Site
) -> None:
    page = reader()
    page.route("**/replies/challenge/*", lambda route: route.abort())
    page.goto(site.story(STORY))
    write(page, "Nobody told me when I began.")
    with page.expect_request(REPLIES) as sent:
        send(page)
    assert parse_qs(sent.value.post_data or "", keep_blank_values=True)["took"] == [""]
    expect(page.locator(".nb-comment:target")).to_contain_text("Nobody told me")


def test_the_hint_is_shown_in_place_and_the_second_sending_is_taken(
    reader: Reader, site: Site
) -> None:
    page = reader()
    page.goto(site.story(STORY))
    write(page, TWO_LINKS)
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("it has 2 links")
    expect(page.get_by_role("textbox", name="Comment")).to_have_value(TWO_LINKS)
    assert site.count(TWO_LINKS) == 0
    send(page)
    expect(page.locator(".nb-comment:target")).to_contain_text("See https://a.example")
    assert site.count(TWO_LINKS) == 1


def in_newsroom(page: Page, site: Site) -> None:
    page.goto(site.sign_in_link())
    page.get_by_role("button").click()
    page.goto(f"{site.root}/news/newsroom/reports/")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_reader_reports_a_comment_and_the_desk_deals_with_it(
    script: bool, reader: Reader, site: Site
) -> None:
    page = reader(java_script_enabled=script, viewport=PHONE)
    page.goto(site.story(TALKED_OF))
    page.get_by_role("link", name="Report the comment by Orla Pennick").first.click()
    page.get_by_role("button", name="Send to the newsroom").click()
    expect(page.get_by_role("alert")).to_contain_text("Please choose a reason.")
    page.get_by_label("It is abusive or hateful").check()
    page.get_by_label("Anything we should know").fill(f"Not how one speaks, {script}.")
    page.get_by_role("button", name="Send to the newsroom").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    in_newsroom(page, site)
    case = page.get_by_role("article").filter(has_text="A comment by Orla Pennick")
    expect(case).to_contain_text("Not how one speaks")
    case.get_by_role("button", name="Done").click()
    expect(page.get_by_role("article").filter(has_text="Orla Pennick")).to_have_count(0)
    page.get_by_role("button", name="Open it again").click()
    expect(case).to_contain_text("Not how one speaks")
    case.get_by_role("button", name="Done").click()
    with site.app.app_context():
        # So that the other reader, of the same household, reports it for the first time.
        db.session.execute(db.text("DELETE FROM newsblog_report"))
        db.session.commit()


def go_to(kind: str, page: Page, site: Site) -> None:
    page.goto(site.story(TALKED_OF))
    if kind in ("report", "mistakes"):
        page.get_by_role("link", name="Report the comment by Orla Pennick").first.click()
    if kind == "mistakes":
        page.get_by_label("Email").fill("nonsense")
        page.get_by_role("button", name="Send to the newsroom").click()
    if kind in ("error", "thanks", "newsroom"):
        page.get_by_role("link", name="Report an error in this story").click()
    if kind in ("thanks", "newsroom"):
        page.get_by_label("What is wrong").fill("The vote was on a Thursday.\nNot on a Friday.")
        page.get_by_role("button", name="Send to the newsroom").click()
    if kind == "newsroom":
        in_newsroom(page, site)


def mark_everything(site: Site) -> None:
    """Editors' picks, edits and a pinned comment in the story that is talked of."""
    with site.app.app_context():
        post = db.session.scalars(select(Post).filter_by(blog="news", slug=TALKED_OF)).one()
        found = db.session.scalars(select(Comment).filter_by(post_id=post.id)).all()
        found[1].picked, found[2].edited_at = True, utcnow() - timedelta(minutes=7)
        post.pinned_comment_id = found[4].id
        db.session.commit()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["thread", "report", "mistakes", "error", "thanks", "newsroom"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    kind: str, scheme: str, reader: Reader, site: Site, axe: str
) -> None:
    mark_everything(site)
    page = reader(color_scheme=scheme, bypass_csp=True)
    go_to(kind, page, site)
    faults = faults_of(page, axe)
    assert faults == []
