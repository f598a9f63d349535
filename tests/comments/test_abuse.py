"""Floods, forgeries and rubbish: nothing gets through, nobody is told on, nothing breaks."""

from __future__ import annotations

import hashlib
import importlib.util
import ipaddress
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from flask_newsblog import Person, Settings
from flask_newsblog.comments.forms import ReplyForm, shows_something
from flask_newsblog.comments.writers import digest_and_network
from flask_newsblog.i18n import words_for
from flask_newsblog.models import CommentState

from .conftest import OpenSite
from .readers import GUEST, SAID, SAME, Site, all_of, comment_on, kept, links, tree, words
from .test_thread import cleared

# Floods


@pytest.fixture
def slow(open_site: OpenSite) -> Site:
    """A site as it is by default, where writers wait between two replies."""
    return open_site(NEWSBLOG_REPLY_PAUSE_SECONDS=15)


def taken(site: Site, addresses: list[str], **more: Any) -> int:
    """How many replies are taken that come from these addresses at once."""
    said = [f"From {address}, the {place}th" for place, address in enumerate(addresses)]
    answers = [site.send(t, address=a, **more) for t, a in zip(said, addresses, strict=True)]
    assert {a.status_code for a in answers} <= {303, 429}
    for text, answer in zip(said, answers, strict=True):
        if answer.status_code == 429:
            assert text in kept(answer.text)
    return sum(a.status_code == 303 for a in answers)


def test_a_flood_from_one_address_is_one_reply(slow: Site) -> None:
    assert taken(slow, ["203.0.113.9"] * 20) == 1


def test_a_flood_from_one_network_of_a_household_is_one_reply(slow: Site) -> None:
    assert taken(slow, [f"2001:db8:1:2::{n:x}" for n in range(1, 20)]) == 1


def test_an_address_written_in_two_ways_is_one(slow: Site) -> None:
    assert taken(slow, ["203.0.113.9", "::ffff:203.0.113.9", "::ffff:cb00:7109"]) == 1
    assert taken(slow, ["fe80::1%eth0", "fe80::1%eth1", "fe80::0:1"]) == 1


def test_neighbours_do_not_wait_for_each_other(slow: Site) -> None:
    assert taken(slow, [f"203.0.113.{n}" for n in range(1, 6)]) == 5
    assert taken(slow, [f"2001:db8:1:{n}::1" for n in range(1, 6)]) == 5


def test_what_a_request_says_of_its_way_is_not_believed(slow: Site) -> None:
    for number in range(1, 6):
        claimed = f"198.51.100.{number}"
        slow.send(
            f"Number {number}",
            headers={
                **SAME, "X-Forwarded-For": claimed, "Forwarded": f"for={claimed}",
                "X-Real-IP": claimed, "Client-IP": claimed, "CF-Connecting-IP": claimed,
            },
        )  # fmt: skip
    assert [c.network for c in slow.stored()] == ["203.0.113.0/24"]


@pytest.mark.parametrize("address", [None, "", "unix:", "rubbish", "999.1.1.1", "1.2.3.4, 5.6.7.8"])
def test_an_address_that_is_none_is_not_kept(site: Site, address: str | None) -> None:
    assert site.send(address=address).status_code == 303  # type: ignore[arg-type]
    (comment,) = site.stored()
    assert (comment.address_digest, comment.network) == (None, None)


# What is kept of a reader


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.200", "203.0.113.0/24"),
        ("2001:db8:aaaa:bbbb:cccc::1", "2001:db8:aaaa::/48"),
        ("::ffff:203.0.113.200", "203.0.113.0/24"),
        ("::1", "::/48"),
        ("fe80::1%eth0", "fe80::/48"),
    ],
)
def test_networks_are_kept_cut(site: Site, address: str, network: str) -> None:
    site.send(address=address)
    (comment,) = site.stored()
    assert comment.network == network
    kept_of = json.dumps([str(getattr(comment, c.key)) for c in comment.__table__.columns])
    assert address not in kept_of


