"""The headers of events and mentions by which a subscriber filters without decoding the value.

They are extension attributes of CloudEvents: `ce_khabartype` and so on. A list is separated by commas and left out
where it is empty.
"""

from __future__ import annotations

from schemas.event import Event, Mention
from schemas.parties import countries, dyads

PREFIX = "ce_khabar"
OF_MENTIONS = ("type", "mode", "countries", "dyads", "languages", "confidence")
OF_EVENTS = (*OF_MENTIONS, "status", "revision", "sources")


def filter_names(*, event: bool) -> tuple[str, ...]:
    """Name the headers to filter on that an event may have, or a mention."""
    return tuple(f"{PREFIX}{name}" for name in (OF_EVENTS if event else OF_MENTIONS))


def filter_values(record: Event | Mention) -> dict[str, str | None]:
    """Give the values of these headers by name."""
    values: dict[str, str | None] = {
        "type": record.event_type,
        "mode": record.event_mode,
        "countries": ",".join(countries(record)),
        "dyads": ",".join(map(str, dyads(record))),
        "languages": record.language if isinstance(record, Mention) else ",".join(record.languages),
        "confidence": str(record.confidence),
    }
    if isinstance(record, Event):
        values |= {"status": record.status, "revision": str(record.revision), "sources": str(record.num_sources)}
    return {f"{PREFIX}{name}": value for name, value in values.items()}
