"""Where files are kept: whole or not at all, in the folder and nowhere else."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from flask_newsblog import NewsBlog, SetupError
from flask_newsblog.media.storage import LocalStorage, Storage, complaint_of

from ..documents import code
from ..hosts import Host, plain

BAD = ["../a.webp", "/etc/passwd", "a/../../b", "a\0.webp", "", ".hidden", "a/b.webp", "A b", "..."]


class Breaking(BytesIO):
    """A file that breaks off, as a full disk makes it."""

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(4)
        if not found:
            raise OSError(errno.ENOSPC, "No space left on device")
        return found


class InMemory:
    """The least that a storage is."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def save(self, key: str, stream: BinaryIO) -> None:
        self.files[key] = stream.read()

    def open(self, key: str) -> BinaryIO:
        try:
            return BytesIO(self.files[key])
        except KeyError:
            raise FileNotFoundError(key) from None

    def delete(self, key: str) -> None:
        self.files.pop(key, None)


def test_a_file_is_kept_read_and_forgotten(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path / "media")
    storage.save("a-1.webp", BytesIO(b"a picture"))
    with storage.open("a-1.webp") as file:
        assert file.read() == b"a picture"
    assert os.listdir(tmp_path / "media") == ["a-1.webp"]
    storage.delete("a-1.webp")
    storage.delete("a-1.webp")
    with pytest.raises(FileNotFoundError):
        storage.open("a-1.webp")


def test_a_file_that_breaks_off_is_not_there_at_all(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    with pytest.raises(OSError, match="No space left"):
        storage.save("a.webp", Breaking(b"a picture"))
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("key", BAD)
def test_nothing_is_written_read_or_deleted_outside_of_the_folder(tmp_path: Path, key: str) -> None:
    storage = LocalStorage(tmp_path / "media")
    (tmp_path / "b").write_bytes(b"hands off")
    for act in (lambda: storage.save(key, BytesIO(b"x")), lambda: storage.delete(key),
                lambda: storage.open(key)):  # fmt: skip
        with pytest.raises(FileNotFoundError):
            act()
    assert sorted(os.listdir(tmp_path)) in (["b"], ["b", "media"])


def test_a_web_server_may_read_what_is_kept(tmp_path: Path) -> None:
    LocalStorage(tmp_path).save("a.webp", BytesIO(b"x"))
    umask = os.umask(0)
    os.umask(umask)
    assert (tmp_path / "a.webp").stat().st_mode & 0o777 == 0o666 & ~umask


def test_a_storage_is_looked_at_by_writing_to_it(tmp_path: Path) -> None:
    assert complaint_of(LocalStorage(tmp_path / "new")) == ""
    assert os.listdir(tmp_path / "new") == []
    (tmp_path / "file").write_text("no folder")
    assert "exists" in complaint_of(LocalStorage(tmp_path / "file"))
    assert complaint_of(InMemory()) == ""


def test_a_host_gives_a_storage_of_its_own(open_hosts: Callable[..., Host]) -> None:
    storage: Storage = InMemory()
    host = open_hosts(plain, given={"storage": storage})
    storage.save("a.webp", BytesIO(b"a picture"))
    storage.save("a.html", BytesIO(b"<script>"))
    answer = host.get("/media/a.webp")
    assert (answer.data, answer.mimetype) == (b"a picture", "image/webp")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    again = host.get("/media/a.webp", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert host.get("/media/a.webp", headers={"Range": "bytes=2-4"}).data == b"pic"
    assert "attachment" in host.get("/media/a.html").headers["Content-Disposition"]
    assert host.get("/media/b.webp").status_code == 404


def test_a_storage_may_hand_out_files_itself(open_hosts: Callable[..., Host]) -> None:
    class Elsewhere(InMemory):
        def url(self, key: str) -> str:
            return f"https://cdn.example/{key}"

    host = open_hosts(plain, given={"storage": Elsewhere()})
    answer = host.get("/media/a.webp")
    assert (answer.status_code, answer.location) == (302, "https://cdn.example/a.webp")
    assert answer.headers["Cache-Control"] == "public, max-age=300"


def test_what_is_no_storage_is_refused_with_what_to_write() -> None:
    with pytest.raises(SetupError) as refused:
        NewsBlog("news", storage=object())  # type: ignore[arg-type]
    assert "storage=MyStorage()" in str(refused.value)
    with pytest.raises(SetupError):
        NewsBlog("news", storage=InMemory)  # type: ignore[arg-type]


def test_the_storage_in_the_docs_keeps_files_in_s3(
    open_hosts: Callable[..., Host], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = pytest.importorskip("moto.server").ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        host_name, port = server.get_host_and_port()
        for name, value in {
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "eu-west-1", "AWS_ENDPOINT_URL": f"http://{host_name}:{port}",
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        text = next(c.text for c in code("python") if "import boto3" in c.text)
        scope: dict[str, Any] = {}
        exec(compile(text, "hooks.md", "exec"), scope)
        storage = scope["S3"]("pictures")
        assert complaint_of(storage) != ""
        place = {"LocationConstraint": "eu-west-1"}
        storage.bucket.create(CreateBucketConfiguration=place)
        assert complaint_of(storage) == ""
        storage.save("a.webp", BytesIO(b"a picture"))
        host = open_hosts(plain, given={"storage": storage})
        assert host.get("/media/a.webp").data == b"a picture"
        storage.delete("a.webp")
        assert host.get("/media/a.webp").status_code == 404
    finally:
        server.stop()
