"""Try the demo, run the tests: the one entry for people who cloned the repository.

python3 dev.py demo [--port N] [--host H]     a news site with demo stories
python3 dev.py test [--lowest] [ARGUMENT...]  the test suite; the arguments go to pytest
python3 dev.py check                          ruff, mypy and the docs build

Each command makes the virtual environment it needs, .venv, the first time and again when
setup.cfg or pyproject.toml has changed; NEWSBLOG_VENV=FOLDER names another one. It is made
with the Python that runs this file: `python3.12 dev.py test` tests on Python 3.12.

  --lowest   test the lowest versions that setup.cfg allows, in .venv-lowest
"""

import argparse
import configparser
import hashlib
import importlib.util
import json
import os
import platform
import re
import subprocess
import sys
import time
import typing
from pathlib import Path

NEEDED = (3, 11)


def too_old(version: "tuple[typing.Any, ...]") -> "str | None":
    """Return what to tell people whose Python is too old, nothing if it will do."""
    if tuple(version[:2]) >= NEEDED:
        return None
    return (
        f"flask_newsblog needs Python {NEEDED[0]}.{NEEDED[1]} or newer, and this is Python "
        f"{version[0]}.{version[1]}: install a newer one and run dev.py with it."
    )


# An old Python has to get as far as this line. So there is no syntax newer than 3.6 in this
# file, and nothing above is evaluated that an old one does not know.
if __name__ == "__main__" and too_old(sys.version_info):
    sys.exit(too_old(sys.version_info))

ROOT = Path(__file__).resolve().parent
STAMP = "newsblog.json"


def main(arguments: list[str]) -> int:
    command, rest = (arguments[0], arguments[1:]) if arguments else ("--help", [])
    if command in ("-h", "--help", "help"):
        print(__doc__.strip())
        return 0
    if command not in COMMANDS:
        print(f"dev.py has no command {command!r}.\n\n{__doc__.strip()}", file=sys.stderr)
        return 2
    os.chdir(ROOT)
    try:
        return COMMANDS[command](rest)
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130


