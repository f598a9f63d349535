"""Importing the package does nothing but define names."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import flask_newsblog

INIT = Path(flask_newsblog.__file__)
WATCHED = """
import sys
from pathlib import Path

CODE = {".py", ".pyc", ".so"}
touched = []

def watch(event, values):
    if event.split(".")[0] in {"socket", "sqlite3", "subprocess", "shutil"}:
        touched.append((event, values))
    elif event in {"os.mkdir", "os.rename", "os.remove", "os.system"}:
        # Python itself keeps what it has compiled.
        if not any("__pycache__" in str(value) for value in values):
            touched.append((event, values))
    elif event == "open" and isinstance(values[0], str) and watching:
        name, suffix = values[0], Path(values[0]).suffix
        if "/flask_newsblog/" in name and suffix not in CODE and "__pycache__" not in name:
            touched.append((event, values))

watching = True
import flask, flask_sqlalchemy, flask_wtf, markdown_it, nh3, yaml
sys.addaudithook(watch)
import flask_newsblog
watching = False
for one in touched:
    print(one)
print(flask.has_app_context(), "flask_login" in sys.modules, "PIL" in sys.modules)
"""


def test_importing_touches_no_app_no_database_no_network_and_no_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", WATCHED],
        cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout == "False False False\n"
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_the_front_door_is_short_and_lists_what_is_public() -> None:
    source = INIT.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 40
    bound = {
        alias.asname or alias.name
        for statement in ast.parse(source).body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    assert sorted(flask_newsblog.__all__) == flask_newsblog.__all__
    assert set(flask_newsblog.__all__) == bound
    for name in flask_newsblog.__all__:
        assert getattr(flask_newsblog, name) is not None


def test_everything_public_says_what_it_is_for() -> None:
    for name in flask_newsblog.__all__:
        thing = getattr(flask_newsblog, name)
        if isinstance(thing, type) or callable(thing):
            assert thing.__doc__, name
