"""The same pages without us, to compare with: as one writes them in a bare Flask app.

Each view fetches the rows that our page shows, by SQLAlchemy Core on an engine of its
own with statements written in the view, and renders them with ordinary templates. It is
told by their ids which stories those are, so it pays nothing for finding them; it
knows one language and one time zone, and sends no validators.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, render_template, request
from populate import BLOG, MOMENT
from sqlalchemy import select

from flask_newsblog.database import Base
from flask_newsblog.models import (
    Author,
    Byline,
    Comment,
    Correction,
    Media,
    Post,
    PostState,
    PostTag,
    Section,
    Tag,
)
from flask_newsblog.urls import CONVERTERS

# With a secret Flask opens a session in every request, as it does for nearly every app.
SECRET = "only for measuring"

post, section, tag, author, byline, post_tag, media, correction, comment = (
    model.__table__.c
    for model in (Post, Section, Tag, Author, Byline, PostTag, Media, Correction, Comment)
)


@dataclass(frozen=True)
class Group:
    """Stories under one heading, or none; those of the front page's rows show no authors."""

    ids: Sequence[int]
    section: Any = None
    bylines: bool = True


@dataclass(frozen=True)
class Shown:
    """What a page of ours shows: the ids of its stories, and the links to further pages."""

    groups: Sequence[Group] = ()
    older: Any = None
    newer: Any = None
    related: Sequence[int] = ()
    replies: Sequence[int] = ()


def create_app(engine: sa.Engine, shown: dict[str, Shown], title: str, tagline: str) -> Flask:
    """An app with our addresses and nothing of ours in it.

    Args:
        engine: the database of the benchmark.
        shown: what is on the page, by address.
        title: the name of the paper.
        tagline: the line under it.
    """
    app = Flask("bare", template_folder="templates", root_path=__file__.rpartition("/")[0])
    app.secret_key = SECRET
    pages = Pages(engine, shown, {"title": title, "tagline": tagline, "today": MOMENT})
    app.add_url_rule("/news/", "front", pages.front)
    day = "<int(fixed_digits=4):year>/<int(fixed_digits=2):month>/<int(fixed_digits=2):day>"
    app.add_url_rule(f"/news/{day}/<slug>/", "story", pages.story)
    app.add_url_rule("/news/sections/<slug>/", "section", pages.section)
    app.add_url_rule("/news/tags/<slug>/", "tag", pages.tag)
    app.add_url_rule("/news/authors/<slug>/", "author", pages.author)
    month = "<int(fixed_digits=4):year>/<int(fixed_digits=2):month>"
    app.add_url_rule(f"/news/{month}/", "month", pages.month)
    app.add_url_rule("/news/media/<path:key>", "media", pages.media)
    app.add_url_rule("/news/newsroom/", "desk", pages.desk)
    return app


def repeat(rule: str, body: bytes) -> Flask:
    """An app with one view, which returns the bytes that it is given.

    Its rule is that of our page: a site of many articles has no other.
    """
    app = Flask("repeat")
    app.secret_key = SECRET
    app.url_map.converters.update(CONVERTERS)
    app.add_url_rule(rule, "page", lambda **values: Response(body, mimetype="text/html"))
    return app


