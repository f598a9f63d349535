"""Brings in stories from Markdown files, and finds them again the next time.

All files are read before the first is stored, so that an error leaves nothing behind.
A story is known by its ``slug``, or else by its file's name and folder; what is brought
in again replaces the story's words, and each version is kept as a revision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ..database import session
from ..models import Author, Post, PostState, Revision, RevisionKind, Section, Tag, length_of
from ..posts import actions, revisions
from ..posts.former import share_names
from ..posts.present import present
from ..posts.standing import hold
from ..posts.written import PICTURE, Written, written_in
from ..text.limits import MAX_SOURCE, TextTooLong
from ..text.sanitize import drop_unprintable
from ..text.slugs import slugify
from ..text.titles import split_title
from .files import StoryError as StoryError
from .files import contents, decode
from .front_matter import FrontMatterError, Value, split_front_matter

_SOURCE, _FILE, _TITLE = "markdown:", "file:", "title:"
STATES = {
    "draft": PostState.DRAFT,
    "review": PostState.IN_REVIEW,
    "in-review": PostState.IN_REVIEW,
    "published": PostState.PUBLISHED,
    "scheduled": PostState.PUBLISHED,
    "withdrawn": PostState.WITHDRAWN,
}
_COLUMNS = (Post.title, Post.kicker, Post.standfirst, Post.dateline, Post.slug)
_LENGTHS = {column.key: length_of(column) for column in _COLUMNS}
_NAME_LENGTH = min(length_of(model.name) for model in (Author, Section, Tag))
_LISTS = ("tags", "authors", "section")
_MOMENTS = ("date", "updated", "embargo")
REPLIES = {"open": True, "closed": False}
# By these two versions of a file are told apart: by its slug it was found.
_TOLD = (
    "title", "body", "kicker", "standfirst", "dateline", "section", "tags", "authors", "date",
    "updated", "embargo", "state", "replies_open",
)  # fmt: skip
KEYS = (*_LENGTHS, *_LISTS, *_MOMENTS, "status", "replies")


@dataclass(frozen=True, kw_only=True)
class StoryFile:
    """A story as its file tells it. ``aside`` are the names in its head that we do not know.

    ``replies_open`` is nothing where the file does not say.
    """

    file: str
    key: str
    text: actions.Text
    slug: str
    slug_line: int
    section: tuple[str, ...]
    tags: tuple[str, ...]
    authors: tuple[str, ...]
    date: datetime | None
    updated: datetime | None
    embargo: datetime | None
    state: PostState | None
    replies_open: bool | None
    aside: dict[str, Value]


@dataclass(frozen=True)
class Imported:
    """What became of a file: ``outcome`` is created, updated or unchanged."""

    story: StoryFile
    post: Post
    outcome: str
    published: bool


def read_stories(paths: Sequence[str], stdin: BinaryIO, zone: ZoneInfo) -> list[StoryFile]:
    """The stories in files, in folders with all below them, or in standard input (``-``).

    Raises:
        StoryError: a file cannot be read as a story, or two are the same one.
    """
    stories: dict[str, StoryFile] = {}
    for name, place, content in contents(paths, stdin):
        story = read_story(content, name, place, zone)
        if story.key in stories:
            raise StoryError(
                f"{name}, line {story.slug_line}: this is the story"
                f" “{story.key.partition(':')[2]}”, and so is"
                f" {stories[story.key].file}; give one of them a slug of its own."
            )
        stories[story.key] = story
    return list(stories.values())


def read_story(content: bytes, name: str, place: str, zone: ZoneInfo) -> StoryFile:
    """One story from the bytes of its file.

    Args:
        content: the file's bytes, UTF-8.
        name: what errors call the file.
        place: what tells the file from others, empty for standard input.
        zone: where times without a zone are meant.

    Raises:
        StoryError: it is not a story.
    """
    text = decode(content, name)
    try:
        head, body, first_line = split_front_matter(text)
    except FrontMatterError as error:
        raise StoryError(f"{name}, line {error.line}: {error}") from error
    read = _Head(head, name)
    title, body = _title_and_body(body, read.text("title"), f"{name}, line {first_line}")
    slug = read.slug()
    return StoryFile(
        file=name,
        key=_key(slug, place, title),
        text=actions.Text(
            title=title,
            body=body,
            kicker=read.text("kicker"),
            standfirst=read.text("standfirst"),
            dateline=read.text("dateline"),
        ),
        slug=slug,
        slug_line=head["slug"].line if slug else 1,
        section=read.names("section", ">"),
        tags=read.names("tags", ","),
        authors=read.names("authors", ","),
        date=read.moment("date", zone),
        updated=read.moment("updated", zone),
        embargo=read.moment("embargo", zone),
        state=read.state(),
        replies_open=read.replies_open(),
        aside=read.aside(),
    )


def _key(slug: str, place: str, title: str) -> str:
    # Three spaces, so that a file called like another's slug is not taken for it.
    if slug:
        return f"slug:{slug}"
    kind, told = (_FILE, place) if place else (_TITLE, title)
    clean = drop_unprintable(told)
    if clean == told and len(_SOURCE + kind + told) <= length_of(Post.source_id):
        return kind + told
    return f"{kind}sha256:{sha256(told.encode('utf-8', 'surrogateescape')).hexdigest()}"


def _title_and_body(text: str, given: str, where: str) -> tuple[str, str]:
    if len(text) > MAX_SOURCE:
        raise StoryError(
            f"{where}: the text has {len(text):,} characters; at most {MAX_SOURCE:,} fit."
        )
    title, body = split_title(text, given)
    title = drop_unprintable(title)
    if not title.strip():
        raise StoryError(
            f"{where}: the story has no title; begin it with a heading (# Title) or write title:"
            " in its front matter."
        )
    if len(title) > _LENGTHS["title"]:
        raise StoryError(
            f"{where}: the title has {len(title)} characters; at most {_LENGTHS['title']} fit."
        )
    return title, body.strip("\n")


def import_stories(
    blog: str, stories: Sequence[StoryFile], now: datetime, *, publish: bool = False
) -> list[Imported]:
    """Store stories, each new or in place of its former self. The caller commits.

    Args:
        blog: the blog's name.
        stories: as :func:`read_stories` gives them.
        now: the moment of what says no time itself.
        publish: whether a story that names no status is published.

    Raises:
        StoryError: a story cannot be stored as its file says.
    """
    share_names()
    return [_import(blog, story, now, publish) for story in stories]


class _Head:
    """The values at the head of one file, each read as what it is meant to be."""

    def __init__(self, values: dict[str, Value], name: str) -> None:
        self.name = name
        self.values = dict(values)
        if "author" in self.values and "authors" not in self.values:
            self.values["authors"] = self.values.pop("author")

    def error(self, key: str, sentence: str) -> StoryError:
        return StoryError(f"{self.name}, line {self.values[key].line}: {sentence}")

    def text(self, key: str) -> str:
        value = self.values.get(key)
        if value is None:
            return ""
        if value.listed:
            raise self.error(key, f"“{key}” is a list; write one text.")
        text = " ".join(value.texts[0].split())
        longest = _LENGTHS.get(key, _NAME_LENGTH)
        if len(text) > longest:
            raise self.error(key, f"“{key}” has {len(text)} characters; at most {longest} fit.")
        return text

    def slug(self) -> str:
        slug = self.text("slug")
        plain = slugify(slug, max_length=_LENGTHS["slug"])
        if slug != plain:
            raise self.error("slug", f"the slug “{slug}” is no address; write “{plain}”.")
        return slug

    def names(self, key: str, separator: str) -> tuple[str, ...]:
        value = self.values.get(key)
        if value is None:
            return ()
        parts = value.texts if value.listed else value.texts[0].split(separator)
        names = tuple(" ".join(part.split()) for part in parts if part.strip())
        for name in names:
            if len(name) > _NAME_LENGTH or not slugify(name):
                raise self.error(
                    key,
                    f"“{name[:40]}” in “{key}” needs a letter or digit and at most"
                    f" {_NAME_LENGTH} characters.",
                )
        return names

    def moment(self, key: str, zone: ZoneInfo) -> datetime | None:
        value = self.values.get(key)
        if value is None:
            return None
        written = " ".join(value.texts)
        if not written:
            return None
        try:
            moment = datetime.fromisoformat(written)
            if not 1000 <= moment.year <= 9998:
                raise ValueError
            return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise self.error(
                key, f"“{written[:60]}” is no date that exists; write it as 2026-11-23 07:40."
            ) from error

    def state(self) -> PostState | None:
        status = self.text("status").lower()
        if not status:
            return None
        if status not in STATES:
            raise self.error(
                "status", f"there is no status “{status[:60]}”; use {', '.join(STATES)}."
            )
        if status == "scheduled" and not self.text("date"):
            raise self.error("status", "the story is scheduled for no date; write date: too.")
        return STATES[status]

    def replies_open(self) -> bool | None:
        word = self.text("replies").lower()
        if word and word not in REPLIES:
            raise self.error("replies", f"replies are “{word[:60]}”; use {' or '.join(REPLIES)}.")
        return REPLIES.get(word)

    def aside(self) -> dict[str, Value]:
        unknown = {key: value for key, value in self.values.items() if key not in KEYS}
        for key in unknown:
            close = get_close_matches(key, KEYS, n=1, cutoff=0.8)
            if close:
                raise self.error(key, f"there is no “{key}”; did you mean “{close[0]}”?")
        return unknown


def _import(blog: str, story: StoryFile, now: datetime, publish: bool) -> Imported:
    source_id = _SOURCE + story.key
    post = (
        session()
        .scalars(select(Post).where(Post.blog == blog, Post.source_id == source_id))
        .one_or_none()
    )
    state = story.state or (PostState.PUBLISHED if publish else None)
    content = _content(story, state)
    former = _last_content(post) if post is not None else {}
    if post is not None and all(former.get(key) == content.get(key) for key in _TOLD):
        return Imported(story, post, "unchanged", published=False)
    if post is not None and story.key.startswith(_TITLE) and post.body != story.text.body:
        raise StoryError(
            f"{story.file}, line 1: there is a story “{post.title}” from standard input with"
            " another text; write slug: in both if they are one."
        )
    try:
        created = post is None
        if post is None:
            post = _create(blog, story, now)
            post.source_id = source_id
        else:
            hold(post)
            actions.write(post, story.text, now)
        _arrange(post, story, former, now)
    except (TextTooLong, actions.TextDoesNotFit, actions.NameWithoutLetters) as error:
        raise StoryError(f"{story.file}, line 1: {error}") from error
    published = _bring_to(post, state, story.date, now)
    # A file names no picture, and a story keeps the address that the desk gave it.
    standing = written_in(post).content
    content |= {name: standing[name] for name in PICTURE}
    content["slug"] = post.slug if story.slug else ""
    revisions.keep_content(post, content, now, note=f"Imported from {Path(story.file).name}")
    return Imported(story, post, "created" if created else "updated", published)


def _create(blog: str, story: StoryFile, now: datetime) -> Post:
    post = actions.create_post(blog, story.text, now, slug=story.slug)
    if story.slug and post.slug != story.slug:
        raise StoryError(
            f"{story.file}, line {story.slug_line}: the slug “{story.slug}” is not free: another"
            " story has or had it, or the blog needs it itself; choose another."
        )
    return post


def _arrange(post: Post, story: StoryFile, former: Mapping[str, Any], now: datetime) -> None:
    post.embargo_until = _moment(story.embargo, post.embargo_until, former.get("embargo"))
    post.updated_at = _moment(story.updated, post.updated_at, former.get("updated"))
    if story.replies_open is not None:
        post.replies_open = story.replies_open
    # A file says what was so when it was written; what the desk has made of a name since counts.
    # What it deleted comes back with a story that is new here, and not with one that lost it.
    told = Written(section=story.section, tags=story.tags, authors=story.authors)
    today = present(post.blog, told, keep_deleted=not former)
    actions.set_section(post, today.section, now)
    actions.set_tags(post, today.tags, now)
    actions.set_authors(post, today.authors, now)


def _moment(told: datetime | None, there: datetime | None, former: str | None) -> datetime | None:
    """A time that the file tells; where it tells none, what the newsroom has set stays."""
    if told is None and there is not None and there.isoformat() != former:
        return there
    return told


def _bring_to(post: Post, state: PostState | None, date: datetime | None, now: datetime) -> bool:
    """Bring a story to the state its file names; whether it is newly published."""
    out = post.state == PostState.PUBLISHED
    if state == PostState.PUBLISHED or (state is None and out):
        if out:
            actions.set_time(post, date or post.published_at or now, now)
        else:
            actions.publish(post, now, date)
        return not out
    if out and state is not None:
        actions.withdraw(post, now)
    elif state == PostState.DRAFT:
        actions.back_to_draft(post, now)
    elif state == PostState.IN_REVIEW:
        actions.send_to_review(post, now)
    return False


def _content(story: StoryFile, state: PostState | None) -> dict[str, Any]:
    words = story.text
    # A file that says nothing of replies leaves them as the newsroom has them.
    replies = {} if story.replies_open is None else {"replies_open": story.replies_open}
    return {
        "title": words.title,
        "body": words.body,
        "kicker": words.kicker,
        "standfirst": words.standfirst,
        "dateline": words.dateline,
        "slug": story.slug,
        "section": list(story.section),
        "tags": list(story.tags),
        "authors": list(story.authors),
        "date": story.date.isoformat() if story.date else None,
        "updated": story.updated.isoformat() if story.updated else None,
        "embargo": story.embargo.isoformat() if story.embargo else None,
        "state": state,
        **replies,
    }


def _last_content(post: Post) -> Mapping[str, Any]:
    found = (
        session()
        .scalars(
            select(Revision.content)
            .where(Revision.post_id == post.id, Revision.kind == RevisionKind.IMPORTED)
            .order_by(Revision.number.desc())
            .limit(1)
        )
        .one_or_none()
    )
    return found or {}
