"""The extension itself: a Blueprint that joins settings, addresses, hooks and commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from flask import Blueprint, Flask, Response, current_app, request
from flask.sansio.blueprints import BlueprintSetupState
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PrefixLoader

from . import errors
from .cli import newsblog_group
from .comments.checks import Check
from .comments.views import reply
from .config import load_settings
from .database import UNAVAILABLE, copy_tables, utcnow
from .headlines import latest_stories
from .models import Post, length_of
from .mount import Mount, mounts, this_blog
from .people import Can, CurrentPerson, never, nobody
from .urls import CONVERTERS, addresses

REPLY_VIEW = f"{reply.__module__}.{reply.__name__}"
_FOREVER = 365 * 24 * 3600
_LONGEST_NAME = length_of(Post.blog)


class SetupError(RuntimeError):
    """The host has not prepared what the blog stands on; the message says what to write."""


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
        clock: the present moment, aware; for tests and previews.
        **settings: any of :class:`~flask_newsblog.Settings`; config counts more.

    Raises:
        SetupError: for checks that are no functions; at registration, where the host is not
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
        self._current_person = current_person
        self._can = can
        self._comment_checks = _functions(name, comment_checks)
        self._clock = clock
        self._settings = settings
        self.record(self._mount)
        self.before_app_request(_let_replies_through)
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
        members_only = settings.replies and settings.reply_needs_sign_in
        if members_only and self._current_person is nobody:
            raise SetupError(
                f"NEWSBLOG_REPLY_NEEDS_SIGN_IN is on, and the blog {name!r} knows nobody, so nobody"
                " could reply: pass NewsBlog(..., current_person=...), or turn it off."
            )
        copy_tables(app)
        _exempt_replies(app)
        mounts(app)[name] = Mount(
            name=name,
            blog=self.name,
            app=app,
            settings=settings,
            current_person=self._current_person,
            can=self._can,
            comment_checks=self._comment_checks,
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


def _functions(name: str, checks: Sequence[Check]) -> tuple[Check, ...]:
    listed = checks if isinstance(checks, list | tuple) else [None]
    if not all(callable(check) for check in listed):
        raise SetupError(
            f"The comment_checks of the blog {name!r} are a list of functions, not {checks!r:.60}:"
            " write comment_checks=[my_check]."
        )
    return tuple(checks)


def _let_replies_through() -> None:
    # Runs before CSRFProtect where that was set up after us.
    _exempt_replies(current_app)


def _exempt_replies(app: Flask) -> None:
    """Let the reader's reply, which carries no token, past a CSRFProtect over the whole app.

    It would answer 400 before our view runs, and the text would be lost. What guards
    the reply instead is in ``comments/origin.py``.
    """
    protect = app.extensions.get("csrf")
    if protect is not None and REPLY_VIEW not in protect._exempt_views:
        protect.exempt(REPLY_VIEW)


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
