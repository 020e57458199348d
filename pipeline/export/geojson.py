"""Rows as GeoJSON (RFC 7946): a point where it happened, never where it was published.

A point of a region or a country is its centre: `event_location_precision` says so, and `approximate` is true.
"""

from __future__ import annotations

from typing import Any

import orjson

from pipeline.export.columns import as_json, columns, row
from schemas.event import Event, Mention

START, BETWEEN, END = b'{"type":"FeatureCollection","features":[\n', b",\n", b"\n]}\n"


def feature(record: Event | Mention) -> bytes | None:
    """Give the feature of a record, None where its place has no coordinates on Earth."""
    place = record.event_location
    if place is None or place.lat is None or place.lon is None or not _on_earth(place.lat, place.lon):
        return None
    cells = zip(columns(type(record)), row(record), strict=True)
    properties: dict[str, Any] = {column.name: as_json(cell, column.kind) for column, cell in cells}
    properties["approximate"] = place.precision != "place"
    return orjson.dumps(
        {
            "type": "Feature",
            "id": record.mention_id if isinstance(record, Mention) else record.event_id,
            "geometry": {"type": "Point", "coordinates": [place.lon, place.lat]},
            "properties": properties,
        }
    )


def _on_earth(lat: float, lon: float) -> bool:
    return -90 <= lat <= 90 and -180 <= lon <= 180
