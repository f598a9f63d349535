"""Nobody decides anything by looking, by a link for something else, or by leading others astray.

Feeds and an import of comments are not there yet.
"""

from __future__ import annotations

import ast
import pickle
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from itsdangerous import URLSafeSerializer

import flask_newsblog
from flask_newsblog.comments import tokens
from flask_newsblog.newsroom.actions import make_sign_in
from flask_newsblog.people import Role

from ..comments.conftest import OpenSite
from ..comments.guests import MINE, confirm_path, keys, own_path, press
from ..comments.readers import SAME, Site
from ..comments.test_desk import QUEUE
from ..comments.test_desk import Moderator as Desk
from ..hosts import path_of
from ..mail.servers import MAIL, path_in, text_of, urls_in, write
from ..people.test_doors import contents
from .ways import HELD, PUBLISHED, judging_path, last_change

EVIL = "evil.example"
GONE = timedelta(seconds=1)


def addresses_with_authority(site: Site, number: int) -> list[str]:
    """Every address with a good key in it, and those of the desk, for a comment."""
    mine = own_path(site, number)
    with site.app.app_context():
        secret = make_sign_in("news", "Ann", Role.EDITOR, site.clock())
        flask_newsblog.database.session().commit()
    waiting = tokens.waiting_token(keys(site), "news", number, site.clock())
    stopping = tokens.stopping_token(keys(site), "news", MINE, 0, site.clock())
    return [
        *(f"{mine}{below}" for below in ("", f"/edit/{number}", f"/delete/{number}", "/export",
          "/erase", "/stop/1")),
        own_path(site, MINE), confirm_path(site, number), f"/replies/waiting/{waiting}",
        f"/replies/unsubscribe/{stopping}", f"/newsroom/sign-in/{secret}",
        *(judging_path(site, number, verb) for verb in ("approve", "reject", "spam")),
        "/newsroom/", QUEUE, f"{QUEUE}act", f"{QUEUE}undo", f"{QUEUE}{number}",
        f"{QUEUE}{number}/edit", f"{QUEUE}{number}/ban", "/newsroom/rules/", "/newsroom/reports/",
        "/newsroom/sign-out", f"/comments/{number}/report", f"/comments/{number}",
        f"/corrections/report/{site.story.id}", site.reply_path, path_of(site.story),
    ]  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_get_never_changes_state(open_site: OpenSite, method: str) -> None:
    site = open_site(**MAIL)
    numbers = [write(site, f"In the state {s}.", state=s, confirmed=True, subscribe=True)
               for s in (HELD, PUBLISHED)]  # fmt: skip
    paths = [path for number in numbers for path in addresses_with_authority(site, number)]
    before = contents(site.host)
    query = "?_method=POST&approve=1&comment=1&selected=spam&do=save&kind=word&value=x&verb=close"
    for path in paths:
        for name in ("", "Edith"):
            for asked in (path, path + query):
                answer = site.host.open(
                    asked, client=site.client(name), method=method,
                    headers={"X-HTTP-Method-Override": "POST"},
                )  # fmt: skip
                assert answer.status_code in (200, 302, 400, 401, 403, 404, 405), asked
    assert contents(site.host) == before


# By kind: the address below which such a token is used, and the token for a comment.
TOKENS: dict[str, tuple[str, Callable[[Site, int], str]]] = {
    "waiting": ("/replies/waiting/", lambda s, n: tokens.waiting_token(
        keys(s), "news", n, s.clock())),
    "own": ("/replies/mine/", lambda s, n: tokens.own_token(keys(s), "news", n, s.clock())),
    "address": ("/replies/confirm/", lambda s, n: tokens.address_token(
        keys(s), "news", n, MINE, s.clock())),
    "stopping": ("/replies/unsubscribe/", lambda s, n: tokens.stopping_token(
        keys(s), "news", MINE, 0, s.clock())),
    "judging": ("/newsroom/comments/by-link/", lambda s, n: tokens.judging_token(
        keys(s), "news", n, "approve", last_change(s, n), s.clock())),
    "challenge": ("", lambda s, n: tokens.challenge_token(keys(s), s.story.id, s.clock())),
    "sign-in": ("/newsroom/sign-in/", lambda s, n: "no such secret"),
}  # fmt: skip
LASTS = {
    "waiting": tokens.WAITING, "own": tokens.OWN, "address": tokens.MAILED,
    "stopping": tokens.STOPPING, "judging": tokens.MAILED,
}  # fmt: skip


