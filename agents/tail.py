"""`khabar tail`: subscribe to the output topic (or another) and print what arrives."""

from __future__ import annotations

import asyncio
import operator
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from agents.broker import BrokerError, Received, Start, connect, exit_code
from agents.config import SettingError, read_settings
from agents.logs import safe
from schemas.escaping import visible_json
from schemas.topics import topics

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

EX_OK, EX_USAGE, EX_UNAVAILABLE, EX_CONFIG = 0, 64, 69, 78
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    "=": operator.eq,
}
CONDITION = re.compile(r"([a-z_]+)(>=|<=|!=|=)(\S+)")
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
NUMBERS = {
    "mentions": "num_mentions",
    "articles": "num_articles",
    "sources": "num_sources",
    "confidence": "confidence",
    "revision": "revision",
}


class WhereError(ValueError):
    """A condition of --where cannot be understood."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on an event or a mention, as written in --where."""

    field: str
    operator: str
    wanted: str

    def holds(self, record: dict[str, Any]) -> bool:
        """Say whether a record (as JSON) meets the condition."""
        if self.field in NUMBERS:
            return OPERATORS[self.operator](float(record.get(NUMBERS[self.field]) or 0), float(self.wanted))
        found = {str(value).casefold() for value in _values(record, self.field)}
        return (self.wanted.casefold() in found) != (self.operator == "!=")


def parse_where(text: str) -> tuple[Condition, ...]:
    """Read conditions such as `country=PAK type=CONSULT sources>=2`, all of which must hold.

    Raises:
        WhereError: an unknown field, an operator that does not fit it, or no number where one is needed.
    """
    conditions = []
    for word in text.split():
        match = CONDITION.fullmatch(word)
        if match is None:
            raise WhereError(f"{word!r} is not FIELD=VALUE (also !=, and >= or <= for numbers)")
        condition = Condition(*match.groups())
        _check(condition)
        conditions.append(condition)
    return tuple(conditions)


FIELDS = ("type", "mode", "country", "actor", "recipient", "language", "status", "person", "place", "source", *NUMBERS)


def _check(condition: Condition) -> None:
    if condition.field not in FIELDS:
        raise WhereError(f"unknown field {condition.field!r}; there are {', '.join(FIELDS)}")
    if condition.field in NUMBERS:
        try:
            float(condition.wanted)
        except ValueError as error:
            raise WhereError(f"{condition.field} needs a number, not {condition.wanted!r}") from error
    elif condition.operator in (">=", "<="):
        raise WhereError(f"{condition.field} cannot be compared by {condition.operator}")


def _values(record: dict[str, Any], field: str) -> list[Any]:
    actors, recipients = record.get("actors") or [], record.get("recipients") or []
    location = record.get("event_location") or {}
    finders: dict[str, Callable[[], list[Any]]] = {
        "type": lambda: [record.get("event_type")],
        "mode": lambda: [record.get("event_mode")],
        "country": lambda: [party.get("country") for party in [*actors, *recipients]] + [location.get("country")],
        "actor": lambda: [party.get("country") for party in actors],
        "recipient": lambda: [party.get("country") for party in recipients],
        "language": lambda: record.get("languages") or [record.get("language")],
        "status": lambda: [record.get("status")],
        "person": lambda: [party.get(name) for party in [*actors, *recipients] for name in ("person", "person_key")],
        "place": lambda: [location.get("name")],
        "source": lambda: [record.get("source"), *(h.get("source") for h in record.get("headline_mentions") or [])],
    }
    return finders[field]()


