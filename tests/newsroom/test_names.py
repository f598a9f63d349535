"""The newsroom's room of names: sections, tags and authors listed, renamed, merged, deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from flask_newsblog.database import session, utcnow
from flask_newsblog.models import AuditEntry, Author, Media, NameKind, Post, Section, Tag
from flask_newsblog.people import Role
from flask_newsblog.posts.revisions import saved_in
from flask_newsblog.text.addresses import may_lead_to

from ..hosts import Clock, Host, change, counted_statements, path_of, plain, write_story
from .desks import hidden, send, sign_in
from .test_scheduled_update import DUE, NOON, planned
from .test_scheduled_update import given as planning

ROOM = "/news/newsroom/names/"
TAGS, AUTHORS = f"{ROOM}tags/", f"{ROOM}authors/"
LISTS = {NameKind.SECTION: ROOM, NameKind.TAG: TAGS, NameKind.AUTHOR: AUTHORS}
MODELS: dict[NameKind, Any] = {
    NameKind.SECTION: Section, NameKind.TAG: Tag, NameKind.AUTHOR: Author,
}  # fmt: skip
FOLDERS = {NameKind.SECTION: "sections", NameKind.TAG: "tags", NameKind.AUTHOR: "authors"}
every_kind = pytest.mark.parametrize("kind", list(NameKind))


def number_of(host: Host, kind: NameKind, name: str) -> int:
    with host.app.app_context():
        rows = session().scalars(select(MODELS[kind]).filter_by(blog="news"))
        return next(row.id for row in rows if row.name == name)


def page_of(host: Host, kind: NameKind, name: str) -> str:
    """The address of one of them in the newsroom."""
    return f"{ROOM}{FOLDERS[kind]}/{number_of(host, kind, name)}/"


def names(host: Host, kind: NameKind) -> list[str]:
    with host.app.app_context():
        return sorted(session().scalars(select(MODELS[kind].name).filter_by(blog="news")))


def filled(browser: FlaskClient, address: str, **typed: Any) -> dict[str, Any]:
    """What the form of a page sends, with all that stands in it."""
    page = browser.get(address).text
    fields = hidden(page)
    for name in ("name", "slug", "picture"):
        found = page.split(f' name="{name}"', 1)
        if len(found) == 2 and 'value="' in found[1].split(">", 1)[0]:
            fields[name] = unescape(found[1].split('value="', 1)[1].split('"', 1)[0])
    for name in ("description", "links"):
        found = page.split(f' name="{name}"', 1)
        if len(found) == 2:
            inner = found[1].split(">", 1)[1].split("</textarea>", 1)[0]
            fields[name] = unescape(inner).strip("\r\n")
    fields.pop("do", None)
    return fields | typed


def save(browser: FlaskClient, address: str, **typed: Any) -> Any:
    return browser.post(address, data=filled(browser, address, **typed))


def end(browser: FlaskClient, address: str, **into: Any) -> Any:
    """Confirm a merge or a deletion as its page shows it."""
    query = "?" + "&".join(f"{k}={v}" for k, v in into.items()) if into else ""
    return browser.post(address, data=hidden(browser.get(address + query).text) | into)


def audit(host: Host) -> list[tuple[str, str, str, str]]:
    with host.app.app_context():
        rows = session().scalars(select(AuditEntry).order_by(AuditEntry.id))
        kinds = {"section", "tag", "author"}
        return [(r.verb, r.kind, r.title, r.detail) for r in rows if r.kind in kinds]


def tags_of(host: Host, post: Post) -> tuple[str, ...]:
    with host.app.app_context():
        return saved_in(session().get_one(Post, post.id))[1].tags


def given_names(kind: NameKind, *names: str) -> dict[str, Any]:
    """What a story is written with to have these."""
    if kind is NameKind.SECTION:
        return {"section": names[:1]}
    return {FOLDERS[kind]: names}


# Lists


def test_sections_stand_as_a_tree_in_the_order_of_readers(host: Host) -> None:
    for path in (("Town", "Council"), ("Arts",), ("Town", "Parks"), ("Town",)):
        write_story(host.app, " ".join(path), section=path)
    editor = sign_in(host)
    page = editor.get(ROOM).text
    places = [page.index(f">{name}</bdi>") for name in ("Arts", "Town", "Council", "Parks")]
    assert places == sorted(places)
    assert page.count("nb-names-level-1") == 2
    answer = send(editor, ROOM, do="step", section=number_of(host, NameKind.SECTION, "Town"),
                  place="1", to="0")  # fmt: skip
    assert answer.status_code == 303
    page, front = editor.get(answer.location).text, host.get().text
    assert "The order is changed." in page
    assert page.index(">Town</bdi>") < page.index(">Arts</bdi>")
    assert front.index(">Town</a>") < front.index(">Arts</a>")


def test_an_order_that_has_changed_moves_nothing(host: Host) -> None:
    write_story(host.app, section=("Arts",))
    write_story(host.app, section=("Town",))
    editor = sign_in(host)
    fields = hidden(editor.get(ROOM).text) | {
        "do": "step", "section": str(number_of(host, NameKind.SECTION, "Town")), "place": "1",
        "to": "0",
    }  # fmt: skip
    assert editor.post(ROOM, data=fields).status_code == 303
    answer = editor.post(ROOM, data=fields)
    assert answer.status_code == 409
    assert "The order has changed since you opened this page" in answer.text


def test_tags_are_found_by_their_words_and_by_their_address(host: Host) -> None:
    write_story(host.app, tags=("Ähren", "Ferry times", "Harbour"))
    editor = sign_in(host)
    for words, found in (("ÄHREN", "Ähren"), ("ahren", "Ähren"), ("times FERRY", "Ferry times")):
        page = editor.get(TAGS, query_string={"words": words}).text
        assert f">{found}</bdi>" in page
        assert ">Harbour</bdi>" not in page
    assert "None has all these words" in editor.get(f"{TAGS}?words=nothing").text


def test_a_list_of_many_is_paged_by_name_and_shows_each_once(host: Host) -> None:
    with host.app.app_context():
        for number in range(230):
            session().add(Tag(blog="news", name=f"Tag {number:03} a", slug=f"tag-{number:03}"))
        session().commit()
    editor = sign_in(host)
    address, seen = TAGS, []
    while address:
        page = editor.get(address).text
        seen += [name for name in (f"Tag {n:03} a" for n in range(230)) if f">{name}<" in page]
        more = page.split('rel="next" href="')
        address = unescape(more[1].split('"')[0]) if len(more) == 2 else ""
    assert seen == sorted(seen)
    assert len(seen) == len(set(seen)) == 230


@every_kind
def test_a_list_costs_the_same_few_statements_for_ten_and_for_a_thousand(
    host: Host, kind: NameKind
) -> None:
    editor = sign_in(host)
    counted = []
    for many in (10, 1000):
        with host.app.app_context():
            session().add_all(
                [MODELS[kind](blog="news", name=f"N {many} {n}", slug=f"n-{many}-{n}")
                 for n in range(many)]
            )  # fmt: skip
            session().commit()
        with counted_statements(host.app) as sent:
            assert editor.get(LISTS[kind]).status_code == 200
        counted.append(len([one for one in sent if "SELECT" in one]))
    assert counted[0] == counted[1] <= 8


def test_each_has_its_number_of_stories_those_that_readers_see_and_all(host: Host) -> None:
    for number in range(3):
        write_story(host.app, f"Story {number}", tags=("Ferry",), draft=number == 0)
    page = sign_in(host).get(TAGS).text
    assert "2 published" in page
    assert "of 3 stories" in page


# Adding


@every_kind
def test_one_is_added_and_written_down(host: Host, kind: NameKind) -> None:
    editor = sign_in(host)
    answer = send(editor, LISTS[kind], do="add", name="  Low   tide ")
    assert answer.status_code == 303
    assert "Added." in editor.get(answer.location).text
    assert names(host, kind) == ["Low tide"]
    assert audit(host) == [("create", kind.value, "Low tide", "name: Low tide; slug: low-tide")]
    # Whoever sends it once more is told that it is there.
    answer = send(editor, LISTS[kind], do="add", name="LOW TIDE")
    assert answer.status_code == 422
    assert "“Low tide” is there already." in answer.text
    assert 'value="LOW TIDE"' in answer.text


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        (NameKind.TAG, {"name": ""}, "Please write a name."),
        (NameKind.TAG, {"name": "\u200b\u2060"}, "Please write a name."),
        (NameKind.TAG, {"name": "…"}, "has no letter or digit"),
        (NameKind.TAG, {"name": "a, b"}, "A comma stands between two tags"),
        (NameKind.SECTION, {"name": "a / b"}, "stands between a section and the one above it"),
        (NameKind.AUTHOR, {"name": "x" * 121}, "This is 121 characters long; the limit is 120."),
        (NameKind.TAG, {"name": "New", "slug": "ferry"}, "is that of “Ferry”. Choose another"),
        (NameKind.TAG, {"name": "New", "slug": "…"}, "An address needs a letter or a digit."),
        (NameKind.SECTION, {"name": "New", "parent": "999"}, "There is no such section any more."),
    ],
)
def test_what_cannot_be_added_is_refused_in_a_sentence_and_nothing_typed_is_lost(
    host: Host, kind: NameKind, typed: dict[str, str], sentence: str
) -> None:
    write_story(host.app, tags=("Ferry",))
    answer = send(sign_in(host), LISTS[kind], do="add", **typed)
    assert answer.status_code == 422
    assert sentence in unescape(answer.text)
    assert 'aria-invalid="true"' in answer.text
    if typed["name"].strip("\u200b\u2060"):
        assert typed["name"] in answer.text


def test_a_page_that_was_open_for_too_long_keeps_what_was_typed(host: Host) -> None:
    write_story(host.app, tags=("Ferry",))
    editor, typed = sign_in(host), {"name": "Steamers", "description": "All of them."}
    for address in (TAGS, page_of(host, NameKind.TAG, "Ferry")):
        answer = editor.post(address, data=typed | {"csrf_token": "old"})
        assert answer.status_code == 400
        assert "open for too long" in answer.text
        assert 'value="Steamers"' in answer.text
    assert "All of them." in answer.text
    assert names(host, NameKind.TAG) == ["Ferry"]


# One of them


def test_what_is_said_of_a_tag_is_there_for_readers(host: Host) -> None:
    write_story(host.app, tags=("Ferry",))
    editor, address = sign_in(host), page_of(host, NameKind.TAG, "Ferry")
    answer = save(editor, address, name="Ferries", slug="", description="Those to\u202e Sallow.")
    assert answer.status_code == 303
    assert "Saved." in editor.get(answer.location).text
    page = host.get("/tags/ferries/").text
    assert "<h1" in page
    assert "Those to Sallow." in page
    assert host.get("/tags/ferry/").headers["Location"] == "/news/tags/ferries/"
    assert audit(host) == [
        ("edit", "tag", "Ferry",
         "name: Ferry → Ferries; slug: ferry → ferries; description: – → Those to Sallow.")
    ]  # fmt: skip
    # Saved once more as it is, nothing has changed.
    assert save(editor, address).status_code == 303
    assert len(audit(host)) == 1


def test_what_is_said_of_an_author_is_there_for_readers(host: Host) -> None:
    write_story(host.app, authors=("Ann Lee",))
    with host.app.app_context():
        picture = Media(blog="news", key="ann.png", content_type="image/png", alt="Ann")
        session().add(picture)
        session().commit()
        number = picture.id
    editor, address = sign_in(host), page_of(host, NameKind.AUTHOR, "Ann Lee")
    links = "Her boat https://example.org/boat\nmailto:ann@example.org\nhttps://ann.example.org/"
    answer = save(editor, address, description="Rows.", links=links, picture=str(number))
    assert answer.status_code == 303
    assert "ann.png" in editor.get(address).text
    page = host.get("/authors/ann-lee/").text
    for words in ("Rows.", ">Her boat<", ">ann@example.org<", ">ann.example.org<", "ann.png"):
        assert words in page
    assert filled(editor, address)["links"].split("\n")[0] == links.split("\n")[0]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"links": "Her boat"}, "Line 1 has no web address."),
        ({"links": "A https://a.example/\nB javascript:alert(1)"}, "Line 2 has no web address."),
        ({"links": "A https://a.example/\n" * 21}, "There are 21 links here; the limit is 20."),
        ({"links": "x" * 121 + " https://a.example/"}, "Line 1 is too long"),
        ({"picture": "12345"}, "There is no picture with this number in the library."),
        ({"picture": "mine"}, "Please give the number that the picture has in the library."),
        ({"description": "x" * 2001}, "This is 2,001 characters long; the limit is 2,000."),
    ],
)
def test_what_cannot_be_said_of_an_author_is_refused_beside_its_field(
    host: Host, typed: dict[str, str], sentence: str
) -> None:
    write_story(host.app, authors=("Ann Lee",))
    editor, address = sign_in(host), page_of(host, NameKind.AUTHOR, "Ann Lee")
    answer = save(editor, address, name="Ann Moss", **typed)
    assert answer.status_code == 422
    assert sentence in unescape(answer.text)
    assert 'value="Ann Moss"' in answer.text
    assert names(host, NameKind.AUTHOR) == ["Ann Lee"]


@settings(max_examples=60)
@given(name=st.text(max_size=130), slug=st.text(max_size=20), links=st.text(max_size=60))
def test_whatever_is_typed_is_taken_or_refused_and_shown_safely(
    desk: tuple[Host, FlaskClient, str], name: str, slug: str, links: str
) -> None:
    host, editor, address = desk
    answer = save(editor, address, name=name, slug=slug, description=name, links=links)
    assert answer.status_code in (303, 422)
    assert editor.get(address).status_code == 200
    with host.app.app_context():
        author = session().scalars(select(Author)).one()
        assert author.name == " ".join(author.name.split())
        assert author.slug
        assert all(may_lead_to(to) for _, to in author.links)
        assert not set("\0\u202a\u202b\u202d\u202e") & set(author.name + author.bio)


@pytest.fixture
def desk(open_hosts: Callable[..., Host]) -> tuple[Host, FlaskClient, str]:
    """A blog with one author, an editor, and the page of the author."""
    host = open_hosts(plain)
    write_story(host.app, authors=("Ann Lee",))
    return host, sign_in(host), page_of(host, NameKind.AUTHOR, "Ann Lee")


def test_a_section_is_put_below_another_and_not_below_itself(host: Host) -> None:
    write_story(host.app, section=("Town", "Council"))
    write_story(host.app, section=("Arts",))
    editor, arts = sign_in(host), number_of(host, NameKind.SECTION, "Arts")
    town = page_of(host, NameKind.SECTION, "Town")
    assert save(editor, town, parent=str(arts)).status_code == 303
    assert ">Arts</a>" in host.get("/sections/town/").text
    assert "name: " not in audit(host)[0][3]
    council = str(number_of(host, NameKind.SECTION, "Council"))
    answer = save(editor, town, parent=council)
    assert answer.status_code == 422
    assert "“Council” is below this section" in answer.text
    assert f'value="{council}"' not in editor.get(town).text


def test_who_was_slower_sees_what_is_there_now_and_keeps_what_they_typed(host: Host) -> None:
    write_story(host.app, tags=("Ferry",))
    ann, ben = sign_in(host, "Ann"), sign_in(host, "Ben")
    address = page_of(host, NameKind.TAG, "Ferry")
    first, second = filled(ann, address, name="Ferries"), filled(ben, address, name="Steamers")
    assert ann.post(address, data=first).status_code == 303
    answer = ben.post(address, data=second)
    assert answer.status_code == 409
    assert "This was changed after you opened the page" in answer.text
    assert "<bdi>Ferries</bdi>" in answer.text
    assert 'value="Steamers"' in answer.text
    assert names(host, NameKind.TAG) == ["Ferries"]
    # Whoever sends it once more means it.
    assert ben.post(address, data=second | hidden(answer.text)).status_code == 303
    assert names(host, NameKind.TAG) == ["Steamers"]


def test_who_was_slower_sees_by_its_path_where_a_section_is_now(host: Host) -> None:
    write_story(host.app, section=("Town", "Council"))
    write_story(host.app, section=("Arts",))
    ann, ben = sign_in(host, "Ann"), sign_in(host, "Ben")
    address = page_of(host, NameKind.SECTION, "Arts")
    council = str(number_of(host, NameKind.SECTION, "Council"))
    first = filled(ann, address, parent=council)
    second = filled(ben, address, description="What is on.")
    assert ann.post(address, data=first).status_code == 303
    answer = ben.post(address, data=second)
    assert answer.status_code == 409
    assert "<li>Parent section (now): <bdi>Town / Council</bdi></li>" in answer.text


def test_what_was_typed_for_one_that_is_gone_meanwhile_is_handed_back(host: Host) -> None:
    write_story(host.app, authors=("Ann Lee",))
    editor, address = sign_in(host), page_of(host, NameKind.AUTHOR, "Ann Lee")
    typed = filled(editor, address, description="A long word about her.")
    assert end(editor, f"{address}delete").status_code == 303
    answer = editor.post(address, data=typed)
    assert answer.status_code == 409
    assert "This is not there any more" in answer.text
    assert "A long word about her." in answer.text
    for room in ("merge", "delete"):
        assert editor.post(address + room, data=typed).status_code == 409
        assert editor.get(address + room).status_code == 404


# Merging and deleting


@every_kind
def test_a_merge_says_first_what_it_touches_and_is_written_down(host: Host, kind: NameKind) -> None:
    one = write_story(host.app, "One", **given_names(kind, "Ferry"))
    write_story(host.app, "Two", **given_names(kind, "Steamers"), draft=True)
    three = write_story(host.app, "Three", **given_names(kind, "Ferry"), draft=True)
    editor, address = sign_in(host), page_of(host, kind, "Ferry")
    into = "Steamers" if kind is not NameKind.SECTION else number_of(host, kind, "Steamers")
    page = editor.get(f"{address}merge", query_string={"into": into})
    assert "2 stories move over, 1 of them published" in page.text
    assert names(host, kind) == ["Ferry", "Steamers"]
    answer = end(editor, f"{address}merge", into=into)
    assert answer.status_code == 303
    page = editor.get(answer.location).text
    assert "Merged." in page
    assert "3 stories" in page
    assert names(host, kind) == ["Steamers"]
    folder = FOLDERS[kind]
    assert host.get(f"/{folder}/ferry/").headers["Location"] == f"/news/{folder}/steamers/"
    assert audit(host) == [
        ("merge", kind.value, "Ferry",
         f"name: Ferry; slug: ferry; into: Steamers (steamers); stories: {one.id}, {three.id}")
    ]  # fmt: skip


@every_kind
def test_a_deletion_says_first_what_it_touches_and_leaves_the_stories(
    host: Host, kind: NameKind
) -> None:
    post = write_story(host.app, **given_names(kind, "Ferry"))
    editor, address = sign_in(host), page_of(host, kind, "Ferry")
    page = editor.get(f"{address}delete").text
    assert "1 story stays, without it, 1 of them published" in page
    answer = end(editor, f"{address}delete")
    assert answer.status_code == 303
    assert "Deleted." in editor.get(answer.location).text
    assert names(host, kind) == []
    assert host.get(path_of(post)).status_code == 200
    assert audit(host) == [
        ("delete", kind.value, "Ferry", f"name: Ferry; slug: ferry; stories: {post.id}")
    ]


NONE = "There is none of this name."


@pytest.mark.parametrize(
    ("into", "why"),
    [("Nobody", NONE), ("Ferry", "cannot be merged into itself"), ("\0", ""), (" ", "")],
)
def test_nothing_is_merged_into_what_is_not_there(host: Host, into: str, why: str) -> None:
    write_story(host.app, tags=("Ferry",))
    editor, address = sign_in(host), page_of(host, NameKind.TAG, "Ferry") + "merge"
    answer = end(editor, address, into=into)
    assert answer.status_code == 422
    assert why in answer.text
    assert names(host, NameKind.TAG) == ["Ferry"]


def test_what_was_changed_since_its_page_was_opened_is_not_merged_or_deleted(host: Host) -> None:
    write_story(host.app, tags=("Ferry", "Steamers"))
    ann, ben = sign_in(host, "Ann"), sign_in(host, "Ben")
    address = page_of(host, NameKind.TAG, "Ferry")
    merging = hidden(ben.get(f"{address}merge?into=Steamers").text)
    deleting = hidden(ben.get(f"{address}delete").text)
    assert save(ann, address, name="Fares").status_code == 303
    for room, fields in (("merge", merging), ("delete", deleting)):
        answer = ben.post(address + room, data=fields)
        assert answer.status_code == 409
        assert "Somebody changed one of them" in answer.text
        assert "Fares" in answer.text
    assert names(host, NameKind.TAG) == ["Fares", "Steamers"]


def test_sections_that_would_stand_beside_their_like_are_not_deleted(host: Host) -> None:
    write_story(host.app, section=("Town", "Parks"))
    write_story(host.app, section=("Parks",))
    # The first one alone has the address.
    editor = sign_in(host)
    send(editor, ROOM, do="add", name="City")
    city = number_of(host, NameKind.SECTION, "City")
    send(editor, ROOM, do="add", name="Parks", slug="city-parks", parent=str(city))
    send(editor, ROOM, do="add", name="Parks", slug="parks-of-all")
    answer = end(editor, f"{page_of(host, NameKind.SECTION, 'City')}delete")
    assert answer.status_code == 422
    assert "“Parks” below this section would stand beside another" in answer.text


# Stories that say a former name


def written(browser: FlaskClient, address: str, **typed: Any) -> dict[str, Any]:
    return hidden(browser.get(address).text) | {
        "title": "Tide", "body": "It rose.", "tags": "Harbour", "do": "save",
    } | typed  # fmt: skip


def test_a_form_that_was_open_while_a_tag_was_renamed_does_not_bring_the_old_one_back(
    host: Host,
) -> None:
    write_story(host.app, tags=("Harbour",))
    editor, new = sign_in(host), "/news/newsroom/posts/new"
    open_form = written(editor, new)
    save(editor, page_of(host, NameKind.TAG, "Harbour"), name="Port", slug="")
    answer = editor.post(new, data=open_form)
    assert answer.status_code == 303
    assert names(host, NameKind.TAG) == ["Port"]
    # Nor does one that was opened since, and says it all the same.
    later = written(editor, new)
    assert later["names"] != open_form["names"]
    assert editor.post(new, data=later).status_code == 303
    assert names(host, NameKind.TAG) == ["Port"]


def test_a_deleted_tag_comes_back_with_those_alone_who_type_it_since(host: Host) -> None:
    write_story(host.app, tags=("Harbour",))
    editor, new = sign_in(host), "/news/newsroom/posts/new"
    open_form = written(editor, new)
    end(editor, f"{page_of(host, NameKind.TAG, 'Harbour')}delete")
    answer = editor.post(new, data=open_form, headers={"Accept": "application/json"})
    assert answer.json["reload"], "the page says what it is not any more"
    assert names(host, NameKind.TAG) == []
    assert editor.post(new, data=written(editor, new)).status_code == 303
    assert names(host, NameKind.TAG) == ["Harbour"]


def test_a_draft_and_its_row_say_the_new_name_however_it_is_saved(host: Host) -> None:
    editor, new = sign_in(host), "/news/newsroom/posts/new"
    address = editor.post(new, data=written(editor, new)).location.partition("?")[0]
    save(editor, page_of(host, NameKind.TAG, "Harbour"), name="Port")
    page = editor.get(address).text
    assert 'value="Port"' in page
    fields = hidden(page) | {"title": "Tide", "body": "It fell.", "tags": "Port", "do": "save"}
    assert editor.post(address, data=fields).status_code == 303
    room = editor.get(f"{address}publishing").text
    published = editor.post(f"{address}publishing", data=hidden(room) | {"do": "publish"})
    assert published.status_code == 303
    assert names(host, NameKind.TAG) == ["Port"]
    assert "Port" in host.get("/tags/harbour/").text


def test_two_who_save_one_story_are_merged_across_a_renaming(host: Host) -> None:
    ann, ben, new = sign_in(host, "Ann"), sign_in(host, "Ben"), "/news/newsroom/posts/new"
    address = ann.post(new, data=written(ann, new)).location.partition("?")[0]
    one, other = written(ann, address, tags="Harbour, Ferry"), written(ben, address, kicker="Sea")
    save(ann, page_of(host, NameKind.TAG, "Harbour"), name="Port")
    assert ann.post(address, data=one).status_code == 303
    assert ben.post(address, data=other).status_code == 303
    with host.app.app_context():
        saved = saved_in(session().scalars(select(Post)).one())[1]
        assert (saved.tags, saved.kicker) == (("Port", "Ferry"), "Sea")
    assert names(host, NameKind.TAG) == ["Ferry", "Port"]


def test_a_revision_from_before_is_restored_with_the_names_of_today(host: Host) -> None:
    editor, new = sign_in(host), "/news/newsroom/posts/new"
    address = editor.post(
        new, data=written(editor, new, new_section="Town", authors="Ann")
    ).location.partition("?")[0]
    editor.post(address, data=written(editor, address, tags="", section="", authors=""))
    save(editor, page_of(host, NameKind.TAG, "Harbour"), name="Port")
    save(editor, page_of(host, NameKind.SECTION, "Town"), name="City")
    end(editor, f"{page_of(host, NameKind.AUTHOR, 'Ann')}delete")
    revision = f"{address}revisions/1"
    fields = hidden(editor.get(revision).text)
    assert editor.post(revision, data=fields).status_code == 303
    with host.app.app_context():
        saved = saved_in(session().scalars(select(Post)).one())[1]
        assert (saved.tags, saved.section, saved.authors) == (("Port",), ("City",), ())
    assert names(host, NameKind.TAG) == ["Port"]
    assert names(host, NameKind.SECTION) == ["City"]


def test_a_writer_may_save_a_story_in_a_section_that_was_renamed_while_they_wrote(
    host: Host,
) -> None:
    write_story(host.app, section=("Town",))
    editor, writer = sign_in(host), sign_in(host, "Wim", Role.CONTRIBUTOR)
    new = "/news/newsroom/posts/new"
    form = written(writer, new, section="Town")
    save(editor, page_of(host, NameKind.SECTION, "Town"), name="City")
    assert writer.post(new, data=form).status_code == 303
    assert names(host, NameKind.SECTION) == ["City"]


# Readers and caches


@every_kind
def test_kept_pages_are_forgotten_and_dates_move_on(
    open_hosts: Callable[..., Host], kind: NameKind
) -> None:
    host = open_hosts(plain, NEWSBLOG_PAGE_CACHE_SECONDS=600, NEWSBLOG_PUBLIC_PAGES=True)
    at = utcnow() - timedelta(days=9)
    story = path_of(write_story(host.app, at=at, **given_names(kind, "Ferry")))
    editor, address = sign_in(host), f"/{FOLDERS[kind]}/ferry/"
    assert "Steamers" not in host.get(address).text
    save(editor, page_of(host, kind, "Ferry"), name="Steamers")
    assert "Steamers" in host.get(address).text
    assert "Steamers" in host.get(story).text
    end(editor, f"{page_of(host, kind, 'Steamers')}delete")
    assert host.get(address).status_code == 404
    assert "Steamers" not in host.get(story).text


# Embargoes


def embargoed(host: Host, **names: Any) -> Post:
    post = write_story(host.app, "Secret", draft=True, **names)
    with change(host.app, post) as stored:
        stored.embargo_until, stored.embargo_people = utcnow() + timedelta(days=1), ["Cleo"]
    return post


def test_a_story_under_an_embargo_is_not_counted_nor_are_its_names_listed(host: Host) -> None:
    write_story(host.app, tags=("Ferry",), authors=("Ann",))
    embargoed(host, tags=("Ferry", "Takeover"), authors=("Ann", "Deep Throat"))
    ann, cleo = sign_in(host), sign_in(host, "Cleo")
    for address, name in ((TAGS, "Takeover"), (AUTHORS, "Deep Throat")):
        assert name not in ann.get(address).text
        assert name in cleo.get(address).text
        assert "of 2 stories" not in ann.get(address).text
        assert "of 2 stories" in cleo.get(address).text
    secret, ferry = (page_of(host, NameKind.TAG, name) for name in ("Takeover", "Ferry"))
    for room in (secret, f"{secret}merge", f"{secret}delete"):
        assert ann.get(room).status_code == 404
        assert cleo.get(room).status_code == 200
    assert "1 story stays" in ann.get(f"{ferry}delete").text
    assert "Takeover" not in ann.get(f"{ferry}merge").text
    assert ann.get(f"{ferry}merge?into=Takeover").status_code == 422
    # Whose name or address it is is not told either, also where the two differ.
    save(cleo, secret, name="Bid")
    for fields in ({"slug": "takeover"}, {"name": "Bid"}):
        page = save(ann, ferry, **fields)
        assert page.status_code == 422
        assert "This is taken already." in page.text
        assert "Bid" not in page.text.replace('value="Bid"', "")


def test_the_audit_tells_of_an_embargoed_story_only_those_who_may_know(host: Host) -> None:
    open_one = write_story(host.app, tags=("Ferry",))
    post = embargoed(host, tags=("Ferry",))
    ann, cleo = sign_in(host), sign_in(host, "Cleo")
    end(ann, f"{page_of(host, NameKind.TAG, 'Ferry')}delete")
    assert audit(host)[-1][3].endswith(f"stories: {open_one.id}")
    told = "tag: Ferry → –"
    assert told not in ann.get("/news/newsroom/audit/").text
    assert told in cleo.get("/news/newsroom/audit/").text
    assert tags_of(host, post) == ()


def test_what_was_done_stands_in_the_audit_in_sentences(host: Host) -> None:
    write_story(host.app, tags=("Ferry",))
    editor = sign_in(host)
    save(editor, page_of(host, NameKind.TAG, "Ferry"), name="Ferries")
    send(editor, AUTHORS, do="add", name="Ann Lee")
    page = " ".join(editor.get("/news/newsroom/audit/").text.split())
    assert "added the author" in page
    assert "changed the tag" in page
    assert "name: Ferry → Ferries" in page


def test_the_room_is_for_editors(host: Host) -> None:
    write_story(host.app, tags=("Ferry",))
    for role in (Role.CONTRIBUTOR, Role.AUTHOR):
        writer = sign_in(host, "Wim", role)
        assert writer.get(ROOM).status_code == 403
        assert ROOM not in writer.get("/news/newsroom/").text
    assert ROOM in sign_in(host).get("/news/newsroom/").text


def test_numbers_that_are_not_there_are_404(host: Host) -> None:
    editor = sign_in(host)
    for room in ("sections/999/", "tags/999/merge", "authors/999999999999999999/delete"):
        assert editor.get(ROOM + room).status_code == 404


def test_an_update_that_was_planned_before_a_renaming_brings_no_old_name_back(
    open_hosts: Callable[..., Host], uri: str
) -> None:
    clock = Clock(NOON)
    host = open_hosts(plain, uri, given=planning(clock))
    planned(host)
    for kind, old, new in (
        (NameKind.TAG, "Boats", "Ships"), (NameKind.AUTHOR, "Ben", "Benjamin"),
    ):  # fmt: skip
        save(host.client(), page_of(host, kind, old), name=new)
    end(host.client(), f"{page_of(host, NameKind.SECTION, 'Harbour')}delete")
    clock.moment = DUE
    page = host.get("/2026/05/04/tide/").text
    assert "High tide" in page
    assert "Ships" in page
    assert names(host, NameKind.TAG) == ["Ships"]
    assert names(host, NameKind.AUTHOR) == ["Benjamin"]
    assert names(host, NameKind.SECTION) == []
