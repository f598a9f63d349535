"""Text made to keep the renderer busy."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from flask_newsblog.text.excerpts import count_words
from flask_newsblog.text.limits import TextTooLong
from flask_newsblog.text.markdown import render_post
from flask_newsblog.text.sanitize import clean_html
from flask_newsblog.text.slugs import slugify

from ..timing import least_seconds
from .allow_list import outside

UNITS = [
    *("[", "]", "[]", "![", "[[a](b)", "[a](", "[a](<b", '[a](b "', "[a]((((", "[a][b]", "[\\"),
    *("*", "_", "*a ", "*a_ ", "**a *b ", "a**b", "a***b_ ", "~~a ~b", "*[", "*[`<!"),
    *("`", "`a ", "``a` ", "\\", "&", "&#1;", "&#x", "<", "<a ", '<a b="', "<a\n", "<!--", "<?"),
    *("<![CDATA[", "<!A ", "<http://", "<a@", "> ", ">" * 50 + "\n", "> - ", "- ", "1. ", "- a\n"),
    *("> - > - a\n", "|", "|\n", "\\|", "|a|\n|-|\n|b|\n\n", "[^1]", "[^", "^[", "[^1]: a\n"),
    *("[^1]: ", "[^a\n", "[a]: b\n", "[a]: <b\n", '[a]: b "c\n', "[a]:\n", "a\n-\n", "# a\n", "#"),
    *(
        "***\n",
        "\n",
        " ",
        "\t",
        "    a\n",
        "```\n",
        "~~~a\n",
        "a  \n",
        "\u0301\u0316",
        "![a](b)\n\n",
    ),
    *("<div>", "<b a=1>", "<p><b>x", "<ul><li>", "<table><tr><td>", "<svg>", "<x>", "</b>", "<p "),
]
# Each took from five seconds to minutes, or gigabytes, before it was bounded.
BOUNDED: list[tuple[Callable[[str], object], str]] = [
    (render_post, "[^1]: x\n\n" + "[^" * 10_000),
    (render_post, "a" + "\u0301\u0316" * 49_000),
    (render_post, "[a]: /" + "x" * 10_000 + "\n\n" + "[a] " * 5_000),
    (clean_html, "<p>" + "".join(f"<b lang={n}>" for n in range(6000)) + "<p>x" * 6000),
    (clean_html, "".join(f"<p><b lang={n}>" for n in range(49)) + "<p>x</p>" * 30_000),
    (clean_html, "<ul>" + "".join(f"<li><b lang={n}>" for n in range(48)) + "<li>x</li>" * 30_000),
    (clean_html, "<table>" + "".join(f"<b lang={n}>" for n in range(90)) + "<tr></tr>x" * 30_000),
    (clean_html, "<ul><li>" * 100_000),
    (clean_html, "&" * 900_000),
    (count_words, "<a " * 33_000),
    (count_words, '<a b="' * 16_000),
    (count_words, "<!--" * 25_000),
    (slugify, "a" + "\u0301\u0316" * 49_000),
]


@pytest.mark.parametrize("unit", UNITS)
def test_a_pattern_without_end_is_rendered_or_refused(unit: str) -> None:
    source = unit * (1500 // len(unit))
    for raw_html in (False, True):
        with suppress(TextTooLong):
            assert outside(render_post(source, raw_html=raw_html)) == []


@pytest.mark.parametrize(("function", "text"), BOUNDED)
def test_what_once_took_minutes_takes_no_time(function: Callable[[str], object], text: str) -> None:
    def work() -> None:
        with suppress(TextTooLong):
            function(text)

    assert least_seconds(work, enough=2) < 2
