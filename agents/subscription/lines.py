"""Records as lines for people: what a feed wrote is made safe to print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from agents.display import clean
from agents.logs import safe
from schemas.escaping import visible_json
from schemas.event import Mention

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agents.broker import Received
    from schemas.event import Actor, Event

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
LONGEST = 300


def event_line(record: Event | Mention) -> str:
    """Write an event or a mention on one line: when, what, who, where, how sure, and the evidence."""
    date = record.event_date.start if record.event_date else "no date"
    what = f"{record.event_type} {record.event_mode}" if record.event_mode else record.event_type
    whom = _parties(record.recipients)
    who = f"{_parties(record.actors) or '?'}{' > ' + whom if whom else ''}"
    place = clean(record.event_location.name, LONGEST) if record.event_location else ""
    cells = [date, what, who, place, f"{record.confidence:.2f}", *_about(record), _isolated(_evidence(record))]
    return "  ".join(cell for cell in cells if cell)


def json_line(value: bytes) -> str | None:
    """Write a record's JSON on one line, safe for a terminal; None where it is none."""
    try:
        return visible_json(orjson.dumps(orjson.loads(value)).decode())
    except orjson.JSONDecodeError:
        return None


def other_line(received: Received, *, as_json: bool) -> str | None:
    """Write a record of another topic: its place and key, or what a dead letter's headers tell."""
    if received.topic == "news.dead":
        return _dead_line(received, as_json=as_json)
    if as_json:
        return json_line(received.value or b"null")
    return f"{received.partition}:{received.offset} {safe((received.key or b'').decode(errors='replace'))}"


def _about(record: Event | Mention) -> tuple[str, ...]:
    if isinstance(record, Mention):
        state = " withdrawn" if record.withdrawn else ""
        return record.language, clean(record.source or "", LONGEST), f"{record.mention_id}{state}"
    sources = f"{record.num_sources} source{'' if record.num_sources == 1 else 's'}"
    state = "" if record.status == "active" else f" {record.status}"
    into = f" into {record.merged_into}" if record.merged_into else ""
    return sources, " ".join(record.languages), f"{record.event_id} r{record.revision}{state}{into}"


def _evidence(record: Event | Mention) -> str:
    if isinstance(record, Mention):
        return " … ".join(span.text for span in record.evidence)
    return record.headline_mentions[0].evidence if record.headline_mentions else ""


def _isolated(text: str) -> str:
    return f"{FIRST_STRONG_ISOLATE}{clean(text, LONGEST)}{POP_ISOLATE}" if text else ""


def _parties(parties: Iterable[Actor]) -> str:
    return " + ".join(_party(party) for party in parties)


def _party(party: Actor) -> str:
    name = party.office or party.organisation or ""
    return f"{clean(party.country or '?', LONGEST)}{' ' + clean(name, LONGEST) if name else ''}"


def _dead_line(received: Received, *, as_json: bool) -> str:
    headers = {name: value.decode(errors="replace") for name, value in received.headers if name.startswith("dlq.")}
    if as_json:
        return visible_json(orjson.dumps({**headers, "size": len(received.value or b"")}).decode())
    origin = ":".join(str(headers.get(f"dlq.origin.{part}")) for part in ("topic", "partition", "offset"))
    what = f"{headers.get('dlq.stage')} {headers.get('dlq.reason')} {origin} {len(received.value or b'')} bytes"
    return f"{safe(what)}  {safe(headers.get('dlq.exception.message'))}"
