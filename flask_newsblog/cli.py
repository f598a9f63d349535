"""``flask newsblog …``: what is done with a shell."""

from __future__ import annotations

import sys
from collections.abc import Callable
from textwrap import shorten
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError

from .comments import actions as comment_actions
from .comments import queries as comment_queries
from .database import LARGEST_ID, Base, complaint, session
from .models import Comment, CommentState, PostState
from .mount import Mount, NoSuchBlog, find_mount, forget_pages, mounts
from .newsroom.actions import LINK_LASTS, LONGEST_NAME, make_sign_in
from .people import Role
from .posts.actions import is_scheduled
from .settings import A_BASE_URL, is_base_url
from .signals import comment_approved, post_imported, post_published, tell
from .text.characters import keep_order
from .transfer.markdown import StoryError, import_stories, read_stories


class _Commands(AppGroup):
    """Commands that say in a sentence what the database has against them."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DBAPIError as error:
            raise click.ClickException(f"The database says: {complaint(error)}") from error


newsblog_group = _Commands("newsblog", help="The news site: tables, sign-in links, stories.")

_blog_option = click.option(
    "--blog", "blog_name", metavar="NAME", help="Which blog, where the app has several."
)


def _mount(name: str | None) -> Mount:
    known = mounts(current_app)
    if name is None:
        blogs = {mount.blog for mount in known.values()}
        if len(blogs) > 1:
            raise click.UsageError(f"This app has several blogs; say --blog {' or '.join(known)}.")
        name = next(iter(known))
    try:
        return find_mount(current_app, name)
    except NoSuchBlog as error:
        raise click.UsageError(str(error)) from error


@newsblog_group.command("create-tables")
def create_tables() -> None:
    """Create the tables that are missing; a host with Flask-Migrate uses that instead."""
    ours = current_app.extensions["sqlalchemy"]
    copies = [ours.metadata.tables[table.key] for table in Base.metadata.sorted_tables]
    ours.metadata.create_all(ours.engine, tables=copies)
    click.echo(f"The tables are there ({len(copies)}).")


@newsblog_group.command("sign-in")
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.EDITOR.value,
    show_default=True,
    help="What they may do.",
)
@click.option(
    "--base-url",
    default="",
    metavar="URL",
    help="Scheme and host of the link; NEWSBLOG_BASE_URL or http://127.0.0.1:5000 without.",
)
@_blog_option
def sign_in(name: str, role: str, base_url: str, blog_name: str | None) -> None:
    """Print a link that signs NAME into the newsroom, once, for ten minutes."""
    mount = _mount(blog_name)
    if not name.strip():
        raise click.UsageError("NAME is empty; write whom the link is for.")
    if len(name.strip()) > LONGEST_NAME:
        raise click.UsageError(f"NAME has {len(name.strip())} characters; {LONGEST_NAME} are kept.")
    if base_url and not is_base_url(base_url):
        raise click.UsageError(f"--base-url is {base_url!r}; write {A_BASE_URL}.")
    secret = make_sign_in(mount.blog, name.strip(), Role(role), mount.now())
    session().commit()
    root = base_url or mount.settings.base_url or "http://127.0.0.1:5000"
    with current_app.test_request_context(base_url=root):
        click.echo(mount.url("sign_in", secret=secret, _external=True))
    minutes = int(LINK_LASTS.total_seconds() // 60)
    click.echo(f"Good once, for {minutes} minutes, as {role}.", err=True)


@newsblog_group.command("import-markdown")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--publish", is_flag=True, help="Publish what does not say otherwise.")
@_blog_option
def import_markdown(paths: tuple[str, ...], publish: bool, blog_name: str | None) -> None:
    """Bring in stories from Markdown files, folders of them, or standard input (-)."""
    mount = _mount(blog_name)
    try:
        stories = read_stories(paths, sys.stdin.buffer, mount.settings.zone)
        done = import_stories(mount.blog, stories, mount.now(), publish=publish)
    except StoryError as error:
        session().rollback()
        raise click.ClickException(str(error)) from error
    session().commit()
    app = mount.app
    for story in done:
        if story.outcome != "unchanged":
            tell(
                post_imported,
                app,
                blog=mount.blog,
                post=story.post,
                created=story.outcome == "created",
            )
        if story.published:
            tell(post_published, app, blog=mount.blog, post=story.post)
        state = "scheduled" if is_scheduled(story.post, mount.now()) else story.post.state
        click.echo(f"{story.outcome}, {state}: {story.post.title}")
        if story.story.state == PostState.WITHDRAWN and story.post.state != PostState.WITHDRAWN:
            click.echo(
                f"{story.story.file}, line 1: readers never saw it, so it is not withdrawn",
                err=True,
            )
        for key, value in story.story.aside.items():
            click.echo(f"{story.story.file}, line {value.line}: left aside: {key}", err=True)


_number = click.IntRange(1, LARGEST_ID)
_LISTED = [
    state.value
    for state in (
        CommentState.HELD, CommentState.PUBLISHED, CommentState.REJECTED, CommentState.SPAM
    )
]  # fmt: skip

comments_group = AppGroup("comments", help="Replies: what waits, and what becomes of it.")
newsblog_group.add_command(comments_group)


@comments_group.command("list")
@click.option(
    "--state",
    type=click.Choice(_LISTED),
    default=CommentState.HELD.value,
    show_default=True,
    help="Which replies.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=50,
    show_default=True,
    metavar="NUMBER",
    help="How many at most.",
)
@click.option("--before", type=_number, metavar="ID", help="Only those older than this one.")
@_blog_option
def list_comments(state: str, limit: int, before: int | None, blog_name: str | None) -> None:
    """List replies, newest first: number, time, name, story, beginning, what the checks said."""
    mount = _mount(blog_name)
    rows = comment_queries.in_state(mount.blog, state, limit, before)
    verdicts = comment_queries.verdicts_on([row.id for row in rows])
    for row in rows:
        begin = shorten(keep_order(row.body), 60, placeholder="…")
        moment = f"{row.created_at:%Y-%m-%d %H:%M} UTC"
        click.echo(f"{row.id}  {moment}  {row.author_name}  «{row.title}»")
        click.echo(f"    {begin}")
        for outcome, reason in verdicts.get(row.id, ()):
            click.echo(f"    {outcome}: {reason}")
    if not rows:
        click.echo(f"No replies are {state}.")


def _judge_comments(ids: tuple[int, ...], blog_name: str | None, verb: str) -> None:
    mount = _mount(blog_name)
    found = comment_queries.with_ids(mount.blog, ids)
    missing = sorted(set(ids) - {comment.id for comment in found})
    if missing:
        raise click.ClickException(
            f"There is no reply {', '.join(map(str, missing))} in this blog; nothing was changed."
        )
    act, done = _JUDGEMENTS[verb]
    # By story, so that two at the same stories do not deadlock.
    by_story = sorted(found, key=lambda comment: (comment.post_id, comment.id))
    changed = [comment for comment in by_story if act(comment)]
    session().commit()
    forget_pages(mount)
    for comment in changed:
        if verb == "approve":
            tell(comment_approved, mount.app, blog=mount.blog, comment=comment)
    for comment in found:
        was = "" if comment in changed else " already"
        click.echo(f"{comment.id} is{was} {done}.")


_JUDGEMENTS: dict[str, tuple[Callable[[Comment], bool], str]] = {
    "approve": (comment_actions.approve, "published"),
    "reject": (comment_actions.reject, "rejected"),
    "spam": (comment_actions.mark_spam, "spam"),
}
_ids = click.argument("ids", nargs=-1, required=True, type=_number, metavar="ID...")


@comments_group.command("approve")
@_ids
@_blog_option
def approve_comments(ids: tuple[int, ...], blog_name: str | None) -> None:
    """Publish replies."""
    _judge_comments(ids, blog_name, "approve")


@comments_group.command("reject")
@_ids
@_blog_option
def reject_comments(ids: tuple[int, ...], blog_name: str | None) -> None:
    """Keep replies from the readers."""
    _judge_comments(ids, blog_name, "reject")


@comments_group.command("spam")
@_ids
@_blog_option
def spam_comments(ids: tuple[int, ...], blog_name: str | None) -> None:
    """Keep replies from the readers, as spam."""
    _judge_comments(ids, blog_name, "spam")
