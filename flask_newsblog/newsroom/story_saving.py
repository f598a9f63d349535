"""What comes of a story that its page sends: the draft it becomes, and what the page is told."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from flask import abort
from sqlalchemy.exc import IntegrityError

from ..audit import Deed, Thing, write_down
from ..database import row_number, session
from ..i18n import mark
from ..models import Post, length_of
from ..mount import Mount
from ..people import Person
from ..posts import begun, revisions, sittings
from ..posts.former import share_names
from ..posts.present import mean_anew, present
from ..posts.revisions import Saved
from ..posts.standing import hold
from ..posts.written import LISTS, Written, written_from
from ..text.slugs import slugify
from .access import may_change
from .keeping import marks_between, sitting_of
from .story_forms import StoryForm
from .story_screens import ways_from

_UNTITLED = mark("Untitled story")


def begun_story(mount: Mount, title: str, person: Person, now: datetime, sitting: str) -> Post:
    """The draft of this open page: the one it began, or a new one."""
    for last in (False, True):
        # Before the rest is read: it may have to wait for somebody who changes one.
        share_names()
        post = begun.begun_in(mount.blog, sitting)
        if post is not None:
            return post if may_change(post) else abort(403)
        try:
            post = begun.begin(mount.blog, title, person, now, sitting=sitting)
        except IntegrityError:
            # The same page sent it twice at once, or somebody took the slug meanwhile.
            session().rollback()
            if last:
                raise
            continue
        deed = (mount.blog, person, Deed.CREATE, Thing.POST, now)
        write_down(*deed, thing_id=post.id, title=post.title)
        return post
    raise AssertionError


def begin_quietly(
    mount: Mount, form: StoryForm, person: Person, now: datetime, turn: int
) -> dict[str, Any]:
    """Keep what the page of a new story sends by itself, in a draft that nobody saved yet."""
    written, sitting = form.written, sitting_of(form.sitting.data)
    title = written.title[: length_of(Post.title)] if slugify(written.title) else ""
    title = title or mount.words.t(_UNTITLED)
    post = begun_story(mount, title, person, now, sitting)
    sent = sittings.keep_unsaved(post, written, person, now, base=0, sitting=sitting, turn=turn)
    sittings.touch(post, person, now, sitting)
    return _addresses(mount, post) | {
        "saved": sent.saved_at.isoformat(), "base": 0, "revision": sent.number,
    }  # fmt: skip


def save_story(
    mount: Mount, post: Post, person: Person, now: datetime, form: StoryForm, taken: int, turn: int
) -> Saved:
    """Save what was typed; ``taken`` are the words not saved before that the form began with.

    ``turn`` is how often its page had sent words, so that those sent later are told from it.
    """
    sitting = sitting_of(form.sitting.data)
    hold(post)
    written = form.written_today(mount.blog)
    mean_anew(mount.blog, written)
    number = row_number(form.base.data or "") or 0
    # One that is not there yet is none that the page was opened with.
    base = begun.base_of(post, number if number <= post.last_revision else 0, sitting)
    marks = partial(marks_between, mount, person)
    saved = revisions.save(post, written, person, now, base=base, sitting=sitting, marks=marks)
    if saved.conflicts:
        return saved
    sittings.note_turn(saved, sitting, turn)
    if not written.slug:
        begun.follow_headline(post, written.title)
    unsaved = sittings.unsaved_with(post, person, taken) if taken else None
    if unsaved is not None:
        revisions.settle(post, unsaved.sitting)
    return saved


def opened_with(post: Post, person: Person, take: int | None) -> tuple[int, Written, int]:
    """What the page of a story begins with: from which revision on, its words, and which they are.

    That is what is saved, or words that are not: those that the person here takes, or of a
    story that nobody saved yet all that there is.
    """
    if take is not None:
        unsaved = sittings.unsaved_with(post, person, take) or abort(404)
        return unsaved.base, present(post.blog, written_from(unsaved.content)), unsaved.number
    first = begun.begun_words(post)
    if first is not None:
        own = first.number if first.person_id == person.id else 0
        return 0, present(post.blog, written_from(first.content)), own
    return (*revisions.saved_in(post), 0)


def told_of(
    mount: Mount, post: Post, saved: Saved, typed: Written, now: datetime
) -> dict[str, Any]:
    """What the page is told; where the story says something else than was typed, see it anew."""
    number = saved.revision.number
    other = any(getattr(saved.written, name) != getattr(typed, name) for name in LISTS)
    anew = saved.theirs or other
    reload = mount.url("edit_post", post_id=post.id, **said_after(saved)) if anew else ""
    return _addresses(mount, post) | {
        "saved": now.isoformat(), "base": number, "revision": number, "title": post.title,
        "slug": post.slug, "reload": reload,
    }  # fmt: skip


def said_after(saved: Saved) -> dict[str, Any]:
    """What the page says next, as its address has it."""
    return {"said": "merged", "by": saved.theirs.number} if saved.theirs else {"said": "saved"}


def _addresses(mount: Mount, post: Post) -> dict[str, Any]:
    ways = ways_from(mount, post)
    here = mount.url("here_in_story", post_id=post.id)
    return {"url": ways.save, "autosave": ways.autosave, "here": here, "id": post.id}
