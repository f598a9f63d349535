"""Who writes a reply: what is known of them, and what is kept."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import and_, or_, select

from ..database import session
from ..models import Comment, CommentState, Proof
from ..people import Action, Can, Person
from .queries import is_author

# "Thank you very much" is said again and again, and by people.
SHORTEST_REPEAT = 20
# How long the prefix is of the IPv6 network that is taken for one household.
HOUSEHOLD = 64


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Who writes, as far as it is known.

    ``badge`` is what :func:`badge_of` says. ``address_digest`` is a keyed digest of the
    writer's network address and ``network`` its cut form, as :func:`digest_and_network`
    makes them. ``browser_digest`` is of the key in their browser, where they want one;
    ``proof`` is what they have shown for who they are.
    """

    name: str
    email: str
    website: str
    person_id: str | None
    badge: str
    address_digest: str | None
    network: str | None
    agent: str
    browser_digest: str | None = None
    proof: Proof = Proof.NONE


def writer_of(comment: Comment, name: str | None = None) -> Writer:
    """Who wrote a comment that is stored, under its name or another."""
    return Writer(
        name=comment.author_name if name is None else name,
        email=comment.author_email,
        website=comment.author_url,
        person_id=comment.person_id,
        badge=comment.badge,
        address_digest=comment.address_digest,
        network=comment.network,
        agent=comment.user_agent or "",
        browser_digest=comment.browser_digest,
        # Rows from before there was a column for it have the person alone.
        proof=Proof(comment.proof or (Proof.PERSON if comment.person_id else Proof.NONE)),
    )


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
    address: str | None, secret: bytes, day: str, household: int = HOUSEHOLD
) -> tuple[str | None, str | None]:
    """A network address as it is kept: a keyed digest that changes daily, and its cut form.

    ``day`` is the date in ISO 8601; both are empty for what is no address. IPv4 is cut to
    /24 and IPv6 to /48; the digest is of the whole IPv4 address or of the /64, the least that
    one ``household`` has.
    """
    try:
        found = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return None, None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    kept, household = (24, 32) if found.version == 4 else (48, household)
    network = ipaddress.ip_network(f"{found}/{kept}", strict=False)
    whole = ipaddress.ip_network(f"{found}/{household}", strict=False)
    digest = hmac.new(secret, f"{day} {whole}".encode(), hashlib.sha256).hexdigest()
    return digest[:32], str(network)


def is_same(comment: Comment, writer: Writer) -> bool:
    """Whether a reply that was said before comes from who said it, as a second click does.

    Name and words can be read by anybody and sent again.
    """
    if writer.person_id is not None:
        return comment.person_id == writer.person_id
    if writer.browser_digest is not None and comment.browser_digest == writer.browser_digest:
        return True
    at_home = writer.address_digest is not None and comment.address_digest == writer.address_digest
    return at_home and comment.author_email.casefold() == writer.email.casefold()


class Standing(NamedTuple):
    """What a browser's key says of somebody.

    ``known``: the browser wrote something under this name and address. Else its key is
    somebody else's: of who sat there before, or who planted it there to read what is written
    with it. ``trusted``: some of that was found to be good, a published comment that a moderator
    decided on, or whose writer had shown that the address is theirs. What a key alone let
    through vouches for nothing.
    """

    known: bool
    trusted: bool


def standing(blog: str, browser_digest: str, name: str, email: str) -> Standing:
    """What the key of this browser says of who writes under this name and address."""
    good = and_(
        Comment.state == CommentState.PUBLISHED,
        or_(Comment.reviewed_at.is_not(None), Comment.proof == Proof.ADDRESS),
    )
    query = select(Comment.author_name, Comment.author_email, good).where(
        Comment.blog == blog, Comment.browser_digest == browser_digest
    )
    # Compared here, for each database folds letters in a way of its own.
    wanted = name.casefold(), email.casefold()
    found = [
        bool(is_good)
        for name, email, is_good in session().execute(query.distinct())
        if (name.casefold(), email.casefold()) == wanted
    ]
    return Standing(bool(found), any(found))


def words_digest(text: str) -> str | None:
    """What tells the words of a text from others, wherever and by whom they are said.

    Case and spaces make no difference. Nothing for what is so short that many say it.
    """
    words = " ".join(text.casefold().split())
    if len(words) < SHORTEST_REPEAT:
        return None
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:32]
