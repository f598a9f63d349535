"""A story as the desk writes it: its words and what stands around them, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from ..database import session
from ..media.placing import picture_here, settle_pictures
from ..models import Author, Byline, Media, Post, PostTag, Section, Tag, length_of
from ..text.limits import TextTooDeep, TextTooLong
from . import actions
from .actions import Text
from .changes import note_change, texts_of, was_before_readers


@dataclass(frozen=True, kw_only=True)
class Written:
    """What of a story is written at the desk, and kept in its revisions.

    ``authors`` and ``tags`` are names in their order, ``section`` its names from the top
    down, ``lead_image`` the id of a picture in the library. ``body`` is Markdown.
    """

    title: str = ""
    slug: str = ""
    kicker: str = ""
    standfirst: str = ""
    dateline: str = ""
    body: str = ""
    authors: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    lead_image: int | None = None
    lead_alt: str = ""
    lead_caption: str = ""
    lead_credit: str = ""

    def with_lead(self, media: Media | None) -> Written:
        """The same with this picture over it, and what the library says of it; or with none."""
        return replace(
            self,
            lead_image=media.id if media else None,
            lead_alt=media.alt if media else "",
            lead_caption=media.caption if media else "",
            lead_credit=media.credit if media else "",
        )

    @property
    def content(self) -> dict[str, Any]:
        """The same as a revision keeps it."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}


# Why what was written cannot be a story's row.
UNFIT = (
    actions.TextDoesNotFit, actions.NameWithoutLetters, actions.SlugTaken, TextTooLong, TextTooDeep,
)  # fmt: skip
NAMES = tuple(field.name for field in fields(Written))
# What is said of a picture belongs to it.
PICTURE = ("lead_image", "lead_alt", "lead_caption", "lead_credit")
LISTS = ("authors", "section", "tags")


def written_from(content: Mapping[str, Any]) -> Written:
    """What a revision keeps, read again; what it says nothing of is empty."""
    known: dict[str, Any] = {name: content[name] for name in NAMES if content.get(name) is not None}
    return Written(**known | {name: tuple(known[name]) for name in LISTS if name in known})


def written_in(post: Post) -> Written:
    """What the row of a story says, with what hangs on it. Three statements."""
    return Written(
        title=post.title, slug=post.slug, kicker=post.kicker, standfirst=post.standfirst,
        dateline=post.dateline, body=post.body, authors=_names(Author, Byline, post.id),
        section=_section_path(post), tags=_names(Tag, PostTag, post.id),
        lead_image=post.lead_image_id, lead_alt=post.lead_alt, lead_caption=post.lead_caption,
        lead_credit=post.lead_credit,
    )  # fmt: skip


def put_before_readers(post: Post, written: Written, number: int, now: datetime) -> None:
    """Make a story's row of what was written, under the number of its revision.

    Of a story that is out, this is what readers see from now on.

    Raises:
        TextDoesNotFit: one of the short texts is too long.
        TextTooLong: the body is more than one story can hold.
        TextTooDeep: its quotes and lists are too deep.
        NameWithoutLetters: the name of a section, tag or author has no letter or digit.
        SlugTaken: another story has the slug.
    """
    words = Text(
        title=written.title, body=written.body, kicker=written.kicker,
        standfirst=written.standfirst, dateline=written.dateline,
    )  # fmt: skip
    known = was_before_readers(post, now)
    former, number_before = texts_of(post), post.shown_revision
    content = written_in(post).content if known and not number_before else None
    actions.write(post, words, now)
    for column in (Post.lead_alt, Post.lead_caption, Post.lead_credit):
        clean = actions.fitting(column.key, getattr(written, column.key), length_of(column))
        setattr(post, column.key, clean)
    # A picture may have been deleted since, or the number be none of ours.
    post.lead_image_id = picture_here(post.blog, written.lead_image)
    if written.slug:
        actions.rename(post, written.slug, now)
    actions.set_section(post, written.section, now)
    actions.set_tags(post, written.tags, now)
    actions.set_authors(post, written.authors, now)
    post.shown_revision = number
    settle_pictures(post)
    if known:
        note_change(post, former, number_before, content, now)


def _names(model: Any, link: Any, post_id: int) -> tuple[str, ...]:
    column = link.author_id if model is Author else link.tag_id
    query = select(model.name).join(link, column == model.id).where(link.post_id == post_id)
    return tuple(session().scalars(query.order_by(link.position, model.id)))


def _section_path(post: Post) -> tuple[str, ...]:
    if post.section_id is None:
        return ()
    rows = session().execute(
        select(Section.id, Section.name, Section.parent_id).where(Section.blog == post.blog)
    )
    known = {row.id: row for row in rows}
    path: list[str] = []
    above = known.get(post.section_id)
    while above is not None and len(path) < len(known):
        path.insert(0, above.name)
        above = known.get(above.parent_id)
    return tuple(path)
