"""Cache headers, validators, and the memory of finished pages.

A page for readers depends only on its address, the content, the settings and the
layout. Where the owner says that the layout shows everyone the same
(``NEWSBLOG_PUBLIC_PAGES``), it may be kept by caches that many share.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias, cast
from zoneinfo import ZoneInfo

from flask import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.datastructures import Headers

Key: TypeAlias = tuple[Hashable, ...]

# How long a shared cache may keep a page without asking again.
PUBLIC_SECONDS = 60
# A memory of finished pages ends at this many, and forgets the least asked for.
PAGES_KEPT = 1000
# … or at so many bytes of their texts and headers, whichever comes first.
BYTES_KEPT = 32 * 1024 * 1024
# What a page gets anew each time that it is handed out; the server adds the date, and
# the response its length.
_OF_ITS_MOMENT = frozenset({"Cache-Control", "Content-Length", "Date"})
# What a request says when it may be answered by less than the whole page.
_CONDITIONS = frozenset({"HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH"})


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A finished page in memory: its bytes and headers.

    It is handed out until ``until``; caches on the way may keep it until ``fresh_until``.
    """

    body: bytes
    headers: tuple[tuple[str, str], ...]
    until: datetime
    fresh_until: datetime

    @property
    def size(self) -> int:
        """Its bytes."""
        return len(self.body) + sum(len(name) + len(value) for name, value in self.headers)


@dataclass
class PageMemory:
    """The pages that one process keeps for one mount, least recently asked for out first."""

    _pages: OrderedDict[Key, KeptPage] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _lock: Lock = field(default_factory=Lock)

    def recall(self, key: Key, now: datetime) -> KeptPage | None:
        """The page kept under ``key`` if it still holds."""
        with self._lock:
            page = self._pages.get(key)
            if page is None:
                return None
            if page.until <= now:
                self._drop(key)
                return None
            self._pages.move_to_end(key)
            return page

    def keep(self, key: Key, page: KeptPage) -> None:
        """Keep a page, and forget others where there are too many."""
        with self._lock:
            self._drop(key)
            self._pages[key] = page
            self._bytes += page.size + _size_of(key)
            while len(self._pages) > PAGES_KEPT or self._bytes > BYTES_KEPT:
                self._drop(next(iter(self._pages)))

    def forget(self) -> None:
        """Drop every page, after something that readers see has changed."""
        with self._lock:
            self._pages.clear()
            self._bytes = 0

    def _drop(self, key: Key) -> None:
        if page := self._pages.pop(key, None):
            self._bytes -= page.size + _size_of(key)


def _size_of(key: Key) -> int:
    return sum(len(part) for part in key if isinstance(part, str))


class SharedHeaders:
    """Mixed into the app's response class for pages that are the same for everyone.

    Looks at the headers last of all, after every ``after_request`` function and
    after the session was saved: Flask-Login reads the session in each request,
    which makes Flask add ``Vary: Cookie`` although the page does not vary. A
    response that does set a cookie is one visitor's own and is shared with nobody:
    only one that sets none calls ``when_shared``.
    """

    when_shared: Callable[[], None] | None = None

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        headers: Headers = super().get_wsgi_headers(environ)  # type: ignore[misc]
        if "Set-Cookie" in headers:
            headers["Cache-Control"] = "private, no-store"
            return headers
        if self.when_shared is not None:
            self.when_shared()
        if vary := headers.get("Vary"):
            others = [name for name in vary.split(",") if name.strip().lower() != "cookie"]
            if others:
                headers["Vary"] = ",".join(others).strip()
            else:
                del headers["Vary"]
        return headers


def shared_response_class(base: type[Response]) -> type[Response]:
    """The app's response class with :class:`SharedHeaders` before it."""
    return type("SharedResponse", (SharedHeaders, base), {})


def page_of(response: Response, now: datetime, longest: int) -> KeptPage:
    """A response finished now, to be kept while it is fresh, at most so many seconds."""
    fresh = response.cache_control.max_age or 0
    return KeptPage(
        body=response.get_data(),
        headers=tuple(pair for pair in response.headers if pair[0] not in _OF_ITS_MOMENT),
        until=now + timedelta(seconds=min(longest, fresh)),
        fresh_until=now + timedelta(seconds=fresh),
    )


def seconds_to_keep(longest: int, now: datetime, next_change: datetime | None) -> int:
    """For how many seconds a page holds: ``longest``, or until the next scheduled change."""
    if next_change is None:
        return longest
    return max(0, min(longest, int((next_change - now).total_seconds())))


def turns_of_day(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When the date on each page last changed, and when it will change next."""
    today = now.astimezone(zone).date()
    return datetime.combine(today, time(), zone), datetime.combine(
        today + timedelta(days=1), time(), zone
    )


def validate(
    response: Response, environ: WSGIEnvironment, now: datetime, last_change: datetime
) -> Response:
    """Give a page its validators and answer 304 where the reader has it already.

    ETag is a hash of the bytes, so it is right whatever the page was made from;
    Last-Modified serves those who send no ETag back.
    """
    response.add_etag()
    # It counts in whole seconds: within the second of a change, another may follow.
    if last_change.replace(microsecond=0) < now.replace(microsecond=0):
        response.last_modified = last_change
    return _as_asked(response, environ)


def answer_from(
    page: KeptPage, response_class: type[Response], environ: WSGIEnvironment, now: datetime
) -> Response:
    """A kept page as a response to this request."""
    seconds = int((page.fresh_until - now).total_seconds())
    lifetime = ("Cache-Control", f"public, max-age={seconds}")
    return _as_asked(response_class(page.body, headers=[*page.headers, lifetime]), environ)


def _as_asked(response: Response, environ: WSGIEnvironment) -> Response:
    if _CONDITIONS.isdisjoint(environ):
        return response
    return cast(Response, response.make_conditional(environ))
