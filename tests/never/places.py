"""All the places where words of readers are shown, with what stands there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask_newsblog.comments import tokens

from ..comments.guests import MINE, keys, own_path
from ..comments.readers import FOREIGN, Site, kept
from ..comments.reporting import report, report_error
from ..comments.test_desk import QUEUE
from ..comments.test_desk import Moderator as Desk
from ..comments.test_rule_screen import PATH as RULES
from ..comments.test_rule_screen import WORD
from ..comments.test_rule_screen import Desk as RuleDesk
from ..mail.servers import approve, html_of, text_of
from .ways import titles

PAYLOADS = (
    '<script>alert(1)</script>"><img src=x onerror=alert(1)>',
    "' onfocus=alert(1) autofocus '<!-- --!><b>",
    "</textarea></title><script>alert(1)</script><svg onload=alert(1)>",
    """[a](javascript:alert(1)) <javascript:alert(1)> [a](https://x.example"onclick=alert(1))""",
    "</bdi></p></li></ol><iframe srcdoc='<script>alert(1)</script>'>",
    "&lt;script&gt;&#x3c;b&#62; `</code><b onclick=a>`",
    "<a href=//evil.example>a</a><form action=//evil.example><base href=//evil.example>",
    "<style>*{display:none}</style><meta http-equiv=refresh content=0;//evil.example>",
)


@dataclass
class Attacked:
    """A site on which each payload was said twice: once it waits, and once it is published."""

    site: Site
    sent: list[Any]
    held: list[int] = field(default_factory=list)
    published: list[int] = field(default_factory=list)

    def get(self, path: str, client: Any = None) -> str:
        answer = self.site.host.get(path, client=client)
        assert answer.status_code == 200, path
        return str(answer.text)

    def desk(self, path: str) -> str:
        return self.get(path, self.site.client("Edith"))


def mark(number: int) -> str:
    """What is said along with a payload, to see that it has come through."""
    return f"zq{number}z"


def name_of(number: int) -> str:
    return f"{PAYLOADS[number]} {mark(number)}"


def say_all(site: Site, way: Callable[..., tuple[Any, int]], sent: list[Any]) -> Attacked:
    """Say each payload in this way, as body, name and website."""
    attacked = Attacked(site, sent)
    for into, time in ((attacked.held, "once"), (attacked.published, "twice")):
        for number, payload in enumerate(PAYLOADS):
            answer, comment = way(
                site, f"{payload} {mark(number)} {time}", author=name_of(number),
                url=f"https://x.example/?{quote(payload)}",
            )  # fmt: skip
            assert answer.status_code == 303, payload
            into.append(comment)
    for comment in attacked.published:
        approve(site, comment)
    return attacked


def story_page(here: Attacked) -> list[str]:
    return [here.site.article().text, here.site.article("?order=newest").text]


def reply_page(here: Attacked) -> list[str]:
    return [here.get(f"{here.site.reply_path}?to={n}") for n in here.published]


def waiting_page(here: Attacked) -> list[str]:
    secrets, now = keys(here.site), here.site.clock()
    made = [tokens.waiting_token(secrets, "news", n, now) for n in here.held]
    return [here.get(f"/replies/waiting/{token}") for token in made]


def own_pages(here: Attacked) -> list[str]:
    shown = [here.get(own_path(here.site, MINE))]
    for number in here.held:
        mine = own_path(here.site, number)
        shown += [here.get(f"{mine}/{verb}/{number}") for verb in ("edit", "delete")]
    return shown


def queue(here: Attacked) -> list[str]:
    return [here.desk(f"{QUEUE}?state={state}") for state in ("held", "published")]


def comment_page(here: Attacked) -> list[str]:
    return [here.desk(f"{QUEUE}{number}") for number in here.held]


def search(here: Attacked) -> list[str]:
    queries = [quote(name_of(number)) for number in range(len(PAYLOADS))]
    shown = [here.desk(f"{QUEUE}?q={query}") for query in queries]
    return shown + [here.desk(f"{RULES}?part={query}") for query in queries[::4]]


