"""A story is published, and readers read it, whatever the host."""

from __future__ import annotations

from sqlalchemy import update

from flask_newsblog.database import session
from flask_newsblog.models import Author

from ..hosts import TAGLINE, Host, path_of, write_story
from ..pages import words_of


def test_a_story_reads_tagline_title_paragraphs_in_order(any_host: Host) -> None:
    post = write_story(any_host.app, "The ferry is back", "One for the sea.\n\nTwo for the town.")
    page = any_host.get(path_of(post))
    assert page.status_code == 200
    words = words_of(page.text)
    places = [
        words.index(text)
        for text in (TAGLINE, "The ferry is back", "One for the sea.", "Two for the town.")
    ]
    assert places == sorted(places)


def test_an_author_links_only_to_where_a_link_may_lead(host: Host) -> None:
    write_story(host.app, authors=("Ann Bell",))
    links = [["Site", "https://ann.example/"], ["Trap", "javascript:alert(1)"]]
    with host.app.app_context():
        session().execute(update(Author).values(links=links))
        session().commit()
    page = host.get("/authors/ann-bell/")
    assert "https://ann.example/" in page.text
    assert "javascript:" not in page.text


def test_the_front_page_leads_with_the_newest_story(any_host: Host) -> None:
    write_story(any_host.app, "The ferry is back")
    page = any_host.get("/")
    assert page.status_code == 200
    assert "The ferry is back" in words_of(page.text)
