"""What was done with comments, in sentences."""

from __future__ import annotations

from collections.abc import Callable

from ..comments.moderation import Verb
from ..i18n import Words, mark
from ..models import ReportReason
from .lookups import Batch
from .pages import Said

# Each of so many comments, counted as the language counts.
_DONE: dict[Verb, Callable[[Words, int], str]] = {
    Verb.APPROVE: lambda w, n: w.tn("%(n)s comment approved.", "%(n)s comments approved.", n),
    Verb.REJECT: lambda w, n: w.tn("%(n)s comment rejected.", "%(n)s comments rejected.", n),
    Verb.SPAM: lambda w, n: w.tn(
        "%(n)s comment marked as spam.", "%(n)s comments marked as spam.", n
    ),
    Verb.DELETE: lambda w, n: w.tn("%(n)s comment deleted.", "%(n)s comments deleted.", n),
    Verb.HOLD: lambda w, n: w.tn("%(n)s comment waits again.", "%(n)s comments wait again.", n),
    Verb.PICK: lambda w, n: w.tn(
        "%(n)s comment is an editor’s pick.", "%(n)s comments are picks.", n
    ),
    Verb.UNPICK: lambda w, n: w.tn(
        "%(n)s comment is no pick now.", "%(n)s comments are no picks now.", n
    ),
    Verb.PIN: lambda w, n: w.tn("%(n)s comment pinned.", "%(n)s comments pinned.", n),
    Verb.UNPIN: lambda w, n: w.tn("%(n)s comment unpinned.", "%(n)s comments unpinned.", n),
    Verb.EDIT: lambda w, n: w.tn("%(n)s comment changed.", "%(n)s comments changed.", n),
    Verb.UNDO: lambda w, n: w.tn("%(n)s comment is as before.", "%(n)s comments are as before.", n),
}
NOTHING_CHANGED = mark("Nothing was changed: it was so already, or somebody else was faster.")
LOOKED_AT = mark("Looked at: it stays as it is, and the reports of it are closed.")
NOTHING_PUT_BACK = mark("Nothing was put back: it was changed since, or put back already.")
NOTHING_SELECTED = mark("Nothing is selected.")
BANNED = mark("The ban is in force. It stands among the rules.")
CHANGES = {
    "approve": mark("Approved"),
    "reject": mark("Rejected"),
    "spam": mark("Marked as spam"),
    "delete": mark("Deleted"),
    "hold": mark("Held"),
    "pick": mark("Made an editor’s pick"),
    "unpick": mark("No longer an editor’s pick"),
    "pin": mark("Pinned"),
    "unpin": mark("Unpinned"),
    "edit": mark("Edited"),
    "undo": mark("Put back as before"),
    "confirm": mark("Address confirmed by its writer"),
    "erase": mark("Erased by its writer"),
}
REPORTS = {
    ReportReason.SPAM: mark("Spam"),
    ReportReason.ABUSE: mark("Abuse"),
    ReportReason.PRIVACY: mark("Privacy"),
    ReportReason.OTHER: mark("Something else"),
    ReportReason.ERROR: mark("Error in the story"),
}


def sentence(words: Words, verb: str, changed: int, *, same: int = 0, kept: int = 0) -> str:
    """What was done with so many comments, and why not with others."""
    parts = []
    if changed:
        parts.append(_DONE[Verb(verb)](words, changed))
    if kept:
        parts.append(
            words.tn(
                "%(n)s was changed since and left alone.",
                "%(n)s were changed since and left alone.",
                kept,
            )
        )
    if same and changed:
        parts.append(words.tn("%(n)s was so already.", "%(n)s were so already.", same))
    return " ".join(parts) or words.t(NOTHING_CHANGED)


def said_of(words: Words, batch: str, found: Batch | None) -> Said:
    """What a page says after something was done under this number."""
    if found is None:
        return Said(words.t(NOTHING_CHANGED))
    if found.undone or found.verb not in _DONE:
        return Said()
    undoable = found.verb != Verb.UNDO
    return Said(
        sentence(words, found.verb, found.count, kept=found.kept), batch if undoable else ""
    )
