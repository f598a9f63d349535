"""Threads stand in order, their pages miss nothing, and show nothing that is not for readers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import template_rendered
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import insert, select, update

from flask_newsblog.comments.pages import Thread
from flask_newsblog.database import session
from flask_newsblog.models import Author, Comment, CommentState, Post
from flask_newsblog.mount import find_mount
from flask_newsblog.posts import actions as post_actions

from ..hosts import change, counted_statements, two_blogs, write_story
from .conftest import OpenSite
from .readers import NOON, Site, all_of, comment_on, kept, links, shown, tree, words
from .readers import open_site as open_a_site

HELD, PUBLISHED = CommentState.HELD, CommentState.PUBLISHED
REJECTED, SPAM = CommentState.REJECTED, CommentState.SPAM


@contextmanager
def pages_of(site: Site) -> Iterator[Callable[[str], Thread]]:
    """Opens addresses of the site, each to the thread that its page shows."""
    seen: list[Thread] = []

    def note(sender: Any, template: Any, context: dict[str, Any], **more: Any) -> None:
        seen.append(context["page"].thread)

    def visit(address: str) -> Thread:
        answer = site.go(address)
        assert answer.status_code == 200, address
        return seen[-1]

    with template_rendered.connected_to(note, site.app):
        yield visit


def address_of(site: Site) -> str:
    with site.app.test_request_context(f"http://{site.host.server}{site.host.prefix}/"):
        mount = find_mount(site.app, site.host.name)
        assert site.story.published_at is not None
        return mount.post_url(site.story.slug, site.story.published_at)


def ids(thread: Thread) -> list[int]:
    return [comment.id for comment in thread.comments]


def read_on(site: Site, order: str = "") -> list[int]:
    """What a reader meets who follows every link onwards, but for a thread's root again."""
    met: list[int] = []
    with pages_of(site) as visit:
        page = visit(address_of(site) + order)
        assert page.earlier == ""
        while True:
            met += ids(page)
            following = page.later
            while page.more:
                page = visit(page.more)
                assert page.later == following
                assert ids(page)[0] in met
                met += ids(page)[1:]
            if not following:
                return met
            page = visit(following)


def read_back(site: Site, order: str = "") -> list[int]:
    """What a reader meets who goes to the last page and follows the links back."""
    with pages_of(site) as visit:
        page = visit(address_of(site) + order)
        while page.later:
            page = visit(page.later)
        met: list[int] = []
        while True:
            before, here = page.earlier, ids(page)
            while page.more:
                page = visit(page.more)
                here += ids(page)[1:]
            met = here + met
            if not before:
                return met
            page = visit(before)


def all_pages(site: Site, order: str = "") -> dict[str, Thread]:
    """Every page that links lead to from the story's own, in whatever direction."""
    found: dict[str, Thread] = {}
    with pages_of(site) as visit:
        ahead = [address_of(site) + order]
        while ahead:
            link = ahead.pop()
            page = found[link] = visit(link)
            ahead += {page.later, page.more, page.earlier} - {"", *found, *ahead}
    return found


def everything_linked(site: Site, order: str = "") -> set[int]:
    """All the comments that a reader can come to by links."""
    return {number for page in all_pages(site, order).values() for number in ids(page)}


# Order and levels


def test_threads_stand_in_order_of_time_and_answers_under_what_they_answer(site: Site) -> None:
    at = [NOON + timedelta(minutes=n) for n in range(6)]
    first = site.plant("First", at=at[0])
    second = site.plant("Second", at=at[1])
    answer = site.plant("Answer", parent=first, at=at[2])
    deeper = site.plant("Deeper", parent=answer, at=at[3])
    late = site.plant("Late answer", parent=first, at=at[4])
    third = site.plant("Third", at=at[5])
    in_order = [first, answer, deeper, late, second, third]
    assert shown(site.article().text) == in_order
    newest = [third, second, first, answer, deeper, late]
    assert shown(site.article("?order=newest").text) == newest
    assert shown(site.article("?order=oldest").text) == in_order
    assert shown(site.article("?order=rubbish").text) == in_order


