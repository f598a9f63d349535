"""All checks of a site, each asked in turn; what fails while it is asked is a finding too."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from ..database import UNAVAILABLE, complaint, session
from ..mount import Mount, mounts
from . import dialects, folders, hosting, protection, records, replaced, schema, templates, versions
from .findings import Finding, Level, worst_first


class Check(NamedTuple):
    """A field that is looked at, what is said of it where nothing is found, and how to look.

    What needs the database is not asked once the database has not answered.
    """

    name: str
    good: str
    look: Callable[[Mount], Iterable[Finding]]
    needs_database: bool = False


def remembered_file(mount: Mount) -> Path:
    """Where ``check --remember`` keeps what the host's templates were copied from."""
    return Path(mount.app.instance_path, "newsblog-templates.json")


def _templates(mount: Mount) -> Iterable[Finding]:
    kept = replaced.recall(remembered_file(mount))
    yield from templates.check_templates(mount.app, mounts(mount.app), kept)
    yield from templates.check_layout(mount.app, mount.settings.public_pages)


CHECKS = (
    Check(
        dialects.NAME,
        "The database answers, and is set up as it should be.",
        lambda mount: dialects.check_dialect(),
        needs_database=True,
    ),
    Check(
        schema.NAME,
        "All tables, columns, indexes and constraints are there.",
        lambda mount: schema.check_schema(),
        needs_database=True,
    ),
    Check(
        dialects.CLOCK,
        "The database and this process agree on the time.",
        lambda mount: dialects.check_clock(mount.now),
        needs_database=True,
    ),
    Check(
        records.MAIL,
        "Mail leaves in time.",
        lambda mount: records.check_mail(mount.blog, mount.settings, mount.now()),
        needs_database=True,
    ),
    Check(
        records.PRUNE,
        "What is kept for a while only is removed in time.",
        lambda mount: records.check_prune(
            mount.blog, mount.settings.keep_networks_days, mount.now()
        ),
        needs_database=True,
    ),
    Check(
        records.SCHEDULE,
        "No update is overdue.",
        lambda mount: records.check_schedule(mount.blog, mount.now()),
        needs_database=True,
    ),
    Check(
        hosting.PEOPLE,
        "There are people who can enter the newsroom.",
        lambda mount: hosting.check_people(mount, mount.now()),
        needs_database=True,
    ),
    Check(
        folders.NAME,
        "What keeps the pictures takes them, and has those that it took.",
        lambda mount: folders.check_media(mount.blog, mount.storage),
        needs_database=True,
    ),
    Check(
        protection.SECRET,
        "The secret is long enough.",
        lambda mount: protection.check_secret(mount.app),
    ),
    Check(
        protection.COOKIES,
        "The session cookie stays where it belongs.",
        lambda mount: protection.check_cookies(mount.app, mount.settings),
    ),
    Check(
        protection.CSRF,
        "Forms with authority carry a token.",
        lambda mount: protection.check_csrf(mount.app),
    ),
    Check(
        protection.ADDRESS,
        "The site knows its address.",
        lambda mount: protection.check_address(mount.settings),
    ),
    Check(hosting.SETTINGS, "Every setting leads somewhere.", hosting.check_settings),
    Check(hosting.PROXY, "No proxy was seen that the app is not told of.", hosting.check_proxy),
    Check(templates.NAME, "The host's templates go with ours.", _templates),
    Check(
        versions.NAME,
        "Python and the libraries are those that the blog is tried with.",
        lambda mount: versions.check_versions(),
    ),
    Check(versions.PICTURES, "Pictures can be taken in.", lambda mount: versions.check_pillow()),
)


def examine(mount: Mount, checks: Iterable[Check] = CHECKS) -> list[Finding]:
    """What all checks find with a blog, worst first.

    Where the database has refused one of them, the session is rolled back, so that the next
    can ask it.
    """
    findings: list[Finding] = []
    answers = complete = True
    for check in checks:
        if check.needs_database and not answers:
            continue
        found, refused = _asked(mount, check)
        if refused and not complete:
            # For want of a table or column, which was told already.
            continue
        if check.name == dialects.NAME:
            answers = not refused
        if check.name == schema.NAME:
            complete = not any(finding.level == Level.ERROR for finding in found)
        findings += found or [Finding(Level.GOOD, check.name, check.good)]
    return worst_first(findings)


def _asked(mount: Mount, check: Check) -> tuple[list[Finding], bool]:
    """What a check finds, and whether the database refused it."""
    try:
        return list(check.look(mount)), False
    except UNAVAILABLE as error:
        session().rollback()
        what = f"The database says: {complaint(error)}"
        remedy = "See that the database runs and that SQLALCHEMY_DATABASE_URI leads to it."
        return [Finding(Level.ERROR, check.name, what, remedy)], True
    except Exception as error:
        # A check looks at what the host and the machine have, which may raise anything. What
        # the other checks find must be told all the same, and this one's failure with it.
        session().rollback()
        mount.app.logger.exception("The check of %s failed.", check.name)
        what = f"This could not be looked at: {type(error).__name__}: {error}"
        remedy = "The log has the traceback. If it is no fault of your app's, please report it."
        return [Finding(Level.ERROR, check.name, what, remedy)], False
