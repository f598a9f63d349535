"""The moderators' screens on every host and database, and with what hostile writers send."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_newsblog.models import CommentState
from flask_newsblog.newsroom.cards import VERBS
from flask_newsblog.newsroom.places import STATES, NoSuchPlace, Place, read_place

from ..documents import ROOT, table
from ..hosts import Host, write_story
from .readers import SAME, Site, all_of, tree, words
from .test_desk import HELD, QUEUE, Moderator, cards, counts, state_of, status, token_of

PAYLOADS = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onfocus=alert(1) autofocus '",
    "javascript:alert(1)", "</textarea><script>alert(1)</script>", "</title><svg onload=alert(1)>",
    "[a](javascript:alert(1))", "{{ 7*7 }}", "\u202egnirts\u2066", "<!--", "%(n)s %s", "${7*7}",
)  # fmt: skip
SCRIPT = ROOT / "flask_newsblog" / "static" / "newsroom.js"


def faults(html: str) -> list[str]:
    """What stands on a page that only a payload would bring there."""
    found = []
    for element in tree(html).iter():
        if element.tag == "script" and "newsroom.js" not in element.get("src", ""):
            found.append("script")
        for name, value in element.attrib.items():
            leads = name in ("href", "src", "action", "formaction")
            if name.startswith("on") or name == "autofocus":
                found.append(name)
            elif leads and not re.match(r"(/|#|https?://(mira|a)\.example)", value):
                found.append(value)
    return found


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_stays_words_on_the_moderators_screens(site: Site, payload: str) -> None:
    desk = Moderator(site)
    site.send(payload, author=payload, url="https://mira.example/" + quote(payload))
    number = site.stored()[0].id
    reply = site.plant("An answer.", state=HELD, name=payload)
    desk.look()
    desk.press(reject=str(number), **{f"note-{number}": payload})
    for path in (
        QUEUE, f"{QUEUE}?state=rejected", f"{QUEUE}?q={quote(payload)}", f"{QUEUE}{number}",
        f"{QUEUE}{reply}", f"{QUEUE}?done={quote(payload)}", f"{QUEUE}{number}?done=%00",
    ):  # fmt: skip
        assert faults(desk.look(path)) == [], path
        assert "49" not in words(tree(desk.page.text))


def test_no_screen_is_led_elsewhere_by_what_a_form_says(site: Site) -> None:
    desk, number = Moderator(site), site.plant(state=HELD)
    desk.look()
    for fields in (
        {"q": "//evil.example"}, {"q": "\r\nLocation: https://evil.example"}, {"next": "//evil"},
        {"done": "https:evil"}, {"alone": str(number)},
    ):  # fmt: skip
        answer = desk.post(f"{QUEUE}act", approve=str(number), **fields)
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith(f"/news{QUEUE}")


def test_the_queue_works_on_every_kind_of_host(any_host: Host) -> None:
    host = any_host
    client, root = host.client(), f"http://{host.server}"
    story = write_story(host.app).id
    sent = host.open(
        f"/replies/{story}", method="POST", headers=SAME,
        data={"comment": "Welcome.", "author": "Mira", "email": "mira@example.org"},
    )  # fmt: skip
    assert sent.status_code == 303
    command = host.run("sign-in", "Ann", "--base-url", root, "--blog", host.name)
    link = command.output.split()[0].removeprefix(root + host.prefix)
    token = token_of(host.get(link, client=client).text)
    host.open(link, client=client, method="POST", data={"csrf_token": token})
    page = host.get(QUEUE, client=client).text
    (number,) = cards(page)
    data = {"csrf_token": token_of(page), "approve": number}
    answer = host.open(f"{QUEUE}act", client=client, method="POST", data=data)
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"], base_url=root).text
    assert status(page) == "1 comment approved."
    assert counts(page)["held"] == "0"


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_the_queue_works_on_servers(server_site: Callable[[str], Site], kind: str) -> None:
    site = server_site(kind)
    desk = Moderator(site)
    number = site.plant("A gull, a GULL.", state=HELD)
    assert number in cards(desk.look())
    for state in STATES:
        desk.look(f"{QUEUE}?state={state}&q=gull%00%25&after={number}&done=%00")
    desk.look()
    desk.press(f"{QUEUE}undo", batch="\0", q="\0")
    desk.press(selected="spam", comment=[str(number)])
    assert number in cards(desk.look(f"{QUEUE}?state=spam&q=gull"))
    desk.look(f"{QUEUE}{number}")
    desk.press(f"{QUEUE}{number}/edit", text="A tern.")
    desk.undo(alone=str(number))
    assert state_of(site, number) == CommentState.SPAM
    assert site.counters() == site.recount()


@given(
    st.dictionaries(
        st.sampled_from(["state", "blog", "q", "after", "alone"]), st.text(max_size=30), max_size=5
    )
)
def test_any_address_is_a_place_or_none(values: dict[str, str]) -> None:
    try:
        place = read_place(values, ["news"])
    except NoSuchPlace:
        return
    assert read_place(dict(place.fields), ["news"]) == place


def test_a_place_begins_at_its_beginning_when_the_state_is_changed() -> None:
    place = Place("spam", "news", "gull", after=7)
    assert place.at(state="held") == Place("held", "news", "gull")


# What the docs say


def test_every_tab_and_key_is_documented_and_works(site: Site) -> None:
    html = Moderator(site).look()
    (filters,) = all_of(tree(html), "nav", aria_label="State")
    tabs = [words(link).rpartition(" ")[0] for link in filters.iter("a")]
    assert table("moderation.md", "Tab").column("Tab") == tabs
    keys = [words(key) for key in tree(html).iter("kbd")]
    documented = table("moderation.md", "Key").column("Key")
    assert documented == keys
    source = SCRIPT.read_text("utf-8")
    handled = re.findall(r'(?:[{,]|^) *"?([^\s"])"?: (?:"|\(\) =>|undo)', source, re.MULTILINE)
    assert sorted(documented) == sorted(handled)


def test_every_button_is_documented(site: Site) -> None:
    names = {name.lower() for name in table("moderation.md", "Button").column("Button")}
    assert names == {verb for verbs in VERBS.values() for verb in verbs}
