"""Checks that every new reply passes through, and what they may conclude.

A check is a function of the draft. It returns a verdict, or nothing when it has no
opinion. The sternest verdict counts, and every verdict is stored with its reason. Hosts
add their own: ``NewsBlog(..., comment_checks=[...])``.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

from markupsafe import Markup

from ..database import UNAVAILABLE, mend_session, session
from .origin import Origin

QUICKEST = timedelta(seconds=3)
SHORTEST_SHOUT = 20

_log = logging.getLogger(__name__)


class Outcome(IntEnum):
    """What becomes of a reply, from mild to stern.

    ``PUBLISH``: readers see it; ``HOLD``: it waits for a moderator; ``REFUSE``: it is not
    stored, and its writer gets it back with the reason.
    """

    PUBLISH = 0
    HOLD = 1
    REFUSE = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check concludes. Writers see the reason of a refusal; moderators see every one."""

    outcome: Outcome
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A reply before it is stored, and what is known of its writer.

    ``html`` is the text as readers will see it. ``proven`` says that somebody is known for
    who they are: signed in at the host. A name or address that was typed proves nothing.
    ``origin`` is where the reply was sent from, ``honeypot`` what stood in the field that
    people do not see. ``writing_time`` is empty without script. ``hold_guests`` and
    ``hold_links`` are the settings of these names.
    """

    text: str
    html: Markup
    name: str
    email: str
    website: str
    proven: bool
    origin: Origin
    honeypot: str = ""
    writing_time: timedelta | None = None
    hold_guests: bool = True
    hold_links: int = 2


Check = Callable[[Draft], Verdict | None]


def first_time_without_proof(draft: Draft) -> Verdict | None:
    """Somebody whom nobody vouches for waits for a look."""
    if draft.hold_guests and not draft.proven:
        return Verdict(Outcome.HOLD, "was written by somebody who is not signed in")
    return None


def too_many_links(draft: Draft) -> Verdict | None:
    """Several links are what spam is for."""
    count = draft.html.count("<a ")
    if draft.hold_links and count >= draft.hold_links:
        return Verdict(Outcome.HOLD, f"has {count} links")
    return None


def honeypot_was_filled(draft: Draft) -> Verdict | None:
    """The field that people do not see is filled; held, since browsers fill fields too."""
    if draft.honeypot:
        return Verdict(Outcome.HOLD, "filled in a field that people do not see")
    return None


def took_no_time(draft: Draft) -> Verdict | None:
    """Written faster than anyone reads the form."""
    if draft.writing_time is not None and draft.writing_time < QUICKEST:
        return Verdict(Outcome.HOLD, "was written in under three seconds")
    return None


def came_from_nowhere(draft: Draft) -> Verdict | None:
    """Browsers say where a form was sent from; programs often do not."""
    if draft.origin is Origin.UNKNOWN and not draft.proven:
        return Verdict(Outcome.HOLD, "was sent without saying from which page")
    return None


def shouts(draft: Draft) -> Verdict | None:
    """All in capitals, in scripts that have them."""
    letters = [c for c in draft.text if c.isalpha() and c.lower() != c.upper()]
    if len(letters) >= SHORTEST_SHOUT and all(c.isupper() for c in letters):
        return Verdict(Outcome.HOLD, "is all in capitals")
    return None


def name_is_an_address(draft: Draft) -> Verdict | None:
    """A name that is a web address is an advertisement."""
    if re.search(r"https?://|www\.", draft.name, re.IGNORECASE):
        return Verdict(Outcome.HOLD, "has a web address for a name")
    return None


CHECKS: tuple[Check, ...] = (
    first_time_without_proof,
    too_many_links,
    honeypot_was_filled,
    took_no_time,
    came_from_nowhere,
    shouts,
    name_is_an_address,
)


def judge(draft: Draft, checks: Iterable[Check]) -> list[tuple[str, Verdict]]:
    """Every verdict on a draft, with the name of its check; the sternest comes first."""
    asked = ((_name_of(check), _ask(check, draft)) for check in checks)
    found = [(name, verdict) for name, verdict in asked if verdict is not None]
    return sorted(found, key=lambda pair: pair[1].outcome, reverse=True)


def failed(name: str) -> Verdict:
    """What is concluded where somebody was asked who failed; the traceback goes to the log.

    To be called while the exception is handled.
    """
    if isinstance(sys.exc_info()[1], UNAVAILABLE):
        # PostgreSQL takes no statement after one that failed. If the database is gone, the
        # next one will say so.
        session().rollback()
    mend_session()
    _log.exception("%s failed, and the reply is held.", name)
    return Verdict(Outcome.HOLD, f"could not be looked at by {name}, which failed")


def _ask(check: Check, draft: Draft) -> Verdict | None:
    try:
        verdict = check(draft)
        if verdict is not None and not _is_sound(verdict):
            raise TypeError(
                "a check returns None or a Verdict of an Outcome and a sentence, such as"
                f" Verdict(Outcome.HOLD, 'has a new address'), not {verdict!r:.200}"
            )
    except Exception:
        # A classifier that is down must not cost a reader their words.
        return failed(_name_of(check))
    mend_session()
    return verdict


def _is_sound(verdict: object) -> bool:
    return (
        isinstance(verdict, Verdict)
        and isinstance(verdict.outcome, Outcome)
        and isinstance(verdict.reason, str)
    )


def _name_of(check: Check) -> str:
    # A check may be an object that can be called, or a partial.
    return getattr(check, "__name__", type(check).__name__)
