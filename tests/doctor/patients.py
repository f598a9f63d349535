"""What tests ask the doctor, and hosts that are well."""

from __future__ import annotations

import secrets
from typing import Any

from flask_newsblog import Person
from flask_newsblog.doctor.examine import examine
from flask_newsblog.doctor.findings import Finding, Level
from flask_newsblog.mount import find_mount

from ..hosts import Host

HOOKS = {"current_person": lambda: Person("7", "Ann"), "can": lambda *asked: True}
# What a host in good health has set, beside its database.
WELL: dict[str, Any] = {
    "SESSION_COOKIE_SECURE": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "NEWSBLOG_BASE_URL": "https://bulletin.example",
    "NEWSBLOG_MAIL_FROM": "desk@bulletin.example",
    "NEWSBLOG_MODERATORS": "ann@bulletin.example",
    "NEWSBLOG_TIME_ZONE": "Europe/Lisbon",
}


def be_well(host: Host) -> Host:
    """The host with a good secret."""
    host.app.secret_key = secrets.token_hex()
    return host


def findings(host: Host, name: str) -> list[Finding]:
    """What the check of this name finds, without what is well."""
    with host.app.app_context():
        found = examine(find_mount(host.app, host.name))
    return [f for f in found if f.name == name and f.level != Level.GOOD]


def only(host: Host, name: str, level: Level, *words: str) -> Finding:
    """The one finding of this check that has these words in it, of this level."""
    found = findings(host, name)
    fitting = [f for f in found if all(word in f.what for word in words)]
    assert len(fitting) == 1, found
    assert fitting[0].level == level
    assert fitting[0].remedy
    return fitting[0]
