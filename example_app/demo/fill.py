"""Fills an empty database with the demo's stories and replies, so that they look fresh today."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import select

from flask_newsblog import NewsBlog, Person
from flask_newsblog.comments import actions as comment_actions
from flask_newsblog.comments.moderation import Verb, decide
from flask_newsblog.comments.writers import Writer, badge_of
from flask_newsblog.database import session, utcnow
from flask_newsblog.media.placing import use_pictures
from flask_newsblog.models import (
    Author,
    Comment,
    CorrectionKind,
    Media,
    Post,
    PostState,
    Revision,
    Section,
)
from flask_newsblog.mount import find_mount
from flask_newsblog.posts import actions
from flask_newsblog.posts.written import written_in
from flask_newsblog.settings import Settings
from flask_newsblog.text.markdown import render_comment
from flask_newsblog.transfer.markdown import StoryFile, import_stories, read_story

from .desk import EDITOR, age, fill_desk

HERE = Path(__file__).parent
PICTURES = HERE / "pictures"
# What the demo adds to the front matter of a story; the rest is what anybody may write.
_OURS = ("age", "updated", "image", "alt", "caption", "credit", "corrections")


def fill(blogs: dict[str, NewsBlog], app: Any) -> int:
    """Bring in the stories and replies of each blog; returns how many stories.

    The caller commits.
    """
    now = utcnow()
    authors = {a["name"]: a for a in yaml.safe_load(_read(HERE / "authors.yaml"))}
    sizes = yaml.safe_load(_read(PICTURES / "pictures.yaml"))
    count = 0
    for name, blog in blogs.items():
        mount = find_mount(app, name)
        pictures = _Pictures(blog.name, mount.media_folder, f"/{name}/media/", sizes)
        _fill_sections(blog.name, HERE / name / "sections.yaml")
        for file in sorted((HERE / name).glob("*.md")):
            _fill_story(blog.name, file, now, pictures)
            count += 1
        _fill_authors(blog.name, authors, pictures)
    threads: dict[str, Any] = yaml.safe_load(_read(HERE / "replies.yaml"))
    names = [blog.name for blog in blogs.values()]
    for post in session().scalars(select(Post).where(Post.blog.in_(names), Post.slug.in_(threads))):
        _fill_replies(post, None, threads[post.slug], now)
    fill_desk(find_mount(app, "news"), yaml.safe_load(_read(HERE / "desk.yaml")), now)
    return count


class _Pictures:
    """Copies pictures into a blog's media folder when they are first asked for."""

    def __init__(
        self, blog: str, folder: Path, address: str, sizes: dict[str, dict[str, Any]]
    ) -> None:
        self.blog, self.folder, self.address, self.sizes = blog, folder, address, sizes
        self.made: dict[str, Media] = {}

    def get(self, name: str) -> Media:
        if name not in self.made:
            files = sorted(PICTURES.glob(f"{name}-*.webp"), key=_width)
            if not files:
                raise FileNotFoundError(f"The demo has no picture called {name}.")
            self.folder.mkdir(parents=True, exist_ok=True)
            for file in files:
                shutil.copyfile(file, self.folder / file.name)
            full = self.sizes[name]
            media = Media(
                blog=self.blog,
                key=files[-1].name,
                filename=files[-1].name,
                content_type="image/webp",
                size=files[-1].stat().st_size,
                width=full["width"],
                height=full["height"],
                alt=full.get("alt", ""),
                credit="Drawing: The Harbour Bulletin",
                variants=[
                    {
                        "key": file.name,
                        "width": _width(file),
                        "height": round(full["height"] * _width(file) / full["width"]),
                    }
                    for file in files
                ],
            )
            session().add(media)
            session().flush()
            self.made[name] = media
        return self.made[name]


