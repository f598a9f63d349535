"""Settings as their page in the newsroom shows them: under headings, with secrets left out."""

from __future__ import annotations

import re
from dataclasses import Field, fields
from typing import Any

from ..config import ARGUMENT, DEFAULT
from ..i18n import mark
from ..mount import Mount
from ..settings import PREFIX, Settings
from .settings_pages import SettingGroup, SettingRow

_GROUPS: dict[str, tuple[str, frozenset[str]]] = {
    "site": (
        mark("The site"),
        frozenset({"title", "tagline", "description", "language", "time_zone", "date_format"}),
    ),
    "pages": (
        mark("Pages and addresses"),
        frozenset(
            {"posts_per_page", "permalink", "public_pages", "page_cache_seconds", "base_url",
             "corrections_place", "show_changes"}
        ),
    ),
    "replies": (
        mark("Replies"),
        frozenset(
            {
                "replies", "comments_close_after_days", "edit_minutes", "thread_depth",
                "threads_per_page", "newest_replies_first",
            }
        ),
    ),
    "moderation": (
        mark("Moderation"),
        frozenset(
            {
                "hold_guests", "hold_links", "attack_held_replies", "reports_to_hold",
                "replies_per_ten_minutes", "keep_networks_days",
            }
        ),
    ),
    "people": (mark("People"), frozenset({"login_endpoint"})),
    "mail": (mark("Mail"), frozenset({"mail_from", "moderators", "mail_pause_minutes"})),
    "media": (mark("Pictures"), frozenset({"upload_megabytes", "image_megapixels"})),
}  # fmt: skip
# Where a setting that is not named above belongs by how it begins.
_BEGINNINGS = {"reply_": "replies", "smtp_": "mail", "mail_": "mail", "media_": "media"}
_REST = mark("More")
_SECRET = re.compile(r"(?:^|_)(?:password|secret|token|key)s?(?:_|$)")
_ORIGINS = {
    DEFAULT: mark("Default"),
    ARGUMENT: mark("Argument of NewsBlog"),
}
_CONFIG = mark("Config or environment")


def is_secret(name: str) -> bool:
    """Whether the value of the setting with this name is shown to nobody."""
    return _SECRET.search(name) is not None


def setting_groups(mount: Mount, *, changed_only: bool) -> tuple[SettingGroup, ...]:
    """The settings of a blog, those of one kind together."""
    rows: dict[str, list[SettingRow]] = {key: [] for key in (*_GROUPS, "more")}
    for field in fields(Settings):
        row = _row(mount, field)
        if row.changed or not changed_only:
            rows[_group_of(field.name)].append(row)
    titles = {key: title for key, (title, _) in _GROUPS.items()} | {"more": _REST}
    return tuple(
        SettingGroup(key, mount.words.t(titles[key]), tuple(listed))
        for key, listed in rows.items()
        if listed
    )


def _group_of(name: str) -> str:
    for key, (_, names) in _GROUPS.items():
        if name in names:
            return key
    return next((key for start, key in _BEGINNINGS.items() if name.startswith(start)), "more")


def _row(mount: Mount, field: Field[Any]) -> SettingRow:
    value, origin = getattr(mount.settings, field.name), mount.origins[field.name]
    secret = is_secret(field.name)
    argument = f"{field.name}=" if origin == ARGUMENT else ""
    return SettingRow(
        name=PREFIX + field.name.upper(),
        meaning=field.metadata["meaning"].replace("`", ""),
        value="" if secret else _written(value),
        is_secret=secret,
        is_set=bool(value),
        default=_written(field.default),
        changed=value != field.default,
        origin=mount.words.t(_ORIGINS.get(origin, _CONFIG)),
        key=argument or ("" if origin == DEFAULT else origin),
    )


def _written(value: Any) -> str:
    """A value as somebody writes it into the config."""
    return str(value).lower() if isinstance(value, bool) else str(value)
