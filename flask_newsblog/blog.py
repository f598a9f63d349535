"""The extension itself: a Blueprint that joins settings, addresses, hooks and commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from flask import Blueprint, Flask, Response, abort, current_app, request
from flask.sansio.blueprints import BlueprintSetupState
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PrefixLoader

from . import errors, hooks
from .cli import newsblog_group
from .comments.checks import Check
from .comments.mail_views import unsubscribe
from .comments.views import reply
from .config import load_settings, origins_of
from .database import UNAVAILABLE, copy_tables, utcnow
from .headlines import latest_stories
from .hooks import SetupError
from .mail import SendMail
from .media.storage import Storage
from .models import Post, length_of
from .mount import Mount, mounts, this_blog
from .newsroom.autosave_views import MOST_BYTES, autosave, here_in_story, is_too_large
from .newsroom.live_views import live_preview
from .newsroom.story_views import edit_post, new_post
from .people import Can, CurrentPerson, never, nobody
from .posts.preview_views import preview
from .settings import Settings
from .urls import CONVERTERS, addresses

# A form without script may send several pictures together, if not so many of the largest.
FILES_AT_ONCE = 4
# These come without a token: a reader's reply, what mail programs send of themselves,
# and words about a draft. And those look at their token by themselves, so that they can hand
# back what was written.
WITHOUT_TOKEN = tuple(
    f"{view.__module__}.{view.__name__}"
    for view in (
        reply,
        unsubscribe,
        preview,
        new_post,
        edit_post,
        autosave,
        here_in_story,
        live_preview,
    )
)
LONG_FORMS = ("new_post", "edit_post", "autosave", "here_in_story", "live_preview")
_FOREVER = 365 * 24 * 3600
_LONGEST_NAME = length_of(Post.blog)


class NewsBlog(Blueprint):
    """A blog or news site that any Flask app can register.

    ::

        news = NewsBlog("news", title="The Harbour Bulletin")
        app.register_blueprint(news, url_prefix="/news")

    Several instances in one app are several blogs. One instance registered a second
    time under another ``name=`` is the same blog at a second address.

    Args:
        name: the blog's name: it begins its endpoints and keeps its rows apart.
        current_person: says who makes the current request, if the host knows.
        can: says whether a person may do an :class:`~flask_newsblog.Action`.
        comment_checks: the host's own checks of replies, after ours.
        send_mail: sends an :class:`~email.message.EmailMessage` in place of our own SMTP.
        storage: keeps the files of pictures in place of the media folder.
        clock: the present moment, aware; for tests and previews.
        **settings: any of :class:`~flask_newsblog.Settings`; config counts more.

    Raises:
        SetupError: for hooks that are no functions; at registration, where the host is not
            ready.
        SettingError: at registration, for a setting that cannot be obeyed.
    """

    def __init__(
        self,
        name: str = "newsblog",
        *,
        current_person: CurrentPerson = nobody,
        can: Can = never,
        comment_checks: Sequence[Check] = (),
        send_mail: SendMail | None = None,
        storage: Storage | None = None,
        clock: Callable[[], datetime] = utcnow,
        **settings: Any,
    ) -> None:
        super().__init__(
            name,
            "flask_newsblog",
            template_folder="templates",
            static_folder="static",
            static_url_path="/assets",
        )
        self._current_person = hooks.function(name, "current_person", current_person)
        self._can = hooks.function(name, "can", can)
        self._comment_checks = hooks.checks(name, comment_checks)
        self._send_mail = (
            None if send_mail is None else hooks.function(name, "send_mail", send_mail)
        )
        self._storage = hooks.storage(name, storage)
        self._clock = clock
        self._settings = settings
        self.record(self._mount)
        self.before_app_request(_let_replies_through)
        self.url_value_preprocessor(_let_uploads_in)
        self.url_value_preprocessor(_take_long_stories)
        for status in (400, 404, 405, 413, 416, 503):
            self.register_error_handler(status, errors.error_page)
        for status in (401, 403):
            self.register_error_handler(status, errors.host_or_error_page)
        self.register_error_handler(500, errors.failed)
        for error in UNAVAILABLE:
            self.register_error_handler(error, errors.unavailable)

    @property
    def jinja_loader(self) -> BaseLoader:
        """Our templates, and once more as ``newsblog_original/…`` for hosts to extend."""
        folder = Path(self.root_path, "templates")
        originals = FileSystemLoader(folder / "newsblog")
        return ChoiceLoader(
            [FileSystemLoader(folder), PrefixLoader({"newsblog_original": originals})]
        )

    def get_send_file_max_age(self, filename: str | None) -> int | None:
        """Static files asked for by their present version may be kept; the next has another."""
        version = this_blog().asset_versions.get(filename or "")
        if version is not None and request.args.get("v") == version:
            return _FOREVER
        return super().get_send_file_max_age(filename)

    def send_static_file(self, filename: str) -> Response:
        """One of the blog's own static files."""
        return this_blog().shared(super().send_static_file(filename))

    def _mount(self, state: BlueprintSetupState) -> None:
        app = cast(Flask, state.app)
        name = f"{state.name_prefix}.{state.name}".lstrip(".")
        _refuse_unready(app, name)
        self._refuse_sharing(app, name)
        settings = load_settings(name, app.config, self._settings)
        self._refuse_members_unknown(settings, name)
        copy_tables(app)
        _exempt_replies(app)
        mounts(app)[name] = Mount(
            name=name,
            blog=self.name,
            app=app,
            settings=settings,
            origins=origins_of(name, app.config, self._settings),
            current_person=hooks.only_people(name, self._current_person),
            can=self._can,
            comment_checks=self._comment_checks,
            send_mail=self._send_mail,
            given_storage=self._storage,
            now=self._clock,
            assets=Path(cast(str, self.static_folder)),
            url_prefix=(state.url_prefix or "").rstrip("/"),
            started_at=self._clock(),
        )
        app.url_map.converters.update(CONVERTERS)
        for address in addresses(settings):
            state.add_url_rule(
                address.rule, address.endpoint, address.view, methods=address.methods
            )
        if len(mounts(app)) == 1:
            app.cli.add_command(newsblog_group)
            app.add_template_global(latest_stories, "newsblog_latest")

    def _refuse_members_unknown(self, settings: Settings, name: str) -> None:
        members_only = settings.replies and settings.reply_needs_sign_in
        if members_only and self._current_person is nobody:
            raise SetupError(
                f"NEWSBLOG_REPLY_NEEDS_SIGN_IN is on, and the blog {name!r} knows nobody, so nobody"
                " could reply: pass NewsBlog(..., current_person=...), or turn it off."
            )

    def _refuse_sharing(self, app: Flask, name: str) -> None:
        if len(self.name) > _LONGEST_NAME:
            raise SetupError(
                f"The name {self.name!r} is too long for a blog: it has {len(self.name)}"
                f" characters; {_LONGEST_NAME} are kept."
            )
        for other in mounts(app).values():
            if other.blog == self.name and app.blueprints[other.name] is not self:
                raise SetupError(
                    f"Two blogs are called {self.name!r}, {other.name!r} and {name!r}, and would"
                    " share their stories: give one NewsBlog(...) another name, or register the"
                    " same one twice, the second time with name=."
                )


