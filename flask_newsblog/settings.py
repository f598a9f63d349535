"""What a site owner may set: names, types, defaults and meaning, on one page.

A value is looked for in this order, the first found counts:
``NEWSBLOG_<NAME>_X`` in the app's config, ``NEWSBLOG_X``, the argument ``x`` of
:class:`~flask_newsblog.NewsBlog`, the default. So deployment beats code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import PurePath
from typing import Any
from zoneinfo import ZoneInfo

PREFIX = "NEWSBLOG_"
LANGUAGE_OF_VISITOR = "auto"
# First parts of our own addresses: a story called so would be hidden behind them.
RESERVED = frozenset(
    {"assets", "authors", "comments", "corrections", "feed", "media", "newsroom", "replies",
     "search", "sections", "sitemap", "tags"}
)  # fmt: skip
_PLACEHOLDERS = {
    "yyyy": "<int(fixed_digits=4):year>",
    "mm": "<int(fixed_digits=2):month>",
    "dd": "<int(fixed_digits=2):day>",
    "slug": "<slug>",
}
_DATE_STYLES = ("full", "long", "medium", "short")
# Quoted text, in which two quotes are one; letters; a quote that nobody closes.
_DATE_LETTERS = re.compile(r"'(?:[^']|'')*'|[A-Za-z]+|'")
_DATE_PARTS = frozenset({"d", "dd", "M", "MM", "MMM", "MMMM", "y", "yy", "yyyy", "EEE", "EEEE"})


A_BASE_URL = "a scheme and host such as https://bulletin.example"


class SettingError(ValueError):
    """A setting that cannot be obeyed; the message says which, why, and what to write instead."""


def _setting(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one blog. Each is ``NEWSBLOG_<FIELD>`` in the app's config."""

    title: str = _setting("News", "The name of the site, in the masthead and in page titles.")
    tagline: str = _setting("", "The line under or over the name.")
    description: str = _setting("", "A sentence for search engines; the tagline where it is empty.")
    language: str = _setting(
        "en",
        "The language of the site as a tag such as `en`, `de` or `ar`. With `auto`, the language"
        " that the host's Flask-Babel chose for the visitor.",
    )
    time_zone: str = _setting("UTC", "Where the paper is made, such as `Europe/Lisbon`.")
    date_format: str = _setting(
        "long",
        "`full`, `long`, `medium` or `short`, or a pattern such as `d MMMM yyyy` or `EEE d.M.yy`.",
    )
    posts_per_page: int = _setting(12, "Stories on one page of a list, 1 to 100.")
    permalink: str = _setting(
        "/<yyyy>/<mm>/<dd>/<slug>/",
        "The address of a story below the blog's own, made of `<yyyy>`, `<mm>`, `<dd>`, `<slug>`.",
    )
    public_pages: bool = _setting(
        False,
        "Whether pages look the same for everyone, so that shared caches may keep them."
        " Leave it off while your layout shows who is signed in.",
    )
    page_cache_seconds: int = _setting(
        0,
        "For how many seconds, up to 60, this process may keep a finished page in memory; 0 for not"
        " at all. Needs `NEWSBLOG_PUBLIC_PAGES`.",
    )
    base_url: str = _setting(
        "",
        "The site's own scheme and host, such as `https://bulletin.example`, for addresses that"
        " leave the site; the request's when empty.",
    )
    replies: bool = _setting(True, "Whether readers may reply to stories at all.")
    reply_needs_name_and_email: bool = _setting(
        True, "Whether a guest must give a name and an e-mail address."
    )
    reply_needs_sign_in: bool = _setting(
        False, "Whether only people signed in at the host may reply."
    )
    reply_website: bool = _setting(True, "Whether guests may name a website of theirs.")
    reply_length: int = _setting(10_000, "The most characters of a reply, 100 to 65,525.")
    reply_pause_seconds: int = _setting(
        15, "How long a writer has to wait between two replies; 0 for not at all."
    )
    hold_guests: bool = _setting(
        True, "Whether what guests write waits for a moderator; nobody has to wait who is known."
    )
    hold_links: int = _setting(2, "With how many links a reply waits for a moderator.")
    thread_depth: int = _setting(
        5, "How many levels of replies are shown as such, 1 to 10; deeper ones name their parent."
    )
    threads_per_page: int = _setting(50, "Threads on one page of a story, 1 to 200.")
    newest_replies_first: bool = _setting(
        False, "Whether threads begin with the newest; the reader may choose."
    )
    login_endpoint: str = _setting(
        "", "The endpoint of the host's sign-in page, to which the newsroom sends strangers."
    )
    media_folder: str = _setting(
        "", "Where pictures are kept; `newsblog-media` in the app's instance folder when empty."
    )

    def __post_init__(self) -> None:
        _check(1 <= self.posts_per_page <= 100, "posts_per_page", self, "a number from 1 to 100")
        _check(
            100 <= self.reply_length <= 65_525, "reply_length", self, "a number from 100 to 65525"
        )
        _check(self.reply_pause_seconds >= 0, "reply_pause_seconds", self, "0 or more seconds")
        _check(self.hold_links >= 1, "hold_links", self, "1 or more links")
        _check(1 <= self.thread_depth <= 10, "thread_depth", self, "a number from 1 to 10")
        _check(
            1 <= self.threads_per_page <= 200, "threads_per_page", self, "a number from 1 to 200"
        )
        _check(self.page_cache_seconds >= 0, "page_cache_seconds", self, "0 or more seconds")
        _check(bool(self.title.strip()), "title", self, "the name of the site")
        _check(not self.base_url or is_base_url(self.base_url), "base_url", self, A_BASE_URL)
        _check_zone(self)
        _check_permalink(self)
        _check_date_format(self)
        _check(
            re.fullmatch(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*", self.language) is not None,
            "language",
            self,
            "a language tag such as en or pt-BR",
        )
        if self.public_pages and self.language == LANGUAGE_OF_VISITOR:
            raise SettingError(
                "NEWSBLOG_PUBLIC_PAGES is on while NEWSBLOG_LANGUAGE is 'auto': a page that differs"
                " by visitor must not be cached for all. Name one language or turn the other off."
            )
        if self.page_cache_seconds and not self.public_pages:
            raise SettingError(
                "NEWSBLOG_PAGE_CACHE_SECONDS is set while NEWSBLOG_PUBLIC_PAGES is off: a page that"
                " may differ by visitor cannot be kept for all. Turn NEWSBLOG_PUBLIC_PAGES on if"
                " your layout shows everyone the same."
            )

    @property
    def zone(self) -> ZoneInfo:
        """The time zone itself."""
        return ZoneInfo(self.time_zone)

    @property
    def permalink_rule(self) -> str:
        """The permalink as a rule for the router."""
        return re.sub(r"<(\w+)>", lambda m: _PLACEHOLDERS[m[1]], self.permalink)


def is_base_url(text: str) -> bool:
    """Whether this is the scheme and host of a site, and nothing more."""
    return re.fullmatch(r"https?://[^/?#\s]+/?", text) is not None


def load_settings(name: str, config: Mapping[str, Any], given: Mapping[str, Any]) -> Settings:
    """The settings of the blog called ``name``.

    Args:
        name: the name under which the blog is registered.
        config: the app's config.
        given: what was passed to the constructor.

    Raises:
        SettingError: a name that no setting has, or a value that its setting cannot take.
    """
    known = {f.name: f for f in fields(Settings)}
    for key in given:
        if key not in known:
            raise SettingError(f"NewsBlog() has no setting {key!r}.{_nearest(key, known, '')}")
    own = f"{PREFIX}{_config_name(name)}_"
    values = dict(given)
    for prefix in (PREFIX, own):
        for field_name in known:
            key = prefix + field_name.upper()
            if key in config:
                values[field_name] = _convert(key, config[key], known[field_name].type)
    for key in config:
        if key.startswith(PREFIX) and not _is_known(key, known):
            raise SettingError(f"There is no setting {key}.{_nearest(key, known, own, PREFIX)}")
    return Settings(**{key: _convert(key, values[key], known[key].type) for key in values})


def strange_keys(config: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """The keys meant for a blog that nobody registered, such as ``NEWSBLOG_NEWZ_TITLE``."""
    known = [f.name.upper() for f in fields(Settings)]
    accepted = {PREFIX + f for f in known}
    accepted |= {f"{PREFIX}{_config_name(name)}_{f}" for name in names for f in known}
    return sorted(key for key in config if key.startswith(PREFIX) and key not in accepted)


def _config_name(name: str) -> str:
    return re.sub(r"\W", "_", name).upper()


def _is_known(key: str, known: Iterable[str]) -> bool:
    # A blog that is registered later may be meant, so any name before the
    # field will do here; ``strange_keys`` looks again when all are there.
    rest = key.removeprefix(PREFIX)
    return any(rest == f.upper() or rest.endswith("_" + f.upper()) for f in known)


def _nearest(key: str, names: Iterable[str], *prefixes: str) -> str:
    # Compared without the prefix, by which all of them resemble each other.
    for prefix in prefixes:
        close = get_close_matches(key.removeprefix(prefix).lower(), list(names), n=1)
        if key.startswith(prefix) and close:
            return f" Did you mean {prefix + close[0].upper() if prefix else close[0]}?"
    return " See the settings page of the docs."


def _convert(key: str, value: Any, kind: Any) -> Any:
    if kind == "bool":
        if isinstance(value, bool):
            return value
        text = str(value).strip().lower()
        if text in {"1", "true", "yes", "on"}:
            return True
        if text in {"0", "false", "no", "off", ""}:
            return False
        raise SettingError(f"{key} is {value!r}; write true or false.")
    if kind == "int":
        if isinstance(value, bool) or not re.fullmatch(r"\s*-?[0-9]{1,9}\s*", str(value)):
            raise SettingError(f"{key} is {value!r}; write a whole number.")
        return int(value)
    if not isinstance(value, str | int | float | PurePath) or isinstance(value, bool):
        # An environment of JSON values turns 2026 into a number; a title may be one.
        raise SettingError(f"{key} is {value!r}; write text.")
    return str(value)


def _check(good: bool, name: str, settings: Settings, wanted: str) -> None:
    if not good:
        value = getattr(settings, name)
        raise SettingError(f"{PREFIX}{name.upper()} is {value!r}; write {wanted}.")


def _check_zone(settings: Settings) -> None:
    try:
        ZoneInfo(settings.time_zone)
    except (KeyError, ValueError, OSError):
        _check(False, "time_zone", settings, "a name such as UTC or Europe/Lisbon")


def _check_permalink(settings: Settings) -> None:
    pattern = settings.permalink
    names = re.findall(r"<(\w+)>", pattern)
    plain = re.sub(r"<\w+>", "", pattern)
    good = (
        pattern.startswith("/")
        and names.count("slug") == 1
        and set(names) <= _PLACEHOLDERS.keys()
        and len(set(names)) == len(names)
        and re.fullmatch(r"[A-Za-z0-9/_.-]*", plain) is not None
        and "//" not in pattern
        and "><" not in pattern
        and not {".", ".."} & set(pattern.split("/"))
    )
    _check(
        good,
        "permalink",
        settings,
        "a path that begins with / and holds <slug> once, and at will <yyyy>, <mm>, <dd>, each"
        " with something between",
    )
    first = pattern.split("/")[1]
    if first in RESERVED:
        raise SettingError(
            f"{PREFIX}PERMALINK is {pattern!r}, and the blog has pages of its own below /{first}/;"
            " begin with another word."
        )


def _check_date_format(settings: Settings) -> None:
    pattern = settings.date_format
    words = [w for w in _DATE_LETTERS.findall(pattern) if w == "'" or not w.startswith("'")]
    good = pattern in _DATE_STYLES or (bool(words) and set(words) <= _DATE_PARTS)
    _check(
        good,
        "date_format",
        settings,
        "full, long, medium, short or a pattern of d, M, MMMM, yyyy, EEEE",
    )
