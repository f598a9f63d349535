"""The room of names in a browser: at a desk, on a phone, without script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Page, expect

from example_app.database import db
from flask_newsblog.database import utcnow
from flask_newsblog.models import NameKind, Tag
from flask_newsblog.posts import actions, naming
from flask_newsblog.posts.former import hold_names
from flask_newsblog.posts.naming import Given

from .conftest import Site
from .looks import DESK, PHONE, faults_of
from .test_two_at_once import enter

pytestmark = pytest.mark.browser

Reader: TypeAlias = "Callable[..., Page]"
NAMES = "/news/newsroom/names/"


@pytest.fixture
def tags(site: Site) -> Any:
    """Two tags, each with a story that readers see; both are gone at the end."""
    now, made = utcnow(), []
    with site.app.app_context():
        for name in ("Low water", "Ebb"):
            text = actions.Text(title=f"A story of {name}", body="It fell.")
            post = actions.create_post("news", text, now)
            actions.set_tags(post, [name], now)
            actions.publish(post, now)
            made.append(post.id)
        db.session.commit()
    yield None
    with site.app.app_context():
        for number in made:
            actions.withdraw(db.session.get_one(actions.Post, number), now)
            actions.set_tags(db.session.get_one(actions.Post, number), [], now)
        for tag in db.session.query(Tag).filter(Tag.name.in_(["Neap", "Low water", "Ebb"])):
            db.session.delete(tag)
        db.session.commit()


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize(
    ("size", "script"), [(DESK, True), (PHONE, True), (DESK, False)],
    ids=["desk", "phone", "without script"],
)  # fmt: skip
def test_a_tag_is_renamed_and_readers_see_it(
    site: Site, reader: Reader, tags: None, size: Any, script: bool
) -> None:
    page = enter(site, reader, "Ann Lee", viewport=size, java_script_enabled=script)
    page.get_by_role("link", name="Sections and tags", exact=True).click()
    page.get_by_role("link", name="Tags", exact=True).click()
    page.get_by_label("Find a name").fill("LOW water")
    press(page, "Find")
    page.get_by_role("link", name="Low water", exact=True).click()
    page.get_by_label("Name", exact=True).fill("Neap")
    page.get_by_label("Slug").fill("")
    page.get_by_label("Description").fill("When it hardly moves.")
    press(page, "Save")
    expect(page.get_by_role("status")).to_have_text("Saved.")
    page.goto(f"{site.root}/news/tags/low-water/")
    assert page.url == f"{site.root}/news/tags/neap/"
    expect(page.get_by_role("heading", name="Neap")).to_be_visible()
    expect(page.get_by_text("When it hardly moves.")).to_be_visible()
    expect(page.get_by_text("A story of Low water").first).to_be_visible()


def test_two_tags_become_one(site: Site, reader: Reader, tags: None) -> None:
    page = enter(site, reader, "Ann Lee", viewport=PHONE)
    page.goto(f"{site.root}{NAMES}tags/?words=Ebb")
    page.get_by_role("link", name="Ebb", exact=True).click()
    page.get_by_role("link", name="Merge into another").click()
    page.get_by_label("Into").fill("low WATER")
    press(page, "Go on")
    expect(page.get_by_text("1 story moves over, 1 of them published")).to_be_visible()
    press(page, "Merge them")
    expect(page.get_by_role("status")).to_contain_text("Merged.")
    expect(page.get_by_text("2 stories, 2 of them published")).to_be_visible()
    page.goto(f"{site.root}/news/tags/ebb/")
    assert page.url == f"{site.root}/news/tags/low-water/"
    expect(page.get_by_text("A story of Ebb").first).to_be_visible()


def test_what_is_refused_stands_beside_its_field(
    site: Site, reader: Reader, tags: None, axe: str
) -> None:
    page = enter(site, reader, "Ann Lee", viewport=DESK, bypass_csp=True)
    page.goto(f"{site.root}{NAMES}tags/?words=Ebb")
    page.get_by_role("link", name="Ebb", exact=True).click()
    page.get_by_label("Name", exact=True).fill("Low Water")
    press(page, "Save")
    field = page.get_by_label("Name", exact=True)
    expect(field).to_have_value("Low Water")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(
        "“Low water” is there already. Choose another name, or merge the two."
    )
    assert faults_of(page, axe, "refused") == []


def test_a_long_name_and_a_deep_tree_fit_on_a_narrow_phone(
    site: Site, reader: Reader, axe: str
) -> None:
    parent: int | None = None
    made = []
    with site.app.app_context():
        moment = hold_names(utcnow())
        for level in range(6):
            given = Given(name=f"{level}{'Donaudampfschifffahrt' * 5}", parent_id=parent)
            parent = naming.add("news", NameKind.SECTION, given, moment).id
            made.append(parent)
        db.session.commit()
    page = enter(site, reader, "Ann Lee", bypass_csp=True)
    for address in (NAMES, f"{NAMES}sections/{parent}/", f"{NAMES}sections/{made[0]}/delete"):
        page.goto(site.root + address)
        assert faults_of(page, axe, address) == []
    with site.app.app_context():
        for number in reversed(made):
            db.session.delete(naming.find_thing(NameKind.SECTION, "news", number))
            db.session.flush()
        db.session.commit()
