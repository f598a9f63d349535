"""What checks get and what they give: a draft, and a verdict of an outcome and a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

from markupsafe import Markup

from ..models import Proof
from .origin import Origin
from .rulebook import RuleHit


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
    """What a check concludes. Writers see the reason of a refusal; moderators see every one.

    ``advice`` ends the sentence *Your comment would wait for a moderator: …* where its writer
    can do something about it, such as *it has %(n)s links*; ``count`` is that number.
    """

    outcome: Outcome
    reason: str
    advice: str = ""
    count: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A reply before it is stored, and what is known of its writer.

    ``html`` is the text as readers will see it. ``proven`` says that somebody is known for
    who they are, and ``proof`` by what; a name or address that was typed proves nothing.
    ``origin`` is where the reply was sent from, ``honeypot`` what stood in the field that
    people do not see. ``writing_time`` is empty without script. ``repeats`` is how often
    the same words were said before, ``rules_hit`` which of the desk's rules fit,
    ``spam_probability`` what the spam filter says, if it knows enough. ``attack`` says that
    unwanted replies come in thick. ``hold_guests`` and ``hold_links`` are the settings of
    these names.
    """

    text: str
    html: Markup
    name: str
    email: str
    website: str
    proven: bool
    origin: Origin
    proof: str = Proof.NONE
    person_id: str | None = None
    network: str | None = None
    honeypot: str = ""
    writing_time: timedelta | None = None
    repeats: int = 0
    rules_hit: tuple[RuleHit, ...] = ()
    spam_probability: float | None = None
    attack: bool = False
    hold_guests: bool = True
    hold_links: int = 2
