"""What a writer's browser asks for before and after: when the writing began, and what waits."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, abort, current_app, redirect
from flask.typing import ResponseReturnValue

from ..database import session
from ..models import Comment, CommentState
from ..mount import Mount, this_blog
from ..posts.opening import gather, open_blog
from ..posts.queries import find_story_by_id
from . import queries, tokens
from .actions import Openness, openness
from .boxes import story_page
from .checks import newcomer_under_attack
from .private import kept_by_nobody, own_url, private_page, signing_keys
from .queries import Place


def challenge(post_id: int) -> Response:
    """A token of this moment, which script fetches when somebody begins to write."""
    mount, now = this_blog(), this_blog().now()
    found = find_story_by_id(mount.blog, post_id, now)
    # Who asks is not looked at: it is no secret, and the same for everybody.
    if found is None or openness(mount.settings, found, now, signed_in=True) is not Openness.OPEN:
        abort(404)
    token = tokens.challenge_token(signing_keys(), post_id, now)
    return kept_by_nobody(current_app.response_class(token, mimetype="text/plain"))


def waiting(token: str) -> ResponseReturnValue:
    """A held comment in its place, for its writer alone, for half an hour."""
    mount, now, frame = open_blog()
    read = tokens.read_waiting(signing_keys(), token, mount.blog, now)
    held = session().get(Comment, read[0]) if read is not None else None
    found = find_story_by_id(mount.blog, held.post_id, now) if held else None
    if read is None or held is None or found is None:
        abort(404)
    if held.state == CommentState.PUBLISHED:
        return kept_by_nobody(redirect(mount.url("comment", comment_id=held.id), code=302))
    if held.state != CommentState.HELD:
        abort(404)
    place = _place_of_waiting(mount, held)
    page = replace(
        story_page(mount, now, gather(mount, now, found), place, held),
        own_url=own_url(mount, held.id, now) if read[1] else "",
        crowded=queries.was_held_by(held.id, newcomer_under_attack.__name__),
    )
    return private_page(mount, now, "post.html", page, frame=frame)


def _place_of_waiting(mount: Mount, held: Comment) -> Place:
    newest = mount.settings.newest_replies_first
    if held.root_id is not None:
        far = queries.is_far_down(
            held.root_id, held.created_at, held.id, mount.settings.threads_per_page
        )
        return Place(
            start=held.root_id, part=held.id if far else None, newest_first=newest, own=held.id
        )
    if newest:
        return Place(start=held.id, newest_first=True, own=held.id)
    return Place(until=held.id, own=held.id)
