"""Every word that a template shows goes through ``t`` or ``tn``."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

import flask_newsblog

FOLDER = Path(flask_newsblog.__file__).with_name("templates")
TEMPLATES = sorted(
    str(file.relative_to(FOLDER)) for kind in ("html", "txt") for file in FOLDER.rglob(f"*.{kind}")
)
READ_OUT = {"alt", "aria-label", "aria-description", "placeholder", "title", "value", "label"}
# Of these, the value is sent and not shown: a button says what stands inside it.
UNSEEN = {"checkbox", "hidden", "radio"}
SENT = {"button", "option"}
FILLED = "zz"
LETTER = re.compile(r"[^\W\d_]")


class VisibleText(HTMLParser):
    """The texts that a reader sees or hears, of a template's own HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        sent = tag in SENT or dict(attrs).get("type") in UNSEEN
        unseen = {"value"} if sent else set()
        self.found += [value or "" for name, value in attrs if name in READ_OUT - unseen]

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def own_html(name: str) -> str:
    """The HTML of a template, with ``zz`` where something is filled in."""
    tree = Environment(autoescape=True).parse((FOLDER / name).read_text(encoding="utf-8"))
    pieces = []
    for output in tree.find_all(nodes.Output):
        for piece in output.nodes:
            pieces.append(piece.data if isinstance(piece, nodes.TemplateData) else FILLED)
    return "".join(pieces)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_shows_no_word_of_its_own(name: str) -> None:
    reader = VisibleText()
    reader.feed(own_html(name))
    reader.close()
    texts = (text.replace(FILLED, "").strip() for text in reader.found)
    assert [text for text in texts if LETTER.search(text)] == []


def test_the_value_of_a_button_is_not_shown_and_what_it_says_is() -> None:
    reader = VisibleText()
    reader.feed('<button value="save" title="Keep">Save</button><input type="submit" value="Send">')
    assert reader.found == ["Keep", "Save", "Send"]


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_a_template_has_translated_is_a_plain_text(name: str) -> None:
    tree = Environment(autoescape=True).parse((FOLDER / name).read_text(encoding="utf-8"))
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in ("t", "tn"):
            texts = call.args[: 1 if call.node.name == "t" else 2]
            for text in texts:
                assert isinstance(text, nodes.Const), name
                assert text.value == text.value.strip(), text.value
                assert "<" not in text.value, text.value
