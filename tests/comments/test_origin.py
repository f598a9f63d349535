"""A reply from elsewhere uses nobody's name, and stores nothing until its writer says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, Response
from flask import session as host_session
from flask_login import current_user
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf

from flask_newsblog import Person
from flask_newsblog.comments.origin import Origin, classify, needs_proof
from flask_newsblog.models import CommentState

from ..hosts import (
    HOSTS,
    csrf_after,
    csrf_before,
    nested,
    on_a_subdomain,
    plain,
    with_flask_login,
    write_story,
)
from .conftest import OpenSite
from .readers import FOREIGN, GUEST, SAID, SAME, Site, all_of, kept, shown, tree, words

UNKNOWN: dict[str, str] = {}
SAME_BY_ORIGIN = {"Origin": "http://localhost"}


@pytest.mark.parametrize(
    ("fetch_site", "origin", "referer", "verdict"),
    [
        ("same-origin", None, None, Origin.SAME),
        (" Same-Origin ", None, None, Origin.SAME),
        ("SAME-ORIGIN", "null", None, Origin.SAME),
        ("same-origin", "https://evil.example", None, Origin.SAME),
        ("same-site", "https://news.example", None, Origin.FOREIGN),
        ("cross-site", "https://news.example", None, Origin.FOREIGN),
        ("none", None, None, Origin.FOREIGN),
        ("rubbish", None, None, Origin.FOREIGN),
        ("same-origin, cross-site", None, None, Origin.FOREIGN),
        ("", "https://news.example", None, Origin.SAME),
        ("  ", None, None, Origin.UNKNOWN),
        (None, "https://news.example", None, Origin.SAME),
        (None, "http://news.example", None, Origin.SAME),
        (None, "HTTPS://NEWS.EXAMPLE", None, Origin.SAME),
        (None, "https://news.example:443", None, Origin.SAME),
        (None, "http://news.example:80", None, Origin.SAME),
        (None, "https://news.example:8443", None, Origin.FOREIGN),
        (None, "https://news.example:0", None, Origin.FOREIGN),
        (None, "https://news.example:99999", None, Origin.FOREIGN),
        (None, "https://evil.example", "https://news.example/story", Origin.FOREIGN),
        (None, "https://sub.news.example", None, Origin.FOREIGN),
        (None, "https://news.example.evil.example", None, Origin.FOREIGN),
        (None, "https://news.example@evil.example", None, Origin.FOREIGN),
        (None, "https://evil.example/https://news.example", None, Origin.FOREIGN),
        (None, "https://news.example https://evil.example", None, Origin.FOREIGN),
        (None, "//news.example", None, Origin.FOREIGN),
        (None, "news.example", None, Origin.FOREIGN),
        (None, "ftp://news.example", None, Origin.FOREIGN),
        (None, "file://", None, Origin.FOREIGN),
        (None, "moz-extension://5c3b", None, Origin.FOREIGN),
        (None, "http://[", None, Origin.FOREIGN),
        (None, "null", None, Origin.UNKNOWN),
        (None, "NULL", None, Origin.UNKNOWN),
        (None, "null", "null", Origin.UNKNOWN),
        (None, "null", "https://news.example/2026/05/04/story/", Origin.SAME),
        (None, "null", "https://evil.example/", Origin.FOREIGN),
        (None, None, "https://news.example/", Origin.SAME),
        (None, None, "https://evil.example/?https://news.example/", Origin.FOREIGN),
        (None, None, "about:blank", Origin.FOREIGN),
        (None, "", "", Origin.UNKNOWN),
        (None, None, None, Origin.UNKNOWN),
    ],
)
def test_browsers_say_where_a_form_was_sent_from(
    fetch_site: str | None, origin: str | None, referer: str | None, verdict: Origin
) -> None:
    assert classify(fetch_site, origin, referer, "news.example") is verdict


@pytest.mark.parametrize(
    ("origin", "host", "verdict"),
    [
        ("http://[::1]:5000", "[::1]:5000", Origin.SAME),
        ("http://[::1]", "[::1]:80", Origin.SAME),
        ("http://[::1]:5000", "[::1]:5001", Origin.FOREIGN),
        ("http://[::2]", "[::1]", Origin.FOREIGN),
        ("http://127.0.0.1:5000", "127.0.0.1:5000", Origin.SAME),
        ("http://localhost:5000", "127.0.0.1:5000", Origin.FOREIGN),
        ("http://news.example:5000", "NEWS.example:5000", Origin.SAME),
        # Neither is a host, and that they are alike in this proves nothing.
        ("rubbish", "", Origin.FOREIGN),
        ("http://", "", Origin.FOREIGN),
        ("http://[", "[", Origin.FOREIGN),
    ],
)
def test_hosts_are_compared_with_their_ports(origin: str, host: str, verdict: Origin) -> None:
    assert classify(None, origin, None, host) is verdict


@pytest.mark.parametrize(
    ("origin", "signed_in", "needed"),
    [
        (Origin.SAME, True, False),
        (Origin.SAME, False, False),
        (Origin.UNKNOWN, False, False),
        (Origin.UNKNOWN, True, True),
        (Origin.FOREIGN, True, True),
        (Origin.FOREIGN, False, True),
    ],
)
def test_proof_is_asked_of_whoever_comes_from_elsewhere_or_would_use_a_name(
    origin: Origin, signed_in: bool, needed: bool
) -> None:
    assert needs_proof(origin, signed_in) is needed


def is_confirmation(answer: Any) -> bool:
    return answer.status_code == 403 and bool(
        all_of(tree(answer.text), "input", name="csrf_token", type="hidden")
    )


@pytest.mark.parametrize(
    ("name", "headers", "asked", "stored_as"),
    [
        ("", SAME, False, "Mira Vale"),
        ("Nora", SAME, False, "Nora"),
        ("", SAME_BY_ORIGIN, False, "Mira Vale"),
        ("Nora", SAME_BY_ORIGIN, False, "Nora"),
        ("", UNKNOWN, False, "Mira Vale"),
        ("", {"Origin": "null"}, False, "Mira Vale"),
        ("Nora", UNKNOWN, True, None),
        ("Nora", {"Origin": "null"}, True, None),
        ("Nora", FOREIGN, True, None),
        ("", FOREIGN, True, None),
        ("", {"Sec-Fetch-Site": "same-site"}, True, None),
        ("Nora", {"Sec-Fetch-Site": "same-site"}, True, None),
        ("", {"Sec-Fetch-Site": "none"}, True, None),
        ("", {"Origin": "https://evil.example"}, True, None),
        ("Nora", {"Origin": "https://evil.example", "Referer": "http://localhost/"}, True, None),
        ("Nora", {"Referer": "http://localhost.evil.example/"}, True, None),
        ("Nora", {"Referer": "http://localhost/news/"}, False, "Nora"),
    ],
)
def test_every_row_of_the_verdict_table_through_the_view(
    site: Site, name: str, headers: dict[str, str], asked: bool, stored_as: str | None
) -> None:
    answer = site.send(client=site.client(name), headers=headers)
    assert is_confirmation(answer) is asked
    assert [c.author_name for c in site.stored()] == ([] if stored_as is None else [stored_as])
    if asked:
        assert SAID in kept(answer.text)
    else:
        assert answer.status_code == 303


def test_a_guest_whose_browser_says_nothing_is_a_little_suspect(lively: Site) -> None:
    lively.send(headers=UNKNOWN)
    (comment,) = lively.stored()
    assert comment.state == CommentState.HELD
    assert set(lively.reasons(comment.id)) == {"came_from_nowhere"}


def test_the_confirmation_page_keeps_all_that_was_typed_and_nobody_else_may_keep_it(
    site: Site,
) -> None:
    parent = site.plant()
    typed = 'Line one.\n\n<b>Line two</b> & "quotes" </textarea>'
    answer = site.send(
        typed, headers=FOREIGN, url="https://mira.example/?a=1&b=2", parent=str(parent),
        remember="y", subject="filled by a program", took="900", nudged="told",
    )  # fmt: skip
    assert is_confirmation(answer)
    page = tree(answer.text)
    assert {e.get("name"): e.get("value") for e in page.iter("input")} == {
        **GUEST, "url": "https://mira.example/?a=1&b=2", "parent": str(parent),
        "remember": "y", "subject": "filled by a program", "took": "900", "nudged": "told",
        "csrf_token": all_of(page, "input", name="csrf_token")[0].get("value"),
    }  # fmt: skip
    (box,) = all_of(page, "input", name="remember")
    assert "checked" in box.attrib
    visible = {"author", "email", "url"}
    assert not {e.get("name") for e in all_of(page, "input", type="hidden")} & visible
    (heading,) = page.iter("h2")
    assert words(heading) == "Reply to Mira Vale"
    (box,) = page.iter("textarea")
    assert "".join(box.itertext()) == typed
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert len(site.stored()) == 1


def test_a_hosts_own_policy_does_not_make_the_confirmation_page_framable(
    open_site: OpenSite,
) -> None:
    site = open_site()

    @site.app.after_request
    def set_policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = "default-src 'self'"
        return response

    assert site.send(headers=FOREIGN).headers["X-Frame-Options"] == "DENY"


def confirm(site: Site, page: str, client: Any, headers: Any = SAME, **changed: str) -> Any:
    """Send the confirmation page, as its button would."""
    root = tree(page)
    (form,) = (f for f in root.iter("form") if all_of(f, "input", name="csrf_token"))
    data = {
        e.get("name"): e.get("value") or ""
        for e in form.iter("input")
        if e.get("type") != "checkbox" or "checked" in e.attrib
    }
    data["comment"] = "".join(next(form.iter("textarea")).itertext())
    action = form.get("action", "")
    return client.post(
        action, base_url=f"http://{site.host.server}", data={**data, **changed}, headers=headers
    )


def test_who_turns_out_to_be_signed_in_is_told_under_whose_name_it_will_be_posted(
    site: Site,
) -> None:
    reader = site.client()
    page = site.send(client=reader, headers=FOREIGN).text
    assert "Signed in as" not in page
    reader.set_cookie("who", "Nora", domain=site.host.server)
    again = confirm(site, page, reader)
    assert is_confirmation(again)
    assert "Signed in as Nora" in words(tree(again.text))
    assert SAID in kept(again.text)
    assert site.stored() == []
    assert confirm(site, again.text, reader).status_code == 303
    assert site.stored()[0].author_name == "Nora"


@pytest.mark.parametrize("headers", [SAME, UNKNOWN, {"Origin": "null"}, FOREIGN])
def test_sending_the_confirmation_page_is_proof_whatever_the_browser_says(
    site: Site, headers: dict[str, str]
) -> None:
    nora = site.client("Nora")
    page = site.send(client=nora, headers=FOREIGN).text
    answer = confirm(site, page, nora, headers)
    assert answer.status_code == 303
    assert [(c.author_name, c.person_id, c.body) for c in site.stored()] == [
        ("Nora", "id of Nora", SAID)
    ]


def test_the_words_may_be_changed_before_they_are_confirmed(site: Site) -> None:
    nora = site.client("Nora")
    page = site.send("Not my words.", client=nora, headers=FOREIGN).text
    confirm(site, page, nora, UNKNOWN, comment="My words.")
    assert [c.body for c in site.stored()] == ["My words."]


def test_a_confirmation_of_another_browser_is_none(site: Site) -> None:
    page = site.send(client=site.client("Nora"), headers=FOREIGN).text
    nora_elsewhere = site.client("Nora")
    assert is_confirmation(confirm(site, page, nora_elsewhere, UNKNOWN))
    site.send(client=nora_elsewhere, headers=FOREIGN)  # gives it a cookie of its own
    assert is_confirmation(confirm(site, page, nora_elsewhere, UNKNOWN))
    assert site.stored() == []


def test_a_confirmation_does_not_become_somebody_elses_by_signing_in(site: Site) -> None:
    browser = site.client()
    page = site.send(client=browser, headers=FOREIGN).text
    browser.set_cookie("who", "Nora", domain=site.host.server)
    assert is_confirmation(confirm(site, page, browser, UNKNOWN))
    assert site.stored() == []


def test_a_confirmation_is_for_one_story(site: Site) -> None:
    other = write_story(site.app, "Another", now=site.clock())
    nora = site.client("Nora")
    page = site.send(client=nora, headers=FOREIGN).text
    token = all_of(tree(page), "input", name="csrf_token")[0].get("value")
    here, there = (f"{site.host.prefix}/replies/{story.id}" for story in (site.story, other))
    cookie = nora.get_cookie("newsblog_confirm", path=here)
    assert cookie is not None
    nora.set_cookie("newsblog_confirm", cookie.value, path=there)
    answer = site.send(client=nora, headers=UNKNOWN, story=other, csrf_token=token)
    assert is_confirmation(answer)
    answer = site.send(client=nora, headers=UNKNOWN, csrf_token=token)
    assert answer.status_code == 303


def test_a_confirmation_is_over_after_an_hour(site: Site) -> None:
    nora = site.client("Nora")
    page = site.send(client=nora, headers=FOREIGN).text
    site.clock.advance(minutes=61)
    answer = confirm(site, page, nora, UNKNOWN)
    assert is_confirmation(answer)
    assert confirm(site, answer.text, nora, UNKNOWN).status_code == 303


@pytest.mark.parametrize("token", ["x", "", ".", "a.b", "ImEi.x", "é", "\0", "x" * 10_000])
def test_a_made_up_confirmation_is_none(site: Site, token: str) -> None:
    nora = site.client("Nora")
    site.send(client=nora, headers=FOREIGN)
    assert is_confirmation(site.send(client=nora, headers=UNKNOWN, csrf_token=token))
    assert site.stored() == []


def test_asking_for_confirmation_leaves_the_hosts_session_alone(
    open_site: OpenSite,
) -> None:
    site = open_site()

    # Of a reader who comes from another site the browser may keep the session's cookie back;
    # a new session in its place would sign them out.
    @site.app.get("/in")
    def sign_in() -> str:
        host_session["user"] = "7"
        return "in"

    answer = site.send(headers=FOREIGN)
    cookies = answer.headers.getlist("Set-Cookie")
    assert [c.partition("=")[0] for c in cookies] == ["newsblog_confirm"]
    assert "HttpOnly" in cookies[0]
    assert "SameSite=Lax" in cookies[0]


def test_the_hosts_own_token_is_no_confirmation(
    open_site: OpenSite,
) -> None:
    site = open_site()

    @site.app.get("/token")
    def token() -> str:
        return generate_csrf()

    nora = site.client("Nora")
    answer = nora.get("/token", base_url=f"http://{site.host.server}")
    assert is_confirmation(site.send(client=nora, headers=UNKNOWN, csrf_token=answer.text))


def test_a_confirmed_reply_still_goes_through_every_step(site: Site) -> None:
    guest = site.client()
    page = site.send("   ", client=guest, headers=FOREIGN).text
    answer = confirm(site, page, guest)
    assert answer.status_code == 422
    assert "Please write a comment." in words(tree(answer.text))


def test_a_reply_from_elsewhere_to_a_closed_story_keeps_its_words(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPLIES=False)
    guest = site.client()
    answer = site.send(client=guest, headers=FOREIGN)
    assert not is_confirmation(answer)
    assert answer.status_code == 403
    assert SAID in kept(answer.text)


@pytest.mark.parametrize("make", HOSTS, ids=lambda make: make.__name__)
def test_a_reply_gets_through_on_every_host(
    open_site: OpenSite, make: Callable[..., Flask]
) -> None:
    site = open_site(make, NEWSBLOG_HOLD_GUESTS=False)
    origin = {"Origin": f"http://{site.host.server}"}
    answer = site.send(headers=origin)
    assert answer.status_code == 303
    address = site.go(answer.location).location
    page = site.go(address)
    assert shown(page.text) == [c.id for c in site.stored()]
    assert address.endswith(f"#comment-{site.stored()[0].id}")
    assert is_confirmation(site.send("From afar.", headers={"Origin": "http://evil.example"}))


@pytest.mark.parametrize("make", [csrf_before, csrf_after], ids=lambda make: make.__name__)
def test_a_hosts_csrf_protection_does_not_eat_the_first_reply(
    open_site: OpenSite, make: Callable[..., Flask]
) -> None:
    # It is the very first request that this app gets.
    site = open_site(make)
    answer = site.send("First of all.")
    assert answer.status_code == 303
    assert [c.body for c in site.stored()] == ["First of all."]


@pytest.mark.parametrize("make", [plain, nested, on_a_subdomain], ids=lambda make: make.__name__)
def test_csrf_protection_set_up_last_of_all_lets_replies_through(
    open_site: OpenSite, make: Callable[..., Flask]
) -> None:
    site = open_site(make)
    CSRFProtect(site.app)
    assert site.send().status_code == 303


def test_the_hosts_protection_still_guards_the_hosts_forms(open_site: OpenSite) -> None:
    site = open_site(csrf_before)

    @site.app.post("/transfer")
    def transfer() -> str:
        return "done"

    assert site.client().post("/transfer").status_code == 400
    assert site.send().status_code == 303


def test_a_signed_in_reader_with_a_real_session_is_not_used_from_afar(
    open_site: OpenSite,
) -> None:
    def person() -> Person | None:
        return Person(current_user.id, "Reader Seven") if current_user.is_authenticated else None

    site = open_site(with_flask_login, given={"current_person": person})
    reader = site.host.client()
    reader.get("/in")
    afar = site.send("Words of another.", client=reader, headers={"Origin": "https://evil.example"})
    assert is_confirmation(afar)
    assert "Words of another." in kept(afar.text)
    assert site.stored() == []
    assert reader.get("/in").status_code == 200
    near = site.send("My own words.", client=reader, headers=SAME_BY_ORIGIN)
    assert near.status_code == 303
    assert [(c.author_name, c.person_id) for c in site.stored()] == [("Reader Seven", "7")]
