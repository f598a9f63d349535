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
from datetime import timedelta

from ..database import UNAVAILABLE, mend_session, session
from ..i18n import mark
from ..signals import name_of
from .origin import Origin
from .rule_checks import (
    has_a_listed_word,
    is_from_a_listed_address,
    is_from_a_listed_network,
    is_from_a_listed_person,
    names_a_listed_domain,
)
from .verdicts import Draft as Draft
from .verdicts import Outcome as Outcome
from .verdicts import Verdict as Verdict

QUICKEST = timedelta(seconds=3)
SHORTEST_SHOUT = 20
# Said so many times before, it waits.
MOST_REPEATED = 2
SPAM_FROM = 0.9

_log = logging.getLogger(__name__)


Check = Callable[[Draft], Verdict | None]


def first_time_without_proof(draft: Draft) -> Verdict | None:
    """Somebody whom nobody vouches for waits for a look."""
    if draft.hold_guests and not draft.proven:
        return Verdict(Outcome.HOLD, "was written by somebody who is not signed in")
    return None


def too_many_links(draft: Draft) -> Verdict | None:
    """Several links are what spam is for."""
    count = _links(draft)
    if draft.hold_links and count >= draft.hold_links:
        advice = mark("it has a link") if count == 1 else mark("it has %(n)s links")
        return Verdict(Outcome.HOLD, f"has {count} links", advice, count)
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


def has_a_link_and_no_time(draft: Draft) -> Verdict | None:
    """A guest's link, where nothing tells how long the writing took.

    Without script nothing does, so that alone means little.
    """
    # More of them are another check's.
    few = 0 < _links(draft) < draft.hold_links
    if few and draft.writing_time is None and not draft.proven:
        return Verdict(
            Outcome.HOLD,
            "has a link, and nothing tells how long it took to write",
            mark("it has a link"),
        )
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
        return Verdict(Outcome.HOLD, "is all in capitals", mark("it is all in capitals"))
    return None


def name_is_an_address(draft: Draft) -> Verdict | None:
    """A name that is a web address is an advertisement."""
    if re.search(r"https?://|www\.", draft.name, re.IGNORECASE):
        advice = mark("your name is a web address")
        return Verdict(Outcome.HOLD, "has a web address for a name", advice)
    return None


def was_said_before(draft: Draft) -> Verdict | None:
    """The same words again and again are an advertisement, or a campaign."""
    if draft.repeats >= MOST_REPEATED:
        return Verdict(Outcome.HOLD, f"was said {draft.repeats} times before in the same words")
    return None


def looks_like_spam(draft: Draft) -> Verdict | None:
    """What the spam filter learnt from the moderators."""
    found = draft.spam_probability
    if found is not None and found >= SPAM_FROM:
        # Never a hundred: no filter is as sure as that.
        return Verdict(Outcome.HOLD, f"looks like spam ({min(99, int(found * 100))} %)")
    return None


def newcomer_under_attack(draft: Draft) -> Verdict | None:
    """While unwanted replies come in thick, somebody whom nobody vouches for waits."""
    if draft.attack and not draft.proven:
        return Verdict(
            Outcome.HOLD,
            "came while more is held than usual, from somebody new",
            mark("so much is coming in just now that new readers have to wait"),
        )
    return None


CHECKS: tuple[Check, ...] = (
    first_time_without_proof,
    newcomer_under_attack,
    too_many_links,
    honeypot_was_filled,
    took_no_time,
    has_a_link_and_no_time,
    came_from_nowhere,
    shouts,
    name_is_an_address,
    was_said_before,
    looks_like_spam,
    has_a_listed_word,
    is_from_a_listed_address,
    names_a_listed_domain,
    is_from_a_listed_network,
    is_from_a_listed_person,
)


# Of how a reply was sent: other words cannot answer them, so they stand when it is changed.
OF_THE_SENDING = frozenset(
    check.__name__ for check in (honeypot_was_filled, took_no_time, came_from_nowhere)
)


def judge(draft: Draft, checks: Iterable[Check]) -> list[tuple[str, Verdict]]:
    """Every verdict on a draft, with the name of its check; the sternest comes first."""
    asked = ((name_of(check), _ask(check, draft)) for check in checks)
    found = [(name, verdict) for name, verdict in asked if verdict is not None]
    return sorted(found, key=lambda pair: pair[1].outcome, reverse=True)


def _links(draft: Draft) -> int:
    return draft.html.count("<a ")


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
        return failed(name_of(check))
    mend_session()
    return verdict


def _is_sound(verdict: object) -> bool:
    return (
        isinstance(verdict, Verdict)
        and isinstance(verdict.outcome, Outcome)
        and isinstance(verdict.reason, str)
        and isinstance(verdict.advice, str)
    )
