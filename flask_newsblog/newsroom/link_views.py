"""Where the links in moderators' mails lead: a comment, and a button for one decision."""

from __future__ import annotations

from flask import abort, current_app, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ..comments import mail_queries, moderation, notify, queries, tokens
from ..comments.actions import lock_thread
from ..comments.letters import reasons_in
from ..comments.moderation import Moderator, Verb
from ..comments.private import signing_keys
from ..context import draw, site
from ..database import session
from ..i18n import mark
from ..models import Comment, CommentState, Post
from ..mount import Mount, forget_pages, this_blog
from ..posts.queries import load_frame
from ..signals import comment_approved, tell
from ..text.characters import keep_order
from .access import private
from .forms import ConfirmForm
from .pages import LinkPage

# Who decides is known by the address that the mail went to; it may have been passed on.
BY_MAIL = mark("by mail")
_MEANWHILE = {
    CommentState.HELD: mark(
        "Something was done with this comment since the mail was sent, and it waits again."
        " Please look at it in the newsroom."
    ),
    CommentState.PUBLISHED: mark("This comment has been published."),
    CommentState.REJECTED: mark("This comment has been rejected."),
    CommentState.SPAM: mark("This comment has been marked as spam."),
    CommentState.DELETED: mark("This comment has been deleted."),
}


def judge_by_link(token: str) -> ResponseReturnValue:
    """A signed link: opening it shows the comment, pressing the button decides on it, once."""
    mount, now = this_blog(), this_blog().now()
    found = tokens.read_judging(signing_keys(), token, mount.blog, now)
    comment = session().get(Comment, found.comment_id) if found is not None else None
    if found is None or comment is None or comment.blog != mount.blog:
        abort(404)
    if found.to and found.to not in notify.moderators(mount.settings):
        abort(404)  # who is no moderator any more keeps the mail, and not the right
    _, verb, change_id, to = found
    form = ConfirmForm()
    if request.method == "POST":
        if not form.validate():
            abort(400)
        _judge(mount, comment, Verb(verb), change_id, to or mount.words.t(BY_MAIL))
        return private(redirect(mount.url("judge_by_link", token=token), code=303))
    page = LinkPage(
        verb=verb,
        name=comment.author_name,
        title=session().scalar(select(Post.title).where(Post.id == comment.post_id)) or "",
        text=keep_order(comment.body),
        reasons=reasons_in(queries.verdicts_on([comment.id]).get(comment.id, [])),
        created_at=comment.created_at,
        decided="" if _is_open(comment, change_id) else _what_became(mount, comment),
        form=form,
    )
    blog = site(load_frame(mount.blog, now), now)
    html = draw("newsroom/by_link.html", page, blog)
    return private(current_app.response_class(html, mimetype="text/html"))


def _judge(mount: Mount, comment: Comment, verb: Verb, change_id: int, who: str) -> None:
    """Decide, unless somebody else did; the page that follows says what became of it."""
    # Of two links that are used at once, the second finds what the first has done.
    lock_thread(comment.post_id)
    session().refresh(comment, with_for_update=True)
    if not _is_open(comment, change_id):
        session().rollback()
        return
    by = Moderator(None, who)
    done = moderation.decide(mount.settings, [comment], verb, by, mount.now())
    session().commit()
    forget_pages(mount)
    if verb == Verb.APPROVE:
        for changed in done.changed:
            tell(comment_approved, mount.app, blog=mount.blog, comment=changed)


def _is_open(comment: Comment, change_id: int) -> bool:
    latest = mail_queries.latest_changes([comment.id]).get(comment.id, 0)
    return comment.state == CommentState.HELD and latest == change_id


def _what_became(mount: Mount, comment: Comment) -> str:
    return mount.words.t(_MEANWHILE[CommentState(comment.state)])
