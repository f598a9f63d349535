"""A story is written in a real browser: its tools, its keys, its preview, and no word is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy import select

from example_app.database import db
from flask_newsblog.database import utcnow
from flask_newsblog.models import Post, Revision
from flask_newsblog.newsroom.actions import make_sign_in
from flask_newsblog.people import Role

from .conftest import Site
from .looks import DESK, PHONE, faults_of

pytestmark = pytest.mark.browser

Writer: TypeAlias = "Callable[..., Page]"

NEW = "/news/newsroom/posts/new"
_numbers = count(1)


@pytest.fixture(scope="module")
def signed_in(browser: Browser, site: Site) -> Any:
    """The cookies of somebody who came in by a link."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(site.sign_in_link())
    page.get_by_role("button", name="Enter the newsroom").click()
    page.wait_for_url("**/newsroom/")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def writer(browser: Browser, site: Site, signed_in: Any) -> Iterator[Writer]:
    """Opens the sheet for an editor; nothing may be complained of, by script or policy."""
    complaints: list[str] = []
    contexts: list[BrowserContext] = []

    def opened(path: str = NEW, *, context: BrowserContext | None = None, **options: Any) -> Page:
        if context is None:
            context = browser.new_context(
                **{"viewport": DESK, "storage_state": signed_in} | options
            )
            contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else 0)
        page.goto(site.root + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    # What is said of an answer that was not good is the browser's, and was meant.
    assert [said for said in complaints if "Failed to load resource" not in said] == []


def headline() -> str:
    return f"High water, part {next(_numbers)}"


def body(page: Page) -> str:
    return page.get_by_label("Story", exact=True).input_value()


def state(page: Page) -> Any:
    return page.locator("[data-state]")


def posts(site: Site, title: str) -> list[Post]:
    with site.app.app_context():
        return list(db.session.scalars(select(Post).filter_by(blog="news", title=title)))


def kept(site: Site, post: Post) -> list[str]:
    with site.app.app_context():
        rows = db.session.scalars(select(Revision).filter_by(post_id=post.id)).all()
        return [row.content["body"] for row in sorted(rows, key=lambda row: row.number)]


def type_words(page: Page, words: str, start: int | None = None, end: int | None = None) -> None:
    """Write this into the story, and mark a part of it."""
    page.get_by_label("Story", exact=True).fill(words)
    last = len(words)
    page.get_by_label("Story", exact=True).evaluate(
        "(box, [from, to]) => { box.focus(); box.setSelectionRange(from, to); }",
        [last if start is None else start, last if end is None else end],
    )


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_a_story_is_written_and_saved_without_leaving_the_page(
    writer: Writer, site: Site, screen: dict[str, int]
) -> None:
    page, title = writer(viewport=screen), headline()
    page.get_by_label("Headline").fill(title)
    page.get_by_label("Standfirst").fill("The tide comes to the steps.")
    page.get_by_label("Authors").fill("Ben Cole")
    page.keyboard.press("Enter")
    page.get_by_label("Authors").fill("Mira Holt")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Move Mira Holt up").click()
    page.get_by_label("Section", exact=True).select_option("Town")
    page.get_by_label("Tags").fill("Tides, Boats")
    page.get_by_label("Story", exact=True).fill("It came at *noon*.")
    page.keyboard.press("Control+s")
    expect(state(page)).to_have_text(re.compile(r"Saved \d\d?:\d\d"))
    [post] = posts(site, title)
    assert page.url.endswith(f"/newsroom/posts/{post.id}/")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.reload()
    assert page.locator("[name=authors]").input_value() == "Mira Holt\nBen Cole"
    assert page.get_by_label("Tags").input_value() == "Tides, Boats"
    assert body(page) == "It came at *noon*."
    assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]


def test_first_words_become_a_draft_by_themselves(writer: Writer, site: Site) -> None:
    page, title = writer(), headline()
    page.get_by_label("Headline").fill(title)
    page.get_by_label("Story", exact=True).fill("Nobody pressed a button.")
    expect(state(page)).to_have_text(re.compile(r"Draft kept \d\d?:\d\d"))
    [post] = posts(site, title)
    assert page.url.endswith(f"/newsroom/posts/{post.id}/")
    assert kept(site, post) == ["Nobody pressed a button."]
    page.reload()
    assert body(page) == "Nobody pressed a button."


