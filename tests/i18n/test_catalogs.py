"""The catalogs are complete, compiled, and fit to be filled in."""

from __future__ import annotations

import gettext
import re

import pytest
from babel.messages.catalog import Message

from .catalogs import (
    LANGUAGES,
    TRANSLATIONS,
    read_compiled,
    read_source,
    words_of_the_sources,
)

PLACEHOLDER = re.compile(r"%\(\w+\)s")


def first_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else str(message.id[0])


def forms_of(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def test_there_are_german_and_arabic_words() -> None:
    assert {"ar", "de"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_sources_has_its_translation(language: str) -> None:
    catalog, wanted = read_source(language), words_of_the_sources()
    assert len(wanted) > 90
    missing = []
    for text, file in wanted.items():
        found = catalog.get(text if isinstance(text, str) else text[0])
        if found is None or found.fuzzy or not all(forms_of(found)):
            missing.append(f"{file}: {text!r}")
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalog_holds_nothing_that_the_sources_no_longer_say(language: str) -> None:
    known = {t if isinstance(t, str) else t[0] for t in words_of_the_sources()}
    said = {first_of(message) for message in read_source(language) if message.id}
    assert said - known == set()
    assert not read_source(language).obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    written, compiled = (
        {first_of(message): forms_of(message) for message in read(language) if message.id}
        for read in (read_source, read_compiled)
    )
    assert compiled == written


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_same_places_to_fill_in(language: str) -> None:
    for message in read_source(language):
        if not message.id:
            continue
        if isinstance(message.id, str):
            wanted = sorted(PLACEHOLDER.findall(message.id))
            assert sorted(PLACEHOLDER.findall(message.string)) == wanted, message.id
            assert message.string.count("%") == len(wanted), message.id
            continue
        for form in message.string:
            # "One minute ago" may say its number in a word.
            assert set(PLACEHOLDER.findall(form)) <= {"%(n)s"}, form
            assert form.count("%") == len(PLACEHOLDER.findall(form)), form


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_way_of_counting_is_reached_by_some_number(language: str) -> None:
    file = TRANSLATIONS / language / "LC_MESSAGES" / "newsblog.mo"
    with file.open("rb") as compiled:
        catalog = gettext.GNUTranslations(compiled)
    forms = read_source(language).num_plurals
    assert {catalog.plural(n) for n in range(200)} == set(range(forms))  # type: ignore[attr-defined]
