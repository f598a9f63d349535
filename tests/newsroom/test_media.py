"""The library of pictures: uploaded, found, described, used, deleted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from flask_newsblog.database import session, utcnow
from flask_newsblog.media import actions
from flask_newsblog.media.actions import Given, PictureInUse
from flask_newsblog.media.pictures import has_avif
from flask_newsblog.media.storage import LocalStorage
from flask_newsblog.models import AuditEntry, Media, MediaUse, Post, Revision
from flask_newsblog.newsroom.placing import pictures_for
from flask_newsblog.people import Role
from flask_newsblog.posts import revisions
from flask_newsblog.posts.actions import publish
from flask_newsblog.posts.written import put_before_readers

from ..hosts import MEMORY, Host, counted_statements, plain, two_blogs, write_story
from ..media.drawing import detailed, drawn, opened
from .desks import hidden, send, sign_in

LIBRARY = "/news/newsroom/media/"
UPLOAD = f"{LIBRARY}upload"
JSON = {"Accept": "application/json"}


@pytest.fixture
def desk(open_hosts: Callable[..., Host], tmp_path: Path) -> Host:
    return open_hosts(plain, NEWSBLOG_MEDIA_FOLDER=str(tmp_path / "media"))


def upload(
    browser: FlaskClient, *files: tuple[str, bytes], headers: Any = None, **fields: Any
) -> Any:
    """Send files from the library's page."""
    data = hidden(browser.get(LIBRARY).text) | fields
    data["file"] = [(BytesIO(content), name) for name, content in files]
    answer = browser.post(UPLOAD, data=data, headers=headers)
    # Of a large request the test client makes a file, and leaves it open.
    answer.request.environ["wsgi.input"].close()
    return answer


def library(host: Host) -> list[Media]:
    with host.app.app_context():
        found = list(session().scalars(select(Media).order_by(Media.id)))
        session().expunge_all()
    return found


def files_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir()) if folder.exists() else []


def test_an_uploaded_picture_is_in_the_library_in_its_sizes(desk: Host, tmp_path: Path) -> None:
    writer = sign_in(desk, "Ben Cole", Role.CONTRIBUTOR)
    answer = upload(
        writer, ("Low tide.png", drawn(1200, 800)), alt="Boats on the mud", credit="Mira Holt"
    )
    assert (answer.status_code, answer.location) == (
        303, "/news/newsroom/media/1/?said=stored",
    )  # fmt: skip
    page = writer.get(answer.location).text
    assert "Stored." in page
    assert "Boats on the mud" in page
    (media,) = library(desk)
    assert (media.width, media.height, media.person_name) == (1200, 800, "Ben Cole")
    assert (media.filename, media.credit) == ("Low tide.png", "Mira Holt")
    webp = [v for v in media.variants if v["type"] == "image/webp"]
    assert [v["width"] for v in webp] == [480, 960, 1200]
    assert files_in(tmp_path / "media") == sorted(v["key"] for v in media.variants)
    assert media.key.startswith("low-tide-")
    with writer.get(f"/news/media/{media.key}") as file:
        assert opened(file.data).size == (1200, 800)
    with desk.app.app_context():
        entry = session().scalars(select(AuditEntry).filter_by(kind="media")).one()
        assert (entry.verb, entry.kind, entry.title) == ("upload", "media", "Low tide.png")


def test_a_script_gets_what_it_needs_to_place_the_picture(desk: Host) -> None:
    answer = upload(sign_in(desk), ("a.png", drawn()), headers=JSON, alt="A pier")
    assert answer.status_code == 200
    (media,) = library(desk)
    assert answer.json == {
        "id": media.id, "url": f"/news/media/{media.key}", "alt": "A pier", "said": "",
        "caption": "", "credit": "",
        "markdown": f"![](media:{media.id})", "width": 90, "height": 60,
        "page": f"/news/newsroom/media/{media.id}/",
    }  # fmt: skip


