"""A story of the desk, for whoever may see it: read, whether or not they may write in it."""

from __future__ import annotations

from flask import abort
from flask.typing import ResponseReturnValue

from ..mount import this_blog
from ..people import Action
from ..posts.revisions import saved_in
from ..posts.standing import is_embargoed
from .access import may_read, staff
from .head import desk_head, draw_desk
from .stories import story_head, story_here
from .story_pages import ReadingPage
from .story_screens import chosen_picture, preview_of


@staff(Action.ENTER)
def read_post(post_id: int) -> ResponseReturnValue:
    """What was saved last, as readers would have it, with where the story stands."""
    mount, now = this_blog(), this_blog().now()
    post = story_here(post_id, now)
    if not may_read(post):
        abort(403)
    _, written = saved_in(post)
    embargoed = is_embargoed(post, now)
    page = ReadingPage(
        head=desk_head("newsroom"),
        story=story_head(mount, post, now),
        preview=preview_of(mount, written, chosen_picture(mount, written, now)),
        embargo_until=post.embargo_until if embargoed else None,
        embargo_people=tuple(post.embargo_people) if embargoed else (),
    )
    return draw_desk("newsroom/reading.html", page, now)
