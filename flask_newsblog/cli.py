"""``flask newsblog …``: all commands, joined into one group."""

from __future__ import annotations

from .commands import (
    check,
    comments,
    filter,
    mail,
    one_comment,
    people,
    privacy,
    replies,
    reports,
    rules,
    site,
    states,
    stories,
)
from .commands.group import newsblog_group

__all__ = [
    "check",
    "comments",
    "filter",
    "mail",
    "newsblog_group",
    "one_comment",
    "people",
    "privacy",
    "replies",
    "reports",
    "rules",
    "site",
    "states",
    "stories",
]