def test_the_same_file_twice_is_one_picture_and_says_so(desk: Host, tmp_path: Path) -> None:
    writer = sign_in(desk)
    upload(writer, ("a.png", drawn()))
    before = files_in(tmp_path / "media")
    answer = upload(writer, ("b.png", drawn()))
    assert "in the library already" in writer.get(answer.location).text
    assert "in the library already" in upload(writer, ("c.png", drawn()), headers=JSON).json["said"]
    assert len(library(desk)) == 1
    assert files_in(tmp_path / "media") == before


def test_several_files_come_at_once_and_one_that_is_bad_costs_no_other(desk: Host) -> None:
    writer = sign_in(desk)
    answer = upload(writer, ("a.png", drawn(30)), ("b.txt", b"no picture"), ("c.png", drawn(40)))
    assert answer.status_code == 422
    assert "b.txt" in answer.text
    assert "This is no picture that this site takes" in answer.text
    assert "2 pictures are stored." in answer.text
    assert len(library(desk)) == 2
    answer = upload(writer, ("d.png", drawn(50)), ("e.png", drawn(60)))
    assert "2 pictures are stored." in writer.get(answer.location).text


def test_a_page_that_was_open_for_too_long_keeps_what_was_typed(desk: Host) -> None:
    writer = sign_in(desk)
    answer = upload(writer, ("a.png", drawn()), csrf_token="old", alt="Boats")
    assert answer.status_code == 400
    assert 'value="Boats"' in answer.text
    answer = upload(writer, ("a.png", drawn()), csrf_token="old", headers=JSON)
    assert answer.status_code == 400
    assert "open for too long" in answer.json["problem"]
    fresh = answer.json["csrf_token"]
    assert upload(writer, ("a.png", drawn()), csrf_token=fresh, headers=JSON).status_code == 200


def test_pictures_are_found_by_their_words(desk: Host) -> None:
    writer = sign_in(desk)
    upload(writer, ("low-tide.png", drawn(30)), alt="Boats on the mud", credit="Mira Holt")
    upload(writer, ("ferry.png", drawn(40)), alt="The ferry")
    found = writer.get(f"{LIBRARY}?words=mud+holt").text
    assert "low-tide.png" in found
    assert "ferry.png" not in found
    assert "No picture has all these words" in writer.get(f"{LIBRARY}?words=100%25").text


def test_a_picture_without_description_is_marked(desk: Host) -> None:
    writer = sign_in(desk)
    upload(writer, ("a.png", drawn()))
    assert "Without description" in writer.get(LIBRARY).text
    send(writer, f"{LIBRARY}1/", alt="A pier", caption="", credit="", focal_x="0", focal_y="75")
    assert "Without description" not in writer.get(LIBRARY).text


def test_the_library_is_paged_and_costs_the_same_however_many_there_are(
    desk: Host,
) -> None:
    writer = sign_in(desk)

    def plant(number: int) -> None:
        with desk.app.app_context():
            for n in range(number):
                key, name = f"p{n}-{number}.webp", f"picture {n}"
                session().add(Media(blog="news", key=key, content_type="image/webp", filename=name))
            session().commit()

    plant(2)
    with counted_statements(desk.app) as few:
        writer.get(LIBRARY)
    plant(60)
    with counted_statements(desk.app) as many:
        page = writer.get(LIBRARY).text
    assert len(few) == len(many) <= 8
    assert page.count("<li>\n<a class") == 48
    older = page.partition('rel="next" href="')[2].partition('"')[0]
    assert writer.get(older).text.count("<li>\n<a class") == 14


def test_what_is_said_of_a_picture_is_changed_by_who_brought_it_and_by_editors(desk: Host) -> None:
    owner, other = sign_in(desk, "Ben", Role.CONTRIBUTOR), sign_in(desk, "Cy", Role.CONTRIBUTOR)
    upload(owner, ("a.png", drawn()))
    address, words = f"{LIBRARY}1/", {"caption": "", "credit": "", "focal_x": "10", "focal_y": "90"}
    token = hidden(other.get(LIBRARY).text)
    assert other.post(address, data=token | words | {"alt": "Mine"}).status_code == 403
    assert other.post(f"{address}delete", data=token).status_code == 403
    assert send(owner, address, alt="A pier", **words).status_code == 303
    assert send(sign_in(desk), address, alt="The pier", **words).status_code == 303
    (media,) = library(desk)
    assert (media.alt, media.focal_x, media.focal_y) == ("The pier", 0.1, 0.9)