def test_the_reader_may_choose_the_order_and_keeps_it_from_page_to_page(
    open_site: OpenSite,
) -> None:
    site = open_site(NEWSBLOG_THREADS_PER_PAGE=2)
    roots = [site.plant(at=NOON + timedelta(minutes=n)) for n in range(5)]
    assert read_on(site) == roots
    (link,) = links(site.article().text, "Newest first")
    page = site.go(link).text
    assert shown(page) == roots[:-3:-1]
    (older,) = links(page, "Older replies")
    page = site.go(older).text
    assert shown(page) == [roots[2], roots[1]]
    assert shown(site.go(links(page, "Newer replies")[0]).text) == [roots[4], roots[3]]
    assert shown(site.go(links(page, "Oldest first")[0]).text) == roots[:2]


def test_a_site_may_begin_with_the_newest(open_site: OpenSite) -> None:
    site = open_site(NEWSBLOG_THREADS_PER_PAGE=2, NEWSBLOG_NEWEST_REPLIES_FIRST=True)
    roots = [site.plant(at=NOON + timedelta(minutes=n)) for n in range(5)]
    assert read_on(site) == roots[::-1]
    assert read_on(site, "?order=oldest") == roots
    refused = site.send("")
    assert shown(refused.text) == [roots[4], roots[3]]


def chain(site: Site, length: int) -> list[int]:
    found: list[int] = []
    for number in range(length):
        parent = found[-1] if found else None
        found.append(site.plant(f"At level {number + 1}", parent=parent, name=f"P{number + 1}"))
    return found


def test_levels_beyond_the_fifth_name_whom_they_answer(site: Site) -> None:
    found = chain(site, 8)
    html = site.article().text
    assert shown(html) == found
    for number, comment in enumerate(found, 1):
        element = comment_on(html, comment)
        assert f"nb-level-{min(number, 5)}" in element.get("class", "").split()
        if number > 5:
            (link,) = (a for a in element.iter("a") if words(a) == f"P{number - 1}")
            assert link.get("href", "").endswith(f"/comments/{found[number - 2]}")


@pytest.mark.parametrize("depth", [1, 3, 10])
def test_how_many_levels_are_shown_is_the_sites_to_say(open_site: OpenSite, depth: int) -> None:
    site = open_site(NEWSBLOG_THREAD_DEPTH=depth)
    chain(site, 12)
    with pages_of(site) as visit:
        page = visit(address_of(site))
    assert [c.level for c in page.comments] == [min(n, depth) for n in range(1, 13)]
    assert [c.apart for c in page.comments] == [n > depth for n in range(1, 13)]
    assert [c.parent_name for c in page.comments] == ["", *(f"P{n}" for n in range(1, 12))]


def test_an_answer_to_somebody_removed_does_not_name_them(site: Site) -> None:
    found = chain(site, 7)
    site.judge(found[5], REJECTED)
    html = site.article().text
    assert "P6" not in words(tree(html))
    assert "This comment was removed." in words(comment_on(html, found[5]))


def test_a_very_deep_thread_is_no_trouble(site: Site) -> None:
    plant_many(site, 1_500, nested=True)
    assert site.article().status_code == 200


def test_times_and_badges_stand_with_the_name(site: Site) -> None:
    with change(site.app, site.story) as post:
        post_actions.set_authors(post, ("Ann Bell",), site.clock())
        session().flush()
        session().execute(update(Author).values(person_id="id of Ann"))
    for name in ("Ann", "Edith", "Nora"):
        assert site.send(f"Said {name}.", client=site.client(name)).status_code == 303
    html = site.article().text
    badges = {
        words(all_of(li, "p", class_="nb-comment-name")[0])
        for li in tree(html).iter("li")
        if li.get("id", "").startswith("comment-")
    }
    assert badges == {"Ann Author", "Edith Staff", "Nora"}
    (time, *_) = comment_on(html, site.stored()[0].id).iter("time")
    assert time.get("datetime") == "2026-05-04T12:00:00+00:00"


# Pages


@dataclass(frozen=True)
class Tree:
    """A random thread: of each comment its parent's place, its second, and what became of it."""

    parents: tuple[int | None, ...]
    seconds: tuple[int, ...]
    states: tuple[CommentState, ...]


