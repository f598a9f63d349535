"""Lays on the demo's desk what a newsroom has to decide, and decides some of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from flask_newsblog.comments import actions, moderation, notify, reports
from flask_newsblog.comments.checks import CHECKS, judge
from flask_newsblog.comments.drafts import Sending, make_draft
from flask_newsblog.comments.known import look_up
from flask_newsblog.comments.moderation import Moderator, Verb
from flask_newsblog.comments.reports import Told, reporter
from flask_newsblog.comments.rules import add_rule
from flask_newsblog.comments.writers import Writer, digest_and_network
from flask_newsblog.database import session
from flask_newsblog.models import Comment, Post, ReportReason
from flask_newsblog.mount import Mount

EDITOR = Moderator("demo/miriam-oyelade", "Miriam Oyelade")
_SECRET = b"of the demo"  # what is digested with it are addresses of nobody
_UNITS = {"minute": 60, "hour": 3600, "day": 86400, "week": 7 * 86400}


def fill_desk(mount: Mount, desk: dict[str, Any], now: datetime) -> None:
    """Make the rules, send in the comments, report what readers report. The caller commits."""
    for rule in desk["rules"]:
        until = now + age(rule["for"]) if "for" in rule else None
        add_rule(
            mount.blog, rule["kind"], rule["value"], rule["outcome"], EDITOR.name, now,
            until=until, note=rule["note"],
        )  # fmt: skip
    for row in desk["comments"]:
        post = _story(mount.blog, row["story"])
        comment = _send_in(mount, post, row, now - age(row["age"]))
        _work_off(mount, comment, row, now)
    for row in desk["errors"]:
        post = _story(mount.blog, row["story"])
        reports.report_error(mount.blog, post.id, _told(row), now - age(row["age"]))


def age(text: str) -> timedelta:
    """How long something takes or is ago, such as ``3 days``."""
    number, unit = str(text).split()
    return timedelta(seconds=int(number) * _UNITS[unit.rstrip("s")])


def _send_in(mount: Mount, post: Post, row: dict[str, Any], at: datetime) -> Comment:
    """Put a guest's comment to the checks and store what they say, as if it came in then."""
    digest, network = digest_and_network(row["address"], _SECRET, at.date().isoformat())
    writer = Writer(
        name=row["name"],
        email=row["email"],
        website=row.get("website", ""),
        person_id=None,
        badge="",
        address_digest=digest,
        network=network,
        agent="",
    )
    text = row["text"].strip()
    known = look_up(mount.blog, mount.settings, writer, text, at)
    sending = Sending(writing_time=timedelta(minutes=2))
    draft = make_draft(mount.blog, mount.settings, writer, text, known, at, sending)
    reply = actions.Reply(
        blog=mount.blog,
        post_id=post.id,
        parent=_said_by(post, row["to"]) if "to" in row else None,
        writer=writer,
        text=draft.text,
        html=draft.html,
        verdicts=judge(draft, CHECKS),
    )
    comment = actions.post_comment(reply, at)
    notify.stored(mount.settings, comment, at)
    return comment


def _work_off(mount: Mount, comment: Comment, row: dict[str, Any], now: datetime) -> None:
    """Do with a comment what the desk, and the readers, have done with it since."""
    if "then" in row:
        verb, at = Verb(row["then"]), comment.created_at + age(row["after"])
        moderation.decide(mount.settings, [comment], verb, EDITOR, at, note=row.get("note", ""))
    if "edited" in row:
        at = comment.created_at + age(row["after"]) * 2
        moderation.edit(mount.settings, comment, row["edited"], EDITOR, at)
    for report in row.get("reports", ()):
        reports.report_comment(mount.settings, comment, _told(report), now - age(report["age"]))


def _told(row: dict[str, Any]) -> Told:
    return Told(
        reason=ReportReason(row.get("reason", "error")),
        text=row["text"].strip(),
        email=row.get("email", ""),
        whose=reporter(None, row["address"], _SECRET),
    )


def _story(blog: str, slug: str) -> Post:
    return session().scalars(select(Post).filter_by(blog=blog, slug=slug)).one()


def _said_by(post: Post, name: str) -> Comment:
    return session().scalars(select(Comment).filter_by(post_id=post.id, author_name=name)).one()
