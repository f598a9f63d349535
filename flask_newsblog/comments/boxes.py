"""The reply form as its page shows it."""

from __future__ import annotations

from typing import Any

from ..i18n import Words
from ..settings import Settings
from .forms import EMAIL_LENGTH, NAME_LENGTH, WEBSITE_LENGTH, ReplyForm
from .pages import CommentView, Field, ReplyBox


def reply_box(
    settings: Settings,
    words: Words,
    form: ReplyForm,
    *,
    open: bool,
    action: str,
    parent: CommentView | None,
    cancel: str,
    signed_in: str,
    sign_in_url: str,
    problem: str,
) -> ReplyBox:
    """The form with what was typed and what is wrong with it."""
    required = settings.reply_needs_name_and_email
    names = ("comment", "author", "email", "url")
    errors = tuple((name, str(form[name].errors[0])) for name in names if form[name].errors)

    def field(name: str, length: int, needed: bool) -> Field:
        value: Any = form[name].data
        return Field(value or "", dict(errors).get(name, ""), needed, length)

    heading = words.t("Leave a Reply")
    if parent is not None:
        heading = words.t("Reply to %(name)s", name=parent.name or words.t("Anonymous"))
    return ReplyBox(
        open=open,
        action=action,
        comment=field("comment", settings.reply_length, True),
        author=field("author", NAME_LENGTH, required),
        email=field("email", EMAIL_LENGTH, required),
        url=field("url", WEBSITE_LENGTH, False),
        remember=bool(form.remember.data),
        website=settings.reply_website,
        heading=heading,
        parent=parent,
        cancel=cancel,
        signed_in=signed_in,
        problem=words.t(problem) if problem else "",
        errors=errors,
        sign_in_url=sign_in_url,
        kept="" if open else (form.comment.data or ""),
    )
