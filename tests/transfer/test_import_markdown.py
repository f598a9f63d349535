"""Stories from Markdown files, brought in by the command itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from flask_newsblog import post_imported, post_published
from flask_newsblog.database import session, utcnow
from flask_newsblog.models import (
    Author,
    Base,
    Byline,
    Media,
    OldSlug,
    Post,
    PostTag,
    Revision,
    Section,
    Tag,
)
from flask_newsblog.people import Person
from flask_newsblog.posts import joining, naming, publishing, revisions
from flask_newsblog.posts.former import hold_names
from flask_newsblog.text.limits import MAX_SOURCE
from flask_newsblog.transfer.files import LARGEST_FILE
from flask_newsblog.transfer.front_matter import LONGEST
from flask_newsblog.transfer.markdown import StoryError, import_stories, read_story

from ..hosts import (
    MEMORY,
    TAGLINE,
    Clock,
    Host,
    change,
    empty_tables,
    open_host,
    path_of,
    plain,
    two_blogs,
    write_story,
)
from ..pages import words_of

PLAIN = "# The ferry is back\n\nOne for the sea.\n\nTwo for the town.\n"
FULL = """\
---
title: The ferry is back
slug: ferry-back
date: 2026-03-02 07:40
section: Town > Harbour
tags: [Ferries, Sallow]
authors: [Ines Calder, Dev Rastogi]
kicker: Harbour
standfirst: After nine days in dock.
dateline: KELDMOUTH
status: published
---

One for the sea.
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where commands are run."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def shared_desk() -> Iterator[Host]:
    host = open_host(plain, MEMORY)
    yield host
    with host.app.app_context():
        session().remove()
        host.app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture
def desk(shared_desk: Host) -> Host:
    """A host on SQLite alone, emptied, for rules that no database has a say in."""
    with shared_desk.app.app_context():
        empty_tables(shared_desk.app.extensions["sqlalchemy"].engine)
    return shared_desk


def bring_in(host: Host, *args: str, **kwargs: Any) -> str:
    """Run the command, which is to succeed; what it prints."""
    result = host.run("import-markdown", *args, **kwargs)
    assert result.exit_code == 0, result.output
    return str(result.output)


def bring_in_text(host: Host, text: str | bytes, *args: str, name: str = "story.md") -> str:
    Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return bring_in(host, name, *args)


def refused(host: Host, *args: str, **kwargs: Any) -> str:
    """Run the command, which is to refuse in one sentence and leave nothing; the sentence."""
    before = rows(host)
    result = host.run("import-markdown", *args, **kwargs)
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert rows(host) == before
    line, *more = result.output.splitlines()
    assert more == []
    return str(line.removeprefix("Error: "))


def refused_text(host: Host, text: str | bytes, *args: str) -> str:
    Path("story.md").write_bytes(text if isinstance(text, bytes) else text.encode())
    return refused(host, "story.md", *args)


def rows(host: Host) -> dict[str, int]:
    """How many rows there are in each table."""
    with host.app.app_context():
        return {
            table.name: session().scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def stored(host: Host) -> list[Post]:
    with host.app.app_context():
        posts = list(session().scalars(select(Post).order_by(Post.id)))
        session().expunge_all()
        return posts


def the_story(host: Host) -> Post:
    (post,) = stored(host)
    return post


def names(host: Host, model: Any, link: Any) -> list[str]:
    """The names that hang on the one story, in their order."""
    with host.app.app_context():
        return list(session().scalars(select(model.name).join(link).order_by(link.position)))


def test_a_plain_file_reads_tagline_title_paragraphs_in_order(any_host: Host, folder: Path) -> None:
    args = ["--blog", "news"] if any_host.name == "news" else []
    output = bring_in_text(any_host, PLAIN, "--publish", *args)
    assert "created, published: The ferry is back\n" in output
    page = any_host.get(path_of(the_story(any_host)))
    assert page.status_code == 200
    words = words_of(page.text)
    wanted = (TAGLINE, "The ferry is back", "One for the sea.", "Two for the town.")
    places = [words.index(text) for text in wanted]
    assert places == sorted(places)
    assert page.text.count("<h1") == 1


def test_front_matter_says_all_of_a_story(host: Host, folder: Path) -> None:
    bring_in_text(host, FULL)
    post = the_story(host)
    assert (post.title, post.slug, post.kicker) == ("The ferry is back", "ferry-back", "Harbour")
    assert (post.standfirst, post.dateline) == ("After nine days in dock.", "KELDMOUTH")
    assert post.published_at == datetime(2026, 3, 2, 7, 40, tzinfo=UTC)
    assert post.body == "One for the sea."
    assert names(host, Tag, PostTag) == ["Ferries", "Sallow"]
    assert names(host, Author, Byline) == ["Ines Calder", "Dev Rastogi"]
    with host.app.app_context():
        harbour = session().get_one(Section, post.section_id)
        assert harbour.name == "Harbour"
        assert session().get_one(Section, harbour.parent_id).name == "Town"
    page = host.get("/2026/03/02/ferry-back/").text
    for words in ("After nine days in dock.", "KELDMOUTH", "Ines Calder", "Sallow"):
        assert words in page


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("# A\n\nB", "A", "B"),
        ("# A #\nB", "A", "B"),
        ("A\n===\n\nB", "A", "B"),
        ("A\n---\n\nB", "A", "B"),
        ("## A\n\nB", "A", "B"),
        ("First.\n\n# A\n\nB", "A", "First.\n\n\nB"),
        ("# *A* `b` [c](/d) **e**\n\nB", "A b c e", "B"),
        ("# A & <b> &amp; “q”\n\nB", "A & <b> & “q”", "B"),
        ("---\ntitle: A\n---\nB", "A", "B"),
        ("---\ntitle: A\n---\n# A\n\nB", "A", "B"),
        ("---\ntitle: A\n---\n# Another\n\nB", "A", "# Another\n\nB"),
        ("---\n---\n# A\n\nB", "A", "B"),
        ("---\ntitle:\n---\n# A\n\nB", "A", "B"),
        ("---\ntitle: 'No'\nkicker: 12:30\n---\nB", "No", "B"),
        ("---\ntitle: |\n  A\n  b\n---\nB", "A b", "B"),
        ("---\ntitle: A\n...\nB", "A", "B"),
        ("\ufeff# A\n\nB", "A", "B"),
        ("\ufeff---\ntitle: A\n---\nB", "A", "B"),
        ("---\r\ntitle: A\r\n---\r\nB\r\n\r\nC\r\n", "A", "B\n\nC"),
        ("# A", "A", ""),
        ("    # code\n\n# A\n\nB", "A", "    # code\n\n\nB"),
    ],
)
def test_the_title_is_found_and_the_rest_is_the_text(
    desk: Host, folder: Path, text: str, title: str, body: str
) -> None:
    bring_in_text(desk, text)
    post = the_story(desk)
    assert (post.title, post.body) == (title, body)


