"""What has changed in a story since readers first saw it: noted as it happens, found again.

Only what was before readers is ever told of. A revision that was carries ``shown_at``; one
that changed nothing in substance, or that no reader has seen, does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from ..database import session
from ..models import Post, PostState, Revision, RevisionKind
from ..text.excerpts import plain_text
from ..text.limits import TextTooLong
from ..text.markdown import render_post

# What is set in one way or another without another word being said.
_TYPOGRAPHY = str.maketrans(
    {"’": "'", "‘": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-",
     "—": "-", "‑": "-", "\u00ad": "", "\u200b": "", "…": "..."}
)  # fmt: skip
_SPACES = re.compile(r"[^\S\n]+")


@dataclass(frozen=True, slots=True)
class Texts:
    """What of a story may change in substance, as readers read it: its words without marks."""

    title: str
    standfirst: str
    body: str


@dataclass(frozen=True, slots=True)
class Step:
    """A revision that was before readers, and since when."""

    number: int
    shown_at: datetime


def texts_of(post: Post) -> Texts:
    """The texts of a story as its row has them."""
    return texts_shown(post.title, post.standfirst, post.body_html)


def texts_shown(title: str, standfirst: str, body_html: str) -> Texts:
    """The texts of a story whose body is rendered."""
    # An empty line between blocks, as between paragraphs that were typed.
    body = plain_text(body_html).replace("\n", "\n\n")
    return Texts(_plain(title), _plain(standfirst), _plain(body))


def texts_in(content: Mapping[str, Any]) -> Texts:
    """The texts of a story as a revision keeps them."""
    try:
        html = str(render_post(str(content.get("body") or "")))
    except TextTooLong:
        # From before a limit was set: nothing that can be shown.
        html = ""
    title, standfirst = (str(content.get(name) or "") for name in ("title", "standfirst"))
    return texts_shown(title, standfirst, html)


def was_before_readers(post: Post, now: datetime) -> bool:
    """Whether readers see this story, or saw it before it was withdrawn."""
    if post.published_at is None or post.published_at > now:
        return False
    if post.embargo_until is not None and post.embargo_until > now:
        return False
    return post.state in (PostState.PUBLISHED, PostState.WITHDRAWN)


def note_change(
    post: Post, former: Texts, number_before: int, content: dict[str, Any] | None, now: datetime
) -> None:
    """Note that a story which readers know was changed, where it was in substance.

    Args:
        post: the story, with its new words; ``shown_revision`` is their number.
        former: its texts before.
        number_before: the number of the revision that these are in, or 0 where there is none.
        content: then the former words themselves, to be kept.
        now: the moment.
    """
    if texts_of(post) == former:
        return
    if not _is_noted(post):
        # Of a withdrawn story what readers saw last, and nothing of what follows.
        number = number_before or _keep(post, content or {}, now)
        _mark(post, number, post.published_at or now)
    if post.state == PostState.PUBLISHED:
        _mark(post, post.shown_revision, now)


def note_return(post: Post, now: datetime) -> None:
    """Note that a story is back before the readers, with what was changed in the meantime."""
    if _is_noted(post):
        _mark(post, post.shown_revision, max(now, post.published_at or now))


def steps_of(post_id: int, now: datetime) -> tuple[Step, ...]:
    """What was before readers, in its order; the first is what was published. One statement."""
    query = select(Revision.number, Revision.shown_at).where(
        Revision.post_id == post_id, Revision.shown_at <= now
    )
    rows = session().execute(query.order_by(Revision.shown_at, Revision.number))
    return tuple(Step(row.number, row.shown_at) for row in rows)


def texts_at(post_id: int, numbers: Sequence[int]) -> dict[int, Texts]:
    """The texts of some revisions of a story, by their numbers. One statement."""
    query = select(Revision.number, Revision.content).where(
        Revision.post_id == post_id, Revision.number.in_(numbers), Revision.shown_at.is_not(None)
    )
    return {row.number: texts_in(row.content) for row in session().execute(query)}


def _is_noted(post: Post) -> bool:
    query = select(Revision.id).where(Revision.post_id == post.id, Revision.shown_at.is_not(None))
    return session().scalar(query.limit(1)) is not None


def _mark(post: Post, number: int, at: datetime) -> None:
    # One that was before readers already keeps the time when they first saw it.
    which = (Revision.post_id == post.id, Revision.number == number, Revision.shown_at.is_(None))
    session().execute(update(Revision).where(*which).values(shown_at=at))


def _keep(post: Post, content: dict[str, Any], now: datetime) -> int:
    """Keep what readers saw of a story that was never saved at the desk before."""
    last = session().scalar(select(func.max(Revision.number)).where(Revision.post_id == post.id))
    number = (last or 0) + 1
    session().add(
        Revision(
            post_id=post.id, number=number, kind=RevisionKind.IMPORTED, content=content,
            saved_at=now,
        )
    )  # fmt: skip
    session().flush()
    return number


def _plain(text: str) -> str:
    """The words of a text, however they are set."""
    return _SPACES.sub(" ", text.translate(_TYPOGRAPHY)).strip()