def test_impossible_numbers_and_long_words_come_back_as_they_were_typed(desk: Host) -> None:
    writer = sign_in(desk)
    upload(writer, ("a.png", drawn()))
    for wrong in ({"focal_x": "101"}, {"focal_y": "x"}, {"alt": "long " * 200}):
        typed = {"alt": "A pier", "caption": "", "credit": "Mira", "focal_x": "1", "focal_y": "2"}
        answer = send(writer, f"{LIBRARY}1/", **typed | wrong)
        assert answer.status_code == 422, wrong
        assert 'value="Mira"' in answer.text
    answer = send(writer, f"{LIBRARY}1/", **typed | {"csrf_token": "old", "alt": "A long pier"})
    assert answer.status_code == 400
    assert "A long pier" in answer.text


def test_what_matters_stays_in_sight_where_the_picture_is_cut(desk: Host) -> None:
    writer, story = sign_in(desk), write_story(desk.app)
    upload(writer, ("a.png", detailed(1000, 600)), alt="A pier")
    send(writer, f"{LIBRARY}1/", alt="A pier", caption="", credit="", focal_x="98", focal_y="50")
    with desk.app.app_context():
        session().get_one(Post, story.id).lead_image_id = 1
        session().commit()
    front = desk.get("/").text
    assert 'class="nb-x4"' in front
    assert ('<source type="image/avif"' in front) is has_avif()


def test_a_picture_of_another_blog_is_not_here(
    open_hosts: Callable[..., Host], tmp_path: Path
) -> None:
    host = open_hosts(two_blogs, NEWSBLOG_MEDIA_FOLDER=str(tmp_path))
    with host.app.app_context():
        session().add(Media(blog="other", key="a.webp", content_type="image/webp", filename="Its"))
        session().commit()
    writer, story = sign_in(host), write_story(host.app)
    assert writer.get(f"{LIBRARY}1/").status_code == 404
    assert "Its" not in writer.get(LIBRARY).text
    token = hidden(writer.get(LIBRARY).text)
    answer = writer.post(
        f"/news/newsroom/posts/{story.id}/lead-picture", data=token | {"picture": "1"}
    )
    assert answer.status_code == 404
    save(host, story.id, body="![Boats](media:1)", lead_image=1)
    with host.app.app_context():
        post = session().get_one(Post, story.id)
        assert post.lead_image_id is None


def save(host: Host, post_id: int, shown: bool = True, **changed: Any) -> None:
    """Save a story with these fields changed, and put it before the readers."""
    with host.app.app_context():
        post, now = session().get_one(Post, post_id), utcnow()
        base, written = revisions.saved_in(post)
        saved = revisions.save(post, replace(written, **changed), None, now, base=base)
        if shown:
            put_before_readers(post, saved.written, saved.revision.number, now)
        session().commit()


def uses(host: Host) -> list[tuple[int, int]]:
    with host.app.app_context():
        rows = session().execute(select(MediaUse.post_id, MediaUse.media_id))
        return [tuple(row) for row in rows]


