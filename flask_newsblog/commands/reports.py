"""Reports: what readers told the desk."""

from __future__ import annotations

from textwrap import shorten

import click
from flask.cli import AppGroup

from ..comments import report_queries, reports
from ..database import session
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

reports_group = AppGroup("reports", help="Reports: what readers told the desk.")
newsblog_group.add_command(reports_group)


@reports_group.command("list")
@click.option("--closed", is_flag=True, help="Those that somebody is done with.")
@limit_option
@before_option
@blog_option
def list_reports(closed: bool, limit: int, before: int | None, blog_name: str | None) -> None:
    """List reports, newest first: number, time, reason, what it is about, how it begins."""
    mount = mount_named(blog_name)
    rows = report_queries.find_reports(mount.blog, closed, limit, before)
    for row in rows:
        about = f"comment {row.comment_id} by {row.author_name}" if row.comment_id else "the story"
        moment = f"{row.created_at:%Y-%m-%d %H:%M} UTC"
        click.echo(f"{row.id}  {moment}  {row.reason}  {about}  «{row.title}»")
        if begin := shorten(keep_order(row.text), 60, placeholder="…"):
            click.echo(f"    {begin}")
    if not rows:
        click.echo(f"No reports are {'closed' if closed else 'open'}.")


@reports_group.command("close")
@click.argument("ids", nargs=-1, required=True, type=number, metavar="ID...")
@blog_option
def close_reports(ids: tuple[int, ...], blog_name: str | None) -> None:
    """Say that somebody has dealt with reports."""
    mount = mount_named(blog_name)
    known = report_queries.known_ids(mount.blog, ids)
    if missing := sorted(set(ids) - known):
        raise click.ClickException(
            f"There is no report {', '.join(map(str, missing))} in this blog; nothing was changed."
        )
    closed = reports.close_some(mount.blog, ids, AT_A_SHELL.name, mount.now())
    session().commit()
    click.echo(f"{closed} of {len(known)} closed.")