def rejections(here: Attacked) -> list[str]:
    """What is said after a rejection, with its reason, to the desk and to the writer."""
    desk = Desk(here.site)
    desk.look()
    for number, comment in enumerate(here.held):
        desk.post(f"{QUEUE}act", reject=str(comment), **{f"note-{comment}": name_of(number)})
    shown = [desk.look(f"{QUEUE}?state=rejected"), here.get(own_path(here.site, MINE))]
    shown.append(desk.press(selected="hold", comment=here.held))
    return shown


def rules_screen(here: Attacked) -> list[str]:
    """All are kept; what is said after that, and what a trial says, is looked at of some."""
    desk, shown = RuleDesk(here.site), []
    for number in range(len(PAYLOADS)):
        given = {**WORD, "value": name_of(number), "note": name_of(number)}
        answer = desk.post("save", **given)
        if number % 3 == 0:
            shown += [desk.follow(answer), desk.post("try", **given).text]
            tested = desk.post("test", text=name_of(number), name=name_of(number))
            shown.append(tested.text)
    return [*shown, desk.get().text]


def reports_screen(here: Attacked) -> list[str]:
    shown = []
    for number, comment in enumerate(here.published):
        house = f"198.51.{number}.1"
        report(here.site, comment, reason="other", text=name_of(number), address=house)
        report_error(here.site, name_of(number), address=house)
        shown.append(here.get(f"/comments/{comment}/report"))
    shown += [here.desk("/newsroom/reports/"), here.desk(f"{QUEUE}?state=reported")]
    return shown


def refusals(here: Attacked) -> list[str]:
    """The form with what was typed, and the page that asks for proof."""
    shown = []
    for number, payload in enumerate(PAYLOADS):
        typed = dict.fromkeys(("author", "email", "url", "took", "nudged", "parent"), payload)
        for headers in ({"Sec-Fetch-Site": "same-origin"}, FOREIGN):
            answer = here.site.send(f"{payload} {mark(number)}", headers=headers, **typed)
            assert answer.status_code in (403, 422)
            assert payload in kept(answer.text)
            shown.append(answer.text)
    return shown


def mails(here: Attacked) -> list[str]:
    """Every mail that all this has led to, both parts: the plain one as it would be shown."""
    assert here.site.host.run("send-mail").exit_code == 0
    shown = [html_of(mail) for mail in here.sent]
    # A plain part is never read as HTML; that it holds the words is what is looked at.
    plain = "\n".join(text_of(mail) for mail in here.sent)
    assert all(mark(number) in plain for number in range(len(PAYLOADS)))
    return shown


def titles_and_labels(here: Attacked) -> list[str]:
    shown = reply_page(here)
    for number, html in enumerate(shown):
        assert name_of(number) in titles(html)
    labels = titles(here.site.article().text)
    assert all(f"Reply to {name_of(n)}" in labels for n in range(len(PAYLOADS)))
    assert all(f"Comment by {name_of(n)}" in titles(h) for n, h in enumerate(comment_page(here)))
    return shown


def tags_of_the_import(here: Attacked) -> list[str]:
    """Stories brought in from files, with payloads for tags and titles."""
    for number in range(len(PAYLOADS)):
        said = name_of(number).replace("'", "''")
        about = f"status: published\ndate: 2026-05-01\ntitle: '{said}'\ntags: ['{said}']"
        text = f"---\n{about}\n---\n\nWords.\n"
        Path(f"payload-{number}.md").write_text(text, "utf-8")
    done = here.site.host.run("import-markdown", ".")
    assert done.exit_code == 0, done.output
    found = set(re.findall(r'href="/news(/\d{4}/[^"#?]+)', here.get("/"))) - {"/"}
    stories = [here.get(path) for path in sorted(found)]
    tags = {path for html in stories for path in re.findall(r'href="/news(/tags/[^"]+)"', html)}
    assert len(tags) == len(PAYLOADS)
    return [here.get("/"), *stories, *map(here.get, sorted(tags))]


PLACES: dict[str, Callable[[Attacked], list[str]]] = {
    "story page": story_page,
    "reply page": reply_page,
    "waiting page": waiting_page,
    "own page": own_pages,
    "newsroom queue": queue,
    "comment page": comment_page,
    "newsroom search": search,
    "rejections": rejections,
    "rules screen": rules_screen,
    "reports screen": reports_screen,
    "refusals": refusals,
    "mail": mails,
    "title and aria-labels": titles_and_labels,
    "tags of the import": tags_of_the_import,
}
