"""Whatever becomes of a reply, its writer hears of it and keeps their words."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from flask_newsblog.comments.checks import Draft, Outcome, Verdict
from flask_newsblog.database import session
from flask_newsblog.models import Base, Comment, CommentState, Post
from flask_newsblog.posts import actions as post_actions
from flask_newsblog.signals import comment_posted, comment_submitting

from ..hosts import MEMORY, change, counted_statements, plain, write_story
from .conftest import OpenSite
from .readers import GUEST, SAID, SAME, Site, all_of, kept, links, shown, tree, words

LONGEST = 65_525


def sentences(answer: Any) -> str:
    return words(tree(answer.text))


def alert(answer: Any) -> Any:
    """The one summary of what is wrong."""
    (found,) = (e for e in tree(answer.text).iter() if e.get("role") == "alert")
    return found


def focused(answer: Any) -> list[str | None]:
    """The fields that have the focus, or the summary."""
    page = tree(answer.text)
    return [e.get("id") or e.get("role") for e in page.iter() if "autofocus" in e.attrib]


# Taken


def test_a_held_reply_leads_its_writer_to_where_it_waits(site: Site) -> None:
    answer = site.send()
    assert answer.status_code == 303
    assert answer.headers["Cache-Control"] == "no-store"
    (comment,) = site.stored()
    assert comment.state == CommentState.HELD
    assert answer.location.endswith(f"#comment-{comment.id}")
    page = site.go(answer.location)
    assert page.status_code == 200
    assert "Your comment is awaiting moderation." in sentences(page)
    assert SAID in sentences(page)


def test_a_published_reply_is_in_its_place_at_once(lively: Site) -> None:
    answer = lively.send(client=lively.client("Nora"))
    assert answer.status_code == 303
    (comment,) = lively.stored()
    assert answer.location == f"{lively.host.prefix}/comments/{comment.id}"
    place = lively.go(answer.location)
    assert place.status_code == 302
    assert place.location.endswith(f"#comment-{comment.id}")
    assert shown(lively.go(place.location).text) == [comment.id]
    assert shown(lively.article().text) == [comment.id]


def test_what_is_stored_is_what_was_typed(lively: Site) -> None:
    lively.send("  Two\r\nlines,\r\n\r\n**bold**.  ", author=" Mira \t Vale ", url="mira.example/x")
    (comment,) = lively.stored()
    assert comment.body == "Two\nlines,\n\n**bold**."
    assert "<strong>bold</strong>" in comment.body_html
    assert comment.author_name == "Mira Vale"
    assert comment.author_email == "mira@example.org"
    assert comment.author_url == "https://mira.example/x"
    assert comment.created_at == lively.clock()


def test_a_reply_to_a_reply_stands_under_it(lively: Site) -> None:
    lively.send("First.")
    (first,) = lively.stored()
    answer = lively.send("Second.", parent=str(first.id))
    assert answer.status_code == 303
    second = lively.stored()[1]
    assert (second.parent_id, second.root_id, second.depth) == (first.id, first.id, 1)
    lively.send("Third.", parent=str(second.id))
    third = lively.stored()[2]
    assert (third.parent_id, third.root_id, third.depth) == (second.id, first.id, 2)
    assert shown(lively.article().text) == [first.id, second.id, third.id]


def test_what_was_said_already_leads_to_where_it_stands(lively: Site) -> None:
    first = lively.send()
    again = lively.send()
    assert (again.status_code, again.location) == (303, first.location)
    assert len(lively.stored()) == 1
    assert lively.counters() == (1, 0)


def test_what_was_said_already_and_waits_leads_to_where_it_waits(site: Site) -> None:
    site.send()
    again = site.send()
    assert again.status_code == 303
    assert "Your comment is awaiting moderation." in sentences(site.go(again.location))
    assert len(site.stored()) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"author": "Somebody Else"},
        {"comment": "Something else."},
        {"parent": True},
    ],
)
def test_only_the_same_words_of_the_same_writer_in_the_same_place_are_the_same(
    lively: Site, other: dict[str, Any]
) -> None:
    lively.send()
    if "parent" in other:
        other = {"parent": str(lively.stored()[0].id)}
    assert lively.send(**other).status_code == 303
    assert len(lively.stored()) == 2


def test_who_guesses_a_guests_address_is_not_told(lively: Site) -> None:
    first = lively.send(email="secret@example.org")
    for guess in ("wrong@example.org", "secret@example.org"):
        answer = lively.send(email=guess, address="198.51.100.7")
        assert (answer.status_code, answer.location) == (303, first.location)
    assert len(lively.stored()) == 1


def test_the_same_words_under_another_story_are_another_reply(lively: Site) -> None:
    other = write_story(lively.app, "Another", now=lively.clock())
    lively.send()
    lively.send(story=other)
    assert [c.post_id for c in lively.stored()] == [lively.story.id, other.id]


@pytest.mark.parametrize("state", [CommentState.REJECTED, CommentState.SPAM])
def test_what_was_refused_once_is_not_taken_again_and_kept(site: Site, state: CommentState) -> None:
    site.send()
    site.judge(site.stored()[0].id, state)
    answer = site.send()
    assert answer.status_code == 422
    assert SAID in kept(answer.text)
    assert "You have already sent this comment, and it was not published." in words(alert(answer))
    assert len(site.stored()) == 1


def test_somebody_signed_in_and_a_guest_who_types_their_name_are_two(lively: Site) -> None:
    lively.send(client=lively.client("Nora"))
    lively.send(author="Nora", email="nora@host.example")
    assert [c.person_id for c in lively.stored()] == ["id of Nora", None]


# Refused by the form

BLANKS = {
    "nothing": "",
    "spaces": " \t ",
    "lines": "\r\n\r\n",
    "no-break space": "\u00a0",
    "zero width": "\u200b\u200c\u200d\ufeff",
    "Hangul filler": "\u3164\uffa0\u115f\u1160",
    "empty Braille": "\u2800",
    "variation selector": "\ufe0f",
    "joiner": "\u034f\u2060",
    "soft hyphen": "\u00ad",
    "marks of direction": "\u200e\u202e\u2066\u2069",
    "tags": "\U000e0041",
    "controls": "\x00\x01\x1f\x7f\x85\x9b",
    "line separators": "\u2028\u2029",
    "all of it": " \u3164\u200b\u2800\n\u00a0",
}  # fmt: skip


@pytest.mark.parametrize("text", BLANKS.values(), ids=BLANKS)
@pytest.mark.parametrize("field", ["comment", "author", "email"])
def test_nothing_that_can_be_seen_is_nothing(site: Site, field: str, text: str) -> None:
    answer = site.send(**{field: text})
    assert answer.status_code == 422
    assert site.stored() == []
    assert focused(answer) == [f"nb-{field}"]
    for other in {"comment", "author", "email"} - {field}:
        assert {"comment": SAID, **GUEST}[other] in kept(answer.text)


@pytest.mark.parametrize(
    "text", ["!", "…", "é", "e\u0301", "👍", "👩\u200d🚀", "ㅋㅋ", "0", "\u0301"]
)
def test_the_least_that_can_be_seen_is_a_comment(site: Site, text: str) -> None:
    assert site.send(text).status_code == 303


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "no name": ({"author": ""}, "author", "Please tell us your name."),
    "no email": ({"email": ""}, "email", "Please give an email address."),
    "long name": ({"author": "n" * 246}, "author", "This is 246 characters long;"),
    "long email": ({"email": "e" * 90 + "@example.org"}, "email", "This is 102 characters long"),
    "long website": ({"url": "https://x.example/" + "y" * 200}, "url", "the limit is 200"),
    "long text": ({"comment": "x" * 10_001}, "comment", "This is 10,001 characters long"),
    "email without @": ({"email": "mira"}, "email", "Please enter an email address"),
    "email with two": ({"email": "a@b@c"}, "email", "Please enter an email address"),
    "email with a space": ({"email": "a b@c.example"}, "email", "Please enter an email address"),
    "email with a name": ({"email": "Mira <a@b.example>"}, "email", "Please enter an email"),
    "email with a comma": ({"email": "a@b.example,c@d.example"}, "email", "Please enter an email"),
    "website of script": ({"url": "javascript:alert(1)"}, "url", "Please enter a web address"),
    "website of data": ({"url": "data:text/html,x"}, "url", "Please enter a web address"),
    "website without scheme": ({"url": "//evil.example"}, "url", "Please enter a web address"),
    "website of backslashes": ({"url": "\\\\evil.example"}, "url", "Please enter a web address"),
    "website of one slash": ({"url": "https:/evil.example"}, "url", "Please enter a web address"),
    "website without slashes": ({"url": "https:evil.example"}, "url", "Please enter a web"),
    "website without a host": ({"url": "https://"}, "url", "Please enter a web address"),
    "website with a quote": ({"url": 'https://a.example/"x'}, "url", "Please enter a web"),
    "website with a space": ({"url": "https://a.example/ b"}, "url", "Please enter a web"),
    "website of mail": ({"url": "mailto:a@b.example"}, "url", "Please enter a web address"),
    "website of words": ({"url": "my own page"}, "url", "Please enter a web address"),
    "website of a bracket": ({"url": "http://[::1"}, "url", "Please enter a web address"),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "where", "sentence"), WRONG.values(), ids=WRONG)
def test_a_wrong_field_is_named_and_everything_typed_is_kept(
    site: Site, fields: dict[str, Any], where: str, sentence: str
) -> None:
    typed = {"comment": SAID, **GUEST, "url": "https://mira.example", "remember": "y", **fields}
    answer = site.send(**typed)
    assert answer.status_code == 422
    assert answer.headers["Cache-Control"] == "no-store"
    assert site.stored() == []
    assert {v for k, v in typed.items() if k != "remember"} - {""} <= set(kept(answer.text))
    page = tree(answer.text)
    assert "checked" in all_of(page, "input", name="remember")[0].attrib
    assert sentence in words(alert(answer))
    assert [a.get("href") for a in alert(answer).iter("a")] == [f"#nb-{where}"]
    assert focused(answer) == [f"nb-{where}"]
    (field,) = (e for e in page.iter() if e.get("name") == where)
    assert field.get("id") == f"nb-{where}"
    assert field.get("aria-invalid") == "true"
    described = [
        words(e) for e in page.iter() if e.get("id") in field.get("aria-describedby", "").split()
    ]
    assert any(sentence in text for text in described)
    (headline,) = page.iter("h1")
    assert words(headline) == site.story.title


def test_several_wrong_fields_are_listed_and_the_first_has_the_focus(site: Site) -> None:
    answer = site.send("", author="", email="x", url="javascript:1")
    assert [a.get("href") for a in alert(answer).iter("a")] == [
        "#nb-comment", "#nb-author", "#nb-email", "#nb-url",
    ]  # fmt: skip
    assert focused(answer) == ["nb-comment"]
    answer = site.send(email="x", url="javascript:1")
    assert focused(answer) == ["nb-email"]


def test_a_form_without_its_fields_is_a_form_with_empty_ones(site: Site) -> None:
    answer = site.host.open(site.reply_path, method="POST", headers=SAME)
    assert answer.status_code == 422
    assert len(list(alert(answer).iter("a"))) == 3


def test_somebody_who_is_signed_in_needs_none_of_the_other_fields(site: Site) -> None:
    answer = site.host.open(
        site.reply_path, client=site.client("Nora"), method="POST", headers=SAME,
        data={"comment": SAID, "author": "x" * 999, "email": "rubbish", "url": "javascript:1"},
    )  # fmt: skip
    assert answer.status_code == 303
    (comment,) = site.stored()
    assert (comment.author_name, comment.author_email, comment.author_url) == (
        "Nora", "nora@host.example", "",
    )  # fmt: skip


def test_a_wrong_reply_of_somebody_signed_in_shows_their_form(site: Site) -> None:
    answer = site.send("", client=site.client("Nora"))
    assert answer.status_code == 422
    assert "Signed in as Nora" in sentences(answer)
    assert not all_of(tree(answer.text), "input", name="author")


def test_a_wrong_answer_to_a_comment_stays_an_answer_to_it(site: Site) -> None:
    parent = site.plant("The one before.", name="Olav")
    answer = site.send(email="x", parent=str(parent))
    assert answer.status_code == 422
    (field,) = all_of(tree(answer.text), "input", name="parent")
    assert field.get("value") == str(parent)
    assert "Reply to Olav" in sentences(answer)


@pytest.mark.parametrize("character", ["x", "é", "漢", "👍"])
def test_the_longest_comment_that_is_allowed_gets_through(
    open_site: OpenSite, character: str
) -> None:
    site = open_site(NEWSBLOG_REPLY_LENGTH=LONGEST)
    assert site.send(character * LONGEST).status_code == 303
    assert len(site.stored()[0].body) == LONGEST


def test_the_longest_comment_gets_through_in_parts_too(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPLY_LENGTH=LONGEST, MAX_FORM_MEMORY_SIZE=10_000)
    answer = site.host.open(
        site.reply_path, method="POST", headers=SAME, content_type="multipart/form-data",
        data={**GUEST, "comment": "👍" * LONGEST},
    )  # fmt: skip
    assert answer.status_code == 303


def test_one_character_more_is_refused_and_kept(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPLY_LENGTH=LONGEST)
    answer = site.send("👍" * (LONGEST + 1))
    assert answer.status_code == 422
    assert "👍" * (LONGEST + 1) in kept(answer.text)
    assert "This is 65,526 characters long; the limit is 65,525." in words(alert(answer))


def test_line_ends_count_once_as_browsers_count_them(site: Site) -> None:
    assert site.send("x\r\n" * 4_999 + "xx").status_code == 303


def test_a_body_larger_than_the_server_takes_gets_the_blogs_own_page(open_site: OpenSite) -> None:
    site = open_site(MAX_CONTENT_LENGTH=2_000)
    answer = site.send("x" * 3_000)
    assert answer.status_code == 413
    assert answer.headers["Cache-Control"] == "no-store"
    assert "larger than this site takes" in sentences(answer)
    assert all_of(tree(answer.text), "div", class_="nb")
    assert site.send("x" * 500).status_code == 303


def test_a_body_far_larger_than_any_reply_gets_the_same_page(site: Site) -> None:
    assert "x" * 2_000_000 in kept(site.send("x" * 2_000_000).text)
    answer = site.send("x" * 4_000_000)
    assert answer.status_code == 413
    assert "larger than this site takes" in sentences(answer)


# Refused by limits


def test_too_fast_is_told_with_how_long_to_wait(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPLY_PAUSE_SECONDS=15)
    assert site.send("One.").status_code == 303
    site.clock.advance(seconds=4.5)
    answer = site.send("Two.", author="Another Name", email="other@example.org")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "11"
    assert "You are posting comments too quickly. Slow down." in words(alert(answer))
    assert {"Two.", "Another Name", "other@example.org"} <= set(kept(answer.text))
    assert focused(answer) == ["alert"]
    site.clock.advance(seconds=10.5)
    assert site.send("Two.").status_code == 303


def test_a_second_click_is_no_haste(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPLY_PAUSE_SECONDS=15)
    assert site.send().status_code == site.send().status_code == 303


def test_somebody_signed_in_is_as_fast_from_wherever_they_write(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPLY_PAUSE_SECONDS=15)
    nora = site.client("Nora")
    assert site.send("One.", client=nora, address="203.0.113.1").status_code == 303
    answer = site.send("Two.", client=nora, address="198.51.100.1")
    assert answer.status_code == 429
    assert "Two." in kept(answer.text)


def close(site: Site) -> None:
    with change(site.app, site.story) as post:
        post.replies_open = False


def test_a_closed_story_hands_the_words_back(site: Site) -> None:
    close(site)
    answer = site.send()
    assert answer.status_code == 403
    assert SAID in kept(answer.text)
    assert "Replies to this story are closed." in words(alert(answer))
    assert not all_of(tree(answer.text), "form", method="post")
    assert site.stored() == []


def test_a_blog_without_replies_hands_the_words_back(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPLIES=False)
    answer = site.send()
    assert answer.status_code == 403
    assert SAID in kept(answer.text)


def test_a_guest_where_only_members_reply_keeps_the_words_and_may_sign_in(
    open_site: OpenSite,
) -> None:
    site = open_site(NEWSBLOG_REPLY_NEEDS_SIGN_IN=True, NEWSBLOG_LOGIN_ENDPOINT="sign_in")

    @site.app.get("/sign-in")
    def sign_in() -> str:
        return ""

    answer = site.send()
    assert answer.status_code == 403
    assert SAID in kept(answer.text)
    assert "Please sign in to reply." in words(alert(answer))
    (link,) = links(answer.text, "Sign in to leave a reply")
    assert link == f"/sign-in?next=/news/replies/{site.story.id}"
    assert site.send(client=site.client("Nora")).status_code == 303


# Refused since the world went on


def test_a_reply_to_a_withdrawn_story_keeps_the_text(site: Site) -> None:
    with change(site.app, site.story) as post:
        post_actions.withdraw(post, site.clock())
    answer = site.send()
    assert answer.status_code == 403
    assert "This story has been withdrawn" in sentences(answer)
    assert SAID in kept(answer.text)
    assert site.host.get(site.reply_path).status_code == 404
    assert site.stored() == []


@pytest.mark.parametrize("which", ["a draft", "none", "to come", "of another blog"])
def test_a_story_that_readers_do_not_see_takes_no_replies(site: Site, which: str) -> None:
    now = site.clock()
    stories: dict[str, Callable[[], int]] = {
        "a draft": lambda: write_story(site.app, "Draft", draft=True, now=now).id,
        "none": lambda: 999_999,
        "to come": lambda: write_story(
            site.app, "Soon", now=now, at=now.replace(hour=13)
        ).id,
        "of another blog": lambda: write_story(site.app, "Other", blog="other", now=now).id,
    }  # fmt: skip
    number = stories[which]()
    answer = site.host.open(
        f"/replies/{number}", method="POST", headers=SAME, data={**GUEST, "comment": SAID}
    )
    assert answer.status_code == 404
    assert "This page is not here" in sentences(answer)
    assert SAID in kept(answer.text)
    assert site.host.get(f"/replies/{number}").status_code == 404
    assert site.stored() == []


PARENTS: dict[str, Callable[[Site], str]] = {
    "held": lambda site: str(site.plant(state=CommentState.HELD)),
    "rejected": lambda site: str(site.plant(state=CommentState.REJECTED)),
    "spam": lambda site: str(site.plant(state=CommentState.SPAM)),
    "none": lambda site: "999999",
    "of another story": lambda site: str(
        site.plant(story=write_story(site.app, "Another", now=site.clock()))
    ),
    "a word": lambda site: "parent",
    "negative": lambda site: "-1",
    "huge": lambda site: "9" * 40,
    "in other digits": lambda site: "\u0661",
    "superscript": lambda site: "\u00b2",
    "a number with a NUL": lambda site: "1\0",
    "a list": lambda site: "1,2",
    "SQL": lambda site: "1 OR 1=1",
}  # fmt: skip


@pytest.mark.parametrize("parent", PARENTS.values(), ids=PARENTS)
def test_an_answer_to_what_is_not_there_may_become_a_reply_to_the_story(
    site: Site, parent: Callable[[Site], str]
) -> None:
    given = parent(site)
    before = len(site.stored())
    answer = site.send(parent=given)
    assert answer.status_code == 422
    assert SAID in kept(answer.text)
    assert "is no longer there" in words(alert(answer))
    (field,) = all_of(tree(answer.text), "input", name="parent")
    assert field.get("value") == ""
    assert "Leave a Reply" in sentences(answer)
    assert len(site.stored()) == before


@pytest.mark.parametrize("parent", PARENTS.values(), ids=PARENTS)
def test_there_is_no_page_to_answer_what_is_not_there(
    site: Site, parent: Callable[[Site], str]
) -> None:
    query = {"to": parent(site)}
    assert site.host.get(site.reply_path, query_string=query).status_code == 404


def test_an_answer_to_what_goes_at_this_very_moment_keeps_its_words(lively: Site) -> None:
    parent = lively.plant()

    def remove_it(sender: Flask, **what: Any) -> None:
        lively.judge(parent, CommentState.SPAM)

    with comment_submitting.connected_to(remove_it, lively.app):
        answer = lively.send(parent=str(parent))
    assert answer.status_code == 422
    assert SAID in kept(answer.text)
    assert "is no longer there" in words(alert(answer))
    assert [c.id for c in lively.stored()] == [parent]
    assert lively.counters() == lively.recount() == (0, 0)


def test_a_second_click_at_this_very_moment_leads_to_the_first(lively: Site) -> None:
    clicks: list[Any] = []

    def click_again(sender: Flask, **what: Any) -> None:
        if not clicks:
            clicks.append(None)
            clicks[0] = lively.send()

    with comment_submitting.connected_to(click_again, lively.app):
        answer = lively.send()
    assert [answer.status_code, clicks[0].status_code] == [303, 303]
    assert answer.location == clicks[0].location
    assert len(lively.stored()) == 1
    assert lively.counters() == (1, 0)


def test_a_story_that_is_deleted_at_this_very_moment_keeps_the_words(
    open_site: OpenSite, uri: str
) -> None:
    site = open_site(uri=uri)

    def delete_it(sender: Flask, **what: Any) -> None:
        with site.app.app_context():
            session().delete(session().get(Post, site.story.id))
            session().commit()

    with site.app.app_context():
        engine = site.app.extensions["sqlalchemy"].engine
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda c, r: c.execute("PRAGMA foreign_keys = ON"))
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    with comment_submitting.connected_to(delete_it, site.app):
        answer = site.send()
    assert answer.status_code == 404
    assert SAID in kept(answer.text)
    assert site.stored() == []


# Refused by the host


def no_ferries(draft: Draft) -> Verdict | None:
    return Verdict(Outcome.REFUSE, "We say nothing 100% about ferries.")


def test_a_hosts_check_refuses_with_its_own_words(open_site: OpenSite) -> None:
    site = open_site(given={"comment_checks": [no_ferries]})
    answer = site.send()
    assert answer.status_code == 422
    assert SAID in kept(answer.text)
    assert "We say nothing 100% about ferries." in words(alert(answer))
    assert site.stored() == []


def test_a_listener_objects_with_its_own_words(site: Site) -> None:
    heard: list[dict[str, Any]] = []

    def object_to_it(sender: Flask, **what: Any) -> str:
        heard.append({"sender": sender, **what})
        return "Not <today>, please."

    def say_nothing(sender: Flask, **what: Any) -> None:
        return None

    with comment_submitting.connected_to(say_nothing, site.app):
        assert site.send("Fine.").status_code == 303
        with comment_submitting.connected_to(object_to_it, site.app):
            answer = site.send()
    assert answer.status_code == 422
    assert SAID in kept(answer.text)
    assert words(alert(answer)) == "Not <today>, please."
    assert [c.body for c in site.stored()] == ["Fine."]
    assert set(heard[0]) == {"sender", "blog", "post_id", "draft"}
    assert (heard[0]["sender"], heard[0]["blog"]) == (site.app, "news")
    assert heard[0]["post_id"] == site.story.id
    assert heard[0]["draft"].text == SAID


def test_listeners_hear_of_a_reply_once_it_is_stored(site: Site) -> None:
    heard: list[tuple[str, int, bool]] = []

    def listen(sender: Flask, blog: str, comment: Comment) -> None:
        with site.app.app_context():
            there = session().get(Comment, comment.id) is not None
        heard.append((blog, comment.id, there))

    with comment_posted.connected_to(listen, site.app):
        site.send()
        site.send()
        site.send("")
    assert heard == [("news", site.stored()[0].id, True)]


# The database refuses


@contextmanager
def failing(site: Site, beginning: str, error: Exception) -> Iterator[None]:
    """The database refuses each statement that begins so, as its driver would."""

    def refuse(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith(beginning):
            raise error

    with site.app.app_context():
        engine = site.app.extensions["sqlalchemy"].engine
    event.listen(engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", refuse)


FULL = sa.exc.OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))
STEPS = {
    "the first look": "SELECT newsblog_post",
    "the comment": "INSERT INTO newsblog_comment ",
    "the reasons": "INSERT INTO newsblog_comment_verdict",
    "the counters": "UPDATE newsblog_post",
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_database_that_refuses_at_any_step_stores_nothing_half(site: Site, step: str) -> None:
    with failing(site, step, FULL):
        answer = site.send()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert SAID in kept(answer.text)
    assert site.stored() == []
    assert site.counters() == (0, 0)
    assert site.send().status_code == 303
    assert site.counters() == (0, 1)


def on_file(open_site: OpenSite, folder: Path) -> tuple[Site, Path]:
    """A site whose database is a file, and the file; it waits for nobody."""
    file = folder / "blog.sqlite"
    uri = f"sqlite:///{file}?timeout=0"
    engine = sa.create_engine(uri)
    Base.metadata.create_all(engine)
    engine.dispose()
    return open_site(plain, uri), file


def test_a_locked_database_keeps_the_words(open_site: OpenSite, tmp_path: Path) -> None:
    site, file = on_file(open_site, tmp_path)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    answer = site.send()
    other.execute("ROLLBACK")
    other.close()
    assert answer.status_code == 503
    assert SAID in kept(answer.text)
    assert site.stored() == []
    assert site.send().status_code == 303


def test_a_database_that_takes_no_more_keeps_the_words(open_site: OpenSite, tmp_path: Path) -> None:
    site, _ = on_file(open_site, tmp_path)
    with site.app.app_context():
        engine = site.app.extensions["sqlalchemy"].engine

    @event.listens_for(engine, "checkout")
    def fill_up(connection: Any, record: Any, proxy: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    answer = site.send("x" * 9_000)
    assert answer.status_code == 503
    assert "x" * 9_000 in kept(answer.text)
    event.remove(engine, "checkout", fill_up)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert site.stored() == []
    assert site.counters() == (0, 0)


def test_a_database_that_is_gone_keeps_the_words(open_site: OpenSite, tmp_path: Path) -> None:
    site, file = on_file(open_site, tmp_path)
    with site.app.app_context():
        site.app.extensions["sqlalchemy"].engine.dispose()
    file.unlink()
    tmp_path.chmod(0o700)
    file.mkdir()  # so that it cannot be made anew
    answer = site.send()
    assert answer.status_code == 503
    assert SAID in kept(answer.text)


def test_tables_that_are_gone_keep_the_words(open_site: OpenSite, tmp_path: Path) -> None:
    site, file = on_file(open_site, tmp_path)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("DROP TABLE newsblog_comment")
    other.close()
    answer = site.send()
    assert answer.status_code == 503
    assert SAID in kept(answer.text)


def test_a_server_that_goes_away_in_between_keeps_the_words(open_site: OpenSite, uri: str) -> None:
    if uri == MEMORY:
        pytest.skip("only a server can go away")
    site = open_site(uri=uri)

    def cut_off(sender: Flask, **what: Any) -> None:
        with site.app.app_context():
            engine = site.app.extensions["sqlalchemy"].engine
            own = session().connection()
            if engine.dialect.name == "postgresql":
                others = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                kill = "SELECT pg_terminate_backend({})"
                me = own.scalar(sa.text("SELECT pg_backend_pid()"))
            else:
                others = "SELECT id FROM information_schema.processlist WHERE db = database()"
                kill, me = "KILL {}", own.scalar(sa.text("SELECT connection_id()"))
            for number in own.scalars(sa.text(others)).all():
                if number != me:
                    own.execute(sa.text(kill.format(number)))

    with comment_submitting.connected_to(cut_off, site.app):
        answer = site.send()
    assert answer.status_code == 503
    assert SAID in kept(answer.text)
    with site.app.app_context():
        site.app.extensions["sqlalchemy"].engine.dispose()
    assert site.stored() == []
    assert site.counters() == (0, 0)
    assert site.send().status_code == 303


# Looking changes nothing


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_at_the_reply_address_changes_nothing(site: Site, method: str) -> None:
    parent = site.plant()
    with counted_statements(site.app) as sent:
        answer = site.host.open(
            site.reply_path, method=method, headers=SAME,
            query_string={**GUEST, "comment": SAID, "to": str(parent)},
        )  # fmt: skip
    assert answer.status_code == 200
    assert not [s for s in sent if not s.startswith("SELECT")]
    assert [c.id for c in site.stored()] == [parent]
    if method == "GET":
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
        assert SAID not in answer.text


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_other_methods_are_not_for_the_reply_address(site: Site, method: str) -> None:
    answer = site.host.open(site.reply_path, method=method, data={"comment": SAID})
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) >= {"GET", "HEAD", "POST"}


def test_posting_costs_few_statements_and_one_commit(site: Site) -> None:
    parent = site.plant()
    commits: list[Any] = []

    def note(connection: Any) -> None:
        commits.append(connection)

    with site.app.app_context():
        engine = site.app.extensions["sqlalchemy"].engine
    event.listen(engine, "commit", note)
    with counted_statements(site.app) as sent:
        assert site.send(parent=str(parent), client=site.client("Nora")).status_code == 303
    event.remove(engine, "commit", note)
    assert len(sent) <= 12, sent
    assert len(commits) == 1


def test_a_refusal_commits_nothing_of_the_hosts(open_site: OpenSite) -> None:
    def pending() -> None:
        session().add(Post(blog="news", slug="x", title="x", state="draft", body="", body_html=""))

    site = open_site()
    site.app.before_request(pending)
    assert site.send("").status_code == 422
    with site.app.app_context():
        assert session().scalar(sa.select(sa.func.count()).select_from(Post)) == 1
