"""What the desk's rules cost, with as many as there may be and as long a text: run with -s."""

from __future__ import annotations

import random
import sys
import time

import pytest

from flask_newsblog.comments.rulebook import Said, make_book
from flask_newsblog.text.markdown import render_comment

from ..comments.readers import NOON

pytestmark = pytest.mark.stress
_TEXTS = {
    "English": "The ferry was late again, and nobody said why. ",
    "Russian": "Паром снова опоздал, и никто не сказал почему. ",
    "Chinese": "渡轮又晚点了，没有人说为什么。",
}


def a_word(chance: random.Random) -> str:
    return "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(4, 12)))


@pytest.mark.parametrize("language", _TEXTS)
def test_ten_thousand_words_against_a_maximal_text(language: str) -> None:
    chance = random.Random(4)
    listed = [("word", a_word(chance), "hold", None) for _ in range(10_000)]
    text = (_TEXTS[language] * 5_000)[:65_525]
    book, said = make_book(listed), Said(text=text, html=render_comment(text), name="Mira Vale")
    times = []
    for _ in range(20):
        start = time.perf_counter()
        book.hits(said, NOON)
        times.append(time.perf_counter() - start)
    sys.stdout.write(f"\n10,000 words, 65,525 letters of {language}: {min(times) * 1000:.1f} ms\n")
    # Where each letter is a word there are ten times as many.
    assert min(times) < (0.06 if language == "Chinese" else 0.02)