@dataclass
class Pages:
    """The views."""

    engine: sa.Engine
    shown: dict[str, Shown]
    common: dict[str, Any]

    def front(self) -> str:
        return self._list(None)

    def month(self, year: int, month: int) -> str:
        return self._list({"name": f"{month}/{year}"})

    def section(self, slug: str) -> str:
        with self.engine.connect() as connection:
            found = connection.execute(
                select(section.name, section.description).where(
                    section.blog == BLOG, section.slug == slug
                )
            ).one()
            return self._list(found, connection)

    def tag(self, slug: str) -> str:
        with self.engine.connect() as connection:
            found = connection.execute(
                select(tag.name, tag.description).where(tag.blog == BLOG, tag.slug == slug)
            ).one()
            return self._list(found, connection)

    def author(self, slug: str) -> str:
        with self.engine.connect() as connection:
            found = connection.execute(
                select(author.name, author.bio.label("description"), author.links, media.key)
                .select_from(Base.metadata.tables["newsblog_author"].outerjoin(
                    Base.metadata.tables["newsblog_media"], media.id == author.picture_id))
                .where(author.blog == BLOG, author.slug == slug)
            ).one()  # fmt: skip
            return self._list(found, connection)

    def story(self, slug: str, **day: int) -> str:
        shown = self._shown()
        with self.engine.connect() as connection:
            story = connection.execute(
                _cards(
                    post.dateline, post.body_html, post.lead_caption, post.lead_credit,
                    post.replies_open,
                ).where(post.blog == BLOG, post.slug == slug)
            ).one()  # fmt: skip
            nearby = [id_ for id_ in (shown.older, shown.newer, *shown.related) if id_]
            return render_template(
                "story.html",
                story=story,
                authors=_story_authors(connection, story.id),
                tags=_story_tags(connection, story.id),
                corrections=_corrections(connection, story.id),
                posts=_posts(connection, nearby),
                older=shown.older,
                newer=shown.newer,
                related=shown.related,
                **_thread(connection, shown.replies),
                **self._frame(connection),
            )

    def desk(self) -> str:
        shown = self._shown()
        with self.engine.connect() as connection:
            rows = connection.execute(
                select(
                    post.id, post.slug, post.title, post.state, post.published_at,
                    post.embargo_until, post.changed_at, post.comment_count,
                    section.name.label("section"),
                )
                .outerjoin_from(Post.__table__, Section.__table__, section.id == post.section_id)
                .where(post.id.in_(shown.groups[0].ids))
                .order_by(post.changed_at.desc(), post.id.desc())
            ).all()  # fmt: skip
            return render_template(
                "desk.html", rows=rows, states=list(PostState), older=shown.older,
                **self._frame(connection),
            )  # fmt: skip

    def media(self, key: str) -> str:
        raise NotImplementedError("only its address is used")

    def _list(self, about: Any, connection: sa.Connection | None = None) -> str:
        if connection is None:
            with self.engine.connect() as connection:
                return self._list(about, connection)
        shown = self._shown()
        ids = [id_ for group in shown.groups for id_ in group.ids]
        signed = [id_ for group in shown.groups if group.bylines for id_ in group.ids]
        return render_template(
            "list.html", about=about, groups=shown.groups, posts=_posts(connection, ids),
            authors=_authors(connection, signed), older=shown.older, newer=shown.newer,
            **self._frame(connection),
        )  # fmt: skip

    def _frame(self, connection: sa.Connection) -> dict[str, Any]:
        sections = connection.execute(
            select(section.id, section.slug, section.name, section.description, section.parent_id)
            .where(section.blog == BLOG)
            .order_by(section.position, section.name)
        ).all()
        return {"sections": sections, **self.common}

    def _shown(self) -> Shown:
        query = request.query_string.decode()
        return self.shown[f"{request.path}?{query}" if query else request.path]


def _cards(*more: Any) -> Any:
    return select(
        post.id, post.slug, post.title, post.kicker, post.standfirst, post.excerpt, post.words,
        post.published_at, post.updated_at, post.comment_count, post.lead_alt,
        section.id.label("section_id"), section.slug.label("section_slug"),
        section.name.label("section_name"), media.key.label("picture_key"),
        media.width, media.height, media.variants, *more,
    ).select_from(
        Post.__table__
        .outerjoin(Section.__table__, section.id == post.section_id)
        .outerjoin(Media.__table__, media.id == post.lead_image_id)
    )  # fmt: skip


def _posts(connection: sa.Connection, ids: Sequence[int]) -> dict[int, Any]:
    return {row.id: row for row in connection.execute(_cards().where(post.id.in_(ids)))}


def _authors(connection: sa.Connection, ids: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    rows = connection.execute(
        select(byline.post_id, author.slug, author.name)
        .join_from(Byline.__table__, Author.__table__, author.id == byline.author_id)
        .where(byline.post_id.in_(ids))
        .order_by(byline.post_id, byline.position)
    )
    for row in rows:
        found.setdefault(row.post_id, []).append(row)
    return found


def _story_authors(connection: sa.Connection, post_id: int) -> Sequence[Any]:
    return connection.execute(
        select(author.slug, author.name, author.bio, media.key.label("picture"))
        .join_from(Byline.__table__, Author.__table__, author.id == byline.author_id)
        .outerjoin(Media.__table__, media.id == author.picture_id)
        .where(byline.post_id == post_id)
        .order_by(byline.position)
    ).all()


def _story_tags(connection: sa.Connection, post_id: int) -> Sequence[Any]:
    return connection.execute(
        select(tag.slug, tag.name)
        .join_from(PostTag.__table__, Tag.__table__, tag.id == post_tag.tag_id)
        .where(post_tag.post_id == post_id)
        .order_by(post_tag.position)
    ).all()


def _corrections(connection: sa.Connection, post_id: int) -> Sequence[Any]:
    return connection.execute(
        select(correction.kind, correction.text, correction.corrected_at)
        .where(correction.post_id == post_id)
        .order_by(correction.corrected_at.desc())
    ).all()


def _thread(connection: sa.Connection, ids: Sequence[int]) -> dict[str, Any]:
    """The replies as a tree: the roots, and the children of each."""
    rows = connection.execute(
        select(
            comment.id, comment.parent_id, comment.author_name, comment.author_url,
            comment.badge, comment.body_html, comment.created_at, comment.edited_at,
        )
        .where(comment.id.in_(ids))
        .order_by(comment.created_at, comment.id)
    ).all()  # fmt: skip
    children: dict[int, list[Any]] = {}
    for row in rows:
        if row.parent_id is not None:
            children.setdefault(row.parent_id, []).append(row)
    return {"thread": [row for row in rows if row.parent_id is None], "children": children}
