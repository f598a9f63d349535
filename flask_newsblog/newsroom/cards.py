"""Comments as the desk shows them: rows in, words and addresses out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from textwrap import shorten

from ..comments.journal import wording_of
from ..comments.moderation import Verb
from ..comments.queue import REPORTED, QueueRow
from ..comments.thread import body_of, portrait_of
from ..i18n import mark
from ..models import CommentState, Proof
from ..mount import Mount, this_blog
from ..posts.queries import is_out
from ..text.addresses import WEB, may_lead_to
from ..text.characters import keep_order
from ..text.excerpts import plain_text
from .access import Desk
from .embargoes import title_for
from .pages import CommentCard, Quoted

QUOTED_LENGTH = 160
STATE_NAMES = {
    "held": mark("Waiting"),
    "published": mark("Published"),
    "rejected": mark("Rejected"),
    "spam": mark("Spam"),
    "deleted": mark("Deleted"),
    "reported": mark("Reported"),
}
VERBS: dict[str, tuple[str, ...]] = {
    "held": (Verb.APPROVE, Verb.REJECT, Verb.SPAM, Verb.DELETE),
    "published": (Verb.HOLD, Verb.REJECT, Verb.SPAM, Verb.DELETE),
    "rejected": (Verb.APPROVE, Verb.HOLD, Verb.SPAM, Verb.DELETE),
    "spam": (Verb.APPROVE, Verb.HOLD, Verb.REJECT, Verb.DELETE),
    "deleted": (Verb.APPROVE, Verb.HOLD),
    # Whoever approves what was reported has looked at it, and it stays.
    "reported": (Verb.APPROVE, Verb.REJECT, Verb.SPAM, Verb.DELETE),
}
_PROOFS = {
    Proof.NONE: mark("none"),
    Proof.PERSON: mark("signed in"),
    Proof.ADDRESS: mark("opened a link mailed to the address"),
    Proof.BROWSER: mark("the browser of an approved comment"),
}


def card_of(row: QueueRow, desks: Mapping[str, Desk]) -> CommentCard:
    """A comment on a card."""
    mount, words = desks[row.blog].mount, this_blog().words
    initials, tint = portrait_of(row.author_name)
    story_url = _story_url(row, mount)
    published = row.state == CommentState.PUBLISHED
    return CommentCard(
        id=row.id,
        url=this_blog().url("moderated_comment", comment_id=row.id),
        comment_url=mount.url("comment", comment_id=row.id) if published and story_url else "",
        blog_title=mount.settings.title if len(desks) > 1 else "",
        state=row.state,
        state_name=words.t(STATE_NAMES[row.state]),
        name=row.author_name,
        initials=initials,
        tint=tint,
        badge=row.badge,
        email=row.author_email,
        website=row.author_url if may_lead_to(row.author_url, WEB) else "",
        network=row.network or "",
        proof=words.t(_proof_of(row)),
        created_at=row.created_at,
        edited_at=row.edited_at,
        wording=wording_of(row.edited_at),
        story_title=title_for(desks[row.blog], row, mount.now()),
        story_url=story_url,
        parent=_parent_of(row),
        body=body_of(row),
        reasons=tuple(reason for outcome, reason in row.reasons if outcome != "publish"),
        reports=row.reports,
        rejection=row.rejection if row.state == CommentState.REJECTED else "",
        picked=row.picked,
        pinned=row.pinned,
        pinnable=published and row.parent_id is None,
        verbs=VERBS[REPORTED if published and row.reports else row.state],
    )


def quoted(id: int, name: str, html: str, state: str, created_at: datetime | None) -> Quoted:
    """A comment in short, by how its HTML begins."""
    words, url = this_blog().words, this_blog().url("moderated_comment", comment_id=id)
    text = shorten(keep_order(plain_text(html)), QUOTED_LENGTH, placeholder="…")
    return Quoted(name, text, url, state, words.t(STATE_NAMES[state]), created_at)


def _parent_of(row: QueueRow) -> Quoted | None:
    if row.parent_id is None or row.parent_state is None:
        return None
    return quoted(
        row.parent_id, row.parent_name or "", row.parent_html or "", row.parent_state, None
    )


def _proof_of(row: QueueRow) -> str:
    # Rows from before there was a column for it have the person alone.
    proof = Proof(row.proof)
    return _PROOFS[Proof.PERSON if proof is Proof.NONE and row.person_id else proof]


def _story_url(row: QueueRow, mount: Mount) -> str:
    at = row.published_at
    if at is None or not is_out(row.post_state, at, row.embargo_until, mount.now()):
        return ""
    return mount.post_url(row.slug, at)
