"""The pages that readers read."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from flask import Response, abort, request, send_from_directory
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from ..context import reader_page, render
from ..models import Redirect, length_of
from ..mount import Mount, this_blog
from ..text.addresses import may_lead_to
from . import queries
from .opening import key_of, open_blog, post_number
from .pages import (
    ArchivePage,
    AuthorPage,
    FrontPage,
    Paging,
    SectionPage,
    SectionRow,
    TagPage,
)
from .queries import AuthorLink, Cursor, Frame, Listing, SectionLink, TagLink

SECONDS = 3
ROWS = 5
ROW_CARDS = 3
# The kinds of file that the media folder hands out to be shown; all others are downloads.
SHOWN = frozenset({".avif", ".gif", ".jpeg", ".jpg", ".png", ".webp"})
LONGEST_PATH = length_of(Redirect.path)
MEDIA_SECONDS = 365 * 24 * 3600


def _cursor() -> Cursor:
    if not request.query_string:
        return Cursor()
    older, newer = request.args.get("before"), request.args.get("after")
    if older is not None:
        return Cursor(older_than=post_number(older))
    if newer is not None:
        return Cursor(newer_than=post_number(newer))
    return Cursor()


def front() -> ResponseReturnValue:
    """The front page, or where an address from before such as ``/?p=12`` leads."""
    moved = None
    if request.query_string and _cursor() == Cursor():
        moved = redirect_from_before(this_blog())
    return moved or _front()


@reader_page(_cursor)
def _front() -> ResponseReturnValue:
    """The front page, and behind it page after page of older stories."""
    mount, now, frame = open_blog()
    cursor = _cursor()
    size, address = mount.settings.posts_per_page, mount.url("front")
    if cursor != Cursor():
        listing = queries.latest(mount.blog, now, size, cursor)
        page = FrontPage(None, (), (), listing.cards, _paging(listing, cursor, address))
        return render("front.html", page, frame, now, _at(address, cursor))
    listing = queries.latest(mount.blog, now, 1 + SECONDS + size)
    top = listing.cards[: 1 + SECONDS]
    rows = _rows(mount, frame, now, top[-1].id) if len(listing.cards) > 6 else ()
    shown = {card.id for card in top} | {card.id for row in rows for card in row.cards}
    page = FrontPage(
        lead=top[0] if top else None,
        seconds=top[1:],
        rows=rows,
        river=tuple(card for card in listing.cards if card.id not in shown),
        paging=_paging(listing, cursor, address, may_be_empty=True),
    )
    return render("front.html", page, frame, now, address)


@reader_page(_cursor)
def section(slug: str) -> ResponseReturnValue:
    """The stories of a section and of all below it."""
    mount, now, frame = open_blog()
    found = next((s for s in frame.sections if s.slug == slug), None)
    if found is None:
        abort(404)
    cursor, address = _cursor(), mount.url("section", slug=slug)
    listing = queries.in_sections(
        mount.blog, now, frame.below(found.id), mount.settings.posts_per_page, cursor
    )
    page = SectionPage(
        section=found,
        parents=_parents(found, frame),
        children=tuple(s for s in frame.sections if s.parent_id == found.id),
        cards=listing.cards,
        paging=_paging(listing, cursor, address, may_be_empty=True),
    )
    return render("section.html", page, frame, now, _at(address, cursor))


@reader_page(_cursor)
def tag(slug: str) -> ResponseReturnValue:
    """The stories with a tag."""
    mount, now, frame = open_blog()
    found = queries.find_tag(mount.blog, key_of(slug))
    if found is None or found.slug != slug:
        abort(404)
    cursor, address = _cursor(), mount.url("tag", slug=slug)
    listing = queries.tagged(mount.blog, now, found.id, mount.settings.posts_per_page, cursor)
    page = TagPage(
        tag=TagLink(found.slug, found.name),
        description=found.description,
        cards=listing.cards,
        # Without a story there is no page: the tag's name may be what an embargo keeps.
        paging=_paging(listing, cursor, address),
    )
    return render("tag.html", page, frame, now, _at(address, cursor))


@reader_page(_cursor)
def author(slug: str) -> ResponseReturnValue:
    """The stories of an author, under their portrait and a word about them."""
    mount, now, frame = open_blog()
    found = queries.find_author(mount.blog, key_of(slug))
    if found is None or found.slug != slug:
        abort(404)
    cursor, address = _cursor(), mount.url("author", slug=slug)
    listing = queries.written_by(mount.blog, now, found.id, mount.settings.posts_per_page, cursor)
    page = AuthorPage(
        author=AuthorLink(found.slug, found.name, found.bio, found.picture),
        links=tuple((label, to) for label, to in found.links or () if may_lead_to(to)),
        cards=listing.cards,
        # As with tags, unless somebody has written a word about them for all to see.
        paging=_paging(listing, cursor, address, may_be_empty=bool(found.bio)),
    )
    return render("author.html", page, frame, now, _at(address, cursor))


@reader_page(_cursor)
def year(year: int) -> ResponseReturnValue:
    """The stories of a year."""
    start = _day(year, 1, 1)
    return _archive("year", start, _day(year + 1, 1, 1), str(year))


@reader_page(_cursor)
def month(year: int, month: int) -> ResponseReturnValue:
    """The stories of a month."""
    start = _day(year, month, 1)
    end = _day(year + month // 12, month % 12 + 1, 1)
    return _archive("month", start, end, this_blog().words.date(start, "MMMM yyyy"))


@reader_page(_cursor)
def day(year: int, month: int, day: int) -> ResponseReturnValue:
    """The stories of a day."""
    start = _day(year, month, day)
    return _archive("day", start, start + timedelta(days=1), this_blog().words.date(start))


def media(key: str) -> Response:
    """A picture from the media folder."""
    mount = this_blog()
    shown = "." + key.rpartition(".")[2].lower() in SHOWN
    if "\0" in key:
        abort(404)
    response = send_from_directory(
        mount.media_folder.absolute(), key, as_attachment=not shown, max_age=MEDIA_SECONDS
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return mount.shared(response)


def redirect_from_before(mount: Mount) -> BaseResponse | None:
    """Where the address asked for leads now, if it is one from before."""
    path = request.path.removeprefix(mount.url_prefix)
    if "\0" in path or not 0 < len(path) < LONGEST_PATH:
        return None
    slashed = path.removesuffix("/") if path.endswith("/") and path != "/" else f"{path}/"
    paths = [path, slashed]
    query = request.query_string.decode("latin-1")
    if query and "\0" not in query:
        paths = [f"{path}?{query}", f"{slashed}?{query}", *paths]
    found = queries.find_redirect(mount.blog, paths, mount.now())
    if found is None:
        return None
    return mount.moved(found.target or mount.post_url(found.slug, found.published_at))


def _day(year: int, month: int, day: int) -> date:
    # A year on both sides is left for time zones.
    if not 2 <= year <= 9998 and (year, month, day) != (9999, 1, 1):
        abort(404)
    try:
        return date(year, month, day)
    except ValueError:
        abort(404)


def _archive(unit: str, start: date, end: date, heading: str) -> ResponseReturnValue:
    mount, now, frame = open_blog()
    cursor, address = _cursor(), mount.url(unit, **(request.view_args or {}))
    zone = mount.settings.zone
    listing = queries.in_period(
        mount.blog,
        now,
        datetime.combine(start, time(), zone),
        datetime.combine(end, time(), zone),
        mount.settings.posts_per_page,
        cursor,
    )
    page = ArchivePage(start, unit, heading, listing.cards, _paging(listing, cursor, address))
    return render("archive.html", page, frame, now, _at(address, cursor))


def _paging(
    listing: Listing, cursor: Cursor, address: str, *, may_be_empty: bool = False
) -> Paging:
    first = cursor == Cursor()
    if not listing.cards and not (first and may_be_empty):
        abort(404)
    return Paging(
        older=f"{address}?before={listing.older}" if listing.older else "",
        newer=f"{address}?after={listing.newer}" if listing.newer else "" if first else address,
        first=first,
        stable=cursor.newer_than is None,
    )


def _at(address: str, cursor: Cursor) -> str:
    if cursor.newer_than is not None and cursor.older_than is None:
        return ""  # What stands on it moves on with each new story.
    return f"{address}?before={cursor.older_than}" if cursor.older_than is not None else address


def _rows(mount: Mount, frame: Frame, now: datetime, last_shown: int) -> tuple[SectionRow, ...]:
    top = frame.top_sections[:ROWS]
    trees = {section.id: frame.below(section.id) for section in top}
    newest = queries.newest_by_section(
        mount.blog, now, trees, ROW_CARDS, Cursor(older_than=last_shown)
    )
    return tuple(
        SectionRow(section, tuple(newest[section.id]))
        for section in top
        if len(newest[section.id]) > 1
    )


def _parents(section: SectionLink, frame: Frame) -> tuple[SectionLink, ...]:
    known = {s.id: s for s in frame.sections}
    found: list[SectionLink] = []
    above = known.get(section.parent_id or 0)
    while above is not None and above not in found:
        found.insert(0, above)
        above = known.get(above.parent_id or 0)
    return tuple(found)
