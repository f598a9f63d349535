"""The blog that a request is for.

Each registration of a :class:`~flask_newsblog.NewsBlog` leaves one :class:`Mount` in
``app.extensions["newsblog"]``; :data:`current_blog` is the one that the request came in by.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlsplit

from flask import Flask, Response, current_app, has_request_context, redirect, request, url_for
from werkzeug.local import LocalProxy
from werkzeug.wrappers import Response as BaseResponse

from .caching import PUBLIC_SECONDS, PageMemory, shared_response_class
from .config import strange_keys
from .i18n import Words, words_for
from .mail import SendMail
from .media.placing import tell_addresses
from .media.storage import LocalStorage, Storage
from .people import Can, CurrentPerson
from .settings import LANGUAGE_OF_VISITOR, Settings

EXTENSION = "newsblog"
SAFE_IN_PATH = "!$&'()*+,/:;=@"
_DAY = (("year", "<yyyy>"), ("month", "<mm>"), ("day", "<dd>"))


class NoSuchBlog(LookupError):
    """No blog of that name is registered; the message names those that are."""


@dataclass
class Mount:
    """One registration of a blog in one app.

    ``name`` is the name it is registered under, which begins its endpoints;
    ``blog`` is the instance's own, under which its rows are stored. They differ
    where one blog has two addresses. ``origins`` says of each setting where it came from.
    """

    name: str
    blog: str
    app: Flask
    settings: Settings
    origins: Mapping[str, str]
    current_person: CurrentPerson
    can: Can
    comment_checks: tuple[Any, ...]
    send_mail: SendMail | None
    given_storage: Storage | None
    now: Callable[[], datetime]
    assets: Path
    url_prefix: str
    started_at: datetime
    pages: PageMemory = field(default_factory=PageMemory)
    settings_checked: bool = False
    told_of_proxy: bool = False
    _templates: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        tell_addresses(self.app, self.blog, self.picture_address)

    @cached_property
    def response_class(self) -> type[Response]:
        """What pages are answered with: the host's own, made fit for sharing where they are."""
        return self._shared_class if self.settings.public_pages else self.app.response_class

    @cached_property
    def _shared_class(self) -> type[Response]:
        return shared_response_class(self.app.response_class)

    def shared(self, response: BaseResponse) -> Response:
        """A response that caches may share, unless it turns out to set a cookie."""
        return cast(Response, self._shared_class.force_type(response))

    def moved(self, address: str) -> Response:
        """The way to where a page is now, kept for a minute: it may move back."""
        response = self.shared(redirect(address, code=301))
        whose = "public" if self.settings.public_pages else "private"
        response.headers["Cache-Control"] = f"{whose}, max-age={PUBLIC_SECONDS}"
        return response

    @property
    def words(self) -> Words:
        """The language of this request's page."""
        if self.settings.language != LANGUAGE_OF_VISITOR:
            return self._own_words
        language = "en"
        if "babel" in self.app.extensions:
            from flask_babel import get_locale

            language = str(get_locale() or language)
        return self._words_in(language)

    @cached_property
    def _own_words(self) -> Words:
        return self._words_in(self.settings.language)

    def _words_in(self, language: str) -> Words:
        folders = str(self.app.config.get("BABEL_TRANSLATION_DIRECTORIES", "")).split(";")
        found = tuple(str(Path(self.app.root_path, f)) for f in folders if f)
        return words_for(language, self.settings.zone, self.settings.date_format, found)

    @cached_property
    def media_folder(self) -> Path:
        """Where this blog's pictures are kept."""
        return Path(self.settings.media_folder or Path(self.app.instance_path, "newsblog-media"))

    @cached_property
    def storage(self) -> Storage:
        """What keeps the files of this blog's pictures: the host's storage, or the media folder."""
        return self.given_storage or LocalStorage(self.media_folder)

    def picture_address(self, key: str) -> str:
        """The address of a picture's file, in a request of the app or outside of any."""
        if has_request_context():
            return self.url("media", key=key)
        root = self.app.config["APPLICATION_ROOT"]
        adapter = self.app.url_map.bind("localhost", script_name=root)
        return urlsplit(adapter.build(f"{self.name}.media", {"key": key})).path

    def url(self, endpoint: str, **values: Any) -> str:
        """The address of one of this blog's own pages."""
        return url_for(f"{self.name}.{endpoint}", **values)

    def post_url(self, slug: str, published_at: datetime, **more: Any) -> str:
        """The address of a story: its slug, and its day in the blog's time zone."""
        day = published_at.astimezone(self.settings.zone)
        parts = {part: getattr(day, part) for part, mark in _DAY if mark in self.settings.permalink}
        return self.url("post", slug=slug, **parts, **more)

    def post_path(self, slug: str, published_at: datetime) -> str:
        """The end of a story's address, as the setting ``permalink`` gives it."""
        day = published_at.astimezone(self.settings.zone)
        return self._permalink.format(day=day, slug=quote(slug, safe=SAFE_IN_PATH))

    @cached_property
    def _permalink(self) -> str:
        pattern = self.settings.permalink.replace("<slug>", "{slug}")
        for part, mark in _DAY:
            pattern = pattern.replace(mark, f"{{day.{part}:0{len(mark) - 2}}}")
        return pattern

    @cached_property
    def asset_versions(self) -> dict[str, str]:
        """The present version of each of our static files, by its name."""
        return {
            file.relative_to(self.assets).as_posix(): sha256(file.read_bytes()).hexdigest()[:10]
            for file in self.assets.rglob("*")
            if file.is_file()
        }

    def template(self, filename: str) -> str:
        """The template for a page: this mount's own if the host has one, or the blog's."""
        found = self._templates.get(filename)
        if found is None:
            env = self.app.jinja_env
            found = env.select_template([f"{self.name}/{filename}", f"newsblog/{filename}"]).name
            if not env.auto_reload:
                self._templates[filename] = cast(str, found)
        return cast(str, found)