def test_whoever_copies_the_database_cannot_count_through_the_addresses() -> None:
    digest, _ = digest_and_network("203.0.113.9", b"secret", "2026-05-04")
    assert digest is not None
    assert re.fullmatch("[0-9a-f]{32}", digest)
    day = "2026-05-04"
    for host in ipaddress.ip_network("203.0.113.0/24"):
        for text in (f"{host}", f"{host}/32", f"{day} {host}/32", f"{day}{host}"):
            assert not hashlib.sha256(text.encode()).hexdigest().startswith(digest)
    others = {
        digest_and_network("203.0.113.9", b"another secret", day)[0],
        digest_and_network("203.0.113.9", b"secret", "2026-05-05")[0],
        digest_and_network("203.0.113.10", b"secret", day)[0],
    }
    assert len(others | {digest}) == 4
    assert digest_and_network("203.0.113.9", b"secret", day)[0] == digest


def test_no_page_tells_of_a_writers_address(lively: Site) -> None:
    lively.send(address="203.0.113.77", headers={**SAME, "User-Agent": "Distinct/9.9"})
    (comment,) = lively.stored()
    assert comment.user_agent == "Distinct/9.9"
    pages = [
        lively.article(),
        lively.host.get(f"{lively.reply_path}?to={comment.id}"),
        lively.host.get("/"),
        lively.send(author=""),
    ]
    for page in pages[:3]:
        for secret in (GUEST["email"], "203.0.113", "Distinct/9.9", str(comment.address_digest)):
            assert secret not in page.text
    assert "203.0.113" not in pages[3].text


@pytest.mark.parametrize("agent", ["", "x" * 10_000, "\xff\xfe", "a\x00b"])
def test_any_browser_may_write(site: Site, agent: str) -> None:
    answer = site.host.open(
        site.reply_path, method="POST", data={**GUEST, "comment": SAID},
        environ_base={"HTTP_USER_AGENT": agent, "HTTP_SEC_FETCH_SITE": "same-origin"},
    )  # fmt: skip
    assert answer.status_code == 303
    assert len(site.stored()[0].user_agent or "") <= 255


# Payloads

COLLECTION = Path(__file__).parents[3] / "shared" / "xss"


