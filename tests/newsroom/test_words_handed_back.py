"""Whatever box of the newsroom one writes in: no session that ends and no fault costs the words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import request
from flask.testing import FlaskClient

from flask_newsblog import Person

from ..comments.readers import all_of, kept, tree
from ..hosts import Host, plain
from ..people.test_doors import write_and_make_link
from .desks import send
from .test_roles import rules_of

TYPED = "Quay & <pier>, typed with care."


def who() -> Person | None:
    """An editor, as long as the session of their browser lasts."""
    return Person("ann", "Ann") if "editor" in request.cookies else None


def can(*asked: Any) -> bool:
    """An editor may do everything, unless the host's own code breaks."""
    if "broken" in request.cookies:
        raise RuntimeError("The host's code failed.")
    return True


def boxes(host: Host, browser: FlaskClient) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each form of the newsroom in which one writes: its endpoint, its address, its fields."""
    values = write_and_make_link(host)
    adapter, door = host.app.url_map.bind("localhost"), "/news/newsroom/"
    send(browser, f"{door}posts/1/corrections/", do="send", kind="update", text="It sails.")
    for rule in [rule for rule, method in rules_of(host) if method == "GET"]:
        known = {name: values[name] for name in rule.arguments}
        address = adapter.build(rule.endpoint, known, method="GET")
        with browser.get(address) as page:
            html = page.text
        for form in all_of(tree(html), "form"):
            names = [box.get("name", "") for box in form.iter("textarea")]
            if names:
                to = (form.get("action") or address).partition("?")[0]
                endpoint, _ = adapter.match(to, method="POST")
                verbs = {e.get("value", "") for e in form.iter() if e.get("name") == "do"}
                yield endpoint, to, dict.fromkeys(names, TYPED) | {"do": next(iter(verbs), "")}


@pytest.mark.parametrize("ends", ["session", "session with a way to sign in", "fault"])
def test_what_was_written_in_any_box_of_the_newsroom_is_handed_back(
    open_hosts: Callable[..., Host], ends: str
) -> None:
    login = "log_in" if ends == "session with a way to sign in" else ""
    given = {"current_person": who, "can": can, "login_endpoint": login}
    host = open_hosts(plain, given=given, PROPAGATE_EXCEPTIONS=False)
    host.app.add_url_rule("/log-in", "log_in", lambda: "")
    host.app.register_error_handler(401, lambda error: ("The host's own page", 401))
    browser = host.client()
    browser.set_cookie("editor", "yes")
    found = list(boxes(host, browser))
    if ends == "fault":
        browser.set_cookie("broken", "yes")
    else:
        browser.delete_cookie("editor")
    lost = []
    for endpoint, address, fields in found:
        answer = browser.post(address, data=fields)
        assert answer.status_code == (500 if ends == "fault" else 401), (endpoint, fields)
        if not any(TYPED in text for text in kept(answer.text)):
            lost.append((endpoint, fields))
    assert lost == []
    assert {endpoint.removeprefix("news.") for endpoint, *_ in found} >= {
        "new_post", "edit_post", "publishing", "corrections_desk", "edit_comment", "rules",
        "edit_section", "edit_tag", "edit_author",
    }  # fmt: skip
