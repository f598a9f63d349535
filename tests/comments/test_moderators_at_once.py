"""Several moderators and many writers at once: nothing is lost, doubled or miscounted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from flask_newsblog.comments import moderation
from flask_newsblog.comments.moderation import Done, Moderator, Undone, Verb
from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentChange, CommentState, Post
from flask_newsblog.settings import Settings

from ..hosts import write_story
from .readers import Site
from .test_concurrency import at_once, busy, writers

__all__ = ["busy"]

HELD, PUBLISHED, SPAM = CommentState.HELD, CommentState.PUBLISHED, CommentState.SPAM


def decide(site: Site, verb: Verb, ids: list[int], by: str = "Edith", **more: Any) -> Done:
    """What a moderator decides, in a transaction of their own."""
    with site.app.app_context():
        comments = session().scalars(select(Comment).where(Comment.id.in_(ids))).all()
        who = Moderator(f"id of {by}", by)
        done = moderation.decide(Settings(), comments, verb, who, site.clock(), **more)
        session().commit()
        return done


def undo(site: Site, batch: str) -> Undone:
    with site.app.app_context():
        who, now = Moderator("id of Ulla", "Ulla"), site.clock() + timedelta(minutes=1)
        undone = moderation.undo(Settings(), "news", batch, who, now)
        session().commit()
        return undone


def assert_all_is_counted_and_shown(site: Site) -> None:
    """The counters are those of a recount, and what is shown is published or hung on."""
    rows = site.stored()
    with site.app.app_context():
        counters = session().execute(
            select(Post.id, Post.comment_count, Post.held_count, Post.pinned_comment_id)
        )
        for post_id, published, held, pinned in counters:
            states = [row.state for row in rows if row.post_id == post_id]
            assert (published, held) == (states.count(PUBLISHED), states.count(HELD))
            assert pinned is None or any(r.id == pinned and r.state == PUBLISHED for r in rows)
    stands = {row.id for row in rows if row.state == PUBLISHED}
    shown = {row.id for row in rows if row.shown}
    assert shown == stands | {row.parent_id for row in rows if row.id in shown and row.parent_id}


def changes_in(site: Site, batch: str) -> int:
    with site.app.app_context():
        counted = select(func.count()).where(CommentChange.batch == batch)
        return session().scalar(counted) or 0


def thread(site: Site, count: int = 4, story: Post | None = None) -> list[int]:
    """Roots with two answers each, in turn published and held."""
    planted = []
    for number in range(count):
        root = site.plant(f"Root {number}", story=story)
        planted.append(root)
        for answer, state in (("first", PUBLISHED), ("second", HELD)):
            text = f"The {answer} answer to {number}"
            planted.append(site.plant(text, parent=root, state=state, story=story))
    return planted


def test_two_who_approve_the_same_at_once_approve_each_once(busy: Callable[..., Site]) -> None:
    site = busy()
    held = [site.plant(f"Number {n}", state=HELD) for n in range(8)]
    done = at_once([lambda by=by: decide(site, Verb.APPROVE, held, by) for by in ("Edith", "Ulla")])
    changed = [len(d.changed) for d in done]
    assert sum(changed) == 8
    assert [changes_in(site, d.batch) for d in done] == changed
    assert site.counters() == (8, 0)
    assert_all_is_counted_and_shown(site)


def test_approve_and_spam_at_once_leave_what_came_last(busy: Callable[..., Site]) -> None:
    site = busy()
    numbers = thread(site)
    at_once(
        [
            lambda verb=verb, ids=ids: decide(site, verb, ids)
            for verb in (Verb.APPROVE, Verb.SPAM)
            for ids in (numbers, numbers[::-1])
        ]
    )
    assert len({row.state for row in site.stored()}) == 1
    assert_all_is_counted_and_shown(site)


def test_two_who_do_much_in_several_stories_do_not_wait_for_each_other_for_ever(
    busy: Callable[..., Site],
) -> None:
    site = busy()
    stories = [site.story, *(write_story(site.app, f"Story {n}", now=site.clock()) for n in "123")]
    numbers = [number for story in stories for number in thread(site, 2, story)]
    orders = (numbers, numbers[::-1], numbers[1::2] + numbers[::2])
    verbs = (Verb.SPAM, Verb.APPROVE, Verb.HOLD, Verb.DELETE)
    done = at_once(
        [lambda v=verb, o=order: decide(site, v, o) for verb in verbs for order in orders]
    )
    assert len(done) == len(verbs) * len(orders)
    assert_all_is_counted_and_shown(site)


def test_what_was_done_in_bulk_is_undone_while_others_decide(busy: Callable[..., Site]) -> None:
    site = busy()
    numbers = thread(site, 6)
    bulk = decide(site, Verb.SPAM, numbers)
    undone, other = at_once(
        [
            lambda: undo(site, bulk.batch),
            lambda: decide(site, Verb.DELETE, numbers[::2], "Vera"),
        ]
    )
    assert len(other.changed) == len(numbers[::2])
    assert len(undone.restored) + len(undone.kept) == len(numbers)
    assert {row.state for row in site.stored() if row.id in numbers[::2]} == {CommentState.DELETED}
    assert_all_is_counted_and_shown(site)


def test_undoing_the_same_at_once_undoes_it_once(busy: Callable[..., Site]) -> None:
    site = busy()
    numbers = thread(site, 3)
    bulk = decide(site, Verb.SPAM, numbers)
    done = at_once([lambda: undo(site, bulk.batch)] * 4)
    assert sorted(len(undone.restored) for undone in done) == [0, 0, 0, len(numbers)]
    assert site.counters() == (6, 3)
    assert_all_is_counted_and_shown(site)


def test_of_several_pinned_at_once_one_stands_first(busy: Callable[..., Site]) -> None:
    site = busy()
    roots = [site.plant(f"Root {number}") for number in range(6)]
    at_once([lambda n=number: decide(site, Verb.PIN, [n]) for number in roots])
    with site.app.app_context():
        changes = list(session().scalars(select(CommentChange).order_by(CommentChange.id)))
        pinned = session().scalar(select(Post.pinned_comment_id).where(Post.id == site.story.id))
    # Each but the last made way for the next, and that is written down too.
    assert len(changes) == 2 * len(roots) - 1
    assert [c.comment_id for c in changes if c.after["pinned"]][-1] == pinned
    assert_all_is_counted_and_shown(site)


@pytest.mark.parametrize("verb", [Verb.SPAM, Verb.HOLD, Verb.DELETE])
def test_fifty_write_while_a_moderator_works(busy: Callable[..., Site], verb: Verb) -> None:
    site = busy(NEWSBLOG_HOLD_GUESTS=False)
    numbers = thread(site)

    def work() -> None:
        done = decide(site, verb, numbers)
        decide(site, Verb.PICK, numbers)
        undo(site, done.batch)

    jobs = writers(site, 25) + writers(site, 25, parent=str(numbers[0]))
    answers = [answer for answer in at_once([work, *jobs, work]) if answer is not None]
    assert {answer.status_code for answer in answers} <= {303, 422}
    assert [answer.status_code for answer in answers[:25]] == [303] * 25
    assert_all_is_counted_and_shown(site)


def test_of_two_who_edit_at_once_both_are_written_down_and_taken_back(
    busy: Callable[..., Site],
) -> None:
    site = busy()
    number = site.plant("At first.")

    def edit(text: str) -> Done:
        with site.app.app_context():
            comment = session().get(Comment, number)
            assert comment is not None
            done = moderation.edit(
                Settings(), comment, text, Moderator(None, text), site.clock(), name=text
            )
            session().commit()
            return done

    done = at_once(
        [lambda: edit("One."), lambda: edit("Two."), lambda: decide(site, Verb.SPAM, [number])]
    )
    (last,) = (c.body for c in site.stored())
    of = {"One.": done[0], "Two.": done[1]}
    other = next(text for text in of if text != last)
    assert not undo(site, of[other].batch).restored
    assert undo(site, done[2].batch).restored
    assert undo(site, of[last].batch).restored
    assert undo(site, of[other].batch).restored
    assert [(c.body, c.author_name) for c in site.stored()] == [("At first.", "Mira Vale")]
    assert_all_is_counted_and_shown(site)


def test_many_write_to_several_stories_while_they_are_moderated_in_bulk(
    busy: Callable[..., Site],
) -> None:
    site = busy(NEWSBLOG_HOLD_GUESTS=False)
    stories = [site.story, *(write_story(site.app, f"Story {n}", now=site.clock()) for n in "123")]
    numbers = [site.plant(f"{n} of {s.slug}", story=s) for s in stories for n in range(5)]

    def work() -> Undone:
        return undo(site, decide(site, Verb.SPAM, numbers).batch)

    jobs = [job for story in stories for job in writers(site, 8, story=story)]
    answers = at_once([work, *jobs, work])
    assert [answer.status_code for answer in answers[1:-1]] == [303] * len(jobs)
    assert {row.state for row in site.stored()} == {PUBLISHED}
    assert_all_is_counted_and_shown(site)
