"""Whatever is asked gets an answer: a page that says what is wrong, and never a failure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder, run_wsgi_app

from ..hosts import (
    MEMORY,
    TITLE,
    Host,
    at_the_root,
    nested,
    open_host,
    path_of,
    plain,
    write_story,
)
from ..pages import robots

READ = ("GET", "HEAD", "OPTIONS")
CHANGING = ("POST", "PUT", "PATCH", "DELETE")

NOT_THERE = [
    "/nothing", "/nothing/", "/a/b/c", "/2026", "/2026/99/", "/tags/", "/tags/a/b", "/sections/",
    "/sections/none/", "/authors/none/", "/media/", "/media/none.webp", "/newsroom/none",
    "/2026/01/01/none/", "/assets/none.css", "/.git/config", "/wp-login.php", "/feed",
]  # fmt: skip

STRANGE = [
    "/%00", "/%00/", "/tags/%00/", "/sections/%00/", "/authors/%00/", "/media/%00",
    "/2026/01/01/%00/", "/%ff", "/tags/%ff%fe/", "/%c3%28", "/%ed%a0%80", "/%F0%9F%9A%A2/",
    "/tags/%F0%9F%9A%A2/", "/..", "/../..", "/%2e%2e/%2e%2e/etc/passwd", "/a/../b", "/./", "//",
    "//a", "/a//b", "///", "/%2f", "/tags/%2f/", "/a%5Cb", "/\\", "/tags/a b/", "/%25", "/%",
    "/%zz", "/%0d%0aSet-Cookie:%20a=b", "/tags/%0a/", "/'\"<>", "/tags/<script>/", "/;a=b",
    "/tags/a'--/", "/tags/*/", "/\u202e", "/" + "a" * 5000, "/tags/" + "a" * 5000 + "/",
    "/2026/01/01/" + "é" * 3000 + "/", "/" + "a/" * 2000, "/media/" + "a" * 5000,
]  # fmt: skip

TRAVERSALS = [
    "../secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt", "a/../../secret.txt",
    "a/%2e%2e/%2e%2e/secret.txt", "..%5csecret.txt", "%2fetc%2fpasswd", "/etc/passwd",
    "....//secret.txt", "%00../secret.txt", "../secret.txt%00.webp", "..%c0%afsecret.txt", "out",
    ".", "..", "a", "a/",
]  # fmt: skip


def is_a_page_of_the_blog(answer: Any) -> bool:
    return (
        answer.mimetype == "text/html"
        and f">{TITLE}<" in answer.text
        and answer.text.startswith("<!doctype html>")
        and robots(answer.text) == "noindex"
    )


@pytest.mark.parametrize("path", NOT_THERE)
def test_what_is_not_there_gets_the_blogs_own_page(noon: Host, path: str) -> None:
    answer = noon.get(path, follow_redirects=True)
    assert answer.status_code == 404
    assert is_a_page_of_the_blog(answer)
    assert "This page is not here" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


def test_the_hosts_own_pages_are_the_hosts_own_business(noon: Host) -> None:
    answer = noon.client().get("/nothing")
    assert answer.status_code == 404
    assert TITLE not in answer.text


@pytest.mark.parametrize("path", STRANGE)
def test_a_strange_address_gets_an_answer(noon: Host, path: str) -> None:
    for method in ("GET", "HEAD", "POST"):
        answer = noon.open(path, method=method, follow_redirects=False)
        assert answer.status_code in (200, 301, 308, 404, 405), method
        assert "\n" not in answer.headers.get("Location", "")


def test_a_strange_address_gets_an_answer_from_every_database(host: Host) -> None:
    for path in STRANGE:
        assert host.get(path, follow_redirects=True).status_code in (200, 404), path


@pytest.mark.parametrize("make", [at_the_root, nested])
def test_a_strange_address_gets_an_answer_wherever_the_blog_is(
    open_hosts: Callable[..., Host], make: Callable[..., Any]
) -> None:
    host = open_hosts(make, NEWSBLOG_PERMALINK="/<slug>/")
    for path in STRANGE:
        assert host.get(path, follow_redirects=True).status_code in (200, 404), path


@pytest.fixture
def with_media(open_hosts: Callable[..., Host], tmp_path: Path) -> Host:
    (tmp_path / "secret.txt").write_text("hands off")
    (tmp_path / "media" / "a").mkdir(parents=True)
    (tmp_path / "media" / "ferry.webp").write_bytes(b"a picture")
    (tmp_path / "media" / "page.html").write_bytes(b"<script>alert(1)</script>")
    (tmp_path / "media" / "out").symlink_to(tmp_path)
    return open_hosts(plain, NEWSBLOG_MEDIA_FOLDER=str(tmp_path / "media"))


@pytest.mark.parametrize("key", TRAVERSALS)
def test_nothing_leads_out_of_the_media_folder(with_media: Host, key: str) -> None:
    answer = with_media.get(f"/media/{key}", follow_redirects=True)
    assert answer.status_code == 404
    assert "hands off" not in answer.text


def test_a_picture_is_shown_and_anything_else_is_a_download(with_media: Host) -> None:
    picture = with_media.get("/media/ferry.webp")
    assert (picture.status_code, picture.data) == (200, b"a picture")
    assert picture.mimetype == "image/webp"
    assert "attachment" not in picture.headers.get("Content-Disposition", "")
    page = with_media.get("/media/page.html")
    assert page.headers["Content-Disposition"].startswith("attachment")
    for answer in (picture, page):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        answer.close()


def test_a_picture_is_sent_in_parts_and_not_twice(with_media: Host) -> None:
    whole = with_media.get("/media/ferry.webp")
    part = with_media.get("/media/ferry.webp", headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.data) == (206, b"pic")
    again = with_media.get("/media/ferry.webp", headers={"If-None-Match": whole.headers["ETag"]})
    assert again.status_code == 304
    beyond = with_media.get("/media/ferry.webp", headers={"Range": "bytes=99-"})
    assert beyond.status_code == 416
    assert beyond.headers["Content-Range"] == "bytes */9"
    assert is_a_page_of_the_blog(beyond)
    for answer in (whole, part, again, beyond):
        answer.close()


def test_a_missing_media_folder_is_an_empty_one(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain, NEWSBLOG_MEDIA_FOLDER="/nowhere/at/all")
    assert host.get("/media/ferry.webp").status_code == 404


def test_a_page_for_reading_refuses_to_be_changed(any_host: Host) -> None:
    post = write_story(any_host.app, section=("Town",), tags=("Sea",), authors=("Ann",))
    paths = ("/", path_of(post), "/sections/town/", "/tags/sea/", "/authors/ann/", "/2026/")
    for path, method in product(paths, CHANGING):
        answer = any_host.open(path, method=method)
        assert is_a_page_of_the_blog(answer)
        if "csrf" in any_host.app.extensions:
            # The host looks for its token first.
            assert answer.status_code == 400
            continue
        assert answer.status_code == 405, path
        assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
        assert "That cannot be done here" in answer.text
        assert answer.headers["Cache-Control"] == "no-store"


def test_an_address_for_acting_is_not_read(noon: Host) -> None:
    answer = noon.get("/newsroom/sign-out")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert is_a_page_of_the_blog(answer)


@pytest.mark.parametrize("method", CHANGING)
def test_what_is_not_there_cannot_be_changed_either(noon: Host, method: str) -> None:
    assert noon.open("/nothing/at/all", method=method).status_code == 404


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "get", "BREW", "*", "GET "])
@pytest.mark.parametrize("path", ["/", "/nothing", "/tags/a/"])
def test_a_method_that_nobody_knows_is_refused(noon: Host, method: str, path: str) -> None:
    builder = EnvironBuilder(path=noon.prefix + path)
    environ = {**builder.get_environ(), "REQUEST_METHOD": method}
    _, status, headers = run_wsgi_app(noon.app, environ)
    assert int(status.split()[0]) in (200, 404, 405)
    assert headers["Content-Type"].startswith("text/html")


def test_options_tells_what_may_be_done(noon: Host) -> None:
    answer = noon.open("/", method="OPTIONS")
    assert answer.status_code == 200
    assert set(answer.allow) >= {"GET", "HEAD", "OPTIONS"}


def test_a_form_that_was_sent_elsewhere_is_answered_in_the_layout(noon: Host) -> None:
    answer = noon.open("/newsroom/sign-out", method="POST", data={"a": "b"})
    assert answer.status_code == 400
    assert is_a_page_of_the_blog(answer)
    assert "That could not be understood" in answer.text


ODD_HEADERS: list[dict[str, str]] = [
    {"If-Modified-Since": "yesterday"},
    {"If-Modified-Since": "Thu, 01 Jan 1970 99:99:99 GMT"},
    {"If-None-Match": '"' * 99},
    {"If-Range": "x", "Range": "bytes=0-1"},
    {"Range": "bytes=5-1"},
    {"Range": "lines=1-"},
    {"Range": "bytes=" + "0-," * 999},
    {"Accept-Encoding": "gzip;q=much, *;;"},
    {"Accept": "*/*;q=99999999999999999999999"},
    {"Accept-Language": "xx-" * 500},
    {"Cookie": "session=rubbish; =; ;;"},
    {"Content-Type": "multipart/form-data; boundary="},
    {"Content-Length": "minus one"},
    {"X-Forwarded-Host": "evil.example"},
    {"Transfer-Encoding": "chunked"},
    {"Expect": "the unexpected"},
    {"Authorization": "Basic %%%"},
    {"User-Agent": "\x80\xff"},
]


@pytest.mark.parametrize("headers", ODD_HEADERS, ids=lambda headers: next(iter(headers)))
def test_odd_headers_do_not_keep_a_page_from_a_reader(noon: Host, headers: dict[str, str]) -> None:
    assert noon.get("/", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "name", ["", "a b", "localhost:99999", "localhost:x", "[::1", "[::1]:80", "<b>", "a/b", "é",
             "a" * 300, "..", "localhost\\", "a@b"],
)  # fmt: skip
def test_an_odd_host_gets_an_answer(noon: Host, name: str) -> None:
    answer = noon.client().get("/news/", headers={"Host": name})
    assert answer.status_code in (200, 400)
    assert "<b>/" not in answer.text


def test_what_is_asked_for_is_not_echoed(noon: Host) -> None:
    answer = noon.get("/<script>alert(1)</script>?a=<script>alert(2)</script>")
    assert answer.status_code == 404
    assert "alert" not in answer.text


BLOG_PATHS = st.one_of(
    st.lists(
        st.one_of(
            st.sampled_from(
                ["tags", "sections", "authors", "media", "newsroom", "sign-in", "sign-out", "2026",
                 "05", "04", "assets", "sea", "the-ferry-is-back", "..", ".", "%00", "%2f", "%ff"]
            ),
            st.text(max_size=8),
        ),
        max_size=5,
    ).map("/".join),
    st.text(max_size=30),
)  # fmt: skip
QUERIES = st.one_of(
    st.just(""),
    st.builds("{}={}".format, st.sampled_from(["before", "after", "state", "v", "p"]), st.text()),
    st.binary(max_size=30).map(lambda octets: octets.decode("latin-1")),
).map(lambda query: re.sub("[\r\n]", "", query))  # where a line ends, the address ends
HEADERS = st.dictionaries(
    st.sampled_from(
        ["HTTP_IF_MODIFIED_SINCE", "HTTP_IF_NONE_MATCH", "HTTP_RANGE", "HTTP_ACCEPT_ENCODING",
         "HTTP_COOKIE", "HTTP_ACCEPT_LANGUAGE", "HTTP_REFERER", "HTTP_ORIGIN", "CONTENT_TYPE",
         "HTTP_X_FORWARDED_FOR", "HTTP_HOST", "HTTP_IF_RANGE", "CONTENT_LENGTH"]
    ),
    st.one_of(
        st.binary(max_size=20).map(lambda octets: octets.decode("latin-1")),
        st.sampled_from(["multipart/form-data; boundary=x", "application/json", "*", "-1", "12",
                         "application/x-www-form-urlencoded", "bytes=0-1", "localhost"]),
    ),
    max_size=4,
)  # fmt: skip
METHODS = st.one_of(st.sampled_from([*READ, *CHANGING]), st.text("ABCXYZ-", min_size=1, max_size=8))


def answers(host: Host, path: str, query: str, method: str, headers: Any, body: bytes) -> None:
    """Ask as a server would: whatever bytes came are Latin-1 in the environment."""
    builder = EnvironBuilder(path="/", input_stream=None, data=body)
    raw = (host.prefix + "/" + path).encode("utf-8", "surrogatepass")
    environ = {
        **builder.get_environ(),
        "REQUEST_METHOD": method,
        "PATH_INFO": raw.decode("latin-1"),
        "QUERY_STRING": query.encode("utf-8", "surrogatepass").decode("latin-1"),
        **headers,
    }
    chunks, status, found = run_wsgi_app(host.app, environ, buffered=True)
    code = int(status.split()[0])
    body_sent = b"".join(chunks)
    assert code < 500
    if code in (200, 400, 403, 404, 405) and method != "OPTIONS":
        assert found["Content-Type"].startswith("text/html")
        if method != "HEAD":
            assert b"<!doctype html>" in body_sent.lower()


@pytest.fixture(scope="module")
def asked() -> Iterator[Host]:
    """A blog with a story, to be asked anything."""
    host = open_host(plain, MEMORY)
    write_story(host.app, section=("Sea",), tags=("Sea",), authors=("Sea",))
    yield host
    with host.app.app_context():
        host.app.extensions["sqlalchemy"].session.remove()
        host.app.extensions["sqlalchemy"].engine.dispose()


@given(path=BLOG_PATHS, query=QUERIES, method=METHODS, headers=HEADERS, body=st.binary(max_size=60))
@settings(max_examples=400)
def test_whatever_is_asked_is_answered(
    asked: Host, path: str, query: str, method: str, headers: Any, body: bytes
) -> None:
    answers(asked, path, query, method, headers, body)


@given(path=BLOG_PATHS, query=QUERIES, method=METHODS, headers=HEADERS, body=st.binary(max_size=60))
@settings(max_examples=60)
def test_whatever_is_asked_is_answered_by_every_database(
    host: Host, path: str, query: str, method: str, headers: Any, body: bytes
) -> None:
    answers(host, path, query, method, headers, body)
