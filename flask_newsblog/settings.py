"""What a site owner may set: names, types, defaults and meaning, on one page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.utils import getaddresses
from typing import Any
from zoneinfo import ZoneInfo

PREFIX = "NEWSBLOG_"
LANGUAGE_OF_VISITOR = "auto"
# First parts of our own addresses: a story called so would be hidden behind them.
RESERVED = frozenset(
    {"assets", "authors", "changes", "comments", "corrections", "feed", "media", "newsroom",
     "preview", "replies", "search", "sections", "sitemap", "tags"}
)  # fmt: skip
_PLACEHOLDERS = {
    "yyyy": "<newsblog_digits(4):year>",
    "mm": "<newsblog_digits(2):month>",
    "dd": "<newsblog_digits(2):day>",
    "slug": "<slug>",
}
_DATE_STYLES = ("full", "long", "medium", "short")
# Quoted text, in which two quotes are one; letters; a quote that nobody closes.
_DATE_LETTERS = re.compile(r"'(?:[^']|'')*'|[A-Za-z]+|'")
_DATE_PARTS = frozenset({"d", "dd", "M", "MM", "MMM", "MMMM", "y", "yy", "yyyy", "EEE", "EEEE"})


# The least and the most, if there is one, and what is counted.
_NUMBERS: dict[str, tuple[int, int | None, str]] = {
    "posts_per_page": (1, 100, ""),
    "reply_length": (100, 65_525, ""),
    "reply_pause_seconds": (0, None, "seconds"),
    "hold_links": (0, None, "links"),
    "replies_per_ten_minutes": (0, None, "replies"),
    "attack_held_replies": (0, None, "replies"),
    "comments_close_after_days": (0, None, "days"),
    "edit_minutes": (0, None, "minutes"),
    "reports_to_hold": (0, None, "reports"),
    "keep_networks_days": (0, None, "days"),
    "smtp_port": (1, 65_535, ""),
    "mail_pause_minutes": (0, None, "minutes"),
    "thread_depth": (1, 10, ""),
    "threads_per_page": (1, 200, ""),
    "page_cache_seconds": (0, None, "seconds"),
    "upload_megabytes": (1, 500, ""),
    "image_megapixels": (1, 80, ""),
}
CORRECTIONS_PLACES = ("bottom", "top")
SMTP_SECURITY = ("none", "starttls", "tls")
_ADDRESS = re.compile(r"[^@\s<>,]+@[^@\s<>,]+")
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
    corrections_place: str = _setting(
        "bottom", "Where a story has its corrections: `bottom` or `top`."
    )
    show_changes: bool = _setting(
        False,
        "Whether readers may see what has changed in a story since it was published.",
    )
    replies: bool = _setting(True, "Whether readers may reply to stories at all.")
    reply_needs_name_and_email: bool = _setting(
        True, "Whether a guest must give a name and an email address."
    )
    reply_needs_sign_in: bool = _setting(
        False,
        "Whether only people signed in at the host may reply. Needs the hook `current_person`.",
    )
    reply_website: bool = _setting(True, "Whether guests may name a website of theirs.")
    reply_length: int = _setting(10_000, "The most characters of a reply, 100 to 65,525.")
    reply_pause_seconds: int = _setting(
        15,
        "How many seconds have to pass between two replies from one network address, or of one"
        " signed-in person; 0 for none.",
    )
    replies_per_ten_minutes: int = _setting(
        20,
        "How many replies one network address, or one signed-in person, may send within ten"
        " minutes; 0 for any number.",
    )
    comments_close_after_days: int = _setting(
        0, "After how many days a story takes no more replies; 0 for never."
    )
    reply_remember: bool = _setting(
        True, "Whether guests may have their browser remember their name and address."
    )
    edit_minutes: int = _setting(
        15,
        "For how many minutes a writer may change or delete a reply that nobody has answered; 0"
        " for not at all.",
    )
    hold_guests: bool = _setting(
        True,
        "Whether the reply of a guest who has proved nothing waits for a moderator. The other"
        " checks hold replies either way.",
    )
    hold_links: int = _setting(
        2, "A reply with so many links or more waits for a moderator; 0 for no limit."
    )
    attack_held_replies: int = _setting(
        30,
        "So many held replies within ten minutes, and five times as many as is usual, turn on"
        " attack mode; 0 for never.",
    )
    reports_to_hold: int = _setting(
        3,
        "So many readers' reports hold a comment that no moderator has looked at; 0 for none.",
    )
    keep_networks_days: int = _setting(
        30,
        "After how many days `flask newsblog prune` removes network addresses and browsers' names,"
        " and bans of networks that are over.",
    )
    thread_depth: int = _setting(
        5, "How many levels of replies are shown as such, 1 to 10; deeper ones name their parent."
    )
    threads_per_page: int = _setting(
        50,
        "Threads on one page of a story, 1 to 200; fewer, where it would have more than twice as"
        " many comments.",
    )
    newest_replies_first: bool = _setting(
        False, "Whether threads begin with the newest; the reader may choose."
    )
    login_endpoint: str = _setting(
        "",
        "The endpoint of the host's sign-in page, for the newsroom and for those who want to"
        " reply with their account.",
    )
    mail_from: str = _setting(
        "",
        "Who mail comes from, such as `The Bulletin <desk@bulletin.example>`; without it no mail"
        " is sent. Needs `NEWSBLOG_BASE_URL`.",
    )
    moderators: str = _setting(
        "", "Addresses, separated by commas, that hear of replies which wait."
    )
    mail_pause_minutes: int = _setting(
        60,
        "How many minutes pass between two mails to one reader about one thread, or to one"
        " moderator about what waits.",
    )
    smtp_host: str = _setting("localhost", "The mail server.")
    smtp_port: int = _setting(25, "Its port.")
    smtp_security: str = _setting("none", "`none`, `starttls` or `tls`.")
    smtp_user: str = _setting("", "The name to sign in there with; empty for none.")
    smtp_password: str = _setting("", "The password that goes with it.")
    media_folder: str = _setting(
        "", "Where pictures are kept; `newsblog-media` in the app's instance folder when empty."
    )

    upload_megabytes: int = _setting(
        25, "How large an uploaded picture may be, in megabytes, 1 to 500."
    )
    image_megapixels: int = _setting(
        50, "How many megapixels an uploaded picture may have, 1 to 80."
    )

    def __post_init__(self) -> None:
        for name, (least, most, unit) in _NUMBERS.items():
            value = getattr(self, name)
            if most is None:
                _check(value >= least, name, self, f"{least} or more {unit}")
            else:
                _check(least <= value <= most, name, self, f"a number from {least} to {most}")
        _check(bool(self.title.strip()), "title", self, "the name of the site")
        _check(not self.base_url or is_base_url(self.base_url), "base_url", self, A_BASE_URL)
        place_known = self.corrections_place in CORRECTIONS_PLACES
        _check(place_known, "corrections_place", self, "bottom or top")
        _check_mail(self)
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


def _check(good: bool, name: str, settings: Settings, wanted: str) -> None:
    if not good:
        value = getattr(settings, name)
        raise SettingError(f"{PREFIX}{name.upper()} is {value!r}; write {wanted}.")


def _check_mail(settings: Settings) -> None:
    _check(
        settings.smtp_security in SMTP_SECURITY, "smtp_security", settings, "none, starttls or tls"
    )
    for name in ("mail_from", "moderators"):
        value = getattr(settings, name)
        found = getaddresses([value]) if value else []
        good = all(_ADDRESS.fullmatch(address) for _, address in found) and "\n" not in value
        wanted = "an address such as The Bulletin <desk@bulletin.example>"
        _check(good and (name != "mail_from" or len(found) <= 1), name, settings, wanted)
    if settings.mail_from and not settings.base_url:
        raise SettingError(
            "NEWSBLOG_MAIL_FROM is set while NEWSBLOG_BASE_URL is empty: the links in mails need"
            " the site's own address, which must not be taken from a request that anyone can make."
            " Set NEWSBLOG_BASE_URL to a scheme and host such as https://bulletin.example."
        )


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