@st.composite
def trees(draw: st.DrawFn, most: int = 16) -> Tree:
    size = draw(st.integers(0, most))
    parents = tuple(
        draw(st.none() | st.integers(0, place - 1)) if place else None for place in range(size)
    )
    seconds = tuple(draw(st.integers(0, 3)) for _ in range(size))
    usual = st.sampled_from([PUBLISHED, PUBLISHED, PUBLISHED, REJECTED, SPAM])
    return Tree(parents, seconds, tuple(draw(usual) for _ in range(size)))


def plant_tree(site: Site, tree: Tree) -> tuple[list[int], dict[int, int | None], list[int]]:
    """Plant it; the numbers that are shown, of each comment its parent, and the reading order."""
    numbers: list[int] = []
    at: dict[int, datetime] = {}
    parents: dict[int, int | None] = {}
    for above, second in zip(tree.parents, tree.seconds, strict=True):
        parent = None if above is None else numbers[above]
        moment = NOON + timedelta(seconds=second)
        number = site.plant(parent=parent, at=moment)
        numbers.append(number)
        at[number], parents[number] = moment, parent
    published = set()
    for number, state in zip(numbers, tree.states, strict=True):
        if state == PUBLISHED:
            published.add(number)
        else:
            site.judge(number, state)
    there = with_tombstones(published, parents)
    return sorted(there), parents, reading_order(there, parents, lambda n: (at[n], n))


def with_tombstones(published: set[int], parents: dict[int, int | None]) -> set[int]:
    found: set[int] = set()
    for number in published:
        current: int | None = number
        while current is not None:
            found.add(current)
            current = parents[current]
    return found


def root_of(number: int, parents: dict[int, int | None]) -> int:
    above = parents[number]
    return number if above is None else root_of(above, parents)


def reading_order(
    there: set[int], parents: dict[int, int | None], time: Callable[[int], Any]
) -> list[int]:
    def below(parent: int | None) -> list[int]:
        answers = sorted((n for n in there if parents[n] == parent), key=time)
        return [n for answer in answers for n in (answer, *below(answer))]

    return below(None)


def cleared(site: Site) -> Site:
    """The same site without any comment."""
    with site.app.app_context():
        session().execute(update(Comment).values(parent_id=None, root_id=None))
        session().query(Comment).delete()
        session().execute(update(Post).values(comment_count=0, held_count=0))
        session().commit()
    return site


@pytest.fixture(scope="module")
def paged_sites() -> Iterator[Callable[[int], Site]]:
    """Sites with so many threads on a page, shared by the examples below."""
    opened: dict[int, Site] = {}

    def find(threads: int) -> Site:
        if threads not in opened:
            opened[threads] = open_a_site(NEWSBLOG_THREADS_PER_PAGE=threads)
        return cleared(opened[threads])

    yield find
    for site in opened.values():
        with site.app.app_context():
            site.app.extensions["sqlalchemy"].engine.dispose()


MANY = settings(max_examples=25)


@MANY
@given(tree=trees(), threads=st.sampled_from([1, 2, 3, 200]), newest=st.booleans())
def test_whoever_reads_on_or_back_meets_every_comment_once_and_in_order(
    paged_sites: Callable[[int], Site], tree: Tree, threads: int, newest: bool
) -> None:
    site = paged_sites(threads)
    there, parents, in_order = plant_tree(site, tree)
    order = "?order=newest" if newest else ""
    if newest:
        roots = [n for n in in_order if parents[n] is None][::-1]
        blocks = {root: [root] for root in roots}
        for number in in_order:
            if number not in blocks:
                blocks[root_of(number, parents)].append(number)
        in_order = [n for root in roots for n in blocks[root]]
    assert sorted(in_order) == there
    on, back = read_on(site, order), read_back(site, order)
    assert sorted(on) == sorted(back) == there
    if not any(page.more for page in all_pages(site, order).values()):
        assert on == back == in_order
    assert site.counters() == site.recount()