@pytest.mark.parametrize(
    "text", ["", "\n \n", "Words.", "---\ntags: a\n---\nWords.", "#", "> # A", "# \x07"]
)
def test_a_story_without_a_title_is_refused(desk: Host, folder: Path, text: str) -> None:
    assert "the story has no title; begin it with a heading" in refused_text(desk, text)


def test_without_front_matter_lines_end_as_they_may(desk: Host, folder: Path) -> None:
    bring_in_text(desk, "# A\r\n\r\nB\r\nc\r\n\r\nD\r\n", "--publish")
    assert the_story(desk).body_html.count("<p>") == 2
    assert "\r" not in the_story(desk).body


def test_a_file_brought_in_twice_is_one_story(host: Host, folder: Path) -> None:
    bring_in_text(host, FULL)
    before = rows(host)
    assert "unchanged, published: The ferry is back\n" in bring_in(host, "story.md")
    assert rows(host) == before


def test_a_file_changed_updates_its_story_and_keeps_each_version(host: Host, folder: Path) -> None:
    bring_in_text(host, FULL)
    first = the_story(host)
    output = bring_in_text(
        host, FULL.replace("One for", "Three for").replace("[Ferries, Sallow]", "Boats")
    )
    assert "updated, published" in output
    post = the_story(host)
    assert (post.id, post.slug, post.body) == (first.id, first.slug, "Three for the sea.")
    assert names(host, Tag, PostTag) == ["Boats"]
    with host.app.app_context():
        kept = session().scalars(select(Revision).order_by(Revision.number)).all()
        assert [(r.number, r.content["body"]) for r in kept] == [
            (1, "One for the sea."), (2, "Three for the sea."),
        ]  # fmt: skip
        assert kept[1].note == "Imported from story.md"


def test_what_the_desk_made_of_names_counts_more_than_what_files_say(
    host: Host, folder: Path
) -> None:
    story = "---\ntags: [Boats, Fog]\n---\n# {}\n\nIt came."
    bring_in_text(host, story.format("One"), name="one.md")
    with host.app.app_context():
        moment = hold_names(utcnow())
        boats, fog = session().scalars(select(Tag).order_by(Tag.name)).all()
        naming.change(boats, naming.Given(name="Ships"), moment)
        joining.delete(fog, moment)
        session().commit()
    bring_in_text(host, story.format("One, again"), name="one.md")
    assert tags_of(host, "one") == ["Ships"]
    # Deleted names come back with what is new here.
    bring_in_text(host, story.format("Two"), name="two.md")
    assert tags_of(host, "two") == ["Ships", "Fog"]


def tags_of(host: Host, slug: str) -> list[str]:
    with host.app.app_context():
        query = select(Tag.name).join(PostTag, PostTag.tag_id == Tag.id)
        query = query.join(Post, Post.id == PostTag.post_id).where(Post.slug == slug)
        return list(session().scalars(query.order_by(PostTag.position)))