def test_words_that_are_saved_are_no_longer_called_unsaved(writer: Writer, site: Site) -> None:
    page, title = writer(), headline()
    page.get_by_label("Headline").fill(title)
    page.get_by_label("Story", exact=True).fill("Nobody pressed a button yet.")
    expect(state(page)).to_have_text(re.compile(r"Draft kept \d\d?:\d\d"))
    page.reload()
    unsaved = page.get_by_text("These are the words that you had not saved.")
    expect(unsaved).to_be_visible()
    page.keyboard.press("Control+s")
    expect(state(page)).to_have_text(re.compile(r"Saved \d\d:\d\d$"))
    expect(unsaved).to_have_count(0)


def test_two_presses_on_a_slow_line_make_one_draft(writer: Writer, site: Site) -> None:
    page, title = writer(java_script_enabled=False), headline()
    page.get_by_label("Headline").fill(title)
    page.get_by_label("Story", exact=True).fill("Once.")
    page.get_by_role("button", name="Save").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    assert len(posts(site, title)) == 1


def test_a_story_whose_first_answer_was_lost_is_one_story(writer: Writer, site: Site) -> None:
    page, title = writer(), headline()

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/posts/new", lose_the_answer)
    page.get_by_label("Headline").fill(title)
    page.get_by_label("Story", exact=True).fill("Sent from a train.")
    expect(state(page)).to_have_text("Not saved: kept in this browser")
    page.close()
    assert len(posts(site, title)) == 1
    again = writer(context=page.context)
    again.get_by_role("button", name="Show them").click()
    again.get_by_label("Story", exact=True).press_sequentially(" And on.")
    again.keyboard.press("Control+s")
    expect(state(again)).to_have_text(re.compile("^Saved"))
    [post] = posts(site, title)
    assert kept(site, post)[-1] == "Sent from a train. And on."


def test_words_stay_in_the_browser_while_the_server_cannot_be_reached(
    writer: Writer, site: Site
) -> None:
    page, title = writer(), headline()
    page.context.set_offline(True)
    page.get_by_label("Headline").fill(title)
    page.get_by_label("Story", exact=True).fill("Written in a tunnel.")
    page.keyboard.press("Control+s")
    expect(state(page)).to_have_text("Not saved: kept in this browser")
    page.close()
    page.context.set_offline(False)
    again = writer(context=page.context)
    expect(again.locator("[data-kept-words]")).to_contain_text("Words that were not saved")
    again.get_by_role("button", name="Show them").click()
    assert body(again) == "Written in a tunnel."
    assert again.get_by_label("Headline").input_value() == title
    again.keyboard.press("Control+s")
    expect(state(again)).to_have_text(re.compile("^Saved"))
    assert len(posts(site, title)) == 1
    once_more = writer(context=page.context)
    expect(once_more.get_by_label("Headline")).to_be_visible()
    expect(once_more.get_by_role("button", name="Show them")).to_be_hidden()


def test_what_one_keeps_in_a_browser_is_not_offered_to_another(writer: Writer, site: Site) -> None:
    page = writer()
    page.context.set_offline(True)
    page.get_by_label("Story", exact=True).fill("Under embargo.")
    expect(state(page)).to_have_text("Not saved: kept in this browser")
    page.close()
    page.context.set_offline(False)
    page.context.clear_cookies()
    with site.app.app_context():
        secret = make_sign_in("news", "Tom Berg", Role.AUTHOR, utcnow())
        db.session.commit()
    other = writer(f"/news/newsroom/sign-in/{secret}", context=page.context)
    other.get_by_role("button", name="Enter the newsroom").click()
    other.wait_for_url("**/newsroom/")
    other.goto(site.root + NEW)
    expect(state(other)).to_have_text("Nothing written yet")
    other.wait_for_function("navigator.locks.query().then(found => found.held.length > 0)")
    expect(other.locator("[data-kept]")).to_be_hidden()


