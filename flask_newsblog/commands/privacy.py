"""What is kept for a while only, taken away once its time is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

import click

from ..audit import Deed, Thing, write_down
from ..comments import pruning
from ..comments.pruning import Part
from ..database import session
from ..posts import discarding, sittings
from ..posts.due import apply_overdue
from .group import newsblog_group
from .people import all_blogs, mounts_meant


@newsblog_group.command("prune")
@all_blogs
def prune(blog_name: str | None) -> None:
    """Remove what is kept for a while only, and say how much; may run as often as you like."""
    for mount in mounts_meant(blog_name):
        blog, days, now = mount.blog, mount.settings.keep_networks_days, mount.now()
        apply_overdue(mount, now)
        networks = partial(pruning.forget_networks, blog, days, now)
        for what, forget in (
            ("networks and browsers of comments", networks),
            ("networks of reports", partial(pruning.forget_reporters, blog, days, now)),
            ("bans of networks that are over", partial(pruning.forget_bans, blog, days, now)),
            ("mails", partial(pruning.forget_mails, blog, now)),
            ("texts of deleted comments", partial(pruning.forget_deleted, blog, now)),
            ("who was in a story", partial(_forget_sittings, now)),
            ("stories that were thrown away", partial(_remove_discarded, blog, now)),
        ):
            click.echo(f"{blog}: removed {what}: {_all_of(forget)}.")


def _forget_sittings(now: datetime, after: int) -> Part:
    return Part(None, sittings.forget_sittings(now))


def _remove_discarded(blog: str, now: datetime, after: int) -> Part:
    removed = discarding.remove_discarded(blog, now)
    for number, title in removed:
        write_down(blog, None, Deed.DELETE, Thing.POST, now, thing_id=number, title=title)
    return Part(1 if removed else None, len(removed))


def _all_of(forget: Callable[[int], Part]) -> int:
    """Go on until there is no more, with a commit after each part, so that none is large."""
    after: int | None = 0
    changed = 0
    while after is not None:
        after, count = forget(after)
        session().commit()
        changed += count
    return changed
