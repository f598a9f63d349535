"""Templates see what the docs say they see, no less and no more."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import pytest
from flask import request, template_rendered
from flask.testing import FlaskClient

from flask_newsblog.comments import tokens
from flask_newsblog.context import Site
from flask_newsblog.database import session, utcnow
from flask_newsblog.models import Media

from .documents import table
from .hosts import Host, path_of, plain, with_flask_babel, with_flask_login, write_story
from .mail.servers import MAIL
from .mail.visits import send_every_kind_of_mail
from .newsroom.desks import hidden, send

_DOCUMENTED = table("templates.md", "Template")
PAGES = {
    name: page
    for name, page in zip(_DOCUMENTED.column("Template"), _DOCUMENTED.column("Page"), strict=True)
    if page
}
NAMES = set(table("templates.md", "Name").column("Name"))


@contextmanager
def listening(host: Host) -> Any:
    """What each template gets that is rendered meanwhile, and what Flask adds to it."""
    seen: list[tuple[str, dict[str, Any], set[str]]] = []

    def note(sender: Any, template: Any, context: dict[str, Any], **more: Any) -> None:
        added: dict[str, Any] = {}
        for blueprint in (None, *request.blueprints):
            for processor in host.app.template_context_processors[blueprint]:
                added |= processor()
        seen.append((template.name, context, set(added)))

    with template_rendered.connected_to(note, host.app):
        yield seen


def visit_every_page(host: Host) -> None:
    """Open every kind of page there is, the newsroom's by a sign-in link."""
    story = write_story(host.app, section=("News", "Harbour"), tags=("Ferry",), authors=("Ann",))
    moment = story.published_at
    assert moment is not None
    for path in (
        "/", path_of(story), "/sections/harbour/", "/tags/ferry/", "/authors/ann/",
        f"/{moment:%Y}/", f"/{moment:%Y/%m}/", f"/{moment:%Y/%m/%d}/", "/corrections/",
        f"/changes/{story.id}/",
    ):  # fmt: skip
        assert host.get(path).status_code == 200, path
    form = f"/replies/{story.id}"
    assert host.get(form).status_code == 200
    foreign = host.open(
        form, method="POST", data={"comment": "Welcome."}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert foreign.status_code == 403
    send_every_kind_of_mail(host, story)
    visit_a_writers_pages(host, form)
    assert host.get(f"/corrections/report/{story.id}").status_code == 200
    assert host.get("/nowhere").status_code == 404
    assert host.open("/", method="DELETE").status_code == 405
    assert host.get("/newsroom/").status_code == 401
    visitor = host.client()
    link = host.run("sign-in", "Ann", "--base-url", f"http://{host.server}").output.split()[0]
    door = visitor.get(link)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', door.text)
    assert token is not None
    answer = visitor.post(link, data={"csrf_token": token[1]}, follow_redirects=True)
    assert answer.status_code == 200
    newsroom = link.partition("sign-in/")[0]
    picture = plant_picture(host)
    for screen in (
        "comments/", "comments/1", "reports/", "rules/", "posts/new", f"posts/{story.id}/",
        "front/", "front/breaking/", "audit/",
        "settings/?check=1", f"posts/{story.id}/previews/", f"posts/{story.id}/corrections/",
        f"posts/{story.id}/publishing", f"posts/{story.id}/read",
        "calendar/", f"posts/{story.id}/plan",
        "media/", f"media/{picture}/",
        "names/", "names/tags/1/", "names/authors/1/merge",
    ):  # fmt: skip
        assert visitor.get(newsroom + screen).status_code == 200, screen
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', visitor.get(newsroom).text)
    assert token is not None
    typed = {"csrf_token": token[1], "title": "Low tide"}
    assert visitor.post(newsroom + "preview", data=typed).status_code == 200
    visit_a_draft(host, visitor, newsroom)
    visit_a_storys_history(host, visitor, f"{newsroom}posts/{story.id}/")


def visit_a_draft(host: Host, visitor: Any, newsroom: str) -> None:
    """Make a link to a story that is not out, and open it."""
    room = f"{newsroom}posts/{write_story(host.app, draft=True).id}/previews/"
    made = send(visitor, room, do="make", label="Ben", days=7).text
    link = re.search(r'value="[^"]*(/preview/[^"]+)"', made)
    assert link is not None
    assert host.get(link[1]).status_code == 200


def plant_picture(host: Host) -> int:
    """A picture in the library, without its files."""
    with host.app.app_context():
        picture = Media(blog="news", key="a.png", content_type="image/png")
        session().add(picture)
        session().commit()
        return picture.id


def visit_a_storys_history(host: Host, visitor: FlaskClient, address: str) -> None:
    """Save a story, open its history, and save it once more as nobody."""
    form = hidden(visitor.get(address).text) | {"title": "Fog", "body": "Nobody saw it."}
    assert visitor.post(address, data=form).status_code == 303
    for path in ("revisions/", "revisions/2"):
        assert visitor.get(address + path).status_code == 200
    assert host.client().post(address, data=form).status_code == 401


def visit_a_writers_pages(host: Host, form: str) -> None:
    """Write a comment, and open all that only its writer sees."""
    given = {"comment": "Welcome.", "author": "Mira", "email": "mira@example.org"}
    same = {"Sec-Fetch-Site": "same-origin"}
    assert host.open(form, method="POST", data=given, headers=same).status_code == 303
    keys, now = (str(host.app.secret_key),), utcnow()
    own = f"/replies/mine/{tokens.own_token(keys, 'news', 1, now)}"
    confirm = tokens.address_token(keys, "news", 1, given["email"], now)
    for path in (
        own, f"{own}/edit/1", f"{own}/delete/1", f"{own}/erase", f"/replies/confirm/{confirm}",
    ):  # fmt: skip
        assert host.get(path).status_code == 200, path


@pytest.mark.parametrize(
    "make", [plain, with_flask_login, with_flask_babel], ids=lambda make: make.__name__
)
def test_every_page_gets_what_is_documented_and_nothing_else(
    make: Callable[..., Any], open_hosts: Callable[..., Host]
) -> None:
    host = open_hosts(make, given={"send_mail": lambda message: None, "show_changes": True}, **MAIL)
    with listening(host) as seen:
        visit_every_page(host)
    for name, context, added in seen:
        page = type(context["page"])
        assert set(context) - added == NAMES, name
        assert isinstance(context["blog"], Site), name
        assert page.__name__ == PAGES[name.removeprefix("newsblog/")], name
        assert page.__module__.endswith("pages"), name
    assert {name.removeprefix("newsblog/") for name, _, _ in seen} == set(PAGES)
