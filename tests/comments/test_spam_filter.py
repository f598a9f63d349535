"""What moderators teach the spam filter, and what nobody else can."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from flask_newsblog.comments import bayes, moderation
from flask_newsblog.comments.actions import lock_thread
from flask_newsblog.comments.moderation import Moderator, Verb
from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentState, FilterWord
from flask_newsblog.settings import Settings
from flask_newsblog.text.bayes import LEAST_COMMENTS, LIKELY_SPAM

from ..hosts import counted_statements
from .conftest import OpenSite
from .readers import NOON, Site
from .test_concurrency import at_once, busy

__all__ = ["busy"]  # a fixture

EDITH = Moderator("id of Edith", "Edith")
PUBLISHED, SPAM = CommentState.PUBLISHED, CommentState.SPAM
FERRY, PILLS = "The ferry was late again.", "Buy cheap pills at http://pills.example/now today."


@pytest.fixture
def filtering(open_site: OpenSite, uri: str) -> Iterator[Site]:
    """A site on each database, within its app."""
    site = open_site(uri=uri)
    with site.app.app_context():
        yield site


def written(site: Site, text: str, at: datetime = NOON, **given: Any) -> Comment:
    """A comment in the database, as its writer sent it."""
    comment = Comment(
        blog="news", post_id=site.story.id, state=CommentState.HELD, body=text, body_html="",
        **{"author_name": "", "author_email": "", "author_url": "", "created_at": at, **given},
    )  # fmt: skip
    session().add(comment)
    session().flush()
    return comment


def taught(site: Site, ham: int = LEAST_COMMENTS, spam: int = LEAST_COMMENTS) -> None:
    """Let moderators have decided on so many comments."""
    for number in range(ham):
        bayes.learn(written(site, f"{FERRY} {number}"), spam=False)
    for number in range(spam):
        bayes.learn(written(site, f"{PILLS} {number}"), spam=True)


def test_undoing_another_name_leaves_the_filter_as_it_was(site: Site) -> None:
    number = site.plant("Words.", name="Mira Vale")
    with site.app.app_context():
        found = session().get(Comment, number)
        assert found is not None
        moderation.decide(Settings(), [found], Verb.HOLD, EDITH, site.clock())
        moderation.decide(Settings(), [found], Verb.APPROVE, EDITH, site.clock())
        before = known()
        assert before["name:mira"] == (1, 0)
        done = moderation.edit(Settings(), found, "Words.", EDITH, site.clock(), name="Tom Rigger")
        assert "name:mira" not in known()
        moderation.undo(Settings(), "news", done.batch, EDITH, site.clock())
        assert known() == before


def known() -> dict[str, tuple[int, int]]:
    """All that the filter knows."""
    return {word: (ham, spam) for word, ham, spam in bayes.counts("news")}


def likelihood(text: str) -> float | None:
    return bayes.probability("news", text, "", "", "")


def test_it_has_no_opinion_until_it_knows_enough_of_both(filtering: Site) -> None:
    taught(filtering, spam=LEAST_COMMENTS - 1)
    assert likelihood(PILLS) is None
    bayes.learn(written(filtering, PILLS), spam=True)
    assert (likelihood(PILLS) or 0) > LIKELY_SPAM
    assert (likelihood(FERRY) or 1) < 0.1


def test_what_it_has_never_seen_is_not_taken_for_spam(filtering: Site) -> None:
    taught(filtering)
    assert (likelihood("Quite another sentence, http://quite.example/") or 1) < LIKELY_SPAM


def test_it_asks_the_database_once(filtering: Site) -> None:
    taught(filtering)
    with counted_statements(filtering.app) as sent:
        bayes.probability("news", f"{PILLS} {FERRY}", "Mira", "https://a.example", "m@b.example")
    assert len(sent) == 1


def test_a_lesson_takes_few_statements(filtering: Site) -> None:
    comment = written(filtering, PILLS, author_email="a@mail.example")
    with counted_statements(filtering.app) as sent:
        bayes.learn(comment, spam=True)
    assert len(sent) <= 3
    with counted_statements(filtering.app) as sent:
        bayes.unlearn(comment)
    assert len(sent) <= 4


def test_each_blog_learns_from_its_own_moderators(filtering: Site) -> None:
    taught(filtering)
    assert bayes.probability("sports", PILLS, "", "", "") is None


def test_approved_twice_is_learnt_once(filtering: Site) -> None:
    comment = written(filtering, FERRY)
    bayes.learn(comment, spam=False)
    bayes.learn(comment, spam=False)
    assert comment.trained == "ham"
    assert known()[""] == known()["ferry"] == (1, 0)


def test_a_mind_that_changed_is_learnt_the_other_way_round(filtering: Site) -> None:
    comment = written(filtering, FERRY)
    bayes.learn(comment, spam=False)
    bayes.learn(comment, spam=True)
    assert comment.trained == "spam"
    assert set(known().values()) == {(0, 1)}


def test_what_is_unlearnt_leaves_no_word_behind(filtering: Site) -> None:
    kept = written(filtering, "The ferry is blue.")
    gone = written(filtering, FERRY, author_name="Mira Vale", author_email="m@vale.example")
    bayes.learn(kept, spam=False)
    before = known()
    bayes.learn(gone, spam=False)
    bayes.unlearn(gone)
    bayes.unlearn(gone)
    assert gone.trained == ""
    assert known() == before


def test_no_count_is_ever_below_nothing(filtering: Site) -> None:
    comment = written(filtering, FERRY)
    bayes.learn(comment, spam=True)
    bayes.replace("news", [("", 1, 0), ("ferry", 1, 0)])
    bayes.unlearn(comment)
    assert known() == {"": (1, 0), "ferry": (1, 0)}


def test_a_comment_without_words_can_be_learnt_too(filtering: Site) -> None:
    comment = written(filtering, "…!")
    bayes.learn(comment, spam=True)
    bayes.unlearn(comment)
    assert known() == {"": (0, 0)}


@pytest.mark.parametrize("text", ["a \0 b", "\ud800 lone", "x" * 500, "ß" * 40, "𝔘𝔫𝔦 " * 100])
def test_any_words_can_be_learnt_and_asked_for(filtering: Site, text: str) -> None:
    comment = Comment(
        blog="news", body=text, author_name=text, author_url=text, author_email="", trained="",
        created_at=NOON,
    )  # fmt: skip
    bayes.learn(comment, spam=True)
    bayes.probability("news", text, text, text, f"a@{text}")
    bayes.unlearn(comment)
    assert known() == {"": (0, 0)}


def test_words_that_differ_in_a_mark_alone_are_two(filtering: Site) -> None:
    bayes.learn(written(filtering, "cafe café cafè"), spam=False)
    assert {"cafe", "café", "cafè"} <= set(known())


# Caps


@pytest.mark.parametrize(
    "who",
    [{"author_email": "m@vale.example"}, {"person_id": "7"}, {"address_digest": "d" * 32}],
    ids=lambda who: next(iter(who)),
)
def test_one_writer_teaches_only_so_much(filtering: Site, who: dict[str, str]) -> None:
    most = bayes.MOST_OF_ONE_WRITER
    comments = [written(filtering, f"{PILLS} {number}", **who) for number in range(most + 5)]
    for comment in reversed(comments):
        bayes.learn(comment, spam=False)
    assert known()["pills"] == (most, 0)
    assert [c.trained for c in comments].count("ham") == most


def test_what_one_writer_taught_long_ago_leaves_room_for_more(filtering: Site) -> None:
    who = {"author_email": "m@vale.example"}
    long_ago = NOON - bayes.WRITERS_DAYS - timedelta(seconds=1)
    for _ in range(bayes.MOST_OF_ONE_WRITER):
        bayes.learn(written(filtering, FERRY, at=long_ago, **who), spam=False)
    bayes.learn(written(filtering, FERRY, **who), spam=False)
    assert known()["ferry"] == (bayes.MOST_OF_ONE_WRITER + 1, 0)


def test_what_is_unwanted_of_a_writer_is_learnt_apart_from_what_is_wanted(filtering: Site) -> None:
    who = {"author_email": "m@vale.example"}
    for _ in range(bayes.MOST_OF_ONE_WRITER):
        bayes.learn(written(filtering, FERRY, **who), spam=False)
    bayes.learn(written(filtering, PILLS, **who), spam=True)
    assert known()["pills"] == (0, 1)


def test_comments_of_writers_of_whom_nothing_is_known_are_not_one_writers(filtering: Site) -> None:
    taught(filtering, ham=bayes.MOST_OF_ONE_WRITER + 1, spam=0)
    assert known()[""] == (bayes.MOST_OF_ONE_WRITER + 1, 0)


def test_a_comment_that_nobody_looked_at_teaches_nothing(lively: Site) -> None:
    assert lively.send().status_code == 303
    (comment,) = lively.stored()
    assert (comment.state, comment.trained) == (PUBLISHED, "")
    with lively.app.app_context():
        assert bayes.to_learn("news", 0, 10) == []
        assert session().scalars(select(FilterWord)).all() == []


# (state, looked at by a moderator, what is learnt)
FOLLOWED = [
    (PUBLISHED, True, "ham"), (PUBLISHED, False, ""), (CommentState.REJECTED, True, "spam"),
    (SPAM, True, "spam"), (SPAM, False, ""), (CommentState.HELD, True, ""),
    (CommentState.DELETED, True, ""),
]  # fmt: skip


@pytest.mark.parametrize(("state", "looked_at", "learnt"), FOLLOWED)
@pytest.mark.parametrize("before", [None, True, False])
def test_what_is_known_of_a_comment_follows_its_state(
    filtering: Site, state: CommentState, looked_at: bool, learnt: str, before: bool | None
) -> None:
    comment = written(filtering, FERRY)
    if before is not None:
        bayes.learn(comment, spam=before)
    comment.state, comment.reviewed_at = state, NOON if looked_at else None
    bayes.follow(comment)
    assert comment.trained == learnt
    assert known().get("ferry") == {"ham": (1, 0), "spam": (0, 1), "": None}[learnt]


# Several at once


def lesson(site: Site, comment_id: int, spam: bool) -> Callable[[], None]:
    """What a moderator's click does, in a transaction of its own."""

    def teach() -> None:
        with site.app.app_context():
            lock_thread(site.story.id)
            comment = session().get(Comment, comment_id, populate_existing=True)
            assert comment is not None
            bayes.learn(comment, spam)
            session().commit()

    return teach


