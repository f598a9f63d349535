"""Words and phrases are found as whole words, in any case and script, and never inside others."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_newsblog.text.phrases import Index, index_of, phrases_in, spelled, words_of

from ..timing import least_seconds


def found(rule: str, text: str) -> bool:
    return bool(phrases_in(index_of([rule]), text))


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("casino", "The CASINO is open."),
        ("casino", "casino"),
        ("casino", "best-casino.example/casino_bonus"),
        ("casino", "“casino”"),
        ("casino", "ca\u00adsi\u200bno"),
        ("casino", "c\u0336a\u0336s\u0336i\u0336n\u0336o\u0336"),
        ("casino", "ｃａｓｉｎｏ"),
        ("Straße", "HAUPT STRASSE"),
        ("STRASSE", "die Straße"),
        ("GRO\u1e9eE", "große"),
        ("İstanbul", "İSTANBUL"),
        ("ПРИВЕТ", "привет, мир"),
        ("cafe\u0301", "caf\u00e9"),
        ("don't", "I DON’T know"),
        ("buy now", "Buy\n\nNOW!"),
        ("buy now", "buy buy now"),
        ("赌博", "我喜欢赌博网站"),
        ("ข่าว", "อ่านข่าววันนี้"),
        ("हिन्दी", "यह हिन्दी है"),
    ],
)
def test_words_are_found_however_they_are_written(rule: str, text: str) -> None:
    assert found(rule, text)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("ass", "class assessment grass"),
        ("cialis", "specialist socialism"),
        ("sex", "Essex"),
        ("sex", "sex2sex"),
        ("кот", "который"),
        ("buy now", "buy it now"),
        ("buy now", "buynow"),
        ("buy now", "buy nowhere"),
        ("now buy", "buy now"),
        ("cafe", "café"),
        ("हिन्द", "हिन्दी"),
        ("", "anything"),
        ("***", "*** a ***"),
    ],
)
def test_nothing_is_found_inside_other_words(rule: str, text: str) -> None:
    assert not found(rule, text)


def test_like_patterns_are_nothing_but_signs() -> None:
    assert not found("%", "100 %")
    assert words_of("c_s%no") == ["c", "s", "no"]
    assert not found("c_sino", "casino")
    assert not found(".*", "anything")


def test_all_phrases_are_found_once_each_in_their_order() -> None:
    index = index_of(["buy", "buy now", "now or never", "never"])
    assert phrases_in(index, "Buy now or never, buy now!") == [
        "buy", "buy now", "now or never", "never"
    ]  # fmt: skip


@given(st.text(), st.lists(st.text(max_size=20), max_size=5))
def test_no_text_breaks_anything_and_what_is_found_is_there(text: str, rules: list[str]) -> None:
    index = index_of(rules)
    words = f" {' '.join(words_of(text))} "
    for phrase in phrases_in(index, text):
        assert f" {' '.join(words_of(phrase))} " in words


# Han and kana, some of which have another form, marks, and what stands between.
_MANY_SCRIPTS = st.text(
    st.sampled_from("a5 渡轮かガ\u3099ｶﾞ，。・・ขำ๏\u0301\u200b\U00020000é"), max_size=20
)


@given(_MANY_SCRIPTS, st.lists(st.sampled_from(["a", "5 a", "a a", "é"]), min_size=1))
def test_letters_of_which_none_is_listed_stand_between_all_the_same(
    text: str, rules: list[str]
) -> None:
    assert phrases_in(index_of(rules), text) == [
        phrase for phrase in phrases_in(index_of([*rules, "船"]), text) if phrase != "船"
    ]


@given(_MANY_SCRIPTS)
def test_words_are_those_of_the_whole_text_in_its_plain_form(text: str) -> None:
    assert words_of(text) == words_of(unicodedata.normalize("NFKC", text))


def test_letters_that_are_said_to_have_no_other_form_have_none() -> None:
    for first, last in ("\0\x7f", "\u0e01\u0e32", "\u0e34\u0e5b", "ぁゖ", "ァヺ", "\u4e00\u9fff"):
        for code in range(ord(first), ord(last) + 1):
            assert unicodedata.is_normalized("NFKC", chr(code))


def test_what_is_not_listed_keeps_two_words_apart() -> None:
    assert found("buy now", "buy，now")
    assert not found("buy now", "buy渡轮now")


@given(st.text())
def test_words_are_spelled_so_that_they_stay_the_same(text: str) -> None:
    once = spelled(words_of(text))
    assert spelled(words_of(once)) == once


@given(st.text(st.characters(categories=["Lu", "Ll", "Nd"]), min_size=1, max_size=12))
def test_every_word_finds_itself(word: str) -> None:
    assert found(word, f"before {word}, after")


def seconds(index: Index, text: str) -> float:
    return least_seconds(lambda: phrases_in(index, text))


def test_ten_thousand_words_cost_little_more_than_ten() -> None:
    text = ("The ferry was late again, and nobody said why. " * 1_400)[:65_525]
    few = index_of(f"listed{n} word" for n in range(10))
    many = index_of(f"listed{n} word" for n in range(10_000))
    # As many as there are in the text itself, which are then looked for at every place.
    met = index_of(f"ferry was late {n}" for n in range(10_000))
    least = seconds(few, text)
    assert seconds(many, text) < 3 * least + 0.002
    assert seconds(met, text) < 10 * least + 0.005


@pytest.mark.parametrize(
    "letter", ["a", "a ", "\u0301", "\ufdfa", "\u3316", "赌", "%_", "\u200b", "😀", "\ud800", "ẞ"]
)
def test_no_letter_repeated_without_end_is_a_burden(letter: str) -> None:
    text = (letter * 65_525)[:65_525]
    shorter = text[: len(text) // 8]
    index = index_of(["a", "a a a", "赌博"])
    assert seconds(index, text) < 40 * seconds(index, shorter) + 0.05
