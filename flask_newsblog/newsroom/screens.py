"""The screens of comments, put together: the queue, and a comment with all that is known of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ..comments.bans import bannable
from ..comments.moderation import Verb, history
from ..comments.queue import QueueRow, find_queue
from ..i18n import mark
from ..models import CommentState, RuleKind
from ..mount import this_blog
from ..text.characters import keep_order
from . import lookups, wording
from .access import Desk
from .cards import STATE_NAMES, VERBS, card_of, quoted
from .head import desk_head, written
from .pages import Bannable, Change, CommentPage, CommentsPage, Said, Tab, Told
from .places import STATES, Place

CARDS = 30
# What an address says was done that has no batch.
SELECTED_NOTHING, PUT_NOTHING_BACK, LOOKED_AT, BANNED = "none", "kept", "looked", "banned"
_WORDS = {
    SELECTED_NOTHING: wording.NOTHING_SELECTED,
    PUT_NOTHING_BACK: wording.NOTHING_PUT_BACK,
    LOOKED_AT: wording.LOOKED_AT,
    BANNED: wording.BANNED,
}
_WHOM = {
    RuleKind.PERSON: mark("This account:"),
    RuleKind.EMAIL: mark("This email address:"),
    RuleKind.NETWORK: mark("This network, where others write too:"),
}


def comments_page(
    desks: Mapping[str, Desk], place: Place, done: str, attacked: Collection[str]
) -> CommentsPage:
    """A page of the queue, in at most eight statements with all that is around it.

    ``attacked`` are those of the blogs where attack mode is on.
    """
    blogs = [place.blog] if place.blog else tuple(desks)
    rows = find_queue(blogs, place.state, place.query, CARDS + 1, place.after)
    cards = tuple(card_of(row, desks) for row in rows[:CARDS])
    counts = lookups.counts_of(blogs)
    looked_at = place.blog or (blogs[0] if len(blogs) == 1 else "")
    start = address_of(place.at())
    more = address_of(place.at(after=cards[-1].id)) if len(rows) > CARDS else ""
    return CommentsPage(
        head=desk_head("moderation", None if place.blog else counts[CommentState.HELD]),
        cards=cards,
        tabs=_tabs(place, counts),
        blogs=_blogs(desks, place),
        state=place.state,
        query=place.query,
        place=place.fields,
        start=start,
        first=start if place.after else "",
        more=more,
        verbs=VERBS[place.state],
        said=what_was_done(desks, done),
        attack=looked_at in attacked,
        attacked=tuple(
            desk.mount.settings.title
            for blog, desk in desks.items()
            if blog in attacked and blog != looked_at
        ),
    )


def comment_page(
    desks: Mapping[str, Desk], row: QueueRow, done: str, text: str, problem: str = ""
) -> CommentPage:
    """A comment's own page; ``text`` stands in the form."""
    card = card_of(row, desks)
    return CommentPage(
        head=desk_head("moderation"),
        card=card,
        text=text,
        problem=problem,
        changes=_changes(row.id),
        reports=_reports(row.id),
        replies=tuple(quoted(*reply) for reply in lookups.replies_to(row.id)),
        bans=bans_of(row),
        place=Place(alone=row.id).fields,
        back=address_of(Place(card.state)),
        said=what_was_done(desks, done),
    )


def address_of(place: Place, **more: str) -> str:
    """The address of a page of the queue, or of a comment's own."""
    if place.alone is not None:
        return this_blog().url("moderated_comment", comment_id=place.alone, **more)
    return this_blog().url("moderation", **dict(place.fields), **more)


def what_was_done(desks: Mapping[str, Desk], done: str) -> Said:
    """What an address says was just done."""
    words = this_blog().words
    if not done:
        return Said()
    if done in _WORDS:
        return Said(words.t(_WORDS[done]))
    return wording.said_of(words, done, lookups.find_batch(tuple(desks), done))


def bans_of(row: QueueRow) -> tuple[Bannable, ...]:
    """What there is of a writer that can be banned."""
    words = this_blog().words
    return tuple(
        # The id of a person is the host's, and says nothing to anybody.
        Bannable(kind, words.t(_WHOM[kind]), row.author_name if kind == RuleKind.PERSON else value)
        for kind, value in bannable(row).items()
    )


def counts_for_script(desks: Mapping[str, Desk], place: Place) -> dict[str, str]:
    """How many there are now behind each tab, as it is written."""
    blogs = [place.blog] if place.blog else tuple(desks)
    return {state: written(count) for state, count in lookups.counts_of(blogs).items()}


def _tabs(place: Place, counts: Mapping[str, int]) -> tuple[Tab, ...]:
    words = this_blog().words
    return tuple(
        Tab(
            words.t(STATE_NAMES[state]), address_of(place.at(state=state)), state == place.state,
            written(counts[state]), state,
        )
        for state in STATES
    )  # fmt: skip


def _blogs(desks: Mapping[str, Desk], place: Place) -> tuple[Tab, ...]:
    if len(desks) < 2:
        return ()
    names = {"": this_blog().words.t("All blogs")}
    names |= {blog: desk.mount.settings.title for blog, desk in desks.items()}
    return tuple(
        Tab(name, address_of(place.at(blog=blog)), blog == place.blog)
        for blog, name in names.items()
    )


def _changes(comment_id: int) -> tuple[Change, ...]:
    words = this_blog().words
    return tuple(
        Change(
            name=change.person_name,
            what=words.t(wording.CHANGES[change.verb]),
            when=change.changed_at,
            note=change.note,
            former=change.before.get("body", "") if change.verb == Verb.EDIT else "",
            undone=change.undone_at is not None,
        )
        for change in reversed(history(comment_id))
    )


def _reports(comment_id: int) -> tuple[Told, ...]:
    words = this_blog().words
    return tuple(
        Told(words.t(wording.REPORTS[reason]), keep_order(text), at, closed is not None)
        for reason, text, at, closed in lookups.reports_on(comment_id)
    )
