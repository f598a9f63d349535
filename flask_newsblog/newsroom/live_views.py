"""A story as readers would have it, shown beside the form while it is written."""

from __future__ import annotations

from flask import Response, jsonify
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from ..context import draw, site
from ..mount import this_blog
from ..people import Action
from ..posts.queries import load_frame
from .access import staff
from .story_forms import StoryForm
from .story_pages import LivePreviewPage
from .story_screens import chosen_picture, preview_of


@staff(Action.WRITE)
def live_preview() -> ResponseReturnValue:
    """What is typed, rendered as it would be saved; nothing is stored."""
    mount, now = this_blog(), this_blog().now()
    form = StoryForm()
    if not form.validate() and form.csrf_token.errors:
        return jsonify(csrf_token=generate_csrf()), 400
    written = form.written
    page = LivePreviewPage(preview_of(mount, written, chosen_picture(mount, written, now)))
    html = draw("newsroom/preview.html", page, site(load_frame(mount.blog, now), now))
    return Response(html, mimetype="text/html")
