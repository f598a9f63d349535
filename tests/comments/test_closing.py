"""Replies close: by story, by age, for the whole blog; what was typed is handed back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from flask_newsblog.database import session
from flask_newsblog.models import AuditEntry

from ..hosts import change, path_of, write_story
from .conftest import OpenSite
from .readers import NOON, SAID, Site, kept, shown, tree, words

CLOSED = "Replies to this story are closed."


def is_closed(site: Site) -> bool:
    """What the story's page says, and whether it offers a form."""
    page = site.article()
    closed = CLOSED in words(tree(page.text))
    assert closed != ('name="comment"' in page.text)
    return closed


def run(site: Site, *words: str) -> Any:
    return site.app.test_cli_runner().invoke(args=["newsblog", *words])


def test_a_story_closes_at_its_age_and_not_a_second_before(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_COMMENTS_CLOSE_AFTER_DAYS=14, NEWSBLOG_HOLD_GUESTS=False)
    site.clock.moment = site.story.published_at + timedelta(days=14, seconds=-1)
    assert not is_closed(site)
    assert site.send("In time.").status_code == 303
    site.clock.moment += timedelta(seconds=1)
    assert is_closed(site)
    late = site.send(SAID)
    assert late.status_code == 403
    assert SAID in kept(late.text)
    assert [c.body for c in site.stored()] == ["In time."]
    assert shown(site.article().text) == [site.stored()[0].id]
    assert "data-reply " not in site.article().text


def test_the_age_counts_from_publication(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_COMMENTS_CLOSE_AFTER_DAYS=1)
    old = write_story(site.app, title="Old", at=NOON - timedelta(days=1), now=NOON)
    young = write_story(site.app, title="Young", at=NOON - timedelta(hours=23), now=NOON)
    assert site.send(story=old).status_code == 403
    assert site.send(story=young).status_code == 303


def test_no_age_closes_a_story_by_default_or_beyond_all_counting(open_site: OpenSite) -> None:
    for days in (0, 999_999_999):
        site = open_site(NEWSBLOG_COMMENTS_CLOSE_AFTER_DAYS=days)
        site.clock.moment += timedelta(days=10_000)
        assert not is_closed(site)


def test_a_page_that_closed_by_the_clock_is_newer_than_one_that_was_open(
    open_site: OpenSite,
) -> None:
    site = open_site(NEWSBLOG_COMMENTS_CLOSE_AFTER_DAYS=1, NEWSBLOG_PUBLIC_PAGES=True)
    path = path_of(site.story)
    site.clock.moment = site.story.published_at + timedelta(days=1, seconds=-30)
    before = site.host.get(path)
    assert before.cache_control.max_age <= 60
    site.clock.moment += timedelta(seconds=40)
    headers = {"If-Modified-Since": before.headers["Last-Modified"]}
    after = site.host.get(path, headers=headers)
    assert after.status_code == 200
    assert CLOSED in after.text
    headers = {"If-Modified-Since": after.headers["Last-Modified"]}
    assert site.host.get(path, headers=headers).status_code == 304


def test_the_form_on_a_page_of_its_own_closes_too(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_COMMENTS_CLOSE_AFTER_DAYS=1)
    site.clock.moment += timedelta(days=1)
    page = site.host.get(site.reply_path)
    assert page.status_code == 200
    assert CLOSED in words(tree(page.text))


def test_the_whole_blog_closes(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPLIES=False)
    assert "respond" not in site.article().text
    late = site.send(SAID)
    assert late.status_code == 403
    assert SAID in kept(late.text)


def test_what_came_from_elsewhere_after_the_end_is_handed_back_at_once(
    open_site: OpenSite,
) -> None:
    site = open_site(NEWSBLOG_COMMENTS_CLOSE_AFTER_DAYS=1)
    site.clock.moment += timedelta(days=1)
    late = site.send(SAID, headers={"Sec-Fetch-Site": "cross-site"})
    assert late.status_code == 403
    assert "Did you write this?" not in late.text
    assert SAID in kept(late.text)


def test_a_command_closes_stories_and_opens_them(site: Site) -> None:
    done = run(site, "replies", "closed", site.story.slug)
    assert (done.exit_code, done.output) == (0, "closed: The ferry is back\n")
    assert is_closed(site)
    assert run(site, "replies", "open", site.story.slug).output == "open: The ferry is back\n"
    assert not is_closed(site)
    # What is so already is not written down once more.
    run(site, "replies", "open", site.story.slug)
    with site.app.app_context():
        verbs = session().scalars(select(AuditEntry.verb).order_by(AuditEntry.id)).all()
    assert verbs == ["close-replies", "open-replies"]


def test_a_command_that_names_one_story_wrongly_changes_none(site: Site) -> None:
    done = run(site, "replies", "closed", site.story.slug, "no-such-story")
    assert done.exit_code == 1
    assert "There is no story with the slug no-such-story." in done.output
    assert not is_closed(site)


def test_a_command_knows_the_stories_of_its_own_blog_only(site: Site) -> None:
    write_story(site.app, title="Of another", blog="other", now=NOON)
    assert run(site, "replies", "closed", "of-another").exit_code == 1


@pytest.mark.parametrize("word", ["closed", "Closed"])
def test_a_file_closes_a_story_and_one_that_says_nothing_leaves_it(
    site: Site, tmp_path: Any, word: str
) -> None:
    file = tmp_path / "story.md"

    def bring_in(head: str) -> str:
        file.write_text(f"---\nslug: brought-in\n{head}---\n# Brought in\n\nWords.\n")
        done = run(site, "import-markdown", str(file), "--publish")
        assert done.exit_code == 0, done.output
        return str(done.output)

    def is_open() -> bool:
        site.clock.moment += timedelta(minutes=1)
        return 'name="comment"' in site.host.get("/2026/05/04/brought-in/").text

    assert bring_in("").startswith("created")
    assert is_open()
    assert bring_in(f"replies: {word}\n").startswith("updated")
    assert not is_open()
    assert bring_in(f"replies: {word}\n").startswith("unchanged")
    bring_in("kicker: Harbour\n")
    assert not is_open()
    bring_in("replies: open\n")
    assert is_open()


def test_a_file_that_says_something_else_of_replies_is_refused(site: Site, tmp_path: Any) -> None:
    file = tmp_path / "story.md"
    file.write_text("---\nreplies: shut\n---\n# A story\n\nWords.\n")
    done = run(site, "import-markdown", str(file))
    assert done.exit_code == 1
    assert "story.md, line 2: replies are “shut”; use open or closed." in done.output


def test_a_story_that_closes_while_somebody_writes_hands_the_words_back(site: Site) -> None:
    with change(site.app, site.story) as story:
        story.replies_open = False
    late = site.send(SAID)
    assert late.status_code == 403
    assert SAID in kept(late.text)
