"""The rules of a file of alerts: which events, how many, in what time, how often, apart by what, and whom to tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.subscription.lexer import WhereError
from pipeline.subscription.where import Where, parse

GROUPS = ("dyad", "country", "type", "place")
MOST_COUNT = 1000
NAME = re.compile(r"[A-Za-z0-9._-]{1,100}", re.ASCII)
_DURATION = re.compile(r"(\d{1,5})([smhdw])", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


class RuleError(ValueError):
    """A rule or a webhook cannot be understood; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When `count` events that pass `where` were reported within `window` seconds, apart by the values of `group_by`.

    After an alert there is none for the same group for `cool_down` seconds.
    """

    name: str
    where: Where
    count: int = 1
    window: int = 3600
    cool_down: int = 3600
    group_by: str | None = None
    webhooks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address to tell, and where the secret it shares with us is found."""

    name: str
    url: str
    secret_env: str | None = None
    secret_file: str | None = None
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class Alerts:
    """All rules and webhooks of a file, by name."""

    rules: tuple[Rule, ...]
    webhooks: Mapping[str, Webhook]


def read_alerts(table: Mapping[str, Any]) -> Alerts:
    """Read the table of a TOML file.

    Raises:
        RuleError: something in it is unknown, missing or makes no sense.
    """
    _known("the file", table, {"rule", "webhook"})
    webhooks = {name: _webhook(name, entry) for name, entry in _table("webhook", table.get("webhook", {})).items()}
    entries = table.get("rule", [])
    if not isinstance(entries, list) or not entries:
        raise RuleError("there is no [[rule]]")
    rules = tuple(_rule(number, entry, webhooks) for number, entry in enumerate(entries, start=1))
    names = [rule.name for rule in rules]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise RuleError(f"rule {twice}: there are two of that name")
    return Alerts(rules, webhooks)


def duration(text: object) -> int:
    """Read a time such as 30m, 24h or 7d, in seconds.

    Raises:
        ValueError: it is none.
    """
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f"{text!r} is no time such as 30m, 24h or 7d")
    return int(match[1]) * _SECONDS[match[2]]


def _rule(number: int, given: object, webhooks: Mapping[str, Webhook]) -> Rule:
    entry = _table(f"rule {number}", given)
    name = entry.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise RuleError(f"rule {number}: name must be of letters, digits, dot, underscore and hyphen")
    _known(f"rule {name}", entry, {"name", "where", "count", "window", "cool_down", "group_by", "webhooks"})
    try:
        window = duration(entry.get("window", "1h"))
        return Rule(
            name=name,
            where=parse(_text(entry, "where")),
            count=_count(entry.get("count", 1)),
            window=window,
            cool_down=duration(entry["cool_down"]) if "cool_down" in entry else window,
            group_by=_group(entry.get("group_by")),
            webhooks=_names(entry.get("webhooks", []), webhooks),
        )
    except WhereError as error:
        raise RuleError(f"rule {name}: where: {error}") from error
    except ValueError as error:
        raise RuleError(f"rule {name}: {error}") from error


def _webhook(name: str, given: object) -> Webhook:
    entry = _table(f"webhook {name}", given)
    _known(f"webhook {name}", entry, {"url", "secret_env", "secret_file", "allow_private"})
    if "secret_env" in entry and "secret_file" in entry:
        raise RuleError(f"webhook {name}: secret_env or secret_file, not both")
    if not isinstance(entry.get("allow_private", False), bool):
        raise RuleError(f"webhook {name}: allow_private is true or false")
    try:
        texts = {key: _text(entry, key) for key in ("url", "secret_env", "secret_file") if key == "url" or key in entry}
    except ValueError as error:
        raise RuleError(f"webhook {name}: {error}") from error
    return Webhook(name=name, allow_private=entry.get("allow_private", False), **texts)


def _table(what: str, given: object) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise RuleError(f"{what} is no table")
    return given


def _known(what: str, table: Mapping[str, Any], names: set[str]) -> None:
    unknown = sorted(table.keys() - names)
    if unknown:
        raise RuleError(f"{what}: {unknown[0]!r} is unknown; there are {', '.join(sorted(names))}")


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} is missing")
    return value


def _count(value: object) -> int:
    if type(value) is not int or not 1 <= value <= MOST_COUNT:
        raise ValueError(f"count must be from 1 to {MOST_COUNT}")
    return value


def _group(value: object) -> str | None:
    if value is not None and value not in GROUPS:
        raise ValueError(f"group_by is one of {', '.join(GROUPS)}")
    return None if value is None else str(value)


def _names(value: object, webhooks: Mapping[str, Webhook]) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError('webhooks is a list of names, such as ["desk"]')  # noqa: TRY004 - a fault of the file
    missing = next((name for name in value if name not in webhooks), None)
    if missing is not None:
        raise ValueError(f"there is no [webhook.{missing}]")
    return tuple(value)
