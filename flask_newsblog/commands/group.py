"""The group that all commands belong to, and how they find their blog."""

from __future__ import annotations

from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError

from ..comments.journal import Moderator
from ..database import LARGEST_ID, complaint
from ..mount import Mount, NoSuchBlog, find_mount, mounts


class Commands(AppGroup):
    """Commands that say in a sentence what the database has against them."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DBAPIError as error:
            raise click.ClickException(f"The database says: {complaint(error)}") from error


newsblog_group = Commands("newsblog", help="The news site: stories, replies, mail, sign-in.")

blog_option = click.option(
    "--blog", "blog_name", metavar="NAME", help="Which blog, where the app has several."
)


number = click.IntRange(1, LARGEST_ID)
limit_option = click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=50,
    show_default=True,
    metavar="NUMBER",
    help="How many at most.",
)
before_option = click.option(
    "--before", type=number, metavar="ID", help="Only those older than this one."
)
# Who did it, in the records of the desk.
AT_A_SHELL = Moderator(None, "the command line")


def mount_named(name: str | None) -> Mount:
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
