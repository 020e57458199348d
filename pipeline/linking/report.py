"""Reports: what linking keeps of a mention, and the event key the mention has of its own."""

from __future__ import annotations

from base64 import b32encode
from dataclasses import dataclass
from hashlib import sha256

from pipeline.blocks import SIGNED, countries, family
from pipeline.linking.offices import holder
from pipeline.linking.period import PUBLICATION, Period, ordinal, period
from schemas.event import Actor, EventDate, EventLocation, EventType, Mention

EVIDENCE_LENGTH = 280
NEAR_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A mention as linking keeps it.

    `event_key` is the event id the mention would have alone. `flow` is "RUS>PAK", or "" where no side acts on the
    other. `sums` are the amounts of money it states, to two digits. `place` is the city's gazetteer id or name.
    """

    mention_id: str
    event_key: str
    article_id: str
    article_version: int
    story: str
    source: str | None
    url: str | None
    language: str
    published: str | None
    event_type: EventType
    event_mode: str | None
    code: str
    flow: str
    sums: tuple[str, ...]
    place: str
    recalled: bool
    domestic: bool
    period: Period
    actors: tuple[Actor, ...]
    recipients: tuple[Actor, ...]
    event_date: EventDate | None
    event_location: EventLocation | None
    evidence: str
    confidence: float

    @property
    def order(self) -> tuple[str, str]:
        """The order in which ties are settled: by publication, unknown last, then by id."""
        return self.published or "~", self.mention_id

    @property
    def told(self) -> int | None:
        """The day of publication."""
        return ordinal(self.published)

    @property
    def persons(self) -> frozenset[str]:
        """The keys of all persons it names."""
        return frozenset(actor.person_key for actor in (*self.actors, *self.recipients) if actor.person_key)


def report(mention: Mention) -> Report:
    """Keep of a mention what linking needs."""
    when = period(mention)
    return Report(
        mention_id=mention.mention_id,
        event_key=event_key(mention),
        article_id=mention.article_id,
        article_version=mention.article_version,
        story=mention.story,
        source=mention.source,
        url=mention.url,
        language=mention.language,
        published=mention.published,
        event_type=mention.event_type,
        event_mode=mention.event_mode,
        code=_code(mention),
        flow=_flow(mention),
        sums=_sums(mention),
        place=_place(mention),
        recalled="historical" in mention.auxiliary and not when.known,
        domestic=len(countries(mention)) < 2,
        period=when,
        actors=mention.actors,
        recipients=mention.recipients,
        event_date=mention.event_date,
        event_location=mention.event_location,
        evidence=mention.evidence[0].text[:EVIDENCE_LENGTH] if mention.evidence else "",
        confidence=min(1.0, max(0.0, mention.confidence)),
    )


def event_key(mention: Mention) -> str:
    """The event id a mention would have alone: a hash of what could keep it apart from another mention.

    See docs/decisions/0001-event-ids.md.
    """
    parts = (family(mention), *countries(mention), _date_part(mention), _flow(mention), _code(mention), _own(mention))
    data = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return f"e1_{b32encode(sha256(data).digest())[:26].decode('ascii').lower()}"


def _date_part(mention: Mention) -> str:
    """The date, and the month of publication where one date may be told of at any time."""
    when, told = period(mention), ordinal(mention.published)
    month = "" if told is None else (mention.published or "")[:7]
    if not when.known:
        return f"undated {month} {mention.story}"
    kind = "day" if when.rank <= PUBLICATION else str(when.rank)
    near = when.rank <= PUBLICATION and told is not None and abs(told - when.first) <= NEAR_DAYS
    return f"{kind} {when.first}" if near else f"{kind} {when.first} told {month}"


def _own(mention: Mention) -> str:
    """What tells a mention's event from others of the day; where there is nothing, within one country, the story."""
    parties = (*mention.actors, *mention.recipients)
    who = {f"{a.country} {a.person_key or holder(a.office)}" for a in parties if a.person_key or holder(a.office)}
    own = "\x1e".join((*sorted(who), _place(mention), mention.event_mode or "", *_sums(mention))).strip("\x1e")
    return own or (f"~{mention.story}" if len(countries(mention)) < 2 else "")


def _code(mention: Mention) -> str:
    """The CAMEO code without final zeros, 030 -> 03, so that the vaguer is a prefix. Talks and signings have none."""
    code = mention.cameo_code or ""
    return "" if mention.event_type == "CONSULT" or code.startswith(SIGNED) else code.rstrip("0")


def _flow(mention: Mention) -> str:
    sides = [sorted({a.country for a in side if a.country}) for side in (mention.actors, mention.recipients)]
    mutual = mention.reciprocal or mention.event_type == "CONSULT" or (len(sides[0]) > 1 and not sides[1])
    return "" if mutual else ">".join(",".join(side) for side in sides)


def _sums(mention: Mention) -> tuple[str, ...]:
    if mention.event_type == "CONSULT":
        return ()
    exact = (q for q in mention.quantities if q.kind == "money" and q.qualifier == "exact")
    return tuple(sorted({f"{(q.unit or '').replace(' ', '')} {q.value:.1e}" for q in exact}))


def _place(mention: Mention) -> str:
    """The city of the event; where a report was filed says little about it."""
    place = mention.event_location
    if place is None or place.precision != "place" or place.basis == "dateline":
        return ""
    return str(place.geonameid) if place.geonameid is not None else f"{mention.language} {place.name.casefold()}"
