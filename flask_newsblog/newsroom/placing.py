"""The pictures of the library for what is rendered at the desk, such as the live preview."""

from __future__ import annotations

from collections.abc import Mapping

from ..media.placing import pictures_in
from ..mount import Mount
from ..text.pictures import PlacedPicture


def pictures_for(mount: Mount, body: str) -> Mapping[int, PlacedPicture]:
    """What ``render_post(body, pictures=…)`` needs of the library; at most one statement."""
    return pictures_in(mount.blog, body, mount.picture_address)