def test_what_the_newsroom_set_and_no_file_names_stays(host: Host, folder: Path) -> None:
    draft = FULL.replace("published", "draft")
    bring_in_text(host, draft)
    until, person = NOW + timedelta(days=9), Person("1", "Ann")
    with host.app.app_context():
        post = session().scalars(select(Post)).one()
        media = Media(
            blog="news", key="pier.webp", content_type="image/webp", width=8, height=8, size=1,
            variants=[],
        )  # fmt: skip
        session().add(media)
        session().flush()
        number, written = revisions.saved_in(post)
        own = replace(written, lead_image=media.id, lead_alt="A pier", slug="pier", body="Ours.")
        revisions.save(post, own, person, NOW, base=number)
        publishing.set_embargo(post, until, ["Ann"], NOW)
        session().commit()
    bring_in_text(host, draft.replace("One for", "Three for"))
    with host.app.app_context():
        post = session().scalars(select(Post)).one()
        _, written = revisions.saved_in(post)
        assert (written.body, written.lead_alt, written.slug) == (
            "Three for the sea.", "A pier", "pier",
        )  # fmt: skip
        assert written.lead_image == post.lead_image_id is not None
        assert (post.embargo_until, post.slug) == (until, "pier")
        bodies = session().scalars(select(Revision.content).order_by(Revision.number)).all()
        assert [content["body"] for content in bodies][1] == "Ours."
    assert "unchanged" in bring_in(host, "story.md")


def test_an_embargo_that_its_file_no_longer_names_is_over(desk: Host, folder: Path) -> None:
    under = FULL.replace("published", "draft\nembargo: 2999-01-01 12:00")
    bring_in_text(desk, under)
    assert the_story(desk).embargo_until is not None
    bring_in_text(desk, FULL.replace("published", "draft"))
    assert the_story(desk).embargo_until is None


def test_a_new_title_leaves_the_address_alone(desk: Host, folder: Path) -> None:
    bring_in_text(desk, PLAIN)
    bring_in_text(desk, PLAIN.replace("back", "late"))
    assert (the_story(desk).title, the_story(desk).slug) == (
        "The ferry is late",
        "the-ferry-is-back",
    )


def test_files_of_one_name_in_two_folders_are_two_stories(desk: Host, folder: Path) -> None:
    for name in ("k1", "k2"):
        (folder / name).mkdir()
        (folder / name / "letters.md").write_text(f"# Letters of {name}\n\nText.")
        assert "created" in bring_in(desk, f"{name}/letters.md")
    assert "unchanged" in bring_in(desk, "k1")
    os.chdir("k2")
    assert "unchanged" in bring_in(desk, "letters.md")
    assert [post.title for post in stored(desk)] == ["Letters of k1", "Letters of k2"]


def test_long_names_that_begin_alike_are_two_stories(desk: Host, folder: Path) -> None:
    for end in ("a", "b"):
        for length in (100, 240):
            assert "created" in bring_in_text(desk, PLAIN, name=f"{'x' * length}{end}.md")
    assert "unchanged" in bring_in(desk, f"{'x' * 240}a.md")


def test_a_file_called_like_the_slug_of_another_is_not_that_story(desk: Host, folder: Path) -> None:
    bring_in_text(desk, FULL)
    assert "created" in bring_in_text(desk, PLAIN, name="ferry-back.md")


def test_a_link_out_of_the_folder_is_refused(desk: Host, folder: Path) -> None:
    Path("in").mkdir()
    Path("secret.md").write_text(PLAIN)
    Path("in/story.md").symlink_to(folder / "secret.md")
    said = refused(desk, "in")
    assert said.startswith("in/story.md, line 1: the link leads out of the folder")


def test_a_pipe_is_not_waited_for(desk: Host, folder: Path) -> None:
    os.mkfifo("story.md")
    said = refused(desk, "story.md")
    assert said == "story.md, line 1: this is no file; use - for a pipe."


def test_a_file_with_a_slug_may_get_another_name(desk: Host, folder: Path) -> None:
    bring_in_text(desk, FULL)
    assert "unchanged" in bring_in_text(desk, FULL, name="another.md")


def test_an_index_is_known_by_its_folder(desk: Host, folder: Path) -> None:
    for name in ("one", "two"):
        (folder / name).mkdir()
        (folder / name / "index.md").write_text(f"# {name}\n\nText.")
    bring_in(desk, ".")
    assert [post.source_id for post in stored(desk)] == [
        f"markdown:file:{folder.name}/{name}" for name in ("one", "two")
    ]


