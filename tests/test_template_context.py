"""Templates see what the docs say they see, no less and no more."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import pytest
from flask import request, template_rendered

import flask_newsblog.comments.pages
import flask_newsblog.newsroom.pages
import flask_newsblog.posts.pages
from flask_newsblog.context import Site

from .documents import table
from .hosts import Host, path_of, plain, with_flask_babel, with_flask_login, write_story

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
        f"/{moment:%Y}/", f"/{moment:%Y/%m}/", f"/{moment:%Y/%m/%d}/",
    ):  # fmt: skip
        assert host.get(path).status_code == 200, path
    form = f"/replies/{story.id}"
    assert host.get(form).status_code == 200
    foreign = host.open(
        form, method="POST", data={"comment": "Welcome."}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert foreign.status_code == 403
    assert host.get("/nowhere").status_code == 404
    assert host.open("/", method="DELETE").status_code == 405
    assert host.get("/newsroom/").status_code == 401
    visitor = host.client()
    link = host.run("sign-in", "Ann").output.split()[0]
    door = visitor.get(link)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', door.text)
    assert token is not None
    answer = visitor.post(link, data={"csrf_token": token[1]}, follow_redirects=True)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "make", [plain, with_flask_login, with_flask_babel], ids=lambda make: make.__name__
)
def test_every_page_gets_what_is_documented_and_nothing_else(
    make: Callable[..., Any], open_hosts: Callable[..., Host]
) -> None:
    host = open_hosts(make)
    with listening(host) as seen:
        visit_every_page(host)
    for name, context, added in seen:
        page = type(context["page"])
        assert set(context) - added == NAMES, name
        assert isinstance(context["blog"], Site), name
        assert page.__name__ == PAGES[name.removeprefix("newsblog/")], name
        assert page.__module__ in (
            flask_newsblog.posts.pages.__name__,
            flask_newsblog.comments.pages.__name__,
            flask_newsblog.newsroom.pages.__name__,
        )
    assert {name.removeprefix("newsblog/") for name, _, _ in seen} == set(PAGES)
