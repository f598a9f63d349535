"""A doctor for the site: what is wrong and what to do; and our templates, for hosts to copy."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from difflib import get_close_matches
from textwrap import fill

import click

from ..doctor import replaced
from ..doctor.examine import examine, remembered_file
from ..doctor.findings import Finding, Level
from ..mount import Mount, mounts
from .group import newsblog_group
from .people import all_blogs, mounts_meant

_WIDTH = 88
_COLOURS = {Level.ERROR: "red", Level.WARNING: "yellow", Level.INFO: "blue", Level.GOOD: "green"}


@newsblog_group.command("check")
@click.option("--strict", is_flag=True, help="Let warnings count as errors do.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for machines.")
@click.option(
    "--remember",
    is_flag=True,
    help="Take the host's templates as fit for the present version of ours.",
)
@all_blogs
def check(strict: bool, as_json: bool, remember: bool, blog_name: str | None) -> None:
    """Look for what is wrong with the site, and say what to do; leave with 1 if something is."""
    meant = list(mounts_meant(blog_name))
    if remember:
        _remember(meant[0])
    found = [(mount, examine(mount)) for mount in meant]
    if as_json:
        listed = [
            {"blog": mount.name, "findings": [asdict(finding) for finding in findings]}
            for mount, findings in found
        ]
        click.echo(json.dumps(listed, indent=2, ensure_ascii=False))
    else:
        for mount, findings in found:
            _print(mount, findings)
    counted = {Level.ERROR, Level.WARNING} if strict else {Level.ERROR}
    if any(finding.level in counted for _, findings in found for finding in findings):
        raise click.exceptions.Exit(1)


@newsblog_group.command("template")
@click.argument("name", required=False, metavar="[NAME]")
def template(name: str | None) -> None:
    """Print a template of ours, marked so that check can tell when ours has changed since."""
    known = replaced.originals()
    if name is None:
        app = next(mounts_meant(None)).app
        yours = {o.ours: o.name for o in replaced.overrides(app, mounts(app))}
        for ours in known:
            click.echo(f"{ours}  (yours: {yours[ours]})" if ours in yours else ours)
        return
    name = name.removeprefix(replaced.OURS)
    if name not in known:
        close = get_close_matches(name, list(known), n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise click.UsageError(f"There is no template {name}.{hint}")
    click.echo(replaced.marked(name), nl=False)


def _remember(mount: Mount) -> None:
    file = remembered_file(mount)
    try:
        count = replaced.remember(file, replaced.overrides(mount.app, mounts(mount.app)))
    except OSError as error:
        raise click.ClickException(
            f"{file} cannot be written: {error.strerror}. Give the user that this runs as the"
            " right to write there."
        ) from error
    click.echo(f"Remembered in {file}, of your templates: {count}.", err=True)


def _print(mount: Mount, findings: list[Finding]) -> None:
    click.echo(f"{mount.settings.title} ({mount.name})")
    for finding in findings:
        mark = click.style(f"{finding.level:<8}", fg=_COLOURS[finding.level])
        click.echo(f"{mark}{_under(f'{finding.name}: {finding.what}')}")
        if finding.remedy:
            click.echo(f"        {_under(f'→ {finding.remedy}')}")
    counted = Counter(finding.level for finding in findings)
    errors, warnings = counted[Level.ERROR], counted[Level.WARNING]
    click.echo(
        f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)},"
        f" {counted[Level.INFO]} info, {counted[Level.GOOD]} good."
    )


def _under(text: str) -> str:
    # Names, addresses and commands stay whole, to be copied.
    return fill(
        text,
        _WIDTH,
        subsequent_indent=" " * 8,
        break_long_words=False,
        break_on_hyphens=False,
    )
