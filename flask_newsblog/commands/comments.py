"""Replies: what waits, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import shorten
from typing import Any

import click
from flask.cli import AppGroup

from ..comments import moderation
from ..comments import queries as comment_queries
from ..comments.moderation import Done, Verb
from ..database import session
from ..models import Comment, CommentState
from ..mount import Mount, forget_pages
from ..signals import comment_approved, tell
from ..text.characters import keep_order
from .group import (
    AT_A_SHELL,
    before_option,
    blog_option,
    limit_option,
    mount_named,
    newsblog_group,
    number,
)

_LISTED = [state.value for state in CommentState]
_DONE = {
    Verb.APPROVE: "published",
    Verb.REJECT: "rejected",
    Verb.SPAM: "spam",
    Verb.DELETE: "deleted",
    Verb.HOLD: "held",
    Verb.PICK: "an editor’s pick",
    Verb.UNPICK: "no editor’s pick",
    Verb.PIN: "pinned",
    Verb.UNPIN: "not pinned",
}

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
    "--search",
    default="",
    metavar="WORDS",
    help="Only those with all these words in text, name, address or network.",
)
@limit_option
@before_option
@blog_option
def list_comments(
    state: str, search: str, limit: int, before: int | None, blog_name: str | None
) -> None:
    """List replies, newest first: number, time, name, story, beginning, what the checks said."""
    mount = mount_named(blog_name)
    rows = comment_queries.in_state(mount.blog, state, limit, before, search)
    verdicts = comment_queries.verdicts_on([row.id for row in rows])
    for row in rows:
        begin = shorten(keep_order(row.body), 60, placeholder="…")
        moment = f"{row.created_at:%Y-%m-%d %H:%M} UTC"
        click.echo(f"{row.id}  {moment}  {row.author_name}  «{row.title}»")
        click.echo(f"    {begin}")
        for outcome, reason in verdicts.get(row.id, ()):
            click.echo(f"    {outcome}: {reason}")
    if not rows:
        having = " and have these words" if search.strip() else ""
        click.echo(f"No replies are {state}{having}.")


def found_comments(mount: Mount, ids: tuple[int, ...]) -> list[Comment]:
    """The replies with these numbers, all of them or none."""
    found = list(comment_queries.with_ids(mount.blog, ids))
    missing = sorted(set(ids) - {comment.id for comment in found})
    if missing:
        raise click.ClickException(
            f"There is no reply {', '.join(map(str, missing))} in this blog; nothing was changed."
        )
    return found


def tell_how_to_undo(batch: str) -> None:
    click.echo(f"To take this back: flask newsblog comments undo {batch}")


def _decide(ids: tuple[int, ...], blog_name: str | None, verb: Verb, note: str = "") -> None:
    mount = mount_named(blog_name)
    found = found_comments(mount, ids)
    done = moderation.decide(mount.settings, found, verb, AT_A_SHELL, mount.now(), note)
    session().commit()
    forget_pages(mount)
    if verb == Verb.APPROVE:
        for comment in done.changed:
            tell(comment_approved, mount.app, blog=mount.blog, comment=comment)
    for comment in found:
        click.echo(_said(comment, verb, done))
    if done.changed:
        tell_how_to_undo(done.batch)


def _said(comment: Comment, verb: Verb, done: Done) -> str:
    if comment in done.changed:
        return f"{comment.id} is {_DONE[verb]}."
    if verb in (Verb.PICK, Verb.PIN) and comment.state != CommentState.PUBLISHED:
        return f"{comment.id} is {comment.state}; only what is published can be {_DONE[verb]}."
    if verb == Verb.PIN and comment.parent_id is not None:
        return f"{comment.id} answers another reply; only what begins a thread can be pinned."
    return f"{comment.id} is already {_DONE[verb]}."


def _command(verb: Verb) -> Callable[[Callable[..., Any]], Any]:
    """A command that does one thing with several replies."""

    def make(function: Callable[..., Any]) -> Any:
        ids = click.argument("ids", nargs=-1, required=True, type=number, metavar="ID...")
        return comments_group.command(verb.value)(ids(blog_option(function)))

    return make


@_command(Verb.APPROVE)
def approve_comments(ids: tuple[int, ...], blog_name: str | None) -> None:
    """Publish replies."""
    _decide(ids, blog_name, Verb.APPROVE)


@_command(Verb.REJECT)
@click.option("--reason", default="", metavar="TEXT", help="What their writers are told.")
def reject_comments(ids: tuple[int, ...], reason: str, blog_name: str | None) -> None:
    """Keep replies from the readers."""
    _decide(ids, blog_name, Verb.REJECT, reason)


@_command(Verb.SPAM)
def spam_comments(ids: tuple[int, ...], blog_name: str | None) -> None:
    """Keep replies from the readers, as spam."""
    _decide(ids, blog_name, Verb.SPAM)


@_command(Verb.DELETE)
def delete_comments(ids: tuple[int, ...], blog_name: str | None) -> None:
    """Take replies away; what hangs on them stays."""
    _decide(ids, blog_name, Verb.DELETE)


@_command(Verb.HOLD)
def hold_comments(ids: tuple[int, ...], blog_name: str | None) -> None:
    """Put replies back to those that wait."""
    _decide(ids, blog_name, Verb.HOLD)


@_command(Verb.PICK)
def pick_comments(ids: tuple[int, ...], blog_name: str | None) -> None:
    """Make replies editor's picks."""
    _decide(ids, blog_name, Verb.PICK)


@_command(Verb.UNPICK)
def unpick_comments(ids: tuple[int, ...], blog_name: str | None) -> None:
    """Make replies editor's picks no more."""
    _decide(ids, blog_name, Verb.UNPICK)


@_command(Verb.PIN)
def pin_comments(ids: tuple[int, ...], blog_name: str | None) -> None:
    """Let replies stand first under their stories, one to each."""
    _decide(ids, blog_name, Verb.PIN)


@_command(Verb.UNPIN)
def unpin_comments(ids: tuple[int, ...], blog_name: str | None) -> None:
    """Let replies stand first no more."""
    _decide(ids, blog_name, Verb.UNPIN)