@pytest.fixture(scope="module")
def oracle() -> Callable[[str], list[str]]:
    """The collection's own judge of a comment's HTML: what is outside its closed list."""
    if not COLLECTION.is_dir():
        pytest.skip("the collection of payloads is not beside the project")
    spec = importlib.util.spec_from_file_location("oracle", COLLECTION / "oracle.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    # Paragraphs and items say in which direction they run, which is more than it knows of.
    module.ATTRS.update(p={"dir"}, li={"dir"})
    found: Callable[[str], list[str]] = module.check
    return found


def payloads() -> list[str]:
    """All strings of all the files of payloads."""
    found: list[str] = []

    def gather(value: Any) -> None:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            for inner in value.values():
                gather(inner)
        elif isinstance(value, list):
            for inner in value:
                gather(inner)

    for file in sorted(COLLECTION.glob("*.json")):
        gather(json.loads(file.read_text("utf-8")))
    return list(dict.fromkeys(text for text in found if text.strip()))


# Elements that our own pages are made of, and those of comments.
PLAIN = frozenset(
    {"html", "head", "body", "meta", "title", "link", "script", "div", "a", "header", "nav", "p",
     "span", "main", "article", "h1", "h2", "h3", "section", "ol", "li", "ul", "bdi", "time",
     "form", "label", "textarea", "input", "button", "footer", "br", "em", "strong", "code",
     "pre", "blockquote"}
)  # fmt: skip
SAFE_ADDRESS = re.compile(r"https?://[^\s\"'<>\\]+")


def bodies(html: str) -> list[str]:
    """The HTML of each comment's body, as it stands in the page."""
    return re.findall(r'<div class="nb-comment-body">(.*?)</div>\n', html, re.DOTALL)


@dataclass
class Taken:
    """How many payloads were taken as a comment, and as its writer's website."""

    bodies: int = 0
    websites: int = 0


def send_and_read_back(site: Site, cases: list[str], oracle: Callable[[str], list[str]]) -> Taken:
    """Send payloads as body, name and website, publish them, and look at every page."""
    taken = Taken()
    for number, case in enumerate(cases):
        name = case[:240] if shows_something(case[:240]) else "x"
        # A name of its own, so that two alike after tidying are two comments.
        with_website = site.send(case, author=f"{name} {number}", url=case)
        answer = with_website
        if with_website.status_code == 422:
            answer = site.send(case, author=f"{name} {number}")
        taken.bodies += answer.status_code == 303
        taken.websites += with_website.status_code == 303
    numbers = [str(comment.id) for comment in site.stored()]
    assert site.host.run("comments", "approve", *numbers).exit_code == 0
    address, met = site.article().request.path, 0
    while address:
        html = site.go(address).text
        found = bodies(html)
        met += len(found)
        assert [flaw for body in found for flaw in oracle(body)] == []
        page = tree(html)
        assert {str(e.tag) for e in page.iter() if isinstance(e.tag, str)} <= PLAIN
        for element in page.iter():
            assert not {a for a in element.attrib if a.startswith("on") or a == "style"}
            assert not re.match(r"\s*\w*script:|\s*data:", element.get("href", ""), re.I)
        for link in all_of(page, "p", class_="nb-comment-name"):
            for website in link.iter("a"):
                assert SAFE_ADDRESS.fullmatch(website.get("href", ""))
                assert website.get("rel") == "nofollow ugc noopener"
        address = next(iter(links(html, "Newer replies")), "")
    assert met == taken.bodies
    return taken


def test_payloads_stay_words_on_the_page(
    open_site: OpenSite, oracle: Callable[[str], list[str]]
) -> None:
    # A page of all of them takes a parser a minute: tests/stress sends the rest.
    site = open_site(NEWSBLOG_THREADS_PER_PAGE=200)
    assert send_and_read_back(site, payloads()[::6], oracle).bodies > 100


def test_payloads_lead_nowhere_as_websites(oracle: Callable[[str], list[str]]) -> None:
    words_of_a_page = words_for("en", ZoneInfo("UTC"), "long")
    taken: list[str] = []
    for case in payloads():
        data = MultiDict({**GUEST, "comment": SAID, "url": case})
        form = ReplyForm(data, Settings(), words_of_a_page, known=False)
        if form.validate() and form.url.data:
            taken.append(form.url.data)
    assert [address for address in taken if not SAFE_ADDRESS.fullmatch(address)] == []


@pytest.mark.parametrize(
    "case", ["</textarea><script>alert(1)</script>", '"><img src=x onerror=1>']
)
def test_payloads_stay_words_in_every_refusal(open_site: OpenSite, case: str) -> None:
    site = open_site(NEWSBLOG_REPLY_PAUSE_SECONDS=15)
    typed = {"author": case, "email": case, "url": case, "parent": case, "took": case}
    closed = open_site(NEWSBLOG_REPLIES=False)
    site.send("First.")
    answers = [
        site.send(case, **typed),
        site.send(case, headers={"Origin": "https://evil.example"}, **typed),
        site.send(case, author=case),
        closed.send(case, **typed),
        site.host.open("/replies/999999", method="POST", data={"comment": case}),
    ]
    assert [a.status_code for a in answers] == [422, 403, 429, 403, 404]
    for answer in answers:
        assert case in kept(answer.text)
        page = tree(answer.text)
        assert not list(page.iter("img"))
        assert all("alert(1)" not in words(script) for script in page.iter("script"))


def test_templates_in_words_stay_words(lively: Site) -> None:
    lively.send("{{ 7+7 }} {% raw %} ${7+7} %(name)s %s", author="{{ 7+7 }} %(n)s")
    (comment,) = lively.stored()
    element = comment_on(lively.article().text, comment.id)
    assert "{{ 7+7 }} {% raw %} ${7+7} %(name)s %s" in words(element)
    assert "{{ 7+7 }} %(n)s" in words(element)
    page = lively.host.get(f"{lively.reply_path}?to={comment.id}")
    assert "Reply to {{ 7+7 }} %(n)s" in words(tree(page.text))


def test_names_cannot_turn_round_what_stands_beside_them(lively: Site) -> None:
    lively.send(author="\u202eevil\u2066 name\u202d")
    (comment,) = lively.stored()
    assert comment.author_name == "evil name"


# Rubbish

FIELDS = (
    "comment",
    "author",
    "email",
    "url",
    "remember",
    "subject",
    "took",
    "nudged",
    "subscribe",
    "parent",
    "csrf_token",
)
_texts = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["", " ", "\0", "x" * 70_000, "👍" * 11_000, "\u0301" * 5_000, "\ufdfa" * 3_000,
         "a@b.example", "https://x.example", "\u3164", "9" * 30, "-1", "%", "%s%n",
         "[](" * 900, "> " * 900]
    ),
)  # fmt: skip
_headers = st.dictionaries(
    st.sampled_from(
        ["Sec-Fetch-Site", "Origin", "Referer", "Host", "Cookie", "User-Agent", "Accept",
         "Accept-Language", "Content-Encoding", "Content-Length", "X-Forwarded-For",
         "X-HTTP-Method-Override", "If-None-Match", "Range", "Transfer-Encoding"]
    ),
    st.one_of(
        st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f")),
        st.sampled_from(
            ["same-origin", "cross-site", "null", "http://[", "http://localhost", "x:y:z", "//",
             "http://localhost:99999", "newsblog_confirm=x; session=x", "chunked", "gzip", "-1",
             "9999999999", "bytes=0-1"]
        ),
    ),
    max_size=4,
)  # fmt: skip
_types = st.sampled_from(
    ["application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-7",
     "multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary=",
     "multipart/form-data; boundary=\xff", "application/json", "text/plain", "", "x", "/",
     "multipart/mixed; boundary=x", "image/png"]
)  # fmt: skip
_bodies = st.one_of(
    st.binary(max_size=200),
    st.lists(st.tuples(st.sampled_from(FIELDS), _texts), max_size=8).map(
        lambda pairs: "&".join(
            f"{k}={quote_plus(v, errors='surrogatepass')}" for k, v in pairs
        ).encode()
    ),
    st.lists(st.tuples(st.sampled_from(FIELDS), st.binary(max_size=60)), max_size=8).map(
        lambda pairs: b"".join(
            b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (k.encode(), v)
            for k, v in pairs
        )
        + b"--x--\r\n"
    ),
    st.sampled_from(
        [b"comment=%FF%FE&author=%C3%28", b"comment=\xff\xfe", b"&&&===", b"comment", b"%", b"\0",
         b"comment=" + b"x" * 1_000_000, b"&".join(b"f%d=x" % n for n in range(10_000)),
         b"--x\r\nContent-Disposition: form-data; name=comment\r\n\r\nunfinished",
         b"--x\r\n\r\n\r\n--x--", b"--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--",
         b'--x\r\nContent-Disposition: form-data; name="comment"; filename="a"\r\n\r\nx\r\n--x--',
         b"--x\r\n" * 2_000, b"{\"comment\": 1}"]
    ),
)  # fmt: skip
_paths = st.sampled_from(["/replies/1", "/replies/2", "/replies/0", "/replies/x", "/replies/1/"])
_queries = st.one_of(
    st.just(""), st.text(max_size=20), st.sampled_from(["to=1", "to=x", "to=%00", "to=" + "9" * 30])
)
_methods = st.sampled_from(["POST"] * 8 + ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])


