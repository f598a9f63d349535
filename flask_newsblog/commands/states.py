"""What becomes of stories: published, given a time, updated, withdrawn, brought back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import click
from flask.cli import AppGroup
from sqlalchemy import or_, select

from ..audit import Deed, Thing, write_down
from ..database import row_number, session
from ..models import Post, PostState
from ..mount import Mount, forget_pages
from ..newsroom.desk_queries import DISCARDED, SCHEDULED, Wanted, page_of_stories, place_of
from ..posts import publishing
from ..posts.actions import NameWithoutLetters, SlugTaken, TextDoesNotFit, is_scheduled
from ..posts.due import apply_overdue
from ..posts.moments import read_moment
from ..posts.standing import CannotBeDone
from ..signals import post_published, post_updated, tell
from ..text.limits import TextTooDeep, TextTooLong
from .group import before_option, blog_option, limit_option, mount_named, newsblog_group

stories_group = AppGroup("stories", help="Stories: listed, published, scheduled, withdrawn.")
newsblog_group.add_command(stories_group)

_REFUSED = (
    CannotBeDone, NameWithoutLetters, SlugTaken, TextDoesNotFit, TextTooLong, TextTooDeep,
)  # fmt: skip
_stories = click.argument("stories", nargs=-1, required=True, metavar="STORY...")


@stories_group.command("list")
@click.option(
    "--state",
    type=click.Choice([*(state.value for state in PostState), SCHEDULED, DISCARDED]),
    help="Only those in it.",
)
@limit_option
@before_option
@blog_option
def list_stories(state: str | None, limit: int, before: int | None, blog_name: str | None) -> None:
    """List stories, last changed first: number, state, time, slug and headline."""
    mount = mount_named(blog_name)
    now = mount.now()
    apply_overdue(mount, now)
    wanted = Wanted(state=state or "", after=place_of(mount.blog, before) if before else None)
    found = page_of_stories(mount.blog, wanted, (), now, limit).rows
    for row in (found_row.post for found_row in found):
        stands = SCHEDULED if is_scheduled(row, now) else row.state
        if row.discarded_at is not None:
            stands = DISCARDED
        at = f"{row.published_at:%Y-%m-%d %H:%M} UTC" if row.published_at else "no time"
        click.echo(f"{row.id}  {stands}  {at}  {row.slug}  {row.title}")
    if not found:
        click.echo("There are no such stories.")


@stories_group.command("publish")
@_stories
@blog_option
def publish(stories: tuple[str, ...], blog_name: str | None) -> None:
    """Put stories before the readers, as they were saved last."""
    _each(blog_name, stories, Deed.PUBLISH, publishing.publish, "")


@stories_group.command("schedule")
@click.argument("story", metavar="STORY")
@click.argument("day")
@click.argument("time")
@click.option("--past", is_flag=True, help="Let the time be past: it is out at once, so dated.")
@blog_option
def schedule(story: str, day: str, time: str, past: bool, blog_name: str | None) -> None:
    """Give a story the time at which it goes out, such as 2026-05-04 18:30."""
    mount = mount_named(blog_name)
    try:
        at = read_moment(day, time, mount.settings.zone)
    except CannotBeDone as error:
        raise click.UsageError(str(error)) from error
    if at <= mount.now() and not past:
        raise click.UsageError("That time is past. Say --past, and the story is out at once.")

    def give(post: Post, now: datetime) -> None:
        publishing.schedule(post, at, now)

    _each(blog_name, (story,), Deed.SCHEDULE, give, f"for {at:%Y-%m-%d %H:%M} UTC")


@stories_group.command("unschedule")
@_stories
@blog_option
def unschedule(stories: tuple[str, ...], blog_name: str | None) -> None:
    """Take their time from stories that no reader has seen; they are drafts again."""
    _each(blog_name, stories, Deed.UNSCHEDULE, publishing.unschedule, "")


@stories_group.command("update")
@_stories
@click.option("--tell", "told", is_flag=True, help="Tell readers that they were updated.")
@blog_option
def update(stories: tuple[str, ...], told: bool, blog_name: str | None) -> None:
    """Put what was saved since in the place of what readers see."""

    def put(post: Post, now: datetime) -> None:
        publishing.update(post, now, tell=told)

    _each(blog_name, stories, Deed.UPDATE, put, "")


@stories_group.command("withdraw")
@_stories
@click.option("--notice", default="", metavar="TEXT", help="What readers are told at its address.")
@blog_option
def withdraw(stories: tuple[str, ...], notice: str, blog_name: str | None) -> None:
    """Take stories from the readers. They stay stored, and can be brought back."""

    def take(post: Post, now: datetime) -> None:
        publishing.withdraw(post, notice, now)

    _each(blog_name, stories, Deed.WITHDRAW, take, notice)


@stories_group.command("restore")
@_stories
@blog_option
def restore(stories: tuple[str, ...], blog_name: str | None) -> None:
    """Bring withdrawn stories back, as they were saved last, under the time they first had."""
    _each(blog_name, stories, Deed.RESTORE, publishing.restore, "")


def _each(
    blog_name: str | None,
    stories: Sequence[str],
    deed: Deed,
    act: Callable[[Post, datetime], None],
    detail: str,
) -> None:
    """Do it with one story after another; one that refuses leaves those before it done."""
    mount = mount_named(blog_name)
    ids = [_number_of(mount, story) for story in stories]
    # What was read so far is over: what follows begins by holding a story.
    session().rollback()
    for post_id in ids:
        _do(mount, post_id, deed, act, detail)


def _do(
    mount: Mount, post_id: int, deed: Deed, act: Callable[[Post, datetime], None], detail: str
) -> None:
    now = mount.now()
    post = session().get_one(Post, post_id)
    title = post.title
    session().rollback()
    try:
        act(post, now)
    except _REFUSED as error:
        session().rollback()
        raise click.ClickException(f"{title}: {error}") from error
    write_down(
        mount.blog, None, deed, Thing.POST, now, thing_id=post_id, title=post.title, detail=detail
    )
    session().commit()
    forget_pages(mount)
    if deed in (Deed.PUBLISH, Deed.SCHEDULE, Deed.RESTORE):
        tell(post_published, mount.app, blog=mount.blog, post=post)
    elif deed is Deed.UPDATE:
        tell(post_updated, mount.app, blog=mount.blog, post=post)
    state = "scheduled" if is_scheduled(post, now) else post.state
    click.echo(f"{state}: {post.title}")


def _number_of(mount: Mount, story: str) -> int:
    # A slug is never of digits alone.
    number = row_number(story)
    meant = or_(Post.slug == story, Post.id == number) if number else Post.slug == story
    found = session().scalar(select(Post.id).where(Post.blog == mount.blog, meant))
    if found is None:
        raise click.ClickException(f"There is no story with the slug or number {story}.")
    return found
