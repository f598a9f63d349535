"""Who writes a reply: what is known of them, what is kept, and how soon they may write again."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from ..people import Action, Can, Person
from .queries import is_author, last_written


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Who writes, as far as it is known.

    ``badge`` is what :func:`badge_of` says. ``address_digest`` is a keyed digest of the
    writer's network address and ``network`` its cut form, as :func:`digest_and_network`
    makes them.
    """

    name: str
    email: str
    website: str
    person_id: str | None
    badge: str
    address_digest: str | None
    network: str | None
    agent: str


def badge_of(post_id: int, person: Person, can: Can) -> str:
    """What stands beside the name of a person: ``author`` of the story, ``staff``, or nothing."""
    if is_author(post_id, person.id):
        return "author"
    return "staff" if can(person, Action.ENTER, None) else ""


def fingerprint_of(post_id: int, parent_id: int | None, writer: Writer, text: str) -> str:
    """What tells a reply from every other; the same one again has the same.

    The address of a guest is no part of it: whoever guessed one right would be told.
    """
    who = f"person {writer.person_id}" if writer.person_id else f"guest {writer.name}"
    whole = f"{post_id}\n{parent_id or 0}\n{len(who)}\n{who}\n{text}"
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def digest_and_network(
    address: str | None, secret: bytes, day: str
) -> tuple[str | None, str | None]:
    """A network address as it is kept: a keyed digest that changes daily, and its cut form.

    ``day`` is the date in ISO 8601; both are empty for what is no address. IPv4 is cut to
    /24 and IPv6 to /48; the digest is of the whole IPv4 address or of the /64, which is
    what one household has (RFC 6177).
    """
    try:
        found = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return None, None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    kept, household = (24, 32) if found.version == 4 else (48, 64)
    network = ipaddress.ip_network(f"{found}/{kept}", strict=False)
    whole = ipaddress.ip_network(f"{found}/{household}", strict=False)
    digest = hmac.new(secret, f"{day} {whole}".encode(), hashlib.sha256).hexdigest()
    return digest[:32], str(network)


def seconds_to_wait(writer: Writer, pause: int, now: datetime) -> int:
    """How long this writer has to wait before the next reply; 0 if not at all.

    ``pause`` is the least time between two replies, in seconds.
    """
    if not pause:
        return 0
    last = last_written(writer.address_digest, writer.person_id)
    if last is None:
        return 0
    return max(0, ceil((last + timedelta(seconds=pause) - now).total_seconds()))
