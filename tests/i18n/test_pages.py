"""Pages in the language of the blog, or in the one that Flask-Babel chose for the visitor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from flask_babel import Babel

from flask_newsblog import Person

from ..hosts import MEMORY, Host, path_of, plain, write_story
from .catalogs import write_catalog

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def choosing(uri: str = MEMORY, **config: Any) -> Flask:
    """A host whose Flask-Babel speaks as the visitor's browser wishes."""
    app = plain(uri, NEWSBLOG_LANGUAGE="auto", **config)
    wishes = ["en", "de", "ar", "pt_BR"]
    Babel(app, locale_selector=lambda: request.accept_languages.best_match(wishes))
    return app


@pytest.mark.parametrize(
    ("language", "direction", "word", "day"),
    [
        ("de", "ltr", "Zur Titelseite", "4. Mai 2026"),
        ("ar", "rtl", "إلى الصفحة الأولى", "4 مايو 2026"),
        ("en-GB", "ltr", "To the front page", "4 May 2026"),
    ],
)
def test_the_blog_speaks_its_language(
    open_hosts: Callable[..., Host],
    either_way: bool,
    language: str,
    direction: str,
    word: str,
    day: str,
) -> None:
    host = open_hosts(plain, NEWSBLOG_LANGUAGE=language)
    post = write_story(host.app, at=NOON)
    story, lost = host.get(path_of(post)).text, host.get("/nowhere").text
    for text in (story, lost):
        assert f'<html lang="{language}" dir="{direction}">' in text
    assert day in story
    assert word in lost


def test_the_visitor_is_spoken_to_as_flask_babel_chose(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(choosing)
    path = path_of(write_story(host.app, at=NOON))
    for wish, language, day in (
        ("de-AT,de;q=0.9", "de", "4. Mai 2026"),
        ("ar", "ar", "4 مايو 2026"),
        ("en", "en", "May 4, 2026"),
        ("pt-BR", "pt-BR", "4 de maio de 2026"),
    ):
        page = host.get(path, headers={"Accept-Language": wish})
        assert f'<html lang="{language}"' in page.text
        assert day in page.text
        assert not page.cache_control.public


def test_the_visitors_language_is_english_where_there_is_no_flask_babel(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain, NEWSBLOG_LANGUAGE="auto")
    assert '<html lang="en" dir="ltr">' in host.get("/").text


def test_a_page_keeps_its_blogs_language_beside_a_visitor_of_another(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(choosing, NEWSBLOG_NEWS_LANGUAGE="de")
    page = host.get("/nowhere", headers={"Accept-Language": "ar"})
    assert "Zur Titelseite" in page.text


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_word_of_the_hosts_own_catalog_comes_before_ours(
    open_hosts: Callable[..., Host], tmp_path: Path, either_way: bool, language: str
) -> None:
    write_catalog(tmp_path, language, **{"To the front page": "Back to the quay"})
    host = open_hosts(
        plain, NEWSBLOG_LANGUAGE=language, BABEL_TRANSLATION_DIRECTORIES=f"elsewhere;{tmp_path}"
    )
    text = host.get("/nowhere").text
    assert "Back to the quay" in text
    assert ("Diese Seite gibt es nicht" if language == "de" else "This page is not here") in text


def test_what_a_catalog_says_is_text_and_no_markup(
    open_hosts: Callable[..., Host], tmp_path: Path
) -> None:
    write_catalog(tmp_path, "de", **{"To the front page": "<b>Titel</b> & mehr"})
    host = open_hosts(plain, NEWSBLOG_LANGUAGE="de", BABEL_TRANSLATION_DIRECTORIES=str(tmp_path))
    assert "&lt;b&gt;Titel&lt;/b&gt; &amp; mehr" in host.get("/nowhere").text


def test_the_newsroom_speaks_the_language_too(open_hosts: Callable[..., Host]) -> None:
    hooks = {"current_person": lambda: Person("7", "Ann"), "can": lambda *asked: True}
    host = open_hosts(plain, given=hooks, NEWSBLOG_LANGUAGE="de")
    write_story(host.app, draft=True)
    text = host.get("/newsroom/").text
    for word in ("Angemeldet als Ann", "Entwurf", "Zurückgezogen", "Redaktion", "Alle"):
        assert word in text