def test_what_is_typed_while_a_save_is_merged_takes_nothing_out_of_it(
    writer: Writer, site: Site
) -> None:
    page, title = writer(), headline()
    page.get_by_label("Headline").fill(title)
    page.get_by_label("Story", exact=True).fill("One boat.\n\nThe quay.\n\nOne crane.")
    page.keyboard.press("Control+s")
    expect(state(page)).to_have_text(re.compile("^Saved"))
    [post] = posts(site, title)
    path = f"/news/newsroom/posts/{post.id}/"
    other = writer(path)
    other.get_by_label("Story", exact=True).fill("Two boats.\n\nThe quay.\n\nOne crane.")
    other.keyboard.press("Control+s")
    expect(state(other)).to_have_text(re.compile("^Saved"))

    def while_it_is_sent(route: Any) -> None:
        if route.request.method == "POST" and "do=save" in (route.request.post_data or ""):
            page.get_by_label("Story", exact=True).fill(
                "One boat.\n\nThe quay.\n\nTwo cranes, and a third."
            )
        route.continue_()

    page.route(f"**{path}", while_it_is_sent)
    page.get_by_label("Story", exact=True).fill("One boat.\n\nThe quay.\n\nTwo cranes.")
    page.keyboard.press("Control+s")
    page.wait_for_url("**said=merged**")
    page.unroute(f"**{path}")
    page.get_by_role("button", name="Show them").click()
    page.keyboard.press("Control+s")
    # Both wrote the last line, if by the same hand; what the other wrote is in it.
    expect(page.get_by_label("Story", exact=True)).to_have_value(
        re.compile(r"^Two boats\.\n\nThe quay\.\n\n(?s:.*)Two cranes, and a third\.")
    )


def test_whoever_is_signed_out_hears_of_it_and_keeps_the_words(writer: Writer) -> None:
    page = writer()
    cookies = page.context.cookies()
    page.get_by_label("Headline").fill(headline())
    page.context.clear_cookies()
    page.keyboard.press("Control+s")
    expect(state(page)).to_contain_text("You are signed out. Your words are kept in this browser")
    page.context.add_cookies(cookies)
    page.keyboard.press("Control+s")
    expect(state(page)).to_have_text(re.compile("^Saved"))


def test_what_is_wrong_is_said_at_its_field_and_on_top(writer: Writer) -> None:
    page = writer()
    page.get_by_label("Story", exact=True).fill("No headline.")
    page.keyboard.press("Control+s")
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("Headline: Please write a headline.")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Headline").click()
    expect(page.get_by_label("Headline")).to_be_focused()
    assert body(page) == "No headline."


@pytest.mark.parametrize(
    ("tool", "before", "marked", "after"),
    [
        ("Bold", "a wet day", (2, 5), "a **wet** day"),
        ("Bold", "a **wet** day", (4, 7), "a wet day"),
        ("Italic", "a wet day", (2, 6), "a *wet* day"),
        ("Link", "a wet day", (2, 5), "a [wet](address) day"),
        ("Heading", "Tides", (2, 2), "## Tides"),
        ("Heading", "## Tides", (4, 4), "Tides"),
        ("Quote", "One.\n\nTwo.", (0, 10), "> One.\n>\n> Two."),
        ("List", "a\nb", (0, 3), "- a\n- b"),
        ("List", "- a\n- b", (0, 7), "a\nb"),
        ("Numbered list", "a\nb", (0, 3), "1. a\n2. b"),
        ("Footnote", "Fog.", (4, 4), "Fog.[^1]\n\n[^1]: footnote"),
    ],
)
def test_a_tool_does_what_it_says_and_undo_takes_it_back(
    writer: Writer, tool: str, before: str, marked: tuple[int, int], after: str
) -> None:
    page = writer()
    type_words(page, before, *marked)
    page.get_by_role("toolbar").get_by_role("button", name=tool, exact=True).click()
    assert body(page) == after
    expect(page.get_by_label("Story", exact=True)).to_be_focused()
    for _ in range(4):
        if body(page) != before:
            page.keyboard.press("Control+z")
    assert body(page) == before


