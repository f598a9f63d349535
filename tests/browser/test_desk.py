"""The desk in a browser: found, planned and seen in the calendar, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from example_app.database import db
from flask_newsblog.database import utcnow
from flask_newsblog.models import DeskNote, NoteKind, PendingUpdate, Post, PostState
from flask_newsblog.posts import actions

from .conftest import Site
from .looks import faults_of

pytestmark = pytest.mark.browser

DESK = "/news/newsroom/"
TITLE = "Harbour dredging budget: what the council knew in March and told nobody"


@pytest.fixture(scope="module")
def planned(site: Site) -> Iterator[int]:
    """Something of each kind that the desk shows; the number of a story that has no plan."""
    now = utcnow()
    with site.app.app_context():
        made = []
        for title in (TITLE, "Without a plan", *(f"Minutes {n}" for n in range(8))):
            post = actions.create_post("news", actions.Text(title=title, body="Words."), now)
            made.append(post)
            if title != "Without a plan":
                post.planned_at = now + timedelta(minutes=len(made))
        made[0].state = PostState.IN_REVIEW
        made[2].planned_at = now - timedelta(days=2)
        out = db.session.scalars(select(Post).filter_by(blog="news", slug="fog")).one()
        revision, out.saved_revision = out.saved_revision, out.saved_revision + 1
        for kind, post in ((NoteKind.REVIEW, made[0]), (NoteKind.PREVIEW, out)):
            db.session.add(
                DeskNote(
                    blog="news", post_id=post.id, kind=kind, text="A word.",
                    person_name="Cem Aydin", created_at=now - timedelta(hours=2),
                )
            )  # fmt: skip
        due = now + timedelta(minutes=1)
        db.session.add(PendingUpdate(post_id=out.id, blog="news", revision=1, due_at=due))
        db.session.commit()
        numbers, number = [post.id for post in made], made[1].id
    yield number
    with site.app.app_context():
        for made_number in numbers:
            db.session.delete(db.session.get(Post, made_number))
        out = db.session.scalars(select(Post).filter_by(blog="news", slug="fog")).one()
        out.saved_revision = revision
        db.session.query(PendingUpdate).delete()
        db.session.query(DeskNote).delete()
        db.session.commit()


def enter(page: Page, site: Site, path: str = DESK) -> Page:
    page.goto(site.sign_in_link())
    page.get_by_role("button", name="Enter the newsroom").click()
    page.goto(site.root + path)
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    scheme: Any, reader: Callable[..., Page], site: Site, axe: str, planned: int
) -> None:
    page = enter(reader(color_scheme=scheme, bypass_csp=True), site)
    faults = []
    for path in (
        DESK, f"{DESK}?q=harbour&state=published", f"{DESK}?q=no-such-word", f"{DESK}calendar/",
        f"{DESK}calendar/?month=2031-05", f"{DESK}posts/{planned}/plan",
    ):  # fmt: skip
        page.goto(site.root + path)
        faults += faults_of(page, axe, path)
    assert faults == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_story_is_found_planned_and_seen_in_the_calendar(
    width: int, script: bool, reader: Callable[..., Page], site: Site, planned: int
) -> None:
    size = {"width": width, "height": 800}
    page = enter(reader(viewport=size, java_script_enabled=script), site)
    expect(page.get_by_role("region", name="Waits for you")).to_contain_text(TITLE)
    expect(page.get_by_role("region", name="Due today")).to_contain_text("late")
    page.get_by_label("Words").fill("without PLAN")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Without a plan").click()
    page.get_by_role("link", name="Plan", exact=True).click()
    page.get_by_label("Day").fill("2031-05-20")
    page.get_by_label("Time").fill("16:30")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto(f"{site.root}{DESK}calendar/?month=2031-05")
    day = page.locator("td", has=page.locator('time[datetime="2031-05-20"]'))
    expect(day).to_contain_text("16:30 Planned Without a plan")
    day.get_by_role("link").click()
    page.get_by_role("link", name="Plan", exact=True).click()
    page.get_by_role("button", name="Take the plan away").click()
    expect(page.get_by_text("has no planned time now")).to_be_visible()


def test_the_desk_obeys_the_strict_policy(
    reader: Callable[..., Page], site: Site, planned: int
) -> None:
    page, complaints = enter(reader(), site), list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for path in (DESK, f"{DESK}calendar/", f"{DESK}posts/{planned}/plan"):
        page.goto(site.root + path)
    assert complaints == []
