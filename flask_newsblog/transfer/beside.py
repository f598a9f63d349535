"""What stands beside a file of a story, and is not brought in with it."""

from __future__ import annotations

from html import unescape

from ..models import Post
from ..text.tags import Tag, read_attributes, read_tags


def pictures_beside(post: Post) -> list[str]:
    """The pictures that a story has by a relative address, which leads nowhere for readers."""
    tags = (token for token in read_tags(post.body_html) if isinstance(token, Tag))
    sources = (dict(read_attributes(tag)).get("src", "") for tag in tags if tag.name == "img")
    return [unescape(src) for src in sources if not src.startswith("/") and ":" not in src]
