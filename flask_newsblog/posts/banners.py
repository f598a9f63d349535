"""The line of breaking news: begun, changed, ended. It always has an end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from ..database import row_number, session
from ..models import Banner, Post, length_of
from ..text.addresses import WEB, may_lead_to
from .slots import EndsTooEarly

TEXT_LENGTH, URL_LENGTH = length_of(Banner.text), length_of(Banner.url)
PAST = 10
# A form that is sent again by a double click counts its hours from a moment later.
_TWICE = timedelta(minutes=1)


class BannerError(ValueError):
    """What was typed makes no line of breaking news; ``field`` is where."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True)
class Line:
    """A line of breaking news as the desk writes it."""

    text: str
    post_id: int | None
    url: str
    starts_at: datetime | None
    ends_at: datetime | None


def start(blog: str, line: Line, now: datetime) -> Banner:
    """Begin a line of breaking news, now or later.

    Raises:
        BannerError: the text or the address will not do.
        EndsTooEarly: the end is not after the start.
    """
    begins = max(line.starts_at or now, now)
    _check(blog, line, begins)
    banner = Banner(
        blog=blog, text=line.text, post_id=line.post_id, url=line.url, starts_at=begins,
        ends_at=line.ends_at, changed_at=now,
    )  # fmt: skip
    other: Banner
    for other, _ in _not_over(blog, now):
        # Sent twice, by a double click.
        same = (other.text, other.post_id, other.url) == (banner.text, banner.post_id, banner.url)
        if same and line.starts_at is None and other.starts_at <= now:
            edit(other, line, now)
            return other
    session().add(banner)
    session().flush()
    return banner


def edit(banner: Banner, line: Line, now: datetime) -> None:
    """Change a line of breaking news; one that is over begins anew.

    Raises:
        BannerError: the text or the address will not do.
        EndsTooEarly: the end is not after the start, or past.
    """
    goes_on = banner.starts_at <= now < banner.ends_at
    begins = line.starts_at if line.starts_at is not None and line.starts_at > now else None
    begins = begins or (banner.starts_at if goes_on else now)
    _check(banner.blog, line, max(begins, now))
    assert line.ends_at is not None
    banner.text, banner.post_id, banner.url = line.text, line.post_id, line.url
    banner.starts_at, banner.ends_at, banner.changed_at = begins, line.ends_at, now


def says(banner: Banner, line: Line, now: datetime) -> bool:
    """Whether a line says this already, and about until then: its form was sent twice."""
    same = (banner.text, banner.post_id, banner.url) == (line.text, line.post_id, line.url)
    until = line.ends_at or banner.ends_at
    return same and banner.ends_at > now and abs(banner.ends_at - until) < _TWICE


def end(banner: Banner, now: datetime) -> bool:
    """End a line of breaking news, or give up one that is to come; whether there was one."""
    if banner.ends_at <= now:
        return False
    banner.starts_at = min(banner.starts_at, now)
    banner.ends_at = banner.changed_at = now
    return True


def find_banner(blog: str, text: str) -> Banner | None:
    """The banner whose number an address or a form tells."""
    banner = session().get(Banner, row_number(text) or 0)
    return banner if banner is not None and banner.blog == blog else None


def banners(blog: str, now: datetime) -> tuple[Sequence[Any], Sequence[Any]]:
    """Those that are not over, first the one that is shown, and the last that are.

    Pairs of the banner and the headline of the story that it leads to, or None.
    """
    lasting = sorted(
        _not_over(blog, now),
        key=lambda row: (row[0].starts_at <= now, row[0].starts_at, row[0].id),
        reverse=True,
    )
    over = _with_story().where(Banner.blog == blog, Banner.ends_at <= now)
    past = session().execute(over.order_by(Banner.ends_at.desc(), Banner.id.desc()).limit(PAST))
    return lasting, past.all()


def _not_over(blog: str, now: datetime) -> Sequence[Any]:
    query = _with_story().where(Banner.blog == blog, Banner.ends_at > now)
    return session().execute(query.order_by(Banner.ends_at, Banner.id)).all()


def _with_story() -> Any:
    return select(Banner, Post.title).outerjoin(Post, Post.id == Banner.post_id)


def _check(blog: str, line: Line, begins: datetime) -> None:
    if not line.text or len(line.text) > TEXT_LENGTH:
        raise BannerError("text")
    # A path without a slash would lead elsewhere from each page.
    absolute = line.url.startswith("/") or "://" in line.url
    if line.url and not (absolute and len(line.url) <= URL_LENGTH and may_lead_to(line.url, WEB)):
        raise BannerError("url")
    if line.post_id is not None:
        post = session().get(Post, line.post_id)
        if post is None or post.blog != blog:
            raise BannerError("post")
    if line.ends_at is None:
        raise BannerError("until")
    if line.ends_at <= begins:
        raise EndsTooEarly(line.ends_at)