def _take_long_stories(endpoint: str | None, values: dict[str, Any] | None) -> None:
    # Before all that looks into a form. Flask 3.1 takes 500 kB of a form that is sent
    # in parts, and of any other whatever comes.
    if endpoint is None or endpoint.rpartition(".")[2] not in LONG_FORMS:
        return
    if is_too_large() and not endpoint.endswith((".autosave", ".here_in_story")):
        abort(413)  # those answer by themselves
    usual = request.max_form_memory_size
    if usual is not None:
        request.max_form_memory_size = max(usual, MOST_BYTES)


def _let_replies_through() -> None:
    # Runs before CSRFProtect where that was set up after us.
    _exempt_replies(current_app)


def _let_uploads_in(endpoint: str | None, values: Any) -> None:
    # Before anything reads the form, such as a CSRFProtect over the whole app.
    if (endpoint or "").endswith(".upload_media"):
        most = this_blog().settings.upload_megabytes * FILES_AT_ONCE * 1_000_000
        # Flask 3.0 has one limit for all requests, which then counts here, too.
        with suppress(AttributeError):
            request.max_content_length = max(most, request.max_content_length or 0)


def _exempt_replies(app: Flask) -> None:
    """Let what carries no token past a CSRFProtect over the whole app.

    It would answer 400 before our view runs, and a reader's text would be lost. What guards
    the reply instead is in ``comments/origin.py``; a link that ends mail is signed. The form
    below a draft has a token that our view looks at, but tells no site where it was sent
    from, without which CSRFProtect takes nothing over https.
    """
    protect = app.extensions.get("csrf")
    if protect is not None:
        for view in WITHOUT_TOKEN:
            if view not in protect._exempt_views:
                protect.exempt(view)


def _refuse_unready(app: Flask, name: str) -> None:
    if "sqlalchemy" not in app.extensions:
        raise SetupError(
            f"The blog {name!r} is registered before the database: call db.init_app(app) of your"
            " Flask-SQLAlchemy first, then app.register_blueprint(...)."
        )
    if not app.secret_key:
        raise SetupError(
            f"The blog {name!r} needs a secret to sign with: set app.config['SECRET_KEY'], or"
            " FLASK_SECRET_KEY in the environment, before app.register_blueprint(...)."
        )