def planted(site: Site, count: int) -> list[int]:
    return [site.plant(f"word{n} common", state=CommentState.HELD) for n in range(count)]


def test_moderators_who_decide_at_once_lose_no_lesson(busy: Callable[..., Site]) -> None:
    site = busy()
    numbers = planted(site, 12)
    at_once([lesson(site, number, spam=bool(i % 2)) for i, number in enumerate(numbers)])
    with site.app.app_context():
        words = known()
    assert words[""] == words["common"] == (6, 6)
    assert [words[f"word{n}"] for n in range(4)] == [(1, 0), (0, 1), (1, 0), (0, 1)]


def test_two_who_disagree_at_once_leave_the_words_on_one_side(busy: Callable[..., Site]) -> None:
    site = busy()
    numbers = planted(site, 4)
    at_once([lesson(site, number, spam) for number in numbers for spam in (True, False)])
    trained = [c.trained for c in site.stored()]
    with site.app.app_context():
        words = known()
    assert words[""] == words["common"] == (trained.count("ham"), trained.count("spam"))
    assert sum(words[""]) == len(numbers)


def test_moderators_of_two_stories_do_not_wait_for_each_other_in_a_circle(
    busy: Callable[..., Site],
) -> None:
    site = busy()
    numbers = planted(site, 8)

    def teach_and_take_back(number: int) -> Callable[[], None]:
        def work() -> None:
            for spam in (True, False, True):
                with site.app.app_context():
                    # The lock of the story would make them wait before they come to the words.
                    if session().get_bind(Comment).dialect.name == "sqlite":
                        lock_thread(site.story.id)
                    comment = session().get(Comment, number, populate_existing=True)
                    assert comment is not None
                    bayes.learn(comment, spam)
                    session().commit()

        return work

    at_once([teach_and_take_back(number) for number in numbers])
    with site.app.app_context():
        assert known()["common"] == known()[""] == (0, len(numbers))
