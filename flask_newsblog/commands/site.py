"""Tables, and the way into the newsroom."""

from __future__ import annotations

import click
from flask import current_app

from ..audit import Deed, Thing, write_down
from ..database import Base, session
from ..newsroom.actions import LINK_LASTS, LONGEST_NAME, make_sign_in
from ..people import Role
from ..settings import A_BASE_URL, is_base_url
from .group import blog_option, mount_named, newsblog_group


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
@blog_option
def sign_in(name: str, role: str, base_url: str, blog_name: str | None) -> None:
    """Print a link that signs NAME into the newsroom, once, for ten minutes."""
    mount = mount_named(blog_name)
    if not name.strip():
        raise click.UsageError("NAME is empty; write whom the link is for.")
    if len(name.strip()) > LONGEST_NAME:
        raise click.UsageError(f"NAME has {len(name.strip())} characters; {LONGEST_NAME} are kept.")
    if base_url and not is_base_url(base_url):
        raise click.UsageError(f"--base-url is {base_url!r}; write {A_BASE_URL}.")
    now = mount.now()
    secret = make_sign_in(mount.blog, name.strip(), Role(role), now)
    write_down(mount.blog, None, Deed.INVITE, Thing.SIGN_IN, now, title=name.strip(), detail=role)
    session().commit()
    root = base_url or mount.settings.base_url or "http://127.0.0.1:5000"
    with current_app.test_request_context(base_url=root):
        click.echo(mount.url("sign_in", secret=secret, _external=True))
    minutes = int(LINK_LASTS.total_seconds() // 60)
    click.echo(f"Good once, for {minutes} minutes, as {role}.", err=True)
    if not base_url and not mount.settings.base_url:
        click.echo(
            "If the site is elsewhere, say where: --base-url https://news.example.org, or"
            " NEWSBLOG_BASE_URL.",
            err=True,
        )
