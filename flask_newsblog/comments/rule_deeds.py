"""Who made and removed the desk's rules, written down without what they look for."""

from __future__ import annotations

from datetime import datetime

from ..audit import Deed, Thing, write_down
from ..i18n import Words, mark
from ..models import Rule, RuleKind
from ..people import Person

KIND_NAMES = {
    RuleKind.WORD: mark("Word or phrase"),
    RuleKind.EMAIL: mark("Email address"),
    RuleKind.DOMAIN: mark("Domain"),
    RuleKind.NETWORK: mark("Network"),
    RuleKind.PERSON: mark("Person"),
}


def write_down_rule(
    words: Words, person: Person | None, deed: Deed, rule: Rule, now: datetime, detail: str = ""
) -> None:
    """Write down what was done with a rule; ``person`` is None for a command.

    ``detail`` is what followed from it before, and for how long.
    """
    # Not what it looks for, which may be somebody's address: that goes with the rule.
    kind = words.t(KIND_NAMES[RuleKind(rule.kind)])
    write_down(
        rule.blog, person, deed, Thing.RULE, now, thing_id=rule.id, title=kind, detail=detail
    )
