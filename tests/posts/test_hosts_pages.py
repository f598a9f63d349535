"""The latest stories of a blog, on the host's own pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import render_template_string

from flask_newsblog import NoSuchBlog, latest_stories
from flask_newsblog.database import session
from flask_newsblog.models import Media

from ..hosts import Host, change, counted_statements, path_of, write_story
from .conftest import NOON

LIST = """\
<ul>{% for story in newsblog_latest("news", 2) -%}
<li><a href="{{ story.url }}">{{ story.title }}</a> {{ story.section }} {{ story.when }}</li>
{%- endfor %}</ul>"""


def test_a_template_of_the_host_lists_the_latest_stories(host: Host) -> None:
    posts = [
        write_story(
            host.app, title, at=NOON + timedelta(days=day), section=("Town",) if day else ()
        )
        for day, title in enumerate(["Oldest", "Fish & chips", "Newest"])
    ]

    @host.app.get("/")
    def home() -> str:
        return render_template_string(LIST)

    page = host.client().get("/").text
    assert page == (
        f'<ul><li><a href="/news{path_of(posts[2])}">Newest</a> Town May 6, 2026</li>'
        f'<li><a href="/news{path_of(posts[1])}">Fish &amp; chips</a> Town May 5, 2026</li></ul>'
    )


def test_headlines_say_all_that_a_host_may_show(any_host: Host) -> None:
    post = write_story(any_host.app, kicker="Harbour", standfirst="After nine days.")
    with change(any_host.app, post) as stored:
        picture = Media(
            blog="news", key="ferry.webp", content_type="image/webp",
            variants=[{"key": "ferry-480.webp", "width": 480, "height": 320}],
        )  # fmt: skip
        session().add(picture)
        session().flush()
        stored.lead_image_id, stored.lead_alt = picture.id, "The ferry at the slip"
    with any_host.app.test_request_context("/", base_url=f"http://{any_host.server}"):
        (story,) = latest_stories(any_host.name)
    assert (story.title, story.kicker) == ("The ferry is back", "Harbour")
    assert (story.summary, story.section) == ("After nine days.", "")
    assert story.published_at == post.published_at
    assert story.when == "1 hour ago"
    assert story.url.endswith(any_host.prefix + path_of(post))
    assert story.picture.endswith("/media/ferry-480.webp")
    assert story.alt == "The ferry at the slip"


@pytest.mark.parametrize("limit", [0, -1, -5])
def test_no_stories_are_no_stories(host: Host, limit: int) -> None:
    write_story(host.app)
    with host.app.test_request_context("/"):
        assert latest_stories("news", limit) == []


def test_an_empty_blog_has_no_latest_stories(host: Host) -> None:
    with host.app.test_request_context("/"):
        assert latest_stories("news") == []


@pytest.mark.parametrize("name", ["nwes", "", "NEWS", None])
def test_a_blog_that_is_not_registered_is_named_with_those_that_are(noon: Host, name: Any) -> None:
    with noon.app.test_request_context("/"), pytest.raises(NoSuchBlog) as refusal:
        latest_stories(name)
    assert str(refusal.value) == (f"No blog called {name!r} is registered; there is: other, news.")


def test_the_stories_of_each_blog_are_its_own(noon: Host) -> None:
    for name in ("news", "other"):
        write_story(noon.app, f"Of {name}", blog=name, at=NOON, now=NOON)
    with noon.app.test_request_context("/"):
        for name in ("news", "other"):
            assert [story.title for story in latest_stories(name)] == [f"Of {name}"]


def test_latest_stories_are_two_statements_whatever_is_stored(noon: Host) -> None:
    for stored in (3, 30):
        for number in range(stored):
            write_story(noon.app, f"Story {number}", at=NOON, now=NOON, authors=("Ann", "Ben"))
        with noon.app.test_request_context("/"), counted_statements(noon.app) as sent:
            assert len(latest_stories("news", 20)) == min(stored, 20)
        assert len(sent) == 2
