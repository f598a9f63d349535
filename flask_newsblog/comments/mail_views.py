"""Where the links lead that end mail."""

from __future__ import annotations

from datetime import datetime

from flask import Response, abort, redirect, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from ..context import draw, site
from ..database import session
from ..mount import Mount, this_blog
from ..posts.queries import load_frame
from . import addresses, subscriptions, tokens
from .mail_pages import UnsubscribePage
from .private import for_one_reader, kept_by_nobody, signing_keys

# What mail programs send when somebody presses their own button (RFC 8058, 3.2).
ONE_CLICK = ("List-Unsubscribe", "One-Click")


class UnsubscribeForm(FlaskForm):  # type: ignore[misc]
    """Nothing but the token: the link says what ends."""


def unsubscribe(token: str) -> ResponseReturnValue:
    """A link from a mail: opening it shows a button, pressing the button ends mail.

    Mail scanners open links. A mail program that does it in one click says so in the body,
    without cookie and token; that it has the link is proof enough.
    """
    mount, now = this_blog(), this_blog().now()
    found = tokens.read_stopping(signing_keys(), token, mount.blog, now)
    if found is None:
        abort(404)
    email, subscription_id = found
    post_id, title = _meant(mount, email, subscription_id)
    form = UnsubscribeForm()
    if request.method == "POST":
        one_click = request.form.get(ONE_CLICK[0]) == ONE_CLICK[1]
        if not one_click and not form.validate():
            abort(400)
        if request.form.get("again") and not one_click and post_id is None:
            addresses.allow(mount.blog, email)
        else:
            _end(mount, email, post_id, now)
        session().commit()
        if one_click:
            return kept_by_nobody(Response(status=204))
        return kept_by_nobody(redirect(mount.url("unsubscribe", token=token), code=303))
    refused = addresses.is_refused(mount.blog, email)
    ended = refused or (
        post_id is not None and not subscriptions.is_subscribed(mount.blog, email, post_id)
    )
    return _page(mount, now, UnsubscribePage(email, title, ended, form))


def _meant(mount: Mount, email: str, subscription_id: int) -> tuple[int | None, str]:
    """The story whose replies are meant; none where it is all mail, or the story is gone."""
    if not subscription_id:
        return None, ""
    row = subscriptions.story_of(mount.blog, email, subscription_id)
    return (0, "") if row is None else (row.id, row.title)


def _end(mount: Mount, email: str, post_id: int | None, now: datetime) -> None:
    if post_id is None:
        addresses.refuse(mount.blog, email, now)
    else:
        subscriptions.unsubscribe(mount.blog, email, post_id, now)


def _page(mount: Mount, now: datetime, page: UnsubscribePage) -> Response:
    blog = site(load_frame(mount.blog, now), now)
    return for_one_reader(draw("unsubscribe.html", page, blog))
