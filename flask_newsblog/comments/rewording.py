"""Other words for a comment that is stored: tidied, limited and looked at as those of new ones."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from ..database import session
from ..models import Comment, CommentVerdict, length_of
from ..settings import Settings
from ..text.markdown import COMMENT_RENDERER, render_comment
from ..text.typed import many_lines, one_line, shows_something
from . import actions, bayes
from .checks import Check, Verdict, judge
from .drafts import draft_again
from .journal import Act, locked, values_of, wording_of, write_down
from .writers import fingerprint_of, words_digest, writer_of

Verdicts = Sequence[tuple[str, Verdict]]

_NAME_LENGTH = length_of(Comment.author_name)


class Unacceptable(ValueError):
    """A comment cannot have these words; the message says why."""


def reword(
    settings: Settings,
    comment: Comment,
    text: str,
    name: str | None,
    checks: Sequence[Check],
    act: Act,
    seen: str = "",
) -> bool:
    """Put other words into a comment, and another name over it; whether that changed anything.

    Where ``seen`` names the wording that they were made from, over no other.
    """
    text, name = _fit(settings, text), _fit_name(settings, comment, name)
    # Before anything is locked, for the host's checks may take their time.
    said = judge(draft_again(settings, comment, text, act.now, name), checks)
    for thread in locked([(comment.post_id, comment.id)]):
        for found in thread:
            if (found.body, found.author_name) == (text, name):
                return False
            if seen and wording_of(found.edited_at) != seen:
                raise Unacceptable(
                    "Somebody else has changed this comment since; how it reads now stands above."
                    " Yours is in the form: save it once more if it is to take that one's place."
                )
            pinned = actions.pinned(found.post_id)
            before = values_of(found, pinned)
            bayes.unlearn(found)
            _write(found, text, name)
            found.edited_at = found.reviewed_at = act.now
            session().flush()
            bayes.follow(found)
            write_down(found, before, values_of(found, pinned), act)
            _keep_what_is_new(found, said, act)
            if found.shown:
                actions.touch(found.post_id)
            return True
    return False


def is_taken(comment: Comment, fingerprint: str | None) -> bool:
    """Whether another comment has this fingerprint; the thread is locked, so none can come."""
    if fingerprint is None:
        return False
    # A plain read would see what was when the request began (MariaDB's REPEATABLE READ).
    other = session().scalar(
        select(Comment.id).where(Comment.fingerprint == fingerprint).with_for_update(read=True)
    )
    return other is not None and other != comment.id


def _fit(settings: Settings, text: str) -> str:
    text = many_lines(text)
    if not shows_something(text):
        raise Unacceptable("There is nothing to read in it; delete the comment instead.")
    if len(text) > settings.reply_length:
        raise Unacceptable(
            f"This is {len(text):,} characters long; the limit is {settings.reply_length:,}."
        )
    return text


def _fit_name(settings: Settings, comment: Comment, name: str | None) -> str:
    if name is None:
        return comment.author_name
    name = one_line(name)
    if len(name) > _NAME_LENGTH:
        raise Unacceptable(f"The name is {len(name)} characters long; the limit is {_NAME_LENGTH}.")
    if not shows_something(name):
        if settings.reply_needs_name_and_email:
            raise Unacceptable("A comment needs a name over it.")
        return ""
    return name


def _write(comment: Comment, text: str, name: str) -> None:
    if comment.fingerprint is not None:
        writer = writer_of(comment, name)
        fingerprint = fingerprint_of(comment.post_id, comment.parent_id, writer, text)
        if is_taken(comment, fingerprint):
            raise Unacceptable(
                f"{name or 'The same writer'} has said exactly this here in another comment."
            )
        comment.fingerprint = fingerprint
    comment.body, comment.author_name = text, name
    comment.text_digest = words_digest(text)
    comment.body_html, comment.renderer = str(render_comment(text)), COMMENT_RENDERER


def _keep_what_is_new(comment: Comment, said: Verdicts, act: Act) -> None:
    rows = session().execute(
        select(CommentVerdict.check, CommentVerdict.reason).where(
            CommentVerdict.comment_id == comment.id
        )
    )
    known = {tuple(row) for row in rows}
    new = [(check, v) for check, v in said if (check, v.reason) not in known]
    actions.keep_verdicts(comment, new, act.now)
