"""Fills an empty database with ten years of a newspaper, for the benchmarks.

::

    python benchmarks/populate.py sqlite:////tmp/paper.sqlite --posts 100000 --comments 10000

The same numbers give the same rows on any day and in any of the databases: chance is
seeded, and the paper's present moment is ``MOMENT``.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from typing import Any, TypeVar

import sqlalchemy as sa
from words import ADJECTIVES, FAMILY_NAMES, FIRST_NAMES, PLACES, SENTENCES, SUBJECTS, VERBS

from flask_newsblog.database import Base
from flask_newsblog.models import (
    Author,
    Byline,
    Comment,
    CommentState,
    Correction,
    CorrectionKind,
    Media,
    Post,
    PostState,
    PostTag,
    Section,
    Tag,
)
from flask_newsblog.text.excerpts import count_words, excerpt
from flask_newsblog.text.markdown import (
    COMMENT_RENDERER,
    RENDERER,
    render_comment,
    render_post,
)
from flask_newsblog.text.slugs import slugify

BLOG = "news"
MOMENT = datetime(2026, 1, 15, 12, tzinfo=UTC)
YEARS = 10
# The last stories are older than a day, so that large or small every page shows dates.
QUIET = timedelta(hours=26)
FEWEST_POSTS = 20

# Stories that the benchmarks ask for by name, alike in all but their replies.
NO_REPLIES = "no-replies"
FIFTY_REPLIES = "fifty-replies"
MANY_REPLIES = "many-replies"
NAMED = (NO_REPLIES, FIFTY_REPLIES, MANY_REPLIES)

SECTIONS = {
    "Town": ("Council", "Courts"),
    "Harbour": ("Ferry",),
    "Business": (),
    "Sport": ("Football", "Rowing"),
    "Culture": (),
    "Opinion": (),
    "Weather": (),
}
NESTED_SECTION = "sport"
AN_AUTHOR = "ada-arkell"
COMMON_TAG = "town"
RARE_TAG = "subject-200"
COUNT_OF_SECTIONS = sum(1 + len(children) for children in SECTIONS.values())
TAGS = 200
RARE_TAGS = 10
ON_RARE_TAG = 5
ORDINARY_TAGS = range(2, TAGS - RARE_TAGS + 1)
TAG_WEIGHTS = list(accumulate(1 / rank**1.2 for rank in ORDINARY_TAGS))
PICTURES = 300
# How many are scheduled, and as many again embargoed.
WAITING = 3
# Near the newest, so that the smallest paper has one of each too.
FATES = {7: PostState.DRAFT, 8: PostState.IN_REVIEW, 9: PostState.WITHDRAWN}
CHUNK = 2000
SEED = "Keldmouth"

Rows = Iterable[dict[str, Any]]
T = TypeVar("T")


@dataclass(frozen=True)
class Body:
    """A text that many stories share, rendered once."""

    source: str
    html: str
    excerpt: str
    words: int


class NotEmpty(ValueError):
    """The database has stories already; the message says what to do."""


def fill(engine: sa.Engine, posts: int, comments: int) -> None:
    """Create the tables and fill them.

    Args:
        engine: an empty database.
        posts: how many stories, in all states.
        comments: how many replies the story ``many-replies`` has.

    Raises:
        NotEmpty: there are stories in it.
    """
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        if connection.scalar(sa.select(Post.id).limit(1)) is not None:
            raise NotEmpty("There are stories in this database already; name an empty one.")
    chance = random.Random(SEED)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            # A power cut would cost a file that can be made again.
            connection.exec_driver_sql("PRAGMA synchronous = OFF")
        for model, rows in _desk(chance):
            _insert(connection, model, rows)
        for chunk in _chunks(_stories(posts, comments)):
            _insert_stories(connection, chunk)
        for slug, replies in _replies(comments).items():
            _insert_thread(connection, chance, slug, replies)
        _go_on_counting(connection)
    _know_the_tables(engine)


def is_filled(engine: sa.Engine) -> bool:
    """Whether the stories of a benchmark are here already."""
    if not sa.inspect(engine).has_table(Post.__tablename__):
        return False
    with engine.connect() as connection:
        return connection.scalar(sa.select(Post.id).where(Post.slug == NO_REPLIES)) is not None


def _desk(chance: random.Random) -> Iterator[tuple[type[Base], Rows]]:
    changed = MOMENT - timedelta(days=30)
    yield Section, _sections(changed)
    yield (
        Tag,
        (
            {"id": n, "blog": BLOG, "slug": slugify(name), "name": name, "changed_at": changed}
            for n, name in ((n, "Town" if n == 1 else f"Subject {n}") for n in range(1, TAGS + 1))
        ),
    )
    yield Media, ({**_picture(n), "blog": BLOG, "created_at": changed, "changed_at": changed}
                  for n in range(1, PICTURES + 1))  # fmt: skip
    names = [f"{first} {family}" for family in FAMILY_NAMES for first in FIRST_NAMES]
    yield Author, (
        {
            "id": n, "blog": BLOG, "slug": slugify(name), "name": name,
            "bio": f"{name} writes about {chance.choice(PLACES)}.", "links": [],
            "picture_id": n if n % 3 == 0 else None, "changed_at": changed,
        }
        for n, name in enumerate(names, 1)
    )  # fmt: skip


def _sections(changed: datetime) -> Rows:
    number = 0
    for position, (name, children) in enumerate(SECTIONS.items()):
        number += 1
        parent = number
        yield _section(number, name, None, position, changed)
        for place, child in enumerate(children):
            number += 1
            yield _section(number, child, parent, place, changed)


def _section(
    number: int, name: str, parent: int | None, position: int, changed: datetime
) -> dict[str, Any]:
    return {
        "id": number, "blog": BLOG, "slug": slugify(name), "name": name, "parent_id": parent,
        "position": position, "description": f"All about {name}.", "changed_at": changed,
    }  # fmt: skip


def _picture(n: int) -> dict[str, Any]:
    stem = f"2025/picture-{n}"
    sizes = [{"key": f"{stem}-{w}.webp", "width": w, "height": w * 2 // 3} for w in (480, 960)]
    return {
        "id": n, "key": f"{stem}.jpg", "content_type": "image/jpeg", "width": 1500,
        "height": 1000, "variants": sizes, "alt": "The harbour at low tide",
    }  # fmt: skip


def _stories(posts: int, comments: int) -> Iterator[dict[str, Any]]:
    """Each story with the ids of its tags and authors beside its own columns."""
    bodies = _bodies(random.Random(SEED))
    replies = _replies(comments)
    for number in range(1, posts + 1):
        # Counted from the newest and drawn by that count, so that the last thousand
        # stories of a large paper are those of a small one.
        back = posts - number
        chance = random.Random(f"{SEED}: story {back}")
        slug = _name_of(number, posts)
        title = _title(chance)
        body = bodies[5] if slug else chance.choice(bodies)
        at = _time_of(chance, back, posts)
        story = {
            "id": number, "blog": BLOG, "slug": slug or f"{slugify(title)}-{number}",
            "title": title, "kicker": chance.choice(PLACES) if back % 4 == 0 else "",
            "standfirst": _sentences(chance, 1) if slug or back % 3 == 0 else "",
            "dateline": "Keldmouth" if back % 5 == 0 else "", "excerpt": body.excerpt,
            "words": body.words, "renderer": RENDERER, "body": body.source,
            "body_html": body.html, "lead_alt": "The harbour", "lead_credit": "A. Arkell",
            "lead_image_id": 1 + back % PICTURES if slug or back % 5 < 3 else None,
            "section_id": 1 if slug else chance.randint(1, COUNT_OF_SECTIONS),
            "comment_count": replies.get(slug, 0), "updated_at": None, "embargo_until": None,
            "created_at": at, "changed_at": at, **_fate(chance, back, at),
        }  # fmt: skip
        if slug:
            story |= {"state": PostState.PUBLISHED, "published_at": at, "updated_at": None}
        story["tags"] = [1, 2, 3] if slug else _tags(chance, number)
        story["authors"] = [1] if slug else _authors(chance)
        yield story


def _bodies(chance: random.Random) -> list[Body]:
    """Eight texts of 150 to 850 words, with what stories have: headings, quotes, links, lists."""
    found = []
    for count in range(1, 9):
        parts = [_sentences(chance, 4) for _ in range(2 + count)]
        parts.insert(2, f"> {_sentences(chance, 1)}")
        if count > 2:
            parts.insert(4, f"## {_title(chance)}")
            parts.insert(6, f"[{_title(chance)}](https://keldmouth.example/{count}) *of old*.")
        if count > 5:
            parts.insert(8, "\n".join(f"- {_sentences(chance, 1)}" for _ in range(4)))
        source = "\n\n".join(parts)
        html = render_post(source)
        found.append(Body(source, str(html), excerpt(html), count_words(html)))
    return found


def _name_of(number: int, posts: int) -> str:
    # In the midst of the years, so that they have neighbours on both sides.
    place = number - posts // 2
    return NAMED[place] if 0 <= place < len(NAMED) else ""


def _time_of(chance: random.Random, back: int, posts: int) -> datetime:
    early = timedelta(seconds=chance.randint(0, 3600))
    if chance.random() < 0.05:
        # Written long before it came out: ids are not in the order of time.
        early += timedelta(days=chance.randint(1, 60))
    return MOMENT - QUIET - timedelta(days=365.25 * YEARS) / posts * back - early


def _fate(chance: random.Random, back: int, at: datetime) -> dict[str, Any]:
    """The state of a story with its times: most are out, a few wait or are held back."""
    later = MOMENT + timedelta(hours=1 + back)
    if back < WAITING:
        return {"state": PostState.PUBLISHED, "published_at": later}
    if back < 2 * WAITING:
        return {"state": PostState.PUBLISHED, "published_at": later, "embargo_until": later}
    if back in FATES:
        return {"state": FATES[back], "published_at": None}
    draw = chance.random()
    if draw < 0.010:
        return {"state": PostState.DRAFT, "published_at": None}
    if draw < 0.013:
        return {"state": PostState.IN_REVIEW, "published_at": None}
    if draw < 0.018:
        return {"state": PostState.WITHDRAWN, "published_at": at}
    return {
        "state": PostState.PUBLISHED, "published_at": at,
        "embargo_until": at if draw < 0.028 else None,
        "updated_at": at + timedelta(days=1) if back % 100 == 99 else None,
    }  # fmt: skip


def _tags(chance: random.Random, number: int) -> list[int]:
    found: dict[int, None] = {}
    if chance.random() < 0.5:
        found[1] = None
    if (rare := _rare_tag(number)) is not None:
        found[rare] = None
    while len(found) < 3:
        found[chance.choices(ORDINARY_TAGS, cum_weights=TAG_WEIGHTS)[0]] = None
    return list(found)


def _rare_tag(number: int) -> int | None:
    # The rare tags are on stories of the first weeks alone, where a reader who
    # walks from the newest finds them last.
    place = number - 1
    return TAGS - place // ON_RARE_TAG if place < RARE_TAGS * ON_RARE_TAG and place % 2 else None


def _authors(chance: random.Random) -> list[int]:
    total = len(FIRST_NAMES) * len(FAMILY_NAMES)
    first = 1 + int(total * chance.random() ** 2)
    if chance.random() < 0.8:
        return [first]
    return [first, 1 + first % total]


def _replies(comments: int) -> dict[str, int]:
    return {NO_REPLIES: 0, FIFTY_REPLIES: min(50, comments), MANY_REPLIES: comments}


def _insert_stories(connection: sa.Connection, stories: list[dict[str, Any]]) -> None:
    tags: list[dict[str, Any]] = []
    bylines: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for story in stories:
        out = story["published_at"] if story["state"] == PostState.PUBLISHED else None
        for ids, rows, column in (
            (story.pop("tags"), tags, "tag_id"),
            (story.pop("authors"), bylines, "author_id"),
        ):
            rows += (
                {"post_id": story["id"], column: id_, "position": place, "published_at": out}
                for place, id_ in enumerate(ids)
            )
        if story["updated_at"] is not None:
            notes.append(
                {
                    "blog": BLOG, "post_id": story["id"], "kind": CorrectionKind.CORRECTION,
                    "text": SENTENCES[0], "corrected_at": story["updated_at"],
                }
            )  # fmt: skip
    for model, rows in ((Post, stories), (PostTag, tags), (Byline, bylines), (Correction, notes)):
        _insert(connection, model, rows)


def _insert_thread(connection: sa.Connection, chance: random.Random, slug: str, count: int) -> None:
    post_id, at = connection.execute(
        sa.select(Post.id, Post.created_at).where(Post.blog == BLOG, Post.slug == slug)
    ).one()
    first = 1 + (connection.scalar(sa.select(sa.func.max(Comment.id))) or 0)
    thread: list[dict[str, Any]] = []
    for n in range(count):
        text = _sentences(chance, chance.randint(1, 4))
        above = chance.choice(thread[-40:]) if thread and chance.random() < 0.6 else None
        if above is not None and above["depth"] >= 5:
            above = None
        thread.append(
            {
                "id": first + n, "blog": BLOG, "post_id": post_id,
                "parent_id": above["id"] if above else None,
                "root_id": (above["root_id"] or above["id"]) if above else None,
                "depth": above["depth"] + 1 if above else 0, "state": CommentState.PUBLISHED,
                "shown": True,
                "author_name": f"{chance.choice(FIRST_NAMES)} {chance.choice(FAMILY_NAMES)}",
                "author_email": f"reader{n % 500}@keldmouth.example", "body": text,
                "body_html": render_comment(text), "renderer": COMMENT_RENDERER,
                "created_at": at + timedelta(minutes=n + 1),
            }
        )  # fmt: skip
    _insert(connection, Comment, thread)


def _insert(connection: sa.Connection, model: type[Base], rows: Rows) -> None:
    for chunk in _chunks(rows):
        connection.execute(sa.insert(model), chunk)


def _chunks(rows: Iterable[T]) -> Iterator[list[T]]:
    left = iter(rows)
    while chunk := list(islice(left, CHUNK)):
        yield chunk


def _go_on_counting(connection: sa.Connection) -> None:
    # PostgreSQL's sequences have not seen the ids that were given here.
    if connection.dialect.name == "postgresql":
        for model in (Section, Tag, Media, Author, Post, Comment):
            name = model.__tablename__
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"
            )


def _know_the_tables(engine: sa.Engine) -> None:
    # The servers do this by themselves some minutes after so many rows. SQLite
    # does it only when it is told, which most never do, so it is not told here.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("VACUUM ANALYZE")
        elif engine.dialect.name in ("mysql", "mariadb"):
            for table in Base.metadata.tables:
                connection.exec_driver_sql(f"ANALYZE TABLE {table}")


def _title(chance: random.Random) -> str:
    return " ".join(chance.choice(words) for words in (ADJECTIVES, SUBJECTS, VERBS, PLACES))


def _sentences(chance: random.Random, count: int) -> str:
    return " ".join(chance.choice(SENTENCES) for _ in range(count))


def _enough(text: str) -> int:
    number = int(text)
    if number < FEWEST_POSTS:
        raise argparse.ArgumentTypeError(f"{number} is too few; {FEWEST_POSTS} is the least")
    return number


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("uri", help="an empty database, as SQLAlchemy names it")
    parser.add_argument("--posts", type=_enough, default=100_000)
    parser.add_argument("--comments", type=int, default=10_000, help="replies to one story")
    given = parser.parse_args()
    began = time.monotonic()
    try:
        fill(sa.create_engine(given.uri), given.posts, given.comments)
    except NotEmpty as problem:
        sys.exit(str(problem))
    print(f"{given.posts:,} stories in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
