"""Learn from an article what its site repeats, and say what of it is repeated already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from zlib import crc32

import numpy as np

from pipeline.clock import advanced
from pipeline.stage import Put
from pipeline.text.repeats.labels import Reading, boilerplate
from pipeline.text.repeats.passages import Passage, passages
from pipeline.text.repeats.sightings import (
    DECISIONS_KEPT,
    SLOTS,
    Decision,
    Shown,
    Sightings,
    Site,
    key_of,
)
from pipeline.text.repeats.subject import Headline
from pipeline.text.segment import Piece

# Fewer articles than this say nothing about a passage, and fewer of a site nothing about the site.
_LEAST, _LEAST_OF_SITE = 2, 8
_FORGOTTEN_AT_ONCE = 4
_NAME_LENGTH = 256


@dataclass(frozen=True, slots=True)
class Page:
    """An article cut into pieces, as a site shows it; `time` is when it was seen (seconds since 1970)."""

    site: str
    uri: str
    version: int
    title: str | None
    received: str
    pieces: tuple[Piece, ...]
    time: int | None = None


@dataclass(frozen=True, slots=True)
class Learned:
    """What is boilerplate, `[start, end)` of the article as received, and what is to be remembered."""

    spans: tuple[tuple[int, int], ...]
    puts: tuple[Put[Shown], ...]


def learn(page: Page, sightings: Sightings) -> Learned:
    """Say what of a page its site puts around other articles too, and remember the page.

    A version of an article that came before gets the same answer again, whatever came since. A passage quoted anew
    under a headline about it is no sign of the site's habits and is not counted.
    """
    name = page.site[:_NAME_LENGTH]
    site, article, text = sightings.site(name), _digest(page.uri), _digest(page.received)
    own = site.find(article)
    for known in own.decisions if own else ():
        if (known.version, known.text) == (page.version, text):
            return Learned(_pairs(known.spans), ())
    found = passages(page.received, page.pieces)
    readings = _readings(found, site, article)
    headline = Headline(_headline(page) if readings else None)
    spans = boilerplate(readings, headline)
    decision = Decision(version=page.version, text=text, spans=tuple(place for span in spans for place in span))
    quoted = {one.passage.digest for one in readings if one.sighting and headline.is_subject_of(one.passage.text)}
    counted = sorted({one.digest for one in found if one.digest is not None and one.digest not in quoted})
    entry = Shown(
        number=site.next,
        arrived=advanced(site.clock, page.time),
        article=article,
        story=_story(page, found),
        passages=np.array(counted, dtype="<u4").tobytes(),
        decisions=(decision,),
    )
    return Learned(tuple(spans), tuple(_puts(name, _updated(own, entry), sightings)))


def _readings(found: list[Passage], site: Site, article: str) -> list[Reading]:
    """Say of every passage how other articles showed it; nothing where none did, or the site is hardly known."""
    if len(site.entries) < _LEAST_OF_SITE:
        return []
    told = [place for place, passage in enumerate(found) if passage.digest is not None]
    wanted = np.array([found[place].digest for place in told], dtype=np.uint32)
    seen = site.sightings(wanted, article, _LEAST)
    if not any(seen):
        return []
    by_place = dict(zip(told, seen, strict=True))
    return [Reading(passage, by_place.get(place)) for place, passage in enumerate(found)]


def _updated(own: Shown | None, entry: Shown) -> Shown:
    """Return the entry of an article that may have come before: it keeps its number; the latest version counts."""
    if own is None:
        return entry
    decisions = sorted((*own.decisions, *entry.decisions), key=lambda one: one.version)
    latest = own if entry.decisions[0].version < own.version else entry
    return replace(own, passages=latest.passages, decisions=tuple(decisions[-DECISIONS_KEPT:]))


def _headline(page: Page) -> str | None:
    """Return the headline, also where it is the first line of the text."""
    own = (page.received[piece.start : piece.end] for piece in page.pieces if piece.kind == "title")
    return page.title or next(own, None)


def _story(page: Page, found: list[Passage]) -> int:
    """Return a digest of the headline, else of the first passage: articles that share it are one story."""
    text = _headline(page) or "".join(one.text for one in found[:1])
    return crc32("".join(text.split()).encode("utf-8", "surrogatepass"))


def _puts(name: str, entry: Shown, sightings: Sightings) -> Iterator[Put[Shown]]:
    """Remember an article, and forget a few that left the window or are too many."""
    key = key_of(name, entry.number % SLOTS)
    gone = [key_of(name, slot) for slot in sightings.site(name).expired(_FORGOTTEN_AT_ONCE)]
    for other in (*gone, *sightings.spare(_FORGOTTEN_AT_ONCE)):
        if other != key:
            yield Put(other, None)
    yield Put(key, entry)


def _pairs(places: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    return tuple(zip(places[::2], places[1::2], strict=True))


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
