"""A story is published, and readers read it, whatever the host."""

from __future__ import annotations

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


def test_the_front_page_leads_with_the_newest_story(any_host: Host) -> None:
    write_story(any_host.app, "The ferry is back")
    page = any_host.get("/")
    assert page.status_code == 200
    assert "The ferry is back" in words_of(page.text)
