"""Servers render in several threads at once, from their first request on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from flask_newsblog.text.markdown import render_comment, render_post

TEXTS = [
    f"See http://{letter * length}.example/{letter}?{length} (or www.{letter}.example).\n\n*No*."
    for letter, length in zip("abcdef", (1, 5, 9, 13, 20, 30), strict=True)
]
# Where the rules are put together at the first use, the second has the first's.
PARSERS = """
from markdown_it import MarkdownIt
from flask_newsblog.text import markdown, replies, titles
for module in (markdown, replies, titles):
    for name, parser in vars(module).items():
        if isinstance(parser, MarkdownIt):
            rulers = (parser.core.ruler, parser.block.ruler, parser.inline.ruler,
                      parser.inline.ruler2)
            print(module.__name__, name, all(r.__cache__ for r in rulers))
"""


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads that take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("restless")
@pytest.mark.parametrize("render", [render_comment, render_post])
def test_texts_that_are_rendered_at_once_are_not_mixed_up(render: Callable[[str], str]) -> None:
    wanted = [render(text) for text in TEXTS]
    start = Barrier(len(TEXTS))

    def again_and_again(text: str) -> set[str]:
        start.wait()
        return {render(text) for _ in range(100)}

    with ThreadPoolExecutor(len(TEXTS)) as pool:
        assert list(pool.map(again_and_again, TEXTS)) == [{html} for html in wanted]


def test_parsers_are_whole_before_the_first_text() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PARSERS], capture_output=True, text=True, check=True, timeout=60
    )
    said = done.stdout.splitlines()
    assert len(said) == 4
    assert all(line.endswith(" True") for line in said), said
