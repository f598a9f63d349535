"""A story under embargo: who sees it before it ends, and who learns nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from flask import request
from flask.testing import FlaskClient

from flask_newsblog import Action, Person
from flask_newsblog.audit import Deed, Thing, write_down
from flask_newsblog.database import session
from flask_newsblog.models import (
    Author,
    Banner,
    Comment,
    CommentChange,
    FrontSlot,
    Media,
    MediaUse,
    Post,
    Report,
)

from ..hosts import Clock, Host, counted_statements, plain, write_story
from ..media.drawing import drawn
from .desks import hidden, send

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
END = datetime(2026, 5, 5, 6, tzinfo=UTC)
UNTIL = {"until_day": "2026-05-05", "until_clock": "06:00"}
EMAILS = {"ann": "ann@bulletin.example", "ben": "ben@bulletin.example"}


def who() -> Person | None:
    name = request.cookies.get("person", "")
    return Person(name, name.title(), EMAILS.get(name)) if name else None


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def desk(open_hosts: Callable[..., Host], clock: Clock) -> Host:
    """A desk of editors, each known to the host by a cookie."""
    return open_hosts(
        plain, given={"clock": clock, "current_person": who, "can": lambda *asked: True}
    )


@pytest.fixture
def mixed(open_hosts: Callable[..., Host], clock: Clock) -> Host:
    """A desk where Ann is an editor, and all others are contributors."""

    def can(person: Person, action: Action, thing: Any) -> bool:
        return person.id == "ann" or action in (Action.ENTER, Action.WRITE)

    return open_hosts(plain, given={"clock": clock, "current_person": who, "can": can})


def editor(host: Host, name: str) -> FlaskClient:
    browser = host.client()
    browser.set_cookie("person", name)
    return browser


def a_draft(host: Host) -> int:
    post = write_story(host.app, "Merger with Sallow", draft=True, now=NOON)
    with host.app.app_context():
        session().get_one(Post, post.id).person_id = "writer"
        session().commit()
    return post.id


def room(post_id: int) -> str:
    return f"/news/newsroom/posts/{post_id}/publishing"


NEW, LIBRARY = "/news/newsroom/posts/new", "/news/newsroom/media/"


def embargo(host: Host, name: str, post_id: int, people: str) -> Any:
    return send(editor(host, name), room(post_id), do="embargo", people=people, **UNTIL)


def test_only_those_named_and_its_writer_see_it(desk: Host, clock: Clock) -> None:
    post_id = a_draft(desk)
    assert embargo(desk, "ann", post_id, "BEN@bulletin.example\n  Cleo ").status_code == 303
    for name in ("ann", "ben", "cleo", "writer"):
        assert editor(desk, name).get(room(post_id)).status_code == 200, name
    stranger = editor(desk, "dora").get(room(post_id))
    assert stranger.status_code == 403
    assert "Merger" not in stranger.text
    clock.moment = END
    assert editor(desk, "dora").get(room(post_id)).status_code == 200


def test_no_room_of_the_story_opens_to_an_editor_who_is_not_named(desk: Host) -> None:
    post_id = a_draft(desk)
    embargo(desk, "ann", post_id, "Ann")
    browser = editor(desk, "dora")
    adapter = desk.app.url_map.bind("localhost")
    asked = 0
    for rule in desk.app.url_map.iter_rules():
        if not rule.rule.startswith("/news/newsroom/posts/<newsblog_digits:post_id>"):
            continue
        values = dict.fromkeys(rule.arguments, 1) | {"post_id": post_id}
        for method in sorted({"GET", "POST"} & (rule.methods or set())):
            address = adapter.build(rule.endpoint, values, method=method)
            sent = {"csrf_token": hidden(browser.get(NEW).text)["csrf_token"]}
            answer = browser.open(address, method=method, data=sent if method == "POST" else None)
            assert answer.status_code == 403, (method, address)
            assert "Merger" not in answer.text, (method, address)
            asked += 1
    assert asked >= 4


LISTS = (
    "", "?q=Sallow", "calendar/?month=2026-05", "front/", "front/?q=Sallow",
    "front/?at=2026-05-05T09:00", "front/breaking/", "media/1/", "audit/", "audit/export",
    "comments/", "comments/1", "reports/",
)  # fmt: skip


def talk_of(host: Host, post_id: int) -> None:
    """What leads to a story from elsewhere in the newsroom."""
    here: dict[str, Any] = {"blog": "news", "post_id": post_id}
    with host.app.app_context():
        picture = Media(blog="news", key="a.png", content_type="image/png")
        comment = Comment(**here, body="Hm.", body_html="Hm.", state="held")
        session().add_all([picture, comment])
        session().flush()
        later = END + timedelta(days=9)
        change = {"comment_id": comment.id, "person_name": "Ann", "batch": "a"}
        session().add_all(
            [
                FrontSlot(**here, position=0, starts_at=NOON, changed_at=NOON),
                Banner(**here, text="Look", starts_at=NOON, ends_at=later, url="", changed_at=NOON),
                MediaUse(post_id=post_id, media_id=picture.id),
                Author(blog="news", name="Cleo", slug="cleo", picture_id=picture.id),
                Report(**here, reason="error", text="No.", created_at=NOON),
                CommentChange(blog="news", verb="hold", changed_at=NOON, **change),
            ]
        )
        session().flush()
        told = {"thing_id": 1, "title": "Merger with Sallow"}
        write_down("news", Person("ann", "Ann"), Deed.SETTLE, Thing.REPORT, NOON, **told)
        session().commit()


def test_no_list_of_the_newsroom_tells_of_it(desk: Host) -> None:
    post_id = a_draft(desk)
    ann, dora = editor(desk, "ann"), editor(desk, "dora")
    send(ann, room(post_id), do="publish")
    with desk.app.app_context():
        session().get_one(Post, post_id).published_at = END
        session().commit()
    embargo(desk, "ann", post_id, "Ann")
    send(ann, f"/news/newsroom/posts/{post_id}/previews/", do="make", label="Ben")
    talk_of(desk, post_id)
    told = []
    for address in LISTS:
        answer = dora.get(f"/news/newsroom/{address}")
        assert answer.status_code == 200, address
        assert "merger" not in answer.text.lower(), address
        if "Merger" in ann.get(f"/news/newsroom/{address}").text:
            told.append(address)
    assert told == list(LISTS)


def test_a_contributor_who_is_named_reads_it_and_finds_the_way(mixed: Host) -> None:
    post_id = a_draft(mixed)
    assert embargo(mixed, "ann", post_id, "Ben").status_code == 303
    address = f"/news/newsroom/posts/{post_id}/read"
    ben, dora = editor(mixed, "ben"), editor(mixed, "dora")
    plan = f"/news/newsroom/posts/{post_id}/plan"
    send(editor(mixed, "ann"), plan, day="2026-05-06", time="09:00")
    for way in ("", "calendar/?month=2026-05"):
        assert f'href="{address}"' in ben.get(f"/news/newsroom/{way}").text, way
    page = ben.get(address)
    assert page.status_code == 200
    for words in ("Merger with Sallow", "The second paragraph.", "Draft", "Under embargo until"):
        assert words in page.text, words
    assert room(post_id) not in page.text
    assert ben.get(room(post_id)).status_code == 403
    refused = dora.get(address)
    assert refused.status_code == 403
    assert "Merger" not in refused.text
    assert address not in dora.get("/news/newsroom/").text


def test_who_may_not_change_a_story_reads_what_was_saved_last(mixed: Host) -> None:
    post_id, ann, dora = a_draft(mixed), editor(mixed, "ann"), editor(mixed, "dora")
    address = f"/news/newsroom/posts/{post_id}/"
    send(ann, room(post_id), do="publish")
    send(ann, address, title="Sallow alone", body="Nobody *merges*.", authors="Cleo Day")
    page = dora.get(f"{address}read").text
    for words in ("Sallow alone", "<em>merges</em>", "Cleo Day", "not before the readers yet"):
        assert words in page, words
    assert "Under embargo" not in page
    assert "<form" not in page.partition("<main")[2]
    assert f'href="{room(post_id)}"' in ann.get(f"{address}read").text


def test_the_hosts_word_keeps_a_story_from_somebody_who_may_enter(
    open_hosts: Callable[..., Host], clock: Clock
) -> None:
    def can(person: Person, action: Action, thing: Any) -> bool:
        return action is Action.ENTER and (thing is None or person.id == "ann")

    host = open_hosts(plain, given={"clock": clock, "current_person": who, "can": can})
    address = f"/news/newsroom/posts/{a_draft(host)}/read"
    for name, status in (("ann", 200), ("dora", 403)):
        browser = editor(host, name)
        assert browser.get(address).status_code == status
        assert (address in browser.get("/news/newsroom/").text) == (status == 200)


def plant_pictures(host: Host, post_id: int) -> None:
    """Pictures in the library, each described by what uses it, and written down by the desk."""
    ids = {}
    with host.app.app_context():
        other = session().get_one(Post, write_story(host.app, "Fair", draft=True, now=NOON).id)
        for name in ("in its text", "over it", "in both", "a portrait", "unused"):
            media = Media(blog="news", key=name, content_type="image/png", filename=f"{name}.png")
            media.alt, media.caption, media.credit = f"alt {name}", f"caption {name}", "Sallow"
            media.digest = sha256(name.encode()).hexdigest()
            session().add(media)
            session().flush()
            ids[name] = media.id
            told = {"thing_id": media.id, "title": media.filename}
            write_down("news", Person("ann", "Ann"), Deed.UPLOAD, Thing.MEDIA, NOON, **told)
        for name in ("in its text", "in both", "a portrait"):
            session().add(MediaUse(post_id=post_id, media_id=ids[name]))
        session().get_one(Post, post_id).lead_image_id = ids["over it"]
        other.lead_image_id = ids["in both"]
        session().add(Author(blog="news", name="A", slug="a", picture_id=ids["a portrait"]))
        session().commit()


def test_pictures_of_it_alone_are_in_no_list_and_on_no_page(desk: Host) -> None:
    post_id = a_draft(desk)
    embargo(desk, "ann", post_id, "Ann")
    plant_pictures(desk, post_id)
    ann, dora = editor(desk, "ann"), editor(desk, "dora")
    secret, known = ("in its text", "over it"), ("in both", "a portrait", "unused")
    for address in (LIBRARY, f"{LIBRARY}?words=Sallow", NEW, "/news/newsroom/audit/"):
        page, whole = dora.get(address).text, ann.get(address).text
        for name in secret:
            assert name not in page, (address, name)
            assert name in whole, (address, name)
        for name in known:
            assert name in page, (address, name)
    assert "over it" not in dora.get("/news/newsroom/audit/export").text
    token = hidden(dora.get(NEW).text)
    for number in (1, 2):
        assert ann.get(f"{LIBRARY}{number}/").status_code == 200
        assert dora.get(f"{LIBRARY}{number}/").status_code == 404
        for deed in ("", "delete"):
            assert dora.post(f"{LIBRARY}{number}/{deed}", data=token).status_code == 404
        lead = {"do": "preview", "title": "Mine", "lead_number": str(number)}
        answer = dora.post(NEW, data=token | lead)
        assert answer.status_code == 422
        assert "alt " + secret[number - 1] not in answer.text
    for number in (3, 4, 5):
        assert dora.get(f"{LIBRARY}{number}/").status_code == 200


def test_whoever_has_the_same_file_is_not_told_what_the_library_says_of_it(desk: Host) -> None:
    post_id, file = a_draft(desk), drawn()
    embargo(desk, "ann", post_id, "Ann")
    dora, asked = editor(desk, "dora"), {"Accept": "application/json"}
    with desk.app.app_context():
        digest = sha256(file).hexdigest()
        told = {"alt": "The two chairmen", "digest": digest, "key": "a.png"}
        session().add(Media(blog="news", content_type="image/png", **told))
        session().get_one(Post, post_id).lead_image_id = 1
        session().commit()

    def send_file(**headers: str) -> Any:
        token = hidden(dora.get(LIBRARY).text)
        data = token | {"file": (BytesIO(file), "mine.png")}
        return dora.post(f"{LIBRARY}upload", data=data, headers=headers)

    told = send_file(**asked).json
    assert (told["id"], told["alt"], told["page"]) == (1, "", LIBRARY)
    assert dora.get(send_file().location).status_code == 200


def test_the_library_costs_the_same_beside_an_embargo(desk: Host) -> None:
    embargo(desk, "ann", a_draft(desk), "Ann")
    dora = editor(desk, "dora")
    for address in (LIBRARY, "/news/newsroom/audit/"):
        with counted_statements(desk.app) as sent:
            assert dora.get(address).status_code == 200
        assert len(sent) <= 8, address


def test_without_names_the_whole_desk_sees_it(desk: Host) -> None:
    post_id = a_draft(desk)
    assert embargo(desk, "ann", post_id, "").status_code == 303
    assert editor(desk, "dora").get(room(post_id)).status_code == 200


def test_what_is_published_under_embargo_goes_out_at_its_end(desk: Host, clock: Clock) -> None:
    post_id = a_draft(desk)
    embargo(desk, "ann", post_id, "")
    ann = editor(desk, "ann")
    answer = send(ann, room(post_id), do="publish")
    assert "It is under embargo, so it goes out when that ends." in ann.get(answer.location).text
    path = "/2026/05/05/merger-with-sallow/"
    clock.moment = END - timedelta(seconds=1)
    assert desk.get(path).status_code == 404
    clock.moment = END
    assert desk.get(path).status_code == 200


def test_a_scheduled_story_moves_to_the_end_of_its_embargo(desk: Host) -> None:
    post_id = a_draft(desk)
    send(editor(desk, "ann"), room(post_id), do="schedule", day="2026-05-04", clock="18:00")
    embargo(desk, "ann", post_id, "")
    with desk.app.app_context():
        assert session().get_one(Post, post_id).published_at == END


def test_an_embargo_is_lifted_by_whoever_sees_it(desk: Host) -> None:
    post_id = a_draft(desk)
    embargo(desk, "ann", post_id, "Ben")
    assert editor(desk, "dora").post(room(post_id)).status_code == 403
    assert send(editor(desk, "ben"), room(post_id), do="lift-embargo").status_code == 303
    assert editor(desk, "dora").get(room(post_id)).status_code == 200
    assert send(editor(desk, "ben"), room(post_id), do="lift-embargo").status_code == 409


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"until_day": "2026-05-04", "until_clock": "11:59"}, "An embargo ends at a time to come"),
        (UNTIL | {"people": "x" * 300}, "is too long"),
        (UNTIL | {"people": "\n".join(map(str, range(51)))}, "can name 50 people"),
        ({"until_day": "soon"}, "Write the day as"),
    ],
)
def test_one_that_cannot_be_is_refused_with_what_was_typed(
    desk: Host, fields: dict[str, str], words: str
) -> None:
    post_id = a_draft(desk)
    answer = send(editor(desk, "ann"), room(post_id), do="embargo", **fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{fields["until_day"]}"' in answer.text
    assert fields.get("people", "") in answer.text


def test_a_story_that_is_out_takes_none(desk: Host) -> None:
    post_id = a_draft(desk)
    send(editor(desk, "ann"), room(post_id), do="publish")
    assert embargo(desk, "ann", post_id, "Ann").status_code == 409
    assert desk.get("/2026/05/04/merger-with-sallow/").status_code == 200
