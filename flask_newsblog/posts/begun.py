"""A story that is only just begun: one for each open page, however often the page sends it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from sqlalchemy import select

from ..database import session
from ..models import Post, Revision, RevisionKind, length_of
from ..people import Person
from ..text.slugs import slugify
from .actions import Text, create_post
from .revisions import THE_ROW
from .slugs import SlugTaken, free_slug, take_slug

# Where a story came from that was begun at the desk: a page of this name. Of one name there
# can be but one in a blog, and the database sees to it.
_SOURCE = "sitting:"


def begun_in(blog: str, sitting: str) -> Post | None:
    """The story that an open page began already."""
    if not sitting:
        return None
    source = (_SOURCE + sitting)[: length_of(Post.source_id)]
    return session().scalars(select(Post).filter_by(blog=blog, source_id=source)).one_or_none()


def begin(blog: str, title: str, person: Person, now: datetime, *, sitting: str = "") -> Post:
    """A new draft of somebody, without words yet but for its headline.

    Raises:
        TextDoesNotFit: the headline is too long.
        IntegrityError: the same page is just now sending it a second time.
    """
    post = create_post(blog, Text(title=title, body=""), now)
    post.person_id, post.person_name = person.id, person.name
    if sitting:
        post.source_id = (_SOURCE + sitting)[: length_of(Post.source_id)]
    session().flush()
    return post


def begun_words(post: Post) -> Revision | None:
    """What came by itself of a story that nobody has saved yet: it has words all the same."""
    if post.saved_revision:
        return None
    query = select(Revision).where(Revision.post_id == post.id, Revision.kind == RevisionKind.AUTO)
    return session().scalars(query.order_by(Revision.number.desc()).limit(1)).one_or_none()


def base_of(post: Post, base: int, sitting: str) -> int:
    """The revision that an open page stands on: the last one it saved itself, if that is newer.

    The answer that told of it may have got lost, or the button been pressed twice. Where
    somebody else saved in between, the page has not seen those words: what it saved was merged
    with them, and it stands where it stood.
    """
    if not sitting or post.saved_revision <= base:
        return base
    saved = Revision.kind.in_((RevisionKind.SAVED, RevisionKind.IMPORTED))
    others = select(Revision.number).where(
        Revision.post_id == post.id, Revision.number > base, saved,
        Revision.sitting.not_in((sitting, THE_ROW)),
    )  # fmt: skip
    return base if session().scalar(others.limit(1)) else post.saved_revision


def follow_headline(post: Post, title: str) -> None:
    """Give a story that never had a time the slug of its headline; no reader knows another."""
    wanted = slugify(title)
    if post.published_at is not None or not wanted:
        return
    free = free_slug(post.blog, wanted, but=post.id)
    if free != post.slug:
        # Somebody may be quicker: then it keeps the one it has until its headline changes again.
        with suppress(SlugTaken):
            take_slug(post, free)
