"""The one gate that all HTML of stories passes through."""

import nh3
from markupsafe import Markup

from .addresses import WEB, may_lead_to
from .allowed import ATTRIBUTES, TAGS, VALUES
from .characters import drop_unprintable as drop_unprintable
from .limits import MAX_HTML, TextTooLong
from .nesting import nest_properly


def clean_html(html: str) -> Markup:
    """What of some HTML may stand in a story.

    Elements that are not in `TAGS` go and their words stay, except scripts, frames and the
    like, which go with what they hold. A first-level heading becomes a second: the page's
    first is the headline. Links get ``rel="noopener"``.

    Raises:
        TextTooLong: more than `MAX_HTML` characters.
        TextTooDeep: more than `MAX_DEPTH` elements open at once.
    """
    _refuse_longer(html)
    html = nest_properly(drop_unprintable(str(html)))  # of Markup, every `replace` would escape
    _refuse_longer(html)
    return Markup(_CLEANER.clean(html))  # noqa: S704 -- clean by now


def _refuse_longer(html: str) -> None:
    if len(html) > MAX_HTML:
        raise TextTooLong(
            f"The HTML of this text has {len(html):,} characters; no more than {MAX_HTML:,} "
            "can be shown as one story. Split it into several stories."
        )


def _value(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href":
        return value.strip() if may_lead_to(value) else None
    if attribute == "src":
        return value.strip() if may_lead_to(value, WEB) else None
    pattern = VALUES.get((tag, attribute)) or VALUES.get(("*", attribute))
    return value if pattern is None or pattern.fullmatch(value) else None


_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes=ATTRIBUTES,
    attribute_filter=_value,
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noopener",
)