def test_keys_set_words_and_lists_go_on(writer: Writer) -> None:
    page = writer()
    for key, expected in (("b", "**fog**"), ("i", "*fog*"), ("k", "[fog](address)")):
        type_words(page, "fog", 0, 3)
        page.keyboard.press(f"Control+{key}")
        assert body(page) == expected
    type_words(page, "1. one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert body(page) == "1. one\n2. two\n"


def paste(page: Page, html: str, plain: str) -> None:
    page.get_by_label("Story", exact=True).evaluate(
        """(box, [html, plain]) => {
          const data = new DataTransfer();
          data.setData("text/html", html);
          data.setData("text/plain", plain);
          box.focus();
          const event = { clipboardData: data, bubbles: true, cancelable: true };
          if (box.dispatchEvent(new ClipboardEvent("paste", event)))
            document.execCommand("insertText", false, plain);
        }""",
        [html, plain],
    )


GOOGLE = (
    '<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1"><h1 dir="ltr">'
    '<span style="font-weight:400">Tides</span></h1><p><span style="font-weight:400">A </span>'
    '<span style="font-weight:700">high</span><span style="font-weight:400"> one, </span><span '
    'style="font-weight:400;font-style:italic">they say</span>.</p><ul><li><p>Low</p></li><ul><li>'
    "<p>Lower</p></li></ul></ul></b>"
)
WORD = (
    "<html xmlns:o='urn'><head><style>p.MsoNormal {margin:0}</style></head><body>"
    "<!--StartFragment--><p class=MsoNormal>The <b>fog</b>\r\nlifts.<o:p></o:p></p>"
    "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span "
    "style='mso-list:Ignore'>·<span>&nbsp; </span></span><![endif]>One</p>"
    "<p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>"
    "o</span>Two</p><!--EndFragment--></body></html>"
)


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>A <b>bold </b>word</p>", "A **bold** word"),
        ("<p>un<i>believ</i>able</p>", "un*believ*able"),
        ("<b>bold <i>both</i></b> end", "**bold *both*** end"),
        ('See <a href="https://example.org/a(b)">this <b>one</b></a>.',
         "See [this **one**](<https://example.org/a(b)>)."),
        ("<h1>Top</h1><h3>Sub</h3>", "## Top\n\n### Sub"),
        ("<ol start=3><li>c<li>d<ul><li>e</ul></ol>", "3. c\n4. d\n   - e"),
        ("<blockquote><p>One</p><p>Two</p></blockquote>", "> One\n>\n> Two"),
        ("<pre><code class='language-py'>a = `b`\n  c</code></pre>", "```py\na = `b`\n  c\n```"),
        ("<p>Use <code>a*b</code></p>", "Use `a*b`"),
        ("<table><tr><th>Port<th>m</tr><tr><td>A|B<td>3</tr></table>",
         "| Port | m |\n| --- | --- |\n| A\\|B | 3 |"),
        ("<p>1. not a list</p><p># nor this, *nor* snake_case</p>",
         "1\\. not a list\n\n\\# nor this, \\*nor\\* snake_case"),
        ("<p>one<br>two<br><br>three</p><p>x</p>", "one\\\ntwo\n\nthree\n\nx"),
        (GOOGLE, "## Tides\n\nA **high** one, *they say*.\n\n- Low\n  - Lower"),
        (WORD, "The **fog** lifts.\n\n- One\n    - Two"),
        ("<script>bad()</script><style>p {}</style><p>a <em>b</em></p>", "a *b*"),
    ],
)  # fmt: skip
def test_formatted_text_becomes_markdown(writer: Writer, html: str, markdown: str) -> None:
    page = writer()
    assert page.evaluate("html => newsblogEditor.markdownFrom(html)", html) == markdown


