"""The pages that readers read."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from hashlib import sha256
from io import BytesIO

from flask import Response, abort, redirect, request, send_file, send_from_directory
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from ..context import reader_page, render
from ..media.storage import LocalStorage, Storage, public_address
from ..models import NameKind, Redirect, length_of
from ..mount import Mount, this_blog
from ..text.addresses import may_lead_to
from . import old_addresses, queries
from .front import PLACES, Front, load_front, others_of
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

ROWS = 5
ROW_CARDS = 3
# The kinds of file that the media folder hands out to be shown; all others are downloads.
SHOWN = frozenset({".avif", ".gif", ".jpeg", ".jpg", ".png", ".webp"})
LONGEST_PATH = length_of(Redirect.path)
MEDIA_SECONDS = 365 * 24 * 3600
MEDIA_MOVED_SECONDS = 300


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
    front = load_front(mount.blog, now, PLACES + size)
    top, listing = [shown.card for shown in front.top], front.newest
    rows = _rows(mount, frame, now, front) if len(listing.cards) > 6 else ()
    shown = {card.id for card in top} | {card.id for row in rows for card in row.cards}
    page = FrontPage(
        lead=top[0] if top else None,
        seconds=tuple(top[1:]),
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
    if isinstance(mount.storage, LocalStorage):
        response = send_from_directory(
            mount.storage.folder, key, as_attachment=not shown, max_age=MEDIA_SECONDS
        )
    elif address := public_address(mount.storage, key):
        # Not for long: the address may be signed for a time.
        response = mount.shared(redirect(address))
        response.headers["Cache-Control"] = f"public, max-age={MEDIA_MOVED_SECONDS}"
        return response
    else:
        response = _from_storage(mount.storage, key, shown)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return mount.shared(response)


def _from_storage(storage: Storage, key: str, shown: bool) -> Response:
    try:
        with storage.open(key) as file:
            data = file.read()
    except FileNotFoundError:
        abort(404)
    # What a key means never changes, so the key alone tells whether the reader has it.
    etag = sha256(key.encode()).hexdigest()[:32]
    return send_file(
        BytesIO(data), download_name=key.rpartition("/")[2], as_attachment=not shown,
        max_age=MEDIA_SECONDS, etag=etag,
    )  # fmt: skip


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
    if not found.target:
        return mount.moved(mount.post_url(found.slug, found.published_at))
    address = _address_of(mount, found.target)
    return mount.moved(address) if address else None


def _address_of(mount: Mount, target: str) -> str:
    """Where a redirect leads; empty where that page is not there for readers."""
    found = old_addresses.read_target(target)
    if found is None:
        return target
    kind, slug = found
    if kind is not NameKind.SECTION and not _has_page(mount, kind, slug):
        # Its slug may be what an embargo keeps.
        return ""
    return mount.url(kind.value, slug=slug)


def _has_page(mount: Mount, kind: NameKind, slug: str) -> bool:
    of_tag = kind is NameKind.TAG
    bearer = (queries.find_tag if of_tag else queries.find_author)(mount.blog, slug)
    if bearer is None:
        return False
    listed = (queries.tagged if of_tag else queries.written_by)(
        mount.blog, mount.now(), bearer.id, 1
    )
    return bool(listed.cards or (not of_tag and bearer.bio))


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


def _rows(mount: Mount, frame: Frame, now: datetime, front: Front) -> tuple[SectionRow, ...]:
    sections = frame.top_sections[:ROWS]
    trees = {section.id: frame.below(section.id) for section in sections}
    # Those of the top that are newer than the last that nobody chose are left out by the
    # cursor; a chosen one may be of any age.
    chosen = {shown.card.id for shown in front.top if shown.slot is not None}
    newest = queries.newest_by_section(
        mount.blog, now, trees, ROW_CARDS + len(chosen), Cursor(older_than=front.newest_above)
    )
    rows = (
        SectionRow(section, others_of(newest[section.id], chosen, ROW_CARDS))
        for section in sections
    )
    return tuple(row for row in rows if len(row.cards) > 1)


def _parents(section: SectionLink, frame: Frame) -> tuple[SectionLink, ...]:
    known = {s.id: s for s in frame.sections}
    found: list[SectionLink] = []
    above = known.get(section.parent_id or 0)
    while above is not None and above not in found:
        found.insert(0, above)
        above = known.get(above.parent_id or 0)
    return tuple(found)