@MANY
@given(tree=trees(), threads=st.sampled_from([1, 2, 3]), newest=st.booleans())
def test_a_page_ends_before_it_is_too_long_and_a_long_thread_is_met_in_parts(
    paged_sites: Callable[[int], Site], tree: Tree, threads: int, newest: bool
) -> None:
    site = paged_sites(threads)
    there, parents, _ = plant_tree(site, tree)
    order = "?order=newest" if newest else ""
    assert sorted(read_on(site, order)) == there
    assert everything_linked(site, order) == set(there)
    for link, page in all_pages(site, order).items():
        # What is not on the page of its thread is behind the link to more of it.
        whole = {n for n in there if root_of(n, parents) in ids(page)}
        assert page.more or "part=" in link or set(ids(page)) == whole
        if page.more:
            assert len({root_of(n, parents) for n in ids(page)}) == 1
    with pages_of(site) as visit:
        for number in there:
            place = site.host.get(f"/comments/{number}")
            assert place.status_code == 302
            assert place.location.endswith(f"#comment-{number}")
            page = visit(place.location)
            assert number in ids(page)
            assert len(page.comments) <= 2 * threads


@pytest.mark.parametrize("newest", [False, True])
@pytest.mark.parametrize("threads", [1, 2, 3, 4])
def test_every_database_pages_alike(
    open_site: OpenSite, uri: str, threads: int, newest: bool
) -> None:
    site = open_site(
        uri=uri, NEWSBLOG_THREADS_PER_PAGE=threads, NEWSBLOG_NEWEST_REPLIES_FIRST=newest
    )
    tree = Tree(
        parents=(None, 0, 1, 0, None, 4, 4, 4, 4, None, None, 9, 2, None, 4),
        seconds=(0, 0, 1, 1, 0, 3, 3, 1, 2, 1, 1, 2, 3, 2, 3),
        states=(
            PUBLISHED, REJECTED, PUBLISHED, SPAM, REJECTED, PUBLISHED, PUBLISHED, PUBLISHED,
            PUBLISHED, PUBLISHED, REJECTED, SPAM, PUBLISHED, PUBLISHED, PUBLISHED,
        ),
    )  # fmt: skip
    there, _, in_order = plant_tree(site, tree)
    assert sorted(read_on(site)) == there
    assert sorted(read_back(site)) == there
    if threads > 3:  # then no thread is too long for a page
        assert read_on(site, "?order=oldest") == in_order
        assert read_back(site, "?order=oldest") == in_order
        assert read_back(site) == read_on(site)
    assert site.counters() == site.recount() == (10, 0)
    assert everything_linked(site) == set(there)
    for number in there:
        place = site.host.get(f"/comments/{number}")
        assert number in shown(site.go(place.location).text)


def plant_many(site: Site, count: int, *, nested: bool = False, threads: int = 50) -> list[int]:
    """Many published comments at once: threads of equal length, or one of answers to answers."""
    with site.app.app_context():
        first = (session().scalar(select(Comment.id).order_by(Comment.id.desc())) or 0) + 1
        numbers = list(range(first, first + count))

        def row(place: int, number: int) -> dict[str, Any]:
            if nested:
                parent = number - 1 if place else None
                root, depth = (first if place else None), place
            else:
                root = None if place < threads else first + place % threads
                parent, depth = root, int(place >= threads)
            return {
                "id": number, "blog": "news", "post_id": site.story.id, "parent_id": parent,
                "root_id": root, "depth": depth, "state": PUBLISHED, "shown": True,
                "author_name": f"Reader {number}", "body": "x", "body_html": "<p>x</p>",
                "created_at": NOON + timedelta(seconds=place),
            }  # fmt: skip

        session().execute(insert(Comment), [row(p, n) for p, n in enumerate(numbers)])
        session().execute(update(Post).where(Post.id == site.story.id).values(comment_count=count))
        session().commit()
        return numbers


def test_a_comment_far_down_a_long_thread_has_an_address_that_finds_it(site: Site) -> None:
    found = plant_many(site, 120, threads=1)
    for number in (found[0], found[1], found[99], found[100], found[101], found[-1]):
        place = site.host.get(f"/comments/{number}").location
        page = site.go(place).text
        assert number in shown(page)
        assert place.endswith(f"#comment-{number}")
    first = shown(site.article().text)
    assert first == found[:100]
    (more,) = links(site.article().text, "Continue this thread")
    assert shown(site.go(more).text) == [found[0], *found[100:]]


@pytest.mark.parametrize("count", [0, 50, 2_000])
def test_a_story_costs_the_same_few_statements_with_any_number_of_comments(
    site: Site, count: int
) -> None:
    if count:
        plant_many(site, count)
    address = address_of(site)
    for query in ("", "?order=newest"):
        with counted_statements(site.app) as sent:
            assert site.go(address + query).status_code == 200
        assert len(sent) <= 6, sent


