"""The words of a rendered story."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flask_newsblog.text.excerpts import (
    WORDS_PER_MINUTE,
    count_words,
    excerpt,
    plain_text,
    reading_minutes,
)
from flask_newsblog.text.markdown import render_post


def test_blocks_stand_on_lines_of_their_own() -> None:
    html = render_post(
        "# Tides\n\nHigh *and*\nlow &amp; <so on>\n\n- one\n- two\n\n> said\n\n---\nend"
    )
    assert plain_text(html) == "Tides\nHigh and low & <so on>\none\ntwo\nsaid\nend"


def test_a_row_of_a_table_is_a_line() -> None:
    assert plain_text(render_post("|a|b|\n|-|-|\n|c|d|")) == "a b\nc d"


def test_lines_within_a_block_are_joined_by_a_space() -> None:
    assert plain_text("<p>one<br>two</p>three") == "one two\nthree"


def test_pictures_and_their_captions_are_left_out() -> None:
    html = render_post('a\n\n![b](/c.jpg "d")\n\ne ![f](/g.jpg)')
    assert plain_text(html) == "a\ne"


def test_figures_within_figures_are_left_out_whole() -> None:
    assert plain_text("<figure><figure>a</figure>b</figure>c") == "c"


def test_marks_of_footnotes_are_left_out_and_notes_are_not() -> None:
    html = render_post("Low water[^1] today\n\n[^1]: At the pier.")
    assert plain_text(html) == "Low water today\nAt the pier."


def test_annotations_are_not_read_twice() -> None:
    assert plain_text("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>") == "漢"


def test_an_excerpt_is_the_first_paragraphs() -> None:
    html = render_post("# Tides\n\nOne.\n\n- not this\n\nTwo.[^1]\n\n[^1]: Nor this.")
    assert excerpt(html) == "One. Two."


def test_a_story_without_paragraphs_gives_the_words_it_has() -> None:
    assert excerpt(render_post("# Tides\n\n- one\n- two")) == "Tides one two"
    assert excerpt("bare words") == "bare words"
    assert excerpt("") == ""


def test_an_excerpt_is_cut_after_a_word() -> None:
    html = "<p>The ferry, they said, is late.</p>"
    assert excerpt(html, 14) == "The ferry…"
    assert excerpt(html, 29) == "The ferry, they said, is…"
    assert excerpt(html, 30) == "The ferry, they said, is late."
    # Between two sentences there is no point before the dots.
    assert excerpt("<p>It is late. Nobody minds.</p>", 14) == "It is late…"


def test_an_excerpt_without_spaces_is_cut_anyway() -> None:
    assert excerpt("<p>" + "漢" * 50 + "</p>", 10) == "漢" * 9 + "…"
    assert excerpt("<p>a " + "漢" * 50 + "</p>", 10) == "a 漢漢漢漢漢漢漢…"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't count well-known words twice", 5),
        ("here—there and/or 3.5 – no … more", 7),
        ("東京 is 2 ガス", 6),
        ("한국어 뉴스", 2),
        ("हिन्दी में", 2),
        ("?! — *", 0),
        ("", 0),
    ],
)
def test_words_are_counted(text: str, words: int) -> None:
    assert count_words(f"<p>{text}</p>") == words


def test_reading_takes_a_minute_at_least() -> None:
    assert [reading_minutes(words) for words in (0, 1, WORDS_PER_MINUTE)] == [1, 1, 1]
    assert reading_minutes(10 * WORDS_PER_MINUTE) == 10
    assert reading_minutes(10 * WORDS_PER_MINUTE + 130) == 11


@settings(max_examples=100)
@given(st.text("ab ,.*\n漢", max_size=150), st.integers(1, 60))
def test_no_excerpt_is_longer_than_asked_for(text: str, length: int) -> None:
    assert len(excerpt(render_post(text), length)) <= length


@settings(max_examples=100)
@given(st.text("<>/=\"'a!-p &;"))
def test_any_html_can_be_read(html: str) -> None:
    assert count_words(html) <= len(plain_text(html))
