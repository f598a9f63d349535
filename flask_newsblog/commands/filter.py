"""The spam filter: what it knows, taken out, brought in, learnt anew."""

from __future__ import annotations

from typing import IO

import click
from flask.cli import AppGroup

from ..comments import bayes
from ..comments.actions import lock_thread
from ..comments.journal import locked
from ..database import session
from ..mount import Mount
from ..text.bayes import LEAST_COMMENTS
from ..transfer.filter_words import FilterFileError, read_words, write_words
from .group import blog_option, mount_named, newsblog_group

# So many comments are learnt in one go, while other moderators of their stories wait.
BATCH = 50

filter_group = AppGroup("filter", help="The spam filter: what it knows of replies.")
newsblog_group.add_command(filter_group)


@filter_group.command("stats")
@blog_option
def filter_stats(blog_name: str | None) -> None:
    """Say how much the spam filter knows."""
    _tell(mount_named(blog_name))


@filter_group.command("export")
@click.argument("file", type=click.File("w", encoding="utf-8", atomic=True))
@blog_option
def export_filter(file: IO[str], blog_name: str | None) -> None:
    """Write what the spam filter knows to a file, or to standard output (-)."""
    file.writelines(write_words(bayes.counts(mount_named(blog_name).blog)))


@filter_group.command("import")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@blog_option
def import_filter(file: IO[str], blog_name: str | None) -> None:
    """Put what a file says, or standard input (-), in place of what the spam filter knows."""
    mount = mount_named(blog_name)
    try:
        words = read_words(file)
    except FilterFileError as error:
        raise click.ClickException(f"{error} Nothing was changed.") from error
    except UnicodeDecodeError as error:
        raise click.ClickException("This is no UTF-8 text. Nothing was changed.") from error
    bayes.replace(mount.blog, words)
    session().commit()
    _tell(mount)


@filter_group.command("train")
@click.option("--afresh", is_flag=True, help="Forget all that is known first.")
@blog_option
def train_filter(afresh: bool, blog_name: str | None) -> None:
    """Learn from every reply that a moderator decided on and that was not learnt yet."""
    mount = mount_named(blog_name)
    if afresh:
        _forget_all(mount.blog)
    learnt = left = after = 0
    while found := bayes.to_learn(mount.blog, after, BATCH):
        after = found[-1][1]
        session().rollback()
        done = _learn(found)
        session().commit()
        learnt, left = learnt + done, left + len(found) - done
    click.echo(f"Learnt from {learnt} more.")
    if left:
        most, days = bayes.MOST_OF_ONE_WRITER, bayes.WRITERS_DAYS.days
        click.echo(f"{left} were left out: no more than {most} of one writer in {days} days.")
    _tell(mount)


def _forget_all(blog: str) -> None:
    for post_id in bayes.stories_learnt_from(blog):
        lock_thread(post_id)
        bayes.forget_marks(post_id)
    bayes.forget(blog)
    session().commit()


def _learn(found: list[tuple[int, int]]) -> int:
    learnt = 0
    for thread in list(locked(found)):
        for comment in thread:
            # As it is now: a moderator may have changed their mind since it was found.
            if comment.state in bayes.TEACHES and not comment.trained:
                bayes.learn(comment, spam=bayes.TEACHES[comment.state])
                learnt += bool(comment.trained)
    return learnt


def _tell(mount: Mount) -> None:
    ham, spam, words = bayes.known(mount.blog)
    click.echo(f"Known: {ham} approved and {spam} unwanted replies, {words} words.")
    if min(ham, spam) < LEAST_COMMENTS:
        click.echo(f"The filter has no opinion until it knows {LEAST_COMMENTS} of each kind.")
