"""The entry script: what it says, what it installs and when, without installing anything."""

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "dev.py"


@pytest.fixture(scope="module")
def dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *arguments],
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "setup.cfg").write_text("[options]\ninstall_requires =\n    flask >= 3.0\n")
    (tmp_path / "pyproject.toml").write_text("[build-system]\n")
    return tmp_path


def test_an_old_python_is_told_what_it_takes(dev: ModuleType) -> None:
    assert dev.too_old((3, 10, 13)) == (
        "flask_newsblog needs Python 3.11 or newer, and this is Python 3.10: "
        "install a newer one and run dev.py with it."
    )


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 13, 1), (4, 0, 0)])
def test_a_new_python_is_welcome(dev: ModuleType, version: tuple[int, ...]) -> None:
    assert dev.too_old(version) is None


def test_an_old_python_understands_the_file_as_far_as_the_refusal() -> None:
    source = SCRIPT.read_text("utf-8")
    tree = ast.parse(source, feature_version=(3, 6))
    refusal = next(node.lineno for node in tree.body if isinstance(node, ast.If))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.lineno < refusal:
            annotations = [node.returns, *(argument.annotation for argument in node.args.args)]
            assert all(isinstance(annotation, ast.Constant) for annotation in annotations)


def test_the_lower_bound_is_the_one_in_setup_cfg(dev: ModuleType) -> None:
    assert f"python_requires = >={'.'.join(map(str, dev.NEEDED))}\n" in (
        SCRIPT.with_name("setup.cfg").read_text("utf-8")
    )


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_without_a_command_the_usage_is_shown(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.returncode == 0
    assert "python3 dev.py demo [--port N]" in result.stdout
    assert "python3 dev.py test" in result.stdout


def test_an_unknown_command_is_refused_with_the_usage() -> None:
    result = run("tset")
    assert result.returncode == 2
    assert result.stderr.startswith("dev.py has no command 'tset'.")
    assert "python3 dev.py test" in result.stderr


def test_an_impossible_port_is_refused_before_anything_is_installed(tmp_path: Path) -> None:
    result = run("demo", "--port", "70000", NEWSBLOG_VENV=str(tmp_path / "venv"))
    assert result.returncode == 2
    assert "argument --port: invalid port value: '70000'" in result.stderr
    assert not (tmp_path / "venv").exists()


def test_a_python_without_ensurepip_is_told_which_package_to_install(tmp_path: Path) -> None:
    # Debian ships Python without ensurepip unless python3-venv is installed.
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['ensurepip'] = None\n")
    result = run("demo", PYTHONPATH=str(tmp_path), NEWSBLOG_VENV=str(tmp_path / "venv"))
    assert result.returncode == 1
    major, minor = sys.version_info[:2]
    assert f"apt install python{major}.{minor}-venv" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "venv").exists()


@pytest.mark.parametrize("name", ["setup.cfg", "pyproject.toml"])
def test_a_changed_dependency_asks_for_installing_again(
    dev: ModuleType, project: Path, name: str
) -> None:
    before = dev.fingerprint(project, "3.11.7")
    assert dev.fingerprint(project, "3.11.7") == before
    (project / name).write_text("[options]\n")
    assert dev.fingerprint(project, "3.11.7") != before


def test_another_python_or_the_lowest_versions_ask_for_installing_again(
    dev: ModuleType, project: Path
) -> None:
    assert dev.fingerprint(project, "3.11.7") != dev.fingerprint(project, "3.11.8")
    assert dev.fingerprint(project, "3.11.7") != dev.fingerprint(project, "3.11.7", lowest=True)


def test_a_checkout_that_was_moved_asks_for_installing_again(
    dev: ModuleType, project: Path
) -> None:
    before = dev.fingerprint(project, "3.11.7")
    moved = project.rename(project.with_name("moved"))
    assert dev.fingerprint(moved, "3.11.7") != before


@pytest.mark.parametrize("stamp", [None, "", '{"state": "half'])
def test_an_environment_that_was_cut_short_holds_nothing(
    dev: ModuleType, tmp_path: Path, stamp: str | None
) -> None:
    if stamp is not None:
        (tmp_path / dev.STAMP).write_text(stamp)
    assert dev.read_stamp(tmp_path) == {}


def test_lowest_versions_are_the_lower_bounds(dev: ModuleType) -> None:
    setup = """
[options]
install_requires =
    flask >= 3.0
    markdown-it-py >= 3.0, < 5
    nh3 < 1, >= 0.3.8

[options.extras_require]
postgresql =
    psycopg[binary] >= 3.1.18 ; python_version > "3"
test =
    %(postgresql)s
    build
    pytest >= 8.2
docs =
    sphinx >= 8
"""
    assert dev.lowest_versions(setup, ["test"]) == [
        "flask==3.0",
        "markdown-it-py==3.0",
        "nh3==0.3.8",
        "psycopg==3.1.18",
        "pytest==8.2",
    ]


def test_every_dependency_has_a_lowest_version(dev: ModuleType) -> None:
    setup = SCRIPT.with_name("setup.cfg").read_text("utf-8")
    required = setup.partition("install_requires =\n")[2].partition("\n\n")[0].splitlines()
    assert len(dev.lowest_versions(setup, [])) == len(required)


def test_two_workers_run_the_tests_and_trials_are_left_out(dev: ModuleType) -> None:
    assert dev.pytest_defaults(["-k", "feeds"]) == [
        "-n",
        str(min(os.cpu_count() or 1, 2)),
        "--ignore=tests/stress",
    ]


@pytest.mark.parametrize("argument", ["-n0", "--numprocesses=4", "--pdb", "-s", "-pno:xdist"])
def test_who_chooses_the_workers_gets_their_way(dev: ModuleType, argument: str) -> None:
    assert dev.pytest_defaults([argument]) == ["--ignore=tests/stress"]


def test_trials_run_when_they_are_named(dev: ModuleType) -> None:
    assert dev.pytest_defaults(["-n0", "tests/stress/test_storm.py"]) == []


def test_a_failing_step_shows_its_last_lines_and_what_to_do(
    dev: ModuleType, capfd: pytest.CaptureFixture[str]
) -> None:
    talk = "print(*range(100), sep='\\n'); raise SystemExit(3)"
    with pytest.raises(SystemExit, match="See to the network") as stopped:
        dev.run_quietly([sys.executable, "-c", talk], "See to the network.")
    assert stopped.value.code != 0
    assert capfd.readouterr().err.splitlines() == [str(number) for number in range(85, 100)]


def test_a_step_that_goes_well_says_nothing(
    dev: ModuleType, capfd: pytest.CaptureFixture[str]
) -> None:
    dev.run_quietly([sys.executable, "-c", "print('noise')"], "")
    assert capfd.readouterr() == ("", "")
