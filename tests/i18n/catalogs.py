"""The words of the sources and of the catalogs, as Babel reads them."""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

import flask_newsblog
from flask_newsblog import i18n

PACKAGE = Path(flask_newsblog.__file__).parent
MAPPING = PACKAGE.parent / "babel.cfg"
TRANSLATIONS = PACKAGE / "translations"
LANGUAGES = sorted(folder.name for folder in TRANSLATIONS.iterdir() if folder.is_dir())
KEYWORDS = {"t": None, "tn": (1, 2), "mark": None}


def words_of_the_sources() -> dict[str | tuple[str, ...], str]:
    """Every text to be translated, and a file it stands in."""
    with MAPPING.open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(PACKAGE, methods, options, keywords=KEYWORDS)
    return {text: file for file, _, text, _, _ in found}


def read_source(language: str) -> Catalog:
    with (TRANSLATIONS / language / "LC_MESSAGES/newsblog.po").open("rb") as file:
        return read_po(file, locale=language)


def read_compiled(language: str) -> Catalog:
    with (TRANSLATIONS / language / "LC_MESSAGES/newsblog.mo").open("rb") as file:
        return read_mo(file)


def write_catalog(folder: Path, language: str, **words: str) -> None:
    """A host's own catalog with some words in it."""
    catalog = Catalog(locale=language, domain=i18n.DOMAIN)
    for text, translation in words.items():
        catalog.add(text, translation)
    target = folder / language / "LC_MESSAGES"
    target.mkdir(parents=True)
    with (target / f"{i18n.DOMAIN}.mo").open("wb") as file:
        write_mo(file, catalog)
