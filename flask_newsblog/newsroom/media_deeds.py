"""What was done with pictures, written down."""

from __future__ import annotations

from datetime import datetime

from ..audit import Deed, Thing, write_down
from ..models import Media
from ..mount import Mount
from .access import person_here


def write_picture_down(mount: Mount, deed: Deed, media: Media, now: datetime) -> None:
    """Write down what the person here does with a picture."""
    write_down(
        mount.blog, person_here(), deed, Thing.MEDIA, now, thing_id=media.id, title=media.filename
    )
