"""Where a reply was sent from: our own page, another site, or nobody says.

The reader's form carries no token, so that pages can be cached and work without
cookies. What tells a reply from a forgery is what browsers add to a request and pages
cannot: first ``Sec-Fetch-Site`` (Fetch Metadata), then ``Origin`` (RFC 6454), then
``Referer``. Plain http on a real host name sends no ``Sec-Fetch-Site``.
"""

from __future__ import annotations

from enum import Enum
from urllib.parse import urlsplit

_USUAL_PORTS = {"http": 80, "https": 443}


class Origin(Enum):
    """What is known of where a request was made.

    ``SAME``: on a page of this site; ``FOREIGN``: on another's; ``UNKNOWN``: nobody says.
    """

    SAME = "same"
    FOREIGN = "foreign"
    UNKNOWN = "unknown"


def classify(fetch_site: str | None, origin: str | None, referer: str | None, host: str) -> Origin:
    """Where a request was made.

    Args:
        fetch_site: the header ``Sec-Fetch-Site``.
        origin: the header ``Origin``; ``null`` says nothing, for a page of ours under
            ``Referrer-Policy: no-referrer`` sends it and so does a foreign sandbox.
        referer: the header ``Referer``.
        host: the host that was asked, with its port where it is not the usual one.
    """
    if fetch_site and fetch_site.strip():
        # ``same-site`` is another host under the same domain: foreign.
        return Origin.SAME if fetch_site.strip().lower() == "same-origin" else Origin.FOREIGN
    for header in (origin, referer):
        address = (header or "").strip()
        if address and address.lower() != "null":
            ours = _host_of(f"http://{host}")
            return Origin.SAME if ours and _host_of(address) == ours else Origin.FOREIGN
    return Origin.UNKNOWN


def needs_proof(origin: Origin, signed_in: bool) -> bool:
    """Whether the writer must confirm a reply on our page before it is stored.

    Until then nobody's sign-in is used.
    """
    return origin is Origin.FOREIGN or (origin is Origin.UNKNOWN and signed_in)


def _host_of(address: str) -> tuple[str, int | None] | None:
    """Host and unusual port of an address of the web.

    The scheme is left out: behind a proxy that speaks TLS for us it is not known.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _USUAL_PORTS or not parts.hostname:
        return None
    return parts.hostname.lower(), None if port in _USUAL_PORTS.values() else port
