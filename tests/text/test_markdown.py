"""From Markdown to the HTML of a story."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from flask_newsblog.text.limits import MAX_NESTING, MAX_SOURCE, TextTooDeep, TextTooLong
from flask_newsblog.text.markdown import RENDERER, render_post
from flask_newsblog.text.sanitize import clean_html

from .allow_list import outside

PICTURE = '<img src="/p.jpg" alt="A pier" loading="lazy" decoding="async">'
PIECES = [
    *"*_`~#>-+=|[]()!<&:\\\"' \n\t1.ab\0é漢",
    *("\n\n", "    ", "[^1]", "[^1]: ", "[a]: /b\n", "](", "|-|\n", "```", "***", "\n- ", "\n> "),
    *("<b>", "</b>", "<p id=x ", "<!--", "-->", "<script>", "<td>", "<a href=", "javascript:"),
    *("&#106;", "//host", "https://a.example/", "data:", "\ud800", "\u0301", "\u2028"),
]
MARKDOWN = st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(
    st.characters(exclude_categories=()), max_size=80
)


def test_a_story_is_safe_to_put_in_a_template() -> None:
    assert render_post("*Tide* tables") == Markup("<p><em>Tide</em> tables</p>\n")
    assert isinstance(render_post(""), Markup)


def test_the_renderer_has_a_version() -> None:
    assert RENDERER >= 1


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("# A\n\n## B", "<h2>A</h2>\n<h3>B</h3>\n"),
        ("## A\n\n### B", "<h2>A</h2>\n<h3>B</h3>\n"),
        ("### A\n\n# B", "<h4>A</h4>\n<h2>B</h2>\n"),
        ("# A\n\n###### B", "<h2>A</h2>\n<h6>B</h6>\n"),
        ("A\n=\n\n> B\n> -", "<h2>A</h2>\n<blockquote>\n<h3>B</h3>\n</blockquote>\n"),
    ],
)
def test_the_highest_heading_stands_below_the_storys_title(source: str, html: str) -> None:
    assert render_post(source) == html


def test_a_heading_written_in_html_stands_below_the_title_too() -> None:
    assert render_post("<h1>A</h1>", raw_html=True) == "<h2>A</h2>"


def test_a_picture_alone_becomes_a_figure() -> None:
    assert render_post("![A pier](/p.jpg)") == f"<figure>{PICTURE}</figure>\n"


def test_its_title_becomes_the_caption() -> None:
    assert render_post('![A pier](/p.jpg "Before <1890> & after")') == (
        f"<figure>{PICTURE}<figcaption>Before &lt;1890&gt; &amp; after</figcaption></figure>\n"
    )


def test_a_picture_among_words_stays_among_them() -> None:
    assert render_post('See ![A pier](/p.jpg "now")') == (
        '<p>See <img src="/p.jpg" alt="A pier" title="now" loading="lazy" decoding="async"></p>\n'
    )


def test_a_picture_in_a_close_list_or_heading_or_note_stays_where_it_is() -> None:
    assert render_post("- ![A pier](/p.jpg)") == f"<ul>\n<li>{PICTURE}</li>\n</ul>\n"
    assert render_post("# ![A pier](/p.jpg)") == f"<h2>{PICTURE}</h2>\n"
    assert "<figure>" not in render_post("a[^1]\n\n[^1]: ![A pier](/p.jpg)")


def test_a_picture_comes_from_the_web_or_from_us() -> None:
    assert "src" not in render_post("![A](mailto:a@b.example)")
    assert render_post("![A](//host/p.jpg)") == "<p>![A](//host/p.jpg)</p>\n"


def test_a_table_scrolls_and_can_be_reached_and_named_without_words() -> None:
    assert render_post("|Tide|Time|\n|:-|-:|\n|High|4:12|") == (
        '<div class="nb-table" role="group" tabindex="0" aria-labelledby="table1">\n'
        '<table>\n<thead id="table1">\n<tr>\n'
        '<th class="nb-left">Tide</th>\n<th class="nb-right">Time</th>\n</tr>\n</thead>\n'
        '<tbody>\n<tr>\n<td class="nb-left">High</td>\n<td class="nb-right">4:12</td>\n</tr>\n'
        "</tbody>\n</table>\n</div>\n"
    )


def test_the_empty_corner_of_a_table_heads_nothing() -> None:
    assert "<tr>\n<td></td>\n<th>Cost</th>\n</tr>" in render_post(
        "| | Cost |\n|---|---|\n| A | 3 |"
    )


def test_each_table_has_its_own_name() -> None:
    html = render_post("|A|\n|-|\n\ntext\n\n|B|\n|-|\n|b|")
    assert re.findall(r'(?:id|labelledby)="(\w+)"', html) == [
        "table1",
        "table1",
        "table2",
        "table2",
    ]


def test_struck_words_are_struck() -> None:
    assert render_post("~~Monday~~ Tuesday") == "<p><s>Monday</s> Tuesday</p>\n"


def test_a_footnote_leads_there_and_back() -> None:
    assert render_post("Low water[^a] and[^a]\n\n[^a]: At the pier.") == (
        '<p>Low water<sup><a href="#fn1" id="fnref1" role="doc-noteref" rel="noopener">[1]</a>'
        '</sup> and<sup><a href="#fn1" id="fnref1-2" role="doc-noteref" rel="noopener">[1]</a>'
        "</sup></p>\n"
        '<div role="doc-endnotes">\n<ol>\n<li id="fn1"><p>At the pier. '
        '<a href="#fnref1" role="doc-backlink" rel="noopener">↩\ufe0e</a> '
        '<a href="#fnref1-2" role="doc-backlink" rel="noopener">↩\ufe0e<sup>2</sup></a></p>\n'
        "</li>\n</ol>\n</div>\n"
    )


def test_every_note_mark_finds_its_place() -> None:
    html = render_post("[^b][^a][^b][^none]\n\n[^a]: One[^b]\n\n[^b]: Two\n\n[^c]: Never called")
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(set(ids)) == len(ids)
    assert set(re.findall(r'href="#([^"]+)"', html)) == set(ids)
    assert "Never called" not in html


def test_a_footnotes_name_may_be_a_hundred_characters_long() -> None:
    for length, noted in ((100, True), (101, False)):
        name = "n" * length
        assert ("doc-noteref" in render_post(f"a[^{name}]\n\n[^{name}]: b")) is noted


def test_html_is_shown_as_it_was_typed() -> None:
    assert render_post("<b>x</b>\n\n<div>y") == (
        "<p>&lt;b&gt;x&lt;/b&gt;</p>\n<p>&lt;div&gt;y</p>\n"
    )


def test_html_is_cleaned_and_kept_for_those_who_may() -> None:
    source = '<div id="top" class="x" onclick="a()"><b>x</b>\n\n*y*\n\n</div><script>z()</script>'
    assert render_post(source, raw_html=True) == "<div><b>x</b>\n<p><em>y</em></p>\n</div>"


def test_no_name_of_an_authors_choice_survives() -> None:
    source = (
        '<a id="fn1x" name="forms">a</a><p id="location" class="nb-button">b</p>[^x]\n\n[^x]: c'
    )
    html = render_post(source, raw_html=True)
    assert re.findall(r' (?:id|name|class)="([^"]*)"', html) == ["fnref1", "fn1"]


@pytest.mark.parametrize(
    "address",
    ["//host/", "javascript:a()", "JaVaScRiPt:a()", "&#106;avascript:a()", "data:text/html,a",
     "vbscript:a()", "https:host", "ftp://host/", "tel:", "a b", "http://[::1"],
)  # fmt: skip
def test_an_address_we_do_not_link_to_stays_text(address: str) -> None:
    assert "href" not in render_post(f"[x]({address})")


@pytest.mark.parametrize(
    "address",
    ["https://a.example/b?c=d#e", "http://a.example", "mailto:a@b.example", "tel:+441234",
     "/news/", "news/a-b", "?page=2", "#fn1", "../a:b"],
)  # fmt: skip
def test_an_address_we_link_to_is_linked(address: str) -> None:
    assert render_post(f"[x]({address})") == (f'<p><a href="{address}" rel="noopener">x</a></p>\n')


def test_code_keeps_its_language_for_a_highlighter_but_is_not_highlighted() -> None:
    assert render_post("```python x\na < b\n```") == (
        '<pre><code class="language-python">a &lt; b\n</code></pre>\n'
    )
    assert render_post("```no_such<\na\n```") == "<pre><code>a\n</code></pre>\n"


def test_quotes_are_left_as_the_author_typed_them() -> None:
    assert render_post("\"a\" -- 'b'...") == "<p>\"a\" -- 'b'...</p>\n"


def test_text_is_normalised_and_control_characters_go() -> None:
    assert render_post("Cafe\u0301\0 \x1b\x7f\ud800x\r\ny") == "<p>Café x\ny</p>\n"


def test_ever_more_marks_on_one_letter_are_parted() -> None:
    html = render_post("a" + "\u0301\u0316" * 1000)
    assert html.count("\N{COMBINING GRAPHEME JOINER}") == 2000 // 30
    assert unicodedata.is_normalized("NFC", html)


def test_a_text_too_long_says_so() -> None:
    render_post("a" * MAX_SOURCE)
    with pytest.raises(TextTooLong) as refusal:
        render_post("a" * (MAX_SOURCE + 1))
    assert str(refusal.value) == (
        "This text has 100,001 characters; no more than 100,000 can be shown as one story. "
        "Split it into several stories."
    )


def test_quotes_too_deep_say_where() -> None:
    assert "deep" in render_post("> " * (MAX_NESTING - 1) + "deep")
    with pytest.raises(TextTooDeep) as refusal:
        render_post("a\n\n" + "> " * MAX_NESTING + "deep")
    assert str(refusal.value) == (
        "Line 3: too many quotes and lists inside one another. "
        "Take the innermost out, or indent them less."
    )


def test_lists_too_deep_are_refused_before_any_of_them_gets_lost() -> None:
    lists = "".join("  " * depth + "- item\n" for depth in range(MAX_NESTING))
    with pytest.raises(TextTooDeep):
        render_post(lists)
    with pytest.raises(TextTooDeep):
        render_post("> " + lists.replace("\n", "\n> "))


def test_a_long_address_used_often_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(TextTooLong) as refusal:
        render_post("[a]: /" + "x" * 9_999 + "\n\n" + "[a] " * 1_000)
    assert str(refusal.value) == (
        "The links and pictures of this text grow to 10,000,000 characters once their "
        "definitions are filled in; 1,000,000 can be shown. Use shorter addresses and titles, "
        "or fewer links."
    )


@settings(max_examples=100)
@given(MARKDOWN)
def test_whatever_is_typed_nothing_else_comes_out(source: str) -> None:
    assert outside(render_post(source)) == []


@settings(max_examples=100)
@given(MARKDOWN)
def test_whatever_html_is_typed_nothing_else_comes_out(source: str) -> None:
    try:
        html = render_post(source, raw_html=True)
    except TextTooLong:
        return
    assert outside(html) == []


@settings(max_examples=100)
@given(MARKDOWN)
def test_what_was_rendered_is_clean_already(source: str) -> None:
    html = render_post(source)
    assert clean_html(html) == html
