"""What a host hands in, looked at before it is used, so that mistakes are told early."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from .comments.checks import Check
from .media.storage import Storage
from .people import CurrentPerson, Person, nobody

Hook = TypeVar("Hook", bound=Callable[..., object])


class SetupError(RuntimeError):
    """The host has not prepared what the blog stands on; the message says what to write."""


def function(blog: str, name: str, hook: Hook) -> Hook:
    """A hook that is to be a function.

    Raises:
        SetupError: it is something else.
    """
    if not callable(hook):
        raise SetupError(
            f"The {name} of the blog {blog!r} is a function, not {hook!r:.60}: write"
            f" {name}=my_function."
        )
    return hook


def checks(blog: str, given: Sequence[Check]) -> tuple[Check, ...]:
    """The host's own checks of replies.

    Raises:
        SetupError: they are no list of functions.
    """
    listed = given if isinstance(given, list | tuple) else [None]
    if not all(callable(check) for check in listed):
        raise SetupError(
            f"The comment_checks of the blog {blog!r} are a list of functions, not {given!r:.60}:"
            " write comment_checks=[my_check]."
        )
    return tuple(given)


def storage(blog: str, given: Storage | None) -> Storage | None:
    """The host's own storage of pictures, if there is one.

    Raises:
        SetupError: it cannot do what a storage does.
    """
    if given is not None and (isinstance(given, type) or not isinstance(given, Storage)):
        raise SetupError(
            f"The storage of the blog {blog!r} is an object with the methods save, open and"
            f" delete, not {given!r:.60}: write storage=MyStorage(), with the brackets."
        )
    return given


def only_people(blog: str, current_person: CurrentPerson) -> CurrentPerson:
    """The hook that says who is here, which is to give a :class:`.Person` or None.

    What it gives else raises a :exc:`TypeError` that says so, at the request.
    """
    if current_person is nobody:
        return nobody

    def person_here() -> Person | None:
        person = current_person()
        if person is not None and not isinstance(person, Person):
            raise TypeError(
                f"The current_person of the blog {blog!r} gave {person!r:.60}: it has to give a"
                " flask_newsblog.Person, or None where nobody is signed in."
            )
        return person

    return person_here