@pytest.mark.parametrize("kind", LASTS)
def test_tokens_are_bound_to_purpose_and_object(site: Site, kind: str) -> None:
    site.send("Mine.")
    site.send("Theirs.", author="Tom", email="tom@example.org")
    number, other = (comment.id for comment in site.stored())
    below, make = TOKENS[kind]
    good = make(site, number)
    assert site.host.get(below + good).status_code == 200
    # Of another purpose
    for elsewhere, (place, _) in TOKENS.items():
        if elsewhere != kind and place:
            assert site.host.get(place + good).status_code == 404, elsewhere
    # For another object: nothing of the other's is seen or changed
    mine = own_path(site, number).removeprefix("/replies/mine/")
    before = contents(site.host)
    for verb in ("edit", "delete"):
        path = f"/replies/mine/{mine}/{verb}/{other}"
        assert site.host.get(path).status_code == 404
        assert press(site, path, form_at=f"/replies/mine/{mine}/erase").status_code == 404
    assert contents(site.host) == before
    assert "Theirs." not in site.host.get(below + good).text
    # Signed by another app, for another blog, or changed by a letter
    changed = good[:-2] + ("A" if good[-2] != "A" else "B") + good[-1]
    for bad in (changed, good[1:], good + "x", good.split(".")[0], good.upper()):
        assert site.host.get(below + bad).status_code == 404
    assert contents(site.host) == before


def test_a_token_for_another_blog_or_of_another_secret_opens_nothing(site: Site) -> None:
    site.send()
    (comment,) = site.stored()
    for secrets, blog in ((("another secret",), "news"), (keys(site), "other")):
        for path in (
            f"/replies/waiting/{tokens.waiting_token(secrets, blog, comment.id, site.clock())}",
            f"/replies/mine/{tokens.own_token(secrets, blog, comment.id, site.clock())}",
            f"/replies/unsubscribe/{tokens.stopping_token(secrets, blog, MINE, 0, site.clock())}",
        ):
            assert site.host.get(path).status_code == 404


@pytest.mark.parametrize("kind", LASTS)
def test_tokens_expire(site: Site, kind: str) -> None:
    site.send()
    (comment,) = site.stored()
    below, make = TOKENS[kind]
    token = make(site, comment.id)
    site.clock.moment += LASTS[kind]
    assert site.host.get(below + token).status_code == 200
    site.clock.moment += GONE
    assert site.host.get(below + token).status_code == 404


class Dangerous:
    """What would be noticed if it were ever unpickled."""

    opened = 0

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return setattr, (Dangerous, "opened", 1)


class Pickled:
    """Signs what Python would unpickle, as somebody might who has the key."""

    @staticmethod
    def dumps(held: Any, **more: Any) -> bytes:
        return pickle.dumps(held)

    @staticmethod
    def loads(text: Any, **more: Any) -> Any:
        return text