def mounts(app: Flask) -> dict[str, Mount]:
    """All the blogs of an app, by the names they are registered under."""
    found: dict[str, Mount] = app.extensions.setdefault(EXTENSION, {})
    return found


def find_mount(app: Flask, name: str) -> Mount:
    """A blog of an app by the name it is registered under.

    Raises:
        NoSuchBlog: there is none of that name.
    """
    known = mounts(app)
    if name not in known:
        listed = ", ".join(known) or "none at all"
        raise NoSuchBlog(f"No blog called {name!r} is registered; there is: {listed}.")
    return known[name]


def this_blog() -> Mount:
    """The blog that the current request came in by.

    Raises:
        NoSuchBlog: it came in by none.
    """
    # Never the blueprint's own name: it stays "news" where the blog is
    # registered a second time under another name.
    known = mounts(current_app)
    for name in request.blueprints:
        if name in known:
            return known[name]
    raise NoSuchBlog("This request did not come in by a blog; use latest_stories(name) outside.")


current_blog = cast(Mount, LocalProxy(this_blog))
"""What :func:`this_blog` finds, as a name that can be imported and kept."""


def forget_pages(mount: Mount) -> None:
    """Drop the kept pages of a blog, at all its addresses, after its readers see a change."""
    for other in mounts(mount.app).values():
        if other.blog == mount.blog:
            other.pages.forget()


def warn_of_strange_settings(app: Flask) -> None:
    """Say in the log which settings lead nowhere: to no blog of this app, to no endpoint."""
    for mount in mounts(app).values():
        endpoint = mount.settings.login_endpoint
        if endpoint and endpoint not in app.view_functions:
            app.logger.warning(
                "NEWSBLOG_LOGIN_ENDPOINT is %r, and this app has no such endpoint: strangers at"
                " the newsroom of %r get 401. Write the endpoint of your sign-in page.",
                endpoint,
                mount.name,
            )
    for key in strange_keys(app.config, mounts(app)):
        app.logger.warning(
            "The setting %s belongs to no blog of this app, which are: %s.",
            key,
            ", ".join(mounts(app)),
        )
