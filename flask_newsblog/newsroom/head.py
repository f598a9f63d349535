"""What all the newsroom's pages have on top: the ways through it, and who is here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, abort

from ..context import draw, site
from ..i18n import mark
from ..models import CommentState
from ..mount import this_blog
from ..people import Action
from ..posts.queries import Frame, load_frame
from .access import desks, is_visitor, may, person_here
from .forms import ConfirmForm
from .lookups import COUNTED, counts_of
from .pages import DeskHead, Tab

_HELD = CommentState.HELD.value
# Where the newsroom leads, by endpoint, to those who may do what is named there.
_WAYS = (
    ("newsroom", mark("Stories"), Action.ENTER),
    ("calendar", mark("Calendar"), Action.ENTER),
    ("front_desk", mark("Front page"), Action.EDIT),
    ("names_sections", mark("Sections and tags"), Action.EDIT),
    ("media_library", mark("Pictures"), Action.WRITE),
    ("moderation", mark("Comments"), Action.MODERATE),
    ("rules", mark("Rules"), Action.MODERATE),
    ("reports", mark("Reports"), Action.MODERATE),
    ("audit", mark("Audit"), Action.MANAGE),
    ("settings_desk", mark("Settings"), Action.MANAGE),
)


def desk_head(here: str, waiting: int | None = None) -> DeskHead:
    """The head of the page with this endpoint.

    Where it is not told how many comments are ``waiting``, one statement counts them.
    """
    mount, person = this_blog(), person_here()
    if person is None:
        abort(401)
    tabs = []
    # The host is asked once for each, and may have to look it up.
    allowed = {action: may(action) for action in dict.fromkeys(way[2] for way in _WAYS)}
    for endpoint, name, action in _WAYS:
        if not allowed[action]:
            continue
        count = key = ""
        if endpoint == "moderation":
            if waiting is None:
                waiting = counts_of(tuple(desks()), [_HELD])[_HELD]
            count, key = written(waiting), _HELD
        tabs.append(Tab(mount.words.t(name), mount.url(endpoint), endpoint == here, count, key))
    return DeskHead(tuple(tabs), person.name, is_visitor(person), ConfirmForm())


def draw_desk(template: str, page: Any, now: datetime, frame: Frame | None = None) -> Response:
    """A page of the newsroom; the views answer it with their guard's headers.

    Where it is not told the ``frame`` of the blog, one statement finds it.
    """
    frame = frame or load_frame(this_blog().blog, now)
    html = draw(template, page, site(frame, now))
    return Response(html, mimetype="text/html")


def written(count: int) -> str:
    """A count as tabs show it."""
    number = this_blog().words.number(count)
    return f"{number}+" if count >= COUNTED else number
