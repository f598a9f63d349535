"""What the templates of a page see, and how the page is answered."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial, wraps
from typing import Any
from urllib.parse import quote

from flask import Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from .caching import (
    PUBLIC_SECONDS,
    SharedHeaders,
    answer_from,
    page_of,
    seconds_to_keep,
    turns_of_day,
    validate,
)
from .i18n import Words
from .mount import SAFE_IN_PATH, Mount, this_blog, warn_of_strange_settings
from .posts.pages import BreakingNews
from .posts.queries import (
    AuthorLink,
    Frame,
    Picture,
    SectionLink,
    TagLink,
)
from .text.addresses import WEB, may_lead_to, with_query
from .text.excerpts import reading_minutes

View = Callable[..., ResponseReturnValue]

# Stands in an address for the part that differs, which is then written as the router does.
_HERE = "0newsblog0"


@dataclass(frozen=True)
class Site:
    """The blog as every template sees it, under the name ``blog``."""

    name: str
    title: str
    tagline: str
    description: str
    language: str
    direction: str
    sections: tuple[SectionLink, ...]
    now: datetime
    canonical: str
    banner: BreakingNews | None
    _mount: Mount
    _words: Words
    _stems: dict[str, list[str]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day in the blog's time zone."""
        return self.now.astimezone(self._words.zone).date()

    def url(self, endpoint: str, **values: Any) -> str:
        """The address of a page of this blog by its endpoint, such as ``front``."""
        if values:
            return self._mount.url(endpoint, **values)
        return self._once(endpoint)[0]

    def post_url(self, post: Any, **more: Any) -> str:
        """The address of a story: anything with ``slug`` and ``published_at``."""
        if more:
            return self._mount.post_url(post.slug, post.published_at, **more)
        stem = self._stems.get("post")
        if stem is None:
            address = self._mount.post_url(_HERE, self.now)
            stem = self._stems["post"] = address.split(self._mount.post_path(_HERE, self.now))
        return self._mount.post_path(post.slug, post.published_at).join(stem)

    def section_url(self, section: SectionLink) -> str:
        """The address of a section."""
        return self._address("section", section.slug)

    def tag_url(self, tag: TagLink) -> str:
        """The address of a tag."""
        return self._address("tag", tag.slug)

    def author_url(self, author: AuthorLink) -> str:
        """The address of an author."""
        return self._address("author", author.slug)

    def asset(self, filename: str) -> str:
        """The address of one of the blog's own static files, which changes when the file does."""
        address = self._address("static", filename, "filename")
        return with_query(address, v=self._mount.asset_versions[filename])

    def picture_url(self, key: str) -> str:
        """The address of a picture in the media folder."""
        return self._address("media", key, "key")

    def srcset(self, picture: Picture, kind: str = "image/webp") -> str:
        """The sizes of a picture of this kind, for the attribute ``srcset``; empty without any."""
        return ", ".join(
            f"{self.picture_url(v['key'])} {v['width']}w"
            for v in picture.variants
            if v.get("type", "image/webp") == kind
        )

    def date(self, when: datetime | date, pattern: str = "") -> str:
        """A day in the blog's time zone and language."""
        return self._words.date(when, pattern)

    def time(self, when: datetime) -> str:
        """The hour and minute in the blog's time zone and language."""
        return self._words.time(when)

    def date_and_time(self, when: datetime) -> str:
        """A day and time in the blog's time zone and language."""
        return self._words.date_and_time(when)

    def clock(self, when: datetime) -> str:
        """The time of the day in the blog's time zone and language."""
        return self._words.time(when)

    def ago(self, when: datetime) -> str:
        """How long ago, for a day; then the date."""
        return self._words.ago(when, self.now)

    def iso(self, when: datetime) -> str:
        """A moment for the attribute ``datetime``, in the blog's time zone, to the second."""
        return self._words.iso(when)

    def number(self, value: int) -> str:
        """A number in the blog's language."""
        return self._words.number(value)

    def minutes(self, words: int) -> int:
        """How many minutes a text of so many words takes to read."""
        return reading_minutes(words)

    def _address(self, endpoint: str, value: str, part: str = "slug") -> str:
        return quote(value, safe=SAFE_IN_PATH).join(self._once(endpoint, part))

    def _once(self, endpoint: str, part: str = "") -> list[str]:
        # A page has up to two hundred addresses of few kinds. The router is asked
        # once for each kind: asked for all, it takes half the time of the page.
        stem = self._stems.get(endpoint)
        if stem is None:
            address = self._mount.url(endpoint, **({part: _HERE} if part else {}))
            stem = self._stems[endpoint] = address.split(_HERE)
        return stem