def test_a_folder_is_read_with_all_below_it_in_order(desk: Host, folder: Path) -> None:
    for name in ("b/two.md", "a/three.markdown", "a/one.MD", "a/x/four.md"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(f"# {name}\n\nText.")
    Path("a/notes.txt").write_text("No story.")
    Path("a/folder.md").mkdir()
    output = bring_in(desk, str(folder))
    titles = [line.rpartition(": ")[2] for line in output.splitlines()]
    assert titles == ["a/one.MD", "a/three.markdown", "a/x/four.md", "b/two.md"]


def test_standard_input_is_a_story(desk: Host, folder: Path) -> None:
    bring_in(desk, "-", "--publish", input=PLAIN)
    assert "unchanged" in bring_in(desk, "-", "--publish", input=PLAIN)
    said = refused(desk, "-", input=PLAIN.replace("One", "Three"))
    assert said.endswith("with another text; write slug: in both if they are one.")
    bring_in(desk, "-", "--publish", input=FULL)
    bring_in(desk, "-", "--publish", input=FULL.replace("One", "Three"))
    assert [post.body[:5] for post in stored(desk)] == ["One f", "Three"]


def test_several_files_and_folders_come_at_once(desk: Host, folder: Path) -> None:
    Path("one.md").write_text("# One\n\nText.")
    Path("more").mkdir()
    Path("more/two.md").write_text("# Two\n\nText.")
    bring_in(desk, "one.md", "more", "-", input="# Three\n\nText.")
    assert [post.title for post in stored(desk)] == ["One", "Two", "Three"]


def test_a_slug_that_a_story_of_the_newsroom_has_is_refused(host: Host, folder: Path) -> None:
    assert write_story(host.app, "Ferry back").slug == "ferry-back"
    said = refused_text(host, FULL)
    assert said.startswith("story.md, line 3: the slug “ferry-back” is not free")


def test_a_slug_that_a_story_once_had_is_refused(host: Host, folder: Path) -> None:
    post = write_story(host.app)
    with change(host.app, post):
        session().add(OldSlug(blog="news", slug="ferry-back", post_id=post.id))
    assert "the slug “ferry-back” is not free" in refused_text(host, FULL)


@pytest.mark.parametrize("slug", ["tags", "feed", "2026", "7"])
def test_a_slug_that_the_blog_needs_is_refused(desk: Host, folder: Path, slug: str) -> None:
    said = refused_text(desk, f"---\ntitle: A\nslug: {slug}\n---\nB")
    assert said.startswith(f"story.md, line 3: the slug “{slug}” is not free")


def test_a_title_that_a_story_of_the_newsroom_has_is_no_reason_to_touch_it(
    host: Host, folder: Path
) -> None:
    write_story(host.app, "The ferry is back", "Written by hand.")
    bring_in_text(host, PLAIN)
    assert [p.slug for p in stored(host)] == ["the-ferry-is-back", "the-ferry-is-back-2"]
    assert stored(host)[0].body == "Written by hand."


def test_a_long_slug_is_kept_whole(desk: Host, folder: Path) -> None:
    slug = "-".join(["word"] * 40)
    bring_in_text(desk, f"---\ntitle: A\nslug: {slug}\n---\nB")
    assert the_story(desk).slug == slug


@pytest.mark.parametrize(
    ("slug", "instead"),
    [("The Ferry", "the-ferry"), ("a/b", "a-b"), ("é", "e"), ("-a-", "a"), ("../a", "a")],
)
def test_a_slug_that_is_no_address_is_refused(
    desk: Host, folder: Path, slug: str, instead: str
) -> None:
    said = refused_text(desk, f"---\ntitle: A\nslug: {slug}\n---\nB")
    assert said == f"story.md, line 3: the slug “{slug}” is no address; write “{instead}”."


def test_two_files_that_are_one_story_are_refused(desk: Host, folder: Path) -> None:
    for name in ("a", "b"):
        Path(name).mkdir()
        Path(name, "story.md").write_text(FULL)
    said = refused(desk, ".")
    assert said.startswith(
        "b/story.md, line 3: this is the story “ferry-back”, and so is a/story.md;"
    )


STATUSES = {
    "draft": "draft",
    "review": "in-review",
    "in-review": "in-review",
    "published": "published",
    "Published": "published",
    "withdrawn": "draft",
    "": "draft",
}


@pytest.mark.parametrize("status", STATUSES)
def test_the_status_is_obeyed(desk: Host, folder: Path, status: str) -> None:
    text = f"---\nstatus: {status}\n---\n{PLAIN}"
    bring_in_text(desk, text)
    assert the_story(desk).state == STATUSES[status]
    bring_in_text(desk, text + "More.")
    assert the_story(desk).state == STATUSES[status]


@pytest.mark.parametrize("status", ["draft", "review", "withdrawn"])
def test_a_status_counts_more_than_publish(desk: Host, folder: Path, status: str) -> None:
    bring_in_text(desk, f"---\nstatus: {status}\n---\n{PLAIN}", "--publish")
    assert the_story(desk).state == STATUSES[status]
    assert the_story(desk).published_at is None


def test_a_story_withdrawn_by_its_file_leaves_the_readers(host: Host, folder: Path) -> None:
    bring_in_text(host, FULL)
    assert host.get("/2026/03/02/ferry-back/").status_code == 200
    bring_in_text(host, FULL.replace("status: published", "status: withdrawn"))
    assert host.get("/2026/03/02/ferry-back/").status_code == 410
    bring_in_text(host, FULL)
    assert host.get("/2026/03/02/ferry-back/").status_code == 200


def test_a_story_that_readers_never_saw_is_not_withdrawn_by_its_file(
    desk: Host, folder: Path
) -> None:
    output = bring_in_text(desk, FULL.replace("status: published", "status: withdrawn"))
    assert "created, draft: The ferry is back\n" in output
    assert "story.md, line 1: readers never saw it, so it is not withdrawn\n" in output
    bring_in_text(desk, FULL)
    output = bring_in_text(desk, FULL.replace("status: published", "status: withdrawn"))
    assert output == "updated, withdrawn: The ferry is back\n"


def test_without_a_status_a_story_stays_what_it_is(desk: Host, folder: Path) -> None:
    bring_in_text(desk, PLAIN, "--publish")
    at = the_story(desk).published_at
    bring_in_text(desk, PLAIN + "More.")
    assert (the_story(desk).state, the_story(desk).published_at) == ("published", at)
    bring_in_text(desk, PLAIN, name="draft.md")
    bring_in_text(desk, PLAIN + "More.", name="draft.md")
    assert stored(desk)[1].state == "draft"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-03-02 07:40", datetime(2026, 3, 2, 6, 40, tzinfo=UTC)),
        ("2026-07-02 07:40", datetime(2026, 7, 2, 5, 40, tzinfo=UTC)),
        ("2026-03-02", datetime(2026, 3, 1, 23, 0, tzinfo=UTC)),
        ("'2026-03-02T07:40:09'", datetime(2026, 3, 2, 6, 40, 9, tzinfo=UTC)),
        ("2026-03-02T07:40+05:30", datetime(2026, 3, 2, 2, 10, tzinfo=UTC)),
        ("2026-03-02T07:40:00Z", datetime(2026, 3, 2, 7, 40, tzinfo=UTC)),
        ("2024-02-29 12:00", datetime(2024, 2, 29, 11, 0, tzinfo=UTC)),
        # The hour that summer time takes out counts as if it had not begun.
        ("2026-03-29 02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("1000-01-01 12:00Z", datetime(1000, 1, 1, 12, 0, tzinfo=UTC)),
    ],
)
def test_a_date_is_meant_in_the_zone_of_the_blog(
    open_hosts: Callable[..., Host], folder: Path, written: str, moment: datetime
) -> None:
    host = open_hosts(plain, NEWSBLOG_TIME_ZONE="Europe/Berlin")
    bring_in_text(host, f"---\ndate: {written}\nstatus: published\n---\n{PLAIN}")
    assert the_story(host).published_at == moment


