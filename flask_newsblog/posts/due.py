"""Updates whose time has come, put before the readers by whoever asks for a page first.

It commits, as views do: the request that notices is the only worker there is. It does so in a
session of its own, so that nothing of the host's is committed or lost with it.
"""

from __future__ import annotations

import logging
from datetime import datetime

from ..database import UNAVAILABLE, complaint, session
from ..mount import Mount, forget_pages
from ..signals import post_updated, tell
from . import updates
from .written import UNFIT

_log = logging.getLogger(__name__)


def apply_overdue(mount: Mount, now: datetime) -> None:
    """Put every update of a blog before the readers whose time has come, each for itself.

    Where that fails, it is logged, and readers see what they saw before.
    """
    with mount.app.app_context():
        try:
            found = updates.overdue(mount.blog, now)
            # MariaDB would show the stories as they are now to whoever has waited for them.
            session().rollback()
            for post_id in found:
                _apply(mount, post_id, now)
        except UNAVAILABLE as silence:
            session().rollback()
            _log.error(
                "An update of %s is due and could not be made: %s", mount.blog, complaint(silence)
            )


def _apply(mount: Mount, post_id: int, now: datetime) -> None:
    try:
        post = updates.apply(post_id, now)
        session().commit()
    except UNFIT as error:
        session().rollback()
        _log.error("The update of story %s of %s was not made: %s", post_id, mount.blog, error)
        updates.give_up(post_id, str(error), now)
        session().commit()
        return
    if post is not None:
        forget_pages(mount)
        tell(post_updated, mount.app, blog=mount.blog, post=post)
