"""Settings as the app's config and the constructor give them: found, converted, or refused.

A value is looked for in this order, the first found counts:
``NEWSBLOG_<NAME>_X`` in the app's config, ``NEWSBLOG_X``, the argument ``x`` of
:class:`~flask_newsblog.NewsBlog`, the default. So deployment beats code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import PurePath
from typing import Any

from .settings import PREFIX, SettingError, Settings

# Where a value came from, if from no key of the config.
DEFAULT, ARGUMENT = "default", "argument"


def load_settings(name: str, config: Mapping[str, Any], given: Mapping[str, Any]) -> Settings:
    """The settings of the blog called ``name``.

    Args:
        name: the name under which the blog is registered.
        config: the app's config.
        given: what was passed to the constructor.

    Raises:
        SettingError: a name that no setting has, or a value that its setting cannot take.
    """
    known = {f.name: f for f in fields(Settings)}
    for key in given:
        if key not in known:
            raise SettingError(f"NewsBlog() has no setting {key!r}.{_nearest(key, known, '')}")
    own = f"{PREFIX}{_config_name(name)}_"
    values = dict(given)
    for field_name, key in origins_of(name, config, given).items():
        if key not in (DEFAULT, ARGUMENT):
            values[field_name] = _convert(key, config[key], known[field_name].type)
    for key in config:
        if key.startswith(PREFIX) and not _is_known(key, known):
            raise SettingError(f"There is no setting {key}.{_nearest(key, known, own, PREFIX)}")
    return Settings(**{key: _convert(key, values[key], known[key].type) for key in values})


def origins_of(name: str, config: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, str]:
    """Where each setting of the blog called ``name`` comes from, by the setting's name.

    That is the key in the config, or :data:`ARGUMENT` of the constructor, or :data:`DEFAULT`.
    """
    origins = {}
    for field in fields(Settings):
        keys = (f"{p}{field.name.upper()}" for p in (f"{PREFIX}{_config_name(name)}_", PREFIX))
        otherwise = ARGUMENT if field.name in given else DEFAULT
        origins[field.name] = next((key for key in keys if key in config), otherwise)
    return origins


def strange_keys(config: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """The keys meant for a blog that nobody registered, such as ``NEWSBLOG_NEWZ_TITLE``."""
    known = [f.name.upper() for f in fields(Settings)]
    accepted = {PREFIX + f for f in known}
    accepted |= {f"{PREFIX}{_config_name(name)}_{f}" for name in names for f in known}
    return sorted(key for key in config if key.startswith(PREFIX) and key not in accepted)


def _config_name(name: str) -> str:
    return re.sub(r"\W", "_", name).upper()


def _is_known(key: str, known: Iterable[str]) -> bool:
    # A blog that is registered later may be meant, so any name before the
    # field will do here; ``strange_keys`` looks again when all are there.
    rest = key.removeprefix(PREFIX)
    return any(rest == f.upper() or rest.endswith("_" + f.upper()) for f in known)


def _nearest(key: str, names: Iterable[str], *prefixes: str) -> str:
    # Compared without the prefix, by which all of them resemble each other.
    for prefix in prefixes:
        close = get_close_matches(key.removeprefix(prefix).lower(), list(names), n=1)
        if key.startswith(prefix) and close:
            return f" Did you mean {prefix + close[0].upper() if prefix else close[0]}?"
    return " See the settings page of the docs."


def _convert(key: str, value: Any, kind: Any) -> Any:
    if kind == "bool":
        if isinstance(value, bool):
            return value
        text = str(value).strip().lower()
        if text in {"1", "true", "yes", "on"}:
            return True
        if text in {"0", "false", "no", "off", ""}:
            return False
        raise SettingError(f"{key} is {value!r}; write true or false.")
    if kind == "int":
        if isinstance(value, bool) or not re.fullmatch(r"\s*-?[0-9]{1,9}\s*", str(value)):
            raise SettingError(f"{key} is {value!r}; write a whole number.")
        return int(value)
    if not isinstance(value, str | int | float | PurePath) or isinstance(value, bool):
        # An environment of JSON values turns 2026 into a number; a title may be one.
        raise SettingError(f"{key} is {value!r}; write text.")
    return str(value)
