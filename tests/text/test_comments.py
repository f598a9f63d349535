"""From what readers type to the HTML of a comment."""

import re
import unicodedata
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from flask_newsblog.text.addresses import WEB, may_lead_to
from flask_newsblog.text.characters import in_plain_lines
from flask_newsblog.text.limits import MAX_COMMENT, MAX_LISTS, MAX_QUOTES, TextTooLong
from flask_newsblog.text.markdown import COMMENT_RENDERER, render_comment
from flask_newsblog.text.replies import (
    MAX_ADDRESSES,
    MAX_BARE_ADDRESS,
    MAX_BLOCK_MARKS,
    MAX_DELIMITERS,
    MAX_EMPHASIS,
    MAX_LINES,
)

from .allow_list import outside_comments

REL = 'rel="nofollow ugc noopener"'
PIECES = [
    *"*_`~#>-+=|[]()!<&:\\\"'{} \n\t1.ab\0é漢",
    *("\n\n", "    ", "\n> ", "\n- ", "\n1. ", "\n7. ", "**", "```", "\n```\n", "](", "[a]: b"),
    *("http://", "https://a.example/b", "www.", "www.a.example", "](http://a.example/(c)d)"),
    *("<http://a.example>", "![a](http://b.example)", "javascript:", "//host", "mailto:a@b.c"),
    *("<b>", "</p>", "<script>", "<!--", "-->", "&#106;", "&amp;", "{{7*7}}", "[^1]", "|-|\n"),
    *("\u2028", "\x85", "\ud800", "\u0301", "\u202e", "\u202c", "\u2066", "\u2069", "\u200f"),
]
COMMENTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(
    st.characters(exclude_categories=()), max_size=80
)


