"""What a host may listen to.

Each signal is sent after the change is committed, with the app as sender; its
keywords are in the comment above it.
"""

from __future__ import annotations

from blinker import Namespace

_signals = Namespace()

# A post was put before the readers, or given a time for it. ``blog``: the blog's name;
# ``post``: the Post.
post_published = _signals.signal("post-published")

# A post came in from outside, new or changed. ``blog``, ``post``; ``created``: whether it is new.
post_imported = _signals.signal("post-imported")
