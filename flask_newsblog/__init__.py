"""A complete news site as a Flask blueprint: stories, replies, a newsroom, feeds."""

from ._version import __version__
from .blog import NewsBlog, SetupError
from .context import NoSuchBlog, current_blog, latest_stories
from .people import Action, Person
from .settings import SettingError, Settings
from .signals import post_imported, post_published

__all__ = [
    "Action",
    "NewsBlog",
    "NoSuchBlog",
    "Person",
    "SettingError",
    "Settings",
    "SetupError",
    "__version__",
    "current_blog",
    "latest_stories",
    "post_imported",
    "post_published",
]
