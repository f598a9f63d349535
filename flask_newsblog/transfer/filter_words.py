"""What a spam filter knows, as lines of JSON: written, read, and refused if it cannot be true."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from ..comments.bayes import ALL, Counts
from ..models import FilterWord, length_of

MAX_WORDS = 1_000_000
_WORD_LENGTH = length_of(FilterWord.word)
# What a column of the databases holds.
_MOST = 2**31 - 1
_AN_EXAMPLE = '{"word": "ferry", "ham": 12, "spam": 0}'


class FilterFileError(ValueError):
    """A file of words that cannot be taken in; the message says which line, and why."""


def write_words(counts: Iterable[Counts]) -> Iterator[str]:
    """A line for each word, with its line end; the first has the empty word and counts comments."""
    for word, ham, spam in counts:
        yield json.dumps({"word": word, "ham": ham, "spam": spam}, ensure_ascii=False) + "\n"


def read_words(lines: Iterable[str]) -> list[Counts]:
    """The words of a file.

    Raises:
        FilterFileError: a line is none of ours, or says what cannot be.
    """
    found: dict[str, tuple[int, int]] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        word, ham, spam = _word_in(line, number)
        if word in found:
            raise FilterFileError(f"Line {number}: the word {word!r} was there already.")
        if not found and word != ALL:
            raise FilterFileError(
                f"Line {number}: the first line has to count the comments, with an empty word."
            )
        most_ham, most_spam = found.get(ALL, (_MOST, _MOST))
        if ham > most_ham or spam > most_spam:
            raise FilterFileError(
                f"Line {number}: {word!r} stands in more comments than the first line counts."
            )
        if len(found) > MAX_WORDS:
            raise FilterFileError(f"There are more than {MAX_WORDS:,} words.")
        found[word] = ham, spam
    if not found:
        raise FilterFileError(f"There are no words in it; write lines such as {_AN_EXAMPLE}.")
    return [(word, ham, spam) for word, (ham, spam) in found.items()]


def _word_in(line: str, number: int) -> Counts:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict) or given.keys() != {"word", "ham", "spam"}:
        raise FilterFileError(f"Line {number}: write an object such as {_AN_EXAMPLE}.")
    word = given["word"]
    if not isinstance(word, str) or len(word) > _WORD_LENGTH or not _is_plain(word):
        raise FilterFileError(
            f"Line {number}: a word has up to {_WORD_LENGTH} characters and no spaces."
        )
    return word, _number_in(given, "ham", number), _number_in(given, "spam", number)


def _number_in(given: dict[str, Any], name: str, number: int) -> int:
    value = given[name]
    if type(value) is not int or not 0 <= value <= _MOST:
        raise FilterFileError(f"Line {number}: {name} is a whole number from 0 to {_MOST:,}.")
    return value


def _is_plain(word: str) -> bool:
    # MariaDB takes no notice of a space at the end, and PostgreSQL takes no NUL.
    return word.isprintable() and " " not in word
