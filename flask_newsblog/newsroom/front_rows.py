"""The rows and fields of the newsroom's front page, put together from what was found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from ..i18n import mark
from ..models import FrontSlot, Post, PostState
from ..mount import Mount
from ..posts import slots
from ..posts.front import PLACES, Shown
from ..posts.queries import is_out
from .embargoes import A_STORY
from .front_pages import PeriodFields, StoryChoice, TopRow, WaitingRow
from .pages import Choice, StateFilter
from .periods import SPANS, write_moment

PLACE_NAMES = (
    mark("Lead story"), mark("Second story"), mark("Third story"), mark("Fourth story"),
)  # fmt: skip
_LATER = mark("Its time has not come")
_NOT_OUT = mark("The story is not out yet")
_WITHDRAWN = mark("The story is not before the readers")
_COVERED = mark("Another story has its place for now")
_WAYS = (("front_desk", mark("Top stories")), ("banners", mark("Breaking news")))


def ways(mount: Mount, here: str) -> tuple[StateFilter, ...]:
    """The ways between the page of the top and that of breaking news."""
    return tuple(
        StateFilter(mount.words.t(name), mount.url(endpoint), endpoint == here)
        for endpoint, name in _WAYS
    )


def period_fields(
    mount: Mount, form: Mapping[str, str], spans: Iterable[str], chosen: str
) -> PeriodFields:
    """The fields of a period as they were filled in."""
    lasting = form.get("lasting", chosen)
    return PeriodFields(
        form.get("from", ""),
        form.get("until", ""),
        tuple(Choice(span, mount.words.t(SPANS[span]), span == lasting) for span in spans),
    )


def _period_of(mount: Mount, slot_start: datetime | None, end: datetime | None) -> PeriodFields:
    zone = mount.settings.zone
    return PeriodFields(write_moment(slot_start, zone), write_moment(end, zone), ())


def top_rows(mount: Mount, top: tuple[Shown, ...], hidden: Collection[int]) -> tuple[TopRow, ...]:
    """The top, place by place; of what is ``hidden`` it says only that it is there."""
    last = min(len(top), PLACES) - 1
    return tuple(
        TopRow(
            place=place,
            name=mount.words.t(PLACE_NAMES[place]),
            post_id=shown.card.id,
            **_told(mount, shown, shown.card.id in hidden),
            published_at=shown.card.published_at,
            slot=str(shown.slot or ""),
            ends_at=shown.ends_at,
            period=_period_of(mount, None, shown.ends_at),
            up=str(place - 1) if place else "",
            down=str(place + 1) if place < last else "",
        )
        for place, shown in enumerate(top)
    )


def _told(mount: Mount, shown: Shown, hidden: bool) -> dict[str, str]:
    card = shown.card
    if hidden:
        return {"title": mount.words.t(A_STORY), "section": "", "picture": "", "url": ""}
    return {
        "title": card.title,
        "section": card.section.name if card.section else "",
        "picture": _thumbnail(shown),
        "url": mount.post_url(card.slug, card.published_at),
    }


def _thumbnail(shown: Shown) -> str:
    picture = shown.card.picture
    if picture is None:
        return ""
    return str(picture.variants[0]["key"]) if picture.variants else picture.key


def waiting_rows(
    mount: Mount, shown: set[int], hidden: Collection[int], now: datetime
) -> tuple[WaitingRow, ...]:
    """What is chosen and not shown now, with the reason."""
    return tuple(
        WaitingRow(
            slot=str(slot.id),
            name=mount.words.t(PLACE_NAMES[min(max(slot.position, 0), PLACES - 1)]),
            title=mount.words.t(A_STORY) if post.id in hidden else post.title,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            why=mount.words.t(_why(slot, post, now)),
            period=_period_of(
                mount, slot.starts_at if slot.starts_at > now else None, slot.ends_at
            ),
        )
        for slot, post in slots.waiting(mount.blog, now, shown)
    )


def _why(slot: FrontSlot, post: Post, now: datetime) -> str:
    if slot.starts_at > now:
        return _LATER
    if is_out(post.state, post.published_at, post.embargo_until, now):
        return _COVERED
    return _NOT_OUT if post.state == PostState.PUBLISHED else _WITHDRAWN


def story_choices(
    mount: Mount, query: str, chosen: str, hidden: Collection[int], now: datetime
) -> tuple[StoryChoice, ...]:
    """The stories that can be put on the front page."""
    return tuple(
        StoryChoice(
            id=post.id,
            title=post.title,
            section=section,
            published_at=post.published_at,
            scheduled=not is_out(post.state, post.published_at, post.embargo_until, now),
            chosen=str(post.id) == chosen,
        )
        for post, section in slots.choices(mount.blog, query, hidden)
        if post.published_at is not None
    )
