"""Mentions (one event as one article reports it) and events (the thing in the world, across articles and languages)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from schemas.article import Precision

EventType = Literal[
    "AGREE",
    "CONSULT",
    "SUPPORT",
    "CONCEDE",
    "COOPERATE",
    "AID",
    "RETREAT",
    "REQUEST",
    "ACCUSE",
    "REJECT",
    "THREATEN",
    "PROTEST",
    "MOBILIZE",
    "SANCTION",
    "COERCE",
    "ASSAULT",
]
CountryBasis = Literal["explicit", "demonym", "office", "apposition", "remembered", "publisher_default"]
Auxiliary = Literal["historical", "future", "hypothetical", "negated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A slice of the article as received: `received[start:end] == text`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A party to an event; `country` is ISO 3166-1 alpha-3, `sector` PLOVER, `person_key` equal across scripts."""

    text: str
    start: int
    end: int
    person: str | None = None
    person_key: str | None = None
    office: str | None = None
    organisation: str | None = None
    sector: str | None = None
    country: str | None = None
    country_basis: CountryBasis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDate:
    """When it happened: ISO 8601 dates, `end` inclusive; `text` are the words it was read from."""

    start: str
    end: str
    precision: Precision
    basis: Literal["sentence", "document", "header", "dateline", "publication"]
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLocation:
    """Where it happened; `country` is ISO 3166-1 alpha-3, coordinates WGS 84 degrees."""

    name: str
    geonameid: int | None = None
    lat: float | None = None
    lon: float | None = None
    country: str | None = None
    precision: Literal["place", "region", "country"]
    basis: Literal["sentence", "dateline", "document"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number the evidence states, e.g. money in `unit` USD."""

    text: str
    start: int
    end: int
    kind: Literal["money", "percent", "count", "duration"]
    value: float
    unit: str | None = None
    qualifier: Literal["exact", "more_than", "less_than", "about"] = "exact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Who says so, with which verb, and whether in quotation marks."""

    speaker: Actor
    verb: str
    quoted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidenceParts:
    """What a mention's confidence is made of, each 0 to 1."""

    trigger: float
    roles: float
    country: float
    realis: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One PLOVER event as one article reports it, with its evidence (topic news.mentions).

    All offsets are code points into the article as received. `event_mode` is a PLOVER mode or None. With `withdrawn` it
    says that the article, from this version on, tells the mention of that id no more: it has neither evidence nor
    confidence, and of its parties only the countries.
    """

    schema: str = "mention/1.1"
    mention_id: str
    article_id: str
    article_version: int = 1
    story: str
    event_type: EventType
    event_mode: str | None = None
    contexts: tuple[str, ...] = ()
    cameo_code: str | None = None
    quad_class: int
    intensity: float
    reciprocal: bool = False
    actors: tuple[Actor, ...] = ()
    recipients: tuple[Actor, ...] = ()
    event_date: EventDate | None = None
    event_location: EventLocation | None = None
    quantities: tuple[Quantity, ...] = ()
    attribution: Attribution | None = None
    auxiliary: tuple[Auxiliary, ...] = ()
    segment: int
    trigger: Span
    evidence: tuple[Span, ...]
    confidence: float
    confidence_parts: ConfidenceParts
    coder: str
    language: str
    source: str | None = None
    url: str | None = None
    published: str | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadlineMention:
    """The best evidence of an event in one language."""

    language: str
    mention_id: str
    article_id: str
    evidence: str
    source: str | None = None
    url: str | None = None
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The real-world event across articles and languages (topic news.events, compacted: the last revision holds).

    `first_seen` and `last_seen` are the earliest and latest publication times of its mentions.
    """

    schema: str = "event/1.0"
    event_id: str
    revision: int
    status: Literal["active", "merged", "retracted"] = "active"
    merged_into: str | None = None
    event_type: EventType
    event_mode: str | None = None
    actors: tuple[Actor, ...] = ()
    recipients: tuple[Actor, ...] = ()
    event_date: EventDate | None = None
    event_location: EventLocation | None = None
    languages: tuple[str, ...] = ()
    num_mentions: int
    num_articles: int
    num_sources: int
    first_seen: str | None = None
    last_seen: str | None = None
    mention_ids: tuple[str, ...] = ()
    headline_mentions: tuple[HeadlineMention, ...] = ()
    confidence: float
