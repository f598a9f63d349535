"""*This is my address*: where the link in a mail to a writer leads."""

from __future__ import annotations

from datetime import datetime
from textwrap import shorten

from flask import Response, abort, redirect, request
from flask.typing import ResponseReturnValue

from ..context import draw, site
from ..database import session
from ..models import Comment, CommentState
from ..mount import Mount, forget_pages, this_blog
from ..posts.queries import find_story_by_id, load_frame
from ..signals import comment_approved, tell
from ..text.characters import keep_order
from . import notify, proof, tokens
from .own_forms import PressedForm
from .own_pages import AddressPage
from .own_rows import comment_url, public_state
from .ownership import nothing_here
from .private import for_one_reader, kept_by_nobody, own_url, signing_keys

BEGINNING = 280


def confirm_address(token: str) -> ResponseReturnValue:
    """The comment's beginning and a button; pressing it shows that the address is theirs.

    Mail scanners open links; only a person presses a button.
    """
    mount = this_blog()
    now = mount.now()
    read = tokens.read_address(signing_keys(), token, mount.blog, now)
    comment = proof.find_addressed(mount.blog, *read) if read is not None else None
    if read is None or comment is None:
        return nothing_here(mount, now)
    form = PressedForm()
    if request.method != "POST":
        return _page(mount, now, comment, read[1], form)
    if not form.validate():
        abort(400)
    done = proof.confirm(comment, read[1], now)
    if done.published:
        notify.published(mount.settings, comment, now)
    session().commit()
    if not done.published:
        return kept_by_nobody(redirect(mount.url("confirm_address", token=token), code=303))
    forget_pages(mount)
    number = comment.id
    tell(comment_approved, mount.app, blog=mount.blog, comment=comment)
    return kept_by_nobody(redirect(mount.url("comment", comment_id=number), code=303))


def _page(mount: Mount, now: datetime, comment: Comment, email: str, form: PressedForm) -> Response:
    story = find_story_by_id(mount.blog, comment.post_id, now)
    confirmed = proof.is_shown(comment, email)
    page = AddressPage(
        email=email,
        story=story.card.title if story else "",
        story_url=mount.post_url(story.card.slug, story.card.published_at) if story else "",
        beginning=shorten(keep_order(comment.body), BEGINNING, placeholder="…"),
        state=public_state(comment.state),
        reason=comment.rejection if comment.state == CommentState.REJECTED else "",
        comment_url=comment_url(mount, comment.id, comment.state, now) if story else "",
        confirmed=confirmed,
        own_url=own_url(mount, email, now) if confirmed else "",
        form=form,
    )
    blog = site(load_frame(mount.blog, now), now)
    return for_one_reader(draw("confirm_address.html", page, blog))