def test_a_lead_picture_is_put_over_a_story_as_a_revision_like_any_other(desk: Host) -> None:
    writer, story = sign_in(desk), write_story(desk.app)
    upload(writer, ("a.png", drawn(600, 400)), alt="A pier", credit="Mira Holt")
    page = writer.get(f"{LIBRARY}?for={story.id}").text
    assert "Use as lead picture" in page
    address = f"/news/newsroom/posts/{story.id}/lead-picture"
    answer = writer.post(address, data=hidden(page) | {"picture": "1"})
    assert answer.location.endswith(f"/newsroom/posts/{story.id}/?said=saved")
    with desk.app.app_context():
        content = session().scalars(select(Revision.content).order_by(Revision.id.desc())).first()
        assert content is not None
        assert (content["lead_image"], content["lead_alt"], content["lead_credit"]) == (
            1, "A pier", "Mira Holt",
        )  # fmt: skip
        post = session().get_one(Post, story.id)
        # It is out, so readers see it when somebody puts the change before them.
        assert post.lead_image_id is None
        assert post.saved_revision != post.shown_revision
    assert uses(desk) == [(story.id, 1)]
    assert "Lead picture now" in writer.get(f"{LIBRARY}?for={story.id}").text
    assert writer.post(address, data=hidden(page) | {"picture": ""}).status_code == 303
    assert uses(desk) == []


def test_a_lead_picture_is_chosen_only_for_stories_of_ones_own(desk: Host) -> None:
    writer, story = sign_in(desk, "Cy", Role.CONTRIBUTOR), write_story(desk.app)
    assert writer.get(f"{LIBRARY}?for={story.id}").status_code == 403
    token = hidden(writer.get(LIBRARY).text)
    address = f"/news/newsroom/posts/{story.id}/lead-picture"
    assert writer.post(address, data=token).status_code == 403


def test_a_picture_in_a_storys_text_has_its_sizes_and_its_caption(desk: Host) -> None:
    writer, story = sign_in(desk), write_story(desk.app)
    upload(writer, ("pier.png", drawn(1000, 600)), alt="A pier")
    save(desk, story.id, body='![](media:1 "At *low* tide")\n\n![Gone](media:99)')
    page = desk.get(f"/{story.published_at:%Y/%m/%d}/{story.slug}/").text
    (media,) = library(desk)
    middle = next(v["key"] for v in media.variants if v["width"] == 960)
    assert f'<figure><img src="/news/media/{middle}" alt="A pier"' in page
    assert 'width="1000" height="600"' in page
    assert "480w" in page
    assert "<figcaption>At *low* tide</figcaption>" in page
    assert "<p>Gone</p>" in page
    assert "media:" not in page
    with writer.get(f"/news/media/{middle}") as file:
        assert file.status_code == 200


def test_the_preview_places_pictures_as_readers_will_see_them(desk: Host) -> None:
    upload(sign_in(desk), ("pier.png", drawn(1000, 600)), alt="A pier")
    with desk.app.test_request_context("/news/"):
        mount = desk.app.extensions["newsblog"]["news"]
        found = pictures_for(mount, "![](media:1) and ![](media:2)")
        assert list(found) == [1]
        assert found[1].src.startswith("/news/media/pier-")
        assert pictures_for(mount, "no picture") == {}


def test_a_picture_that_is_used_is_not_deleted(desk: Host, tmp_path: Path) -> None:
    writer, story = sign_in(desk), write_story(desk.app, title="The ferry is late")
    upload(writer, ("a.png", drawn()))
    save(desk, story.id, body="![A pier](media:1)")
    page = writer.get(f"{LIBRARY}1/").text
    assert "The ferry is late" in page
    assert "Delete this picture" not in page
    answer = writer.post(f"{LIBRARY}1/delete", data=hidden(page))
    assert answer.status_code == 409
    assert "is used, so it was not deleted" in answer.text
    assert len(library(desk)) == 1
    # What is saved and what readers see are two things, and either holds it.
    save(desk, story.id, shown=False, body="No picture.")
    assert writer.post(f"{LIBRARY}1/delete", data=hidden(page)).status_code == 409
    save(desk, story.id, body="No picture any more.")
    answer = writer.post(f"{LIBRARY}1/delete", data=hidden(page))
    assert answer.location.endswith("/newsroom/media/?said=deleted")
    assert library(desk) == []
    assert files_in(tmp_path / "media") == []
    with desk.app.app_context():
        assert session().scalars(select(AuditEntry.verb)).all()[-1] == "delete"


