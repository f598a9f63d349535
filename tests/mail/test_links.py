"""Where the links in mails lead: opening one changes nothing, and each does one thing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from flask_newsblog.comments import tokens
from flask_newsblog.comments.moderation import Moderator, Verb, decide, history, undo
from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentState, Subscription
from flask_newsblog.signals import comment_approved

from ..comments.readers import Site
from ..hosts import csrf_after, csrf_before, plain
from ..people.test_doors import contents
from .servers import BASE, MODERATOR, Post, approve, path_in, text_of, urls_in, write

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
MIRA = "mira@example.org"


def mail_to(site: Site, server: Post, address: str) -> Any:
    """The last mail to somebody, when all that is due was sent."""
    assert site.host.run("send-mail").exit_code == 0
    return [m for m in server.taken if m["To"] == address][-1]


def press(site: Site, path: str, **fields: str) -> Any:
    """Open a page and press the button on it."""
    client = site.host.client()
    page = site.host.get(path, client=client)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token is not None, page.text
    data = {"csrf_token": token[1], **fields}
    answer = site.host.open(path, client=client, method="POST", data=data)
    assert answer.status_code == 303
    return site.go(answer.location, client)


@pytest.fixture
def subscribed(site: Site, server: Post) -> str:
    """The path of the link that ends mail about a story."""
    first = write(site, state=CommentState.PUBLISHED, confirmed=True, subscribe=True)
    write(site, "A reply", parent=first, email="", state=CommentState.PUBLISHED)
    return path_in(mail_to(site, server, MIRA), "/unsubscribe/")


def test_a_scanner_that_opens_every_link_changes_nothing(site: Site, server: Post) -> None:
    first = write(site, state=CommentState.PUBLISHED, confirmed=True, subscribe=True)
    write(site, "A reply", parent=first, email="", state=CommentState.PUBLISHED)
    write(site, "Held", email="tom@example.org")
    approve(site, write(site, "Published", email="ann@host.example", person="7"))
    site.host.run("send-mail")
    assert len(server.taken) == 4
    before = contents(site.host)
    links = {url.removeprefix(f"{BASE}/news") for m in server.taken for url in urls_in(text_of(m))}
    assert {link.split("/")[1] for link in links} >= {"replies", "newsroom", "comments"}
    assert len(links) > 12
    for link in links:
        for method in ("GET", "HEAD"):
            assert site.host.open(link, method=method).status_code in (200, 302, 401), link
    assert contents(site.host) == before


@pytest.mark.parametrize("make", [plain, csrf_before, csrf_after], ids=lambda make: make.__name__)
def test_one_click_ends_the_mail_without_cookie_or_token(
    mailing: Callable[..., Site], server: Post, make: Any
) -> None:
    site = mailing(make)
    first = write(site, state=CommentState.PUBLISHED, confirmed=True, subscribe=True)
    write(site, "A reply", parent=first, email="", state=CommentState.PUBLISHED)
    mail = mail_to(site, server, MIRA)
    path = str(mail["List-Unsubscribe"]).strip("<>").removeprefix(f"{BASE}/news")
    answer = site.host.open(path, method="POST", data=ONE_CLICK)
    assert (answer.status_code, answer.data) == (204, b"")
    with site.app.app_context():
        assert session().query(Subscription).one().ended_at == site.clock()
    site.clock.advance(hours=2)
    write(site, "Another", parent=first, email="", state=CommentState.PUBLISHED)
    server.take()
    site.host.run("send-mail")
    assert server.taken == []


def test_the_button_ends_mail_about_one_story_and_says_so(site: Site, subscribed: str) -> None:
    page = site.host.get(subscribed)
    assert "hears of replies under “The ferry is back”" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert "hears no more of replies" in press(site, subscribed).text
    assert "hears no more of replies" in site.host.get(subscribed).text


def test_all_mail_can_be_ended_and_allowed_again(site: Site, server: Post) -> None:
    write(site)
    path = path_in(mail_to(site, server, MIRA), "/unsubscribe/")
    assert "may send mail to mira@example.org" in site.host.get(path).text
    assert "sends no more mail to mira@example.org" in press(site, path).text
    assert "may send mail" in press(site, path, again="1").text


def test_without_the_forms_token_nothing_ends(site: Site, subscribed: str) -> None:
    before = contents(site.host)
    for data in ({}, {"csrf_token": "made up"}, {"List-Unsubscribe": "no"}):
        assert site.host.open(subscribed, method="POST", data=data).status_code == 400
    assert contents(site.host) == before


@pytest.mark.parametrize("where", ["/replies/unsubscribe/", "/newsroom/comments/by-link/"])
def test_a_wrong_token_leads_nowhere(site: Site, subscribed: str, where: str) -> None:
    good = subscribed.removeprefix("/replies/unsubscribe/")
    keys = [site.app.secret_key or ""]
    strange = [
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        "x",
        tokens.waiting_token(keys, "news", 1, site.clock()),
        tokens.stopping_token(keys, "other", MIRA, 0, site.clock()),
        tokens.judging_token(keys, "other", 1, "approve", 0, site.clock()),
        tokens.judging_token(keys, "news", 99, "approve", 0, site.clock()),
    ]
    before = contents(site.host)
    for token in strange:
        for method in ("GET", "POST"):
            answer = site.host.open(where + token, method=method, data=ONE_CLICK)
            assert answer.status_code == 404
            assert "no-store" in answer.headers["Cache-Control"]
    assert contents(site.host) == before


# Deciding by a link


@pytest.fixture
def waiting(site: Site, server: Post) -> Callable[[str], str]:
    """A comment that waits, and by the verb the path of the link that decides on it."""
    write(site, "It was <b>late</b>.", email="")
    mail = mail_to(site, server, MODERATOR)
    verbs = re.findall(rf"^(Approve|Reject|Spam): {BASE}/news(\S+)", text_of(mail), re.MULTILINE)
    return lambda verb: dict(verbs)[verb.capitalize()]


@pytest.mark.parametrize(
    ("verb", "state", "said"),
    [
        ("approve", CommentState.PUBLISHED, "has been published"),
        ("reject", CommentState.REJECTED, "has been rejected"),
        ("spam", CommentState.SPAM, "has been marked as spam"),
    ],
)
def test_a_link_shows_the_comment_and_its_button_decides(
    site: Site, waiting: Callable[[str], str], verb: str, state: CommentState, said: str
) -> None:
    page = site.host.get(waiting(verb))
    assert "It was &lt;b&gt;late&lt;/b&gt;." in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert said in press(site, waiting(verb)).text
    assert site.stored()[0].state == state
    assert site.counters() == site.recount()
    with site.app.app_context():
        (change,) = history(1)
        assert (change.person_name, change.person_id, change.verb) == (MODERATOR, None, verb)


def test_a_link_works_while_its_reader_is_a_moderator(
    site: Site, waiting: Callable[[str], str]
) -> None:
    link = waiting("approve")
    mount = site.app.extensions["newsblog"]["news"]
    mount.settings = replace(mount.settings, moderators="somebody.else@bulletin.example")
    for method in ("GET", "POST"):
        assert site.host.open(link, method=method).status_code == 404
    assert site.stored()[0].state == CommentState.HELD


def test_whoever_comes_second_is_told_what_was_decided(
    site: Site, waiting: Callable[[str], str]
) -> None:
    client = site.host.client()
    opened = site.host.get(waiting("spam"), client=client)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', opened.text)
    assert token is not None
    press(site, waiting("approve"))
    for verb in ("approve", "reject", "spam"):
        page = site.host.get(waiting(verb))
        assert "This comment has been published." in page.text
        assert "<form method" not in page.text
    late = {"csrf_token": token[1]}
    site.host.open(waiting("spam"), client=client, method="POST", data=late)
    assert site.stored()[0].state == CommentState.PUBLISHED
    with site.app.app_context():
        assert len(history(1)) == 1


def test_a_link_is_used_up_by_whatever_was_done_since(
    site: Site, waiting: Callable[[str], str]
) -> None:
    with site.app.app_context():
        mount = site.app.extensions["newsblog"]["news"]
        comment = session().get(Comment, 1)
        assert comment is not None
        ann = Moderator("1", "Ann")
        done = decide(mount.settings, [comment], Verb.REJECT, ann, site.clock())
        undo(mount.settings, "news", done.batch, ann, site.clock())
        session().commit()
    assert site.stored()[0].state == CommentState.HELD
    assert "it waits again" in site.host.get(waiting("approve")).text


def test_a_link_works_for_seven_days(site: Site, waiting: Callable[[str], str]) -> None:
    site.clock.advance(days=7)
    assert site.host.get(waiting("approve")).status_code == 200
    site.clock.advance(seconds=1)
    assert site.host.get(waiting("approve")).status_code == 404


def test_a_decision_by_link_is_told_to_those_who_listen(
    site: Site, waiting: Callable[[str], str]
) -> None:
    heard: list[int] = []

    def note(sender: Any, comment: Comment, **more: Any) -> None:
        heard.append(comment.id)

    with comment_approved.connected_to(note, site.app):
        press(site, waiting("approve"))
    assert heard == [1]
    assert site.host.open(waiting("approve"), method="POST").status_code == 400