def _fill_story(blog: str, file: Path, now: datetime, pictures: _Pictures) -> None:
    head, body = re.split(r"^---$\n?", _read(file), maxsplit=2, flags=re.M)[1:]
    values: dict[str, Any] = yaml.safe_load(head)
    ours = {key: values.pop(key) for key in _OURS if key in values}
    rest = yaml.safe_dump(values, allow_unicode=True)
    for picture in re.findall(r"\]\(/pictures/([\w-]+)-\d+\.webp", body):
        pictures.get(picture)
    body = body.replace("](/pictures/", f"]({pictures.address}")
    story = read_story(
        f"---\n{rest}---\n{body}".encode(),
        str(file.name),
        file.stem,
        zone=ZoneInfo("Europe/London"),
    )
    post = import_stories(blog, [_timed(story, ours, now)], now)[0].post
    if image := ours.get("image"):
        media = pictures.get(image)
        post.lead_image_id = media.id
        post.lead_alt = ours.get("alt") or media.alt
        post.lead_caption = ours.get("caption", "")
        post.lead_credit = ours.get("credit", "")
        _put_picture_in_history(post)
    for note in ours.get("corrections", ()):
        at = now - age(note["age"])
        actions.correct(post, CorrectionKind(note["kind"]), note["text"], at)


def _put_picture_in_history(post: Post) -> None:
    """Let the newsroom begin with the picture too, as if it had come with the file."""
    shown = (Revision.post_id == post.id, Revision.number == post.shown_revision)
    revision = session().scalars(select(Revision).where(*shown)).one()
    revision.content = written_in(post).content
    use_pictures(post)


def _timed(story: StoryFile, ours: dict[str, Any], now: datetime) -> StoryFile:
    updated = now - age(ours["updated"]) if "updated" in ours else None
    state = story.state or PostState.PUBLISHED
    return replace(story, date=now - age(ours["age"]), updated=updated, state=state)


def _fill_sections(blog: str, file: Path) -> None:
    made: dict[str, int] = {}
    for position, row in enumerate(yaml.safe_load(_read(file))):
        section = Section(
            blog=blog,
            slug=row["slug"],
            name=row["name"],
            description=row.get("description", ""),
            parent_id=made.get(row.get("parent", "")),
            position=position,
        )
        session().add(section)
        session().flush()
        made[row["slug"]] = section.id


def _fill_authors(blog: str, known: dict[str, Any], pictures: _Pictures) -> None:
    for author in session().scalars(select(Author).where(Author.blog == blog)):
        about = known.get(author.name, {})
        author.bio = about.get("bio", "")
        # As if they had accounts: what they write under their own stories says so.
        author.person_id = f"demo/{author.slug}"
        author.links = [[link["label"], link["url"]] for link in about.get("links", ())]
        if "picture" in about:
            author.picture_id = pictures.get(about["picture"]).id


def _fill_replies(
    post: Post, parent: Comment | None, replies: list[dict[str, Any]], now: datetime
) -> None:
    for reply in replies:
        person = str(reply.get("person", ""))
        writer = Writer(
            name=reply["name"],
            email="",
            website=reply.get("website", ""),
            person_id=person or None,
            badge=_badge(post, person),
            address_digest=None,
            network=None,
            agent="",
        )
        text, at = reply["text"].strip(), now - age(reply["age"])
        stored = comment_actions.Reply(
            blog=post.blog,
            post_id=post.id,
            parent=parent,
            writer=writer,
            text=text,
            html=render_comment(text),
            verdicts=[],
        )
        comment = comment_actions.post_comment(stored, at)
        for verb in reply.get("desk", ()):
            decide(Settings(), [comment], Verb(verb), EDITOR, now)
        _fill_replies(post, comment, reply.get("replies", []), now)


def _badge(post: Post, person: str) -> str:
    # Whoever has an account in the demo is of the staff.
    if not person:
        return ""
    return badge_of(post.id, Person(person, person), lambda *asked: True)


def _width(file: Path) -> int:
    return int(file.stem.rpartition("-")[2])


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def is_empty() -> bool:
    """Whether there is no story at all yet."""
    return session().scalar(select(Post.id).limit(1)) is None
