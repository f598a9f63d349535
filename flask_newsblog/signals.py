"""What a host may listen to.

Each signal but the first is sent after the change is committed, with the app as sender; its
keywords are in the comment above it.
"""

from __future__ import annotations

from blinker import Namespace

_signals = Namespace()

# A reply is about to be stored. ``blog``; ``post_id``; ``draft``: the Draft. A receiver that
# objects returns a sentence for the writer, who gets the form back; any other returns None.
comment_submitting = _signals.signal("comment-submitting")

# A reply was stored. ``blog``; ``comment``: the Comment, published or held.
comment_posted = _signals.signal("comment-posted")

# A held reply was published by a moderator. ``blog``; ``comment``.
comment_approved = _signals.signal("comment-approved")

# A post was put before the readers, or given a time for it. ``blog``: the blog's name;
# ``post``: the Post.
post_published = _signals.signal("post-published")

# A post came in from outside, new or changed. ``blog``, ``post``; ``created``: whether it is new.
post_imported = _signals.signal("post-imported")
