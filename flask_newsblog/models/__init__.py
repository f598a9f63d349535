"""The whole schema: stories and what hangs on them, replies, mail, and the desk's records.

Every index and constraint has a name of its own: the tables are copied into the
host's metadata, whose naming convention would otherwise rename them.
"""

from __future__ import annotations

from ..database import Base
from .columns import length_of
from .comments import (
    Comment,
    CommentChange,
    CommentState,
    CommentVerdict,
    FilterWord,
    Proof,
    Report,
    ReportReason,
    Rule,
    RuleKind,
    RuleOutcome,
)
from .desk import AuditEntry, Banner, FrontSlot, SignIn
from .mail import Mail, MailAddress, MailState, Subscription
from .making import (
    DeskNote,
    Editing,
    MediaUse,
    NoteKind,
    PendingUpdate,
    PreviewLink,
    Revision,
    RevisionKind,
)
from .naming import FormerName, NameKind
from .posts import (
    Author,
    Byline,
    Correction,
    CorrectionKind,
    Media,
    OldSlug,
    Post,
    PostState,
    PostTag,
    Redirect,
    Section,
    Tag,
)

__all__ = [
    "AuditEntry", "Author", "Banner", "Base", "Byline", "Comment", "CommentChange", "CommentState",
    "CommentVerdict", "Correction", "CorrectionKind", "DeskNote", "Editing", "FilterWord",
    "FormerName", "FrontSlot", "Mail", "MailAddress", "MailState", "Media", "MediaUse", "NameKind",
    "NoteKind", "OldSlug", "PendingUpdate", "Post", "PostState", "PostTag", "PreviewLink", "Proof",
    "Redirect", "Report", "ReportReason", "Revision", "RevisionKind", "Rule", "RuleKind",
    "RuleOutcome", "Section", "SignIn", "Subscription", "Tag", "length_of",
]  # fmt: skip

# Not every database of MariaDB's takes every letter by itself.
for _table in Base.metadata.tables.values():
    _table.kwargs.update(mysql_charset="utf8mb4", mariadb_charset="utf8mb4")

# Texts, the audit and browsers keep numbers. SQLite would give that of a row that is gone to the
# next one; this has it count on, as the other databases do.
for _table in Base.metadata.tables.values():
    if "id" in _table.columns:
        _table.dialect_kwargs["sqlite_autoincrement"] = True