@pytest.mark.parametrize(
    "written",
    ["2026-02-30", "2026-13-01", "tomorrow", "2026-03-02 25:00", "0001-01-01", "9999-12-31",
     "2026-03-02T07:40+99:00", "12", "99999999999999999999", "[a, b]", "٢٠٢٦-٠٣-٠٢"],
)  # fmt: skip
@pytest.mark.parametrize("key", ["date", "updated", "embargo"])
def test_a_date_that_does_not_exist_is_refused(
    desk: Host, folder: Path, key: str, written: str
) -> None:
    said = refused_text(desk, f"---\ntitle: A\n{key}: {written}\n---\nB")
    assert said.startswith("story.md, line 3: “")
    assert said.endswith("” is no date that exists; write it as 2026-11-23 07:40.")


def test_a_date_left_empty_is_none(desk: Host, folder: Path) -> None:
    bring_in_text(desk, f"---\ndate:\nupdated: ''\nembargo:\n---\n{PLAIN}", "--publish")
    assert the_story(desk).state == "published"


@pytest.mark.parametrize("key", ["date", "embargo"])
def test_a_time_to_come_schedules_the_story(
    open_hosts: Callable[..., Host], folder: Path, key: str
) -> None:
    clock = Clock(datetime(2026, 5, 4, 12, 0, tzinfo=UTC))
    host = open_hosts(plain, given={"clock": clock})
    output = bring_in_text(host, f"---\n{key}: 2026-05-04 13:00\n---\n{PLAIN}", "--publish")
    assert "created, scheduled: The ferry is back" in output
    assert host.get("/2026/05/04/the-ferry-is-back/").status_code == 404
    clock.advance(hours=1)
    assert host.get("/2026/05/04/the-ferry-is-back/").status_code == 200


def test_a_story_scheduled_for_no_date_is_refused(desk: Host, folder: Path) -> None:
    said = refused_text(desk, f"---\ntitle: A\nstatus: scheduled\n---\n{PLAIN}")
    assert said == "story.md, line 3: the story is scheduled for no date; write date: too."


def test_a_story_updated_says_so(host: Host, folder: Path) -> None:
    bring_in_text(host, FULL.replace("kicker:", "updated: 2026-03-03 10:00\nkicker:"))
    assert the_story(host).updated_at == datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
    assert "2026-03-03T10:00:00+00:00" in host.get("/2026/03/02/ferry-back/").text


@pytest.mark.parametrize(
    "given", ["authors: Ines Calder, Dev Rastogi", "authors: [Ines Calder, Dev Rastogi]",
              "authors:\n- Ines Calder\n- Dev Rastogi", "author: Ines Calder, Dev Rastogi",
              "authors: ' Ines   Calder ,, Dev Rastogi,'"],
)  # fmt: skip
def test_authors_are_a_text_or_a_list(desk: Host, folder: Path, given: str) -> None:
    bring_in_text(desk, f"---\n{given}\n---\n{PLAIN}")
    assert names(desk, Author, Byline) == ["Ines Calder", "Dev Rastogi"]


def test_keys_of_other_programs_are_left_aside_and_named(desk: Host, folder: Path) -> None:
    output = bring_in_text(desk, f"---\ntitle: A\nlayout: post\nweight: 3\n---\n{PLAIN}")
    assert "story.md, line 3: left aside: layout\n" in output
    assert "story.md, line 4: left aside: weight\n" in output


