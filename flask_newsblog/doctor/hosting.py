"""Whether the host has told the blog of its people, its sign-in page and its proxy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from ..config import DEFAULT, strange_keys
from ..database import session
from ..models import SignIn
from ..mount import Mount, mounts
from ..people import never, nobody
from .findings import Finding, Level, named

SETTINGS, PEOPLE, PROXY = "settings", "people", "proxy"


def check_settings(mount: Mount) -> Iterator[Finding]:
    """Settings that lead nowhere, and one that most have to change."""
    endpoint = mount.settings.login_endpoint
    if endpoint and endpoint not in mount.app.view_functions:
        yield Finding(
            Level.ERROR,
            SETTINGS,
            f"NEWSBLOG_LOGIN_ENDPOINT is {endpoint!r}, and this app has no such endpoint:"
            " strangers at the newsroom get 401.",
            "Write the endpoint of your sign-in page, as flask routes lists it.",
        )
    strange = strange_keys(mount.app.config, mounts(mount.app))
    if strange:
        yield Finding(
            Level.WARNING,
            SETTINGS,
            f"These belong to no blog of this app: {named(strange)}.",
            f"Take them out, or write the name of one; there is: {named(mounts(mount.app))}.",
        )
    if mount.origins["time_zone"] == DEFAULT:
        yield Finding(
            Level.INFO,
            SETTINGS,
            "Days and times are those of UTC.",
            "Set NEWSBLOG_TIME_ZONE to where the paper is made, such as Europe/Lisbon.",
        )


def check_people(mount: Mount, now: datetime) -> Iterator[Finding]:
    """Whether anybody can enter the newsroom."""
    knows, allows = mount.current_person is not nobody, mount.can is not never
    if knows and not allows:
        yield Finding(
            Level.WARNING,
            PEOPLE,
            "The host says who people are, and not what they may do: nobody who is signed in"
            " there gets into the newsroom.",
            "Pass NewsBlog(..., can=...).",
        )
    elif allows and not knows:
        yield Finding(
            Level.WARNING,
            PEOPLE,
            "The host says what people may do, and not who they are, so it is never asked.",
            "Pass NewsBlog(..., current_person=...).",
        )
    elif not knows and not _has_visits(mount.blog, now):
        yield Finding(
            Level.INFO,
            PEOPLE,
            "Nobody can enter the newsroom.",
            "Run flask newsblog sign-in NAME for a link, or pass NewsBlog(..., current_person=...,"
            " can=...).",
        )


def check_proxy(mount: Mount) -> Iterator[Finding]:
    """Whether this process has seen requests of a proxy that it is not told of."""
    if mount.told_of_proxy:
        yield Finding(
            Level.WARNING,
            PROXY,
            "Requests come in by a proxy that the app is not told of, so readers cannot be told"
            " apart.",
            "Wrap app.wsgi_app in werkzeug's ProxyFix; docs/operating.md has the lines.",
        )


def _has_visits(blog: str, now: datetime) -> bool:
    good = select(SignIn.id).where(SignIn.blog == blog, SignIn.expires_at > now).limit(1)
    return session().scalar(good) is not None