def parse_start(text: str) -> Start:
    """Read --from: `beginning`, `end`, a time (ISO 8601) or offsets such as `120` or `0:120,1:98`.

    Raises:
        WhereError: none of these.
    """
    if text in ("beginning", "end"):
        return Start(text)  # type: ignore[arg-type]  # narrowed by the test above
    if text.isdecimal():
        return Start({number: int(text) for number in range(1024)})
    if re.fullmatch(r"\d+:\d+(,\d+:\d+)*", text):
        return Start({int(p): int(o) for p, o in (pair.split(":") for pair in text.split(","))})
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise WhereError(f"--from {text!r} is neither beginning, end, a time nor an offset") from error
    return Start((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `khabar tail`."""
    parser.add_argument("--broker", help="kafka://HOST:PORT or sqlite:///FILE.db (default: setting broker)")
    parser.add_argument(
        "--topic", default="news.events", choices=sorted(topics()), help="the topic to read (default: news.events)"
    )
    parser.add_argument(
        "--where", default="", help="conditions that must all hold, e.g. 'country=PAK type=CONSULT sources>=2'"
    )
    parser.add_argument(
        "--from", dest="start", default="end", help="beginning, end (default), an ISO 8601 time, or an offset"
    )
    parser.add_argument("--no-follow", action="store_true", help="stop at the end of the topic")
    parser.add_argument("--json", action="store_true", help="print whole records as JSON Lines")


def run(args: argparse.Namespace) -> int:
    """Run `khabar tail`."""
    try:
        where, start = parse_where(args.where), parse_start(args.start)
    except WhereError as error:
        print(f"khabar tail: {error}", file=sys.stderr)
        return EX_USAGE
    try:
        return asyncio.run(_tail(args, where, start))
    except SettingError as error:
        print(f"khabar tail: {error}", file=sys.stderr)
        return EX_CONFIG
    except BrokerError as error:
        print(f"khabar tail: {error}", file=sys.stderr)
        return exit_code(error, EX_UNAVAILABLE)


async def _tail(args: argparse.Namespace, where: tuple[Condition, ...], start: Start) -> int:
    settings = read_settings(broker=args.broker)
    async with connect(settings) as broker:
        async for received in broker.records(args.topic, start, follow=not args.no_follow):
            line = show(received, where, as_json=args.json)
            if line is not None:
                print(line, flush=True)
    return EX_OK


def show(received: Received, where: tuple[Condition, ...], *, as_json: bool) -> str | None:
    """Return the line for a record, None where a condition does not hold."""
    if received.topic == "news.dead":
        return _show_dead(received, as_json=as_json)
    try:
        record = orjson.loads(received.value or b"null")
    except orjson.JSONDecodeError:
        return None
    if not isinstance(record, dict) or not all(condition.holds(record) for condition in where):
        return None
    if as_json:
        return visible_json(orjson.dumps(record).decode())
    return _short(received, record)


def _short(received: Received, record: dict[str, Any]) -> str:
    if "event_type" not in record:
        return f"{received.partition}:{received.offset} {safe((received.key or b'').decode(errors='replace'))}"
    who = _parties(record.get("actors")) or "?"
    whom = _parties(record.get("recipients"))
    date = (record.get("event_date") or {}).get("start") or "no date"
    place = (record.get("event_location") or {}).get("name") or ""
    state = "" if record.get("status", "active") == "active" else f" [{record['status']}]"
    what = f"{date} {record['event_type']} {who}{' > ' + whom if whom else ''} {place}{state}"
    return f"{what} r{record.get('revision', 1)} {FIRST_STRONG_ISOLATE}{safe(_evidence(record))}{POP_ISOLATE}"


def _evidence(record: dict[str, Any]) -> str:
    best = [headline["evidence"] for headline in record.get("headline_mentions") or []]
    return next(iter(best + [span["text"] for span in record.get("evidence") or []]), "")


def _parties(parties: list[dict[str, Any]] | None) -> str:
    return " + ".join(_party(party) for party in parties or [])


def _party(party: dict[str, Any]) -> str:
    name = party.get("office") or party.get("organisation") or ""
    return f"{party.get('country') or '?'}{' ' + safe(name) if name else ''}"


def _show_dead(received: Received, *, as_json: bool) -> str:
    headers = {name: value.decode(errors="replace") for name, value in received.headers if name.startswith("dlq.")}
    if as_json:
        return visible_json(orjson.dumps({**headers, "size": len(received.value or b"")}).decode())
    origin = (
        f"{headers.get('dlq.origin.topic')}:{headers.get('dlq.origin.partition')}:{headers.get('dlq.origin.offset')}"
    )
    what = f"{headers.get('dlq.stage')} {headers.get('dlq.reason')} {origin} {len(received.value or b'')} bytes"
    return f"{safe(what)}  {safe(headers.get('dlq.exception.message'))}"
