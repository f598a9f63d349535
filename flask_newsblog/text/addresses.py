"""Which addresses a story may link to or show pictures from."""

import re
from urllib.parse import urlencode, urlsplit

# Browsers take a backslash for a slash and skip control characters, so that `/\host` and
# `java<tab>script:` are not what they seem. No honest address holds either.
_TREACHEROUS = re.compile(r"[\x00-\x1f\x7f-\x9f\\]")

WEB = frozenset({"http", "https"})
CONTACT = frozenset({"mailto", "tel"})


def may_lead_to(address: str, schemes: frozenset[str] = WEB | CONTACT) -> bool:
    """Whether an address is one of ours (``/path``, ``path``, ``#part``) or has such a scheme.

    ``//host`` is refused: it looks like one of ours and is not, and it was made for sites
    that are served both with and without encryption.
    """
    address = address.strip()
    if _TREACHEROUS.search(address) or address.startswith("//"):
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:  # such as a bracket left open in `http://[::1`
        return False
    if not parts.scheme:
        # RFC 3986, 4.2: the first segment of a relative address holds no colon.
        return ":" not in parts.path.partition("/")[0]
    return parts.scheme in schemes and bool(host if parts.scheme in WEB else parts.path)


def with_query(address: str, **values: int | str | None) -> str:
    """An address with these values asked for; what is None is left out."""
    query = urlencode({name: value for name, value in values.items() if value is not None})
    if not query:
        return address
    return f"{address}{'&' if '?' in address else '?'}{query}"
