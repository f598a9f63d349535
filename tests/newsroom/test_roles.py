"""A walk over every address of the newsroom, by each method, as each kind of person.

What each gets stands in ``EXPECTED``; ``pytest -s`` prints it as a table. An address that
has no row there fails with its name: give it one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from flask import g, request
from flask import session as cookies
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf

from flask_newsblog import Person
from flask_newsblog.database import session, utcnow
from flask_newsblog.models import Post
from flask_newsblog.people import ROLE_MAY, Action, Role
from flask_newsblog.posts import actions

from ..hosts import Host, plain, write_story
from ..people.test_doors import write_and_make_link

# Who asks, and whose the story is.
COLUMNS = (
    "nobody", "contributor", "… of others", "author", "… of others", "editor", "denied all",
    "bad token",
)  # fmt: skip
# For each address and method what each of them gets: an answer by its number. A POST sends
# nothing but its token, so where it is allowed it is often refused for what it lacks (400, 422).
EXPECTED = {
    "newsroom GET": (401, 200, 200, 200, 200, 200, 403, "-"),
    "new_post GET": (401, 200, 200, 200, 200, 200, 403, "-"),
    "new_post POST": (401, 422, 422, 422, 422, 422, 403, 400),
    "edit_post GET": (401, 200, 403, 200, 403, 200, 403, "-"),
    "edit_post POST": (401, 422, 403, 422, 403, 422, 403, 400),
    "read_post GET": (401, 200, 200, 200, 200, 200, 403, "-"),
    "publishing GET": (401, 200, 403, 200, 403, 200, 403, "-"),
    "publishing POST": (401, 400, 403, 400, 403, 400, 403, 400),
    "live_preview POST": (401, 200, 200, 200, 200, 200, 403, 400),
    "autosave POST": (401, 422, 403, 422, 403, 422, 403, 400),
    "here_in_story POST": (401, 422, 403, 422, 403, 422, 403, 400),
    "drop_unsaved POST": (401, 303, 403, 303, 403, 303, 403, 400),
    "revisions GET": (401, 200, 403, 200, 403, 200, 403, "-"),
    # There is no such revision.
    "revision GET": (401, 404, 403, 404, 403, 404, 403, "-"),
    "revision POST": (401, 404, 403, 404, 403, 404, 403, 400),
    "plan_post GET": (401, 200, 403, 200, 403, 200, 403, "-"),
    "plan_post POST": (401, 422, 403, 422, 403, 422, 403, 400),
    "previews GET": (401, 200, 403, 200, 403, 200, 403, "-"),
    "previews POST": (401, 400, 403, 400, 403, 400, 403, 400),
    "corrections_desk GET": (401, 200, 403, 200, 403, 200, 403, "-"),
    "corrections_desk POST": (401, 403, 403, 400, 403, 400, 403, 400),
    "media_library GET": (401, 200, 200, 200, 200, 200, 403, "-"),
    "upload_media POST": (401, 422, 422, 422, 422, 422, 403, 400),
    "edit_picture GET": (401, 200, 200, 200, 200, 200, 403, "-"),
    "edit_picture POST": (401, 403, 403, 403, 403, 422, 403, 400),
    "delete_picture POST": (401, 403, 403, 403, 403, 303, 403, 400),
    "set_lead_picture POST": (401, 303, 403, 303, 403, 303, 403, 400),
    "calendar GET": (401, 200, 200, 200, 200, 200, 403, "-"),
    "front_desk GET": (401, 403, 403, 403, 403, 200, 403, "-"),
    "front_desk POST": (401, 403, 403, 403, 403, 400, 403, 400),
    "banners GET": (401, 403, 403, 403, 403, 200, 403, "-"),
    "banners POST": (401, 403, 403, 403, 403, 400, 403, 400),
    "names_sections GET": (401, 403, 403, 403, 403, 200, 403, "-"),
    "names_sections POST": (401, 403, 403, 403, 403, 422, 403, 400),
    "names_tags GET": (401, 403, 403, 403, 403, 200, 403, "-"),
    "names_tags POST": (401, 403, 403, 403, 403, 422, 403, 400),
    "names_authors GET": (401, 403, 403, 403, 403, 200, 403, "-"),
    "names_authors POST": (401, 403, 403, 403, 403, 422, 403, 400),
    "edit_section GET": (401, 403, 403, 403, 403, 200, 403, "-"),
    "edit_section POST": (401, 403, 403, 403, 403, 422, 403, 400),
    "merge_section GET": (401, 403, 403, 403, 403, 200, 403, "-"),
    "merge_section POST": (401, 403, 403, 403, 403, 422, 403, 400),
    "delete_section GET": (401, 403, 403, 403, 403, 200, 403, "-"),
    "delete_section POST": (401, 403, 403, 403, 403, 303, 403, 400),
    "edit_tag GET": (401, 403, 403, 403, 403, 200, 403, "-"),
    "edit_tag POST": (401, 403, 403, 403, 403, 422, 403, 400),
    "merge_tag GET": (401, 403, 403, 403, 403, 200, 403, "-"),
    "merge_tag POST": (401, 403, 403, 403, 403, 422, 403, 400),
    "delete_tag GET": (401, 403, 403, 403, 403, 200, 403, "-"),
    "delete_tag POST": (401, 403, 403, 403, 403, 303, 403, 400),
    "edit_author GET": (401, 403, 403, 403, 403, 200, 403, "-"),
    "edit_author POST": (401, 403, 403, 403, 403, 422, 403, 400),
    "merge_author GET": (401, 403, 403, 403, 403, 200, 403, "-"),
    "merge_author POST": (401, 403, 403, 403, 403, 422, 403, 400),
    "delete_author GET": (401, 403, 403, 403, 403, 200, 403, "-"),
    "delete_author POST": (401, 403, 403, 403, 403, 303, 403, 400),
    "audit GET": (401, 403, 403, 403, 403, 200, 403, "-"),
    "audit_export GET": (401, 403, 403, 403, 403, 200, 403, "-"),
    "settings_desk GET": (401, 403, 403, 403, 403, 200, 403, "-"),
    "moderation GET": (401, 403, 403, 403, 403, 200, 403, "-"),
    "moderate POST": (401, 403, 403, 403, 403, 400, 403, 400),
    "undo_moderation POST": (401, 403, 403, 403, 403, 303, 403, 400),
    "moderated_comment GET": (401, 403, 403, 403, 403, 200, 403, "-"),
    "edit_comment POST": (401, 403, 403, 403, 403, 422, 403, 400),
    "ban_writer POST": (401, 403, 403, 403, 403, 400, 403, 400),
    "reports GET": (401, 403, 403, 403, 403, 200, 403, "-"),
    "reports POST": (401, 403, 403, 403, 403, 400, 403, 400),
    "rules GET": (401, 403, 403, 403, 403, 200, 403, "-"),
    "rules POST": (401, 403, 403, 403, 403, 400, 403, 400),
    # Whoever has a link is let in by it, whoever they are; this one is good.
    "sign_in GET": (200, 200, 200, 200, 200, 200, 200, "-"),
    "sign_in POST": (303, 404, 404, 404, 404, 404, 404, 400),
    "sign_out POST": (303, 303, 303, 303, 303, 303, 303, 400),
    # This one leads nowhere.
    "judge_by_link GET": (404, 404, 404, 404, 404, 404, 404, "-"),
    "judge_by_link POST": (404, 404, 404, 404, 404, 404, 404, 404),
}
# By ``do`` and where the story stands: what a contributor and an author get with their own, and
# an editor with it. For all three, 403 with those of others but for the editor.
DECISIONS = {
    ("draft", "hand-in"): (303, 303, 303),
    ("draft", "publish"): (403, 303, 303),
    ("draft", "schedule"): (403, 422, 422),
    ("draft", "embargo"): (403, 422, 422),
    ("draft", "close-replies"): (403, 303, 303),
    ("draft", "withdraw"): (403, 409, 409),
    ("in-review", "take-back"): (303, 303, 303),
    ("in-review", "give-back"): (403, 403, 422),
    ("in-review", "publish"): (403, 303, 303),
    ("scheduled", "unschedule"): (403, 303, 303),
    ("scheduled", "hand-in"): (409, 409, 409),
    ("draft", "throw-away"): (303, 303, 303),
    ("in-review", "throw-away"): (303, 303, 303),
    ("draft", "pick-up"): (409, 409, 409),
    ("discarded", "pick-up"): (303, 303, 303),
    ("discarded", "publish"): (403, 409, 409),
    ("scheduled", "throw-away"): (409, 409, 409),
    ("published", "throw-away"): (409, 409, 409),
    ("withdrawn", "throw-away"): (409, 409, 409),
    ("published", "withdraw"): (403, 303, 303),
    ("published", "publish"): (403, 409, 409),
    ("published", "update"): (403, 409, 409),
    ("published", "plan-update"): (403, 422, 422),
    ("published", "cancel-update"): (403, 409, 409),
    ("published", "take-back"): (409, 409, 409),
    ("withdrawn", "restore"): (403, 303, 303),
    ("withdrawn", "notice"): (403, 303, 303),
    ("withdrawn", "hand-in"): (409, 409, 409),
}
PEOPLE = {"contributor": Role.CONTRIBUTOR, "author": Role.AUTHOR, "editor": Role.EDITOR}
TOKEN = "token-of-a-test"


def who() -> Person | None:
    """Whoever a header names."""
    name = request.headers.get("X-Person")
    return Person(name, name.title()) if name else None


def can(person: Person, action: Action, thing: Any) -> bool:
    """What the role of that name may do."""
    role = PEOPLE.get(person.id)
    return role is not None and action in ROLE_MAY[role]


HOOKS = {"current_person": who, "can": can}


def token_of(host: Host, browser: FlaskClient) -> str:
    """A token that is good in this browser."""
    with host.app.test_request_context("/"):
        token = generate_csrf()
        raw = cookies["csrf_token"]
        g.pop("csrf_token", None)
    with browser.session_transaction() as kept:
        kept["csrf_token"] = raw
    return str(token)


def ask(host: Host, name: str, address: str, method: str, *, good: bool = True, **data: str) -> int:
    """What somebody gets who opens an address, or sends a form to it."""
    browser = host.client()
    headers = {"X-Person": name} if name else {}
    token = token_of(host, browser) if good else "made up"
    sent = data | {"csrf_token": token} if method == "POST" else None
    with browser.open(address, method=method, data=sent, headers=headers) as answer:
        if answer.status_code in (401, 403, 404):
            assert "Story of" not in answer.text
        return answer.status_code


def stories_of(host: Host) -> dict[str, int]:
    """A draft of each kind of person, by whose it is."""
    ids = {}
    for name in (*PEOPLE, "somebody else"):
        post = write_story(host.app, f"Story of {name}", draft=True)
        with host.app.app_context():
            stored = session().get_one(Post, post.id)
            stored.person_id, stored.person_name = name, name.title()
            session().commit()
        ids[name] = post.id
    return ids


def rules_of(host: Host) -> Iterator[tuple[Any, str]]:
    """Each address of the newsroom by each method that it takes."""
    for rule in host.app.url_map.iter_rules():
        if rule.endpoint.startswith("news.") and rule.rule.startswith("/news/newsroom"):
            for method in sorted({"GET", "POST"} & (rule.methods or set())):
                yield rule, method


def line_of(host: Host, rule: Any, method: str) -> tuple[int | str, ...]:
    """What each of them gets at an address."""
    values = write_and_make_link(host)
    ids = stories_of(host)
    adapter = host.app.url_map.bind("localhost")

    def get(name: str, post_id: int, good: bool = True) -> int:
        filled = values | {"post_id": post_id}
        known = {part: filled[part] for part in rule.arguments}
        address = adapter.build(rule.endpoint, known, method=method)
        return ask(host, name, address, method, good=good)

    others = ids["somebody else"]
    # First, for a good one may use a link up.
    bad = get("editor", others, good=False) if method == "POST" else "-"
    return (
        get("", others), get("contributor", ids["contributor"]), get("contributor", others),
        get("author", ids["author"]), get("author", others), get("editor", others),
        get("denied", others), bad,
    )  # fmt: skip


def test_each_address_of_the_newsroom_gives_each_person_what_they_may_have(
    open_hosts: Callable[..., Host],
) -> None:
    first = open_hosts(plain, given=HOOKS)
    lines: dict[str, tuple[int | str, ...]] = {}
    for rule, method in rules_of(first):
        key = f"{rule.endpoint.removeprefix('news.')} {method}"
        assert key in EXPECTED, f"{key} ({rule.rule}) has no row in EXPECTED: say who gets what"
        lines[key] = line_of(open_hosts(plain, given=HOOKS), rule, method)
    print("\n" + drawn("Address and method", COLUMNS, lines))  # noqa: T201
    assert lines == EXPECTED


def drawn(corner: str, columns: tuple[str, ...], lines: dict[str, tuple[int | str, ...]]) -> str:
    """A table to be read."""
    wide = max(map(len, (corner, *lines)))
    head = f"{corner:{wide}}  " + "  ".join(columns)
    rows = [
        f"{key:{wide}}  "
        + "  ".join(f"{got!s:{len(name)}}" for name, got in zip(columns, line, strict=True))
        for key, line in sorted(lines.items())
    ]
    return "\n".join([head, *rows])


def stand(host: Host, post_id: int, state: str) -> None:
    """Let a story stand somewhere."""
    now = utcnow()
    with host.app.app_context():
        post = session().get_one(Post, post_id)
        if state == "in-review":
            actions.send_to_review(post, now)
        if state in ("published", "withdrawn"):
            actions.publish(post, now, now - timedelta(hours=1))
        if state == "scheduled":
            actions.publish(post, now, now + timedelta(hours=1))
        if state == "withdrawn":
            actions.withdraw(post, now)
        if state == "discarded":
            post.discarded_at = now
        if state == "published":
            post.shown_revision, post.saved_revision = 0, 0
        session().commit()


def test_each_decision_is_taken_by_those_who_may_where_the_story_stands_so(
    open_hosts: Callable[..., Host],
) -> None:
    lines: dict[str, tuple[int | str, ...]] = {}
    expected = {f"{state}: {do}": line for (state, do), line in DECISIONS.items()}
    host = open_hosts(plain, given=HOOKS)
    for state, do in DECISIONS:
        got = []
        for name in PEOPLE:
            ids = stories_of(host)
            stand(host, ids[name], state)
            stand(host, ids["somebody else"], state)
            room = "/news/newsroom/posts/{}/publishing"
            got.append(ask(host, name, room.format(ids[name]), "POST", do=do))
            if name != "editor":
                other = room.format(ids["somebody else"])
                assert ask(host, name, other, "POST", do=do) == 403, (state, do, name)
        lines[f"{state}: {do}"] = tuple(got)
    print("\n" + drawn("Where it stands: what is done", tuple(PEOPLE), lines))  # noqa: T201
    assert lines == expected