@pytest.mark.parametrize(
    ("key", "meant"),
    [("tittle", "title"), ("standfrist", "standfirst"), ("Status", "status"), ("tag", "tags"),
     ("sections", "section"), ("dates", "date")],
)  # fmt: skip
def test_a_key_that_is_a_slip_is_refused(desk: Host, folder: Path, key: str, meant: str) -> None:
    said = refused_text(desk, f"---\nkicker: x\n{key}: A\n---\n{PLAIN}")
    assert said == f"story.md, line 3: there is no “{key}”; did you mean “{meant}”?"


BAD_HEADS = {
    "not closed": ("---\ntitle: A\n\nB", 1, "is never closed by ---"),
    "no YAML": ("---\ntitle: A\nkicker: 'x\n---\nB", 3, "the front matter is not YAML"),
    "a colon too many": ("---\ntitle: A: b\n---\nB", 2, "the front matter is not YAML"),
    "a tab": ("---\ntitle: A\n\tkicker: x\n---\nB", 3, "the front matter is not YAML"),
    "a key twice": ("---\ntitle: A\nslug: a\ntitle: B\n---\nB", 4, "“title” stands twice"),
    "a mapping": ("---\ntitle: A\ntags:\n  a: b\n---\nB", 4, "“tags” must be a text or a list"),
    "a mapping of another": ("---\nseo:\n  a: b\n---\n# A\n\nB", 3, "“seo” must be a text"),
    "a list of lists": ("---\ntitle: A\ntags: [[a]]\n---\nB", 3, "“tags” must be a text"),
    "a list for a title": ("---\ntitle: [A, B]\n---\nB", 2, "“title” is a list; write one text"),
    "no names": ("---\n- a\n- b\n---\nB", 2, "has no names; write lines as name: value"),
    "only a word": ("---\nhello\n---\nB", 2, "has no names"),
    "a name that is a list": ("---\n? [a]\n: b\n---\nB", 2, "a name in the front matter must be"),
    "an anchor unknown": ("---\ntitle: A\ntags: *x\n---\nB", 3, "the front matter is not YAML"),
    "a bell": ("---\ntitle: A\nkicker: x\x07\n---\nB", 3, "has a character YAML forbids"),
    "a name with a bell": ('---\nkicker: x\n"a\\a": b\n---\nB', 3, "a name has a character"),
    "a bell escaped": ('---\nkicker: x\ntitle: "A\\a"\n---\nB', 3, "cannot be printed"),
    "NUL escaped": ('---\nkicker: x\ntitle: "A\\0"\n---\nB', 3, "cannot be printed"),
    "half a character": ('---\nkicker: x\ntitle: "\\ud800"\n---\nB', 3, "cannot be printed"),
    "no such character": ('---\ntitle: "\\UFFFFFFFF"\n---\nB', 1, "a number YAML cannot take"),
    "a version too far": (f"---\n%YAML {'9' * 5000}.1\n---\nB", 1, "cannot take"),
    "too deep": (f"---\ntags: {'[' * 9000}\n---\nB", 1, "nested too deeply"),
    "too deep in braces": (f"---\ntags: {'{a: ' * 4000}\n---\nB", 1, "nested too deeply"),
    "too long": (f"---\ntitle: {'A' * LONGEST}\n---\nB", 1, "is longer than"),
    "a long title": (f"---\nkicker: x\ntitle: {'A' * 301}\n---\nB", 3, "has 301 characters"),
    "a long slug": (f"---\ntitle: A\nslug: {'a' * 201}\n---\nB", 3, "has 201 characters"),
    "a long kicker": (f"---\ntitle: A\nkicker: {'A' * 81}\n---\nB", 3, "at most 80 fit"),
    "a long status": (f"---\ntitle: A\nstatus: {'A' * 121}\n---\nB", 3, "at most 120 fit"),
    "a long tag": (f"---\ntitle: A\ntags: [x, {'A' * 121}]\n---\nB", 3, "at most 120 characters"),
    "a tag of nothing": ("---\ntitle: A\ntags: [x, '!']\n---\nB", 3, "needs a letter or digit"),
    "an author of nothing": ("---\ntitle: A\nauthors: '?!'\n---\nB", 3, "needs a letter or digit"),
    "a section of nothing": ("---\ntitle: A\nsection: A > …\n---\nB", 3, "needs a letter"),
    "a status unknown": ("---\ntitle: A\nstatus: publish\n---\nB", 3, "no status “publish”; use"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD_HEADS)
def test_a_head_that_is_not_what_it_says_is_refused_with_its_line(
    desk: Host, folder: Path, what: str
) -> None:
    text, line, sentence = BAD_HEADS[what]
    said = refused_text(desk, text)
    assert said.startswith(f"story.md, line {line}: ")
    assert sentence in said
    assert said.endswith((".", "?"))
    assert len(said) < 300


BAD_BYTES = {
    "Latin-1": ("# A\n\nCafé\n".encode("latin-1"), 3, "is not UTF-8; save the file as UTF-8"),
    "UTF-16": ("# A\n\nB\n".encode("utf-16"), 1, "is not UTF-8"),
    "UTF-16 without its mark": ("# A\n\nB\n".encode("utf-16-le"), 1, "holds a NUL"),
    "NUL": (b"# A\n\nB\n\nC\0\n", 5, "holds a NUL, so it is no text file"),
    "a cut character": ("# A\n\nCaf\u00e9".encode()[:-1], 3, "is not UTF-8"),
    "half a character": (b"# A\n\xed\xa0\x80", 2, "is not UTF-8"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 1, "is not UTF-8"),
}


@pytest.mark.parametrize("what", BAD_BYTES)
def test_a_file_that_is_no_text_is_refused_with_its_line(
    desk: Host, folder: Path, what: str
) -> None:
    content, line, sentence = BAD_BYTES[what]
    said = refused_text(desk, content)
    assert said.startswith(f"story.md, line {line}: the text ")
    assert sentence in said


def test_a_long_heading_is_no_title(desk: Host, folder: Path) -> None:
    said = refused_text(desk, f"# {'A' * 301}\n\nB")
    assert said == "story.md, line 1: the title has 301 characters; at most 300 fit."


@pytest.mark.parametrize("prefix", ["# A\n\n", "---\ntitle: A\n---\n"])
def test_a_text_of_any_size_is_refused_at_once(desk: Host, folder: Path, prefix: str) -> None:
    assert "characters; at most" in refused_text(desk, prefix + "> " * MAX_SOURCE)
    assert f"larger than {LARGEST_FILE:,} bytes" in refused_text(desk, b"x" * (LARGEST_FILE + 1))
    said = refused(desk, "-", input=b"x" * (LARGEST_FILE + 1))
    assert said.startswith("standard input, line 1: the file is larger")


def test_a_text_nested_too_deep_is_refused(desk: Host, folder: Path) -> None:
    said = refused_text(desk, f"# A\n\n{'> ' * 50}B")
    assert said.startswith("story.md, line 1: ")


def test_all_of_several_files_are_stored_or_none(host: Host, folder: Path) -> None:
    Path("1.md").write_text(FULL)
    Path("2.md").write_text("---\ntitle: A\nslug: tags\n---\nB")
    Path("3.md").write_text("# C\n\nD")
    said = refused(host, "1.md", "2.md", "3.md")
    assert said.startswith("2.md, line 3: ")
    assert stored(host) == []
    Path("2.md").write_text("# B\n\nC")
    assert bring_in(host, "1.md", "2.md", "3.md").count("created") == 3


def test_what_is_not_there_is_named(desk: Host, folder: Path) -> None:
    assert refused(desk, "none.md") == (
        "none.md, line 1: the file cannot be read: No such file or directory."
    )
    Path("empty").mkdir()
    assert refused(desk, "empty") == (
        "empty, line 1: the folder has no files that end in .md or .markdown."
    )
    Path("empty/gone.md").symlink_to("nowhere")
    assert refused(desk, "empty").startswith("empty/gone.md, line 1: the file cannot be read:")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_what_may_not_be_read_is_named(desk: Host, folder: Path) -> None:
    Path("a").mkdir()
    Path("a/story.md").write_text(PLAIN)
    Path("a/story.md").chmod(0)
    assert refused(desk, "a").startswith("a/story.md, line 1: the file cannot be read: Permission")
    Path("a").chmod(0)
    assert refused(desk, ".").startswith("a, line 1: the folder cannot be read: Permission")
    Path("a").chmod(0o700)


@pytest.mark.parametrize(
    "name", [b"sp ace.md", "zwölf.md".encode(), b"\xff\xfe.md", b"new\nline.md", b"-x.md", b".md",
             b"!!!.md", b"a" * 200 + b".md", "渡轮.md".encode()],
)  # fmt: skip
def test_a_file_may_have_any_name(host: Host, folder: Path, name: bytes) -> None:
    Path("in").mkdir()
    Path("in", os.fsdecode(name)).write_text(f"---\nodd: x\n---\n{PLAIN}")
    output = bring_in(host, "in")
    assert "created, draft: The ferry is back\n" in output
    assert "unchanged" in bring_in(host, "in")
    Path("in", os.fsdecode(name)).write_text("No title.")
    assert ", line 1: the story has no title" in refused(host, "in")


def test_signals_are_sent_once_all_is_stored(host: Host, folder: Path) -> None:
    heard: list[tuple[str, dict[str, Any]]] = []

    def listen_to(name: str) -> Callable[..., None]:
        def hear(sender: Any, **keywords: Any) -> None:
            assert sender is host.app
            assert not session().new
            assert not session().dirty
            assert rows(host)["newsblog_post"] == 1
            title = keywords.pop("post").title
            heard.append((name, {**keywords, "title": title}))

        return hear

    imported, published = listen_to("imported"), listen_to("published")
    with post_imported.connected_to(imported), post_published.connected_to(published):
        title = {"blog": "news", "title": "The ferry is back"}
        bring_in_text(host, PLAIN)
        assert heard == [("imported", {**title, "created": True})]
        heard.clear()
        bring_in_text(host, PLAIN, "--publish")
        assert heard == [("imported", {**title, "created": False}), ("published", title)]
        heard.clear()
        bring_in_text(host, PLAIN, "--publish")
        assert heard == []
        bring_in_text(host, PLAIN + "More.", "--publish")
        assert heard == [("imported", {**title, "created": False})]
        heard.clear()
        refused_text(host, "No title.")
        assert heard == []


def test_of_two_blogs_one_has_to_be_named(open_hosts: Callable[..., Host], folder: Path) -> None:
    host = open_hosts(two_blogs)
    Path("story.md").write_text(PLAIN)
    for args, said in (
        ([], "This app has several blogs; say --blog other or news."),
        (["--blog", "nwes"], "No blog called 'nwes' is registered; there is: other, news."),
    ):
        result = host.run("import-markdown", "story.md", *args)
        assert result.exit_code == 2
        assert said in result.output
    assert stored(host) == []
    for blog in ("news", "other"):
        bring_in(host, "story.md", "--publish", "--blog", blog)
    assert [(p.blog, p.slug) for p in stored(host)] == [
        ("news", "the-ferry-is-back"), ("other", "the-ferry-is-back"),
    ]  # fmt: skip


def test_the_command_asks_for_a_path(desk: Host) -> None:
    result = desk.run("import-markdown")
    assert result.exit_code == 2
    assert "Missing argument 'PATH...'" in result.output


def test_tables_are_created_once(open_hosts: Callable[..., Host], tmp_path: Path) -> None:
    host = open_hosts(plain, f"sqlite:///{tmp_path}/new.sqlite")
    Path(tmp_path, "story.md").write_text(PLAIN)
    for _ in range(2):
        result = host.run("create-tables")
        assert result.exit_code == 0
        assert result.output == f"The tables are there ({len(Base.metadata.tables)}).\n"
    bring_in(host, str(tmp_path / "story.md"))
    host.run("create-tables")
    assert len(stored(host)) == 1


def test_without_tables_the_command_says_what_to_do(
    open_hosts: Callable[..., Host], folder: Path
) -> None:
    host = open_hosts(plain, f"sqlite:///{folder}/new.sqlite")
    Path("story.md").write_text(PLAIN)
    result = host.run("import-markdown", "story.md")
    assert result.exit_code == 1
    assert "flask newsblog create-tables" in result.output


NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
KEY = st.sampled_from(["title", "slug", "date", "section", "tags", "authors", "status", "odd"])
VALUE = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["published", "2026-01-01", "[a, b]", "a > b", '"\\0"', "*a", "&a b", "|", ">"]
    ),
)
HEAD = st.dictionaries(KEY, VALUE, max_size=5).map(
    lambda values: "".join(f"{key}: {value}\n" for key, value in values.items())
)
FILES = st.one_of(
    st.binary(max_size=80),
    st.text(max_size=80).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.builds(
        lambda head, body: f"---\n{head}---\n# T\n\n{body}".encode("utf-8", "surrogatepass"),
        HEAD,
        st.text(max_size=40),
    ),
)