def test_tokens_are_never_pickled(site: Site) -> None:
    for file in Path(flask_newsblog.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {name.name for name in node.names} | {getattr(node, "module", "") or ""}
                assert not names & {"pickle", "marshal", "shelve", "dill", "jsonpickle"}, file
    for purpose, (below, _) in TOKENS.items():
        signer = URLSafeSerializer(keys(site)[0], salt=f"newsblog: {purpose}", serializer=Pickled())  # type: ignore[call-overload]
        token = signer.dumps(Dangerous())
        written = token if isinstance(token, str) else token.decode()
        if below:
            assert site.host.get(below + written).status_code == 404
        site.send(took=written, csrf_token=written, headers={})
    assert Dangerous.opened == 0


def leads_out(answer: Any) -> bool:
    """Whether a redirect leaves the site, as browsers read addresses."""
    location = (answer.headers.get("Location") or "").replace("\\", "/").strip()
    parts = urlsplit(location)
    return parts.hostname not in (None, "localhost") or location.startswith("//")


ELSEWHERE = [
    f"//{EVIL}", f"/\\{EVIL}", f"\\\\{EVIL}", f"https:{EVIL}", f"https://{EVIL}/", f"/\t/{EVIL}",
    f"%2f%2f{EVIL}", f"//{EVIL}/%2e%2e", f"//localhost@{EVIL}", f"/%0d/{EVIL}",
]  # fmt: skip


@pytest.mark.parametrize("address", ELSEWHERE)
def test_no_address_redirects_to_where_a_visitor_is_told(site: Site, address: str) -> None:
    number = site.plant()
    quoted = address.replace("\t", "%09")
    answers = [
        site.host.get(f"/{quoted}"),
        site.host.get(quoted if quoted.startswith("/") else f"/{quoted}"),
        site.host.get(f"/{quoted}/"),
    ]
    names = ("next", "url", "return", "to", "back", "redirect")
    query = "&".join(f"{name}={quoted}" for name in names)
    for path in (f"/comments/{number}", site.reply_path, "/", "/newsroom/"):
        answers.append(site.host.get(f"{path}?{query}"))
    answers.append(site.send(**{**dict.fromkeys(names, address), "url": ""}))
    for answer in answers:
        assert not leads_out(answer), answer.headers["Location"]
    assert answers[-1].status_code == 303


def spoofed(site: Site, path: str, **kwargs: Any) -> Any:
    return site.client().open(f"/news{path}", headers={"Host": EVIL, **SAME}, **kwargs)


def test_a_spoofed_host_is_in_no_address_of_a_site_that_says_its_own(
    open_site: OpenSite,
) -> None:
    site = open_site(NEWSBLOG_BASE_URL="https://bulletin.example")
    number = site.plant()
    fields = {"comment": "Said.", "author": "Mira", "email": "mira@vale.example"}
    answers = [
        spoofed(site, path_of(site.story)),
        spoofed(site, "/"),
        spoofed(site, site.reply_path),
        spoofed(site, f"/comments/{number}"),
        spoofed(site, site.reply_path, method="POST", data=fields),
        spoofed(site, site.reply_path, method="POST", data={"comment": ""}),
    ]
    assert [a.status_code for a in answers] == [200, 200, 200, 302, 303, 422]
    for answer in answers:
        assert EVIL not in answer.text
        assert EVIL not in str(answer.headers)


def test_who_is_signed_in_is_not_used_by_a_page_that_spoofs_the_host_of_its_origin(
    site: Site,
) -> None:
    answer = site.send(client=site.client("Nora"), headers={"Origin": f"http://{EVIL}"})
    assert answer.status_code == 403
    assert site.stored() == []


def test_no_form_with_authority_leads_elsewhere(site: Site) -> None:
    site.send()
    (comment,) = site.stored()
    for address in ELSEWHERE:
        desk = Desk(site)
        desk.look()
        told = dict.fromkeys(("next", "url", "return", "to", "q", "state", "blog", "done"), address)
        answers = [
            desk.post(f"{QUEUE}act", approve=str(comment.id), q=address, next=address),
            desk.post(f"{QUEUE}undo", batch=address, q=address),
            desk.post(f"{QUEUE}{comment.id}/edit", text="Other.", **told),
            site.host.open(f"/newsroom/sign-in/x?next={address}", method="POST"),
            press(site, f"{own_path(site, comment.id)}/erase", **told),
        ]
        for answer in answers[:-1]:
            assert not leads_out(answer), answer.headers["Location"]
            assert answer.status_code < 500
        site.send(f"Again {address}.")
        comment = site.stored()[-1]


def test_a_spoofed_host_is_in_no_mail(open_site: OpenSite) -> None:
    sent: list[Any] = []
    site = open_site(given={"send_mail": sent.append}, **MAIL)
    fields = {"comment": "Said.", "author": "Mira", "email": MINE}
    spoofed(site, site.reply_path, method="POST", data=fields)
    site.host.run("send-mail")
    assert len(sent) == 2
    for mail in sent:
        assert EVIL not in mail.as_string()
        assert {urlsplit(url).hostname for url in urls_in(text_of(mail))} == {"bulletin.example"}
    assert site.host.get(path_in(sent[0], "/unsubscribe/")).status_code == 200
