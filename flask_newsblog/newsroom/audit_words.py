"""Who did what, in sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..audit import Deed, Thing
from ..comments.journal import Verb
from ..i18n import Words, mark
from .audit_pages import Part
from .audit_queries import COMMENT, Entry

KINDS = {
    Thing.POST.value: mark("Stories"),
    Thing.CORRECTION.value: mark("Corrections"),
    Thing.MEDIA.value: mark("Pictures"),
    Thing.PREVIEW.value: mark("Preview links"),
    Thing.NOTE.value: mark("Notes"),
    Thing.FRONT.value: mark("Front page"),
    Thing.BANNER.value: mark("Breaking news"),
    COMMENT: mark("Comments"),
    Thing.REPORT.value: mark("Reports"),
    Thing.RULE.value: mark("Rules"),
    Thing.SECTION.value: mark("Sections"),
    Thing.TAG.value: mark("Tags"),
    Thing.AUTHOR.value: mark("Authors"),
    Thing.SIGN_IN.value: mark("Sign-in links"),
}
# For every thing; those of one kind of thing come first.
_DEEDS = {
    Deed.CREATE.value: mark("%(person)s began “%(title)s”"),
    Deed.SAVE.value: mark("%(person)s saved “%(title)s”"),
    Deed.RESTORE.value: mark("%(person)s restored “%(title)s”"),
    Deed.PLAN.value: mark("%(person)s planned “%(title)s”"),
    Deed.SUBMIT.value: mark("%(person)s handed in “%(title)s” for review"),
    Deed.TAKE_BACK.value: mark("%(person)s took “%(title)s” back from review"),
    Deed.RETURN.value: mark("%(person)s gave “%(title)s” back to its writer"),
    Deed.PUBLISH.value: mark("%(person)s published “%(title)s”"),
    Deed.SCHEDULE.value: mark("%(person)s scheduled “%(title)s”"),
    Deed.UNSCHEDULE.value: mark("%(person)s took the time off “%(title)s”"),
    Deed.UPDATE.value: mark("%(person)s updated “%(title)s”"),
    Deed.PLAN_UPDATE.value: mark("%(person)s planned an update of “%(title)s”"),
    Deed.CANCEL_UPDATE.value: mark("%(person)s gave up the planned update of “%(title)s”"),
    Deed.WITHDRAW.value: mark("%(person)s withdrew “%(title)s”"),
    Deed.EMBARGO.value: mark("%(person)s changed the embargo of “%(title)s”"),
    Deed.LIFT_EMBARGO.value: mark("%(person)s lifted the embargo of “%(title)s”"),
    Deed.CORRECT.value: mark("%(person)s corrected “%(title)s”"),
    Deed.OPEN_REPLIES.value: mark("%(person)s opened “%(title)s” for replies"),
    Deed.CLOSE_REPLIES.value: mark("%(person)s closed “%(title)s” for replies"),
    Deed.THROW_AWAY.value: mark("%(person)s threw “%(title)s” away"),
    Deed.PICK_UP.value: mark("%(person)s brought “%(title)s” back from what was thrown away"),
    Deed.SHARE.value: mark("%(person)s shared “%(title)s”"),
    Deed.REVOKE.value: mark("%(person)s revoked “%(title)s”"),
    Deed.SETTLE.value: mark("%(person)s dealt with “%(title)s”"),
    Deed.REOPEN.value: mark("%(person)s opened “%(title)s” again"),
    Deed.UPLOAD.value: mark("%(person)s uploaded “%(title)s”"),
    Deed.EDIT.value: mark("%(person)s changed “%(title)s”"),
    Deed.DELETE.value: mark("%(person)s deleted “%(title)s”"),
    Deed.MERGE.value: mark("%(person)s merged “%(title)s” into another"),
    Deed.ARRANGE.value: mark("%(person)s put “%(title)s” on the front page"),
    Deed.MOVE.value: mark("%(person)s moved “%(title)s” on the front page"),
    Deed.TAKE_OFF.value: mark("%(person)s took “%(title)s” off the front page"),
    Deed.RETIME.value: mark("%(person)s changed how long “%(title)s” stays on the front page"),
    Deed.START.value: mark("%(person)s began “%(title)s”"),
    Deed.END.value: mark("%(person)s ended “%(title)s”"),
    Deed.IMPORT.value: mark("%(person)s brought in “%(title)s” from a file"),
    Deed.INVITE.value: mark("%(person)s made a sign-in link for “%(title)s”"),
    Deed.SIGN_IN.value: mark("%(person)s signed in by a link"),
    Deed.SIGN_OUT.value: mark("%(person)s signed out"),
}
_OF_KIND = {
    (Thing.PREVIEW.value, Deed.SHARE.value): mark("%(person)s made a preview link to “%(title)s”"),
    (Thing.PREVIEW.value, Deed.REVOKE.value): mark(
        "%(person)s revoked a preview link to “%(title)s”"
    ),
    (Thing.CORRECTION.value, Deed.EDIT.value): mark(
        "%(person)s changed a correction of “%(title)s”"
    ),
    (Thing.CORRECTION.value, Deed.DELETE.value): mark(
        "%(person)s deleted a correction of “%(title)s”"
    ),
    (Thing.NOTE.value, Deed.SETTLE.value): mark("%(person)s dealt with words about “%(title)s”"),
    (Thing.NOTE.value, Deed.REOPEN.value): mark("%(person)s opened words about “%(title)s” again"),
    (Thing.REPORT.value, Deed.SETTLE.value): mark(
        "%(person)s dealt with a report about “%(title)s”"
    ),
    (Thing.REPORT.value, Deed.REOPEN.value): mark(
        "%(person)s opened a report about “%(title)s” again"
    ),
    (Thing.NOTE.value, Deed.CREATE.value): mark("%(person)s left a note on “%(title)s”"),
    (Thing.BANNER.value, Deed.START.value): mark("%(person)s began breaking news: “%(title)s”"),
    (Thing.BANNER.value, Deed.EDIT.value): mark("%(person)s changed breaking news: “%(title)s”"),
    (Thing.BANNER.value, Deed.END.value): mark("%(person)s ended breaking news: “%(title)s”"),
    (Thing.RULE.value, Deed.CREATE.value): mark("%(person)s added a rule: %(title)s"),
    (Thing.RULE.value, Deed.DELETE.value): mark("%(person)s removed a rule: %(title)s"),
    (Thing.RULE.value, Deed.IMPORT.value): mark("%(person)s brought in rules from a file"),
    (Thing.SECTION.value, Deed.CREATE.value): mark("%(person)s added the section “%(title)s”"),
    (Thing.SECTION.value, Deed.EDIT.value): mark("%(person)s changed the section “%(title)s”"),
    (Thing.SECTION.value, Deed.MERGE.value): mark(
        "%(person)s merged the section “%(title)s” into another"
    ),
    (Thing.SECTION.value, Deed.DELETE.value): mark("%(person)s deleted the section “%(title)s”"),
    (Thing.TAG.value, Deed.CREATE.value): mark("%(person)s added the tag “%(title)s”"),
    (Thing.TAG.value, Deed.EDIT.value): mark("%(person)s changed the tag “%(title)s”"),
    (Thing.TAG.value, Deed.MERGE.value): mark("%(person)s merged the tag “%(title)s” into another"),
    (Thing.TAG.value, Deed.DELETE.value): mark("%(person)s deleted the tag “%(title)s”"),
    (Thing.AUTHOR.value, Deed.CREATE.value): mark("%(person)s added the author “%(title)s”"),
    (Thing.AUTHOR.value, Deed.EDIT.value): mark("%(person)s changed the author “%(title)s”"),
    (Thing.AUTHOR.value, Deed.MERGE.value): mark(
        "%(person)s merged the author “%(title)s” into another"
    ),
    (Thing.AUTHOR.value, Deed.DELETE.value): mark("%(person)s deleted the author “%(title)s”"),
}
_COMMENTS = {
    Verb.APPROVE.value: mark("%(person)s approved a comment on “%(title)s”"),
    Verb.REJECT.value: mark("%(person)s rejected a comment on “%(title)s”"),
    Verb.SPAM.value: mark("%(person)s marked a comment on “%(title)s” as spam"),
    Verb.DELETE.value: mark("%(person)s deleted a comment on “%(title)s”"),
    Verb.HOLD.value: mark("%(person)s held a comment on “%(title)s”"),
    Verb.PICK.value: mark("%(person)s made a comment on “%(title)s” an editor’s pick"),
    Verb.UNPICK.value: mark("%(person)s took an editor’s pick back on “%(title)s”"),
    Verb.PIN.value: mark("%(person)s pinned a comment on “%(title)s”"),
    Verb.UNPIN.value: mark("%(person)s unpinned a comment on “%(title)s”"),
    Verb.EDIT.value: mark("%(person)s edited a comment on “%(title)s”"),
    Verb.UNDO.value: mark("%(person)s put a comment on “%(title)s” back as it was"),
    Verb.CONFIRM.value: mark("%(person)s confirmed the address of a comment on “%(title)s”"),
    Verb.ERASE.value: mark("%(person)s erased a comment on “%(title)s”"),
}
_BY_ITS_WRITER = frozenset({Verb.CONFIRM.value, Verb.ERASE.value})
_OTHER = mark("%(person)s: %(deed)s “%(title)s”")
_VALUE = re.compile(r"%\((\w+)\)s")


def sentence(words: Words, entry: Entry, more: int, url: str) -> tuple[Part, ...]:
    """What was done, in parts.

    Args:
        words: the language.
        entry: what is told.
        more: how many more comments it was done to in one go.
        url: where the thing is, or empty.
    """
    if entry.kind == COMMENT:
        pattern = _COMMENTS.get(entry.verb, _OTHER)
    else:
        pattern = _OF_KIND.get((entry.kind, entry.verb)) or _DEEDS.get(entry.verb, _OTHER)
    kind = KINDS.get(entry.kind)
    number = f"{words.t(kind) if kind else entry.kind} {entry.thing_id or ''}".strip()
    values = {"person": person(words, entry), "deed": entry.verb, "title": entry.title or number}
    parts = list(_fill(words.t(pattern), values, {"title": url}))
    if more:
        parts.append(Part(" " + words.tn("and %(n)s more", "and %(n)s more", more)))
    return tuple(parts)


def person(words: Words, entry: Entry) -> str:
    """Who did it."""
    if entry.person:
        return entry.person
    by_writer = entry.kind == COMMENT and entry.verb in _BY_ITS_WRITER
    return words.t("Its writer") if by_writer else words.t("The site")


def _fill(pattern: str, values: Mapping[str, str], urls: Mapping[str, str]) -> list[Part]:
    # Of every two pieces, the second is the name of a value.
    pieces = _VALUE.split(pattern)
    found = []
    for place, piece in enumerate(pieces):
        if place % 2:
            found.append(Part(values[piece], urls.get(piece, ""), given=True))
        elif piece:
            found.append(Part(piece))
    return found
