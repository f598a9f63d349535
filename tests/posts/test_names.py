"""Sections, tags and authors renamed, merged, deleted; and stories that were written before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from flask_newsblog.database import session, utcnow
from flask_newsblog.models import (
    Author,
    Byline,
    FormerName,
    NameKind,
    Post,
    PostTag,
    Redirect,
    Section,
    Tag,
)
from flask_newsblog.posts import joining, naming
from flask_newsblog.posts.former import hold_names, key_of
from flask_newsblog.posts.naming import Given, NameRefused
from flask_newsblog.posts.present import mean_anew, present
from flask_newsblog.posts.queries import load_frame
from flask_newsblog.posts.written import Written, written_in

from ..hosts import Host, path_of, plain, two_blogs, write_story

KINDS = {NameKind.SECTION: Section, NameKind.TAG: Tag, NameKind.AUTHOR: Author}


@contextmanager
def naming_on(host: Host) -> Iterator[datetime]:
    """The names held, at a moment; committed at the end."""
    with host.app.app_context():
        yield hold_names(utcnow())
        session().commit()


def the(kind: NameKind, name: str) -> Any:
    # MariaDB finds a name in any capitals.
    rows: Any = session().scalars(select(KINDS[kind]).filter_by(blog="news"))
    return next(row for row in rows if row.name == name)


def rename(host: Host, kind: NameKind, old: str, new: str, **more: Any) -> str:
    with naming_on(host) as moment:
        thing = the(kind, old)
        kept = {"slug": thing.slug, "parent_id": getattr(thing, "parent_id", None)}
        return naming.change(thing, Given(**kept | {"name": new} | more), moment)


def merge(host: Host, kind: NameKind, source: str, target: str) -> joining.Ended:
    with naming_on(host) as moment:
        return joining.merge(the(kind, source), the(kind, target), moment)


def delete(host: Host, kind: NameKind, name: str) -> joining.Ended:
    with naming_on(host) as moment:
        return joining.delete(the(kind, name), moment)


def names(host: Host, kind: NameKind) -> list[str]:
    with host.app.app_context():
        return sorted(session().scalars(select(KINDS[kind].name).filter_by(blog="news")))


def today(host: Host, **written: Any) -> Written:
    with host.app.app_context():
        return present("news", Written(**written))


def said(host: Host, post: Post) -> Written:
    with host.app.app_context():
        return written_in(session().get_one(Post, post.id))


def refused(host: Host, act: Callable[[], Any]) -> NameRefused:
    with pytest.raises(NameRefused) as error:
        act()
    with host.app.app_context():
        session().rollback()
    return error.value


# Renaming


def test_a_renamed_tag_is_found_by_both_names_and_its_old_address_leads_to_the_new(
    host: Host,
) -> None:
    write_story(host.app, tags=("Harbour",))
    changed = rename(host, NameKind.TAG, "Harbour", "Port", slug="port")
    assert changed == "name: Harbour → Port; slug: harbour → port"
    assert today(host, tags=("harbour", "Ferry")).tags == ("Port", "Ferry")
    answer = host.get("/tags/harbour/")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/news/tags/port/")
    assert host.get("/tags/port/").status_code == 200


def test_an_old_address_leads_on_wherever_the_blog_is(any_host: Host) -> None:
    write_story(any_host.app, tags=("Harbour",))
    rename(any_host, NameKind.TAG, "Harbour", "Port", slug="port")
    answer = any_host.get("/tags/harbour/")
    assert answer.status_code == 301
    assert answer.headers["Location"].endswith(f"{any_host.prefix}/tags/port/")
    assert any_host.get("/tags/port/").status_code == 200


def test_a_tag_that_kept_its_slug_is_found_by_its_new_name(host: Host) -> None:
    write_story(host.app, tags=("Harbour",))
    rename(host, NameKind.TAG, "Harbour", "Docks")
    post = write_story(host.app, "Another", tags=("docks",))
    assert names(host, NameKind.TAG) == ["Docks"]
    assert said(host, post).tags == ("Docks",)


def test_a_name_of_three_renamings_ago_is_the_name_of_today(host: Host) -> None:
    write_story(host.app, authors=("Ann",))
    for old, new in (("Ann", "Ann Lee"), ("Ann Lee", "Ann Moss"), ("Ann Moss", "A. Moss")):
        rename(host, NameKind.AUTHOR, old, new, slug="")
    assert today(host, authors=("ANN", "Ben")).authors == ("A. Moss", "Ben")
    for slug in ("ann", "ann-lee", "ann-moss"):
        assert host.get(f"/authors/{slug}/").headers["Location"] == "/news/authors/a-moss/"


def test_a_name_taken_back_leads_nowhere_else(host: Host) -> None:
    write_story(host.app, tags=("Harbour",))
    rename(host, NameKind.TAG, "Harbour", "Port", slug="")
    rename(host, NameKind.TAG, "Port", "Harbour", slug="")
    assert today(host, tags=("Harbour", "Port")).tags == ("Harbour",)
    assert host.get("/tags/harbour/").status_code == 200
    assert host.get("/tags/port/").headers["Location"] == "/news/tags/harbour/"


def test_other_capitals_are_the_same_name(host: Host) -> None:
    post = write_story(host.app, tags=("harbour",))
    rename(host, NameKind.TAG, "harbour", "Harbour")
    assert today(host, tags=("harbour",)).tags == ("Harbour",)
    write_story(host.app, "Another", tags=("HARBOUR",))
    assert names(host, NameKind.TAG) == ["Harbour"]
    assert said(host, post).tags == ("Harbour",)


def test_a_former_name_that_is_typed_means_the_name_of_today(host: Host) -> None:
    first = write_story(host.app, tags=("Harbour",))
    rename(host, NameKind.TAG, "Harbour", "Port", slug="port")
    second = write_story(host.app, "Another", tags=("HARBOUR", "Ferry"))
    assert names(host, NameKind.TAG) == ["Ferry", "Port"]
    assert said(host, second).tags == ("Port", "Ferry")
    assert said(host, first).tags == ("Port",)


@pytest.mark.parametrize("kind", [NameKind.TAG, NameKind.AUTHOR, NameKind.SECTION])
def test_a_former_name_is_given_to_nobody_else(host: Host, kind: NameKind) -> None:
    given = {NameKind.TAG: "tags", NameKind.AUTHOR: "authors", NameKind.SECTION: "section"}[kind]
    post = write_story(host.app, **{given: ("J. Smith",)})
    write_story(host.app, "Another", **{given: ("Ann",)})
    rename(host, kind, "J. Smith", "John Smith")
    error = refused(host, lambda: rename(host, kind, "Ann", "J. Smith"))
    assert str(error).startswith("“J. Smith” is what “John Smith” was called before")
    assert getattr(today(host, **{given: ("J. Smith",)}), given) == ("John Smith",)
    assert getattr(said(host, post), given) == ("John Smith",)
    # But for the one who had it.
    rename(host, kind, "John Smith", "J. Smith")
    assert names(host, kind) == ["Ann", "J. Smith"]


def test_what_was_deleted_is_new_for_those_who_know_and_dropped_for_those_who_do_not(
    host: Host,
) -> None:
    write_story(host.app, tags=("Harbour", "Ferry"))
    with naming_on(host) as before:
        pass
    delete(host, NameKind.TAG, "Harbour")
    with naming_on(host) as after:
        pass
    written = Written(tags=("Harbour",))
    with host.app.app_context():
        assert present("news", written, before).tags == ()
        assert present("news", written, after).tags == ("Harbour",)
        mean_anew("news", written)
        assert present("news", written).tags == ("Harbour",)


def test_no_two_changes_of_names_have_one_moment(host: Host) -> None:
    now, moments = utcnow(), []
    for _ in range(3):
        with host.app.app_context():
            moments.append(hold_names(now))
            session().commit()
    assert sorted(set(moments)) == moments


def test_a_name_or_an_address_that_another_has_is_refused_by_name(host: Host) -> None:
    write_story(host.app, tags=("Harbour", "Ferry"), authors=("Ann",))
    for name, slug, field in (("FERRY", "", "name"), ("Port", "ferry", "slug")):
        error = refused(
            host, lambda n=name, s=slug: rename(host, NameKind.TAG, "Harbour", n, slug=s)
        )
        assert (error.field, error.values["name"]) == (field, "Ferry")
    # One of another kind is no obstacle.
    rename(host, NameKind.TAG, "Harbour", "Ann", slug="ann")
    assert names(host, NameKind.TAG) == ["Ann", "Ferry"]


@pytest.mark.parametrize(
    ("kind", "name", "field"),
    [
        (NameKind.TAG, "Harbour, Ferry", "name"),
        (NameKind.SECTION, "Town / Council", "name"),
        (NameKind.AUTHOR, "…", "name"),
    ],
)
def test_a_name_that_stories_could_not_say_is_refused(
    host: Host, kind: NameKind, name: str, field: str
) -> None:
    with naming_on(host) as moment:
        with pytest.raises(NameRefused) as error:
            naming.add("news", kind, Given(name=name), moment)
        assert error.value.field == field


def test_two_blogs_have_names_of_their_own(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(two_blogs)
    write_story(host.app, tags=("Harbour",))
    write_story(host.app, tags=("Harbour",), blog="other")
    rename(host, NameKind.TAG, "Harbour", "Port", slug="")
    with host.app.app_context():
        assert present("other", Written(tags=("Harbour",))).tags == ("Harbour",)
    assert host.client().get("/other/tags/harbour/").status_code == 200


def test_the_longest_names_that_fold_to_more_letters_are_told_apart(host: Host) -> None:
    long, longer = "ΐ" * 120, "ΐ" * 119 + "a"
    with naming_on(host) as moment:
        first = naming.add("news", NameKind.TAG, Given(name=long, slug="one"), moment)
        naming.change(first, Given(name="First", slug="one"), moment)
        second = naming.add("news", NameKind.TAG, Given(name=longer, slug="two"), moment)
        naming.change(second, Given(name="Second", slug="two"), moment)
    assert today(host, tags=(long, longer)).tags == ("First", "Second")


# Sections


def test_a_section_is_found_by_its_former_name_and_place_with_all_below_it(host: Host) -> None:
    post = write_story(host.app, section=("Town", "Council", "Budget"))
    rename(host, NameKind.SECTION, "Town", "City")
    rename(host, NameKind.SECTION, "Council", "Politics", parent_id=None)
    assert said(host, post).section == ("Politics", "Budget")
    for path in (("Town", "Council", "Budget"), ("City", "Council", "Budget")):
        assert today(host, section=path).section == ("Politics", "Budget")
    assert today(host, section=("Town", "Parks")).section == ("City", "Parks")
    # It stays where it was for readers.
    assert host.get("/sections/council/").status_code == 200


def test_no_section_comes_to_stand_below_itself(host: Host) -> None:
    write_story(host.app, section=("Town", "Council"))
    with host.app.app_context():
        number = the(NameKind.SECTION, "Council").id
    error = refused(host, lambda: rename(host, NameKind.SECTION, "Town", "Town", parent_id=number))
    assert error.field == "parent"


def test_what_was_below_a_deleted_section_is_found_where_that_was(host: Host) -> None:
    post = write_story(host.app, section=("Town", "Council", "Budget"))
    there = write_story(host.app, "There", section=("Town", "Council"))
    rename(host, NameKind.SECTION, "Budget", "Money")
    ended = delete(host, NameKind.SECTION, "Council")
    assert said(host, post).section == ("Town", "Money")
    assert said(host, there).section == ()
    assert [story.id for story in ended.stories] == [there.id]
    assert today(host, section=("Town", "Council", "Budget")).section == ("Town", "Money")
    assert today(host, section=("Town", "Council")).section == ()


def test_merged_sections_take_stories_children_and_former_names_along(host: Host) -> None:
    post = write_story(host.app, section=("Town", "Parks"))
    write_story(host.app, "Another", section=("City",))
    rename(host, NameKind.SECTION, "Parks", "Gardens")
    changed = post.changed_at
    merge(host, NameKind.SECTION, "Town", "City")
    assert said(host, post).section == ("City", "Gardens")
    for path in (("Town", "Parks"), ("Town", "Gardens"), ("City", "Gardens")):
        assert today(host, section=path).section == ("City", "Gardens")
    assert host.get("/sections/town/").headers["Location"] == "/news/sections/city/"
    with host.app.app_context():
        assert session().get_one(Post, post.id).changed_at == changed


def test_sections_are_not_merged_where_two_of_one_name_would_stand_together(host: Host) -> None:
    write_story(host.app, section=("Town", "Parks"))
    write_story(host.app, section=("City", "parks"))
    error = refused(host, lambda: merge(host, NameKind.SECTION, "Town", "City"))
    assert error.values == {"name": "Parks"}
    error = refused(host, lambda: merge(host, NameKind.SECTION, "Town", "Parks"))
    assert error.values == {"name": "Parks"}


def test_neighbours_are_put_in_order_and_newcomers_stand_behind_them(host: Host) -> None:
    write_story(host.app, section=("Arts",))
    write_story(host.app, section=("Town",))
    write_story(host.app, section=("Sport",))
    with naming_on(host) as moment:
        town = the(NameKind.SECTION, "Town")
        assert naming.step(town, 2, 0, moment)
        # A second click of the same page moves nothing.
        assert not naming.step(town, 2, 1, moment)
    write_story(host.app, section=("Books",))
    with host.app.app_context():
        order = [section.name for section in naming.sections_of("news")]
    assert order == ["Town", "Arts", "Sport", "Books"]


# Merging and deleting


def test_merged_authors_keep_their_place_in_bylines_and_nobody_stands_twice(host: Host) -> None:
    first = write_story(host.app, "First", authors=("A. Lee", "Ben", "Ann Lee"))
    second = write_story(host.app, "Second", authors=("Ben", "A. Lee"))
    third = write_story(host.app, "Third", authors=("Ann Lee", "Ben", "A. Lee"))
    ended = merge(host, NameKind.AUTHOR, "A. Lee", "Ann Lee")
    assert said(host, first).authors == ("Ann Lee", "Ben")
    assert said(host, second).authors == ("Ben", "Ann Lee")
    assert said(host, third).authors == ("Ann Lee", "Ben")
    assert today(host, authors=("Ann Lee", "Ben", "A. Lee")).authors == ("Ann Lee", "Ben")
    numbers = f"{first.id}, {second.id}, {third.id}"
    assert ended.detail == (
        f"name: A. Lee; slug: a-lee; into: Ann Lee (ann-lee); had both: {first.id}, {third.id};"
        f" stories: {numbers}"
    )
    page = host.get("/authors/ann-lee/").text
    assert all(title in page for title in ("First", "Second", "Third"))


def test_what_is_merged_twice_is_found_at_the_end(host: Host) -> None:
    post = write_story(host.app, tags=("One",))
    write_story(host.app, "Another", tags=("Two", "Three"))
    merge(host, NameKind.TAG, "One", "Two")
    merge(host, NameKind.TAG, "Two", "Three")
    assert said(host, post).tags == ("Three",)
    assert today(host, tags=("One", "Two", "Three")).tags == ("Three",)
    assert host.get("/tags/one/").headers["Location"] == "/news/tags/three/"
    delete(host, NameKind.TAG, "Three")
    assert today(host, tags=("One", "Two", "Three", "Four")).tags == ("Four",)
    for slug in ("one", "two", "three"):
        assert host.get(f"/tags/{slug}/").status_code == 404


def test_a_deleted_tag_leaves_its_stories(host: Host) -> None:
    post = write_story(host.app, tags=("Harbour", "Ferry"))
    ended = delete(host, NameKind.TAG, "Harbour")
    assert ended.detail == f"name: Harbour; slug: harbour; stories: {post.id}"
    assert said(host, post).tags == ("Ferry",)
    assert host.get(path_of(post)).status_code == 200
    with host.app.app_context():
        assert len(session().scalars(select(PostTag)).all()) == 1


def test_stories_that_an_embargo_keeps_are_not_told_of_in_one_line_with_others(host: Host) -> None:
    post = write_story(host.app, tags=("Harbour",), draft=True)
    with host.app.app_context():
        stored = session().get_one(Post, post.id)
        stored.embargo_until = utcnow().replace(year=utcnow().year + 1)
        stored.embargo_people = ["Ann"]
        session().commit()
    ended = delete(host, NameKind.TAG, "Harbour")
    # What it was called may be what the embargo keeps.
    assert (ended.secret, ended.detail) == (True, "")
    assert [(story.id, story.kept) for story in ended.stories] == [(post.id, True)]


def test_an_old_address_does_not_name_what_only_an_embargoed_story_has(host: Host) -> None:
    write_story(host.app, tags=("Rumour",), authors=("Ann",), draft=True)
    rename(host, NameKind.TAG, "Rumour", "Takeover", slug="")
    rename(host, NameKind.AUTHOR, "Ann", "Source", slug="")
    assert host.get("/tags/rumour/").status_code == 404
    assert host.get("/authors/ann/").status_code == 404


def test_a_page_has_changed_when_a_section_without_stories_is_deleted(host: Host) -> None:
    write_story(host.app, at=utcnow().replace(year=2020))
    with naming_on(host) as moment:
        naming.add("news", NameKind.SECTION, Given(name="Empty"), moment)
    with host.app.app_context():
        before = load_frame("news", utcnow()).last_change
    delete(host, NameKind.SECTION, "Empty")
    with host.app.app_context():
        after = load_frame("news", utcnow()).last_change
    assert before is not None
    assert after is not None
    assert after > before


_WORDS = st.sampled_from(["Ann", "Ben", "Cy", "Dee", "ann", "BEN"])
_ACTS = st.lists(st.tuples(st.sampled_from("rmdn"), _WORDS, _WORDS), max_size=8)


@settings(max_examples=40)
@given(acts=_ACTS)
def test_whatever_is_done_to_names_a_story_and_what_was_written_of_it_agree(
    open_hosts: Callable[..., Host], acts: list[tuple[str, str, str]]
) -> None:
    host = open_hosts(plain)
    post = write_story(host.app, tags=("Ann", "Ben", "Cy"), authors=("Ann", "Ben", "Cy"))
    written = said(host, post)
    for deed, one, other in acts:
        before = {kind: names(host, kind) for kind in (NameKind.TAG, NameKind.AUTHOR)}
        for kind in (NameKind.TAG, NameKind.AUTHOR):
            _do(host, kind, deed, one, other)
        now = said(host, post)
        borne = {"n": one, "r": other}.get(deed, "")
        again = borne.casefold() in {name.casefold() for name in written.tags}
        if again and before != {kind: names(host, kind) for kind in before}:
            # A deleted name is borne again: what was written before means that from now on.
            written = now
        assert today(host, **{k: getattr(written, k) for k in ("tags", "authors")}) == replace(
            Written(), tags=now.tags, authors=now.authors
        )
    with host.app.app_context():
        there = set(session().scalars(select(Tag.id)))
        assert set(session().scalars(select(PostTag.tag_id))) <= there
        told = select(FormerName.thing_id).where(FormerName.kind == "tag")
        assert {n for n in session().scalars(told) if n is not None} <= there
        assert len(session().scalars(select(Byline)).all()) == len(now_of(host, post).authors)


def now_of(host: Host, post: Post) -> Written:
    return written_in(session().get_one(Post, post.id))


def _do(host: Host, kind: NameKind, deed: str, one: str, other: str) -> None:
    """Rename, merge, delete or make, where that can be done."""
    with naming_on(host) as moment:
        known = {t.name.casefold(): t for t in session().scalars(select(KINDS[kind]))}
        source, target = known.get(one.casefold()), known.get(other.casefold())
        try:
            if deed == "n" and source is None:
                naming.add("news", kind, Given(name=one), moment)
            elif deed == "r" and source is not None:
                naming.change(source, Given(name=other, slug=""), moment)
            elif deed == "m" and source is not None and target is not None:
                joining.merge(source, target, moment)
            elif deed == "d" and source is not None:
                joining.delete(source, moment)
        except NameRefused:
            session().rollback()


def test_keys_tell_sections_of_one_name_apart_by_what_is_above_them() -> None:
    assert key_of("Parks", 3, within=True) == "3/parks"
    assert key_of("Straße") == key_of("STRASSE")


def test_no_redirect_leads_in_a_circle(host: Host) -> None:
    write_story(host.app, tags=("A", "B"))
    rename(host, NameKind.TAG, "A", "A", slug="c")
    rename(host, NameKind.TAG, "B", "B", slug="a")
    rename(host, NameKind.TAG, "A", "A", slug="b")
    with host.app.app_context():
        led = {row.path: row.target for row in session().scalars(select(Redirect))}
    assert led == {"/tags/c/": "tags/b/"}
