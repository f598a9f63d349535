"""What is stored of somebody: given to them, or erased."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import click
from flask import current_app
from flask.cli import AppGroup

from ..comments import erasing
from ..comments.export import export
from ..comments.own import Owner, people_of
from ..comments.own_rows import address_of
from ..comments.private import digest_secret
from ..comments.reports import reporter
from ..database import session
from ..mount import Mount, forget_pages, mounts
from .group import mount_named, newsblog_group

people_group = AppGroup("people", help="What is stored of somebody: given to them, or erased.")
newsblog_group.add_command(people_group)

all_blogs = click.option(
    "--blog", "blog_name", metavar="NAME", help="Which blog; all of the app without it."
)


def mounts_meant(name: str | None) -> Iterator[Mount]:
    """The blog of this name, or each blog of the app once."""
    if name is not None:
        yield mount_named(name)
        return
    seen = set()
    for mount in mounts(current_app).values():
        if mount.blog not in seen:
            seen.add(mount.blog)
            yield mount


def _given(address: str) -> str:
    if "@" not in address or "\0" in address:
        raise click.UsageError(f"{address!r} is no address; write one such as name@example.org.")
    return address.strip()


def _owner(mount: Mount, email: str) -> Owner:
    """Whoever writes with this address, in capitals or not, with what they reported signed in."""
    owner = Owner(mount.blog, email=email)
    secret = digest_secret(mount)
    digests = [reporter(person_id, None, secret) for person_id in people_of(owner)]
    return replace(owner, reporters=tuple(filter(None, digests)))


@people_group.command("export")
@click.argument("address")
@all_blogs
def export_person(address: str, blog_name: str | None) -> None:
    """Write all that is stored with ADDRESS to standard output, as JSON."""
    email = _given(address)
    found = []
    for mount in mounts_meant(blog_name):
        root = mount.settings.base_url or "http://127.0.0.1:5000"
        with current_app.test_request_context(base_url=root):
            found.append(export(_owner(mount, email), partial(address_of, mount), mount.now()))
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))


@people_group.command("erase")
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask.")
@all_blogs
def erase_person(address: str, yes: bool, blog_name: str | None) -> None:
    """Erase all that is stored with ADDRESS. The threads stay standing."""
    email = _given(address)
    if not yes:
        click.confirm(f"Erase all that is stored with {email}? It cannot be undone.", abort=True)
    for mount in mounts_meant(blog_name):
        done = erasing.erase(_owner(mount, email), mount.now())
        session().commit()
        forget_pages(mount)
        click.echo(
            f"{mount.blog}: erased comments: {done.comments}, subscriptions: {done.subscriptions},"
            f" mails: {done.mails}, reports: {done.reports}."
        )
