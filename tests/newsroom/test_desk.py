"""The desk: what is in the list and on top of it, for whom, and at what cost."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from flask_newsblog.database import session, utcnow
from flask_newsblog.models import Comment, DeskNote, NoteKind, Post, PostState
from flask_newsblog.newsroom import desk_queries
from flask_newsblog.people import Role
from flask_newsblog.posts import actions

from ..hosts import Host, change, counted_statements, plain, write_story
from ..pages import elements, paging_link, words_of
from .desks import sign_in

DESK = "/news/newsroom/"


def titles(page: str) -> list[str]:
    """The headlines in the list, in its order."""
    rows = re.findall(r'<th scope="row">(.*?)</th>', page.partition("nb-stories")[2], re.DOTALL)
    names = [re.search(r"<(?:a|bdi)[^>]*>(.*?)</", row, re.DOTALL) for row in rows]
    return [name[1] for name in names if name]


def on_top(page: str) -> str:
    """What stands above the list, as a reader has it."""
    return words_of("<body" + page.partition("nb-daybook")[2].partition("nb-filters")[0])


def give_away(host: Host, post: Post, name: str, **values: Any) -> None:
    """Make somebody with a sign-in link the one who began a story."""
    with change(host.app, post) as stored:
        stored.person_id, stored.person_name = f"sign-in:{name}", name
        for key, value in values.items():
            setattr(stored, key, value)


def note(host: Host, post: Post, kind: NoteKind, name: str = "", **values: Any) -> None:
    """A word about a story for the desk."""
    with host.app.app_context():
        session().add(
            DeskNote(
                blog="news", post_id=post.id, kind=kind, text="A word.", person_name=name,
                **{"created_at": utcnow(), **values},
            )
        )  # fmt: skip
        session().commit()


def keep_secret(host: Host, post: Post, *names: str, until: datetime | None = None) -> None:
    """Put a story under an embargo that only these people may see through."""
    with change(host.app, post) as stored:
        stored.embargo_until = until or utcnow() + timedelta(days=1)
        stored.embargo_people = list(names)


# What the list shows


def test_the_desk_finds_stories_by_state(host: Host) -> None:
    states = {
        "draft": write_story(host.app, "A draft", draft=True),
        "published": write_story(host.app, "It is out"),
        "scheduled": write_story(host.app, "It comes", at=utcnow() + timedelta(hours=5)),
        "withdrawn": write_story(host.app, "It is gone"),
        "in-review": write_story(host.app, "It is read", draft=True),
    }
    with change(host.app, states["withdrawn"]) as stored:
        actions.withdraw(stored, utcnow())
    with change(host.app, states["in-review"]) as stored:
        actions.send_to_review(stored, utcnow())
    editor = sign_in(host)
    for state, post in states.items():
        page = editor.get(DESK, query_string={"state": state}).text
        assert titles(page) == [post.title], state
        assert f"nb-state-{state}" in page
    everything = editor.get(DESK).text
    assert len(titles(everything)) == 5
    assert words_of(everything).count(" 1 ") >= 5
    assert editor.get(f"{DESK}?state=lost").status_code == 404


def test_an_embargo_that_still_holds_a_published_story_makes_it_a_scheduled_one(host: Host) -> None:
    post = write_story(host.app, "Held back")
    with change(host.app, post) as stored:
        stored.embargo_until = utcnow() + timedelta(hours=1)
    editor = sign_in(host)
    assert titles(editor.get(f"{DESK}?state=scheduled").text) == ["Held back"]
    assert titles(editor.get(f"{DESK}?state=published").text) == []


def test_the_desk_finds_stories_of_a_section_and_those_below_it(host: Host) -> None:
    write_story(host.app, "Ferry", section=("Harbour", "Ferries"))
    write_story(host.app, "Quay", section=("Harbour",))
    write_story(host.app, "Fair", section=("Town",))
    editor = sign_in(host)
    assert set(titles(editor.get(f"{DESK}?section=harbour").text)) == {"Ferry", "Quay"}
    assert titles(editor.get(f"{DESK}?section=ferries").text) == ["Ferry"]
    assert editor.get(f"{DESK}?section=nowhere").status_code == 404


def test_the_desk_finds_stories_by_their_authors_and_by_who_began_them(host: Host) -> None:
    write_story(host.app, "Over it", authors=("Ánna Bell", "Ben Carr"))
    begun = write_story(host.app, "Begun", draft=True)
    write_story(host.app, "Neither", authors=("Cleo",))
    give_away(host, begun, "Emma Holt")
    editor = sign_in(host)
    assert titles(editor.get(f"{DESK}?author=ánna").text) == ["Over it"]
    assert titles(editor.get(f"{DESK}?author=HOLT").text) == ["Begun"]
    page = editor.get(DESK).text
    assert "Ánna Bell, Ben Carr" in page
    assert "begun by Emma Holt" in page


def test_the_desk_finds_words_in_title_standfirst_and_body_whatever_their_case(host: Host) -> None:
    write_story(host.app, "Ébbe im Hafen", body="The water is low.")
    write_story(host.app, "The fair", standfirst="With an ébbe of guests")
    write_story(host.app, "The quay", body="Nobody expected the éBBE.")
    write_story(host.app, "The school")
    editor = sign_in(host)
    found = titles(editor.get(DESK, query_string={"q": "ÉBBE"}).text)
    assert set(found) == {"Ébbe im Hafen", "The fair", "The quay"}
    assert titles(editor.get(f"{DESK}?q=water+HAFEN").text) == ["Ébbe im Hafen"]


@pytest.mark.parametrize("words", ["%", "_", "*", "?", "[a-z]", "!", "\\", "'", '"'])
def test_signs_that_databases_know_stand_for_themselves(host: Host, words: str) -> None:
    write_story(host.app, "A plain title", body="Plain words.")
    write_story(host.app, "With a sign", body=f"Here it is: {words} and on.")
    found = sign_in(host).get(DESK, query_string={"q": words}).text
    assert titles(found) == ["With a sign"]


def test_the_filters_stay_in_the_addresses(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    for number in range(55):
        write_story(host.app, f"Tide {number}", section=("Town",))
    editor = sign_in(host)
    page = editor.get(f"{DESK}?q=tide&section=town&state=published").text
    older = paging_link(page, "next")
    for part in ("q=tide", "section=town", "state=published"):
        assert part in older
    assert 'value="tide"' in page
    assert '<option value="town" selected>' in page
    drafts = next(e["href"] for e in elements(page, "a") if "state=draft" in e["href"])
    assert "q=tide" in drafts
    assert "after" not in drafts
    assert "Show all again" in page


@pytest.mark.parametrize("state", ["", "published", "scheduled"])
def test_pages_of_the_list_hold_every_story_once(host: Host, state: str) -> None:
    now = utcnow()
    at = now + timedelta(days=1) if state == "scheduled" else None
    # At one moment all of them: only their numbers tell them apart.
    names = [write_story(host.app, f"Story {n}", at=at, now=now).title for n in range(104)]
    editor, address, found = sign_in(host), f"{DESK}?state={state}", []
    while address:
        page = editor.get(address).text
        found.append(titles(page))
        address = paging_link(page, "next")
    assert [len(page) for page in found] == [50, 50, 4]
    assert [title for page in found for title in page] == (
        names if state == "scheduled" else names[::-1]
    )


def test_a_place_in_the_list_stays_where_its_story_moves_on(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain)
    posts = [write_story(host.app, f"Story {n}") for n in range(52)]
    editor = sign_in(host)
    older = paging_link(editor.get(DESK).text, "next")
    with change(host.app, posts[2]) as stored:
        stored.title = "The last of the first page"
    assert titles(editor.get(older).text) == ["Story 1", "Story 0"]


@pytest.mark.parametrize("after", ["x", "1", "1-", "-1", "1-x", "9" * 18 + "-1", "1-" + "9" * 19])
def test_a_place_that_cannot_be_leads_nowhere(open_hosts: Callable[..., Host], after: str) -> None:
    assert sign_in(open_hosts(plain)).get(f"{DESK}?after={after}").status_code == 404


def test_a_search_looks_through_so_many_stories_and_goes_on_when_asked(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_queries, "LOOKED_THROUGH", 3)
    write_story(host.app, "The needle")
    for number in range(4):
        write_story(host.app, f"Hay {number}")
    editor = sign_in(host)
    page = editor.get(f"{DESK}?q=needle").text
    assert titles(page) == []
    assert "Look further back" in page
    page = editor.get(paging_link(page, "next")).text
    assert titles(page) == ["The needle"]
    assert paging_link(page, "next") == ""


def test_a_story_with_changes_that_readers_do_not_see_says_so(host: Host) -> None:
    post = write_story(host.app, "Ferry")
    assert "Changes not before the readers yet" not in sign_in(host).get(DESK).text
    with change(host.app, post) as stored:
        stored.saved_revision = 2
    assert "Changes not before the readers yet" in sign_in(host).get(DESK).text


# For whom


def test_a_contributor_sees_all_titles_and_may_open_their_own(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain)
    mine = write_story(host.app, "Mine", draft=True)
    other = write_story(host.app, "Another's", draft=True)
    out = write_story(host.app, "Out")
    give_away(host, mine, "Cem")
    page = sign_in(host, "Cem", Role.CONTRIBUTOR).get(DESK).text
    assert set(titles(page)) == {"Mine", "Another&#39;s", "Out"}
    links = [element["href"] for element in elements(page, "a")]
    assert f"{DESK}posts/{mine.id}/" in links
    assert f"{DESK}posts/{other.id}/" not in links
    assert f"{DESK}posts/{out.id}/" not in links
    assert any(link.endswith(f"/{out.slug}/") for link in links)
    only = sign_in(host, "Cem", Role.CONTRIBUTOR).get(f"{DESK}?mine=1").text
    assert titles(only) == ["Mine"]


def test_a_secret_story_is_in_no_list_search_or_count_of_others(host: Host) -> None:
    for state in PostState:
        secret = write_story(host.app, "Merger", body="The word is xyzzy.", draft=True,
                             section=("Money",), authors=("Zoe",))  # fmt: skip
        keep_secret(host, secret, "Mira")
        give_away(
            host, secret, "Yve", state=state, planned_at=utcnow(), saved_revision=3,
            published_at=utcnow() + timedelta(minutes=1),
        )  # fmt: skip
        for kind in NoteKind:
            note(host, secret, kind, "Yve")
    ann, mira = sign_in(host), sign_in(host, "mira")
    for query in (
        "", "state=draft", "state=scheduled", "state=published", "state=in-review",
        "state=withdrawn", "q=merger", "q=xyzzy", "section=money", "author=zoe", "author=yve",
        "after=9000000000000000-1",
    ):  # fmt: skip
        page = ann.get(f"{DESK}?{query}").text
        assert "Merger" not in page, query
        assert "Yve" not in page.replace('value="yve"', ""), query
        assert not re.search(r'state=[a-z-]+[^"]*"[^>]*>[^<]*<span class="nb-number">[^0]', page)
    assert "Merger" not in ann.get(f"{DESK}calendar/").text
    assert titles(mira.get(f"{DESK}?q=xyzzy").text) == ["Merger"] * 4
    assert "Merger" in mira.get(f"{DESK}calendar/").text
    assert titles(sign_in(host, "Yve").get(DESK).text) == ["Merger"] * 4


def test_an_embargo_that_is_over_hides_nothing(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    keep_secret(host, write_story(host.app, "Ferry"), "Mira", until=utcnow() - timedelta(hours=1))
    assert titles(sign_in(host).get(DESK).text) == ["Ferry"]


# Today


def test_an_empty_desk_says_what_to_do_next(open_hosts: Callable[..., Host]) -> None:
    page = words_of(sign_in(open_hosts(plain)).get(DESK).text)
    assert "Nothing is due today. See what is planned" in page
    assert "Nothing waits for you. Write a story" in page
    assert "No stories yet. Write the first" in page


def test_today_shows_what_is_planned_comes_out_and_is_late(host: Host) -> None:
    noon = utcnow().replace(hour=12, minute=0, second=0, microsecond=0)
    host.app.extensions["newsblog"]["news"].now = lambda: noon
    for title, at in (
        ("For today", noon + timedelta(hours=4)), ("Late", noon - timedelta(days=2)),
        ("Tomorrow", noon + timedelta(days=1)), ("Long ago", noon - timedelta(days=90)),
    ):  # fmt: skip
        with change(host.app, write_story(host.app, title, draft=True)) as stored:
            stored.planned_at = at
    write_story(host.app, "Tonight", at=noon + timedelta(hours=8))
    write_story(host.app, "Next week", at=noon + timedelta(days=7))
    done = write_story(host.app, "Was planned", now=noon)
    with change(host.app, done) as stored:
        stored.planned_at = noon + timedelta(hours=1)
    top = on_top(sign_in(host).get(DESK).text)
    assert "For today Planned" in top
    assert "Late Planned, late" in top
    assert "Tonight Comes out" in top
    for title in ("Tomorrow", "Long ago", "Next week", "Was planned"):
        assert title not in top


def test_a_story_in_review_waits_for_editors_with_who_handed_it_in(host: Host) -> None:
    post = write_story(host.app, "Low tide", draft=True)
    give_away(host, post, "Cem", state=PostState.IN_REVIEW)
    note(host, post, NoteKind.REVIEW, "Zoe")
    note(host, post, NoteKind.REVIEW, "Dilek", created_at=utcnow() - timedelta(hours=3))
    note(host, post, NoteKind.REVIEW, "Old", done_at=utcnow())
    top = on_top(sign_in(host).get(DESK).text)
    assert "In review, for an editor" in top
    assert "Low tide from Dilek, 3 hours ago" in top
    assert "Old" not in top
    assert "Low tide" not in on_top(sign_in(host, "Cem", Role.CONTRIBUTOR).get(DESK).text)


def test_a_returned_story_waits_for_its_writer_alone(host: Host) -> None:
    post = write_story(host.app, "Low tide", draft=True)
    give_away(host, post, "Cem")
    note(host, post, NoteKind.RETURNED, "Ann")
    top = on_top(sign_in(host, "Cem", Role.CONTRIBUTOR).get(DESK).text)
    assert "Returned to you" in top
    assert "Low tide from Ann" in top
    assert "Returned to you" not in on_top(sign_in(host).get(DESK).text)


def test_comments_on_a_preview_wait_for_who_may_change_the_story(host: Host) -> None:
    post = write_story(host.app, "Low tide", draft=True)
    give_away(host, post, "Cem")
    for hours in (1, 2):
        note(host, post, NoteKind.PREVIEW, created_at=utcnow() - timedelta(hours=hours))
    note(host, post, NoteKind.PREVIEW, done_at=utcnow())
    for name, role in (("Ann", Role.EDITOR), ("Cem", Role.CONTRIBUTOR)):
        top = on_top(sign_in(host, name, role).get(DESK).text)
        assert "Low tide 2 comments, 2 hours ago" in top
    assert "Low tide" not in on_top(sign_in(host, "Dee", Role.AUTHOR).get(DESK).text)


def test_changes_that_readers_do_not_see_wait_for_who_may_publish_them(host: Host) -> None:
    post = write_story(host.app, "Low tide")
    give_away(host, post, "Dee", saved_revision=4)
    for name, role, waits in (
        ("Ann", Role.EDITOR, True), ("Dee", Role.AUTHOR, True), ("Dee", Role.CONTRIBUTOR, False),
        ("Eve", Role.AUTHOR, False),
    ):  # fmt: skip
        top = on_top(sign_in(host, name, role).get(DESK).text)
        assert ("Changes that are not before the readers yet" in top) == waits, (name, role)


def test_comments_wait_for_who_may_moderate(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    post = write_story(host.app, "Low tide")
    with host.app.app_context():
        session().add(Comment(blog="news", post_id=post.id, body="Hm.", body_html="Hm."))
        session().commit()
    top = on_top(sign_in(host).get(DESK).text)
    assert re.search(r"Waits for you\s+Comments\s+1", top)
    assert "Comments that still wait" in top
    assert "Comments that still wait" not in on_top(
        sign_in(host, "Cem", Role.CONTRIBUTOR).get(DESK).text
    )


# At what cost


def test_the_desk_costs_no_more_statements_for_more_stories(host: Host) -> None:
    editor = sign_in(host)

    def cost(query: str) -> int:
        with counted_statements(host.app) as sent:
            assert editor.get(f"{DESK}?{query}").status_code == 200
        return len(sent)

    def fill(number: int) -> None:
        for n in range(number):
            post = write_story(
                host.app, f"Tide {n}", draft=n % 2 == 0, section=(f"Part {n}",), authors=(f"A{n}",)
            )
            with change(host.app, post) as stored:
                stored.planned_at, stored.saved_revision = utcnow(), 1
            note(host, post, NoteKind.PREVIEW, "Reader")

    fill(2)
    queries = ("", "state=draft", "q=tide", "q=tide&author=a&section=part-1")
    few = [cost(query) for query in queries]
    fill(20)
    assert [cost(query) for query in queries] == few
    assert max(few) <= 8, few
