"""What is uploaded and cannot be taken: a clear sentence, and nothing half stored."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from flask import Request
from PIL import Image
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from flask_newsblog.media.storage import LocalStorage
from flask_newsblog.people import Role

from ..hosts import Host, csrf_before, plain
from ..media.drawing import detailed, drawn, file_of
from .desks import hidden, sign_in
from .test_media import JSON, LIBRARY, UPLOAD, files_in, library, upload


@pytest.fixture
def desk(open_hosts: Callable[..., Host], tmp_path: Path) -> Host:
    return open_hosts(plain, NEWSBLOG_MEDIA_FOLDER=str(tmp_path), NEWSBLOG_UPLOAD_MEGABYTES="1")


REFUSED: dict[str, tuple[bytes, int, str]] = {
    "empty.png": (b"", 422, "This file is empty."),
    "drawing.svg": (b"<svg><script>alert(1)</script></svg>", 422, "an SVG drawing"),
    "page.jpg": (b"<html><script>alert(1)</script>", 422, "This is no picture"),
    "phone.heic": (b"\0\0\0\x18ftypheic" + bytes(80), 422, "a HEIC picture"),
    "half.jpg": (detailed(300, 200, "JPEG")[:3000], 422, "broken, or not all of it"),
    "bomb.png": (file_of(Image.new("1", (9_000, 9_000))), 422, "up to 50"),
    "large.bin": (b"\x89PNG" + bytes(1_000_000), 413, "larger than 1 MB"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_each_refusal_has_its_sentence_and_leaves_nothing(
    desk: Host, tmp_path: Path, name: str
) -> None:
    data, status, words = REFUSED[name]
    writer = sign_in(desk)
    answer = upload(writer, (name, data), headers=JSON)
    assert (answer.status_code, list(answer.json)) == (status, ["problem"])
    assert words in answer.json["problem"]
    answer = upload(writer, (name, data), alt="Boats", credit="Mira")
    assert answer.status_code == status
    assert words in answer.text
    assert 'value="Boats"' in answer.text
    assert library(desk) == []
    assert files_in(tmp_path) == []


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd.png", "/etc/a.png", "C:\\a\\..\\b.png", "a\0b.png", "‮gnp.exe", "ä" * 400,
     "..", ".htaccess", "a;b=\"c\".png", "<script>.png", "CON.png", "a" * 300 + ".png"],
)  # fmt: skip
def test_whatever_a_file_is_called_it_is_kept_under_a_name_of_ours(
    desk: Host, tmp_path: Path, name: str
) -> None:
    answer = upload(sign_in(desk), (name, drawn()), headers=JSON)
    assert answer.status_code == 200, answer.text
    (media,) = library(desk)
    assert len(media.filename) <= 255
    assert not set("/\\\0") & set(media.filename)
    assert files_in(tmp_path) == sorted(variant["key"] for variant in media.variants)
    assert all(key.isascii() for key in files_in(tmp_path))


def test_nothing_chosen_is_told(desk: Host) -> None:
    writer = sign_in(desk)
    for headers in (None, JSON):
        answer = upload(writer, headers=headers)
        assert answer.status_code == 422
        assert "No file was chosen." in (answer.json["problem"] if headers else answer.text)


def test_a_request_of_many_large_files_is_told_so(desk: Host, tmp_path: Path) -> None:
    if Request.max_content_length.fset is None:
        pytest.skip("Flask 3.0 has one limit for all requests")
    writer = sign_in(desk)
    files = [(f"{n}.png", bytes(900_000)) for n in range(6)]
    for headers in (None, JSON):
        answer = upload(writer, *files, headers=headers)
        assert answer.status_code == 413
        assert "larger than 1 MB" in (answer.json["problem"] if headers else answer.text)


@pytest.mark.parametrize("make", [plain, csrf_before], ids=lambda make: make.__name__)
def test_the_hosts_limit_on_requests_is_raised_for_uploads_alone(
    open_hosts: Callable[..., Host], tmp_path: Path, make: Callable[..., Any]
) -> None:
    if Request.max_content_length.fset is None:
        pytest.skip("Flask 3.0 has one limit for all requests")
    host = open_hosts(make, NEWSBLOG_MEDIA_FOLDER=str(tmp_path), MAX_CONTENT_LENGTH=20_000)
    writer = sign_in(host)
    data = drawn(90, 60) + bytes(50_000)
    assert upload(writer, ("a.png", data), headers=JSON).status_code == 200
    token = hidden(writer.get(LIBRARY).text)
    answer = writer.post("/news/newsroom/posts/new", data=token | {"body": "x" * 50_000})
    assert answer.status_code == 413


class FullAfter(LocalStorage):
    """A disk that is full after so many files."""

    def __init__(self, folder: Path, files: int, trouble: int = errno.ENOSPC) -> None:
        super().__init__(folder)
        self.left, self.trouble = files, trouble

    def save(self, key: str, stream: BinaryIO) -> None:
        if not self.left:
            raise OSError(self.trouble, "No space left on device")
        self.left -= 1
        super().save(key, stream)


@pytest.mark.parametrize("files", [0, 1, 2])
def test_a_disk_that_is_full_in_the_middle_leaves_nothing(
    open_hosts: Callable[..., Host], tmp_path: Path, files: int
) -> None:
    storage = FullAfter(tmp_path / "media", files)
    host = open_hosts(plain, given={"storage": storage})
    writer = sign_in(host)
    answer = upload(writer, ("a.png", detailed(1200, 800)), headers=JSON)
    assert answer.status_code == 507
    assert "The disk for pictures is full" in answer.json["problem"]
    answer = upload(writer, ("a.png", detailed(1200, 800)), alt="Boats")
    assert 'value="Boats"' in answer.text
    assert library(host) == []
    assert files_in(tmp_path / "media") == []
    storage.left = 99
    assert upload(writer, ("a.png", detailed(1200, 800)), headers=JSON).status_code == 200


def test_a_storage_that_is_away_is_told(open_hosts: Callable[..., Host], tmp_path: Path) -> None:
    host = open_hosts(plain, given={"storage": FullAfter(tmp_path, 0, errno.EIO)})
    answer = upload(sign_in(host), ("a.png", drawn()), headers=JSON)
    assert answer.status_code == 503
    assert "cannot be reached" in answer.json["problem"]


def test_a_database_that_fails_at_the_end_leaves_no_files(desk: Host, tmp_path: Path) -> None:
    writer = sign_in(desk)
    token = hidden(writer.get(LIBRARY).text)
    with desk.app.app_context():
        engine = desk.app.extensions["sqlalchemy"].engine
    broken: list[bool] = []

    def fail(connection: Any) -> None:
        if files_in(tmp_path) and not broken:
            broken.append(True)
            raise OperationalError("COMMIT", {}, Exception("disk I/O error"))

    event.listen(engine, "commit", fail)
    try:
        data = token | {"file": (BytesIO(drawn()), "a.png")}
        answer = writer.post(UPLOAD, data=data)
    finally:
        event.remove(engine, "commit", fail)
    assert broken
    assert answer.status_code == 503
    assert library(desk) == []
    assert files_in(tmp_path) == []


def test_without_pillow_an_upload_says_what_to_install(
    desk: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, data = sign_in(desk), drawn()
    for name in [name for name in sys.modules if name == "PIL" or name.startswith("PIL.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "PIL", None)
    answer = upload(writer, ("a.png", data), headers=JSON)
    assert answer.status_code == 501
    assert "pip install pillow" in answer.json["problem"]
    assert writer.get(LIBRARY).status_code == 200


def test_strangers_upload_nothing(desk: Host, tmp_path: Path) -> None:
    data = {"file": (BytesIO(drawn()), "a.png")}
    assert desk.client().post(UPLOAD, data=data, headers=JSON).status_code == 401
    assert files_in(tmp_path) == []
    writer = sign_in(desk, "Ben", Role.CONTRIBUTOR)
    answer = writer.post(UPLOAD, data={"file": (BytesIO(drawn()), "a.png")}, headers=JSON)
    assert answer.status_code == 400
    assert answer.json["csrf_token"]
    assert library(desk) == []


def test_a_draft_is_untouched_by_an_upload_that_fails(desk: Host) -> None:
    writer = sign_in(desk)
    page = writer.get("/news/newsroom/posts/new").text
    fields = hidden(page) | {"title": "Low tide", "body": "Words of an hour."}
    address = writer.post("/news/newsroom/posts/new", data=fields).location
    assert upload(writer, ("a.svg", b"<svg>"), headers=JSON).status_code == 422
    assert "Words of an hour." in writer.get(address).text
