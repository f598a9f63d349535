"""What may be done with a story, and by which rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import func, select

from flask_newsblog.database import session
from flask_newsblog.models import (
    Author,
    Byline,
    Correction,
    CorrectionKind,
    OldSlug,
    Post,
    PostState,
    PostTag,
    Revision,
    Section,
    Tag,
    length_of,
)
from flask_newsblog.posts import actions, revisions
from flask_newsblog.posts.queries import find_story
from flask_newsblog.settings import RESERVED
from flask_newsblog.text.limits import MAX_SOURCE, TextTooLong

from ..hosts import Host, path_of, write_story
from .conftest import NOON

DAY = timedelta(days=1)


@contextmanager
def desk(host: Host) -> Iterator[None]:
    """Where actions are done; committed at the end."""
    with host.app.app_context():
        yield
        session().commit()


def draft(title: str = "The ferry is back", slug: str = "", blog: str = "news") -> Post:
    return actions.create_post(blog, actions.Text(title=title, body="A text."), NOON, slug)


def slug_of(title: str, slug: str = "") -> str:
    return draft(title, slug).slug


def test_a_new_story_is_a_draft_with_a_slug_of_its_title(host: Host) -> None:
    with desk(host):
        post = draft("The Ferry — Back at Last!")
        assert (post.state, post.published_at) == (PostState.DRAFT, None)
        assert post.slug == "the-ferry-back-at-last"
        assert post.id is not None


def test_stories_of_one_title_are_numbered(host: Host) -> None:
    with desk(host):
        assert [slug_of("Fog") for _ in range(3)] == ["fog", "fog-2", "fog-3"]
        assert draft("Fog", blog="other").slug == "fog"


def test_a_title_that_begins_like_another_is_not_numbered(host: Host) -> None:
    with desk(host):
        assert [slug_of("Foghorn"), slug_of("Fog"), slug_of("Fog bank")] == [
            "foghorn", "fog", "fog-bank",
        ]  # fmt: skip


@pytest.mark.parametrize("reserved", sorted(RESERVED))
def test_no_story_takes_the_place_of_a_page_of_ours(noon: Host, reserved: str) -> None:
    with desk(noon):
        assert slug_of(reserved.title()) == f"{reserved}-2"
        with pytest.raises(actions.SlugTaken):
            actions.rename(draft(), reserved, NOON)


@pytest.mark.parametrize("digits", ["2026", "1", "٢٠٢٦", "²"])
def test_a_slug_is_never_digits_alone(noon: Host, digits: str) -> None:
    with desk(noon):
        assert not slug_of(digits).isdigit()
        with pytest.raises(actions.SlugTaken):
            actions.rename(draft(), digits, NOON)


@pytest.mark.parametrize("title", ["", "!?", "…", "\u200b", "\0", "🎉", "🎉🎉"])
def test_a_title_without_letters_still_has_an_address(host: Host, title: str) -> None:
    with desk(host):
        assert slug_of(title) == "story"
        assert slug_of(title) == "story-2"


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Über Größe", "uber-grosse"),
        ("Паром вернулся", "паром-вернулся"),
        ("渡轮回来了", "渡轮回来了"),
        ("العبارة عادت", "العبارة-عادت"),
    ],
)
def test_a_story_in_any_script_is_read_at_its_slug(host: Host, title: str, slug: str) -> None:
    post = write_story(host.app, title)
    assert post.slug == slug
    page = host.get(path_of(post))
    assert page.status_code == 200
    assert title in page.text


def test_slugs_that_look_alike_are_different_stories(host: Host) -> None:
    with desk(host):
        # MariaDB would take both pairs for the same, unless it is told to look closely.
        assert slug_of("кафе") == "кафе"
        assert slug_of("кафё") == "кафё"
        assert slug_of("x", "straße-1") == "strasse-1"
        assert slug_of("x", "strasse-1") == "strasse-1-2"


def test_a_given_slug_may_be_long_and_still_be_numbered(host: Host) -> None:
    slug = "-".join(["word"] * 40)
    assert len(slug) == 199
    with desk(host):
        assert slug_of("A title", slug) == slug
        again = slug_of("A title", slug)
        assert again.endswith("-2")
        assert len(again) <= length_of(Post.slug)


def test_a_renamed_story_is_found_at_the_new_slug(host: Host) -> None:
    with desk(host):
        post = draft()
        actions.rename(post, "Ferry: news!", NOON)
        assert post.slug == "ferry-news"
        assert old_slugs() == {"the-ferry-is-back": post.id}


def old_slugs() -> dict[str, int]:
    return {row.slug: row.post_id for row in session().scalars(select(OldSlug))}


def test_renaming_there_and_back_leaves_one_old_slug(host: Host) -> None:
    with desk(host):
        post = draft("A story")
        for slug in ("two", "a-story", "two", "two", "a-story"):
            actions.rename(post, slug, NOON)
            session().flush()
        assert post.slug == "a-story"
        assert old_slugs() == {"two": post.id}


def test_a_slug_that_another_story_has_or_had_is_taken(host: Host) -> None:
    with desk(host):
        first, second = draft("One"), draft("Two")
        actions.rename(first, "three", NOON)
        for taken in ("one", "three"):
            with pytest.raises(actions.SlugTaken, match=f"“{taken}”"):
                actions.rename(second, taken, NOON)
        assert slug_of("One") == "one-2"
        # In another blog it is free.
        actions.rename(draft("Four", blog="other"), "one", NOON)


@pytest.mark.parametrize("slug", ["", "!?", "\0"])
def test_a_slug_of_nothing_is_refused(noon: Host, slug: str) -> None:
    with desk(noon), pytest.raises(actions.SlugTaken):
        actions.rename(draft(), slug, NOON)


def test_a_story_out_is_not_published_again(noon: Host) -> None:
    with desk(noon):
        post = draft()
        actions.publish(post, NOON)
        assert post.published_at == NOON
        with pytest.raises(actions.AlreadyPublished, match="The ferry is back"):
            actions.publish(post, NOON + DAY)


def test_a_scheduled_story_may_be_published_at_once(noon: Host) -> None:
    with desk(noon):
        post = draft()
        actions.publish(post, NOON, at=NOON + DAY)
        actions.publish(post, NOON)
        assert post.published_at == NOON


def test_a_withdrawn_story_comes_back_under_its_first_time(noon: Host) -> None:
    with desk(noon):
        post = draft()
        actions.publish(post, NOON)
        actions.withdraw(post, NOON)
        assert find_story("news", post.slug, NOON + DAY) is None
        actions.publish(post, NOON + DAY)
        assert post.published_at == NOON


def test_a_scheduled_story_that_was_withdrawn_is_published_now(noon: Host) -> None:
    with desk(noon):
        post = draft()
        actions.publish(post, NOON, at=NOON + 2 * DAY)
        actions.withdraw(post, NOON)
        actions.publish(post, NOON + DAY)
        assert post.published_at == NOON + DAY


def test_only_a_published_story_is_withdrawn(noon: Host) -> None:
    with desk(noon):
        post = draft()
        with pytest.raises(actions.NotPublished):
            actions.withdraw(post, NOON)


def test_a_published_story_does_not_become_a_draft_unnoticed(noon: Host) -> None:
    with desk(noon):
        post = draft()
        actions.publish(post, NOON, at=NOON + DAY)
        for move in (actions.back_to_draft, actions.send_to_review):
            with pytest.raises(actions.AlreadyPublished, match="withdraw it first"):
                move(post, NOON)
        actions.withdraw(post, NOON)
        actions.send_to_review(post, NOON)
        assert post.state == PostState.IN_REVIEW
        actions.back_to_draft(post, NOON)
        assert post.state == PostState.DRAFT


def test_no_story_is_out_before_its_embargo_ends(noon: Host) -> None:
    with desk(noon):
        post = draft()
        post.embargo_until = NOON + DAY
        actions.publish(post, NOON)
        assert post.published_at == NOON + DAY
        actions.set_time(post, NOON - DAY, NOON)
        assert post.published_at == NOON + DAY
        assert find_story("news", post.slug, NOON + DAY - timedelta(microseconds=1)) is None
        assert find_story("news", post.slug, NOON + DAY) is not None


def test_a_correction_is_dated_and_marks_the_story(host: Host) -> None:
    post = write_story(host.app)
    later = post.published_at + timedelta(hours=1)
    with desk(host):
        stored = session().get_one(Post, post.id)
        actions.correct(stored, CorrectionKind.CORRECTION, "The <ferry> sails at nine.", later)
        assert stored.updated_at == later
    page = host.get(path_of(post))
    assert "The &lt;ferry&gt; sails at nine." in page.text
    assert page.text.count(later.isoformat(timespec="seconds")) == 2


@pytest.mark.parametrize("state", ["draft", "scheduled", "withdrawn"])
def test_what_readers_do_not_see_is_not_corrected(noon: Host, state: str) -> None:
    with desk(noon):
        post = draft()
        if state != "draft":
            actions.publish(post, NOON, at=NOON + DAY)
        if state == "withdrawn":
            actions.withdraw(post, NOON)
        with pytest.raises(actions.NotPublished, match="change it instead"):
            actions.correct(post, CorrectionKind.UPDATE, "Anew.", NOON)
        assert session().scalar(select(func.count(Correction.id))) == 0


def test_revisions_are_numbered_by_story(host: Host) -> None:
    with desk(host):
        one, two = draft("One"), draft("Two")
        numbers = [revisions.keep_content(p, {"body": "x"}, NOON).number for p in (one, two, one)]
        assert numbers == [1, 1, 2]
        kept = session().scalars(select(Revision.content).where(Revision.post_id == one.id)).all()
        assert kept == [{"body": "x"}, {"body": "x"}]


def test_sections_nest_as_named_and_are_made_once(host: Host) -> None:
    with desk(host):
        post = draft()
        actions.set_section(post, ["Town", "Harbour"], NOON)
        actions.set_section(draft(), ["TOWN", " harbour "], NOON)
        harbour = session().get_one(Section, post.section_id)
        town = session().get_one(Section, harbour.parent_id)
        assert (town.name, town.parent_id, harbour.name) == ("Town", None, "Harbour")
        assert session().scalar(select(func.count(Section.id))) == 2
        actions.set_section(post, [], NOON)
        assert post.section_id is None


def test_tags_keep_their_order_and_are_made_once(host: Host) -> None:
    with desk(host):
        post = draft()
        actions.set_tags(post, ["Sea", "Boats", "sea", " SEA "], NOON)
        rows = session().execute(
            select(Tag.name).join(PostTag).where(PostTag.post_id == post.id)
            .order_by(PostTag.position)
        )  # fmt: skip
        assert [name for (name,) in rows] == ["Sea", "Boats"]


def names_of(model: type[Author] | type[Section] | type[Tag]) -> dict[str, str]:
    return {row.slug: row.name for row in session().scalars(select(model))}


@pytest.mark.parametrize(
    ("arrange", "model"), [(actions.set_tags, Tag), (actions.set_authors, Author)]
)
def test_names_with_one_address_are_still_two(host: Host, arrange: Any, model: Any) -> None:
    with desk(host):
        for _ in range(2):
            arrange(draft(), ["C++", "C#", "c++"], NOON)
        assert names_of(model) == {"c": "C++", "c-2": "C#"}


def test_a_section_elsewhere_of_the_same_name_is_another(host: Host) -> None:
    with desk(host):
        one, two, three = draft("One"), draft("Two"), draft("Three")
        for _ in range(2):
            actions.set_section(one, ["Culture", "Reviews"], NOON)
            actions.set_section(two, ["Food", "Reviews"], NOON)
        assert names_of(Section) == {
            "culture": "Culture", "reviews": "Reviews", "food": "Food", "food-reviews": "Reviews",
        }  # fmt: skip
        assert one.section_id != two.section_id
        actions.set_section(three, ["Reviews"], NOON)
        assert three.section_id == one.section_id


ARRANGE = [actions.set_tags, actions.set_authors, actions.set_section]


@pytest.mark.parametrize("arrange", ARRANGE)
def test_a_name_without_a_letter_is_refused(noon: Host, arrange: Callable[..., None]) -> None:
    with desk(noon), pytest.raises(actions.NameWithoutLetters, match="has no letter or digit"):
        arrange(draft(), ["!?"], NOON)


@pytest.mark.parametrize("arrange", ARRANGE)
def test_a_name_is_cleaned_and_fits_its_column(host: Host, arrange: Callable[..., None]) -> None:
    with desk(host):
        arrange(draft(), ["S\0e\x1ba", "x" * 120], NOON)
        with pytest.raises(actions.TextDoesNotFit, match="has 121 characters; at most 120 fit"):
            arrange(draft(), ["x" * 121], NOON)
        assert {"Sea", "x" * 120} in [set(names_of(m).values()) for m in (Tag, Author, Section)]


@pytest.mark.parametrize("name", ["title", "kicker", "standfirst", "dateline"])
def test_a_short_text_fits_its_column(host: Host, name: str) -> None:
    longest = length_of(getattr(Post, name))
    with desk(host):
        post = draft()
        words = {"title": "T", "body": "B", name: "x" * longest}
        actions.write(post, actions.Text(**words), NOON)
        with pytest.raises(actions.TextDoesNotFit, match=f"“{name}” has"):
            actions.write(post, actions.Text(**{**words, name: "x" * (longest + 1)}), NOON)


def test_a_correction_is_cleaned_and_short(host: Host) -> None:
    with desk(host):
        post = draft()
        actions.publish(post, NOON)
        kind = CorrectionKind.CORRECTION
        assert actions.correct(post, kind, "At\0 nine.", NOON).text == "At nine."
        with pytest.raises(actions.TextDoesNotFit, match="at most 5,000 fit"):
            actions.correct(post, kind, "x" * (actions.LONGEST_CORRECTION + 1), NOON)


def test_a_text_that_is_too_long_leaves_nothing(host: Host) -> None:
    with host.app.app_context(), pytest.raises(TextTooLong):
        actions.create_post("news", actions.Text(title="T", body="x" * (MAX_SOURCE + 1)), NOON)
    with host.app.app_context():
        session().commit()
        assert session().scalar(select(func.count(Post.id))) == 0


def test_what_no_database_and_no_feed_can_hold_is_left_out_of_a_text(host: Host) -> None:
    post = write_story(host.app, "A\0 b\x1bell", "One\0 para\x08graph.", kicker="K\x01")
    assert (post.title, post.kicker) == ("A bell", "K")
    assert "\0" not in post.body


ACTS: dict[str, Callable[[Post], Any]] = {
    "publish": lambda post: actions.publish(post, NOON),
    "withdraw": lambda post: actions.withdraw(post, NOON),
    "set_time": lambda post: actions.set_time(post, NOON - DAY, NOON),
    "rename": lambda post: actions.rename(post, "renamed", NOON),
    "correct": lambda post: actions.correct(post, CorrectionKind.UPDATE, "x", NOON),
    "set_section": lambda post: actions.set_section(post, ["Town"], NOON),
    "set_tags": lambda post: actions.set_tags(post, [], NOON),
    "set_authors": lambda post: actions.set_authors(post, [], NOON),
    "write": lambda post: actions.write(post, actions.Text(title="x", body="y"), NOON),
}


@pytest.mark.parametrize("act", ACTS)
def test_every_action_is_a_change_of_the_story(noon: Host, act: str) -> None:
    with desk(noon):
        post = draft()
        actions.set_tags(post, ["Sea"], NOON)
        actions.set_authors(post, ["Ann"], NOON)
        if act != "publish":
            actions.publish(post, NOON - DAY)
        post.changed_at = NOON - DAY
    with desk(noon):
        stored = session().scalars(select(Post)).one()
        ACTS[act](stored)
        session().flush()
        session().refresh(stored)
        assert stored.changed_at == NOON


def test_a_change_at_the_same_moment_as_the_last_keeps_to_the_clock_of_the_blog(host: Host) -> None:
    with desk(host):
        post = draft()
        actions.write(post, actions.Text(title="Anew", body="Anew."), NOON)
        session().flush()
        session().refresh(post)
        assert post.changed_at == NOON


NAMES = st.sampled_from(["Sea", "Boats", "Ann", "Ben"])
TIMES = st.integers(-3, 3).map(lambda days: NOON + days * DAY)


class Desk(RuleBasedStateMachine):
    """Whatever is done with a story, in whatever order, the lists agree with it."""

    host: Host

    @initialize()
    def begin(self) -> None:
        self.context = self.host.app.app_context()
        self.context.push()
        for model in (PostTag, Byline, OldSlug, Post, Tag, Author):
            session().query(model).delete()
        self.posts = [draft("One"), draft("Two")]
        self.now = NOON

    def teardown(self) -> None:
        if hasattr(self, "context"):
            session().rollback()
            self.context.pop()

    @rule(which=st.integers(0, 1), at=st.none() | TIMES)
    def publish(self, which: int, at: Any) -> None:
        try:
            actions.publish(self.posts[which], self.now, at)
        except actions.AlreadyPublished:
            assert find_story("news", self.posts[which].slug, self.now + 9 * DAY) is not None

    @rule(which=st.integers(0, 1))
    def withdraw(self, which: int) -> None:
        try:
            actions.withdraw(self.posts[which], NOON)
        except actions.NotPublished:
            assert self.posts[which].state != PostState.PUBLISHED
        assert find_story("news", self.posts[which].slug, self.now + 9 * DAY) is None

    @rule(
        which=st.integers(0, 1),
        move=st.sampled_from([actions.send_to_review, actions.back_to_draft]),
    )
    def move(self, which: int, move: Callable[..., None]) -> None:
        try:
            move(self.posts[which], NOON)
        except actions.AlreadyPublished:
            assert self.posts[which].state == PostState.PUBLISHED

    @rule(which=st.integers(0, 1), at=TIMES)
    def set_time(self, which: int, at: Any) -> None:
        actions.set_time(self.posts[which], at, NOON)

    @rule(which=st.integers(0, 1), at=st.none() | TIMES)
    def embargo(self, which: int, at: Any) -> None:
        self.posts[which].embargo_until = at

    @rule(which=st.integers(0, 1), names=st.lists(NAMES, max_size=3))
    def set_tags(self, which: int, names: list[str]) -> None:
        actions.set_tags(self.posts[which], names, NOON)

    @rule(which=st.integers(0, 1), names=st.lists(NAMES, max_size=3))
    def set_authors(self, which: int, names: list[str]) -> None:
        actions.set_authors(self.posts[which], names, NOON)

    @rule(which=st.integers(0, 1), slug=st.sampled_from(["one", "two", "three", "four", "2026"]))
    def rename(self, which: int, slug: str) -> None:
        before = self.posts[which].slug
        try:
            actions.rename(self.posts[which], slug, NOON)
        except actions.SlugTaken:
            assert self.posts[which].slug == before

    @rule(days=st.integers(1, 2))
    def wait(self, days: int) -> None:
        self.now += days * DAY

    @rule()
    @precondition(lambda self: session().new or session().dirty)
    def flush(self) -> None:
        session().flush()

    @invariant()
    def lists_agree_with_their_stories(self) -> None:
        if not hasattr(self, "posts"):
            return
        session().flush()
        for model in (PostTag, Byline):
            rows = session().execute(
                select(model.published_at, Post.published_at, Post.state).join(
                    Post, Post.id == model.post_id
                )
            )
            for copied, own, state in rows:
                assert copied == (own if state == PostState.PUBLISHED else None)

    @invariant()
    def every_slug_leads_to_one_story(self) -> None:
        if not hasattr(self, "posts"):
            return
        slugs = [post.slug for post in self.posts]
        assert len({*slugs, *old_slugs()}) == len(slugs) + len(old_slugs())


def test_whatever_is_done_lists_and_slugs_stay_right(noon: Host) -> None:
    machine = type("Desk", (Desk,), {"host": noon})
    machine.TestCase.settings = settings(max_examples=25, stateful_step_count=20)
    machine.TestCase().runTest()
