"""Stories and work as the desk shows them: rows in, words and addresses out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from ..i18n import mark
from ..models import Post, PostState
from ..mount import Mount
from ..people import Action
from .access import is_own, may, may_change, may_publish, may_read
from .desk_numbers import Numbers
from .desk_pages import DeskRow, Today, WorkGroup, WorkRow
from .desk_queries import StoryRow
from .desk_work import DUE, EACH, Kind, Work
from .pages import DeskHead, Tab
from .plots import Plot, plot
from .stories import STATE_NAMES, state_of

# Of each kind of work so much is shown on the desk, which is to be seen at a glance.
SHOWN = 6
_HAPPENS = {
    Kind.PLANNED: mark("Planned"),
    Kind.SCHEDULED: mark("Comes out"),
    Kind.UPDATE: mark("Update comes out"),
    Kind.OUT: mark("Published"),
}
_WAITS = {
    Kind.REVIEW: mark("In review, for an editor"),
    Kind.RETURNED: mark("Returned to you"),
    Kind.PREVIEW: mark("Comments on previews"),
    Kind.UNSHOWN: mark("Changes that are not before the readers yet"),
}


def desk_row(mount: Mount, row: StoryRow, authors: tuple[str, ...], now: datetime) -> DeskRow:
    """A story as the list shows it."""
    post, state = row.post, state_of(row.post, now)
    return DeskRow(
        id=post.id,
        title=post.title,
        state=state,
        state_name=mount.words.t(STATE_NAMES[state]),
        section=row.section,
        authors=authors,
        begun_by=post.person_name,
        planned_at=None if post.state == PostState.PUBLISHED else post.planned_at,
        published_at=post.published_at,
        changed_at=post.changed_at,
        comment_count=post.comment_count,
        unshown=_unshown(post),
        url=_readers_url(mount, post, now),
        edit_url=mount.url("edit_post", post_id=post.id) if may_change(post) else "",
        read_url=_desk_url(mount, post),
    )


def today(
    mount: Mount, head: DeskHead, found: Sequence[Work], numbers: Numbers, now: datetime
) -> Today:
    """What is due today, and what waits for the person here and nobody else."""
    due = [work for work in found if work.kind in DUE]
    groups = []
    for kind, name in _WAITS.items():
        all_of = [work for work in found if work.kind == kind]
        mine = [work for work in all_of if _is_for_person_here(work)]
        if mine:
            rows = tuple(work_row(mount, work, now) for work in mine[:SHOWN])
            more = len(mine) > SHOWN or len(all_of) == EACH
            groups.append(WorkGroup(kind, mount.words.t(name), rows, more))
    rows = tuple(work_row(mount, work, now) for work in due[:SHOWN])
    return Today(rows, len(due) > SHOWN, tuple(groups), _links(mount, head, numbers))


def work_row(mount: Mount, work: Work, now: datetime) -> WorkRow:
    """A story that is due, waits, or has come out."""
    kind = work.kind
    if kind is Kind.OUT and work.at > now:
        kind = Kind.SCHEDULED
    name = mount.words.t(_HAPPENS.get(kind) or _WAITS[kind])
    if may_change(work.post):
        url = mount.url("edit_post", post_id=work.post.id)
    else:
        url = _readers_url(mount, work.post, now) or _desk_url(mount, work.post)
    return WorkRow(
        kind=kind,
        kind_name=name,
        title=work.post.title,
        url=url,
        at=work.at,
        late=kind in DUE and work.at < now,
        who=work.who,
        number=work.number,
    )


def plots(mount: Mount, days: Sequence[datetime], numbers: Numbers) -> tuple[Plot, ...]:
    """The numbers of these days, of which comments that wait are for moderators alone."""
    t, dates = mount.words.t, [day.date() for day in days]
    found = [
        plot("stories", t("Stories published"), dates, numbers.stories),
        plot("comments", t("Comments, but for spam"), dates, numbers.comments),
    ]
    if may(Action.MODERATE):
        found.append(plot("waiting", t("Comments that still wait"), dates, numbers.waiting))
    return tuple(found)


def last_days(first: datetime, number: int) -> list[datetime]:
    """The beginnings of so many days, the last of them given; each has its own length."""
    days = [first.date() - timedelta(days=back) for back in reversed(range(number))]
    return [beginning(day, first) for day in days]


def beginning(day: date, like: datetime) -> datetime:
    """When a day begins in the time zone of another moment."""
    return datetime(day.year, day.month, day.day, tzinfo=like.tzinfo)


def _is_for_person_here(work: Work) -> bool:
    if work.kind is Kind.REVIEW:
        return may(Action.EDIT, work.post)
    if work.kind is Kind.RETURNED:
        return is_own(work.post)
    if work.kind is Kind.UNSHOWN:
        return may_publish(work.post)
    return may_change(work.post)


def _links(mount: Mount, head: DeskHead, numbers: Numbers) -> tuple[Tab, ...]:
    # The head has counted what waits; nobody is sent where nothing does.
    links = [tab for tab in head.tabs if tab.key and tab.count != mount.words.number(0)]
    if numbers.reports and may(Action.MODERATE):
        count = mount.words.number(numbers.reports)
        links.append(Tab(mount.words.t("Reports"), mount.url("reports"), False, count, "reports"))
    return tuple(links)


def _unshown(post: Post) -> bool:
    return post.state == PostState.PUBLISHED and post.saved_revision != post.shown_revision


def _desk_url(mount: Mount, post: Post) -> str:
    return mount.url("read_post", post_id=post.id) if may_read(post) else ""


def _readers_url(mount: Mount, post: Post, now: datetime) -> str:
    if state_of(post, now) != PostState.PUBLISHED or post.published_at is None:
        return ""
    return mount.post_url(post.slug, post.published_at)