PLACES: dict[str, Callable[[Site], str]] = {
    "unknown": lambda site: "999999",
    "the greatest": lambda site: "9" * 18,
    "held": lambda site: str(site.plant(state=HELD)),
    "rejected": lambda site: str(site.plant(state=REJECTED)),
    "a reply": lambda site: str(site.plant(parent=site.plant())),
    "of another story": lambda site: str(
        site.plant(story=write_story(site.app, "Another", now=site.clock()))
    ),
}  # fmt: skip


@pytest.mark.parametrize("argument", ["replies", "until"])
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_a_place_that_is_not_there_leads_to_the_story(
    site: Site, place: Callable[[Site], str], argument: str
) -> None:
    number = place(site)
    answer = site.article(f"?{argument}={number}")
    assert answer.status_code == 302
    assert answer.location == f"{address_of(site)}#comments"


@pytest.mark.parametrize("part", ["999999", "held", "of another thread"])
def test_a_part_that_is_not_there_leads_to_the_story(site: Site, part: str) -> None:
    root = site.plant()
    if part == "held":
        part = str(site.plant(parent=root, state=HELD))
    elif part == "of another thread":
        part = str(site.plant(parent=site.plant()))
    assert site.article(f"?replies={root}&part={part}").status_code == 302


@pytest.mark.parametrize("argument", ["replies", "until", "replies=1&part"])
@pytest.mark.parametrize("value", ["", "x", "-1", "1.0", "1e3", "9" * 19, "\u0661", "%00", "1'"])
def test_a_place_that_is_no_number_is_no_page(site: Site, argument: str, value: str) -> None:
    assert site.article(f"?{argument}={value}").status_code == 404


def test_strange_arguments_change_nothing(site: Site) -> None:
    number = site.plant()
    for query in ("?part=5", "?comment=x", "?order=", "?utm_source=x", "?order=newest&order=x"):
        assert shown(site.article(query).text) == [number]


# What readers do not see


def test_a_tombstone_stands_only_where_replies_hang(site: Site) -> None:
    root = site.plant("The root.")
    answer = site.plant("The answer.", parent=root)
    leaf = site.plant("The leaf.", parent=answer)
    site.judge(answer, SPAM)
    html = site.article().text
    assert shown(html) == [root, answer, leaf]
    stone = comment_on(html, answer)
    assert words(stone) == "This comment was removed."
    assert "The answer." not in html
    assert site.counters() == (2, 0)
    site.judge(root, REJECTED)
    assert shown(site.article().text) == [root, answer, leaf]
    site.judge(leaf, REJECTED)
    assert shown(site.article().text) == []
    assert site.counters() == (0, 0)
    site.judge(leaf, PUBLISHED)
    assert shown(site.article().text) == [root, answer, leaf]
    site.judge(answer, PUBLISHED)
    assert "The answer." in site.article().text
    assert site.counters() == (2, 0)


def test_a_tombstone_may_not_be_answered(site: Site) -> None:
    root = site.plant("The root.")
    site.plant("The answer.", parent=root)
    site.judge(root, REJECTED)
    assert len(links(site.article().text, "Reply")) == 1
    assert site.send(parent=str(root)).status_code == 422
    assert site.host.get(f"{site.reply_path}?to={root}").status_code == 404


@pytest.mark.parametrize("state", [HELD, REJECTED, SPAM])
def test_what_is_not_published_is_nowhere(site: Site, state: CommentState) -> None:
    number = site.plant("Nobody may read this.", state=state, name="Nobody Known")
    pages = [
        site.article(),
        site.article("?order=newest"),
        site.host.get("/"),
        site.host.get(site.reply_path),
        site.host.get(f"/comments/{number}"),
        site.host.get(f"{site.reply_path}?to={number}"),
        site.send("", parent=str(number)),
    ]
    for page in pages:
        assert "Nobody may read this." not in page.text
        assert "Nobody Known" not in page.text
    assert shown(pages[0].text) == []
    assert site.counters()[0] == 0
    # Whoever guesses numbers learns nothing: one that waits is like one that never was.
    assert [pages[4].status_code, pages[5].status_code] == [404, 404]
    nothing = site.host.get("/comments/999999")
    assert pages[4].data == nothing.data.replace(b"999999", str(number).encode())


