"""Working off the queue of comments: by keyboard, without script, on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from sqlalchemy import func, select, update

from example_app.database import db
from flask_newsblog.comments import actions
from flask_newsblog.comments.actions import Reply
from flask_newsblog.comments.checks import Outcome, Verdict
from flask_newsblog.comments.writers import Writer
from flask_newsblog.database import utcnow
from flask_newsblog.models import Comment, CommentState, Post
from flask_newsblog.text.markdown import render_comment

from .conftest import Site
from .looks import DESK, PHONE, faults_of

pytestmark = pytest.mark.browser

Reader: TypeAlias = "Callable[..., Page]"

STORY = "fog"
QUEUE = "/news/newsroom/comments/"
_numbers = count(1)


def hold(site: Site, number: int, text: str = "Held comment") -> list[int]:
    """So many comments that wait, and nothing else that does; the oldest first."""
    now = utcnow()
    with site.app.app_context():
        db.session.execute(
            update(Comment)
            .where(Comment.state == CommentState.HELD)
            .values(state=CommentState.SPAM)
        )
        db.session.execute(update(Post).values(held_count=0))
        post = db.session.scalars(select(Post).filter_by(blog="news", slug=STORY)).one()
        ids = []
        for n in range(number):
            words = f"{text} {next(_numbers)}."
            writer = Writer(
                name=f"Reader {n + 1}", email=f"r{n}@example.org", website="", person_id=None,
                badge="", address_digest=None, network="203.0.113.0/24", agent="",
            )  # fmt: skip
            reply = Reply(
                blog="news", post_id=post.id, parent=None, writer=writer, text=words,
                html=render_comment(words),
                verdicts=[("planted", Verdict(Outcome.HOLD, "was planted by a test"))],
            )  # fmt: skip
            at = now - timedelta(minutes=number - n)
            ids.append(actions.post_comment(reply, at).id)
        db.session.commit()
    return ids


def states(site: Site, ids: list[int]) -> list[str]:
    with site.app.app_context():
        found = dict(
            db.session.execute(select(Comment.id, Comment.state).where(Comment.id.in_(ids))).all()
        )
    return [found[number] for number in ids]


def assert_counters_are_right(site: Site) -> None:
    with site.app.app_context():
        post = db.session.scalars(select(Post).filter_by(blog="news", slug=STORY)).one()
        for state, said in (("published", post.comment_count), ("held", post.held_count)):
            there = select(func.count()).where(Comment.post_id == post.id, Comment.state == state)
            assert db.session.scalar(there) == said, state


def enter(page: Page, site: Site, path: str = QUEUE) -> Page:
    page.goto(site.sign_in_link())
    page.get_by_role("button", name="Enter the newsroom").click()
    page.goto(site.root + path)
    return page


def card(page: Page, number: int) -> Locator:
    return page.locator(f"#case-{number}")


def cards(page: Page) -> Locator:
    return page.locator("[data-cases] > li")


def says(page: Page, words: str) -> None:
    expect(page.get_by_role("status")).to_have_text(words)


def waiting(page: Page) -> Locator:
    return page.locator(".nb-filters [data-count=held]")


@pytest.fixture
def desk(reader: Reader, site: Site) -> Iterator[Callable[..., Page]]:
    """Opens the queue for a moderator, who came in by a link; the script must not fail."""
    errors: list[str] = []

    def opened(**options: Any) -> Page:
        page = reader(**options)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return enter(page, site)

    yield opened
    assert errors == []


def test_a_moderator_works_off_50_held_comments_with_the_keyboard(
    desk: Callable[..., Page], site: Site
) -> None:
    ids = hold(site, 50)
    page = desk()
    expect(cards(page)).to_have_count(30)
    verbs = {"a": "published", "r": "rejected", "s": "spam", "d": "deleted"}
    expected = []
    page.keyboard.press("j")
    for n, number in enumerate(ids):
        expect(card(page, number)).to_be_focused()
        key = "arsd"[n % 4]
        page.keyboard.press(key)
        expected.append(verbs[key])
        expect(card(page, number)).to_have_count(0)
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    expect(waiting(page)).to_have_text("0")
    assert states(site, ids) == expected
    assert_counters_are_right(site)


def test_the_keys_go_up_and_down_and_open_what_they_should(
    desk: Callable[..., Page], site: Site
) -> None:
    ids = hold(site, 4)
    page = desk()
    for key, number in (("j", 0), ("j", 1), ("j", 2), ("k", 1), ("k", 0), ("k", 0)):
        page.keyboard.press(key)
        expect(card(page, ids[number])).to_be_focused()
        expect(card(page, ids[number])).to_be_in_viewport()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("drassa")
    page.keyboard.press("Escape")
    expect(card(page, ids[0])).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.press("Alt+d")
    assert states(site, ids) == ["held"] * 4
    page.keyboard.press("e")
    page.wait_for_url(f"**{QUEUE}{ids[0]}#edit")


def test_many_at_once_and_z_takes_it_back(desk: Callable[..., Page], site: Site) -> None:
    ids = hold(site, 5)
    page = desk()
    for key in "jxjxjx":
        page.keyboard.press(key)
    expect(page.get_by_text("With those that are selected (3)")).to_be_visible()
    page.keyboard.press("s")
    says(page, "3 comments marked as spam.")
    expect(cards(page)).to_have_count(2)
    expect(card(page, ids[3])).to_be_focused()
    page.keyboard.press("a")
    says(page, "1 comment approved.")
    page.keyboard.press("z")
    says(page, "1 comment is as before.")
    page.keyboard.press("z")
    says(page, "3 comments are as before.")
    expect(cards(page)).to_have_count(5)
    assert cards(page).evaluate_all("all => all.map(card => Number(card.dataset.id))") == ids
    expect(card(page, ids[0])).to_be_focused()
    expect(waiting(page)).to_have_text("5")
    assert states(site, ids) == ["held"] * 5
    assert_counters_are_right(site)


def test_what_was_done_before_the_page_was_loaded_is_undone_too(
    desk: Callable[..., Page], site: Site
) -> None:
    ids = hold(site, 2)
    page = desk(java_script_enabled=True)
    page.route("**/newsroom.js*", lambda route: route.abort())
    page.reload()
    card(page, ids[0]).get_by_role("button", name="Spam").click()
    says(page, "1 comment marked as spam.")
    page.unroute("**/newsroom.js*")
    page.reload()
    page.keyboard.press("z")
    says(page, "1 comment is as before.")
    assert states(site, ids) == ["held", "held"]


def test_a_decision_that_does_not_arrive_brings_its_card_back(
    desk: Callable[..., Page], site: Site
) -> None:
    ids = hold(site, 3)
    page = desk()
    page.route("**/comments/act", lambda route: route.abort())
    page.keyboard.press("j")
    page.keyboard.press("a")
    says(page, "The site could not be reached, so nothing was changed. Please try again.")
    expect(cards(page)).to_have_count(3)
    expect(card(page, ids[0])).to_be_focused()
    page.unroute("**/comments/act")
    page.keyboard.press("a")
    says(page, "1 comment approved.")
    assert states(site, ids) == ["published", "held", "held"]


def test_after_a_refusal_the_form_itself_is_sent(desk: Callable[..., Page], site: Site) -> None:
    ids = hold(site, 2)
    page = desk()

    def refuse(route: Route) -> None:
        route.fulfill(status=503, body="")

    page.route("**/comments/act", refuse)
    page.keyboard.press("j")
    page.keyboard.press("a")
    says(page, "The site did not take that. Press the button once more to see why.")
    expect(cards(page)).to_have_count(2)
    page.unroute("**/comments/act")
    with page.expect_navigation():
        card(page, ids[0]).get_by_role("button", name="Approve").click()
    says(page, "1 comment approved.")


def test_a_reason_is_typed_and_sent_with_enter(desk: Callable[..., Page], site: Site) -> None:
    ids = hold(site, 2)
    page = desk()
    one = card(page, ids[0])
    one.get_by_text("Reject with a reason").click()
    one.get_by_label("What the writer is told").fill("Please stay civil, all day.")
    page.keyboard.press("Enter")
    says(page, "1 comment rejected.")
    with site.app.app_context():
        assert db.session.get(Comment, ids[0]).rejection == "Please stay civil, all day."
    assert states(site, ids) == ["rejected", "held"]


def test_the_keys_can_be_turned_off_for_good(desk: Callable[..., Page], site: Site) -> None:
    ids = hold(site, 1)
    page = desk()
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Use these keys in this browser").uncheck()
    page.get_by_role("button", name="Close").click()
    for _ in range(2):
        for key in "jardsxz":
            page.keyboard.press(key)
        page.reload()
    assert states(site, ids) == ["held"]


def test_a_page_that_was_open_all_day_still_works(desk: Callable[..., Page], site: Site) -> None:
    ids = hold(site, 2)
    page = desk()
    page.evaluate("document.getElementsByName('csrf_token').forEach(old => { old.value = 'old'; })")
    page.keyboard.press("j")
    for key, words in (("a", "1 comment approved."), ("z", "1 comment is as before.")):
        page.keyboard.press(key)
        says(page, words)
    expect(card(page, ids[0])).to_be_focused()


def test_what_came_in_meanwhile_comes_onto_an_empty_desk(
    desk: Callable[..., Page], site: Site
) -> None:
    ids = hold(site, 1)
    page = desk()
    ids += hold(site, 1)
    with site.app.app_context():
        db.session.execute(
            update(Comment).where(Comment.id == ids[0]).values(state=CommentState.HELD)
        )
        db.session.execute(update(Post).where(Post.slug == STORY).values(held_count=2))
        db.session.commit()
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(card(page, ids[1])).to_be_focused()
    expect(card(page, ids[0])).to_have_count(0)
    page.keyboard.press("R")
    page.keyboard.type("No.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    says(page, "1 comment rejected.")
    assert states(site, ids) == ["published", "rejected"]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_50_held_comments_are_worked_off_without_script(
    size: Any, desk: Callable[..., Page], site: Site
) -> None:
    ids = hold(site, 50)
    page = desk(java_script_enabled=False, viewport=size)
    for name, state in (("Approve", "published"), ("Reject", "rejected"), ("Delete", "deleted")):
        number = ids.pop(0)
        card(page, number).get_by_role("button", name=name, exact=True).click()
        assert states(site, [number]) == [state]
    while ids:
        for number in ids[:30]:
            card(page, number).get_by_role("checkbox").check()
        bulk = page.get_by_role("group", name="With those that are selected")
        bulk.get_by_role("button", name="Spam").click()
        says(page, f"{len(ids[:30])} comments marked as spam.")
        assert set(states(site, ids[:30])) == {"spam"}
        ids = ids[30:]
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    says(page, "17 comments are as before.")
    expect(cards(page)).to_have_count(17)
    expect(waiting(page)).to_have_text("17")
    assert_counters_are_right(site)


def test_a_phone_does_it_by_touch(desk: Callable[..., Page], site: Site) -> None:
    ids = hold(site, 50)
    page = desk(viewport=PHONE, has_touch=True, is_mobile=True)
    for n, number in enumerate(ids):
        name = ("Approve", "Reject", "Spam", "Delete")[n % 4]
        button = card(page, number).get_by_role("button", name=name, exact=True)
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["width"] >= 44
        button.tap()
        expect(card(page, number)).to_have_count(0)
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    expect(waiting(page)).to_have_text("0")
    assert_counters_are_right(site)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    scheme: Any, reader: Reader, site: Site, axe: str
) -> None:
    ids = hold(site, 4, "A-very-long-word-" * 12)
    page = enter(reader(color_scheme=scheme, bypass_csp=True), site)
    faults: list[Any] = []
    for path in (QUEUE, f"{QUEUE}{ids[0]}"):
        page.goto(site.root + path)
        if path == QUEUE:
            page.keyboard.press("j")
            page.keyboard.press("x")
        faults += faults_of(page, axe, path)
    assert faults == []


def test_the_screens_obey_the_strict_policy(desk: Callable[..., Page], site: Site) -> None:
    hold(site, 2)
    page, complaints = desk(), list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.reload()
    for key in "jaz?":
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_be_visible()
    assert complaints == []
