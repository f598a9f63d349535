"""What a reader writes is shown as words, wherever it is shown and however it came there.

Feeds, JSON-LD and an import of comments are not there yet: whoever adds one adds its place
to `places` and its way to `ways`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from flask_newsblog.text.limits import MAX_COMMENT, TextTooLong
from flask_newsblog.text.markdown import render_comment, render_post

from ..comments.guests import confirm_path, own_path
from ..comments.readers import NOON, Site, all_of, comment_on, kept, tree, words
from ..comments.readers import open_site as open_a_site
from ..comments.reporting import report
from ..comments.test_abuse import oracle, payloads, send_and_read_back
from ..comments.test_desk import QUEUE
from ..hosts import write_story
from ..mail.servers import MAIL, html_of, text_of
from ..text.allow_list import outside_comments
from ..timing import least_seconds
from .places import PAYLOADS, PLACES, Attacked, mark, say_all
from .ways import HELD, PUBLISHED, WAYS, judging_path, outside_page, rename, stored

__all__ = ["oracle"]  # a fixture

ways = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
LIMIT_SECONDS = 0.2


@pytest.fixture(scope="module", params=list(WAYS.values()), ids=list(WAYS))
def attacked(request: pytest.FixtureRequest) -> Iterator[Attacked]:
    """A site on which every payload was said in one of the ways."""
    sent: list[Any] = []
    site = open_a_site(given={"send_mail": sent.append}, NEWSBLOG_EDIT_MINUTES=60, **MAIL)
    yield say_all(site, request.param, sent)
    with site.app.app_context():
        site.app.extensions["sqlalchemy"].session.remove()
        site.app.extensions["sqlalchemy"].engine.dispose()


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_payloads_in_body_name_website_address_search_query_and_tag_stay_within_the_allow_list(
    attacked: Attacked, place: Callable[[Attacked], list[str]], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    pages = place(attacked)
    assert [fault for html in pages for fault in outside_page(html)] == []
    # They are all there, as words.
    there = "\n".join(words(tree(html)) + "\n".join(kept(html)) for html in pages)
    assert [p for n, p in enumerate(PAYLOADS) if mark(n) not in there] == []


def test_payloads_that_others_have_collected_stay_within_the_allow_list(
    oracle: Callable[[str], list[str]], open_site: Callable[..., Site]
) -> None:
    site = open_site(NEWSBLOG_THREADS_PER_PAGE=200)
    assert send_and_read_back(site, payloads()[3::20], oracle).bodies > 50


REPEATED = (
    "[", "]", "![", "[a](", "[[a](b)", "[a](<b", "(", "*", "_", "**a ", "*a_ ", "***a_", "`",
    "``a`", "\\", "&#1;", "<", "<!--", "> ", "- ", "> - ", "1. ", ">" * 50 + "\n", "x://", "://", "http://",
    "https://x.example/(", "www.a.", "a@b.c ", "javascript:", "```\n", "~~~\n", "\n", "a\n\n",
    "\u0301\u0316", "\u202e", "\u2066", " \t",
)  # fmt: skip


@pytest.mark.parametrize("unit", REPEATED)
def test_nesting_brackets_stars_and_schemes_repeated_to_the_size_limit_take_under_200_ms(
    unit: str,
) -> None:
    text = unit * (MAX_COMMENT // len(unit))
    rendered = [""]

    def render() -> None:
        with suppress(TextTooLong):
            rendered.append(render_comment(text))

    assert least_seconds(render, enough=LIMIT_SECONDS) < LIMIT_SECONDS
    assert outside_comments(rendered[-1]) == []


@ways
def test_hostile_texts_take_under_200_ms_with_all_that_is_done_for_a_reply(
    way: Callable[..., tuple[Any, int]], site: Site
) -> None:
    for unit in (
        "[",
        "[a](",
        "*a_ ",
        "`",
        "> - ",
        "x://",
        "https://x.example/(",
        "a\n\n",
        "\u2066",
    ):
        firsts = iter("abcde")

        def send(unit: str = unit, firsts: Iterator[str] = firsts) -> None:
            text, name = (unit * 9_999)[:9_998], (unit * 245)[:244].strip()
            first = next(firsts)  # what was said already is not looked at again
            answer, number = way(site, first + text, author=name + first)
            assert (answer.status_code, number > 0) == (303, True), unit

        # The ways by a form are several requests, each of which is to be as quick.
        assert least_seconds(send, enough=3 * LIMIT_SECONDS) < 3 * LIMIT_SECONDS, unit


SCHEMES = (
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x",
    "//evil.example",
    "\\\\evil.example", "/\\evil.example", "javascript&colon;alert(1)", "&#106;avascript:alert(1)",
    "&#x6A;avascript:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)", "\tjavascript:a",
    "java\0script:alert(1)", "\0javascript:alert(1)", "\x01javascript:alert(1)", " javascript:a",
    "java\u2028script:alert(1)", "\u2028javascript:alert(1)", "javascript\u2028:alert(1)",
    "https:evil.example", "https:/\\evil.example", "file:///etc/passwd", "blob:https://x.example/a",
    "mailto:a@evil.example", "feed:javascript:alert(1)", "view-source:https://x.example",
)  # fmt: skip


@ways
def test_javascript_data_vbscript_two_slashes_backslashes_entities_tabs_nuls_and_u2028_are_no_links(
    way: Callable[..., tuple[Any, int]], lively: Site
) -> None:
    text = "\n\n".join(f"[a]({s}) <{s}> [b](<{s}>) {s}\n\n[c]: {s}\n[c] ![d]({s})" for s in SCHEMES)
    answer, number = way(lively, text[:9_900])
    assert answer.status_code == 303
    lively.judge(number, PUBLISHED)  # too many links for some
    body = all_of(comment_on(lively.article().text, number), "div", class_="nb-comment-body")[0]
    led = {a.get("href", "") for a in body.iter("a")}
    assert led <= {"https://x.example/a", "https://x.example"}
    assert outside_page(lively.article().text) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_none_of_these_schemes_is_a_website(lively: Site, scheme: str) -> None:
    lively.send(url=scheme)
    for comment in lively.stored():
        # `https:` may be added to what begins like a host, and then it is one.
        assert re.fullmatch(r"(https?://[^\s\"'<>\\]+)?", comment.author_url), comment.author_url
        assert "script" not in comment.author_url.partition("//")[0]


CONTROLS = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"


@ways
def test_bidirectional_controls_are_isolated(
    way: Callable[..., tuple[Any, int]], lively: Site
) -> None:
    _, number = way(lively, f"One {CONTROLS}two.", author=f"A{CONTROLS}B")
    rename(lively, number, f"C{CONTROLS}D")
    _, other = way(lively, "Whole: \u2067\u05d0 (1)\u2069.", author=f"E{CONTROLS}F")
    found = stored(lively, number)
    for shown in (found.author_name, found.body_html, stored(lively, other).author_name):
        assert not set(CONTROLS) & set(shown)
    # What is closed on its own line stays, and every name and text stands apart.
    assert "Whole: \u2067\u05d0 (1)\u2069." in stored(lively, other).body_html
    element = comment_on(lively.article().text, number)
    assert [words(bdi) for bdi in element.iter("bdi")] == ["CD"]
    (body,) = all_of(element, "div", class_="nb-comment-body")
    assert {p.get("dir") for p in body.iter("p")} == {"auto"}
    report(lively, number, reason="other", text=f"G{CONTROLS}H")
    pages = [
        lively.article().text,
        lively.host.get(f"{QUEUE}{number}", client=lively.client("Edith")).text,
        lively.host.get(own_path(lively, number)).text,
        lively.host.get(f"{own_path(lively, number)}/delete/{number}").text,
        lively.host.get(confirm_path(lively, number)).text,
        lively.host.get(judging_path(lively, number, "approve")).text,
        lively.host.get(f"{lively.reply_path}?to={number}").text,
    ]
    for html in pages:
        # The box in which it may be changed has it as it was typed.
        page = re.sub(r"<textarea.*?</textarea>", "", html, flags=re.DOTALL)
        assert not set(CONTROLS[:4]) & set(page)


EMPTY = (
    "",
    " ",
    " \r\n\t\n ",
    "\u200b\u2060\ufeff",
    "\0\x01",
    "\u3164",
    "\u2800",
    "\xad",
    "\u2028",
)


@ways
@pytest.mark.parametrize("text", EMPTY, ids=ascii)
def test_whitespace_only_text_is_refused(
    way: Callable[..., tuple[Any, int]], lively: Site, text: str
) -> None:
    answer, _ = way(lively, text)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert not [c for c in lively.stored() if not c.body.startswith("Harmless")]


@ways
def test_seven_times_seven_in_braces_stays_text(
    way: Callable[..., tuple[Any, int]], open_site: Callable[..., Site]
) -> None:
    sent: list[Any] = []
    site = open_site(given={"send_mail": sent.append}, **MAIL)
    text = "{{7*7}} {% if 1 %} ${50-1} #{50-1} %(n)s {0}"
    _, number = way(site, text, author="{{7*7}} %(name)s", email="{{7*7}}@x.example")
    assert stored(site, number).state == HELD
    held = site.host.get(f"{QUEUE}{number}", client=site.client("Edith")).text
    site.host.run("send-mail")
    site.judge(number, PUBLISHED)
    reply = site.host.get(f"{site.reply_path}?to={number}").text
    for html in (held, site.article().text, reply):
        assert text in words(tree(html))
        assert "{{7*7}} %(name)s" in words(tree(html))
        assert "49" not in words(tree(html))
    (mail,) = [m for m in sent if m["To"] == MAIL["NEWSBLOG_MODERATORS"]]
    assert all("49" not in re.sub(r"\S*://\S*", "", read(mail)) for read in (text_of, html_of))
    assert "{{7*7}} %(name)s" in text_of(mail)


def test_seven_times_seven_in_a_story_stays_text(site: Site) -> None:
    story = write_story(site.app, "{{7*7}}", "{{7*7}} {% raw %}", tags=("{{7*7}}",), now=NOON)
    html = site.host.get("/").text + site.host.get("/tags/7-7/").text
    assert story.title == "{{7*7}}"
    assert "{{7*7}}" in html
    assert "49" not in words(tree(html))
    assert "49" not in render_post("{{7*7}}")