def stores_or_refuses(host: Host, content: bytes) -> None:
    with host.app.app_context():
        empty_tables(session().get_bind())
        try:
            story = read_story(content, "story.md", "story", ZoneInfo("UTC"))
            (done,) = import_stories("news", [story], NOW, publish=True)
        except StoryError as error:
            assert str(error).startswith("story.md, line ")  # noqa: PT017
            session().rollback()
            assert session().scalar(select(func.count(Post.id))) == 0
        else:
            session().commit()
            again = import_stories("news", [story], NOW + timedelta(days=1), publish=True)
            assert [(each.outcome, each.post.id) for each in again] == [("unchanged", done.post.id)]
            session().rollback()


@given(content=FILES)
@settings(max_examples=200)
def test_any_bytes_are_a_story_or_refused(desk: Host, content: bytes) -> None:
    stores_or_refuses(desk, content)


@given(content=FILES)
@settings(max_examples=30)
def test_any_bytes_are_a_story_or_refused_by_every_database(host: Host, content: bytes) -> None:
    stores_or_refuses(host, content)


def test_what_lies_in_hidden_folders_is_no_story(desk: Host, folder: Path) -> None:
    for name in (".venv", "town"):
        (folder / "stories" / name).mkdir(parents=True)
        (folder / "stories" / name / "ferry.md").write_text(f"# In {name}\n\nWords.\n")
    assert bring_in(desk, "stories") == "created, draft: In town\n"


@pytest.mark.usefixtures("folder")
def test_a_picture_beside_the_file_is_told_of_for_readers_would_not_see_it(desk: Host) -> None:
    said = bring_in_text(
        desk,
        "# The pier\n\n![A pier](pier&boats.jpg)\n\n![](https://example.org/a.png)\n\n"
        "![](/news/media/b.webp)\n\n![](../c.png)\n",
    )
    told = "story.md: the picture {} is not brought in, and readers do not see it; put it into the"
    assert [line for line in said.splitlines() if "picture" in line] == [
        f"{told.format(name)} library, and write media: and its number instead"
        for name in ("pier&boats.jpg", "../c.png")
    ]
