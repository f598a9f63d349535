"""A complete news site as a Flask blueprint: stories, replies, a newsroom, feeds."""

from ._version import __version__
from .blog import NewsBlog
from .comments.checks import Draft, Outcome, Verdict
from .comments.origin import Origin
from .headlines import latest_stories
from .hooks import SetupError
from .late_verdicts import NoSuchComment, give_verdict
from .mount import NoSuchBlog, current_blog
from .people import Action, Person
from .settings import SettingError, Settings
from .signals import (
    comment_approved,
    comment_posted,
    comment_submitting,
    post_imported,
    post_published,
    post_updated,
)

__all__ = [
    "Action", "Draft", "NewsBlog", "NoSuchBlog", "NoSuchComment", "Origin", "Outcome", "Person",
    "SettingError", "Settings", "SetupError", "Verdict", "__version__", "comment_approved",
    "comment_posted", "comment_submitting", "current_blog", "give_verdict", "latest_stories",
    "post_imported", "post_published", "post_updated",
]  # fmt: skip
