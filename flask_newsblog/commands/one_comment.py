"""One reply: its words, why it waits, what was done with it, its writer, and undoing."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta

import click

from ..audit import Deed
from ..comments import bans, moderation
from ..comments.checks import CHECKS, Check
from ..comments.moderation import Unacceptable
from ..comments.rule_deeds import write_down_rule
from ..comments.rule_values import RuleError
from ..database import session
from ..models import CommentChange, RuleKind, RuleOutcome
from ..mount import forget_pages
from ..text.characters import keep_order
from .comments import comments_group, found_comments, tell_how_to_undo
from .group import AT_A_SHELL, blog_option, mount_named, number

_id = click.argument("comment_id", type=number, metavar="ID")


@comments_group.command("edit")
@_id
@click.option("--text", metavar="TEXT", help="The words; standard input without it.")
@click.option("--name", metavar="NAME", help="Another name over it.")
@blog_option
def edit_comment(
    comment_id: int, text: str | None, name: str | None, blog_name: str | None
) -> None:
    """Put other words into a reply."""
    mount = mount_named(blog_name)
    (comment,) = found_comments(mount, (comment_id,))
    if text is None:
        text = sys.stdin.buffer.read().decode("utf-8", "replace")
    checks: tuple[Check, ...] = (*CHECKS, *mount.comment_checks)
    try:
        done = moderation.edit(
            mount.settings, comment, text, AT_A_SHELL, mount.now(), name=name, checks=checks
        )
    except Unacceptable as error:
        raise click.ClickException(str(error)) from error
    session().commit()
    forget_pages(mount)
    if not done.changed:
        click.echo(f"{comment_id} says so already.")
        return
    click.echo(f"{comment_id} is changed.")
    tell_how_to_undo(done.batch)


@comments_group.command("undo")
@click.argument("batch")
@blog_option
def undo_batch(batch: str, blog_name: str | None) -> None:
    """Take back what was done under a number."""
    mount = mount_named(blog_name)
    undone = moderation.undo(mount.settings, mount.blog, batch, AT_A_SHELL, mount.now())
    session().commit()
    forget_pages(mount)
    if not undone.restored and not undone.kept:
        raise click.ClickException(f"Nothing that could be taken back was done under {batch}.")
    for comment in undone.restored:
        click.echo(f"{comment.id} is as it was before: {comment.state}.")
    for comment in undone.kept:
        click.echo(f"{comment.id} is left alone: something else was done with it since.")
    if undone.restored:
        tell_how_to_undo(undone.batch)


@comments_group.command("why")
@_id
@blog_option
def tell_why(comment_id: int, blog_name: str | None) -> None:
    """Tell what the checks said of a reply, and what was done with it since."""
    (comment,) = found_comments(mount_named(blog_name), (comment_id,))
    click.echo(f"{comment.id} is {comment.state}.")
    for verdict in moderation.verdicts(comment_id):
        click.echo(f"{_moment(verdict.created_at)}  {verdict.outcome}: {verdict.reason}")
    for change in moderation.history(comment_id):
        click.echo(_told(change))


@comments_group.command("ban")
@_id
@click.option(
    "--network", "what", flag_value=RuleKind.NETWORK.value, help="Whoever writes from there."
)
@click.option(
    "--email", "what", flag_value=RuleKind.EMAIL.value, help="Whoever gives that address."
)
@click.option("--person", "what", flag_value=RuleKind.PERSON.value, help="Whoever is signed in so.")
@click.option(
    "--days",
    type=click.IntRange(1, 36_500),
    metavar="NUMBER",
    help="For so long; for good without it.",
)
@blog_option
def ban_writer(comment_id: int, what: str | None, days: int | None, blog_name: str | None) -> None:
    """Hold what the writer of a reply sends from now on."""
    mount = mount_named(blog_name)
    (comment,) = found_comments(mount, (comment_id,))
    if what is None:
        raise click.UsageError("Say what to go by: --network, --email or --person.")
    now = mount.now()
    until = now + timedelta(days=days) if days else None
    try:
        rule = bans.ban_writer(comment, RuleKind(what), until, AT_A_SHELL, now)
    except (bans.NothingToBan, RuleError) as error:
        raise click.ClickException(str(error)) from error
    write_down_rule(mount.words, None, Deed.CREATE, rule, now)
    session().commit()
    end = f"until {_moment(rule.until)}" if rule.until else "for good"
    done = "refused" if rule.outcome == RuleOutcome.REFUSE else "held"
    click.echo(f"What comes from {rule.value} is {done} {end}.")


def _told(change: CommentChange) -> str:
    words = [_moment(change.changed_at), f" {change.person_name or 'by itself'}: {change.verb}"]
    if "state" in change.after:
        words.append(f"({change.before['state']} → {change.after['state']})")
    if change.note:
        words.append(f"“{keep_order(' '.join(change.note.split()))}”")
    words.append(f"[{change.batch}{', taken back' if change.undone_at else ''}]")
    return " ".join(words)


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
