"""The spam filter: what moderators' decisions teach it, and what it makes of a reply.

Nobody else teaches it: a comment that was published without a moderator's look counts for
nothing. Whoever changes what it knows holds the lock of the comment's thread
(:func:`~flask_newsblog.comments.actions.lock_thread`), takes no other thread's afterwards, and
has read the comment since. The row of the empty word comes first in everything that is
written, and so lets one at a time change the words of a blog; without that, two would wait for
each other's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple, TypeAlias

import sqlalchemy as sa
from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects import mysql, postgresql, sqlite

from ..database import session
from ..models import Comment, CommentState, FilterWord
from ..text.bayes import spam_probability, tokens

HAM, SPAM = "ham", "spam"
# The word whose row counts the comments.
ALL = ""
# What the states that moderators give teach: whether the comment was unwanted.
TEACHES: Mapping[str, bool] = {
    CommentState.PUBLISHED: False,
    CommentState.REJECTED: True,
    CommentState.SPAM: True,
}

# Of what one writer wrote within these days, so many comments of a kind are learnt and no
# more: nobody teaches the filter its words by being approved, or rejected, again and again.
MOST_OF_ONE_WRITER = 20
WRITERS_DAYS = timedelta(days=30)

_ROWS_AT_ONCE = 1000

Counts: TypeAlias = "tuple[str, int, int]"


class Knowledge(NamedTuple):
    """How many comments and words the filter of a blog knows."""

    ham: int
    spam: int
    words: int


def probability(blog: str, text: str, name: str, website: str, email: str) -> float | None:
    """How likely a reply is spam, 0 to 1; None while the filter knows too little. One statement."""
    words = tokens(text, name, website, email)
    rows = session().execute(_counts(), {"blog": blog, "words": (ALL, *words)})
    counts = {word: (ham, spam) for word, ham, spam in rows}
    return spam_probability(counts.values(), *counts.pop(ALL, (0, 0)))


def learn(comment: Comment, spam: bool) -> None:
    """Count a comment as unwanted or not, once; the other way round if it was counted so."""
    kind = SPAM if spam else HAM
    if comment.trained == kind:
        return
    unlearn(comment)
    if _has_taught_enough(comment, kind):
        return
    _count(comment.blog, (ALL, *_tokens_of(comment)), kind)
    comment.trained = kind
    session().flush()


def follow(comment: Comment) -> None:
    """Know of a comment what its state says, if a moderator gave it, and else nothing.

    To be called when all threads are locked that will be: who locks another one later may wait
    for somebody who waits for the words.
    """
    if comment.reviewed_at is not None and comment.state in TEACHES:
        learn(comment, TEACHES[comment.state])
    else:
        unlearn(comment)


def unlearn(comment: Comment) -> None:
    """Take back what was learnt of a comment; to be called before its words change or go.

    Words that no other comment holds are forgotten.
    """
    if not comment.trained:
        return
    column = FilterWord.spam if comment.trained == SPAM else FilterWord.ham
    less = sa.case((column > 0, column - 1), else_=0)
    words = _tokens_of(comment)
    # The words of an import may not be those that this comment was counted among.
    for some in ((ALL,), words):
        _write(update(FilterWord).where(*_are(comment.blog, some)).values({column: less}))
    _write(
        delete(FilterWord).where(
            *_are(comment.blog, words), FilterWord.ham == 0, FilterWord.spam == 0
        )
    )
    comment.trained = ""
    session().flush()


def to_learn(blog: str, after: int, limit: int) -> list[tuple[int, int]]:
    """Comments that moderators decided on and that are not learnt, by number: post and comment."""
    found = (
        select(Comment.post_id, Comment.id)
        .where(Comment.blog == blog, Comment.id > after, Comment.trained == "")
        .where(Comment.state.in_(TEACHES), Comment.reviewed_at.is_not(None))
        .order_by(Comment.id)
        .limit(limit)
    )
    return [(post_id, comment_id) for post_id, comment_id in session().execute(found)]


def known(blog: str) -> Knowledge:
    """How much the filter of a blog knows."""
    rows = session().execute(_counts(), {"blog": blog, "words": (ALL,)})
    ham, spam = next(((ham, spam) for _, ham, spam in rows), (0, 0))
    words = select(func.count()).where(FilterWord.blog == blog, FilterWord.word != ALL)
    return Knowledge(ham, spam, session().scalar(words) or 0)


def counts(blog: str) -> Iterator[Counts]:
    """All that the filter of a blog knows, by word: the word, approved, unwanted."""
    rows = (
        select(FilterWord.word, FilterWord.ham, FilterWord.spam)
        .where(FilterWord.blog == blog)
        .order_by(FilterWord.word)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    for row in session().execute(rows):
        yield row.word, row.ham, row.spam


def replace(blog: str, rows: Iterable[Counts]) -> None:
    """Let the filter of a blog know this and nothing else; the empty word has to come along."""
    forget(blog)
    given = [{"blog": blog, "word": word, "ham": ham, "spam": spam} for word, ham, spam in rows]
    given.sort(key=lambda row: str(row["word"]))
    for start in range(0, len(given), _ROWS_AT_ONCE):
        _add(given[start : start + _ROWS_AT_ONCE])


def forget(blog: str) -> None:
    """Let the filter of a blog know nothing. What comments are marked with stays."""
    _count(blog, (ALL,), HAM)  # the lock, whether the row is there or not
    _write(delete(FilterWord).where(FilterWord.blog == blog))


def forget_marks(post_id: int) -> None:
    """Let no comment on a story be marked as learnt, so that all may be learnt anew."""
    learnt = update(Comment).where(Comment.post_id == post_id, Comment.trained != "")
    _write(learnt.values({Comment.trained: ""}))
    session().expire_all()


def stories_learnt_from(blog: str) -> list[int]:
    """The stories whose comments are marked as learnt, by number."""
    learnt = select(Comment.post_id).where(Comment.blog == blog, Comment.trained != "")
    return list(session().scalars(learnt.distinct().order_by(Comment.post_id)))


@cache
def _counts() -> sa.Select[str, int, int]:
    return select(FilterWord.word, FilterWord.ham, FilterWord.spam).where(
        FilterWord.blog == bindparam("blog"),
        FilterWord.word.in_(bindparam("words", expanding=True)),
    )


def _are(blog: str, words: Iterable[str]) -> tuple[Any, ...]:
    return FilterWord.blog == blog, FilterWord.word.in_(list(words))


def _tokens_of(comment: Comment) -> tuple[str, ...]:
    return tokens(comment.body, comment.author_name, comment.author_url, comment.author_email)


def _has_taught_enough(comment: Comment, kind: str) -> bool:
    # Around, not before: a moderator may begin with the newest.
    since, until = comment.created_at - WRITERS_DAYS, comment.created_at + WRITERS_DAYS
    # By each in turn, and no more than are needed: of a flood there are thousands.
    learnt = [
        select(Comment.id)
        .where(column == value, Comment.blog == comment.blog, Comment.trained == kind)
        .where(Comment.created_at.between(since, until))
        .limit(MOST_OF_ONE_WRITER)
        .subquery()
        for column, value in (
            (Comment.author_email, comment.author_email),
            (Comment.person_id, comment.person_id),
            (Comment.address_digest, comment.address_digest),
        )
        if value
    ]
    if not learnt:
        return False
    counts = select(*(select(func.count()).select_from(one).scalar_subquery() for one in learnt))
    most: int = max(session().execute(counts).one())
    return most >= MOST_OF_ONE_WRITER


def _count(blog: str, words: Iterable[str], kind: str) -> None:
    one = {"ham": int(kind == HAM), "spam": int(kind == SPAM)}
    _add([{"blog": blog, "word": word, **one} for word in words])


def _add(rows: list[dict[str, Any]]) -> None:
    # What is there is counted up and what is not is put in, in one step: between two, another
    # moderator might put it in.
    statement = _adding(session().get_bind(FilterWord).dialect.name)
    session().execute(statement, rows, execution_options={"dml_strategy": "raw"})


@cache
def _adding(dialect: str) -> Any:
    if dialect in ("mysql", "mariadb"):
        adding = mysql.insert(FilterWord)
        new = adding.inserted
        return adding.on_duplicate_key_update(
            ham=FilterWord.ham + new.ham, spam=FilterWord.spam + new.spam
        )
    upsert = sqlite.insert(FilterWord) if dialect == "sqlite" else postgresql.insert(FilterWord)
    return upsert.on_conflict_do_update(
        index_elements=[FilterWord.blog, FilterWord.word],
        set_={
            "ham": FilterWord.ham + upsert.excluded.ham,
            "spam": FilterWord.spam + upsert.excluded.spam,
        },
    )


def _write(statement: Any) -> None:
    session().execute(statement.execution_options(synchronize_session=False))
