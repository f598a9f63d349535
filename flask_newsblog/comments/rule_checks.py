"""The checks that follow from the desk's rules: words, addresses, domains, networks, persons."""

from __future__ import annotations

from ..models import RuleKind, RuleOutcome
from .verdicts import Draft, Outcome, Verdict

# Of the words that were found, so many are named.
_NAMED = 3


def has_a_listed_word(draft: Draft) -> Verdict | None:
    """A word or phrase that the desk wants to look at, or does not publish."""
    found = [hit for hit in draft.rules_hit if hit.kind == RuleKind.WORD]
    refused = [hit for hit in found if hit.outcome == RuleOutcome.REFUSE]
    if refused:
        listed = ", ".join(hit.value for hit in refused[:_NAMED])
        return Verdict(
            Outcome.REFUSE,
            f"This comment contains {listed}, which this site does not publish. Please change it.",
        )
    if found:
        listed = ", ".join(hit.value for hit in found[:_NAMED])
        return Verdict(Outcome.HOLD, f"contains listed words: {listed}")
    return None


def is_from_a_listed_address(draft: Draft) -> Verdict | None:
    """An email address that the desk has a rule about."""
    return _by_rule(
        draft, RuleKind.EMAIL, "gives a listed address:", "This site takes no comments from"
    )


def names_a_listed_domain(draft: Draft) -> Verdict | None:
    """A host, of the address, the website or a link, that the desk has a rule about."""
    return _by_rule(
        draft, RuleKind.DOMAIN, "names a listed site:", "This site takes no comments that name"
    )


def is_from_a_listed_network(draft: Draft) -> Verdict | None:
    """A network that the desk has a rule about; held at most, for many share it."""
    found = [hit for hit in draft.rules_hit if hit.kind == RuleKind.NETWORK]
    if found:
        return Verdict(Outcome.HOLD, f"comes from a listed network: {found[0].value}")
    return None


def is_from_a_listed_person(draft: Draft) -> Verdict | None:
    """A person of the host whom the desk has a rule about."""
    found = [hit.outcome for hit in draft.rules_hit if hit.kind == RuleKind.PERSON]
    if RuleOutcome.REFUSE in found:
        return Verdict(Outcome.REFUSE, "You cannot comment on this site at present.")
    if found:
        return Verdict(Outcome.HOLD, "is by a listed person")
    return None


def _by_rule(draft: Draft, kind: RuleKind, held: str, refused: str) -> Verdict | None:
    found = sorted(
        (hit for hit in draft.rules_hit if hit.kind == kind),
        key=lambda hit: hit.outcome != RuleOutcome.REFUSE,
    )
    if not found:
        return None
    if found[0].outcome == RuleOutcome.REFUSE:
        return Verdict(Outcome.REFUSE, f"{refused} {found[0].value}.")
    return Verdict(Outcome.HOLD, f"{held} {found[0].value}")
