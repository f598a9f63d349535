"""What the desk's rules cost, with as many as there may be and as long a text."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable

import pytest

from flask_newsblog.comments.rulebook import Said, make_book
from flask_newsblog.text.markdown import render_comment

from ..comments.readers import NOON
from ..timing import least_seconds

pytestmark = pytest.mark.stress
_LETTERS = 65_525
_TEXTS = {
    "English": "The ferry was late again, and nobody said why. ",
    "English, emphasised": "The *ferry* was late again, and no*bo*dy said why. ",
    "English, with code": "The `ferry` was late & nobody said why. ",
    "English, in paragraphs": "The ferry was *late* again, and nobody said why.\n\n",
    "Russian": "Паром снова опоздал, и никто не сказал почему. ",
    "Russian, emphasised": "Паром снова опо*здал*, и никто не сказал почему. ",
    "Chinese": "渡轮又晚点了，没有人说为什么。",
    "Chinese, emphasised": "渡轮又晚点了，没有人说为什么。" * 3 + "渡轮又*晚点*了。",
    "Thai": "เรือข้ามฟากมาสายอีกแล้ว และไม่มีใครบอกว่าทำไม ",
}
# Where each letter is a word, and such words are looked for, there are ten times as many; see
# docs/performance.md.
_BOUND, _LETTER_BY_LETTER = 0.02, 0.08
# What is measured is shown, and belongs in docs/performance.md. A slower machine, or a busy one,
# fails nothing; what grows with the square of the text would.
_SLOWER = 3


def a_word(chance: random.Random) -> str:
    return "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(4, 12)))


def a_chinese_word(chance: random.Random) -> str:
    return "".join(chance.choices([chr(0x4E00 + n) for n in range(3_000)], k=chance.randint(2, 4)))


def milliseconds(text: str, word: Callable[[random.Random], str], bound: float) -> float:
    """What it takes to look for ten thousand words, as they are made by this, in a text."""
    chance = random.Random(4)
    book = make_book([("word", word(chance), "hold", None) for _ in range(10_000)])
    said = Said(text=text, html=render_comment(text), name="Mira Vale")
    assert ("<em>" in said.html) == ("*" in text)
    return least_seconds(lambda: book.hits(said, NOON), bound, rounds=20) * 1000


def a_text(language: str) -> str:
    """As long as a reply may be, with as much emphasis as is rendered."""
    sentence = _TEXTS[language]
    plain = sentence.replace("*", "").replace("`", "")
    marked = min(_LETTERS // len(sentence), 400)
    return (sentence * marked + plain.replace("\n", " ") * _LETTERS)[:_LETTERS]


@pytest.mark.parametrize("language", _TEXTS)
def test_ten_thousand_words_against_a_maximal_text(language: str) -> None:
    found = milliseconds(a_text(language), a_word, _BOUND)
    sys.stdout.write(f"\n10,000 words, 65,525 letters of {language}: {found:.1f} ms\n")
    assert found < _SLOWER * _BOUND * 1000


@pytest.mark.parametrize("language", ["Chinese", "Chinese, emphasised"])
def test_ten_thousand_chinese_words_against_a_maximal_text(language: str) -> None:
    found = milliseconds(a_text(language), a_chinese_word, _LETTER_BY_LETTER)
    sys.stdout.write(f"\n10,000 Chinese words, 65,525 letters of {language}: {found:.1f} ms\n")
    assert found < _SLOWER * _LETTER_BY_LETTER * 1000
