"""What a rule may look for, in the one form in which it is kept; and what it may not."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from ..models import Rule, RuleKind, RuleOutcome, length_of
from ..text.phrases import spelled, words_of
from ..text.typed import one_line
from .rulebook import LONGEST_HOST, in_ascii

_LONGEST = length_of(Rule.value)
# Networks are kept cut: see ``writers.digest_and_network``.
_NARROWEST = {4: 24, 6: 48}


class RuleError(ValueError):
    """A rule that cannot be kept; the message says why, and what to write instead."""


def plain_value(kind: str, value: str) -> str:
    """What a rule looks for, in the one form in which it is kept.

    Raises:
        RuleError: it would fit nothing, or more than it says.
    """
    value = one_line(value)
    if not value:
        raise RuleError("The rule is empty. Write what it should look for.")
    plain = _PLAIN[RuleKind(kind)](value)
    if len(plain) > _LONGEST:
        raise RuleError(f"A rule has {_LONGEST} characters at most, and this {len(plain)}.")
    return plain


def check_outcome(kind: str, outcome: str) -> None:
    """Refuse what a rule of this kind must not do."""
    RuleOutcome(outcome)
    if kind == RuleKind.NETWORK and outcome == RuleOutcome.REFUSE:
        raise RuleError("A network can only be held: many share it, and most of them did nothing.")


def _plain_words(value: str) -> str:
    plain = spelled(words_of(value))
    if not plain:
        raise RuleError("A rule for words needs a letter or a digit; signs are not looked at.")
    return plain


def _plain_email(value: str) -> str:
    before, _, host = value.rpartition("@")
    if not before or not host or " " in value:
        raise RuleError(
            "This is no email address, such as name@example.org; for all of a host, make a rule"
            " for its domain."
        )
    return value.casefold()


def _plain_domain(value: str) -> str:
    host = value.casefold()
    host = host.partition("://")[2] if "://" in host else host
    for end in "/?#":
        host = host.partition(end)[0]
    host = host.rpartition("@")[2].partition(":")[0].removeprefix("*").strip(".")
    host = in_ascii(host.removeprefix("www."))
    if not host or " " in host or len(host) > LONGEST_HOST or ".." in host:
        raise RuleError("This is no domain, such as example.org.")
    return host


def _plain_network(value: str) -> str:
    try:
        found = ipaddress.ip_network(value.partition("%")[0], strict=False)
    except ValueError as error:
        raise RuleError("This is no network, such as 203.0.113.0/24 or 2001:db8:1::/48.") from error
    most = _NARROWEST[found.version]
    if found.prefixlen > most:
        wider = found.supernet(new_prefix=most)
        raise RuleError(
            f"Of an address only its /{most} is kept, so a rule cannot be narrower. For all of"
            f" that network, write {wider}."
        )
    return str(found)


_PLAIN: dict[RuleKind, Callable[[str], str]] = {
    RuleKind.WORD: _plain_words,
    RuleKind.EMAIL: _plain_email,
    RuleKind.DOMAIN: _plain_domain,
    RuleKind.NETWORK: _plain_network,
    RuleKind.PERSON: lambda value: value,
}
