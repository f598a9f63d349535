"""Attacks that others have collected, where that collection lies beside the project."""

import importlib.util
import json
import re
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest

from flask_newsblog.text.allowed import ATTRIBUTES, TAGS
from flask_newsblog.text.limits import MAX_COMMENT, TextTooLong
from flask_newsblog.text.markdown import render_comment, render_post
from flask_newsblog.text.sanitize import clean_html

from .allow_list import IN_COMMENTS, OURS, outside, outside_comments

COLLECTION = Path(__file__).parents[3] / "shared" / "xss"

pytestmark = pytest.mark.skipif(
    not COLLECTION.is_dir(), reason="the collection of payloads is not beside the project"
)


@pytest.fixture(scope="module")
def oracle() -> ModuleType:
    """The collection's own judge, with the allow-list of stories in place of its own."""
    module = load_judge()
    attributes = {tag: ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set()) for tag in TAGS}
    vars(module).update(
        ALLOWED=TAGS,
        ATTRS=attributes | {"a": attributes["a"] | {"rel"}},
        HREF=re.compile(r"https?://[^\\]+|mailto:.+|tel:.+|(?!//)[^:\\]*([/?#][^\\]*)?", re.I),
        CLASS=OURS["class"],
    )
    return module


@pytest.fixture(scope="module")
def comment_oracle() -> ModuleType:
    """The same judge with its own list, less what comments do without, and with directions."""
    module = load_judge()
    assert set(IN_COMMENTS) < module.ALLOWED
    module.ALLOWED.intersection_update(IN_COMMENTS)
    module.ATTRS.update(p={"dir"}, li={"dir"}, code=set())
    module.HREF = re.compile(module.HREF.pattern.partition("|")[0] + ")$", re.I)
    return module


def load_judge() -> ModuleType:
    pytest.importorskip("html5lib", reason="the judge of payloads reads HTML with html5lib")
    spec = importlib.util.spec_from_file_location("oracle", COLLECTION / "oracle.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def payloads() -> list[str]:
    cases = [case for file in COLLECTION.glob("*.json") for case in json.loads(file.read_text())]
    return [case if isinstance(case, str) else case["payload"] for case in cases]


@pytest.fixture(
    params=[render_post, partial(render_post, raw_html=True), clean_html],
    ids=["shown as typed", "html kept", "cleaned"],
)
def results(request: pytest.FixtureRequest) -> list[tuple[str, str]]:
    """Each payload with what becomes of it, where it is not refused."""
    pairs = []
    for payload in payloads():
        with suppress(TextTooLong):
            pairs.append((payload, str(request.param(payload))))
    assert len(pairs) > 1000
    return pairs


def test_no_payload_gets_anything_past_the_list(results: list[tuple[str, str]]) -> None:
    assert [(payload, outside(html)) for payload, html in results if outside(html)] == []


def test_no_payload_gets_past_the_collections_own_judge(
    results: list[tuple[str, str]], oracle: ModuleType
) -> None:
    for payload, html in results:
        # The judge wants `nofollow`, which is for what readers write.
        found = [what for what in oracle.check(html) if what != "rel noopener"]
        assert found == [], payload


@pytest.fixture(scope="module")
def comments() -> list[tuple[str, str]]:
    """Each payload, or as much of it as a comment may have, with what becomes of it."""
    pairs = [(payload, str(render_comment(payload[:MAX_COMMENT]))) for payload in payloads()]
    assert len(pairs) > 1000
    return pairs


def test_no_payload_gets_anything_past_the_list_of_comments(
    comments: list[tuple[str, str]],
) -> None:
    found = [(payload, outside_comments(html)) for payload, html in comments]
    assert [pair for pair in found if pair[1]] == []


def test_no_payload_in_a_comment_gets_past_the_collections_own_judge(
    comments: list[tuple[str, str]], comment_oracle: ModuleType
) -> None:
    for payload, html in comments:
        assert comment_oracle.check(html) == [], payload
