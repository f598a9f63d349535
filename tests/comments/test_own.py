"""Your comments here: who gets to see them, and what of them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from flask_newsblog.database import session
from flask_newsblog.models import CommentState, Report, Subscription
from flask_newsblog.people import secret_hash

from ..hosts import change, counted_statements, two_blogs
from .conftest import OpenSite
from .guests import MINE, own_path, press, put_values, written
from .readers import Site, links, tree, words


def ask(site: Site, whose: str | int) -> str:
    answer = site.host.get(own_path(site, whose))
    assert answer.status_code == 200
    return answer.text


def subscribe(site: Site, comment_id: int, email: str = MINE) -> int:
    with site.app.app_context():
        found = Subscription(
            blog="news", post_id=site.story.id, comment_id=comment_id, email=email,
            created_at=site.clock(), confirmed_at=site.clock(),
        )  # fmt: skip
        session().add(found)
        session().commit()
        return found.id


def test_a_link_to_a_comment_shows_it_with_its_state(site: Site) -> None:
    number = written(site, "The tide was early.")
    page = ask(site, number)
    assert "The tide was early." in page
    assert "Awaiting moderation" in page
    assert "The ferry is back" in page


def test_a_rejected_comment_says_why_and_spam_does_not_say_spam(site: Site) -> None:
    number = written(site)
    site.judge(number, CommentState.REJECTED)
    put_values(site, number, rejection="It names a neighbour.")
    page = ask(site, number)
    assert "Not published" in page
    assert "It names a neighbour." in page
    site.judge(number, CommentState.SPAM)
    page = ask(site, number)
    assert "Not published" in page
    assert "spam" not in page.lower()


def test_a_comments_link_opens_what_the_same_browser_wrote_and_nothing_else(site: Site) -> None:
    first = written(site, "With the key.", browser_digest="a" * 64)
    written(site, "With the key too.", browser_digest="a" * 64)
    written(site, "The same address, another browser.")
    page = ask(site, first)
    assert "With the key too." in page
    assert "another browser" not in page


def test_a_mailed_link_opens_what_has_the_address_in_capitals_or_not(site: Site) -> None:
    written(site, "In small letters.")
    written(site, "In capitals.", email="MIRA@Example.org")
    written(site, "Not hers.", email="mirax@example.org")
    page = ask(site, MINE)
    assert "In small letters." in page
    assert "In capitals." in page
    assert "Not hers." not in page


@pytest.mark.parametrize("email", ["%@example.org", "mira_example.org", "m___@example.org"])
def test_an_address_is_no_pattern(site: Site, email: str) -> None:
    written(site, "Hers.")
    assert "Hers." not in ask(site, email)


def test_a_forged_an_old_and_another_blogs_link_lead_to_the_blogs_own_404(
    open_site: OpenSite,
) -> None:
    site = open_site(two_blogs)
    number = written(site, "Hers alone.")
    good = own_path(site, number)
    old = own_path(site, number, at=site.clock() - timedelta(days=31))
    for path in (good + "x", own_path(site, number, "other"), own_path(site, 999), old):
        answer = site.host.get(path)
        assert answer.status_code == 404, path
        assert "no longer good" in answer.text
        assert "Hers alone." not in answer.text
    theirs = good.replace("/replies", "/other/replies")
    assert site.client().get(theirs).status_code == 404


def test_nobody_in_particular_is_told_how_to_be_somebody(site: Site) -> None:
    answer = site.host.get("/replies/mine")
    assert answer.status_code == 404
    assert "We do not know which comments are yours" in answer.text


def test_a_person_of_the_host_sees_their_own_and_no_guests(site: Site) -> None:
    written(site, "A guest's.")
    ann = site.client("Ann")
    assert site.send("Ann's words.", client=ann).status_code == 303
    page = site.host.get("/replies/mine", client=ann).text
    assert "Ann&#39;s words." in page
    assert "A guest" not in page
    assert "Ann&#39;s words." not in site.host.get("/replies/mine", client=site.client("Bob")).text


def test_a_browsers_key_opens_what_was_written_with_it(site: Site) -> None:
    written(site, "With my key.", browser_digest=secret_hash("k" * 43))
    written(site, "Without.")
    mine = site.client()
    mine.set_cookie("newsblog_key", "k" * 43, domain="localhost")
    page = site.host.get("/replies/mine", client=mine).text
    assert "With my key." in page
    assert "Without." not in page


@pytest.mark.parametrize("key", ["", "forged", "' OR 1=1", "None", "a" * 64])
def test_a_forged_cookie_shows_nothing(site: Site, key: str) -> None:
    written(site, "With a key.", browser_digest="a" * 64)
    written(site, "Without a key.")
    mine = site.client()
    mine.set_cookie("newsblog_key", key, domain="localhost")
    assert "a key." not in site.host.get("/replies/mine", client=mine).text


def test_whoever_signs_out_leaves_nothing_of_theirs_to_the_browsers_key(site: Site) -> None:
    written(site, "As a person.", browser_digest=secret_hash("k"), person_id="id of Ann")
    mine = site.client()
    mine.set_cookie("newsblog_key", "k", domain="localhost")
    assert "As a person." not in site.host.get("/replies/mine", client=mine).text


def test_the_page_is_kept_found_and_framed_by_nobody(site: Site) -> None:
    path = own_path(site, written(site))
    for below in ("", "/export", "/erase", "/edit/1", "/delete/1"):
        number = site.stored()[0].id
        headers = site.host.get(path + below.replace("1", str(number))).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Robots-Tag"] == "noindex"
        if below != "/export":
            assert headers["X-Frame-Options"] == "DENY"
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_fifty_stand_on_a_page_newest_first(site: Site) -> None:
    for n in range(52):
        site.clock.advance(minutes=1)
        written(site, f"Number {n}.")
    first = ask(site, MINE)
    assert first.index("Number 51.") < first.index("Number 50.")
    assert "52 comments" in first
    assert "Number 1." not in first
    (older,) = links(first, "Older comments")
    rest = site.go(older).text
    assert "Number 1." in rest
    assert "Number 2." not in rest
    assert len(links(rest, "Newest comments")) == 1


def test_what_stands_under_a_withdrawn_story_is_listed_without_its_name(site: Site) -> None:
    number = written(site, "I was there.")
    with change(site.app, site.story) as story:
        story.state = "withdrawn"
    page = ask(site, number)
    assert "I was there." in page
    assert "The ferry is back" not in page
    assert "no longer here" in page


def test_what_was_typed_is_text_on_the_page(site: Site) -> None:
    number = written(site, "<script>alert(1)</script> {{7*7}} <b>bold</b>")
    page = ask(site, number)
    assert not list(tree(page).iter("b"))
    assert "{{7*7}}" in page
    assert "<script>alert" not in page


def test_mail_is_listed_and_stopped_by_its_reader_alone(site: Site) -> None:
    number = written(site)
    other = written(site, "Another's.", email="tom@example.org")
    mine, theirs = subscribe(site, number), subscribe(site, other, "tom@example.org")
    path = own_path(site, number)
    assert "Mail that you asked for" in ask(site, number)
    assert press(site, f"{path}/stop/{theirs}", form_at=path).status_code == 404
    answer = press(site, f"{path}/stop/{mine}", form_at=path)
    assert answer.status_code == 303
    with site.app.app_context():
        ended = dict(session().execute(select(Subscription.id, Subscription.ended_at)).all())
    assert ended[mine] is not None
    assert ended[theirs] is None
    assert "Mail that you asked for" not in ask(site, number)


@pytest.mark.parametrize("state", [CommentState.HELD, CommentState.PUBLISHED])
def test_the_mail_that_is_listed_leads_to_the_comment_also_while_it_waits(
    site: Site, state: CommentState
) -> None:
    number = written(site)
    subscribe(site, number)
    site.judge(number, state)
    for address in links(ask(site, number), "The ferry is back"):
        assert site.client().get(address, follow_redirects=True).status_code == 200


def test_the_export_has_all_of_theirs_and_nothing_of_others(site: Site) -> None:
    other = written(site, "What another said.", email="tom@example.org", author="Tom Rigger")
    site.judge(other, CommentState.PUBLISHED)
    number = written(site, "My answer.", parent=str(other), url="https://mira.example")
    subscribe(site, number)
    with site.app.app_context():
        session().add(
            Report(
                blog="news", post_id=site.story.id, comment_id=other, reason="abuse", email=MINE,
                text="He is rude.", created_at=site.clock(),
            )
        )  # fmt: skip
        session().commit()
    answer = site.host.get(own_path(site, MINE) + "/export")
    assert answer.mimetype == "application/json"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    found = json.loads(answer.data)
    (mine,) = found["comments"]
    assert mine["text"] == "My answer."
    assert mine["answers"] == other
    assert mine["website"] == "https://mira.example"
    assert mine["story"]["title"] == "The ferry is back"
    assert mine["story"]["address"].startswith("http://localhost/news/2026/")
    assert found["subscriptions"][0]["email"] == MINE
    assert found["reports"][0]["text"] == "He is rude."
    for word in ("Tom", "What another said", "tom@"):
        assert word not in answer.text


def test_the_export_by_a_comments_link_says_nothing_of_the_address(site: Site) -> None:
    number = written(site)
    written(site, "The same address, another browser.")
    found = json.loads(site.host.get(own_path(site, number) + "/export").data)
    assert [row["number"] for row in found["comments"]] == [number]
    assert "mails" not in found
    assert "reports" not in found


def test_a_page_costs_the_same_for_one_comment_and_for_forty(site: Site) -> None:
    counts = []
    for n in (1, 39):
        for i in range(n):
            written(site, f"Words {n} {i}.")
        with counted_statements(site.app) as sent:
            ask(site, MINE)
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 6


def test_each_row_says_when_it_may_be_changed(site: Site) -> None:
    number = written(site)
    page = tree(ask(site, number))
    assert "Edit" in [words(a) for a in page.iter("a")]
    site.clock.advance(minutes=16)
    assert "Edit" not in [words(a) for a in tree(ask(site, number)).iter("a")]