def demo(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser("dev.py demo", description="Serve a news site to try.")
    parser.add_argument("--port", type=port, metavar="N", help="5000 unless given")
    parser.add_argument("--host", metavar="H", help="127.0.0.1 unless given")
    given = vars(parser.parse_args(arguments))
    python = ready(environment(), "demo")
    options = [f"--{name}={value}" for name, value in given.items() if value is not None]
    return become([str(python), "-m", "example_app.demo", *options])


def test(arguments: list[str]) -> int:
    lowest = "--lowest" in arguments
    arguments = [argument for argument in arguments if argument != "--lowest"]
    python = ready(environment(lowest), "test", lowest=lowest)
    return become([str(python), "-m", "pytest", *pytest_defaults(arguments), *arguments])


def check(arguments: list[str]) -> int:
    argparse.ArgumentParser("dev.py check", description="Run the checks.").parse_args(arguments)
    python = ready(environment(), "dev")
    failed = []
    for name, command in CHECKS.items():
        print(f"\n{name}: {' '.join(command)}", flush=True)
        started = time.monotonic()
        code = subprocess.call([str(python), "-m", *command])
        verdict = "failed" if code else "good"
        print(f"{name}: {verdict}, {time.monotonic() - started:.1f} s", flush=True)
        if code:
            failed.append(name)
    print(f"\nFailed: {', '.join(failed)}." if failed else f"\nAll {len(CHECKS)} checks are good.")
    return 1 if failed else 0


COMMANDS = {"demo": demo, "test": test, "check": check}

CHECKS = {
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "types": ["mypy", "--strict"],
    # Sphinx warns about a page only when it reads it: -E has it read all of them.
    "docs": ["sphinx", "-q", "-E", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html"],
}


def port(text: str) -> int:
    number = int(text)
    if not 0 < number < 65536:
        raise ValueError(text)
    return number


def pytest_defaults(arguments: list[str]) -> list[str]:
    """Return what pytest is told on top of what was asked for."""
    defaults = []
    own_way = ("-n", "--numprocesses", "--pdb", "--trace", "-s", "--capture=no")
    if not any(argument.startswith(own_way) or "no:xdist" in argument for argument in arguments):
        # Two workers suit small machines, and two browsers and three databases beside them.
        defaults += ["-n", str(min(os.cpu_count() or 1, 2))]
    if not any("tests/stress" in argument.replace(os.sep, "/") for argument in arguments):
        defaults.append("--ignore=tests/stress")
    return defaults


# The virtual environment


def environment(lowest: bool = False) -> Path:
    """Return the folder of the virtual environment to use."""
    chosen = os.environ.get("NEWSBLOG_VENV") or (".venv-lowest" if lowest else ".venv")
    return ROOT / Path(chosen).expanduser()


def ready(folder: Path, extra: str, lowest: bool = False) -> Path:
    """Make the environment hold the project with the extra, and return its Python.

    Environments are shared: one that was made for the demo gets the tests added to it and
    keeps the demo. The stamp in it tells what it holds, so that a start with nothing to
    install does not wait for pip.
    """
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    name = os.path.relpath(folder, ROOT)
    state = fingerprint(ROOT, platform.python_version(), lowest)
    stamp = read_stamp(folder)
    held = stamp.get("extras", [])
    usable = python.exists() and same_python(folder)
    if usable and stamp.get("state") == state and extra in held:
        print(f"Using {name}, Python {platform.python_version()}.", flush=True)
        return python
    extras = sorted({*held, extra})
    if usable and stamp:
        print(f"Bringing {name} up to date, for {' and '.join(extras)} …", flush=True)
    else:
        print(f"Making {name} (first time, about a minute) …", flush=True)
        make(folder, anew=not usable)
    install(python, folder, extras, lowest)
    (folder / STAMP).write_text(json.dumps({"state": state, "extras": extras}), "utf-8")
    return python


def fingerprint(root: Path, python_version: str, lowest: bool = False) -> str:
    """Return a text that changes with everything that asks for installing again."""
    state = hashlib.sha256(f"{root}\0{python_version}\0{lowest}".encode())
    for name in ("setup.cfg", "pyproject.toml"):
        state.update((root / name).read_bytes())
    return state.hexdigest()


def read_stamp(folder: Path) -> dict[str, typing.Any]:
    try:
        return dict(json.loads((folder / STAMP).read_text("utf-8")))
    except (OSError, ValueError):  # none yet, or the last start was cut short
        return {}


def same_python(folder: Path) -> bool:
    """Tell whether the environment was made with a Python of our minor version."""
    try:
        settings = (folder / "pyvenv.cfg").read_text("utf-8")
    except OSError:
        return False
    major, minor = sys.version_info[:2]
    return re.search(rf"^version(_info)? *= *{major}\.{minor}\b", settings, re.M) is not None


def make(folder: Path, anew: bool) -> None:
    if any(importlib.util.find_spec(module) is None for module in ("venv", "ensurepip")):
        major, minor = sys.version_info[:2]
        sys.exit(
            "This Python cannot make virtual environments; on Debian and Ubuntu this mends it: "
            f"apt install python{major}.{minor}-venv"
        )
    command = [sys.executable, "-m", "venv", str(folder)]
    # Emptied only if it is an environment: NEWSBLOG_VENV may name any folder by mistake.
    if anew and (folder / "pyvenv.cfg").exists():
        command.insert(3, "--clear")
    run_quietly(command, "Remove that folder if it is in the way, and run the command again.")


def install(python: Path, folder: Path, extras: list[str], lowest: bool) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if lowest:
        constraints = folder / "lowest.txt"
        setup = (ROOT / "setup.cfg").read_text("utf-8")
        constraints.write_text("\n".join(lowest_versions(setup, extras)) + "\n", "utf-8")
        command += ["--constraint", str(constraints)]
    command += ["--editable", f".[{','.join(extras)}]"]
    run_quietly(command, "If pip could not reach its index, see to that and run the command again.")


def lowest_versions(setup: str, extras: list[str]) -> list[str]:
    """Return a pip constraint for every lower bound in the text of a setup.cfg."""
    config = configparser.ConfigParser()
    config.read_string(setup)
    requirements = config["options"]["install_requires"].splitlines()
    for extra in extras:
        requirements += config["options.extras_require"][extra].splitlines()
    constraints = set()
    for requirement in requirements:
        # "psycopg[binary] >= 3.1.18, < 4; marker": a constraint takes neither extras nor marker.
        found = re.match(r"([\w.-]+)[^;]*?>=\s*([\w.]+)", requirement.strip())
        if found:
            constraints.add(f"{found[1]}=={found[2]}")
    return sorted(constraints)


def run_quietly(command: list[str], remedy: str) -> None:
    """Run a command without its chatter; if it fails, show the end of it and leave."""
    result = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    if result.returncode:
        print("\n".join(result.stdout.splitlines()[-15:]), file=sys.stderr)
        sys.exit(f"That failed: {' '.join(command)}\n{remedy}")


def become(command: list[str]) -> int:
    """Give this process to a command, so that signals and the exit code are its own."""
    sys.stdout.flush()
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606
    # On Windows exec gives the terminal back while the command still runs.
    return subprocess.call(command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