def rubbish(
    site: Site, method: str, path: str, query: str, headers: dict[str, str], kind: str, body: bytes
) -> None:
    """Send it; whatever it is, the answer is one that the table of outcomes knows."""
    client = site.client("Nora" if len(body) % 3 == 0 else "")
    environ: dict[str, Any] = {
        f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()
    }
    environ = {**environ, "CONTENT_TYPE": kind}
    length = environ.pop("HTTP_CONTENT_LENGTH", None)
    if length is not None:
        environ["CONTENT_LENGTH"] = length
    address = path.replace("1", str(site.story.id))
    answer = client.open(
        site.host.prefix + address, method=method, query_string=quote_plus(query, safe="=%&"),
        data=body, environ_overrides=environ, base_url="http://localhost",
    )  # fmt: skip
    assert answer.status_code in {200, 303, 308, 400, 403, 404, 405, 413, 422, 429}
    assert site.counters() == site.recount()


RUBBISH = {
    "method": _methods, "path": _paths, "query": _queries, "headers": _headers, "kind": _types,
    "body": _bodies,
}  # fmt: skip


@settings(max_examples=150)
@given(**RUBBISH)
def test_no_rubbish_breaks_anything(site: Site, **sent: Any) -> None:
    rubbish(site, **sent)


@settings(max_examples=60)
@given(fields=st.dictionaries(st.sampled_from(FIELDS), _texts))
def test_no_words_break_anything_and_none_are_lost(lively: Site, fields: dict[str, str]) -> None:
    answer = cleared(lively).host.open(
        lively.reply_path, method="POST", headers=SAME, data={**GUEST, **fields}
    )
    assert answer.status_code in {303, 422}
    if answer.status_code == 422 and fields.get("comment", "").isascii():
        typed = re.sub(r"[\x00-\x08\x0e-\x1f\x7f]", "", fields.get("comment", "")).strip()
        typed = re.sub(r"\r\n?|[\x0b\x0c]", "\n", typed).strip()
        assert typed in kept(answer.text)
    assert lively.counters() == lively.recount()


