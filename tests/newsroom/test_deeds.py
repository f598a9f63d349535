"""What anybody does at the desk is written down: a walk over all that can be sent there."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from flask_newsblog.database import session, utcnow
from flask_newsblog.models import AuditEntry, Comment, DeskNote, NoteKind, Report

from ..hosts import Host, plain, write_story
from ..media.drawing import drawn
from ..people.test_doors import write_and_make_link
from .desks import hidden, sign_in
from .test_roles import rules_of

OUT, DRAFT, NEW = 1, 2, 4
# What leaves no entry, and why.
NOT_WRITTEN_DOWN = {
    "live_preview": "It stores nothing.",
    "here_in_story": "It says who is here, for a minute.",
    "autosave": "Nobody has saved it yet.",
    "drop_unsaved": "Nobody had saved it.",
    "moderate": "The history of comments has it.",
    "undo_moderation": "The history of comments has it.",
    "edit_comment": "The history of comments has it.",
    "judge_by_link": "The history of comments has it.",
}
# In this order: where something is sent, what is sent, and what is written down of it.
DEEDS: tuple[tuple[str, dict[str, Any], dict[str, Any], str], ...] = (
    ("new_post", {}, {"title": "Fog", "body": "Words."}, "post create, post save"),
    ("edit_post", {"post_id": NEW}, {"title": "Fog", "body": "More words."}, "post save"),
    ("revision", {"post_id": NEW, "number": 1}, {}, "post restore"),
    ("plan_post", {"post_id": NEW}, {"day": "2040-01-02", "time": "09:00"}, "post plan"),
    ("publishing", {"post_id": NEW}, {"do": "hand-in"}, "post submit"),
    ("set_lead_picture", {"post_id": NEW}, {"picture": "1"}, "post save"),
    ("previews", {"post_id": DRAFT}, {"do": "make", "label": "Ola", "days": "7"}, "preview share"),
    ("previews", {"post_id": DRAFT}, {"do": "done", "note": "1"}, "note settle"),
    ("previews", {"post_id": DRAFT}, {"do": "reopen", "note": "1"}, "note reopen"),
    (
        "previews", {"post_id": DRAFT}, {"do": "revoke", "link": "1", "sure": "yes"},
        "preview revoke",
    ),
    (
        "corrections_desk", {"post_id": OUT},
        {"do": "send", "kind": "update", "text": "Two.", "report": "1", "close": "yes"},
        "report settle, correction correct",
    ),
    (
        "corrections_desk", {"post_id": OUT},
        {"do": "change", "note": "1", "kind": "update", "text": "Three."}, "correction edit",
    ),
    (
        "corrections_desk", {"post_id": OUT}, {"do": "take-back", "note": "1", "sure": "yes"},
        "correction delete",
    ),
    ("upload_media", {}, {"file": (BytesIO(drawn()), "pier.png")}, "media upload"),
    (
        "edit_picture", {"media_id": 2}, {"alt": "A pier", "focal_x": "50", "focal_y": "50"},
        "media edit",
    ),
    ("delete_picture", {"media_id": 2}, {}, "media delete"),
    ("front_desk", {}, {"do": "put", "post": "1", "place": "0"}, "front arrange"),
    ("front_desk", {}, {"do": "move", "post": "1", "place": "0", "to": "1"}, "front move"),
    ("front_desk", {}, {"do": "time", "slot": "1", "until": "2040-01-01T10:00"}, "front retime"),
    ("front_desk", {}, {"do": "off", "slot": "1"}, "front take-off"),
    ("front_desk", {}, {"do": "back", "slot": "1", "until": ""}, "front arrange"),
    ("banners", {}, {"do": "begin", "lasting": "3", "text": "Fog"}, "banner start"),
    ("banners", {}, {"do": "begin", "lasting": "3", "text": "Mist", "banner": "1"}, "banner edit"),
    ("banners", {}, {"do": "end", "banner": "1"}, "banner end"),
    ("names_sections", {}, {"do": "add", "name": "Sea"}, "section create"),
    ("names_tags", {}, {"do": "add", "name": "Fog"}, "tag create"),
    ("names_authors", {}, {"do": "add", "name": "Cleo"}, "author create"),
    ("names_sections", {}, {"do": "step", "section": "2", "place": "0", "to": "1"}, "section edit"),
    ("edit_section", {"section_id": 2}, {"name": "The sea", "slug": "sea"}, "section edit"),
    ("edit_tag", {"tag_id": 2}, {"name": "Mist", "slug": "mist"}, "tag edit"),
    ("edit_author", {"author_id": 2}, {"name": "Cleo Day", "slug": "cleo"}, "author edit"),
    ("merge_section", {"section_id": 2}, {"into": "1"}, "section merge"),
    ("merge_tag", {"tag_id": 2}, {"into": "Boats"}, "tag merge"),
    ("merge_author", {"author_id": 2}, {"into": "Ann"}, "author merge"),
    ("delete_section", {"section_id": 1}, {}, "section delete"),
    ("delete_tag", {"tag_id": 1}, {}, "tag delete"),
    ("delete_author", {"author_id": 1}, {}, "author delete"),
    ("rules", {}, {"do": "save", "kind": "word", "value": "casino"}, "rule create"),
    ("rules", {}, {"do": "remove", "rule": "1"}, "rule delete"),
    ("rules", {}, {"do": "again"}, "rule create"),
    ("ban_writer", {"comment_id": 1}, {"what": "email", "span": "week"}, "rule create"),
    ("reports", {}, {"case": "2", "verb": "close"}, "report settle"),
    ("reports", {}, {"case": "2", "verb": "reopen"}, "report reopen"),
    ("sign_in", {}, {}, "sign-in sign-in"),
    ("sign_out", {}, {}, "sign-in sign-out"),
)  # fmt: skip


def plant(host: Host) -> dict[str, Any]:
    """Some stories, and what readers said of them; what addresses are filled in with."""
    values = write_and_make_link(host)
    write_story(host.app, "Merger", draft=True)
    write_story(host.app, "The fair")
    now: dict[str, Any] = {"blog": "news", "created_at": utcnow()}
    with host.app.app_context():
        session().get_one(Comment, 1).author_email = "ove@bulletin.example"
        for number in (1, 2):
            session().add(Report(post_id=OUT, reason="error", text=f"Why {number}?", **now))
        session().add(DeskNote(post_id=DRAFT, kind=NoteKind.PREVIEW, text="Hm.", **now))
        session().commit()
    return values


def written_down(host: Host) -> list[AuditEntry]:
    with host.app.app_context():
        found = list(session().scalars(select(AuditEntry).order_by(AuditEntry.id)))
        session().expunge_all()
        return found


def test_each_deed_at_the_desk_is_written_down(open_hosts: Callable[..., Host]) -> None:
    host = open_hosts(plain)
    values, editor = plant(host), sign_in(host)
    gets = {rule.endpoint for rule, method in rules_of(host) if method == "GET"}
    adapter, opened, told = host.app.url_map.bind("localhost"), "", []
    for endpoint, about, fields, _ in DEEDS:
        name, before = f"news.{endpoint}", len(written_down(host))
        known = {"secret": values["secret"]} if endpoint == "sign_in" else about
        address = adapter.build(name, known, method="POST")
        # As it was left, where something was just done on the same page.
        page = opened if opened.startswith(address) else address
        sent = form_of(editor, page if name in gets else "/news/newsroom/") | fields
        opened = editor.post(address, data=sent).location or ""
        new = [f"{entry.kind} {entry.verb}" for entry in written_down(host)[before:]]
        told.append((endpoint, about, fields, ", ".join(new)))
    assert told == list(DEEDS)


def form_of(browser: FlaskClient, address: str) -> dict[str, Any]:
    """The hidden fields of a page, but for those that say what it is about."""
    of_rows = {"banner", "slot", "post", "place", "rule", "case", "note", "link", "section", "to"}
    fields = hidden(browser.get(address).text)
    return {name: value for name, value in fields.items() if name not in of_rows}


def test_each_address_that_takes_something_has_its_deed_here(
    open_hosts: Callable[..., Host],
) -> None:
    there = {
        rule.endpoint.removeprefix("news.")
        for rule, method in rules_of(open_hosts(plain))
        if method == "POST"
    }
    assert there == {endpoint for endpoint, *_ in DEEDS} | set(NOT_WRITTEN_DOWN)
    assert not {endpoint for endpoint, *_ in DEEDS} & set(NOT_WRITTEN_DOWN)


def test_what_was_reported_of_a_story_and_what_a_rule_looks_for_are_not_told(
    open_hosts: Callable[..., Host],
) -> None:
    host = open_hosts(plain)
    plant(host)
    editor = sign_in(host)
    reports, rules = "/news/newsroom/reports/", "/news/newsroom/rules/"
    for _ in range(2):
        # The second finds it closed already.
        editor.post(reports, data=form_of(editor, reports) | {"case": "1", "verb": "close"})
    add = {"do": "save", "kind": "word", "value": "casino"}
    editor.post(rules, data=form_of(editor, rules) | add)
    told = [(entry.kind, entry.title, entry.detail) for entry in written_down(host)[1:]]
    assert told == [("report", "The ferry is back", ""), ("rule", "Word or phrase", "")]
