"""Names change while stories are saved with them, and while others change them too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from flask_newsblog.database import session, utcnow
from flask_newsblog.models import (
    Author,
    Byline,
    FormerName,
    NameKind,
    Post,
    PostTag,
    Section,
    Tag,
)
from flask_newsblog.posts.former import hold_names

from ..conftest import SERVERS
from ..hosts import Host, counted_statements, write_story
from .busy import UNPREPARED, at_once, close, every_database, open_busy
from .desks import hidden, sign_in
from .test_names import filled, names, number_of, page_of, written

Server = Callable[[str], str]
NEW = "/news/newsroom/posts/new"
_MODELS: tuple[Any, ...] = (Tag, Author, Section)


@pytest.fixture
def busy(kind: str, tmp_path: Path, server_database: Server) -> Any:
    """A host on a database that many use at once."""
    host = open_busy(kind, tmp_path, server_database, given={})
    yield host
    close(host)


def assert_nothing_hangs_in_the_air(host: Host) -> None:
    """Every reference leads to a row, and no section stands below itself."""
    with host.app.app_context():
        there = {model: set(session().scalars(select(model.id))) for model in _MODELS}
        assert set(session().scalars(select(PostTag.tag_id))) <= there[Tag]
        assert set(session().scalars(select(Byline.author_id))) <= there[Author]
        assert set(session().scalars(select(Post.section_id))) - {None} <= there[Section]
        for kind, model in (("tag", Tag), ("author", Author), ("section", Section)):
            told = select(FormerName.thing_id).where(FormerName.kind == kind)
            assert set(session().scalars(told)) - {None} <= there[model]
        above = dict(session().execute(select(Section.id, Section.parent_id)).all())
        for number in above:
            seen: set[int] = set()
            at: int | None = number
            while at is not None:
                assert at not in seen
                seen.add(at)
                at = above[at]


def sent(browser: Any, address: str, fields: dict[str, Any]) -> Callable[[], Any]:
    return lambda: browser.post(address, data=fields)


def ending(browser: Any, address: str, **into: Any) -> Callable[[], Any]:
    """A browser that has the page of a merge or a deletion open, and confirms it."""
    fields = hidden(browser.get(address, query_string=into).text) | into
    return sent(browser, address, fields)


@every_database
@pytest.mark.parametrize("deed", ["merge", "delete", "rename"])
def test_stories_are_saved_with_names_that_change_at_the_same_moment(
    busy: Host, kind: str, deed: str
) -> None:
    # Unprepared, SQLite may say that it is locked; then the words are handed back.
    allowed = {303, 503} if kind == UNPREPARED else {303}
    editor = sign_in(busy, "Ann Lee")
    writers = [sign_in(busy, f"Writer {n}") for n in range(3)]
    for turn in range(3):
        old, new = f"Old {turn}", f"New {turn}"
        typed = {"tags": f"{old}, Ferry", "authors": f"{old}\nBen", "new_section": old}
        write_story(busy.app, f"First {turn}", tags=(old, new), authors=(old, new), section=(old,))
        write_story(busy.app, f"Second {turn}", section=(new,))
        forms = [written(one, NEW, title=f"S {turn} {n}", **typed)
                 for n, one in enumerate(writers)]  # fmt: skip
        jobs = [sent(one, NEW, form) for one, form in zip(writers, forms, strict=True)]
        for each in NameKind:
            address = page_of(busy, each, old)
            if deed == "rename":
                jobs.append(sent(editor, address, filled(editor, address, name=f"Now {turn}")))
            elif deed == "delete":
                jobs.append(ending(editor, f"{address}delete"))
            else:
                into = str(number_of(busy, each, new)) if each is NameKind.SECTION else new
                jobs.append(ending(editor, f"{address}merge", into=into))
        answers = at_once(jobs)
        for answer in answers[:3]:
            assert answer.status_code in allowed
            assert answer.status_code == 303 or "It rose." in answer.text
        assert {answer.status_code for answer in answers[3:]} <= allowed
        if {answer.status_code for answer in answers[3:]} == {303}:
            for each in NameKind:
                assert old not in names(busy, each)
        assert_nothing_hangs_in_the_air(busy)


@pytest.mark.parametrize("kind", SERVERS)
def test_changing_a_name_inserts_nothing_that_others_could_wait_for(busy: Host) -> None:
    # On MariaDB, who waits to insert a row stands in the way of a scan by the one waited for.
    with busy.app.app_context():
        hold_names(utcnow())
        session().commit()
    with counted_statements(busy.app) as said, busy.app.app_context():
        hold_names(utcnow())
        session().rollback()
    assert not [words for words in said if words.startswith("INSERT")]
    assert "FOR UPDATE" in said[0]


@every_database
def test_of_two_who_rename_at_once_one_is_told(busy: Host) -> None:
    write_story(busy.app, tags=("Ferry",))
    address = page_of(busy, NameKind.TAG, "Ferry")
    ann, ben = sign_in(busy, "Ann"), sign_in(busy, "Ben")
    jobs = [
        sent(one, address, filled(one, address, name=name, slug=""))
        for one, name in ((ann, "Steamers"), (ben, "Boats"))
    ]
    answers = at_once(jobs)
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert len(names(busy, NameKind.TAG)) == 1
    assert_nothing_hangs_in_the_air(busy)


@every_database
def test_two_who_give_two_tags_one_name_at_once_do_not_both_get_it(busy: Host) -> None:
    write_story(busy.app, tags=("Ferry", "Boats"))
    ann, ben = sign_in(busy, "Ann"), sign_in(busy, "Ben")
    jobs = []
    for browser, name in ((ann, "Ferry"), (ben, "Boats")):
        address = page_of(busy, NameKind.TAG, name)
        jobs.append(sent(browser, address, filled(browser, address, name="Ships", slug="ships")))
    answers = at_once(jobs)
    assert sorted(answer.status_code for answer in answers) == [303, 422]
    assert names(busy, NameKind.TAG).count("Ships") == 1


@every_database
def test_of_two_who_add_the_same_at_once_one_is_told(busy: Host) -> None:
    ann, ben = sign_in(busy, "Ann"), sign_in(busy, "Ben")
    room = "/news/newsroom/names/tags/"
    fields = [hidden(one.get(room).text) | {"do": "add", "name": "Ferry"} for one in (ann, ben)]
    answers = at_once([sent(ann, room, fields[0]), sent(ben, room, fields[1])])
    assert sorted(answer.status_code for answer in answers) == [303, 422]
    assert names(busy, NameKind.TAG) == ["Ferry"]


@every_database
def test_two_tags_that_are_merged_into_one_another_at_once_become_one(busy: Host) -> None:
    ann, ben = sign_in(busy, "Ann"), sign_in(busy, "Ben")
    for turn in range(3):
        one, other = f"One {turn}", f"Other {turn}"
        write_story(busy.app, f"First {turn}", tags=(one,))
        write_story(busy.app, f"Second {turn}", tags=(other,))
        jobs = [
            ending(ann, f"{page_of(busy, NameKind.TAG, one)}merge", into=other),
            ending(ben, f"{page_of(busy, NameKind.TAG, other)}merge", into=one),
        ]
        answers = at_once(jobs)
        codes = sorted(answer.status_code for answer in answers)
        assert codes[0] == 303
        assert codes[1] in (409, 422)
        left = [name for name in names(busy, NameKind.TAG) if name in (one, other)]
        assert len(left) == 1
        with busy.app.app_context():
            tag = session().scalars(select(Tag).filter_by(name=left[0])).one()
            linked = session().scalars(select(PostTag).filter_by(tag_id=tag.id)).all()
            assert len(linked) == 2
        assert_nothing_hangs_in_the_air(busy)


@every_database
def test_two_sections_that_are_put_below_one_another_at_once_make_no_circle(busy: Host) -> None:
    ann, ben = sign_in(busy, "Ann"), sign_in(busy, "Ben")
    for turn in range(3):
        one, other = f"One {turn}", f"Other {turn}"
        write_story(busy.app, f"First {turn}", section=(one,))
        write_story(busy.app, f"Second {turn}", section=(other,))
        jobs = []
        for browser, name, above in ((ann, one, other), (ben, other, one)):
            address = page_of(busy, NameKind.SECTION, name)
            parent = str(number_of(busy, NameKind.SECTION, above))
            jobs.append(sent(browser, address, filled(browser, address, parent=parent)))
        answers = at_once(jobs)
        assert sorted(answer.status_code for answer in answers) == [303, 422]
        assert_nothing_hangs_in_the_air(busy)
