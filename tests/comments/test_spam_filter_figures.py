"""How good the spam filter is on a corpus that is made here, and against those who poison it.

``pytest -s`` prints the figures; a report of the run has them as properties.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import NamedTuple

import pytest

from flask_newsblog.comments import bayes
from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentState
from flask_newsblog.text.bayes import LIKELY_SPAM

from .conftest import OpenSite
from .corpus import ALL, OTHERS, SOME, Written, unwanted, wanted
from .readers import NOON, Site

SEED = 20260504
OF_EACH = 100
NAMED = ("as they came", "the other way round")


class Half(NamedTuple):
    """One half of the corpus: what is wanted, what is not."""

    ham: Sequence[Written]
    spam: Sequence[Written]


class Figures(NamedTuple):
    precision: float
    recall: float


@pytest.fixture
def fresh(open_site: OpenSite) -> Iterator[Site]:
    """A site whose filter knows nothing, within its app."""
    site = open_site()
    with site.app.app_context():
        yield site


def show(figures: str) -> None:
    print(f"\n{figures}")  # noqa: T201 -- what the trial is for


def half(number: int, phrases: slice) -> Half:
    random = Random(SEED + number)
    numbers = range(number * OF_EACH, (number + 1) * OF_EACH)
    return Half(
        [wanted(random, n, phrases) for n in numbers],
        [unwanted(random, n, phrases) for n in numbers],
    )


def teach(site: Site, comments: Sequence[Written], spam: bool, **given: str) -> list[Comment]:
    """What moderators' decisions on these comments teach."""
    stored = [
        Comment(
            blog="news", post_id=site.story.id, body=text, body_html="", author_name=name,
            author_url=website, created_at=NOON, state=CommentState.HELD,
            **{"author_email": email, **given},
        )
        for text, name, website, email in comments
    ]  # fmt: skip
    session().add_all(stored)
    session().flush()
    for comment in stored:
        bayes.learn(comment, spam)
    return stored


def taken_for_spam(comments: Sequence[Written]) -> int:
    found = [bayes.probability("news", *comment) for comment in comments]
    return sum(probability is not None and probability >= LIKELY_SPAM for probability in found)


def measured(site: Site, learnt: Half, judged: Half) -> Figures:
    teach(site, learnt.ham, spam=False)
    teach(site, learnt.spam, spam=True)
    right, wrong = taken_for_spam(judged.spam), taken_for_spam(judged.ham)
    return Figures(right / (right + wrong), right / len(judged.spam))


@pytest.mark.parametrize("turned", [False, True], ids=NAMED)
@pytest.mark.parametrize(
    ("phrases", "least"),
    [
        # Measured over ten seeds: never less than 1.00 and 0.89.
        ((ALL, ALL), Figures(0.97, 0.83)),
        # 1.00 and 0.13: of what it never saw it lets most pass, rather than take a wrong one.
        ((SOME, OTHERS), Figures(0.95, 0.08)),
    ],
    ids=["known phrases", "new phrases"],
)
def test_it_finds_spam_and_leaves_the_others_alone(
    fresh: Site,
    phrases: tuple[slice, slice],
    least: Figures,
    turned: bool,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> None:
    learnt, judged = (half(number, part) for number, part in enumerate(phrases))
    if turned:
        learnt, judged = judged, learnt
    found = measured(fresh, learnt, judged)
    record_property("precision", found.precision)
    record_property("recall", found.recall)
    show(f"{request.node.callspec.id}: {found}")
    assert found.precision >= least.precision
    assert found.recall >= least.recall


def test_twenty_approved_comments_do_not_turn_it(fresh: Site) -> None:
    learnt, judged = half(0, ALL), half(1, ALL)
    before = measured(fresh, learnt, judged)
    # Somebody writes as unwanted comments do, and gets every one approved.
    random = Random(SEED)
    poison = [unwanted(random, 10_000 + n) for n in range(5 * bayes.MOST_OF_ONE_WRITER)]
    stored = teach(fresh, poison, spam=False, author_email="nice@poison.example")
    assert [c.trained for c in stored].count("ham") == bayes.MOST_OF_ONE_WRITER == 20
    right, wrong = taken_for_spam(judged.spam), taken_for_spam(judged.ham)
    after = Figures(right / (right + wrong), right / len(judged.spam))
    show(f"before {before}, after {after}")
    # Measured over nine seeds: never less than 1.00 and 0.81.
    assert after.precision >= 0.97
    assert after.recall >= 0.75


def test_words_of_the_paper_in_unwanted_comments_do_not_turn_it_either(fresh: Site) -> None:
    learnt, judged = half(0, ALL), half(1, ALL)
    measured(fresh, learnt, judged)
    random = Random(SEED)
    poison = [wanted(random, 10_000 + n) for n in range(5 * bayes.MOST_OF_ONE_WRITER)]
    teach(fresh, poison, spam=True, author_email="bad@poison.example")
    wrong = taken_for_spam(judged.ham)
    show(f"{wrong} of {len(judged.ham)} wanted comments taken for spam")
    assert wrong <= 0.05 * len(judged.ham)
