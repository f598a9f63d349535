"""The one allow-list of stories."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from flask_newsblog.text.allowed import ATTRIBUTES, TAGS, VALUES
from flask_newsblog.text.limits import MAX_DEPTH, MAX_HTML, TextTooDeep, TextTooLong
from flask_newsblog.text.sanitize import clean_html

from .allow_list import outside

PIECES = [
    *"<>/=\"' &;!-?ab\n\t\0",
    *(
        "<p>",
        "</p>",
        "<b a=1>",
        "</b>",
        "<table>",
        "<td>",
        "</table>",
        "<a href='",
        "<li>",
        "</ul>",
    ),
    *("<svg>", "<math>", "<style>", "</style>", "<textarea>", "<template>", "<select>", "<option>"),
    *("<!--", "-->", "<![CDATA[", "]]>", "<img src=", "//host", "javascript:", " onerror=a()"),
    *(" id=x", " class=x", " style=x", " role=x", "&lt;", "&#60;", "\ud800", "\x0c", "\u2028"),
]
HTML = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def test_nothing_that_runs_or_loads_is_on_the_list() -> None:
    assert not TAGS & {"script", "style", "iframe", "object", "embed", "form", "input", "button",
                       "link", "meta", "base", "svg", "math", "video", "audio", "h1"}  # fmt: skip
    attributes = set().union(*ATTRIBUTES.values())
    assert not attributes & {"style", "name", "target", "formaction", "ping"}
    assert not [attribute for attribute in attributes if attribute.startswith("on")]


def test_every_attribute_that_is_not_words_or_an_address_says_what_it_may_hold() -> None:
    pairs = {(tag, attribute) for tag, names in ATTRIBUTES.items() for attribute in names}
    assert {attribute for _, attribute in pairs - set(VALUES)} == {"alt", "title", "href", "src"}
    assert set(VALUES) <= pairs


def test_clean_html_is_safe_to_put_in_a_template() -> None:
    assert isinstance(clean_html("<p>a</p>"), Markup)


def test_clean_html_does_not_trust_what_others_call_safe() -> None:
    assert clean_html(Markup("1 < 2<script>a()</script>")) == "1 &lt; 2"


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("1 < 2 > 0 & so", "1 &lt; 2 &gt; 0 &amp; so"),
        ("a<script>if (a<b) '</p>'</script>b", "ab"),
        ("a<style>p>b{}</style>b<iframe src=x>c</iframe>", "ab"),
        ("<!--more-->a<!doctype html><?php x ?>b<![CDATA[c]]>", "ab"),
        ("<center><font color=red>a</font></center>", "a"),
        ("<h1>a</h1>", "<h2>a</h2>"),
        ("a <b", "a "),
        ("a <!-- b", "a "),
        ('<p title="</p>">a</p>', "<p>a</p>"),
        ('<img src=p.jpg alt="1 > 0" width=640>', '<img src="p.jpg" alt="1 &gt; 0" width="640">'),
        ('<img src="p.jpg" srcset="q.jpg" onerror=a()>', '<img src="p.jpg">'),
        ("<a href=/x target=_blank rel=opener>a</a>", '<a href="/x" rel="noopener">a</a>'),
        ("<a href='/x' href='javascript:a()'>a</a>", '<a href="/x" rel="noopener">a</a>'),
        ('<ol start="3" reversed type="x">', '<ol start="3" reversed=""></ol>'),
        ("<P Lang=cy DIR=up>a", '<p lang="cy">a</p>'),
        ("<div class='nb-table wide' tabindex=5 role=alert>a</div>", "<div>a</div>"),
        ("<time datetime='2024-02-29T10:00:00+01:00'>a</time>",
         '<time datetime="2024-02-29T10:00:00+01:00">a</time>'),
    ],
)  # fmt: skip
def test_what_is_not_on_the_list_goes_and_words_stay(html: str, clean: str) -> None:
    assert clean_html(html) == clean


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<ul><li>a<li><p>b<li>c</ul>", "<ul><li>a</li><li><p>b</p></li><li>c</li></ul>"),
        ("<p>a<ul><li>b</ul>c</p>", "<p>a</p><ul><li>b</li></ul>c"),
        ("<dl><dt>a<dd>b<dt>c", "<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>"),
        ("<table><tr><td>a<td>b<tr><td>c</table>",
         "<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></tbody></table>"),
        ("<b><i>a</b>b</i>", "<b><i>a</i></b>b"),
        ("</div></p>a</b>", "a"),
        ("<p><b>a<p>b", "<p><b>a</b></p><p>b</p>"),
        ("<ul><li><b>a<li>b<ul><li>c", "<ul><li><b>a</b></li><li>b<ul><li>c</li></ul></li></ul>"),
        ("<a href=/x>a<a href=/y>b", '<a href="/x" rel="noopener">a</a>'
         '<a href="/y" rel="noopener">b</a>'),
        ("<div><table><tr><td>a</div>b",
         "<div><table><tbody><tr><td>ab</td></tr></tbody></table></div>"),
        ("<td>a<tr>b", "ab"),
        ("<table><tr><td>a<table><tr><td>b</table>c",
         "<table><tbody><tr><td>a<table><tbody><tr><td>b</td></tr></tbody></table>c</td></tr>"
         "</tbody></table>"),
        ("<table><caption>a<thead><tr><th>b<tbody><tr><td>c",
         "<table><caption>a</caption><thead><tr><th>b</th></tr></thead>"
         "<tbody><tr><td>c</td></tr></tbody></table>"),
    ],
)  # fmt: skip
def test_elements_end_where_a_browser_would_end_them(html: str, clean: str) -> None:
    assert clean_html(html) == clean


@pytest.mark.parametrize(
    "address",
    ["//host", "\\\\host", "/\\host", "/\t/host", " //host", "///host", "javascript:a()",
     "java\nscript:a()", "\x01javascript:a()", "JAVASCRIPT:a()", "&#x6A;avascript:a()",
     "javascript&colon;a()", "&Tab;javascript:a()", "data:image/svg+xml,a", "vbscript:a",
     "blob:https://a", "https:host", "https:///host", "http:\\\\host", "http://[::1", "a:b",
     "ｊavascript:a()", "mailto:"],
)  # fmt: skip
def test_an_address_that_may_lead_elsewhere_is_dropped(address: str) -> None:
    assert clean_html(f'<a href="{address}">a</a>') == '<a rel="noopener">a</a>'
    assert clean_html(f'<img src="{address}">') == "<img>"


def test_pictures_are_not_fetched_by_mail_or_telephone() -> None:
    assert clean_html("<img src=mailto:a@b.example><img src=tel:1>") == "<img><img>"


def test_html_too_long_says_so() -> None:
    clean_html("a" * MAX_HTML)
    with pytest.raises(TextTooLong) as refusal:
        clean_html("a" * (MAX_HTML + 1))
    assert str(refusal.value) == (
        "The HTML of this text has 1,000,001 characters; no more than 1,000,000 can be shown as "
        "one story. Split it into several stories."
    )


def test_html_too_deep_says_so() -> None:
    clean_html("<div>" * MAX_DEPTH)
    with pytest.raises(TextTooDeep) as refusal:
        clean_html("<div>" * (MAX_DEPTH + 1))
    assert str(refusal.value) == (
        "More than 100 elements of this text are inside one another, the last a <div>. "
        "Close some of them before it."
    )


@pytest.mark.parametrize("unheard", ["<!--</ul></li>-->", "</x>", "<p title='</li></ul>'>"])
def test_depth_is_not_hidden_by_end_tags_that_end_nothing(unheard: str) -> None:
    with pytest.raises(TextTooDeep):
        clean_html(f"<ul><li>{unheard}" * MAX_DEPTH)


def test_items_and_cells_whose_ends_are_left_out_do_not_count_as_deep() -> None:
    assert clean_html("<ul>" + "<li>a" * 500).count("<li>") == 500
    assert clean_html("<table>" + "<tr><td>a<td>b" * 500).count("<td>") == 1000
    assert clean_html("<p>a<br>" * 500).count("<p>") == 500


def test_character_references_mean_what_they_mean_to_a_browser() -> None:
    assert clean_html("&lt;b&gt; &amp;lt; &eacute &nosuch; &#x26; &") == (
        "&lt;b&gt; &amp;lt; é &amp;nosuch; &amp; &amp;"
    )
    assert clean_html('<a href="/?a=1&copy=2&amp;b=3">a</a>') == (
        '<a href="/?a=1&amp;copy=2&amp;b=3" rel="noopener">a</a>'
    )


@settings(max_examples=200)
@given(HTML)
def test_what_is_clean_stays_as_it_is(html: str) -> None:
    assert clean_html(clean_html(html)) == clean_html(html)


@settings(max_examples=200)
@given(HTML | st.text(st.characters(exclude_categories=())))
def test_whatever_goes_in_nothing_else_comes_out(html: str) -> None:
    assert outside(clean_html(html)) == []


def test_sizes_of_a_picture_are_files_of_ours_alone() -> None:
    ours = "/news/media/a-480.webp 480w, /news/media/a-960.webp 960w"
    assert f'srcset="{ours}"' in clean_html(f'<img src="/a.webp" srcset="{ours}">')
    for other in (
        "https://host.example/media/a.webp 480w", "//host.example/media/a.webp 1w", "/a.webp 2x",
        "javascript:alert(1) 480w", f"{ours}, https://host.example/media/a.webp 1600w",
    ):  # fmt: skip
        assert "srcset" not in clean_html(f'<img src="/a.webp" srcset="{other}">')