@settings(max_examples=10)
@given(sent=st.fixed_dictionaries(RUBBISH), fields=st.dictionaries(st.sampled_from(FIELDS), _texts))
@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_no_rubbish_breaks_anything_on_a_server(
    server_site: Callable[[str], Site], kind: str, sent: dict[str, Any], fields: dict[str, str]
) -> None:
    site = server_site(kind)
    rubbish(site, **sent)
    answer = site.host.open(
        site.reply_path, method="POST", headers=SAME, data={**GUEST, "comment": SAID, **fields}
    )
    assert answer.status_code in {303, 422}
    assert site.counters() == site.recount()


@pytest.mark.parametrize(
    "body",
    [
        b"comment=Not+%FFUTF-8&author=M%E9ra&email=a%40b.example",
        b"comment=\xd0\x9f\xd1\x80&author=Mira&email=a%40b.example",
    ],
)
def test_words_in_a_strange_encoding_are_not_lost(site: Site, body: bytes) -> None:
    answer = site.host.open(
        site.reply_path, method="POST", headers=SAME, data=body,
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip
    assert answer.status_code == 303
    assert len(site.stored()[0].body) > 1


def test_marks_without_end_are_no_burden(site: Site) -> None:
    # Unicode's composed form takes time quadratic in the marks on one letter.
    marks = "a" + "\u0301\u0316" * 30_000
    answer = site.send(marks, author=marks, email=marks, url=marks)
    assert answer.status_code == 422


def test_what_a_person_of_the_host_is_called_breaks_nothing(open_site: OpenSite) -> None:
    names = iter(["n" * 300, "", "A\0B", "\u202eBack", " \n ", "👍" * 245])

    def somebody() -> Person:
        return Person("1", next(names), "e" * 500 + "@example.org")

    site = open_site(given={"current_person": somebody})
    for number in range(6):
        assert site.send(f"Number {number}").status_code == 303
    found = [c.author_name for c in site.stored()]
    assert found == ["n" * 245, "", "AB", "Back", "", "👍" * 245]
    assert {c.state for c in site.stored()} == {CommentState.PUBLISHED}
    assert site.article().status_code == 200
