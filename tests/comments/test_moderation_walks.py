"""Whatever is done in whatever order: counters are right, and all of it can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from flask_newsblog.comments import moderation, reports
from flask_newsblog.comments.moderation import DECISIONS, STATE_AFTER, Moderator, Unacceptable, Verb
from flask_newsblog.comments.reports import CommentGone, Told
from flask_newsblog.database import session
from flask_newsblog.models import Comment, CommentState, Post, Report, ReportReason
from flask_newsblog.settings import Settings

from ..hosts import empty_tables, write_story
from .readers import NOON, Site

HELD, PUBLISHED = CommentState.HELD, CommentState.PUBLISHED
EDITH = Moderator("id of Edith", "Edith")
WALKS = settings(max_examples=40)
SERVER_WALKS = settings(WALKS, max_examples=8)

numbers = st.integers(0, 11)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("post"), numbers, st.booleans()),
        st.tuples(st.just("report"), numbers, numbers),
        st.tuples(
            st.sampled_from(sorted(DECISIONS)),
            st.lists(numbers, min_size=1, max_size=6),
            st.sampled_from(["", "Off the subject."]),
        ),
        st.tuples(st.just(Verb.EDIT), numbers, st.sampled_from(["Other words.", "More words."])),
        st.tuples(st.just(Verb.UNDO), st.integers(0, 30), st.none()),
    ),
    min_size=1,
    max_size=18,
)

Rows = dict[int, dict[str, Any]]


class Walk:
    """A desk at which one thing after another is done, and the batches of all of it."""

    def __init__(self, site: Site) -> None:
        self.site, self.settings = site, Settings()
        self.stories = [site.story.id, write_story(site.app, "Another story", now=site.clock()).id]
        self.batches: list[str] = []
        self.posted = 0

    def take(self, step: Any) -> None:
        what, which, more = step
        # Half of the time two things are done in the same instant.
        self.site.clock.moment += timedelta(seconds=len(self.batches) % 2)
        if what == "post":
            self.post(which, held=more)
        elif what == "report":
            self.report(which, more)
        else:
            with self.site.app.app_context():
                self.act(what, which, more)
                session().commit()
        self.check()

    def post(self, which: int, *, held: bool) -> None:
        with self.site.app.app_context():
            published = select(Comment).where(Comment.state == PUBLISHED).order_by(Comment.id)
            above = session().scalars(published).all()
            parent = above[which % len(above)] if which % 3 and above else None
            post_id = parent.post_id if parent else self.stories[which % 2]
            story = session().get(Post, post_id)
            parent_id = parent.id if parent else None
        self.posted += 1
        state = HELD if held else PUBLISHED
        self.site.plant(f"Number {self.posted}", parent=parent_id, state=state, story=story)

    def report(self, which: int, house: int) -> None:
        told = Told(reason=ReportReason.OTHER, text="", email="", whose=f"house {house}")
        unheld = Settings(reports_to_hold=0)
        with self.site.app.app_context():
            known = self.comments()
            if known:
                with suppress(CommentGone, reports.TooManyReports):
                    comment = known[which % len(known)]
                    reports.report_comment(unheld, comment, told, self.site.clock())
            session().commit()

    def act(self, verb: Verb, which: Any, more: Any) -> None:
        now, known = self.site.clock(), self.comments()
        if verb == Verb.UNDO:
            if self.batches:
                batch = self.batches[which % len(self.batches)]
                done = moderation.undo(self.settings, "news", batch, EDITH, now)
                self.batches.append(done.batch)
        elif known and verb == Verb.EDIT:
            comment = known[which % len(known)]
            try:
                edited = moderation.edit(self.settings, comment, more, EDITH, now)
            except Unacceptable:
                session().rollback()
            else:
                self.batches.append(edited.batch)
        elif known:
            chosen = [known[n % len(known)] for n in which]
            done = moderation.decide(self.settings, chosen, verb, EDITH, now, more)
            assert {c.id for c in (*done.changed, *done.unchanged)} == {c.id for c in chosen}
            if verb in STATE_AFTER:
                assert {c.state for c in chosen} == {STATE_AFTER[verb]}
            self.batches.append(done.batch)

    def comments(self) -> list[Comment]:
        return list(session().scalars(select(Comment).order_by(Comment.id)))

    def rows(self) -> Rows:
        with self.site.app.app_context():
            names = [column.key for column in Comment.__mapper__.column_attrs]
            return {c.id: {name: getattr(c, name) for name in names} for c in self.comments()}

    def reports(self) -> Rows:
        with self.site.app.app_context():
            names = [column.key for column in Report.__mapper__.column_attrs]
            found = session().scalars(select(Report))
            return {r.id: {name: getattr(r, name) for name in names} for r in found}

    def pins(self) -> dict[int, int | None]:
        with self.site.app.app_context():
            rows = session().execute(select(Post.id, Post.pinned_comment_id))
            return {post_id: pinned for post_id, pinned in rows}  # noqa: C416

    def check(self) -> None:
        rows = self.rows()
        stands = {number for number, row in rows.items() if row["state"] == PUBLISHED}
        shown = {number for number, row in rows.items() if row["shown"]}
        hung_on = {rows[number]["parent_id"] for number in shown} - {None}
        assert shown == stands | hung_on
        assert {number for number, row in rows.items() if row["picked"]} <= stands
        assert set(self.pins().values()) - {None} <= stands
        told = [r["comment_id"] for r in self.reports().values() if r["closed_at"] is None]
        assert {number: row["report_count"] for number, row in rows.items()} == {
            number: told.count(number) for number in rows
        }
        with self.site.app.app_context():
            counters = session().execute(select(Post.id, Post.comment_count, Post.held_count))
            for post_id, published, held in counters:
                there = [row["state"] for row in rows.values() if row["post_id"] == post_id]
                assert (published, held) == (there.count(PUBLISHED), there.count(HELD))


def start(site: Site) -> Walk:
    walk = Walk(site)
    for which in (0, 1, 2, 4, 5, 7):
        walk.post(which, held=which == 5)
    for which, house in ((0, 1), (0, 2), (1, 1), (3, 1)):
        walk.report(which, house)
    return walk


def back_to_the_start(walk: Walk, path: list[Any]) -> None:
    rows, told, pins = walk.rows(), walk.reports(), walk.pins()
    for step in path:
        if step[0] not in ("post", "report", Verb.UNDO):
            walk.take(step)
    with walk.site.app.app_context():
        for batch in reversed(walk.batches):
            undone = moderation.undo(walk.settings, "news", batch, EDITH, walk.site.clock())
            assert not undone.kept
        session().commit()
    walk.check()
    assert walk.rows() == rows
    assert walk.reports() == told
    assert walk.pins() == pins


@given(path=steps)
@WALKS
def test_whatever_is_done_counters_and_threads_are_right(
    shared_sites: Callable[[bool], Site], path: list[Any]
) -> None:
    walk = start(shared_sites(True))
    for step in path:
        walk.take(step)


@given(path=steps)
@WALKS
def test_all_that_was_done_can_be_taken_back_one_by_one(
    shared_sites: Callable[[bool], Site], path: list[Any]
) -> None:
    back_to_the_start(start(shared_sites(True)), path)


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
@given(path=steps)
@SERVER_WALKS
def test_each_server_takes_back_the_same(
    server_site: Callable[[str], Site], kind: str, path: list[Any]
) -> None:
    site = server_site(kind)
    with site.app.app_context():
        empty_tables(site.app.extensions["sqlalchemy"].engine)
    site.clock.moment, site.story = NOON, write_story(site.app, now=NOON)
    back_to_the_start(start(site), path)