class Shown(HTMLParser):
    """Reads out what a comment shows, with the numbers of items, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str] = []
        self.lists: list[int | None] = []
        self.feed(str(html))
        self.close()
        self.text = "".join(self.texts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "a":
            self.links.append(unquote(values["href"] or ""))
        elif tag == "ul":
            self.lists.append(None)
        elif tag == "ol":
            self.lists.append(int(values.get("start") or 1))
        elif tag == "li" and self.lists[-1] is not None:
            self.texts.append(f"{self.lists[-1]}. ")
            self.lists[-1] += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.texts.append(f" {self.links[-1]} ")
        elif tag in ("ol", "ul"):
            self.lists.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def paragraph(html: str) -> str:
    return f'<p dir="auto">{html}</p>\n'


def link(address: str, text: str = "") -> str:
    return f'<a href="{address}" {REL}>{text or address}</a>'


def test_a_comment_is_safe_to_put_in_a_template() -> None:
    assert isinstance(render_comment("a"), Markup)
    assert render_comment("") == render_comment(" \n\t\n") == ""


def test_the_renderer_of_comments_has_a_version() -> None:
    assert COMMENT_RENDERER >= 1


def test_lines_break_where_they_were_broken() -> None:
    assert render_comment("one\ntwo\r\nthree  \rfour") == paragraph(
        "one<br>\ntwo<br>\nthree  <br>\nfour"
    )
    assert render_comment("one\n\n\n two") == paragraph("one") + paragraph("two")


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85", "\v", "\f"])
def test_unicodes_other_line_ends_break_lines_too(end: str) -> None:
    assert render_comment(f"one{end}two") == paragraph("one<br>\ntwo")


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("*a* _b_ **c** __d__ ***e***",
         "<em>a</em> <em>b</em> <strong>c</strong> <strong>d</strong> "
         "<em><strong>e</strong></em>"),
        ("`a *b* <c>` snake_case 2*3", "<code>a *b* &lt;c&gt;</code> snake_case 2*3"),
        (r"\*a\* 1 \< 2", "*a* 1 &lt; 2"),
    ],
)  # fmt: skip
def test_words_are_stressed_and_code_is_left_alone(source: str, html: str) -> None:
    assert render_comment(source) == paragraph(html)


def test_quotes_and_lists() -> None:
    assert render_comment("> a\n> > b\n\nc") == (
        f"<blockquote>\n{paragraph('a')}<blockquote>\n{paragraph('b')}</blockquote>\n"
        f"</blockquote>\n{paragraph('c')}"
    )
    assert render_comment("- a\n- b\n  1. c") == (
        '<ul>\n<li dir="auto">a</li>\n<li dir="auto">b\n<ol>\n<li dir="auto">c</li>\n</ol>\n'
        "</li>\n</ul>\n"
    )
    assert render_comment("* a\n\n* b") == (
        f"<ul>\n<li>\n{paragraph('a')}</li>\n<li>\n{paragraph('b')}</li>\n</ul>\n"
    )
    assert render_comment("- > a\n  b\n  - c\n  d").count('dir="auto"') == 2


def test_items_keep_the_numbers_that_were_typed() -> None:
    html = render_comment("1984. a\n1985. b\n3. c\n3. d\n   1. e\n   3. f\n4. g")
    assert re.sub(r"\s+", " ", Shown(html).text).strip() == (
        "1984. a 1985. b 3. c 3. d 1. e 3. f 4. g"
    )
    assert [int(start) for start in re.findall(r'start="(\d+)"', html)] == [1984, 3, 3, 3]


def test_code_between_fences_is_shown_with_what_stands_on_the_first() -> None:
    assert render_comment("```\n*a*\n  <b>\n```\nc") == (
        "<pre><code>*a*\n  &lt;b&gt;\n</code></pre>\n" + paragraph("c")
    )
    assert render_comment("~~~ python\na") == "<pre><code>python\na</code></pre>\n"


@pytest.mark.parametrize(
    "source",
    ["# a", "a\n===", "***", "    a", "| a |\n|---|", "[a]: http", "a[^1]", "~~a~~", "&amp; &#106;",
     "![a](b.png)", "<b>a</b>", "<!-- a -->", "<script>a</script>", "[a](/b)", "[a]", "[a][b]",
     "{{7*7}}", "{% a %}", "a@b.example", "<a@b.example>", "example.com", "ftp://a.example",
     "[a](//b.example)", "[a](javascript:b)", "<javascript:a>", "[a](mailto:b@c.example)",
     "[a](data:text/html,b)", "[ ](http)", "x://x://", "http://", "www.", "https:a.example",
     "xhttp://a", "a.www.b.example"],
)  # fmt: skip
def test_what_is_no_part_of_the_grammar_stays_text(source: str) -> None:
    html = render_comment(source)
    assert set(re.findall(r"</?(\w+)", html)) <= {"p", "br"}
    shown = [line.strip() for line in Shown(html).text.splitlines()]
    assert shown == [line.strip() for line in source.splitlines()]


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("http://a.example/b_c/__init__.py", link("http://a.example/b_c/__init__.py")),
        ("(see https://a.example/b(c)?d=1.)", f"(see {link('https://a.example/b(c)?d=1')}.)"),
        ("**HTTP://a.example/b**", f"<strong>{link('HTTP://a.example/b')}</strong>"),
        ("www.a.example, b", link("http://www.a.example", "www.a.example") + ", b"),
        ("漢http://a.example", "漢" + link("http://a.example")),
        ("http://é.example/ü'", link("http://xn--9ca.example/%C3%BC", "http://é.example/ü") + "'"),
        ("<http://a.example/b c>", f"&lt;{link('http://a.example/b')} c&gt;"),
        ("<http://a.example/b.>", link("http://a.example/b.")),
        ("[a *b*\nc](http://d.example/(e)'f)",
         link("http://d.example/(e)%27f", "a <em>b</em><br>\nc")),
        (r"[a \[b\]](http://c.example)", link("http://c.example", "a [b]")),
        ("[http://a.example www.b.example](http://c.example)",
         link("http://c.example", "http://a.example www.b.example")),
        ("[<http://a.example>](http://c.example)",
         link("http://c.example", "&lt;http://a.example&gt;")),
        ("![a](http://b.example)", f"![a]({link('http://b.example')})"),
        ("[a](http://b.example \"c\")", f"[a]({link('http://b.example')} \"c\")"),
        ("[ ](http://b.example)", f"[ ]({link('http://b.example')})"),
        ("`http://a.example`", "<code>http://a.example</code>"),
        ("http://a.example\\b", link("http://a.example") + "\\b"),
        ("http://[::1/ http://a:123456/ http://|-|/", "http://[::1/ http://a:123456/ http://|-|/"),
        ("[a](http://b:123456/)", "[a](http://b:123456/)"),
    ],
)  # fmt: skip
def test_links_lead_to_the_web_and_say_whose_they_are(source: str, html: str) -> None:
    assert render_comment(source) == paragraph(html)


def test_an_address_is_shown_as_it_was_typed() -> None:
    # Decoded, it would turn round what follows.
    assert render_comment("http://a.example/%E2%80%AEb") == paragraph(
        link("http://a.example/%E2%80%AEb")
    )


def test_letters_are_composed_and_control_characters_go() -> None:
    assert render_comment("cafe\u0301\0\x1b\x9f\ud800\tb") == paragraph("café\tb")


def test_a_comment_cannot_turn_round_what_stands_beside_it() -> None:
    assert render_comment("a \u202eb\u202c \u202ac") == paragraph("a b c")
    assert render_comment("\u2066a\u2067b\u2069 c") == paragraph("a\u2067b\u2069 c")
    assert render_comment("\u2068a\nb\u2069\u2069 c") == paragraph("a<br>\nb c")
    assert render_comment("a\u200f \u200e\u061cb") == paragraph("a\u200f \u200e\u061cb")


def test_characters_that_turn_text_round_are_no_part_of_an_address() -> None:
    for mark in ("\u061c", "\u200e", "\u200f", "\u2066\u2069"):
        for source in (f"[a](http://b.example{mark}c)", f"<http://b.example{mark}c>"):
            assert Shown(render_comment(source)).links == ["http://b.example"]


def test_what_is_quoted_or_listed_too_deep_stays_text() -> None:
    html = render_comment("> " * (MAX_QUOTES + 2) + "a\n" + "> " * (MAX_QUOTES + 1) + "b")
    assert html.count("<blockquote>") == MAX_QUOTES
    assert "&gt; &gt; a<br>\n&gt; b" in html
    html = render_comment("- " * (MAX_LISTS + 1) + "a")
    assert html.count("<ul>") == MAX_LISTS
    assert ">- a</li>" in html
    assert "<blockquote>" in render_comment("> " * 9 + "a\n\n> b\n\n" + "- " * 9 + "a\n\n- > b")


def test_what_is_stressed_too_deep_keeps_its_stars() -> None:
    html = render_comment("*a " * (MAX_EMPHASIS + 2) + "b" + " c*" * (MAX_EMPHASIS + 2))
    assert html == paragraph("<em>a " * MAX_EMPHASIS + "*a *a b c* c*" + " c</em>" * MAX_EMPHASIS)
    html = render_comment("*" * 50 + "a" + "*" * 50)
    assert html.count("<strong>") == MAX_EMPHASIS
    assert Shown(html).text.strip("*\n") == "a"


@pytest.mark.parametrize(
    ("unit", "most"),
    [
        ("*a* ", MAX_DELIMITERS // 2),
        ("[", MAX_DELIMITERS),
        ("a\n", MAX_LINES),
        ("a > ", MAX_BLOCK_MARKS),
        ("\n- ", MAX_BLOCK_MARKS - 1),
        ("http://a.example ", MAX_ADDRESSES),
        ("www.a.example ", MAX_ADDRESSES),
    ],
)
def test_a_text_that_is_made_of_marks_is_shown_as_it_was_typed(unit: str, most: int) -> None:
    end = "\n\n**a**&\nb"
    busy = re.sub(r"\n+", "\n", unit) * (most // len(unit.strip() or "a") // 2)
    assert "<strong>a</strong>" in render_comment(busy + end)
    html = render_comment(unit * (most + 1) + end)
    assert set(re.findall(r"<(\w+)", html)) == {"p", "br"}
    assert html.endswith(paragraph("**a**&amp;<br>\nb"))


def test_a_word_without_end_is_no_address() -> None:
    longest = "http://a.example/".ljust(MAX_BARE_ADDRESS, "b")
    assert Shown(render_comment(longest)).links == [longest]
    assert Shown(render_comment(longest + "b" * 10)).links == []
    assert Shown(render_comment(f"<{longest}{longest}>")).links == [longest + longest]
    assert Shown(render_comment(f"[a]({longest}{longest})")).links == [longest + longest]


def test_a_comment_too_long_says_so() -> None:
    assert len(render_comment("a" * MAX_COMMENT)) > MAX_COMMENT
    with pytest.raises(TextTooLong) as refusal:
        render_comment("a" * (MAX_COMMENT + 1))
    assert str(refusal.value) == (
        "This comment has 65,526 characters; no more than 65,525 can be shown as one. "
        "Shorten it, or split it into several."
    )


@pytest.mark.parametrize("unit", PIECES)
def test_a_comment_of_one_thing_over_and_over_is_rendered(unit: str) -> None:
    for length in (1500, MAX_COMMENT):
        assert outside_comments(render_comment(unit * (length // len(unit)))) == []


@settings(max_examples=400)
@given(COMMENTS)
def test_whatever_is_typed_nothing_but_the_list_comes_out(source: str) -> None:
    html = render_comment(source)
    assert outside_comments(html) == []
    for address in Shown(html).links:
        assert may_lead_to(address, WEB)


@settings(max_examples=400)
@given(COMMENTS)
@example("[a](http://b.example/c)d")
@example("```e\n```f\n```\n```g\n3. h")
@example("mailto:a@b.c\x00\u0301")
def test_no_letter_or_digit_that_was_typed_is_lost(source: str) -> None:
    # In order; what a list is numbered with counts on, so that zeros before it do not.
    typed = re.sub(r"0+(?=\d)", "", unicodedata.normalize("NFC", in_plain_lines(source)))
    shown = iter(Shown(render_comment(source)).text)
    missing = [letter for letter in typed if letter.isalnum() and letter not in shown]
    assert missing == []


@settings(max_examples=300)
@given(COMMENTS)
def test_every_line_leaves_direction_as_it_found_it(source: str) -> None:
    for line in Shown(render_comment(source)).text.split("\n"):
        still_open = 0
        for character in line:
            assert not "\u202a" <= character <= "\u202e"
            if "\u2066" <= character <= "\u2069":
                still_open += -1 if character == "\u2069" else 1
                assert still_open >= 0
        assert still_open == 0


@settings(max_examples=100)
@given(st.text("ab é漢\n", max_size=80))
def test_words_alone_stay_as_they_are(source: str) -> None:
    shown = Shown(render_comment(source)).text
    assert shown.split() == source.split()
    assert Shown(render_comment(shown)).text == shown
