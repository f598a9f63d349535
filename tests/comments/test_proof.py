"""An address is shown to be its writer's own by a mailed link, and what follows from it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from flask_newsblog.comments.moderation import Moderator, Verb, decide, history, undo
from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentState, Mail, MailAddress, Proof, Subscription
from flask_newsblog.settings import Settings
from flask_newsblog.signals import comment_approved

from .conftest import OpenSite
from .guests import MINE, comment, confirm_path, own_path, press, put_values, written
from .readers import Site, links


def address(site: Site, email: str = MINE) -> MailAddress | None:
    with site.app.app_context():
        return session().scalars(select(MailAddress).filter_by(email=email)).one_or_none()


def test_opening_the_link_changes_nothing(site: Site) -> None:
    number = written(site, "Is it mine?")
    for method in ("GET", "HEAD"):
        answer = site.host.open(confirm_path(site, number), method=method)
        assert answer.status_code == 200
    assert "Is it mine?" in site.host.get(confirm_path(site, number)).text
    assert address(site) is None
    assert comment(site, number).proof == Proof.NONE


def test_a_comment_that_waits_for_nothing_else_is_published(site: Site) -> None:
    number = written(site)
    told = []

    def hear(sender: Any, **values: Any) -> None:
        told.append(values["comment"].id)

    with comment_approved.connected_to(hear, site.app):
        answer = press(site, confirm_path(site, number))
    assert answer.status_code == 303
    assert answer.location == f"/news/comments/{number}"
    assert told == [number]
    found = comment(site, number)
    assert (found.state, found.proof, found.reviewed_at) == ("published", Proof.ADDRESS, None)
    assert site.counters() == site.recount() == (1, 0)
    confirmed = address(site)
    assert confirmed is not None
    assert confirmed.confirmed_at == site.clock()
    with site.app.app_context():
        (change,) = history(number)
        assert (change.verb, change.before["state"]) == ("confirm", "held")


def test_one_that_a_moderator_put_back_to_wait_goes_on_waiting(site: Site) -> None:
    number = written(site)
    with site.app.app_context():
        found, edith = session().get(Comment, number), Moderator("7", "Edith")
        assert found is not None
        done = decide(Settings(), [found], Verb.APPROVE, edith, site.clock())
        undo(Settings(), "news", done.batch, edith, site.clock())
        session().commit()
    press(site, confirm_path(site, number))
    assert comment(site, number).state == "held"


def test_one_that_waits_for_something_else_goes_on_waiting(site: Site) -> None:
    number = written(site, "See https://a.example and https://b.example.")
    answer = press(site, confirm_path(site, number))
    page = site.go(answer.location).text
    assert "still waits for a moderator" in page
    assert comment(site, number).state == CommentState.HELD
    assert comment(site, number).proof == Proof.ADDRESS


@pytest.mark.parametrize(
    ("check", "sent"),
    [
        ("honeypot_was_filled", {"subject": "Cheap watches"}),
        ("came_from_nowhere", {"headers": {}}),
        ("took_no_time", {"took": True}),
    ],
)
def test_other_words_do_not_undo_how_it_was_sent(
    site: Site, check: str, sent: dict[str, Any]
) -> None:
    if "took" in sent:
        sent = {"took": site.began()}
    site.send("First words.", **sent)
    number = site.stored()[-1].id
    changed = press(site, f"{own_path(site, number)}/edit/{number}", comment="Second words.")
    assert changed.status_code == 303
    press(site, confirm_path(site, number))
    assert check in site.reasons(number)
    assert comment(site, number).body == "Second words."
    assert comment(site, number).state == CommentState.HELD


def test_it_does_no_harm_a_second_time(site: Site) -> None:
    number = written(site)
    path = confirm_path(site, number)
    assert press(site, path).status_code == 303
    # The button is gone, but a second tab may still have it.
    other = written(site, "Another one.")
    answer = press(site, path, form_at=confirm_path(site, other))
    assert answer.status_code == 303
    assert "Your comment is published." in site.go(answer.location).text
    assert site.counters() == (1, 1)


def test_what_was_rejected_meanwhile_stays_so_and_says_so(site: Site) -> None:
    number = written(site)
    site.judge(number, CommentState.REJECTED)
    put_values(site, number, rejection="It names a neighbour.")
    page = site.go(press(site, confirm_path(site, number)).location).text
    assert "was not published" in page
    assert "It names a neighbour." in page
    assert comment(site, number).state == CommentState.REJECTED


@pytest.mark.parametrize("verb", [Verb.HOLD, Verb.SPAM])
def test_what_a_moderator_decided_stays(site: Site, verb: Verb) -> None:
    number = written(site)
    site.judge(number, CommentState.PUBLISHED)
    with site.app.app_context():
        settings = site.app.extensions["newsblog"]["news"].settings
        found = session().get(Comment, number)
        assert found is not None
        decide(settings, [found], verb, Moderator("7", "Edith"), site.clock())
        session().commit()
    before = comment(site, number).state
    press(site, confirm_path(site, number))
    assert comment(site, number).state == before != CommentState.PUBLISHED


def test_the_subscription_of_this_comment_is_confirmed_and_no_other(site: Site) -> None:
    number, other = written(site), written(site, "Other.")
    with site.app.app_context():
        for comment_id in (number, other):
            session().add(
                Subscription(
                    blog="news", post_id=site.story.id, comment_id=comment_id, email=MINE,
                    created_at=site.clock(),
                )
            )  # fmt: skip
        session().commit()
    press(site, confirm_path(site, number))
    with site.app.app_context():
        rows = session().execute(select(Subscription.comment_id, Subscription.confirmed_at))
        assert {row[0]: row[1] is not None for row in rows} == {number: True, other: False}


def test_the_page_leads_to_all_that_was_written_with_the_address(site: Site) -> None:
    number = written(site, "See https://a.example and https://b.example.")
    answer = press(site, confirm_path(site, number))
    (own,) = links(site.go(answer.location).text, "Your comments here")
    assert "https://a.example" in site.go(own).text


def test_a_link_for_another_address_comment_blog_or_time_confirms_nothing(site: Site) -> None:
    number = written(site)
    wrong = [
        confirm_path(site, number, "tom@example.org"),
        confirm_path(site, 999),
        confirm_path(site, number, blog="other"),
        confirm_path(site, number) + "x",
    ]
    good = confirm_path(site, number)
    for path in wrong:
        assert site.host.get(path).status_code == 404
        answer = press(site, path, form_at=good)
        assert answer.status_code == 404
    site.clock.moment += timedelta(days=8)
    assert site.host.get(good).status_code == 404
    assert comment(site, number).proof == Proof.NONE


def test_the_button_alone_confirms(site: Site) -> None:
    number = written(site)
    answer = site.host.open(confirm_path(site, number), method="POST", data={"csrf_token": "no"})
    assert answer.status_code == 400
    assert address(site) is None


def test_the_address_counts_in_capitals_or_not(site: Site) -> None:
    number = written(site, email="Mira@Example.org")
    assert press(site, confirm_path(site, number)).status_code == 303
    assert comment(site, number).proof == Proof.ADDRESS


def test_who_asked_for_it_hears_of_what_a_confirmed_address_published(open_site: OpenSite) -> None:
    site = open_site(
        NEWSBLOG_MAIL_FROM="desk@bulletin.example", NEWSBLOG_BASE_URL="https://bulletin.example"
    )
    number = written(site)
    press(site, confirm_path(site, number))
    with site.app.app_context():
        kinds = session().scalars(select(Mail.kind).order_by(Mail.id)).all()
    assert kinds[-1] == "published"
