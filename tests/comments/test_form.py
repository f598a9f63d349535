"""*Leave a Reply*: what it says, in which order, and the same for everybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from flask import Flask, session
from flask_login import LoginManager, current_user, login_user
from flask_wtf import CSRFProtect

from flask_newsblog import Person

from ..hosts import HOSTS, TAGLINE, User, bare_app, blog, path_of
from .conftest import OpenSite
from .readers import Site, all_of, links, tree, words

REMEMBER = "Save my name, email, and website in this browser for the next time I comment."
NOTE = "Your email address will not be published. Required fields are marked *"


def form_of(html: str) -> Element:
    """The reply form of a page."""
    (found,) = (f for f in tree(html).iter("form") if all_of(f, "textarea", name="comment"))
    return found


def field(form: Element, name: str) -> Element:
    (found,) = (e for e in form.iter() if e.get("name") == name)
    return found


def labels(form: Element) -> list[str]:
    return [words(label) for label in form.iter("label") if not hidden(form, label)]


def hidden(form: Element, element: Element) -> bool:
    """Whether something stands in a part of the form that is kept from people."""
    apart = (e for e in form.iter() if e.get("aria-hidden") == "true" or "hidden" in e.attrib)
    return any(element in e.iter() for e in apart if e.tag != "span")


def test_the_form_has_its_fields_in_their_order_with_their_labels(site: Site) -> None:
    html = site.article().text
    form = form_of(html)
    assert labels(form) == ["Comment *", "Name *", "Email *", "Website", REMEMBER]
    assert [words(b) for b in form.iter("button")] == ["Post Comment"]
    for label in form.iter("label"):
        (labelled,) = (e for e in form.iter() if e.get("id") == label.get("for"))
        assert labelled.tag in ("input", "textarea")
    assert [words(h) for h in all_of(tree(html), "h2", id="nb-reply-name")] == ["Leave a Reply"]


def test_the_sentence_above_the_fields_is_wordpresss(site: Site) -> None:
    html = site.article().text
    text = words(tree(html))
    assert text.index("Leave a Reply") < text.index(NOTE) < text.index("Comment *")
    assert f"Leave a Reply {NOTE}" in text


def test_the_fields_have_their_limits_and_names_and_what_describes_them(site: Site) -> None:
    form = form_of(site.article().text)
    limits = {name: field(form, name).get("maxlength") for name in ("comment", "author", "email")}
    assert limits == {"comment": "10000", "author": "245", "email": "100"}
    assert field(form, "url").get("maxlength") == "200"
    assert field(form, "comment").tag == "textarea"
    assert field(form, "author").get("autocomplete") == "name"
    email = field(form, "email")
    assert (email.get("type"), email.get("autocomplete")) == ("email", "email")
    (note,) = (e for e in tree(site.article().text).iter() if e.get("id") == "nb-note")
    assert (email.get("aria-describedby"), words(note)) == ("nb-note", NOTE)
    assert field(form, "url").get("autocomplete") == "url"
    for name in ("comment", "author", "email"):
        assert "required" in field(form, name).attrib
    assert "required" not in field(form, "url").attrib
    # A website is one as people write it, and `type="url"` would refuse it without a scheme.
    assert field(form, "url").get("type") in (None, "text")


def test_the_box_is_there_and_not_ticked(site: Site) -> None:
    box = field(form_of(site.article().text), "remember")
    assert box.get("type") == "checkbox"
    assert "checked" not in box.attrib


def test_the_form_is_sent_to_the_story_and_holds_nothing_of_anyone(site: Site) -> None:
    form = form_of(site.article().text)
    assert form.get("method") == "post"
    assert form.get("action") == f"{site.host.prefix}/replies/{site.story.id}"
    assert form.get("enctype") is None
    values = {e.get("name"): e.get("value") for e in all_of(form, "input", type="hidden")}
    assert set(values.values()) <= {"", None}
    assert "csrf_token" not in values


def test_the_trap_is_kept_from_people_and_their_browsers(site: Site) -> None:
    form = form_of(site.article().text)
    trap = field(form, "subject")
    assert trap.get("tabindex") == "-1"
    assert trap.get("autocomplete") == "off"
    assert hidden(form, trap)


def test_names_and_addresses_may_be_left_to_the_reader(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPLY_NEEDS_NAME_AND_EMAIL=False, NEWSBLOG_HOLD_GUESTS=False)
    form = form_of(site.article().text)
    assert labels(form)[:4] == ["Comment *", "Name", "Email", "Website"]
    assert "required" not in field(form, "author").attrib
    assert site.send("Said by nobody.", author="", email="").status_code == 303
    assert site.send("Said by a filler.", author="\u3164", email="").status_code == 303
    page = words(tree(site.article().text))
    assert page.count("Anonymous") == 2
    assert "Said by nobody." in page
    assert {c.author_name for c in site.stored()} == {""}
    assert site.send("Bad address.", author="", email="x").status_code == 422


def test_an_answer_to_somebody_without_a_name_says_so(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPLY_NEEDS_NAME_AND_EMAIL=False, NEWSBLOG_HOLD_GUESTS=False)
    site.send("One.", author="", email="")
    (one,) = site.stored()
    site.send("Two.", parent=str(one.id))
    assert "in reply to Anonymous" in words(tree(site.article().text))
    page = site.host.get(f"{site.reply_path}?to={one.id}").text
    assert "Reply to Anonymous" in words(tree(page))


def test_a_site_may_do_without_websites(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPLY_WEBSITE=False)
    assert "Website" not in labels(form_of(site.article().text))
    assert site.send(url="javascript:alert(1)").status_code == 303
    assert site.stored()[0].author_url == ""


def test_the_length_is_the_sites_to_say(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPLY_LENGTH=200)
    assert field(form_of(site.article().text), "comment").get("maxlength") == "200"
    assert site.send("x" * 201).status_code == 422
    assert site.send("x" * 200).status_code == 303


def test_where_only_members_reply_guests_find_the_way_to_sign_in(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPLY_NEEDS_SIGN_IN=True, NEWSBLOG_LOGIN_ENDPOINT="sign_in")

    @site.app.get("/sign-in")
    def sign_in() -> str:
        return ""

    for planted in (False, True):
        if planted:
            site.plant()
        html = site.article().text
        assert not all_of(tree(html), "textarea")
        (link,) = links(html, "Sign in to leave a reply")
        assert link == f"/sign-in?next={site.host.prefix}{site.reply_path}"
        assert "Replies to this story are closed." not in words(tree(html))
    page = site.host.get(site.reply_path, client=site.client("Nora")).text
    assert "Signed in as Nora" in words(tree(page))
    assert labels(form_of(page)) == ["Comment"]


def test_a_site_without_replies_has_no_form_and_nothing_to_answer(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPLIES=False)
    site.plant()
    html = site.article().text
    assert not all_of(tree(html), "textarea")
    assert links(html, "Reply") == []
    assert "Replies to this story are closed." not in words(tree(html))
    assert site.host.get(site.reply_path).status_code == 404


def test_the_page_to_answer_a_comment_quotes_it(site: Site) -> None:
    parent = site.plant("What was **said**.", name="Olav Berg")
    html = site.host.get(f"{site.reply_path}?to={parent}").text
    (heading,) = all_of(tree(html), "h2", id="nb-reply-name")
    assert words(heading) == "Reply to Olav Berg"
    (quote,) = tree(html).iter("blockquote")
    assert "What was said." in words(quote)
    assert field(form_of(html), "parent").get("value") == str(parent)
    (link,) = links(site.article().text, "Reply")
    assert link == f"{site.host.prefix}{site.reply_path}?to={parent}"
    (named,) = (a for a in tree(site.article().text).iter("a") if words(a) == "Reply")
    assert named.get("aria-label") == "Reply to Olav Berg"


def test_somebody_signed_in_sees_their_name_on_the_page_of_their_own(site: Site) -> None:
    page = site.host.get(site.reply_path, client=site.client("Nora"))
    assert "Signed in as Nora" in words(tree(page.text))
    assert labels(form_of(page.text)) == ["Comment"]
    assert page.headers["Cache-Control"] == "no-store"


# The same for everybody


def login_and_csrf(uri: str, *, given: dict[str, Any] | None = None, **config: Any) -> Flask:
    """A host with Flask-Login and CSRFProtect, which says who is signed in."""

    def person() -> Person | None:
        return Person(current_user.id, "Reader Seven") if current_user.is_authenticated else None

    app, _ = bare_app(uri, **config)
    LoginManager(app).user_loader(lambda user_id: User())
    CSRFProtect(app)

    @app.get("/in")
    def sign_in() -> str:
        login_user(User())
        session["basket"] = "full"
        return "in"

    app.register_blueprint(blog(**{**(given or {}), "current_person": person}), url_prefix="/news")
    return app


def test_two_visitors_get_the_same_bytes_with_an_open_form(open_site: OpenSite) -> None:
    site = open_site(login_and_csrf, NEWSBLOG_PUBLIC_PAGES=True)
    site.plant()
    someone, nobody = site.host.client(), site.host.client()
    assert someone.get("/in").text == "in"
    pages = [site.article(client=client) for client in (someone, nobody)]
    assert pages[0].data == pages[1].data
    assert form_of(pages[0].text) is not None
    for page in pages:
        assert page.status_code == 200
        assert "Set-Cookie" not in page.headers
        assert "Vary" not in page.headers
        assert page.headers["Cache-Control"].startswith("public")
    # And what is sent from that page goes by the name of whoever sends it.
    origin = {"Origin": "http://localhost"}
    assert site.send("Mine.", client=someone, headers=origin).status_code == 303
    assert site.send("A guest's.", client=nobody, headers=origin).status_code == 303
    assert [c.person_id for c in site.stored()][1:] == ["7", None]


def test_what_one_visitor_typed_is_on_nobody_elses_page(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_PUBLIC_PAGES=True, NEWSBLOG_PAGE_CACHE_SECONDS=60)
    before = site.article().data
    site.send("Half a", email="x")
    assert site.article().data == before


def test_a_published_reply_is_on_the_kept_page_at_once(open_site: OpenSite) -> None:
    site = open_site(
        NEWSBLOG_PUBLIC_PAGES=True, NEWSBLOG_PAGE_CACHE_SECONDS=60, NEWSBLOG_HOLD_GUESTS=False
    )
    first = site.article()
    place = site.send("Here I am.").location
    assert "Here I am." in site.article().text
    assert "Here I am." in site.go(site.go(place).location).text
    again = site.host.get(path_of(site.story), headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200


@pytest.mark.parametrize("make", HOSTS, ids=lambda make: make.__name__)
def test_a_story_reads_from_its_tagline_down_to_the_reply_on_every_host(
    open_site: OpenSite, make: Callable[..., Flask]
) -> None:
    site = open_site(make)
    text = words(next(tree(site.article().text).iter("body")))
    in_order = (
        TAGLINE, "The ferry is back", "The first paragraph.", "The second paragraph.",
        "Leave a Reply", "Your email address will not be published.",
        "Required fields are marked *", "Comment *", "Name *", "Email *", "Website", REMEMBER,
        "Post Comment",
    )  # fmt: skip
    places = [text.index(part) for part in in_order]
    assert places == sorted(places)
    assert re.search(r"Leave a Reply Your email address", text)
