"""The rules of the desk: what has to wait, and what is not published."""

from __future__ import annotations

import sys
from datetime import timedelta
from textwrap import shorten

import click
from flask.cli import AppGroup

from ..audit import Deed, Thing, write_down
from ..comments import rules
from ..comments.checks import CHECKS, judge
from ..comments.drafts import draft_of_nobody
from ..comments.rule_deeds import write_down_rule
from ..comments.rule_values import RuleError
from ..database import session
from ..models import Rule, RuleKind, RuleOutcome
from ..text.characters import keep_order
from ..text.typed import many_lines
from .group import AT_A_SHELL, blog_option, mount_named, newsblog_group

rules_group = AppGroup("rules", help="Rules of the desk: what waits, what is not published.")
newsblog_group.add_command(rules_group)

_kind = click.argument("kind", type=click.Choice([kind.value for kind in RuleKind]))
_value = click.argument("value")
_outcome = click.option(
    "--outcome",
    type=click.Choice([outcome.value for outcome in RuleOutcome]),
    default=RuleOutcome.HOLD.value,
    show_default=True,
    help="Whether a reply waits, or is given back to its writer.",
)


@rules_group.command("list")
@blog_option
def list_rules(blog_name: str | None) -> None:
    """List the rules: kind, outcome, value, until when, who made them, and why."""
    mount = mount_named(blog_name)
    found = rules.rules_of(mount.blog)
    for rule in found:
        parts = [f"{rule.kind}  {rule.outcome}  {rule.value}"]
        if rule.until is not None:
            over = rule.until <= mount.now()
            parts.append(f"{'ended' if over else 'until'} {rule.until:%Y-%m-%d %H:%M} UTC")
        parts += [f"by {rule.person_name}"] if rule.person_name else []
        parts += [rule.note] if rule.note else []
        click.echo("; ".join(parts))
    if not found:
        click.echo("There are no rules.")


@rules_group.command("add")
@_kind
@_value
@_outcome
@click.option(
    "--days",
    type=click.IntRange(1, 36_500),
    metavar="NUMBER",
    help="For so many days; else for good.",
)
@click.option("--note", default="", metavar="TEXT", help="Why, for the others at the desk.")
@blog_option
def add_rule(
    kind: str, value: str, outcome: str, days: int | None, note: str, blog_name: str | None
) -> None:
    """Add a rule, or change the one of this kind and value."""
    mount = mount_named(blog_name)
    now = mount.now()
    until = now + timedelta(days=days) if days else None
    try:
        rule = rules.add_rule(mount.blog, kind, value, outcome, AT_A_SHELL.name, now, until, note)
    except RuleError as error:
        raise click.ClickException(str(error)) from error
    said = _sentence(rule)
    write_down_rule(mount.words, None, Deed.CREATE, rule, now)
    session().commit()
    click.echo(said)


@rules_group.command("remove")
@_kind
@_value
@blog_option
def remove_rule(kind: str, value: str, blog_name: str | None) -> None:
    """Remove a rule."""
    mount = mount_named(blog_name)
    try:
        rule = rules.find_rule(mount.blog, kind, value)
    except RuleError as error:
        raise click.ClickException(str(error)) from error
    if rule is None:
        raise click.ClickException(f"There is no rule of this kind for {value}.")
    said = f"Removed: {rule.kind} {rule.value}."
    write_down_rule(mount.words, None, Deed.DELETE, rule, mount.now())
    rules.remove_rule(rule)
    session().commit()
    click.echo(said)


@rules_group.command("try")
@_kind
@_value
@blog_option
def try_rule(kind: str, value: str, blog_name: str | None) -> None:
    """Show what a rule would have caught of the last 1,000 replies; nothing is changed."""
    mount = mount_named(blog_name)
    try:
        trial = rules.try_rule(mount.blog, kind, value)
    except RuleError as error:
        raise click.ClickException(str(error)) from error
    for hit in trial.hits:
        begin = shorten(keep_order(hit.body), 60, placeholder="…")
        click.echo(f"{hit.id}  {hit.state}  {hit.author_name}  «{hit.title}»")
        click.echo(f"    {begin}")
    click.echo(
        f"Of the last {trial.looked_at} replies it would have caught {len(trial.hits)}, of which"
        f" readers see {len(trial.published)}."
    )


@rules_group.command("test")
@click.argument("text")
@click.option("--name", default="", metavar="TEXT", help="The writer's name.")
@click.option("--email", default="", metavar="ADDRESS", help="The writer's address.")
@click.option("--website", default="", metavar="URL", help="The writer's website.")
@blog_option
def test_text(text: str, name: str, email: str, website: str, blog_name: str | None) -> None:
    """Show what the checks would say of a guest's TEXT; nothing is stored."""
    mount = mount_named(blog_name)
    draft = draft_of_nobody(
        mount.blog, mount.settings, many_lines(text), name, email, website, mount.now()
    )
    verdicts = judge(draft, (*CHECKS, *mount.comment_checks))
    for check, verdict in verdicts:
        click.echo(f"{verdict.outcome.name.lower()}: {verdict.reason} ({check})")
    if not verdicts:
        click.echo("No check has anything against it.")


@rules_group.command("export")
@blog_option
def export_rules(blog_name: str | None) -> None:
    """Write all rules to standard output, a line each, for the command import."""
    for line in rules.export_rules(mount_named(blog_name).blog):
        click.echo(line)


@rules_group.command("import")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in RuleKind]),
    default=RuleKind.WORD.value,
    show_default=True,
    help="Of lines that name none.",
)
@_outcome
@blog_option
def import_rules(kind: str, outcome: str, blog_name: str | None) -> None:
    """Read rules from standard input: what export wrote, or one value a line."""
    mount = mount_named(blog_name)
    now = mount.now()
    lines = sys.stdin.buffer.read().decode("utf-8-sig", "replace").splitlines()
    try:
        done = rules.import_rules(mount.blog, lines, kind, outcome, AT_A_SHELL.name, now)
    except RuleError as error:
        session().rollback()
        raise click.ClickException(f"{error} Nothing was changed.") from error
    if done.added or done.changed:
        detail = f"{done.added} added, {done.changed} changed"
        write_down(mount.blog, None, Deed.IMPORT, Thing.RULE, now, detail=detail)
    session().commit()
    click.echo(f"{done.added} added, {done.changed} changed, {done.unchanged} there already.")


def _sentence(rule: Rule) -> str:
    until = f" until {rule.until:%Y-%m-%d %H:%M} UTC" if rule.until else ""
    return f"Kept: {rule.kind} {rule.value}, {rule.outcome}{until}."
