"""What may be done with a story, and by which rules. The caller commits.

Each function takes the time as an argument and adds to the host's session.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm.attributes import flag_modified

from ..database import session
from ..media.placing import pictures_in, use_pictures
from ..models import (
    Author,
    Byline,
    Correction,
    CorrectionKind,
    OldSlug,
    Post,
    PostState,
    PostTag,
    Section,
    Tag,
    length_of,
)
from ..text.excerpts import count_words, excerpt
from ..text.markdown import RENDERER, render_post
from ..text.sanitize import drop_unprintable
from ..text.slugs import slugify
from .changes import note_return
from .names import NameWithoutLetters as NameWithoutLetters
from .names import TextDoesNotFit as TextDoesNotFit
from .names import few, find_or_make_section, in_order, is_linked, unlink
from .names import fitting as fitting
from .slugs import TAKEN, free_slug, may_be_slug, slugs_like, take_slug
from .slugs import SlugTaken as SlugTaken

# Characters. The column holds more, but a note is no second story.
LONGEST_CORRECTION = 5_000


class AlreadyPublished(ValueError):
    """The story is before the readers already."""


class NotPublished(ValueError):
    """The story is not published, so there is nothing to withdraw or correct."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """The words of a story as its writer gives them; ``body`` is Markdown."""

    title: str
    body: str
    kicker: str = ""
    standfirst: str = ""
    dateline: str = ""


def create_post(blog: str, text: Text, now: datetime, slug: str = "") -> Post:
    """A new draft, flushed so that it has an id.

    Without a slug it gets one from its title; a slug that is taken is numbered.

    Raises:
        TextDoesNotFit: the title or another of the short texts is too long.
        TextTooLong: the body is more than one story can hold.
    """
    wanted = slugify(slug, max_length=length_of(Post.slug)) or slugify(text.title)
    post = Post(blog=blog, slug=free_slug(blog, wanted or "story"), created_at=now)
    write(post, text, now)
    session().add(post)
    session().flush()
    use_pictures(post)
    return post


def write(post: Post, text: Text, now: datetime) -> None:
    """Put new words into a story, and render them.

    Raises:
        TextDoesNotFit: the title or another of the short texts is too long.
        TextTooLong: the body is more than one story can hold.
    """
    for column in (Post.title, Post.kicker, Post.standfirst, Post.dateline):
        clean = fitting(column.key, getattr(text, column.key), length_of(column))
        setattr(post, column.key, clean)
    # Whoever writes in a story that was thrown away brings it back.
    post.body, post.discarded_at = drop_unprintable(text.body), None
    html = render_post(text.body, pictures=pictures_in(post.blog, text.body))
    post.body_html, post.renderer = str(html), RENDERER
    post.excerpt, post.words = excerpt(html), count_words(html)
    if post.id is not None:
        use_pictures(post)
    _touch(post, now)


def is_scheduled(post: Any, now: datetime) -> bool:
    """Whether a post, or a row of one, is published for a time that has not come."""
    times = (post.published_at, post.embargo_until)
    return post.state == PostState.PUBLISHED and any(at > now for at in times if at)


def publish(post: Post, now: datetime, at: datetime | None = None) -> None:
    """Put a story before the readers, now or at a time to come.

    An embargo is kept: the time is never before its end. A withdrawn story comes
    back under the time it first had.

    Raises:
        AlreadyPublished: it is out already.
    """
    if post.state == PostState.PUBLISHED and post.published_at and post.published_at <= now:
        raise AlreadyPublished(f"The story “{post.title}” is out already.")
    came_back = post.state == PostState.WITHDRAWN
    if at is None:
        at = min(post.published_at or now, now) if came_back else now
    post.state, post.discarded_at = PostState.PUBLISHED, None
    set_time(post, at, now)
    if came_back:
        note_return(post, now)


def withdraw(post: Post, now: datetime) -> None:
    """Take a story from the readers, or its time from a scheduled one.

    One that readers saw keeps its time, should it come back; any other has none any more.

    Raises:
        NotPublished: it is not published.
    """
    if post.state != PostState.PUBLISHED:
        raise NotPublished(f"The story “{post.title}” is not published.")
    if is_scheduled(post, now):
        post.published_at = None
    post.state = PostState.WITHDRAWN
    _place_in_lists(post, now)


def send_to_review(post: Post, now: datetime) -> None:
    """Hand a story to the editors.

    Raises:
        AlreadyPublished: it is published, be it for a time to come; withdraw it first.
    """
    _move(post, PostState.IN_REVIEW, now)


def back_to_draft(post: Post, now: datetime) -> None:
    """Give a story back to its writer.

    Raises:
        AlreadyPublished: it is published, be it for a time to come; withdraw it first.
    """
    _move(post, PostState.DRAFT, now)


def _move(post: Post, state: PostState, now: datetime) -> None:
    if post.state == PostState.PUBLISHED:
        raise AlreadyPublished(f"The story “{post.title}” is published; withdraw it first.")
    post.state = state
    _place_in_lists(post, now)


def set_time(post: Post, at: datetime, now: datetime) -> None:
    """Give a published story another time, past or to come; never before its embargo ends."""
    post.published_at = max(at, post.embargo_until) if post.embargo_until else at
    _place_in_lists(post, now)


def rename(post: Post, slug: str, now: datetime) -> None:
    """Give a story another slug; the old one leads to it from now on.

    Raises:
        SlugTaken: another story has it, if only since a moment ago.
    """
    wanted = slugify(slug, max_length=length_of(Post.slug))
    if wanted == post.slug:
        return
    if not may_be_slug(wanted) or wanted in slugs_like(post.blog, wanted, but=post.id):
        raise SlugTaken(TAKEN.format(slug=wanted))
    former = post.slug
    session().execute(
        delete(OldSlug).where(OldSlug.blog == post.blog, OldSlug.slug.in_([wanted, post.slug]))
    )
    take_slug(post, wanted)
    session().add(OldSlug(blog=post.blog, slug=former, post_id=post.id))
    _touch(post, now)


def correct(post: Post, kind: CorrectionKind, text: str, now: datetime) -> Correction:
    """Tell readers, under the story and with the date, what was wrong or has changed.

    Raises:
        NotPublished: readers have not seen the story, so it can simply be changed.
        TextDoesNotFit: the note has more than `LONGEST_CORRECTION` characters.
    """
    if post.state != PostState.PUBLISHED or not post.published_at or post.published_at > now:
        raise NotPublished(f"The story “{post.title}” is not published; change it instead.")
    clean = fitting("correction", text, LONGEST_CORRECTION)
    note = Correction(blog=post.blog, post_id=post.id, kind=kind, text=clean, corrected_at=now)
    post.updated_at = now
    _touch(post, now)
    session().add(note)
    return note


def set_section(post: Post, path: Sequence[str], now: datetime) -> None:
    """Put a story in a section, named from the top down; sections that are new are made.

    A section's name alone is enough where it is of the only section so called. Below
    another, a name that a section elsewhere has is a section of its own.

    Raises:
        TextDoesNotFit: a name is too long, or there are too many.
        NameWithoutLetters: a name has no letter or digit.
    """
    section: Section | None = None
    for name in few("section", path):
        section = find_or_make_section(post.blog, name, section, now)
    post.section_id = section.id if section else None
    _touch(post, now)


def set_tags(post: Post, names: Sequence[str], now: datetime) -> None:
    """Give a story its tags, in order; tags that are new are made.

    Raises:
        TextDoesNotFit: a name is too long, or there are too many.
        NameWithoutLetters: a name has no letter or digit.
    """
    tags = in_order(Tag, post.blog, few("tags", names), now)
    unlink(PostTag, post.id)
    for position, tag_id in enumerate(dict.fromkeys(tag.id for tag in tags)):
        session().add(PostTag(post_id=post.id, tag_id=tag_id, position=position))
    _place_in_lists(post, now)


def set_authors(post: Post, names: Sequence[str], now: datetime) -> None:
    """Put names over a story, in order; authors that are new are made.

    Raises:
        TextDoesNotFit: a name is too long, or there are too many.
        NameWithoutLetters: a name has no letter or digit.
    """
    authors = in_order(Author, post.blog, few("authors", names), now)
    unlink(Byline, post.id)
    for position, author_id in enumerate(dict.fromkeys(author.id for author in authors)):
        session().add(Byline(post_id=post.id, author_id=author_id, position=position))
    _place_in_lists(post, now)


def _touch(post: Post, now: datetime) -> None:
    post.changed_at = now
    # Marked, for a value that stays the same is left out of the UPDATE, and then the
    # column takes the wall clock.
    flag_modified(post, "changed_at")


def _place_in_lists(post: Post, now: datetime) -> None:
    # Tags and bylines repeat the time of a published post, so that the newest
    # of a tag or an author are read from one index.
    at = post.published_at if post.state == PostState.PUBLISHED else None
    # Its page shows them too, so it has changed with them.
    _touch(post, now)
    session().flush()
    for model in (one for one in (PostTag, Byline) if is_linked(one, post.id)):
        session().execute(update(model).where(model.post_id == post.id).values(published_at=at))
