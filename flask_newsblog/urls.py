"""Every address of the site, on one page."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from flask.typing import ResponseReturnValue
from werkzeug.routing import BaseConverter, IntegerConverter, Map

from . import errors
from .comments import views as comments
from .database import LARGEST_ID
from .newsroom import views as newsroom
from .posts import views as posts
from .settings import Settings

_READ = ("GET",)
_ACT = ("POST",)


class Digits(BaseConverter):
    """A number in an address, of so many digits, or else of any that a row may have.

    Flask's own ``int`` looks at the number only when it has chosen the rule, and then no
    other rule is asked: the visitor would get the host's page instead of the blog's.
    """

    weight = IntegerConverter.weight

    def __init__(self, url_map: Map, digits: int = 0) -> None:
        super().__init__(url_map)
        self.digits = digits
        self.regex = f"[0-9]{{{digits or f'1,{len(str(LARGEST_ID))}'}}}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value).zfill(self.digits)


CONVERTERS = {"newsblog_digits": Digits}


class Address(NamedTuple):
    """A rule below the blog's own address, the endpoint that names it, the view that answers."""

    rule: str
    endpoint: str
    view: Callable[..., ResponseReturnValue]
    methods: tuple[str, ...] = _READ


def addresses(settings: Settings) -> list[Address]:
    """All addresses of a blog with these settings."""
    year, month, day = (
        f"<newsblog_digits({digits}):{part}>"
        for part, digits in (("year", 4), ("month", 2), ("day", 2))
    )
    number = "<newsblog_digits:{}>"
    return [
        Address("/", "front", posts.front),
        Address(settings.permalink_rule, "post", comments.story),
        Address("/sections/<slug>/", "section", posts.section),
        Address("/tags/<slug>/", "tag", posts.tag),
        Address("/authors/<slug>/", "author", posts.author),
        Address(f"/{year}/", "year", posts.year),
        Address(f"/{year}/{month}/", "month", posts.month),
        Address(f"/{year}/{month}/{day}/", "day", posts.day),
        Address("/media/<path:key>", "media", posts.media),
        Address(f"/comments/{number.format('comment_id')}", "comment", comments.comment),
        Address(f"/replies/{number.format('post_id')}", "reply", comments.reply, ("GET", "POST")),
        Address("/replies/waiting/<token>", "waiting", comments.waiting),
        Address("/newsroom/", "newsroom", newsroom.door),
        Address("/newsroom/sign-in/<secret>", "sign_in", newsroom.sign_in, ("GET", "POST")),
        Address("/newsroom/sign-out", "sign_out", newsroom.sign_out, _ACT),
        # Everything else, so that a wrong address or method gets the blog's own page.
        Address("/", errors.LOST, errors.lost, errors.CHANGING),
        Address("/<path:address>", errors.LOST, errors.lost, errors.METHODS),
    ]
