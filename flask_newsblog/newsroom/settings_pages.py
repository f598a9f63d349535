"""What the newsroom's page of settings shows: its template sees a ``SettingsPage``."""

from __future__ import annotations

from dataclasses import dataclass

from .pages import DeskHead, StateFilter


@dataclass(frozen=True, slots=True)
class FindingRow:
    """What the doctor found, in English; ``level_name`` is its level in the page's language."""

    level: str
    level_name: str
    name: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting in force. ``value`` and ``default`` are as the config has them; of a secret
    ``value`` is empty. ``origin`` says in words where it came from, ``key`` is the key there.
    """

    name: str
    meaning: str
    value: str
    is_secret: bool
    is_set: bool
    default: str
    changed: bool
    origin: str
    key: str


@dataclass(frozen=True, slots=True)
class SettingGroup:
    """Settings of one kind, under a heading."""

    key: str
    title: str
    rows: tuple[SettingRow, ...]


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """``newsroom/settings.html``: what is in force, and what the doctor says where asked.

    ``checked`` says that it was asked; ``findings`` are worst first, ``good`` those where all
    is well, and ``problems`` the number of errors and warnings.
    """

    head: DeskHead
    checked: bool
    check_url: str
    findings: tuple[FindingRow, ...]
    good: tuple[FindingRow, ...]
    problems: int
    filters: tuple[StateFilter, ...]
    groups: tuple[SettingGroup, ...]
