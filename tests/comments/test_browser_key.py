"""The key in a guest's browser: who gets one, what it shows, and what it does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, request, request_started
from flask.testing import FlaskClient
from sqlalchemy import select, update

from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentState, Proof, Subscription
from flask_newsblog.people import secret_hash

from ..conftest import SERVERS, skip_or_fail
from ..hosts import HOSTS, empty_tables, path_of
from .conftest import OpenSite
from .guests import own_path
from .readers import FOREIGN, SAID, Site, all_of, tree

KEY = "newsblog_key"


def key_of(site: Site, client: FlaskClient) -> str:
    """The key that a browser holds, or nothing."""
    cookie = client.get_cookie(KEY, site.host.server, f"{site.host.prefix}/replies/")
    return cookie.value if cookie else ""


def settle(site: Site, comment: Comment, **values: Any) -> None:
    """Give a comment a state, proof and so on, as if somebody had decided."""
    with site.app.app_context():
        session().execute(update(Comment).where(Comment.id == comment.id).values(values))
        session().commit()


def a_regular(site: Site, **values: Any) -> FlaskClient:
    """A browser from which a guest wrote something that a moderator let through."""
    client = site.client()
    site.send("An earlier word.", client=client, remember="y")
    decided = {"state": CommentState.PUBLISHED, "shown": True, "reviewed_at": site.clock()}
    settle(site, site.stored()[-1], **(decided | values))
    site.clock.moment += timedelta(hours=1)
    return client


def proof_of_next(site: Site, client: FlaskClient, **typed: Any) -> tuple[str, str]:
    """What becomes of the next reply from a browser: its proof and its state."""
    fields = {"comment": "The next word.", "remember": "y", **typed}
    assert site.send(client=client, **fields).status_code == 303
    last = site.stored()[-1]
    return last.proof, last.state


def test_who_wants_to_be_remembered_gets_a_key_for_the_addresses_of_replies(site: Site) -> None:
    client = site.client()
    answer = site.send(SAID, client=client, remember="y")
    header = answer.headers["Set-Cookie"]
    key = key_of(site, client)
    assert len(key) == 43
    assert f"Path={site.host.prefix}/replies/" in header
    for part in ("HttpOnly", "SameSite=Lax", "Max-Age=31536000"):
        assert part in header
    assert "Secure" not in header
    assert site.stored()[0].browser_digest == secret_hash(key)


def test_the_key_goes_over_https_alone_where_it_came_by_it(site: Site) -> None:
    answer = site.host.client().post(
        f"{site.host.prefix}{site.reply_path}", base_url="https://localhost",
        headers={"Sec-Fetch-Site": "same-origin"},
        data={"comment": SAID, "author": "Mira", "email": "m@example.org", "remember": "y"},
    )  # fmt: skip
    assert "Secure" in answer.headers["Set-Cookie"]


def test_who_does_not_gets_none(site: Site) -> None:
    assert "Set-Cookie" not in site.send(SAID).headers
    assert site.stored()[0].browser_digest is None


def test_one_key_for_all_that_is_said(site: Site) -> None:
    client = site.client()
    keys = set()
    for text in ("One.", "Two."):
        site.send(text, client=client, remember="y")
        keys.add(key_of(site, client))
    assert len(keys) == 1
    assert len({c.browser_digest for c in site.stored()}) == 1


@pytest.mark.parametrize("held", ["", "x", "a" * 42, "a" * 44, "ä" * 43, "a" * 42 + "!"])
def test_what_is_no_key_of_ours_is_replaced(site: Site, held: str) -> None:
    client = site.client()
    client.set_cookie(KEY, held, domain=site.host.server, path=f"{site.host.prefix}/replies/")
    site.send(SAID, client=client, remember="y")
    assert key_of(site, client) not in ("", held)


def test_two_clicks_leave_the_key_of_what_is_stored(site: Site) -> None:
    client = site.client()
    site.send(SAID, client=client, remember="y")
    late = site.send(SAID, client=site.client(), remember="y")
    assert late.status_code == 303
    assert "Set-Cookie" not in late.headers
    assert site.stored()[0].browser_digest == secret_hash(key_of(site, client))


def test_who_unticks_the_box_loses_the_key(site: Site) -> None:
    client = a_regular(site)
    assert proof_of_next(site, client, remember="") == (Proof.NONE, CommentState.HELD)
    assert key_of(site, client) == ""
    assert site.stored()[-1].browser_digest is None


def test_a_browser_whose_words_were_approved_need_not_wait(site: Site) -> None:
    client = a_regular(site)
    assert proof_of_next(site, client) == (Proof.BROWSER, CommentState.PUBLISHED)


def test_the_name_and_address_may_be_written_in_other_letters(site: Site) -> None:
    typed = {"author": "MIRA vale", "email": "Mira@Example.org"}
    assert proof_of_next(site, a_regular(site), **typed)[0] == Proof.BROWSER


def test_a_writer_who_showed_their_address_needs_no_moderator(site: Site) -> None:
    client = a_regular(site, reviewed_at=None, proof=Proof.ADDRESS)
    assert proof_of_next(site, client)[0] == Proof.BROWSER


@pytest.mark.parametrize(
    "values",
    [
        {"state": CommentState.HELD, "shown": False}, {"state": CommentState.SPAM, "shown": False},
        {"state": CommentState.REJECTED, "shown": False}, {"state": CommentState.DELETED},
        {"reviewed_at": None}, {"reviewed_at": None, "proof": Proof.BROWSER}, {"blog": "other"},
    ],
)  # fmt: skip
def test_a_key_earns_nothing_by_what_nobody_found_good(site: Site, values: dict[str, Any]) -> None:
    assert proof_of_next(site, a_regular(site, **values)) == (Proof.NONE, CommentState.HELD)


def test_typing_a_trusted_persons_name_and_address_earns_nothing(site: Site) -> None:
    a_regular(site)
    assert proof_of_next(site, site.client()) == (Proof.NONE, CommentState.HELD)


def test_a_made_up_key_earns_nothing(site: Site) -> None:
    a_regular(site)
    stranger = site.client()
    stranger.set_cookie(KEY, "a" * 43, domain=site.host.server, path="/news/replies/")
    assert proof_of_next(site, stranger) == (Proof.NONE, CommentState.HELD)


@pytest.mark.parametrize("typed", [{"author": "Edith"}, {"email": "edith@example.org"}])
def test_a_key_with_another_name_or_address_earns_nothing(
    site: Site, typed: dict[str, str]
) -> None:
    assert proof_of_next(site, a_regular(site), **typed) == (Proof.NONE, CommentState.HELD)


@pytest.mark.parametrize("typed", [{"author": "Edith"}, {"email": "edith@example.org"}])
def test_who_writes_next_at_the_same_computer_gets_a_key_of_their_own(
    site: Site, typed: dict[str, str]
) -> None:
    client = site.client()
    site.send("Of the first.", client=client, remember="y")
    first, links_to_it = key_of(site, client), own_path(site, site.stored()[0].id)
    site.send("Of the next.", client=client, remember="y", **typed)
    assert key_of(site, client) not in ("", first)
    assert "Of the next." not in site.host.get(links_to_it).text
    page = site.host.get("/replies/mine", client=client).text
    assert "Of the next." in page
    assert "Of the first." not in page


def test_a_key_that_was_planted_does_not_show_what_is_written_then(site: Site) -> None:
    planted, victim = "p" * 43, site.client()
    victim.set_cookie(KEY, planted, domain=site.host.server, path="/news/replies/")
    site.send(SAID, client=victim, remember="y")
    assert site.stored()[0].browser_digest != secret_hash(planted)


def test_a_key_from_elsewhere_or_from_nowhere_counts_for_nothing(site: Site) -> None:
    client = a_regular(site)
    before = key_of(site, client)
    assert site.send("From afar.", client=client, headers=FOREIGN, remember="y").status_code == 403
    answer = site.send("From nowhere.", client=client, headers={}, remember="")
    assert "Set-Cookie" not in answer.headers
    last = site.stored()[-1]
    assert (last.proof, last.browser_digest) == (Proof.NONE, None)
    assert key_of(site, client) == before


def test_who_is_signed_in_needs_no_key_and_keeps_the_one_there_is(site: Site) -> None:
    client = a_regular(site)
    client.set_cookie("who", "Nora", domain=site.host.server)
    answer = site.send("As Nora.", client=client, remember="y")
    assert "Set-Cookie" not in answer.headers
    last = site.stored()[-1]
    assert (last.proof, last.browser_digest) == (Proof.PERSON, None)


def test_a_key_lifts_no_other_check(site: Site) -> None:
    client = a_regular(site)
    site.send("https://a.example https://b.example", client=client, remember="y")
    assert set(site.reasons(site.stored()[-1].id)) == {"too_many_links"}


def test_a_refused_reply_sets_no_key(site: Site) -> None:
    assert "Set-Cookie" not in site.send("", remember="y").headers


def test_a_site_may_do_without(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_REPLY_REMEMBER=False)
    assert not all_of(tree(site.article().text), "input", name="remember")
    assert "Set-Cookie" not in site.send(SAID, remember="y").headers
    assert site.stored()[0].browser_digest is None


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_key_and_a_subscription_are_stored_and_found_on_a_server(
    server_database: Callable[[str], str], open_site: OpenSite, kind: str
) -> None:
    if not SERVERS[kind]:
        skip_or_fail(kind, f"no NEWSBLOG_TEST_{kind.upper()}_URI names a server")
    engine = sa.create_engine(server_database(kind))
    empty_tables(engine)
    engine.dispose()
    site = open_site(
        uri=server_database(kind), NEWSBLOG_MAIL_FROM="desk@bulletin.example",
        NEWSBLOG_BASE_URL="http://localhost",
    )  # fmt: skip
    client = a_regular(site)
    assert proof_of_next(site, client, subscribe="y") == (Proof.BROWSER, CommentState.PUBLISHED)
    typed = {"author": "Someone else", "comment": "A third word."}
    assert proof_of_next(site, client, **typed) == (Proof.NONE, CommentState.HELD)
    with site.app.app_context():
        found = session().scalars(select(Subscription.comment_id)).all()
    assert found == [site.stored()[1].id]


@pytest.mark.parametrize("make", HOSTS, ids=lambda make: make.__name__)
def test_pages_for_readers_never_see_the_key_and_stay_the_same_bytes(
    make: Callable[..., Flask], open_site: OpenSite
) -> None:
    site = open_site(make, NEWSBLOG_PUBLIC_PAGES=True)
    client = site.client()
    site.send(SAID, client=client, remember="y")
    assert key_of(site, client)
    seen: list[dict[str, str]] = []

    def look(sender: Flask, **more: Any) -> None:
        seen.append(dict(request.cookies))

    request_started.connect(look, site.app)
    for path in (path_of(site.story), "/"):
        theirs, anybodys = site.host.get(path, client=client), site.host.get(path)
        assert theirs.data == anybodys.data
        assert "Set-Cookie" not in theirs.headers
        assert "Cookie" not in theirs.headers.get("Vary", "")
        assert theirs.headers["Cache-Control"].startswith("public")
    assert len(seen) == 4
    assert not any(KEY in cookies for cookies in seen)
