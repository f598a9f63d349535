"""Mail goes to who asked for it, says what was meant, and does nothing by being opened.

An import of comments, which is to send no mail at all, is not there yet.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flask_newsblog.database import session
from flask_newsblog.models import Subscription

from ..comments.readers import Site
from ..comments.test_concurrency import at_once
from ..hosts import csrf_after, csrf_before, plain, write_story
from ..mail.servers import BASE, MAIL, MODERATOR, Post, approve, path_in, text_of, urls_in, write
from ..mail.test_headers import NAMES, TRICKS
from ..people.test_doors import contents
from .ways import HELD, PUBLISHED, SPAM, WAYS, rename

ways = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
VICTIM = "victim@example.org"
BREAKS = (
    *TRICKS, "\nBcc: x@evil.example", "\rBcc: x@evil.example", "\r\n\r\nAnother body",
    "\x85Bcc: x", "\vBcc: x", "\f\x1c\x1d\x1eBcc: x", "%0d%0aBcc: x@evil.example",
)  # fmt: skip


def send(site: Site) -> None:
    done = site.host.run("send-mail")
    assert done.exit_code == 0, done.output


@ways
def test_cr_and_lf_in_a_name_or_subject_add_no_header(
    way: Callable[..., tuple[Any, int]], mailing: Callable[..., Site], server: Post
) -> None:
    site = mailing()
    parent = write(site, state=PUBLISHED, confirmed=True, subscribe=True)
    for number, trick in enumerate(BREAKS):
        with_title = write_story(site.app, f"Title {trick} {number}", now=site.clock())
        fields = {"author": f"Tom {trick}", "email": f"tom{number}@example.org"}
        _, comment = way(site, f"Words {trick} {number}", parent=str(parent), **fields)
        rename(site, comment, f"Tim {trick} {number}")
        approve(site, comment)
        site.send(f"Waits {trick}", story=with_title, **fields)
        send(site)
        site.clock.advance(hours=2)
    assert len(server.taken) >= 2 * len(BREAKS)
    wanted = {f"tom{n}@example.org" for n in range(len(BREAKS))} | {"mira@example.org", MODERATOR}
    for mail, raw in zip(server.taken, server.raw, strict=True):
        # The two about unsubscribing stand among them, and each once.
        assert list(mail) == NAMES
        assert {address.addr_spec for address in mail["To"].addresses} < wanted
        assert len(mail["To"].addresses) == 1
        assert raw.count(b"\r\n\r\n--") >= 1
        assert b"\nBcc" not in raw.partition(b"\r\n\r\n")[0]
        assert [p.get_content_type() for p in mail.iter_parts()] == ["text/plain", "text/html"]


def test_cr_and_lf_in_an_address_are_refused(mailing: Callable[..., Site], server: Post) -> None:
    site = mailing()
    for trick in BREAKS:
        for email in (f"a@b.example{trick}", f"a{trick}@b.example", f"{trick}a@b.example"):
            site.send(f"By {trick!r}.", email=email)
    site.send("By somebody honest.", email="tom@example.org")
    # What the form lets through and no mail server would is given up, and said.
    site.host.run("send-mail")
    assert server.taken
    for mail in server.taken:
        assert list(mail) == NAMES
        assert len(mail["To"].addresses) == 1
        assert "evil.example" not in mail["To"]


def test_fifty_comments_naming_a_victims_address_make_at_most_one_mail(
    mailing: Callable[..., Site], server: Post
) -> None:
    site = mailing()
    parent = site.plant()
    for number in range(50):
        spelled = (VICTIM, VICTIM.upper(), f"victim+{number}@example.org", "Victim@Example.ORG")
        answer = site.send(
            f"Number {number}", email=spelled[number % 4], author=f"Guest {number}",
            subscribe="y", parent=str(parent) if number % 2 else "",
            address=f"198.51.100.{number}",
        )  # fmt: skip
        assert answer.status_code == 303
        if number % 10 == 0:
            send(site)
            site.clock.advance(hours=1)
    # However they go on: published, answered, edited, and others besides.
    for comment in site.stored()[1::5]:
        approve(site, comment.id)
        write(site, f"Answer {comment.id}", parent=comment.id, email="", state=PUBLISHED)
    for number, way in enumerate(WAYS.values()):
        way(site, f"More {number}.", email=VICTIM, subscribe="y")
    site.clock.advance(days=28)
    send(site)
    assert [m["To"] for m in server.taken if "victim" in m["To"].lower()] == [VICTIM]


def test_fifty_at_once_naming_a_victims_address_make_at_most_one_mail(
    busy: Callable[..., Site],
) -> None:
    sent: list[Any] = []
    site = busy(given={"send_mail": sent.append}, **MAIL)

    def writer(number: int) -> Callable[[], Any]:
        return lambda: site.send(
            f"Number {number}", email=(VICTIM, VICTIM.upper())[number % 2], subscribe="y",
            address=f"198.51.100.{number}",
        )  # fmt: skip

    answers = at_once([writer(number) for number in range(16)])
    assert [a.status_code for a in answers] == [303] * 16
    send(site)
    assert [m["To"].lower() for m in sent if "victim" in m["To"].lower()] == [VICTIM]


def every_kind(site: Site) -> None:
    """Have one mail of each kind written: asked, published, answered, waiting."""
    first = write(site, state=PUBLISHED, confirmed=True, subscribe=True)
    write(site, "A reply", parent=first, email="", state=PUBLISHED)
    write(site, "Held", email="tom@example.org")
    approve(site, write(site, "Published", email="ann@host.example", person="7"))
    send(site)


@pytest.mark.parametrize("make", [plain, csrf_before, csrf_after], ids=lambda make: make.__name__)
def test_both_headers_to_unsubscribe_are_in_each_mail_and_one_click_works(
    mailing: Callable[..., Site], server: Post, make: Any
) -> None:
    site = mailing(make)
    every_kind(site)
    assert len(server.taken) == 4
    for mail in server.taken:
        address = str(mail["List-Unsubscribe"])
        assert address.startswith(f"<{BASE}/news/replies/unsubscribe/")
        assert address.endswith(">")
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        answer = site.host.open(
            address[1:-1].removeprefix(f"{BASE}/news"), method="POST",
            data={"List-Unsubscribe": "One-Click"}, headers={"Sec-Fetch-Site": "cross-site"},
        )  # fmt: skip
        assert (answer.status_code, answer.data) == (204, b"")
    with site.app.app_context():
        assert session().query(Subscription).one().ended_at == site.clock()
    server.take()
    site.clock.advance(days=40)
    write(site, "Another", parent=1, email="", state=PUBLISHED)
    write(site, "Held again", email="tom@example.org")
    approve(site, write(site, "Published again", email="ann@host.example", person="7"))
    send(site)
    assert server.taken == []


def test_a_scanners_get_changes_nothing(mailing: Callable[..., Site], server: Post) -> None:
    site = mailing()
    every_kind(site)
    before = contents(site.host)
    links = {url.removeprefix(f"{BASE}/news") for m in server.taken for url in urls_in(text_of(m))}
    assert len(links) > 12
    scanner = site.client()
    for link in links:
        for method in ("GET", "HEAD", "GET"):
            for agent in ("Outlook-SafeLinks", "Mozilla/5.0"):
                answer = site.host.open(link, scanner, method=method, headers={"User-Agent": agent})
                assert answer.status_code in (200, 302, 401), link
    assert contents(site.host) == before


def test_no_mail_is_written_to_a_writer_of_spam_or_of_what_waits(
    mailing: Callable[..., Site], server: Post
) -> None:
    site = mailing()
    first = write(site, state=PUBLISHED, confirmed=True, subscribe=True)
    for state in (HELD, SPAM):
        write(site, f"In {state}", parent=first, email="", state=state)
    send(site)
    assert {m["To"] for m in server.taken} == {MODERATOR}
    assert "In spam" not in "".join(text_of(m) for m in server.taken)
    assert site.host.get(path_in(server.taken[0], "/by-link/")).status_code == 200
