"""Reads what came out as a browser would find it, and names whatever a story may not hold."""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from flask_newsblog.text.allowed import ATTRIBUTES, TAGS

# Written down once more, apart from the code that makes them.
OURS = {
    "id": re.compile(r"(fn|table)\d+|fnref\d+(-\d+)?"),
    "aria-labelledby": re.compile(r"table\d+"),
    "class": re.compile(r"nb-(table|left|center|right)|language-[a-z0-9+#-]{1,20}"),
    "role": re.compile(r"group|doc-(noteref|backlink|endnotes)"),
    "rel": re.compile("noopener"),
}
# What a comment may hold, whole.
IN_COMMENTS: dict[str, dict[str, re.Pattern[str]]] = {
    tag: {name: re.compile(pattern) for name, pattern in attributes.items()}
    for tag, attributes in {
        "a": {"href": r"https?://[^\s\"'<>\\]+", "rel": "nofollow ugc noopener"},
        "blockquote": {},
        "br": {},
        "code": {},
        "em": {},
        "li": {"dir": "auto"},
        "ol": {"start": "[0-9]{1,9}"},
        "p": {"dir": "auto"},
        "pre": {},
        "strong": {},
        "ul": {},
    }.items()
}
HERE = "https://news.example/stories/one/"


def outside(html: str) -> list[str]:
    """Everything in some HTML that is not on the list; nothing if all is well."""
    return _read(_Reader(), html)


def outside_comments(html: str) -> list[str]:
    """Everything in some HTML that no comment may hold; nothing if all is well."""
    return _read(_CommentReader(), html)


def _read(reader: "_Reader", html: str) -> list[str]:
    reader.feed(str(html))
    reader.close()
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.found.append(f"<{tag}>")
        allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set())
        for name, value in attrs:
            if name not in allowed and (tag, name) != ("a", "rel"):
                self.found.append(f"<{tag} {name}>")
            elif not _is_honest(name, value or ""):
                self.found.append(f"<{tag} {name}={value!r}>")

    def handle_comment(self, data: str) -> None:
        self.found.append("a comment")

    def handle_decl(self, decl: str) -> None:
        self.found.append("a declaration")

    def handle_pi(self, data: str) -> None:
        self.found.append("an instruction")


class _CommentReader(_Reader):
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in IN_COMMENTS:
            self.found.append(f"<{tag}>")
        elif tag == "a" and [name for name, _ in attrs] != ["href", "rel"]:
            self.found.append(f"<a> with {attrs}")
        for name, value in attrs:
            pattern = IN_COMMENTS.get(tag, {}).get(name)
            if pattern is None or not pattern.fullmatch(value or ""):
                self.found.append(f"<{tag} {name}={value!r}>")


def _is_honest(name: str, value: str) -> bool:
    if name in ("href", "src"):
        return _leads_somewhere_honest(value, by_mail=name == "href")
    return name not in OURS or OURS[name].fullmatch(value) is not None


def _leads_somewhere_honest(address: str, *, by_mail: bool) -> bool:
    # What a browser makes of it: backslashes are slashes, control characters are nothing.
    as_read = re.sub(r"[\x00-\x1f]", "", address.strip()).replace("\\", "/")
    scheme = urlsplit(as_read).scheme
    if scheme in ("http", "https"):
        return as_read.casefold().startswith(f"{scheme}://")
    if scheme in ("mailto", "tel"):
        return by_mail
    return not scheme and urlsplit(urljoin(HERE, as_read)).netloc == "news.example"
