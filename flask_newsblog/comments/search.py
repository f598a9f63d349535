"""Words that are looked for in comments and stories, in any case, on each database."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ..models import Comment

MOST_WORDS = 8
LONGEST_WORD = 100
_ASCII = re.compile(r"[\x20-\x7e]+")
_SEARCHED = (Comment.author_name, Comment.author_email, Comment.network, Comment.body)


def has_words(
    search: str, dialect: str, columns: Sequence[Any] = _SEARCHED
) -> sa.ColumnElement[bool]:
    """Whether each of these words stands in one of the columns: if not told otherwise, in the
    text of a comment, its name, address or network."""
    words = search.replace("\0", "").split()[:MOST_WORDS]
    return sa.and_(
        sa.true(),
        *(
            sa.or_(*(_holds(column, word[:LONGEST_WORD], dialect) for column in columns))
            for word in words
        ),
    )


def _holds(column: Any, word: str, dialect: str) -> sa.ColumnElement[bool]:
    if dialect == "sqlite":
        return sa.and_(*_in_sqlite(sa.type_coerce(column, sa.String), word))
    # Some of our columns compare byte by byte on MariaDB.
    return sa.func.lower(column).contains(word.lower(), autoescape=True, escape="!")


def _in_sqlite(column: Any, word: str) -> list[sa.ColumnElement[bool]]:
    # Its lower() knows no capitals beyond ASCII, and its GLOB reads a text ten times
    # more slowly. So what of the word is ASCII is looked for first, and most texts lack that.
    plain = max(_ASCII.findall(word), key=len, default="")
    found = [sa.func.instr(sa.func.lower(column), plain.lower()) > 0] if plain else []
    if plain != word:
        found.append(column.op("GLOB", is_comparison=True)(_glob(word)))
    return found


def _glob(word: str) -> str:
    """The word between anything, as SQLite's GLOB has it, each letter in both cases."""
    return f"*{''.join(map(_either_case, word))}*"


def _either_case(letter: str) -> str:
    cases = {case for case in (letter, letter.lower(), letter.upper()) if len(case) == 1}
    return f"[{''.join(sorted(cases))}]" if len(cases) > 1 or letter in "*?[" else letter