def test_pasting_loses_no_word_and_can_be_undone(writer: Writer) -> None:
    page = writer()
    paste(page, "<p>The <b>tide</b></p>", "The tide")
    assert body(page) == "The **tide**"
    page.keyboard.press("Control+z")
    assert body(page) == ""
    # Where the formatted text lacks a word, the plain one is taken.
    paste(page, "<p>The <b>tide</b></p>", "The tide turns")
    assert body(page) == "The tide turns"
    # Code from an editor is as good as it is.
    page.get_by_label("Story", exact=True).fill("")
    paste(page, "<div style='font-family:monospace'><span>a_b *c*</span></div>", "a_b *c*")
    assert body(page) == "a_b *c*"
    type_words(page, "the harbour", 4, 11)
    paste(page, "", "https://example.org/harbour")
    assert body(page) == "the [harbour](https://example.org/harbour)"


DROP = """(box) => {
  const data = new DataTransfer();
  data.items.add(new File(["x"], "quay.jpg", { type: "image/jpeg" }));
  box.focus();
  box.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


def take_pictures(page: Page, status: int, **answer: Any) -> None:
    """Let the library take a picture, or not."""
    address = "/news/newsroom/media/upload"
    page.locator("[data-writing]").evaluate(f"form => form.dataset.upload = '{address}'")
    page.route(
        f"**{address}",
        lambda route: route.fulfill(
            status=status, content_type="application/json", body=json.dumps(answer)
        ),
    )


def test_a_dropped_picture_stands_where_it_was_dropped(writer: Writer) -> None:
    page = writer()
    take_pictures(page, 200, id=12, url="/x.jpg", alt="", markdown="![](media:12)")
    type_words(page, "Above.\n\nBelow.", 6, 6)
    page.get_by_label("Story", exact=True).evaluate(DROP)
    expect(page.locator("[data-alt-hint]")).to_contain_text("without a description: 1")
    assert body(page) == "Above.\n\n![](media:12)\n\nBelow."


def test_a_picture_that_is_refused_leaves_the_words_and_says_why(writer: Writer) -> None:
    page = writer()
    take_pictures(page, 422, problem="This is no picture.")
    type_words(page, "Above.")
    page.get_by_label("Story", exact=True).evaluate(DROP)
    expect(page.get_by_text("quay.jpg was not uploaded: This is no picture.")).to_be_visible()
    assert body(page).strip() == "Above."


def test_the_preview_stands_beside_the_text_and_follows_it(writer: Writer) -> None:
    page = writer()
    page.get_by_label("Headline").fill("Fog at noon")
    page.get_by_label("Story", exact=True).fill("It was *thick*.\n\n<script>alert(1)</script>")
    live = page.get_by_role("region", name="Preview")
    expect(live.get_by_role("heading", name="Fog at noon")).to_be_visible()
    expect(live.locator("em")).to_have_text("thick")
    assert live.locator("script").count() == 0
    page.get_by_label("Story", exact=True).fill("> " * 30 + "deep")
    expect(live).to_contain_text("Too many quotes and lists are inside one another.")
    page.get_by_role("button", name="Preview").click()
    expect(live).to_be_hidden()
    page.reload()
    expect(page.get_by_role("button", name="Preview")).to_have_attribute("aria-pressed", "false")


def test_on_a_phone_the_preview_takes_the_place_of_the_form(writer: Writer) -> None:
    page = writer(viewport=PHONE)
    page.get_by_label("Story", exact=True).fill("It was *thick*.")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("region", name="Preview").locator("em")).to_have_text("thick")
    expect(page.get_by_label("Story", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Write").click()
    assert body(page) == "It was *thick*."


def test_words_and_minutes_are_counted(writer: Writer) -> None:
    page = writer()
    page.get_by_label("Story", exact=True).fill("one [two](https://example.org/a) — three\n" * 200)
    expect(page.locator(".nb-writing-bar [data-words]")).to_have_text("600")
    expect(page.locator(".nb-writing-bar [data-minutes]")).to_have_text("3")


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_all_is_done_without_script_too(writer: Writer, site: Site, screen: dict[str, int]) -> None:
    page, title = writer(java_script_enabled=False, viewport=screen), headline()
    page.get_by_label("Headline").fill(title)
    page.get_by_label("Authors").fill("Ben Cole\nMira Holt")
    page.get_by_label("Story", exact=True).fill("It was *thick*.")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("region", name="Preview").locator("em")).to_have_text("thick")
    assert posts(site, title) == []
    assert body(page) == "It was *thick*."
    page.get_by_text("Choose a picture").click()
    page.get_by_label("Number of a picture in the library").fill("1")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".nb-note[role=status]")).to_contain_text("Saved.")
    [post] = posts(site, title)
    assert post.lead_image_id == 1
    assert page.locator("[name=authors]").input_value() == "Ben Cole\nMira Holt"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sheet_has_no_serious_fault(writer: Writer, axe: str, scheme: str) -> None:
    page = writer(color_scheme=scheme)
    page.get_by_label("Headline").fill("Fog at noon")
    page.get_by_label("Story", exact=True).fill(
        "## Thick\n\nIt *was*, said [who](https://a.example)."
    )
    for summary in page.locator("details > summary").all():
        summary.click()
    assert faults_of(page, axe) == []
    page.evaluate("document.documentElement.dir = 'rtl'; document.querySelector('.nb').dir = 'rtl'")
    for screen in (PHONE, DESK):
        page.set_viewport_size(screen)
        assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]


def test_who_begins_a_story_is_seen_in_it_by_who_comes_next(writer: Writer, site: Site) -> None:
    page, title = writer(), headline()
    with page.expect_request("**/here"):
        page.get_by_label("Headline").fill(title)
        page.get_by_label("Story", exact=True).fill("First words.")
        expect(state(page)).to_have_text(re.compile(r"Draft kept \d\d?:\d\d"))
        page.evaluate("dispatchEvent(new Event('pageshow'))")


def test_words_that_come_back_have_the_picture_that_was_chosen_for_them(
    writer: Writer, site: Site
) -> None:
    page = writer()
    page.context.set_offline(True)
    page.get_by_label("Story", exact=True).fill("With a picture.")
    page.evaluate(
        """() => {
        // A picture that was on offer when this was written, and is not any more.
        const form = document.querySelector("[data-writing]");
        const radio = document.createElement("input");
        Object.assign(radio, { type: "radio", name: "lead_image", value: "424242", checked: true });
        form.querySelector("[data-pictures]").append(radio);
        radio.dispatchEvent(new Event("input", { bubbles: true }));
        }"""
    )
    expect(state(page)).to_have_text("Not saved: kept in this browser")
    page.close()
    page.context.set_offline(False)
    again = writer(context=page.context)
    again.get_by_role("button", name="Show them").click()
    assert body(again) == "With a picture."
    number = again.get_by_label("Number of a picture in the library")
    expect(number).to_have_value("424242")


def test_a_picture_on_its_way_leaves_no_mark_in_words_that_two_changed(
    writer: Writer, site: Site
) -> None:
    page, title = writer(), headline()
    page.get_by_label("Headline").fill(title)
    page.get_by_label("Story", exact=True).fill("One boat.")
    page.keyboard.press("Control+s")
    expect(state(page)).to_have_text(re.compile("^Saved"))
    [post] = posts(site, title)
    other = writer(f"/news/newsroom/posts/{post.id}/")
    other.get_by_label("Story", exact=True).fill("Two boats.")
    other.keyboard.press("Control+s")
    expect(state(other)).to_have_text(re.compile("^Saved"))
    page.locator("[data-writing]").evaluate("form => form.dataset.upload = '/upload-without-end'")
    page.route("**/upload-without-end", lambda route: None)
    type_words(page, "Three boats.")
    page.get_by_label("Story", exact=True).evaluate(DROP)
    expect(page.get_by_label("Story", exact=True)).to_have_value(re.compile("Uploading"))
    page.keyboard.press("Control+s")
    expect(page.get_by_label("Story", exact=True)).to_have_value(re.compile("Two boats"))
    text = body(page)
    assert "Three boats." in text
    assert "Uploading" not in text
