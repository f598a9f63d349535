"""The doctor looks at what has to run beside the site: mail, prune, updates; and the pictures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from flask_newsblog.database import session
from flask_newsblog.doctor.findings import Level
from flask_newsblog.doctor.folders import check_media
from flask_newsblog.media.storage import LocalStorage
from flask_newsblog.models import Comment, Mail, MailState, Media, PendingUpdate

from ..hosts import Clock, Host, plain, write_story
from .patients import WELL, findings, only

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def store(host: Host, *rows: Any) -> None:
    with host.app.app_context():
        session().add_all(rows)
        session().commit()


def mail(key: str, since: datetime, **more: Any) -> Mail:
    given = {"blog": "news", "kind": "reply", "recipient": "a@example.org"}
    times = {"created_at": since, "send_after": since}
    return Mail(key=key, **given, **(times | more))


@pytest.fixture
def well(open_hosts: Callable[..., Host], uri: str, tmp_path: Path) -> Host:
    """A host that sends mail, on each database."""
    folder = str(tmp_path / "media")
    return open_hosts(plain, uri, given={"clock": Clock(NOW)}, **WELL, NEWSBLOG_MEDIA_FOLDER=folder)


def test_a_site_that_sends_no_mail_is_told_so(open_hosts: Callable[..., Host]) -> None:
    found = only(open_hosts(plain), "mail", Level.INFO, "No mail is sent")
    assert "NEWSBLOG_MAIL_FROM" in found.remedy
    quiet = open_hosts(plain, **(WELL | {"NEWSBLOG_MODERATORS": ""}))
    assert "NEWSBLOG_MODERATORS" in only(quiet, "mail", Level.INFO, "No moderator").remedy


def test_mail_that_leaves_in_time_is_well(well: Host) -> None:
    store(
        well,
        mail("a", NOW - timedelta(minutes=5)),
        mail("b", NOW - timedelta(days=2), state=MailState.SENT, sent_at=NOW),
        mail("c", NOW - timedelta(days=9), state=MailState.FAILED),
        mail("d", NOW - timedelta(days=2), send_after=NOW + timedelta(hours=1)),
    )
    assert findings(well, "mail") == []


def test_mail_that_lies_there_for_an_hour_says_that_nobody_sends_it(well: Host) -> None:
    late = NOW - timedelta(hours=2)
    store(
        well,
        mail("a", late),
        mail("b", late, state=MailState.CLAIMED, claimed_until=NOW - timedelta(minutes=90)),
    )
    found = only(well, "mail", Level.ERROR, "2 mails", f"{late:%Y-%m-%d %H:%M} UTC")
    assert "send-mail does not run" in found.what
    assert "cron" in found.remedy


def test_mail_that_was_given_up_or_tried_in_vain_is_told(well: Host) -> None:
    store(
        well,
        mail("a", NOW - timedelta(days=1), state=MailState.FAILED),
        mail("b", NOW - timedelta(hours=9), attempts=4, send_after=NOW + timedelta(hours=1)),
    )
    assert "mail retry" in only(well, "mail", Level.WARNING, "could not be sent: 1 mail.").remedy
    assert (
        "NEWSBLOG_SMTP_HOST" in only(well, "mail", Level.WARNING, "several times", "1 mail.").remedy
    )


def test_networks_that_are_kept_too_long_say_that_prune_does_not_run(well: Host) -> None:
    post = write_story(well.app)
    given = {"blog": "news", "post_id": post.id, "body": "Hm.", "body_html": "Hm."}
    inside = Comment(created_at=NOW - timedelta(days=31), network="203.0.113.0/24", **given)
    store(well, inside, Comment(created_at=NOW - timedelta(days=99), **given))
    assert findings(well, "prune") == []
    store(well, Comment(created_at=NOW - timedelta(days=33), network="203.0.113.0/24", **given))
    found = only(well, "prune", Level.WARNING, "promises 30 days")
    assert "flask newsblog prune" in found.remedy
    assert well.run("prune").exit_code == 0
    assert findings(well, "prune") == []


def test_an_update_that_did_not_come_is_named(well: Host) -> None:
    post = write_story(well.app, now=NOW)
    update = PendingUpdate(
        post_id=post.id, blog="news", revision=1, due_at=NOW - timedelta(minutes=30)
    )
    store(well, update)
    assert findings(well, "schedule") == []
    with well.app.app_context():
        stored = session().get(PendingUpdate, post.id)
        assert stored is not None
        stored.due_at = NOW - timedelta(hours=2)
        session().commit()
    only(well, "schedule", Level.ERROR, "“The ferry is back”")


def test_a_media_folder_is_not_missed_before_the_first_picture(well: Host) -> None:
    assert findings(well, "media") == []
    store(well, Media(blog="news", key="a.webp", content_type="image/webp"))
    found = only(well, "media", Level.ERROR, "is not there")
    assert "NEWSBLOG_MEDIA_FOLDER" in found.remedy


def test_missing_pictures_are_named(well: Host, tmp_path: Path) -> None:
    folder = tmp_path / "media"
    (folder / "small").mkdir(parents=True)
    (folder / "a.webp").touch()
    sizes = [{"key": "small/a.webp", "width": 40, "height": 30}]
    store(well, Media(blog="news", key="a.webp", content_type="image/webp", variants=sizes))
    only(well, "media", Level.ERROR, "are missing (1): small/a.webp")
    (folder / "small" / "a.webp").touch()
    assert findings(well, "media") == []
    assert sorted(p.name for p in folder.iterdir()) == ["a.webp", "small"]


def test_a_folder_that_takes_no_files_is_an_error(open_hosts: Callable[..., Host]) -> None:
    # Nobody, not even root, makes files there.
    host = open_hosts(plain, NEWSBLOG_MEDIA_FOLDER="/proc/self")
    only(host, "media", Level.ERROR, "Nothing can be written into the media folder /proc/self")


def test_a_file_in_place_of_the_folder_is_an_error(
    open_hosts: Callable[..., Host], tmp_path: Path
) -> None:
    (tmp_path / "media").touch()
    host = open_hosts(plain, NEWSBLOG_MEDIA_FOLDER=str(tmp_path / "media"))
    only(host, "media", Level.ERROR, "is no folder")


class Closed:
    """A storage of the host's that takes nothing."""

    def save(self, key: str, stream: BinaryIO) -> None:
        raise OSError("The bucket is closed.")

    def open(self, key: str) -> BinaryIO:
        return BytesIO()

    def delete(self, key: str) -> None:
        pass


def test_a_storage_of_the_host_is_asked_in_place_of_the_folder(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain, given={"storage": Closed()}, NEWSBLOG_MEDIA_FOLDER="/proc/self")
    found = only(host, "media", Level.ERROR, "the storage of the pictures: The bucket is closed.")
    assert "folder" not in found.what


def test_a_disk_that_fills_up_is_told_before_it_is_full(host: Host, tmp_path: Path) -> None:
    much = 10**18
    with host.app.app_context():
        folder = LocalStorage(tmp_path)
        assert list(check_media("news", folder, little=0, scarce=0)) == []
        (little,) = check_media("news", folder, little=much, scarce=0)
        (scarce,) = check_media("news", folder, little=much, scarce=much)
    assert (little.level, scarce.level) == (Level.WARNING, Level.ERROR)
    assert "MB left" in little.what
