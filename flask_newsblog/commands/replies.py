"""Which stories take replies."""

from __future__ import annotations

import click
from sqlalchemy import select

from ..audit import Deed, Thing, write_down
from ..database import session
from ..models import Post
from ..mount import forget_pages
from .group import blog_option, mount_named, newsblog_group


@newsblog_group.command("replies")
@click.argument("state", type=click.Choice(["open", "closed"]))
@click.argument("slugs", nargs=-1, required=True, metavar="SLUG...")
@blog_option
def replies(state: str, slugs: tuple[str, ...], blog_name: str | None) -> None:
    """Open stories to replies, or close them, by the slug in their address."""
    mount = mount_named(blog_name)
    query = select(Post).where(Post.blog == mount.blog, Post.slug.in_(slugs)).order_by(Post.id)
    found = session().scalars(query).all()
    known = {post.slug for post in found}
    if missing := next((slug for slug in slugs if slug not in known), None):
        raise click.ClickException(f"There is no story with the slug {missing}.")
    now = mount.now()
    deed = Deed.OPEN_REPLIES if state == "open" else Deed.CLOSE_REPLIES
    for post in found:
        if post.replies_open != (state == "open"):
            post.replies_open = state == "open"
            write_down(mount.blog, None, deed, Thing.POST, now, thing_id=post.id, title=post.title)
    session().commit()
    forget_pages(mount)
    for post in found:
        click.echo(f"{state}: {post.title}")
