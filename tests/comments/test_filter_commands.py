"""``flask newsblog filter …``: what the filter knows, taken out, brought in, learnt anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from flask_newsblog.commands.filter import BATCH
from flask_newsblog.comments import bayes
from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentState
from flask_newsblog.transfer.filter_words import read_words, write_words

from ..hosts import Host, two_blogs
from .conftest import OpenSite
from .readers import NOON, Site

HELD, PUBLISHED, SPAM = CommentState.HELD, CommentState.PUBLISHED, CommentState.SPAM
LINES = [
    '{"word": "", "ham": 21, "spam": 20}',
    '{"word": "ferry", "ham": 20, "spam": 1}',
    '{"word": "東京", "ham": 3, "spam": 0}',
]
WORDS = [("", 21, 20), ("ferry", 20, 1), ("東京", 3, 0)]


@pytest.fixture
def site(open_site: OpenSite, uri: str) -> Site:
    return open_site(uri=uri)


def run(site: Site, *args: str, **kwargs: Any) -> Any:
    return site.host.run("filter", *args, **kwargs)


def known(site: Site) -> list[tuple[str, int, int]]:
    with site.app.app_context():
        return list(bayes.counts("news"))


def decided(site: Site, text: str, state: CommentState, **given: Any) -> int:
    """A comment on which a moderator decided before there was a filter."""
    number = site.plant(text)
    with site.app.app_context():
        values = {"state": state, "reviewed_at": NOON, "person_id": None, **given}
        session().execute(update(Comment).where(Comment.id == number).values(values))
        session().commit()
    return number


def test_what_is_exported_can_be_imported_again(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "words.jsonl"
    assert run(site, "import", "-", input="\n".join(LINES)).exit_code == 0
    assert run(site, "export", str(file)).exit_code == 0
    assert sorted(file.read_text("utf-8").splitlines()) == sorted(LINES)
    done = run(site, "import", str(file))
    assert done.output == ("Known: 21 approved and 20 unwanted replies, 2 words.\n")
    assert sorted(known(site)) == WORDS


def test_an_import_takes_the_place_of_what_was_known(site: Site) -> None:
    run(site, "import", "-", input="\n".join(LINES))
    done = run(site, "import", "-", input='{"word": "", "ham": 1, "spam": 0}\n')
    assert known(site) == [("", 1, 0)]
    assert "The filter has no opinion until it knows 20 of each kind." in done.output


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ([], 'There are no words in it; write lines such as {"word": "ferry",'),
        (["ferry,1,2"], 'Line 1: write an object such as {"word": "ferry",'),
        (["[" * 100_000], "Line 1: write an object such as"),
        (['{"word": "", "ham": 1}'], "Line 1: write an object such as"),
        ([LINES[1]], "Line 1: the first line has to count the comments, with an empty word."),
        ([LINES[0], LINES[0]], "Line 2: the word '' was there already."),
        (
            [LINES[0], '{"word": "a", "ham": 22, "spam": 0}'],
            "Line 2: 'a' stands in more comments than the first line counts.",
        ),
        (
            ['{"word": "", "ham": -1, "spam": 0}'],
            "Line 1: ham is a whole number from 0 to 2,147,483,647.",
        ),
        (['{"word": "", "ham": 1, "spam": true}'], "Line 1: spam is a whole number"),
        (['{"word": "", "ham": 1, "spam": 1e400}'], "Line 1: spam is a whole number"),
        (
            [LINES[0], json.dumps({"word": "x" * 65, "ham": 1, "spam": 0})],
            "Line 2: a word has up to 64 characters and no spaces.",
        ),
        ([LINES[0], '{"word": "a\\u0000", "ham": 1, "spam": 0}'], "Line 2: a word has"),
        ([LINES[0], '{"word": "a ", "ham": 1, "spam": 0}'], "Line 2: a word has"),
        ([LINES[0], '{"word": "\\ud800", "ham": 1, "spam": 0}'], "Line 2: a word has"),
    ],
)
def test_a_file_that_cannot_be_true_changes_nothing(
    site: Site, lines: list[str], complaint: str
) -> None:
    run(site, "import", "-", input="\n".join(LINES))
    done = run(site, "import", "-", input="\n".join(lines))
    assert done.exit_code == 1
    assert complaint in done.output
    assert done.output.endswith("Nothing was changed.\n")
    assert sorted(known(site)) == WORDS


def test_a_file_in_another_encoding_is_refused(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "words.jsonl"
    file.write_bytes(b'{"word": "", "ham": 1, "spam": 0}\n\xff')
    done = run(site, "import", str(file))
    assert done.exit_code == 1
    assert "This is no UTF-8 text. Nothing was changed." in done.output


def test_lines_and_words_are_the_same_thing() -> None:
    assert read_words(write_words(WORDS)) == WORDS
    assert "".join(write_words(WORDS)).splitlines() == LINES


def test_training_learns_what_moderators_decided(site: Site) -> None:
    decided(site, "ferry", PUBLISHED)
    decided(site, "pills", SPAM)
    decided(site, "rude", CommentState.REJECTED)
    decided(site, "waiting", HELD)
    site.plant("nobody looked")
    done = run(site, "train")
    assert done.exit_code == 0
    assert done.output.startswith("Learnt from 3 more.\nKnown: 1 approved and 2 unwanted replies, ")
    words = {word: counts for word, *counts in known(site)}
    assert (words["ferry"], words["pills"], words["rude"]) == ([1, 0], [0, 1], [0, 1])
    assert "waiting" not in words
    assert "nobody" not in words
    assert run(site, "train").output.startswith("Learnt from 0 more.")
    assert {word: counts for word, *counts in known(site)} == words


def test_training_goes_in_batches_and_says_what_it_leaves_out(site: Site) -> None:
    for number in range(BATCH + 5):
        decided(site, f"ferry {number}", PUBLISHED)
    for number in range(bayes.MOST_OF_ONE_WRITER + 3):
        decided(site, f"pills {number}", SPAM, author_email="m@vale.example")
    done = run(site, "train")
    assert done.output.startswith(
        f"Learnt from {BATCH + 25} more.\n"
        "3 were left out: no more than 20 of one writer in 30 days.\n"
        f"Known: {BATCH + 5} approved and 20 unwanted replies, "
    )


def test_training_afresh_forgets_what_decisions_do_not_say(site: Site) -> None:
    decided(site, "ferry", PUBLISHED)
    run(site, "train")
    before = known(site)
    run(site, "import", "-", input="\n".join(LINES))
    run(site, "train", "--afresh")
    assert known(site) == before


def test_a_filter_that_knows_nothing_says_so(site: Site) -> None:
    assert run(site, "stats").output == (
        "Known: 0 approved and 0 unwanted replies, 0 words.\n"
        "The filter has no opinion until it knows 20 of each kind.\n"
    )
    assert run(site, "export", "-").output == ""


def test_each_blog_has_a_filter_of_its_own(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(two_blogs)
    lines = "\n".join(LINES)
    assert host.run("filter", "import", "--blog", "news", "-", input=lines).exit_code == 0
    others = host.run("filter", "stats", "--blog", "other")
    assert "Known: 0 approved and 0 unwanted replies, 0 words." in others.output
