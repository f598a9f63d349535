"""*Email me when someone replies*: who is asked, and what is stored with the reply."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from flask_newsblog import Person
from flask_newsblog.comments import subscriptions
from flask_newsblog.database import session
from flask_newsblog.models import Comment, MailAddress, Proof, Subscription

from .conftest import OpenSite
from .readers import NOON, SAID, Site, all_of, links, tree, words

MAIL = {"NEWSBLOG_MAIL_FROM": "desk@bulletin.example", "NEWSBLOG_BASE_URL": "http://localhost"}
LABEL = "Email me when someone replies."


@pytest.fixture
def mailing(open_site: OpenSite) -> Site:
    """A site that sends mail."""
    return open_site(**MAIL)


def subscribed(site: Site) -> list[tuple[int, str, str | None, datetime | None]]:
    """All subscriptions: comment, address, person, and since when they count."""
    with site.app.app_context():
        rows = session().scalars(select(Subscription).order_by(Subscription.id))
        return [(s.comment_id, s.email, s.person_id, s.confirmed_at) for s in rows]


def test_the_box_is_there_where_there_is_mail_and_is_not_ticked(mailing: Site, site: Site) -> None:
    page = tree(mailing.article().text)
    (box,) = all_of(page, "input", name="subscribe")
    assert (box.get("type"), box.get("checked")) == ("checkbox", None)
    (label,) = (e for e in page.iter("label") if e.get("for") == box.get("id"))
    assert words(label) == LABEL
    assert LABEL not in site.article().text


def test_a_guest_who_ticks_it_has_to_confirm_the_address_first(mailing: Site) -> None:
    mailing.send(SAID, subscribe="y")
    (comment,) = mailing.stored()
    assert subscribed(mailing) == [(comment.id, "mira@example.org", None, None)]


def test_who_does_not_tick_it_hears_nothing(mailing: Site) -> None:
    mailing.send(SAID)
    assert subscribed(mailing) == []


def test_a_person_of_the_host_hears_at_once(mailing: Site) -> None:
    mailing.send(SAID, subscribe="y", client=mailing.client("Nora"))
    (comment,) = mailing.stored()
    assert subscribed(mailing) == [(comment.id, "nora@host.example", "id of Nora", NOON)]


def test_a_person_without_an_address_is_not_asked(open_site: OpenSite) -> None:
    site = open_site(given={"current_person": lambda: Person("7", "Ann")}, **MAIL)
    assert LABEL not in site.host.get(site.reply_path).text
    site.send(SAID, subscribe="y")
    assert len(site.stored()) == 1
    assert subscribed(site) == []


def test_a_person_with_an_address_is_asked(mailing: Site) -> None:
    assert LABEL in mailing.host.get(mailing.reply_path, client=mailing.client("Nora")).text


def test_nothing_is_stored_without_mail_or_without_an_address(
    site: Site, open_site: OpenSite
) -> None:
    site.send(SAID, subscribe="y")
    assert subscribed(site) == []
    nameless = open_site(NEWSBLOG_REPLY_NEEDS_NAME_AND_EMAIL=False, **MAIL)
    nameless.send(SAID, subscribe="y", email="")
    assert subscribed(nameless) == []


def test_the_tick_comes_back_in_a_refused_form(mailing: Site) -> None:
    (box,) = all_of(tree(mailing.send("", subscribe="y").text), "input", name="subscribe")
    assert "checked" in box.attrib
    assert subscribed(mailing) == []


def test_saying_it_twice_subscribes_once(mailing: Site) -> None:
    for _ in range(2):
        mailing.send(SAID, subscribe="y")
    assert len(subscribed(mailing)) == 1


@pytest.mark.parametrize(
    ("earlier", "proof", "confirmed", "counts"),
    [
        (Proof.ADDRESS, Proof.NONE, True, False), (Proof.ADDRESS, Proof.BROWSER, True, True),
        (Proof.NONE, Proof.BROWSER, True, False), (Proof.NONE, Proof.ADDRESS, True, True),
        (Proof.ADDRESS, Proof.BROWSER, False, False),
    ],
)  # fmt: skip
def test_an_address_that_was_confirmed_counts_for_its_owner_alone(
    mailing: Site, earlier: Proof, proof: Proof, confirmed: bool, counts: bool
) -> None:
    numbers = [mailing.plant(), mailing.plant()]
    with mailing.app.app_context():
        address = MailAddress(blog="news", email="mira@example.org")
        address.confirmed_at = NOON if confirmed else None
        session().add(address)
        for number, shown in zip(numbers, (earlier, proof), strict=True):
            comment = session().get_one(Comment, number)
            comment.person_id, comment.proof, comment.browser_digest = None, shown, "a" * 64
            comment.author_email = "Mira@example.org"
        session().flush()
        subscriptions.subscribe(comment, "Mira@example.org", mailing.clock())
        session().commit()
    assert [bool(row[3]) for row in subscribed(mailing)] == [counts]


# What the page on which a reply waits says besides


def test_the_page_of_what_waits_leads_to_all_of_its_writers(site: Site) -> None:
    (link,) = links(site.go(site.send(SAID).location).text, "Your comments here")
    assert SAID in site.go(link).text
    assert not links(site.article().text, "Your comments here")
