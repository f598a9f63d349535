"""Writers shut out for a time: by their address, their network, or who they are at the host."""

from __future__ import annotations

from datetime import datetime

from ..models import Comment, Rule, RuleKind, RuleOutcome
from .journal import Moderator
from .queue import QueueRow
from .rules import add_rule, find_rule

_UNKNOWN = {
    RuleKind.EMAIL: "the writer of this comment gave no email address",
    RuleKind.NETWORK: "the network that this comment came from is not known any more",
    RuleKind.PERSON: "the writer of this comment was not signed in",
}


class NothingToBan(ValueError):
    """What was to be banned is not known of a comment's writer; the message says it."""


def bannable(comment: Comment | QueueRow) -> dict[RuleKind, str]:
    """What of a comment's writer can be banned: their account, address and network."""
    known = {
        RuleKind.PERSON: comment.person_id,
        RuleKind.EMAIL: comment.author_email,
        RuleKind.NETWORK: comment.network,
    }
    return {kind: value for kind, value in known.items() if value}


def ban_writer(
    comment: Comment,
    what: RuleKind,
    until: datetime | None,
    by: Moderator,
    now: datetime,
    note: str = "",
    outcome: RuleOutcome = RuleOutcome.HOLD,
) -> Rule:
    """Make a rule for what is known of a comment's writer, until then or for good; flushed.

    One that is in force already lasts until the later of both ends, and refuses if it did. What
    comes by a banned network is held rather than refused, for others have that network too.

    Raises:
        NothingToBan: it is not known.
        RuleError: it is nothing that a rule can look for.
    """
    value = bannable(comment).get(what)
    if value is None:
        raise NothingToBan(f"Nothing was banned: {_UNKNOWN.get(what, f'a writer is no {what}')}.")
    if what is RuleKind.NETWORK:
        outcome = RuleOutcome.HOLD
    rule = find_rule(comment.blog, what, value)
    if rule is not None and (rule.until is None or rule.until > now):
        until = max(rule.until, until) if rule.until is not None and until is not None else None
        if rule.outcome == RuleOutcome.REFUSE:
            outcome = RuleOutcome.REFUSE
        note = note or rule.note
    return add_rule(comment.blog, what, value, outcome, by.name, now, until, note)
