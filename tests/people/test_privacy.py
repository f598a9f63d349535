"""What is kept of people is written down, field by field, and nothing else is kept."""

from __future__ import annotations

import sqlalchemy as sa

from flask_newsblog.comments import erasing
from flask_newsblog.models import Base, Comment

from ..documents import table

# Numbers, times, states and marks of rows; and what the paper itself writes.
OF_NOBODY = frozenset(
    {
        "id", "blog", "slug", "name", "title", "description", "position", "parent_id", "number",
        "post_id", "comment_id", "author_id", "tag_id", "root_id", "section_id", "source_id",
        "state", "kind", "outcome", "role", "verb", "reason", "batch", "undoes", "until",
        "created_at", "changed_at", "published_at", "updated_at", "saved_at", "shown_at",
        "corrected_at",
        "edited_at", "reviewed_at", "undone_at", "used_at", "expires_at", "closed_at", "sent_at",
        "send_after", "claimed_until", "ended_at", "notified_at", "notified_id", "confirmed_at",
        "attempts", "doubtful", "depth", "shown", "picked", "trained", "report_count", "renderer",
        "check_name", "ham", "spam", "replies_open", "comment_count", "held_count",
        "pinned_comment_id", "key", "filename", "content_type", "size", "width", "height",
        "variants", "alt", "caption", "focal_x", "focal_y", "kicker", "standfirst", "dateline",
        "excerpt", "words", "lead_image_id", "lead_alt", "lead_caption", "embargo_until", "body",
        "body_html", "text", "content", "note", "path", "target", "at", "thing_id", "starts_at",
        "ends_at", "url", "done_at", "preview_id", "seen_at", "digest", "due_at", "revision",
        "planned_at", "saved_revision", "shown_revision", "last_revision", "withdrawal", "made_at",
        "revoked_at", "base", "told", "discarded_at", "media_id",
    }
)  # fmt: skip
# In these tables such a column is somebody's after all.
OF_SOMEBODY = {
    "author": {"name", "slug"},
    "comment": {"body", "body_html"},
    "comment_change": {"note"},
    "comment_verdict": {"reason"},
    "desk_note": {"text"},
    "former_name": {"key"},
    "mail": {"key"},
    "mail_address": {"confirmed_at"},
    "report": {"text"},
    "rule": {"note"},
    "sign_in": {"name"},
}
DOCUMENTED = table("privacy.md", "Field")


def columns() -> dict[str, set[str]]:
    return {
        kept.name.removeprefix("newsblog_"): {column.name for column in kept.columns}
        for kept in Base.metadata.sorted_tables
    }


def test_every_field_that_is_somebodys_is_documented_and_no_other() -> None:
    personal = {
        f"{name}.{column}"
        for name, found in columns().items()
        for column in found
        if column not in OF_NOBODY or column in OF_SOMEBODY.get(name, ())
    }
    assert set(DOCUMENTED.column("Field")) == personal


def test_the_short_list_names_only_columns_that_are_there() -> None:
    there = set().union(*columns().values())
    assert there >= OF_NOBODY


def test_every_row_says_why_who_how_long_and_what_erasing_does() -> None:
    assert DOCUMENTED.columns == (
        "Field", "What it is, and why", "Who sees it", "How long", "Erased",
    )  # fmt: skip
    assert all(all(row) for row in DOCUMENTED.rows)


def test_all_that_the_docs_say_is_taken_from_a_comment_is_taken() -> None:
    taken = {
        row[0].removeprefix("comment.")
        for row in DOCUMENTED.rows
        if row[0].startswith("comment.") and row[4] in ("emptied", "removed")
    }
    assert taken == set(erasing.NOTHING) - {"picked"}
    known = {column.key for column in sa.inspect(Comment).columns}
    assert taken <= known
