"""Lays on the demo's desk the stories that are in the making, each where such a story stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import func, select, update

from flask_newsblog import Person
from flask_newsblog.audit import Deed, Thing, write_down
from flask_newsblog.database import session, utcnow
from flask_newsblog.models import Media, Post, Revision, RevisionKind
from flask_newsblog.mount import Mount
from flask_newsblog.posts import begun, handing, planning, preview_links, publishing, revisions
from flask_newsblog.posts import updates as planned_updates
from flask_newsblog.posts.written import Written
from flask_newsblog.text.slugs import slugify

from .desk import EDITOR, age

_EDITOR = Person("demo/miriam-oyelade", EDITOR.name)


def fill_work(mount: Mount) -> None:
    """Begin the stories, hand some in, plan and schedule others. The caller commits."""
    now = utcnow()
    work = yaml.safe_load((Path(__file__).parent / "work.yaml").read_text(encoding="utf-8"))
    for row in work["stories"]:
        _begin(mount, row, now)
    for row in work["changes"]:
        _change(mount, row, now)
    for row in work["links"]:
        _share(mount.blog, row, now)
    _date_changes(mount.blog, now)


def _date_changes(blog: str, now: datetime) -> None:
    """Let each story be as old as it says, and not come in and have changed just now."""
    saved = select(func.max(Revision.saved_at)).where(
        Revision.post_id == Post.id, Revision.kind == RevisionKind.SAVED
    )
    came = select(Post.published_at).where(Post.id == Revision.post_id).scalar_subquery()
    brought_in = update(Revision).where(Revision.kind == RevisionKind.IMPORTED, came <= now)
    at_once = {"synchronize_session": False}
    session().execute(brought_in.values(saved_at=came), execution_options=at_once)
    rows = session().execute(
        select(Post.id, Post.published_at, Post.updated_at, saved.scalar_subquery()).where(
            Post.blog == blog
        )
    )
    for number, *moments in rows.all():
        times = [at.replace(tzinfo=at.tzinfo or UTC) for at in moments if at is not None]
        if past := [at for at in times if at <= now]:
            change = update(Post).where(Post.id == number).values(changed_at=max(past))
            session().execute(change, execution_options=at_once)


def _begin(mount: Mount, row: dict[str, Any], now: datetime) -> None:
    blog, writer, at = mount.blog, _person(row["by"]), now - age(row["age"])
    post = begun.begin(blog, row["title"], writer, at)
    picture = _picture(blog, row["image"]) if "image" in row else None
    written = Written(
        title=row["title"], slug=post.slug, standfirst=row.get("standfirst", ""),
        body=row["body"].strip(), authors=(row["by"],), section=(row["section"],),
        tags=tuple(row.get("tags", ())), lead_image=picture.id if picture else None,
        lead_alt=picture.alt if picture else "", lead_credit=picture.credit if picture else "",
    )  # fmt: skip
    # Saved twice, so that there is a history to look into.
    first = replace(written, body=written.body.split("\n\n")[0], standfirst="")
    base = revisions.save(post, first, writer, at, base=0).revision.number
    revisions.save(post, written, writer, at + (now - at) / 2, base=base)
    _tell(blog, writer, Deed.CREATE, post, at)
    for step in row.get("do", ()):
        [(verb, value)] = step.items()
        _do(post, verb, value, writer, now - (now - at) / 4)
    if "plan" in row:
        planning.plan(post, now + age(row["plan"]), now)


def _do(post: Post, verb: str, value: str, writer: Person, at: datetime) -> None:
    if verb == "hand-in":
        handing.hand_in(post, writer, value, at)
        _tell(post.blog, writer, Deed.SUBMIT, post, at)
    elif verb == "give-back":
        handing.give_back(post, _EDITOR, value, at)
        _tell(post.blog, _EDITOR, Deed.RETURN, post, at)
    elif verb == "schedule":
        publishing.schedule(post, utcnow() + age(value), at)
        _tell(post.blog, _EDITOR, Deed.SCHEDULE, post, at)
    elif verb == "embargo":
        publishing.set_embargo(post, utcnow() + age(value), [writer.name, EDITOR.name], at)
        _tell(post.blog, _EDITOR, Deed.EMBARGO, post, at)
    else:
        raise ValueError(f"The demo does not know how to {verb}.")


def _change(mount: Mount, row: dict[str, Any], now: datetime) -> None:
    """Write on at a story that readers see, without showing it to them yet."""
    post = session().scalars(select(Post).filter_by(blog=mount.blog, slug=row["story"])).one()
    writer, at = _person(row["by"]), now - age(row["age"])
    base, written = revisions.saved_in(post)
    more = replace(written, body=f"{written.body.rstrip()}\n\n{row['add'].strip()}")
    revisions.save(post, more, writer, at, base=base)
    _tell(mount.blog, writer, Deed.SAVE, post, at)
    if "plan-update" in row:
        planned_updates.plan(post, now + age(row["plan-update"]), writer, at, tell=True)
        _tell(mount.blog, writer, Deed.PLAN_UPDATE, post, at)


def _share(blog: str, row: dict[str, Any], now: datetime) -> None:
    """Give a draft to somebody outside to read, who says something of it."""
    slug = slugify(row["story"])
    post = session().scalars(select(Post).filter_by(blog=blog, slug=slug)).one()
    preview_links.make_link(post, row["secret"], row["for"], 7, _person(row["by"]), now)
    opened = preview_links.open_link(blog, row["secret"], now)
    if opened is not None:
        for note in row["notes"]:
            preview_links.leave_note(opened, note["name"], note["text"], now)


def _person(name: str) -> Person:
    return Person(f"demo/{slugify(name)}", name)


def _picture(blog: str, name: str) -> Media:
    keys = Media.key.startswith(f"{name}-", autoescape=True)
    return session().scalars(select(Media).where(Media.blog == blog, keys)).one()


def _tell(blog: str, person: Person, deed: Deed, post: Post, at: datetime) -> None:
    write_down(blog, person, deed, Thing.POST, at, thing_id=post.id, title=post.title)
