"""The doctor looks at the templates that a host has put in place of ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import FileSystemLoader

from flask_newsblog.doctor import replaced
from flask_newsblog.doctor.findings import Level
from flask_newsblog.doctor.replaced import digest, originals

from ..hosts import Host, plain, two_blogs
from ..mounting.layouts import SITE, give_layout, give_templates
from .patients import findings, only

POST = "newsblog/post.html"


@pytest.fixture
def host(open_hosts: Callable[..., Host], tmp_path: Path) -> Host:
    """A host with a folder of templates and an instance folder of its own."""
    found = open_hosts(plain)
    found.app.instance_path = str(tmp_path / "instance")
    folder = tmp_path / "templates"
    (folder / "newsblog").mkdir(parents=True)
    found.app.jinja_loader = FileSystemLoader(folder)
    found.app.jinja_env.auto_reload = True
    return found


def write(host: Host, name: str, text: str) -> None:
    loader = host.app.jinja_loader
    assert isinstance(loader, FileSystemLoader)
    file = Path(loader.searchpath[0], name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def ours_changes(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """What an update of the package does to one of our templates."""
    changed = {**originals(), name: originals()[name] + "<p>New</p>\n"}
    monkeypatch.setattr(replaced, "originals", lambda: changed)


def test_without_templates_of_its_own_a_host_is_well(host: Host) -> None:
    assert findings(host, "templates") == []


def test_a_copy_made_by_the_command_tells_when_ours_has_changed(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = host.run("template", "post.html")
    assert printed.exit_code == 0
    write(host, POST, printed.output.replace("<article", "<p>Ours.</p><article", 1))
    assert findings(host, "templates") == []
    ours_changes(monkeypatch, "post.html")
    found = only(host, "templates", Level.WARNING, POST, "has changed since")
    assert "flask newsblog template post.html" in found.remedy


def test_the_mark_of_a_copy_is_not_seen_by_readers(host: Host) -> None:
    before = host.get("/newsroom/sign-in/none").text
    write(host, "newsblog/error.html", host.run("template", "error.html").output)
    host.app.jinja_env.cache.clear()
    assert host.get("/newsroom/sign-in/none").text == before


def test_a_copy_of_unknown_age_is_remembered(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    write(host, POST, originals()["post.html"].replace("<article", "<p>Ours.</p><article", 1))
    found = only(host, "templates", Level.INFO, POST, "nobody knows which version")
    assert "check --remember" in found.remedy
    done = host.run("check", "--remember")
    assert "newsblog-templates.json, of your templates: 1." in done.stderr
    assert findings(host, "templates") == []
    ours_changes(monkeypatch, "post.html")
    only(host, "templates", Level.WARNING, POST, "has changed since")
    host.run("check", "--remember")
    assert findings(host, "templates") == []


def test_the_mark_in_a_copy_counts_more_than_what_is_remembered(host: Host) -> None:
    write(host, POST, "{#- newsblog: post.html 0123456789ab -#}\nOld")
    host.run("check", "--remember")
    only(host, "templates", Level.WARNING, POST, "has changed since")


def test_what_is_remembered_has_to_be_written_somewhere(host: Host, tmp_path: Path) -> None:
    (tmp_path / "instance").touch()
    done = host.run("check", "--remember")
    assert done.exit_code == 1
    assert "newsblog-templates.json cannot be written" in done.output


def test_a_record_that_cannot_be_read_is_a_finding(host: Host, tmp_path: Path) -> None:
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "newsblog-templates.json").write_text("{")
    only(host, "templates", Level.ERROR, "could not be looked at", "JSONDecodeError")


def test_what_stands_on_the_original_is_never_stale(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    extend = '{% extends "newsblog_original/post.html" %}{% block title %}Ours{% endblock %}'
    write(host, POST, extend)
    ours_changes(monkeypatch, "post.html")
    assert findings(host, "templates") == []


def test_a_misspelt_block_is_told_with_the_nearest(host: Host) -> None:
    blocks = (
        "{% block post_titel %}{{ super() }}{% endblock %}"
        "{% block title %}{% block of_my_own %}{% endblock %}{% endblock %}"
    )
    write(host, POST, f'{{% extends "newsblog_original/post.html" %}}{blocks}')
    found = only(host, "templates", Level.WARNING, "post_titel", "shown nowhere")
    assert found.remedy.startswith("Did you mean post_")
    assert len(findings(host, "templates")) == 1


def test_a_template_that_replaces_nothing_is_told_with_the_nearest(host: Host) -> None:
    write(host, "newsblog/pots.html", "Ours")
    found = only(host, "templates", Level.WARNING, "newsblog/pots.html", "never shown")
    assert found.remedy == "Did you mean newsblog/post.html?"


def test_a_part_that_an_override_includes_is_none_of_that(host: Host) -> None:
    write(host, "newsblog/_weather.html", "Rain")
    write(host, "news/photo.jpg.html", "A file of the host's own")
    only(host, "templates", Level.WARNING, "newsblog/_weather.html")
    extend = '{% extends "newsblog_original/post.html" %}{% block title %}%s{% endblock %}'
    write(host, POST, extend.replace("%s", '{% include "newsblog/_weather.html" %}'))
    assert findings(host, "templates") == []


def test_a_template_of_one_blog_alone_is_looked_at_too(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(two_blogs)
    give_templates(host.app, other__pots="x", other__post="Ours")
    for name in ("other/pots.html", "other/post.html"):
        assert [f for f in findings(host, "templates") if name in f.what], name


def test_a_layout_of_one_blog_alone_is_told_where_it_belongs(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(two_blogs)
    give_templates(host.app, other__layout=SITE, other___card="x")
    for name in ("other/layout.html", "other/_card.html"):
        (found,) = [f for f in findings(host, "templates") if name in f.what]
        assert "newsblog/" in found.remedy


def test_a_layout_that_chooses_is_looked_at_on_each_way(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(two_blogs)
    choice = '{% extends "a.html" if blog.name == "other" else "b.html" %}'
    give_templates(host.app, a=SITE, b=SITE, newsblog__layout=choice)
    assert findings(host, "templates") == []
    give_templates(host.app, a=SITE, b="<main></main>", newsblog__layout=choice)
    assert len(findings(host, "templates")) == 3


def test_a_layout_whose_choice_cannot_be_told_is_left_alone(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain)
    give_templates(host.app, a=SITE, newsblog__layout="{% extends page.layout %}")
    assert findings(host, "templates") == []


def test_what_extends_itself_or_nothing_is_an_error(host: Host) -> None:
    write(host, POST, f'{{% extends "{POST}" %}}')
    assert (
        "newsblog_original/post.html"
        in only(host, "templates", Level.ERROR, "extends itself").remedy
    )
    write(host, POST, '{% extends "sight.html" %}')
    only(host, "templates", Level.ERROR, "extends sight.html, which is not there")


def test_a_template_that_cannot_be_read_is_an_error_with_its_line(host: Host) -> None:
    write(host, POST, "Fine.\n{% block title %}")
    only(host, "templates", Level.ERROR, POST, "in line 2")


def test_a_layout_in_one_line_is_well(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    give_layout(host.app)
    assert findings(host, "templates") == []


@pytest.mark.parametrize("block", ["content", "head", "title"])
def test_a_layout_in_which_our_pages_vanish_is_told(
    open_hosts: Callable[..., Host], block: str
) -> None:
    host = open_hosts(plain)
    give_layout(host.app)
    site = SITE.replace(f"{{% block {block} %}}{{% endblock %}}", "")
    give_templates(host.app, site=site, newsblog__layout='{% extends "site.html" %}')
    level = Level.WARNING if block == "title" else Level.ERROR
    assert f"{{% block {block} %}}" in only(host, "templates", level, f"no block {block}").remedy


@pytest.mark.parametrize("reads", ["current_user.name", "get_flashed_messages()", "csrf_token()"])
def test_a_layout_that_greets_people_is_told_where_pages_are_public(
    open_hosts: Callable[..., Host], reads: str
) -> None:
    def greeting(app: Flask) -> None:
        site = SITE.replace("<main>", f"{{% if x %}}{{{{ {reads} }}}}{{% endif %}}<main>")
        give_templates(app, site=site, newsblog__layout='{% extends "site.html" %}')

    public = open_hosts(plain, NEWSBLOG_PUBLIC_PAGES=True)
    assert findings(public, "templates") == []
    greeting(public.app)
    name = reads.partition(".")[0].removesuffix("()")
    only(public, "templates", Level.WARNING, "NEWSBLOG_PUBLIC_PAGES is on", name)
    private = open_hosts(plain)
    greeting(private.app)
    assert findings(private, "templates") == []


def test_the_command_lists_our_templates_and_whose_stand_in_their_place(host: Host) -> None:
    write(host, POST, "Ours")
    lines = host.run("template").output.splitlines()
    assert "post.html  (yours: newsblog/post.html)" in lines
    assert "mail/layout.html" in lines
    wrong = host.run("template", "pots.html")
    assert wrong.exit_code == 2
    assert "Did you mean post.html?" in wrong.output


def test_a_printed_template_is_the_original_below_its_mark(host: Host) -> None:
    printed = host.run("template", "newsblog/mail/layout.html").output
    first, _, rest = printed.partition("\n")
    assert rest == originals()["mail/layout.html"]
    assert first == f"{{#- newsblog: mail/layout.html {digest(rest)} -#}}"