def test_a_story_that_just_took_the_picture_wins_over_who_deletes_it(desk: Host) -> None:
    writer, story = sign_in(desk), write_story(desk.app)
    upload(writer, ("a.png", drawn()))
    page = writer.get(f"{LIBRARY}1/").text
    assert "Nowhere yet." in page
    save(desk, story.id, shown=False, lead_image=1)
    assert writer.post(f"{LIBRARY}1/delete", data=hidden(page)).status_code == 409


def test_a_picture_is_deleted_by_a_post_with_its_token(desk: Host) -> None:
    writer = sign_in(desk)
    upload(writer, ("a.png", drawn()))
    assert writer.get(f"{LIBRARY}1/delete").status_code == 405
    answer = writer.post(f"{LIBRARY}1/delete", data={"csrf_token": "old"})
    assert answer.status_code == 400
    assert "open for too long" in answer.text
    assert len(library(desk)) == 1


def test_what_a_person_may_not_see_is_not_named_where_a_picture_is_used(desk: Host) -> None:
    story = write_story(desk.app, title="Takeover of the ferries")
    fair = write_story(desk.app, title="The fair")
    upload(sign_in(desk), ("a.png", drawn()))
    with desk.app.app_context():
        session().get_one(Post, fair.id).lead_image_id = 1
        post = session().get_one(Post, story.id)
        post.lead_image_id, post.embargo_people = 1, ["Ann"]
        post.embargo_until = utcnow() + timedelta(days=1)
        session().commit()
    page = sign_in(desk, "Cy", Role.CONTRIBUTOR).get(f"{LIBRARY}1/").text
    assert "Takeover" not in page
    assert "A story under embargo" in page


@pytest.mark.parametrize("kind", ["upload", "story"])
def test_two_at_once_are_one_picture_or_one_refusal(
    open_hosts: Callable[..., Host], uri: str, tmp_path: Path, kind: str
) -> None:
    """Where two take and delete, or upload the same, on each database, one waits for the other."""
    host = open_hosts(plain, f"sqlite:///{tmp_path}/news.sqlite" if uri == MEMORY else uri)
    with host.app.app_context():
        host.app.extensions["sqlalchemy"].create_all()
    storage = LocalStorage(tmp_path)
    outcomes: list[Any] = []
    with host.app.app_context():
        media = Media(blog="news", key="a.webp", content_type="image/webp")
        session().add(media)
        session().commit()
        number = media.id
    story = write_story(host.app) if kind == "story" else None

    def take() -> None:
        with host.app.app_context():
            given = Given(drawn(), "a.png")
            kept = actions.keep_picture(
                "news", storage, given, None, utcnow(), megapixels=50, megabytes=1
            )
            session().commit()
            outcomes.append(kept.known)

    def delete() -> None:
        with host.app.app_context():
            try:
                actions.delete_picture(session().get_one(Media, number))
                session().commit()
                outcomes.append("deleted")
            except PictureInUse:
                outcomes.append("in use")

    def put() -> None:
        assert story is not None
        save(host, story.id, shown=False, lead_image=number)

    pair = (take, take) if kind == "upload" else (put, delete)
    threads = [threading.Thread(target=each) for each in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    if kind == "upload":
        assert sorted(outcomes) == [False, True]
        assert len(library(host)) == 2
        return
    there = [media.id for media in library(host)] == [number]
    assert outcomes == (["in use"] if there else ["deleted"])
    assert bool(uses(host)) is there


def test_a_story_published_by_a_command_has_its_pictures_addresses(desk: Host) -> None:
    upload(sign_in(desk), ("pier.png", drawn(600)))
    story = write_story(desk.app)
    with desk.app.app_context():
        post = session().get_one(Post, story.id)
        post.state = "draft"
        session().commit()
    save(desk, story.id, body="![A pier](media:1)")
    with desk.app.app_context():
        post = session().get_one(Post, story.id)
        publish(post, utcnow())
        assert 'src="/news/media/pier-' in post.body_html
