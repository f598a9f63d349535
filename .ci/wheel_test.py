"""Build the package, install its wheel in an empty environment, publish and read a story there.

What the tests cannot see, because they run beside the sources: a template, picture or module
that did not get into the wheel, and a dependency that only the test environment has.
"""

# ruff: noqa: S310, S603, T201

import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

HOST = """
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from flask_newsblog import NewsBlog

db = SQLAlchemy()
news = NewsBlog("news", title="The Harbour Bulletin")


def create_app():
    app = Flask(__name__)
    app.config.from_prefixed_env()
    db.init_app(app)
    app.register_blueprint(news, url_prefix="/news")
    return app
"""

STORY = """# The ferry is back

It came round the mole at six.

Nobody on the quay said a word.
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel = build(folder / "dist")
        complete(wheel)
        python = install(wheel, folder / "venv")
        site = folder / "site"
        site.mkdir()
        (site / "host.py").write_text(HOST, "utf-8")
        (site / "story.md").write_text(STORY, "utf-8")
        flask(python, site, "newsblog", "create-tables")
        flask(python, site, "newsblog", "import-markdown", "story.md", "--publish")
        with serving(python, site) as address:
            read(address)
    print("The wheel is complete: it installs, publishes a story and serves it.")


def build(folder: Path) -> Path:
    """Build a source distribution and a wheel from it, and return the wheel."""
    run(sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT), quiet=True)
    (wheel,) = folder.glob("*.whl")
    print(f"Built {', '.join(sorted(path.name for path in folder.iterdir()))}.")
    return wheel


def complete(wheel: Path) -> None:
    """Compare the wheel with the files of the package that git knows."""
    known = run("git", "ls-files", "flask_newsblog", cwd=ROOT).split()
    with zipfile.ZipFile(wheel) as archive:
        packed = [name for name in archive.namelist() if ".dist-info/" not in name]
    if missing := sorted(set(known) - set(packed)):
        sys.exit(f"Not in the wheel, see package_data in setup.cfg: {', '.join(missing)}")
    if foreign := [name for name in packed if not name.startswith("flask_newsblog/")]:
        sys.exit(f"In the wheel, but not of the package: {', '.join(foreign)}")


def install(wheel: Path, folder: Path) -> Path:
    """Install the wheel alone, without extras, and return the Python that has it."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    run(str(python), "-m", "pip", "install", "--disable-pip-version-check", str(wheel), quiet=True)
    return python


def environment(site: Path) -> dict[str, str]:
    """Return the environment of the host: ours without any settings, plus its own."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FLASK_", "NEWSBLOG_", "PYTHON"))
    }
    return {
        **inherited,
        "FLASK_APP": "host",
        "FLASK_SECRET_KEY": "only for this test",
        "FLASK_SQLALCHEMY_DATABASE_URI": f"sqlite:///{site / 'news.sqlite'}",
        "FLASK_NEWSBLOG_TAGLINE": "Tides, trade and talk",
    }


def flask(python: Path, site: Path, *arguments: str) -> None:
    print(f"flask {' '.join(arguments)}")
    said = run(str(python), "-m", "flask", *arguments, cwd=site, env=environment(site))
    print(said, end="")


@contextlib.contextmanager
def serving(python: Path, site: Path) -> Iterator[str]:
    """Serve the host on a free port while the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with (site / "server.log").open("w+b") as log:
        server = subprocess.Popen(
            [python, "-m", "flask", "run", "--port", str(port)],
            cwd=site,
            env=environment(site),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(port, server)
            yield f"http://127.0.0.1:{port}"
        except BaseException:
            log.seek(0)
            print(log.read().decode(errors="replace"), file=sys.stderr)
            raise
        finally:
            server.terminate()
            server.wait(10)


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    sys.exit("The server did not start.")


def read(address: str) -> None:
    """Follow the front page to the story, and from there to the stylesheet."""
    front, _ = get(f"{address}/news/")
    link = re.search(r'href="([^"#?]*/the-ferry-is-back/)"', front)
    if link is None:
        sys.exit("The front page has no link to the story.")
    story, _ = get(urllib.parse.urljoin(address, link[1]))
    parts = [
        "Tides, trade and talk",
        "The ferry is back",
        "It came round the mole at six.",
        "Nobody on the quay said a word.",
    ]
    text = story.partition("<body")[2]
    places = [text.find(part) for part in parts]
    if -1 in places or places != sorted(places):
        sys.exit(f"The story does not read from tagline to last paragraph: {places}")
    style = re.search(r'<link rel="stylesheet" href="([^"]+)"', story)
    if style is None:
        sys.exit("The story has no stylesheet.")
    _, kind = get(urllib.parse.urljoin(address, style[1]))
    if kind != "text/css":
        sys.exit(f"{style[1]} is {kind}.")


def get(address: str) -> tuple[str, str]:
    """Return the text and the content type of a page, which has to answer 200."""
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            print(f"{answer.status} {urllib.parse.urlsplit(address).path}")
            return answer.read().decode(), answer.headers.get_content_type()
    except urllib.error.HTTPError as error:
        sys.exit(f"{error.code} {address}\n{error.read().decode(errors='replace')[:2000]}")


def run(
    *command: str,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    quiet: bool = False,
) -> str:
    """Run a command and return what it said; if it fails, show that and leave."""
    result = subprocess.run(
        command,
        cwd=cwd,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if quiet else None,
        encoding="utf-8",
    )
    if result.returncode:
        sys.exit(f"{result.stdout[-4000:]}\nThat failed: {' '.join(command)}")
    return result.stdout


if __name__ == "__main__":
    main()