def site(frame: Frame, now: datetime, canonical: str = "") -> Site:
    """What the templates of this request see as ``blog``."""
    mount = this_blog()
    settings, words = mount.settings, mount.words
    return Site(
        name=mount.name,
        title=settings.title,
        tagline=settings.tagline,
        description=settings.description or settings.tagline,
        language=words.language,
        direction=words.direction,
        sections=frame.top_sections,
        now=now,
        canonical=_absolute(canonical) if canonical else "",
        banner=_breaking(mount, frame),
        _mount=mount,
        _words=words,
    )


def draw(template: str, page: Any, blog: Site) -> str:
    """A page as HTML. Its templates see ``blog``, ``page``, ``t`` and ``tn``, and no more."""
    mount, words = blog._mount, blog._words
    if not mount.settings_checked:
        # Not at registration, for the blogs that come later are not known then.
        mount.settings_checked = True
        warn_of_strange_settings(mount.app)
    return render_template(mount.template(template), blog=blog, page=page, t=words.t, tn=words.tn)


def render(
    template: str,
    page: Any,
    frame: Frame,
    now: datetime,
    canonical: str,
    changed_at: datetime | None = None,
) -> Response:
    """A page for readers, with its cache headers and validators.

    Args:
        template: the file below ``newsblog/``.
        page: what it shows, of the dataclass documented for it.
        frame: the sections and the clock of the blog.
        now: the moment for which the page is made.
        canonical: the page's one address, from the root of the host.
        changed_at: when it last changed by the clock alone, if it did.
    """
    mount = this_blog()
    response = mount.response_class(
        draw(template, page, site(frame, now, canonical)), mimetype="text/html"
    )
    today, tomorrow = turns_of_day(now, mount.settings.zone)
    if mount.settings.public_pages:
        next_change = min(filter(None, (frame.next_change, tomorrow)))
        seconds = seconds_to_keep(PUBLIC_SECONDS, now, next_change)
        response.headers["Cache-Control"] = f"public, max-age={seconds}"
    else:
        response.headers["Cache-Control"] = "private, no-cache"
    last_change = max(filter(None, (frame.last_change, mount.started_at, today, changed_at)))
    return validate(response, request.environ, now, last_change)


def render_error(status: int, page: Any, frame: Frame, now: datetime) -> Response:
    """One of the blog's own error pages, kept by nobody."""
    html = draw("error.html", page, site(frame, now))
    response = current_app.response_class(html, status, mimetype="text/html")
    response.cache_control.no_store = True
    return response


def reader_page(known_arguments: Callable[[], Hashable]) -> Callable[[View], View]:
    """Answer from the memory of finished pages where the site owner has turned it on.

    Args:
        known_arguments: what the page depends on besides its address, read from this
            request; addresses that mean the same are then one page. None: it is not kept.
    """

    def remember(view: View) -> View:
        @wraps(view)
        def answer(**values: Any) -> ResponseReturnValue:
            mount = this_blog()
            longest = mount.settings.page_cache_seconds
            if not longest:
                return view(**values)
            arguments = known_arguments()
            if arguments is None:
                return view(**values)
            key, now = (*_place(mount), arguments), mount.now()
            if kept := mount.pages.recall(key, now):
                return answer_from(kept, mount.response_class, request.environ, now)
            response = current_app.make_response(view(**values))
            if response.status_code == 200 and request.method == "GET" and _from_a_stranger():
                page = page_of(response, now, longest)
                if isinstance(response, SharedHeaders):
                    response.when_shared = partial(mount.pages.keep, key, page)
            return response

        return answer

    return remember


def _breaking(mount: Mount, frame: Frame) -> BreakingNews | None:
    line = frame.banner
    if line is None:
        return None
    if line.slug is not None and line.published_at is not None:
        return BreakingNews(line.text, mount.post_url(line.slug, line.published_at))
    return BreakingNews(line.text, line.url if may_lead_to(line.url, WEB) else "")


def _absolute(path: str) -> str:
    base = this_blog().settings.base_url
    if not path.startswith("/"):
        return path
    if base:
        return base.rstrip("/") + path
    # Werkzeug gives an empty host where the request's is none.
    return f"{request.scheme}://{request.host}{path}" if request.host else ""


def _place(mount: Mount) -> tuple[str, ...]:
    app = mount.app
    by_host = app.url_map.host_matching or app.subdomain_matching
    # With a base URL the canonical links are the same whatever the host is called.
    shown = by_host or not mount.settings.base_url
    host = request.environ.get("HTTP_HOST", "") if shown else ""
    return request.scheme, host, request.root_path, request.path


def _from_a_stranger() -> bool:
    # The cookie, not ``flask.session``: to look into that makes Flask say Vary: Cookie.
    # A layout may write what it finds there, such as a token, and set no cookie.
    return current_app.session_interface.get_cookie_name(current_app) not in request.cookies
