"""What a host may listen to.

Each signal but ``comment_submitting`` is sent after the change is committed. The sender is
the app; the keywords are in the comment above each.
"""

from __future__ import annotations

import logging
from typing import Any

from blinker import NamedSignal, Namespace
from flask import Flask

from .database import mend_session

_log = logging.getLogger(__name__)
_signals = Namespace()

# A reply is about to be stored. ``blog``; ``post_id``; ``draft``: the Draft. A receiver that
# objects returns a sentence for the writer, who gets the form back; any other returns None.
comment_submitting = _signals.signal("comment-submitting")

# A reply was stored. ``blog``; ``comment``: the Comment, published or held.
comment_posted = _signals.signal("comment-posted")

# A reply that was held, rejected or spam was published: by a moderator, or as nothing held it any
# more. ``blog``; ``comment``.
comment_approved = _signals.signal("comment-approved")

# A post was put before the readers, or given a time for it. ``blog``: the blog's name;
# ``post``: the Post.
post_published = _signals.signal("post-published")

# What readers see of a post that is out was put in the place of what they saw. ``blog``; ``post``.
post_updated = _signals.signal("post-updated")

# A post came in from outside, new or changed. ``blog``, ``post``; ``created``: whether it is new.
post_imported = _signals.signal("post-imported")


def tell(signal: NamedSignal, app: Flask, **values: Any) -> None:
    """Tell all who listen of what is stored; one that fails is logged, and costs nobody else."""
    if signal.is_muted:
        return
    for receiver in signal.receivers_for(app):
        try:
            app.ensure_sync(receiver)(app, **values)
        except Exception:
            # What it was told of is stored, and others want to hear of it.
            _log.exception("%s failed on the signal %s.", name_of(receiver), signal.name)
        mend_session()


def name_of(function: Any) -> str:
    """What a function of the host's is called; it may be a partial, or an object that is called."""
    return getattr(function, "__name__", type(function).__name__)
