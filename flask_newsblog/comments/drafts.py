"""Drafts: replies put together with all that checks look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from ..models import Comment, Proof
from ..settings import Settings
from ..text.markdown import render_comment
from . import bayes
from .checks import QUICKEST, Draft
from .known import Known, look_up
from .origin import Origin
from .rulebook import RuleHit, Said, book_of
from .writers import Writer, writer_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Sending:
    """How a reply came in: from where, how fast, and what stood in the unseen field."""

    origin: Origin = Origin.SAME
    honeypot: str = ""
    writing_time: timedelta | None = None


def make_draft(
    blog: str,
    settings: Settings,
    writer: Writer,
    text: str,
    known: Known,
    now: datetime,
    sending: Sending,
) -> Draft:
    """A reply as checks see it."""
    html = render_comment(text)
    return Draft(
        text=text,
        html=html,
        name=writer.name,
        email=writer.email,
        website=writer.website,
        proven=writer.proof != Proof.NONE,
        proof=writer.proof,
        person_id=writer.person_id,
        network=writer.network,
        origin=sending.origin,
        honeypot=sending.honeypot,
        writing_time=sending.writing_time,
        repeats=known.repeats,
        rules_hit=_rules_hit(blog, writer, text, html, known, now),
        spam_probability=bayes.probability(blog, text, writer.name, writer.website, writer.email),
        attack=known.attack,
        hold_guests=settings.hold_guests,
        hold_links=settings.hold_links,
    )


def draft_again(
    settings: Settings, comment: Comment, text: str, now: datetime, name: str | None = None
) -> Draft:
    """A comment that is stored, with the text, and the name, that it is to have.

    For asking the checks once more.
    """
    writer = writer_of(comment, name)
    known = look_up(comment.blog, settings, writer, text, now, besides=comment.id)
    # Quick enough, and from nowhere else: that was judged when it came.
    sending = Sending(writing_time=QUICKEST)
    return make_draft(comment.blog, settings, writer, text, known, now, sending)


def _rules_hit(
    blog: str, writer: Writer, text: str, html: Markup, known: Known, now: datetime
) -> tuple[RuleHit, ...]:
    said = Said(
        text=text,
        html=html,
        name=writer.name,
        email=writer.email,
        website=writer.website,
        network=writer.network,
        person_id=writer.person_id,
    )
    return book_of(blog, known.rules).hits(said, now)


def draft_of_nobody(
    blog: str, settings: Settings, text: str, name: str, email: str, website: str, now: datetime
) -> Draft:
    """A guest's reply that nobody sent, for seeing what the checks say of it."""
    writer = Writer(
        name=name,
        email=email,
        website=website,
        person_id=None,
        badge="",
        address_digest=None,
        network=None,
        agent="",
    )
    known = look_up(blog, settings, writer, text, now)
    return make_draft(blog, settings, writer, text, known, now, Sending(writing_time=QUICKEST))
