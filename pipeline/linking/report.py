"""Reports: what linking keeps of a mention, and the event key the mention has of its own."""

from __future__ import annotations

from base64 import b32encode
from dataclasses import astuple, dataclass, field
from functools import cache
from hashlib import sha256
from math import isfinite

from pipeline.blocks import SIGNED, countries, family
from pipeline.linking.offices import holder
from pipeline.linking.period import PUBLICATION, Period, ordinal, period
from pipeline.linking.words import content_words
from pipeline.resources import knowledge_rows
from schemas.event import Actor, EventDate, EventLocation, EventType, Mention

# Types that are words rather than deeds.
VERBAL = frozenset(
    ("AGREE", "CONSULT", "SUPPORT", "CONCEDE", "REQUEST", "ACCUSE", "REJECT", "THREATEN"),
)
EVIDENCE_LENGTH = 280
NEAR_DAYS = 14


@dataclass(frozen=True, slots=True)
class Number:
    """An exact number of a kind and unit, such as `money USD`."""

    unit: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A mention as linking keeps it.

    `event_key` is the event id the mention would have alone. `flow` is "RUS>PAK", or "" where no side acts on the
    other. `numbers` are what it counts, by kind and unit. `place` is the city's gazetteer id or name. `told` is the day
    of publication (ordinal). `speaker` is the key of the person who says so. `state` says that states themselves, and
    no person or body, say something; `past`, that it is told as long past.
    """

    mention_id: str
    event_key: str
    article_id: str
    # What a version tells as the one before did makes no difference.
    article_version: int = field(compare=False)
    story: str
    source: str | None
    url: str | None
    language: str
    published: str | None
    told: int | None
    event_type: EventType
    event_mode: str | None
    code: str
    flow: str
    numbers: tuple[Number, ...]
    place: str
    speaker: str
    past: bool
    domestic: bool
    state: bool
    period: Period
    actors: tuple[Actor, ...]
    recipients: tuple[Actor, ...]
    event_date: EventDate | None
    event_location: EventLocation | None
    evidence: str
    confidence: float
    trigger: str = ""

    @property
    def order(self) -> tuple[str, str]:
        """The order in which ties are settled: by publication, unknown last, then by id."""
        return self.published or "~", self.mention_id

    @property
    def borrowed(self) -> bool:
        """Whether its date is that of another sentence of the article."""
        return self.event_date is not None and self.event_date.basis == "document"

    @property
    def parties(self) -> tuple[Actor, ...]:
        """Who acts and who is acted on."""
        return self.actors + self.recipients

    @property
    def persons(self) -> frozenset[str]:
        """The keys of all persons it names."""
        return frozenset(party.person_key for party in self.parties if party.person_key)

    @property
    def words(self) -> frozenset[str]:
        """What its evidence says besides its parties, its place and its verb, as stems of its language."""
        names = [name for party in self.parties for name in (party.text, party.person) if name]
        place = [self.event_location.name] if self.event_location else []
        return content_words(self.language, self.evidence, self.trigger, *names, *place)


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
        told=ordinal(mention.published),
        event_type=mention.event_type,
        event_mode=mention.event_mode,
        code=_code(mention),
        flow=_flow(mention),
        numbers=_numbers(mention),
        place=_place(mention),
        speaker=(mention.attribution.speaker.person_key or "") if mention.attribution else "",
        past="historical" in mention.auxiliary,
        domestic=len(countries(mention)) < 2,
        state=_is_state(mention),
        period=when,
        actors=mention.actors,
        recipients=mention.recipients,
        event_date=mention.event_date,
        event_location=mention.event_location,
        evidence=mention.evidence[0].text[:EVIDENCE_LENGTH] if mention.evidence else "",
        confidence=min(1.0, max(0.0, mention.confidence)),
        trigger=mention.trigger.text,
    )


def event_key(mention: Mention) -> str:
    """The event id a mention would have alone: a hash of what could keep it apart from another mention.

    See docs/decisions/0001-event-ids.md.
    """
    parts = (family(mention), *countries(mention), _date_part(mention), _flow(mention), _code(mention), _own(mention))
    data = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return f"e1_{b32encode(sha256(data).digest()[:20])[:26].decode('ascii').lower()}"


def _date_part(mention: Mention) -> str:
    """The date, and the month of publication where one date may be told of at any time."""
    when, told = period(mention), ordinal(mention.published)
    month = "" if told is None else (mention.published or "")[:7]
    if not when.known:
        return f"undated {month} {mention.story} {'past' if 'historical' in mention.auxiliary else ''}".strip()
    kind = "day" if when.rank <= PUBLICATION else str(when.rank)
    near = when.rank <= PUBLICATION and told is not None and abs(told - when.first) <= NEAR_DAYS
    # What is recalled may be another deed than that of the day.
    recalled = " past" if when.rank == PUBLICATION and "historical" in mention.auxiliary else ""
    return f"{kind} {when.first}{recalled}" if near else f"{kind} {when.first} told {month}"


def _own(mention: Mention) -> str:
    """What tells a mention's event from others of the day; the mention itself where only its wording can say.

    Talks between two countries are told apart by who holds them, and a deed by who is named in it. Of what is said more
    is needed, for one person says many things in a day.
    """
    parties = (*mention.actors, *mention.recipients)
    who = {f"{a.country} {a.person_key or holder(a.office)}" for a in parties if a.person_key or holder(a.office)}
    named = "\x1e".join((*sorted(who), _place(mention))).strip("\x1e")
    numbers = "\x1e".join(f"{n.unit} {n.value:.1e}" for n in _numbers(mention))
    if mention.event_type == "CONSULT":
        alone = len(countries(mention)) < 2 and len(who) < 2
    else:
        alone = mention.event_type in VERBAL or not who
    return f"{named}~{mention.mention_id}" if alone else "\x1e".join((named, mention.event_mode or "", numbers))


def _is_state(mention: Mention) -> bool:
    bare = all(a.country and not (a.person or a.office or a.organisation or a.sector) for a in mention.actors)
    return bool(mention.actors) and bare and mention.event_type in VERBAL


def _code(mention: Mention) -> str:
    """The CAMEO code without final zeros, 030 -> 03, so that the vaguer is a prefix. Talks and signings have none."""
    code = mention.cameo_code or ""
    return "" if mention.event_type == "CONSULT" or code.startswith(SIGNED) else code.rstrip("0")


def _flow(mention: Mention) -> str:
    sides = [sorted({a.country for a in side if a.country}) for side in (mention.actors, mention.recipients)]
    mutual = mention.reciprocal or mention.event_type == "CONSULT" or (len(sides[0]) > 1 and not sides[1])
    return "" if mutual else ">".join(",".join(side) for side in sides)


def _numbers(mention: Mention) -> tuple[Number, ...]:
    """Its exact numbers. Those of talks are rarely of the talks themselves."""
    if mention.event_type == "CONSULT":
        return ()
    exact = (q for q in mention.quantities if q.qualifier == "exact" and isfinite(q.value))
    return tuple(sorted({Number(f"{q.kind} {(q.unit or '').replace(' ', '')}", q.value) for q in exact}, key=astuple))


def _place(mention: Mention) -> str:
    """The city of the event; where a report was filed says little about it, and in a region much happens in a day."""
    place = mention.event_location
    if place is None or place.precision != "place" or place.basis == "dateline":
        return ""
    if place.geonameid is not None:
        return str(place.geonameid)
    return "" if place.name in _regions() else f"{mention.language} {place.name.casefold()}"


@cache
def _regions() -> frozenset[str]:
    return frozenset(name for _, name, _, _, _, _, kind in knowledge_rows("places") if kind == "region")
