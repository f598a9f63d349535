"""Which stories the person here may not even know by their titles: for lists, counts and search."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from flask import g
from sqlalchemy import select

from ..database import session
from ..i18n import mark
from ..models import Post, PostState
from ..mount import this_blog
from ..people import Person
from .access import Desk, person_here, sees

# In place of a title, where something else has to say that there is a story.
A_STORY = mark("A story under embargo")


def hidden_stories(now: datetime) -> frozenset[int]:
    """The stories under an embargo that names people, of whom the person here is none.

    Whatever lists, counts or searches stories in the newsroom leaves these out in its
    statement, for what is left out afterwards can be counted. The rule is
    :func:`.access.sees` alone. One statement, asked once in a request.
    """
    return _hidden(this_blog().blog, person_here(), now)


def title_for(desk: Desk, row: Any, now: datetime) -> str:
    """The title of a story beside something of it, such as a comment.

    Where somebody else's embargo is on it, it says only that, and it costs a statement.
    """
    if row.embargo_until is None or row.embargo_until <= now:
        return str(row.title)
    hidden = _hidden(desk.mount.blog, desk.person, now)
    return this_blog().words.t(A_STORY) if row.post_id in hidden else str(row.title)


def _hidden(blog: str, person: Person | None, now: datetime) -> frozenset[int]:
    known = g.setdefault("_newsblog_hidden", {})
    if blog not in known:
        columns = (Post.id, Post.person_id, Post.embargo_until, Post.embargo_people)
        # All states by name: the index has the state before the time.
        here = (Post.blog == blog, Post.state.in_([*PostState]), Post.embargo_until > now)
        rows: Sequence[Any] = session().execute(select(*columns).where(*here)).all()
        known[blog] = frozenset(row.id for row in rows if not sees(person, row, now))
    return cast("frozenset[int]", known[blog])
