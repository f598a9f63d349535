"""Who did what, when: written down with what was done, and never changed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import event

from .database import session
from .models import AuditEntry, length_of
from .people import Person


class NeverChanged(TypeError):
    """Somebody's code tried to change what was written down, or to take it out."""


@event.listens_for(AuditEntry, "before_update")
@event.listens_for(AuditEntry, "before_delete")
def _refuse(mapper: Any, connection: Any, entry: AuditEntry) -> None:
    raise NeverChanged(
        f"Entry {entry.id} of the audit stays as it is: write down what is so now instead."
    )


_TITLE, _NAME = length_of(AuditEntry.title), length_of(AuditEntry.person_name)


class Thing(StrEnum):
    """What something may be done to.

    A preview, correction, note or place on the front page is told by the number of its story.
    """

    POST = "post"
    MEDIA = "media"
    PREVIEW = "preview"
    CORRECTION = "correction"
    FRONT = "front"
    BANNER = "banner"
    NOTE = "note"
    REPORT = "report"
    RULE = "rule"
    SECTION = "section"
    TAG = "tag"
    AUTHOR = "author"
    SIGN_IN = "sign-in"


class Deed(StrEnum):
    """What may be done at the desk, but for what is done with comments."""

    CREATE = "create"
    SAVE = "save"
    RESTORE = "restore"
    PLAN = "plan"
    SUBMIT = "submit"
    TAKE_BACK = "take-back"
    RETURN = "return"
    PUBLISH = "publish"
    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    UPDATE = "update"
    PLAN_UPDATE = "plan-update"
    CANCEL_UPDATE = "cancel-update"
    WITHDRAW = "withdraw"
    EMBARGO = "embargo"
    LIFT_EMBARGO = "lift-embargo"
    CORRECT = "correct"
    OPEN_REPLIES = "open-replies"
    CLOSE_REPLIES = "close-replies"
    THROW_AWAY = "throw-away"
    PICK_UP = "pick-up"
    SHARE = "share"
    REVOKE = "revoke"
    SETTLE = "settle"
    REOPEN = "reopen"
    UPLOAD = "upload"
    EDIT = "edit"
    DELETE = "delete"
    MERGE = "merge"
    ARRANGE = "arrange"
    START = "start"
    END = "end"
    MOVE = "move"
    TAKE_OFF = "take-off"
    RETIME = "retime"
    IMPORT = "import"
    INVITE = "invite"
    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"


def write_down(
    blog: str,
    person: Person | None,
    deed: Deed,
    thing: Thing,
    now: datetime,
    *,
    thing_id: int | None = None,
    title: str = "",
    detail: str = "",
) -> None:
    """Write down who did what; stored with what was done, by the caller's commit.

    Args:
        blog: the blog's name.
        person: who did it; None for what comes by itself or by a command.
        deed: what was done.
        thing: the kind of thing it was done to.
        now: the moment.
        thing_id: the number of the thing's row.
        title: what it was called then.
        detail: what more there is to say, in one line.
    """
    session().add(
        AuditEntry(
            blog=blog, at=now, person_id=person.id if person else None,
            person_name=person.name[:_NAME] if person else "", verb=deed, kind=thing,
            thing_id=thing_id, title=title[:_TITLE], detail=detail,
        )
    )  # fmt: skip