def test_comments_go_with_their_story(site: Site) -> None:
    number = site.plant("Under a story.")
    waiting = site.send("It waits.").location
    assert site.go(waiting).status_code == 200
    with change(site.app, site.story) as post:
        post_actions.withdraw(post, site.clock())
    assert site.host.get(f"/comments/{number}").status_code == 404
    assert site.go(waiting).status_code == 404
    assert site.host.get(f"{site.reply_path}?to={number}").status_code == 404


def test_comments_of_another_blog_have_no_address_here(open_site: OpenSite) -> None:
    site = open_site(two_blogs)
    number = site.plant()
    client = site.client()
    assert client.get(f"/news/comments/{number}").status_code == 302
    assert client.get(f"/other/comments/{number}").status_code == 404
    assert client.get(f"/other/replies/{site.story.id}").status_code == 404
    answer = client.post(f"/other/replies/{site.story.id}", data={"comment": "Kept."})
    assert answer.status_code == 404
    assert "Kept." in kept(answer.text)


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", "9" * 18, "9" * 19, "9" * 400, "%00"])
def test_a_made_up_number_is_no_comment(site: Site, number: str) -> None:
    assert site.host.get(f"/comments/{number}").status_code == 404


def test_a_comments_address_is_kept_by_nobody(site: Site) -> None:
    number = site.plant()
    assert site.host.get(f"/comments/{number}").headers["Cache-Control"] == "no-store"


# Counters


class Moderation(RuleBasedStateMachine):
    """Whatever is posted and judged in whatever order, counters and threads are right."""

    numbers = Bundle("numbers")
    site: Site

    @initialize()
    def begin(self) -> None:
        cleared(self.site)
        self.states: dict[int, CommentState] = {}
        self.parents: dict[int, int | None] = {}

    @rule(target=numbers, state=st.sampled_from([PUBLISHED, HELD]))
    def say(self, state: CommentState) -> int:
        return self._say(None, state)

    @rule(target=numbers, parent=numbers, state=st.sampled_from([PUBLISHED, HELD]))
    def answer(self, parent: int, state: CommentState) -> int:
        above = parent if self.states[parent] == PUBLISHED else None
        return self._say(above, state)

    def _say(self, parent: int | None, state: CommentState) -> int:
        number = self.site.plant(f"{len(self.states)}", parent=parent, state=state)
        self.states[number], self.parents[number] = state, parent
        return number

    @rule(number=numbers, state=st.sampled_from([PUBLISHED, REJECTED, SPAM]))
    def judge(self, number: int, state: CommentState) -> None:
        assert self.site.judge(number, state) is (self.states[number] != state)
        self.states[number] = state

    @invariant()
    def counters_are_right(self) -> None:
        assert self.site.counters() == self.site.recount()

    @invariant()
    def what_is_shown_is_right(self) -> None:
        published = {n for n, state in self.states.items() if state == PUBLISHED}
        with self.site.app.app_context():
            there = set(session().scalars(select(Comment.id).where(Comment.shown.is_(True))))
        assert there == with_tombstones(published, self.parents)

    def teardown(self) -> None:
        page = shown(self.site.article().text)
        assert set(page) == with_tombstones(
            {n for n, state in self.states.items() if state == PUBLISHED}, self.parents
        )


def test_counters_and_tombstones_are_right_after_everything(
    shared_sites: Callable[[bool], Site],
) -> None:
    class Here(Moderation):
        site = shared_sites(True)

    run_state_machine_as_test(Here, settings=settings(max_examples=15, stateful_step_count=20))


def test_counters_are_right_on_every_database(open_site: OpenSite, uri: str) -> None:
    site = open_site(uri=uri)
    found = chain(site, 4)
    steps: Sequence[tuple[int, CommentState]] = (
        (1, SPAM), (3, REJECTED), (1, PUBLISHED), (0, REJECTED), (3, PUBLISHED), (2, SPAM),
    )  # fmt: skip
    for place, state in steps:
        assert site.judge(found[place], state)
        assert not site.judge(found[place], state)
        assert site.counters() == site.recount()
    assert site.counters() == (2, 0)
    assert shown(site.article().text) == found
