"""What stands at the head of a mail, whatever people write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flask_newsblog import Settings
from flask_newsblog.mail import Parts, Refused, header_text, make_message
from flask_newsblog.models import CommentState

from ..comments.readers import Site
from ..hosts import TITLE, at_the_root, nested, on_a_subdomain, second_address
from .servers import BASE, MAIL, Post, html_of, tell, text_of, urls_in, write

OURS = Settings(mail_from="The Bülletin <desk@bulletin.example>", base_url=BASE)
NAMES = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "List-Unsubscribe",
    "List-Unsubscribe-Post", "MIME-Version", "Content-Type",
]  # fmt: skip
# Ends of lines, and what the standard library decodes where it reads a header.
TRICKS = ("\r\nBcc: x@evil.example", "=?utf-8?q?=0d=0aBcc=3a_x=40evil=2eexample?=", "\u2028Bcc: x")
texts = st.lists(
    st.one_of(st.text(max_size=20), st.sampled_from(TRICKS), st.just(" "), st.just("ä" * 40))
).map("".join)


def message(**parts: Any) -> EmailMessage:
    """A mail with these parts, as a mail program reads it."""
    usual = {
        "message_id": "newsblog.1.x", "recipient": "mira@example.org", "subject": "Words",
        "text": "Words.\n", "html": "<p>Words.</p>", "date": datetime(2026, 5, 4, 12, tzinfo=UTC),
        "stop_url": f"{BASE}/news/replies/unsubscribe/{'x' * 300}",
    }  # fmt: skip
    sent = make_message(OURS, Parts(**{**usual, **parts})).as_bytes()
    assert all(len(line) <= 998 for line in sent.split(b"\r\n"))
    read = message_from_bytes(sent, policy=default)
    assert isinstance(read, EmailMessage)
    return read


@given(texts)
@example("=?utf-8?q?=0d=0aBcc=3a_x?=")
@example("a" * 150)
@example("ä" * 150)
@example("Der “Titel” ist “äh” " * 7)
@settings(max_examples=100)
def test_no_subject_adds_a_header_and_each_is_read_as_it_was_meant(subject: str) -> None:
    read = message(subject=subject)
    assert list(read) == NAMES
    assert str(read["Subject"]) == header_text(subject)[:150].strip()


@given(texts, texts)
@settings(max_examples=50)
def test_no_text_adds_a_part(text: str, html: str) -> None:
    read = message(text=text, html=html)
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]


@given(st.one_of(texts, texts.map(lambda text: f"{text}@example.org")))
@example("a@example.org\r\nBcc: x@evil.example")
@example("=?utf-8?q?=0d=0aBcc=3a_x?=@example.org")
@example("a@example.org,b@example.org")
@settings(max_examples=100)
def test_no_recipient_adds_another(recipient: str) -> None:
    try:
        read = message(recipient=recipient)
    except Refused:
        return
    assert list(read) == NAMES
    assert len(read["To"].addresses) == 1


def test_a_domain_in_any_script_is_written_as_the_network_has_it() -> None:
    assert str(message(recipient="mira@bücher.example")["To"]) == "mira@xn--bcher-kva.example"


def test_names_titles_and_words_of_readers_add_no_header(site: Site, server: Post) -> None:
    for trick in TRICKS:
        write(site, f"Words {trick}", name=f"Mira {trick}", confirmed=True)
    site.host.run("send-mail")
    assert server.taken
    for read in server.taken:
        assert list(read)[2:] == NAMES[2:] or list(read) == NAMES
        assert {address.addr_spec for address in read["To"].addresses} <= {
            MAIL["NEWSBLOG_MODERATORS"], "mira@example.org"
        }  # fmt: skip


def test_each_mail_can_be_ended_by_one_click(site: Site, server: Post) -> None:
    write(site)
    site.host.run("send-mail")
    assert len(server.taken) == 2
    for read, raw in zip(server.taken, server.raw, strict=True):
        (address,) = urls_in(str(read["List-Unsubscribe"]))
        assert f"List-Unsubscribe: <{address}>\r\n".encode() in raw
        assert address.startswith(f"{BASE}/news/replies/unsubscribe/")
        assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert read["Auto-Submitted"] == "auto-generated"
        assert "Precedence" not in read


def test_one_click_is_offered_by_encryption_alone(
    mailing: Callable[..., Site], server: Post
) -> None:
    site = mailing(NEWSBLOG_BASE_URL="http://bulletin.example")
    write(site)
    site.host.run("send-mail")
    assert all("List-Unsubscribe-Post" not in read for read in server.taken)
    assert all("List-Unsubscribe" in read for read in server.taken)


def test_a_mail_asks_for_nothing_when_it_is_opened(site: Site, server: Post) -> None:
    write(site, "<img src=https://evil.example/a.png> ![x](https://evil.example/b.png)")
    site.host.run("send-mail")
    for read in server.taken:
        html = html_of(read)
        assert not [tag for tag in ("<img", "<link", "<script", "<style", "url(") if tag in html]
        links = urls_in(html)
        assert all(f'">{url}</a>' in html for url in links if url.startswith(BASE))
        assert TITLE in text_of(read)


def test_whatever_a_request_calls_the_site_links_lead_to_its_own_address(
    site: Site, server: Post
) -> None:
    for name in ("evil.example", "bulletin.example.evil.example"):
        answer = site.host.open(
            site.reply_path, method="POST", data={"comment": name, "author": "M"},
            headers={"Host": name, "X-Forwarded-Host": name, "Sec-Fetch-Site": "same-origin"},
        )  # fmt: skip
        assert answer.status_code in (303, 422)
    write(site)
    site.host.run("send-mail")
    assert server.taken
    for read in server.taken:
        ours = urls_in(text_of(read) + html_of(read))
        assert {url.partition("/news/")[0] for url in ours} == {BASE}


@pytest.mark.parametrize(
    "make", [nested, at_the_root, on_a_subdomain, second_address], ids=lambda make: make.__name__
)
def test_links_lead_to_where_the_blog_is(
    mailing: Callable[..., Site], server: Post, make: Any
) -> None:
    base = "https://news.town.example" if make is on_a_subdomain else BASE
    site = mailing(make, NEWSBLOG_BASE_URL=base)
    tell(site, site.plant(state=CommentState.HELD))
    site.host.run("send-mail", "--blog", site.host.name)
    links = [url for read in server.taken for url in urls_in(text_of(read))]
    assert links
    prefix = {nested: "/site/news", second_address: "/news"}.get(make, "")
    assert all(url.startswith(f"{base}{prefix}/") for url in links)
    stop = next(url for url in links if "/unsubscribe/" in url)
    client = site.host.client()
    assert client.get(stop, base_url=base).status_code == 200
