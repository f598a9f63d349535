"""The settings in force, where each came from, and what the doctor says of the site."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from ..doctor.examine import examine
from ..doctor.findings import Finding, Level
from ..i18n import mark
from ..mount import Mount, this_blog
from ..people import Action
from .access import staff
from .head import desk_head, draw_desk
from .pages import StateFilter
from .settings_groups import setting_groups
from .settings_pages import FindingRow, SettingsPage

_LEVELS = {
    Level.ERROR: mark("Error"),
    Level.WARNING: mark("Warning"),
    Level.INFO: mark("Note"),
    Level.GOOD: mark("All is well"),
}


@staff(Action.MANAGE)
def settings_desk() -> ResponseReturnValue:
    """What is in force; the doctor is asked where ``check`` says so, for it takes its time."""
    mount, now = this_blog(), this_blog().now()
    changed_only, checked = "changed" in request.args, "check" in request.args
    head = desk_head("settings_desk")
    found = examine(mount) if checked else []
    page = SettingsPage(
        head=head,
        checked=checked,
        check_url=_url(mount, changed_only, True),
        findings=tuple(_row(mount, f) for f in found if f.level != Level.GOOD),
        good=tuple(_row(mount, f) for f in found if f.level == Level.GOOD),
        problems=sum(f.level in (Level.ERROR, Level.WARNING) for f in found),
        filters=(
            StateFilter(
                mount.words.t(mark("All settings")), _url(mount, False, checked), not changed_only
            ),
            StateFilter(
                mount.words.t(mark("Changed from the default")),
                _url(mount, True, checked),
                changed_only,
            ),
        ),
        groups=setting_groups(mount, changed_only=changed_only),
    )
    return draw_desk("newsroom/settings.html", page, now)


def _url(mount: Mount, changed_only: bool, checked: bool) -> str:
    return mount.url(
        "settings_desk", changed=1 if changed_only else None, check=1 if checked else None
    )


def _row(mount: Mount, finding: Finding) -> FindingRow:
    level_name = mount.words.t(_LEVELS[finding.level])
    return FindingRow(finding.level, level_name, finding.name, finding.what, finding.remedy)
