"""Events, mentions and articles of tests of the page, in many languages, and a broker that has them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

from agents.broker import Broker, connect
from agents.config import Settings, read_settings
from agents.delivery import Outbound
from agents.web.command import Page, serving
from schemas.article import Article, JudgedArticle, Verdict
from schemas.codec import encode
from schemas.event import Actor, ConfidenceParts, Event, EventDate, EventLocation, HeadlineMention, Mention, Span
from schemas.headers import headers_for
from schemas.topics import topics

SENTENCES = {
    "ur": ("روسی وزیر خارجہ نے اسلام آباد میں پاکستانی ہم منصب سے ملاقات کی", "ملاقات کی"),
    "hi": ("रूसी विदेश मंत्री ने इस्लामाबाद में अपने पाकिस्तानी समकक्ष से मुलाकात की", "मुलाकात की"),
    "en": ("Russia's foreign minister met his Pakistani counterpart in Islamabad", "met"),
    "ar": ("التقى وزير الخارجية الروسي نظيره الباكستاني في إسلام آباد", "التقى"),
    "ru": ("Министр иностранных дел России встретился с пакистанским коллегой в Исламабаде", "встретился"),
    "es": ("El canciller de Rusia se reunió con su par de Pakistán en Islamabad", "se reunió"),
    "bn": ("রাশিয়ার পররাষ্ট্রমন্ত্রী ইসলামাবাদে পাকিস্তানি সমকক্ষের সঙ্গে বৈঠক করেছেন", "বৈঠক করেছেন"),
}
TYPES = ("CONSULT", "AGREE", "SUPPORT", "ACCUSE", "THREATEN", "ASSAULT", "AID", "PROTEST", "SANCTION", "COOPERATE")
PLACES = (
    ("Islamabad", 33.72, 73.04, "PAK"),
    ("Moscow", 55.75, 37.62, "RUS"),
    ("Kabul", 34.53, 69.17, "AFG"),
    ("Geneva", 46.2, 6.15, "CHE"),
    ("New York", 40.71, -74.0, "USA"),
    ("Nairobi", -1.29, 36.82, "KEN"),
)
COUNTRIES = ("PAK", "RUS", "IND", "USA", "CHN", "AFG", "IRN", "TUR", "UKR", "KEN")


def party(country: str, text: str, office: str | None = "foreign minister", start: int = 0) -> Actor:
    return Actor(
        text=text, start=start, end=start + len(text), office=office, country=country, country_basis="explicit"
    )


def told(number: int, language: str = "en", *, sentence: str | None = None, **how: object) -> Mention:
    """A mention whose evidence is the second line of `article(number, ...)`."""
    text, trigger = (sentence, sentence.split()[0]) if sentence is not None else SENTENCES[language]
    offset = len(heading(number)) + 1
    at = offset + text.index(trigger)
    fields: dict[str, object] = {
        "mention_id": f"m{number}",
        "article_id": f"a{number}",
        "story": f"a{number}",
        "event_type": TYPES[number % len(TYPES)],
        "quad_class": 1,
        "intensity": 1.0,
        "actors": (party("PAK", text.split()[0], start=offset),),
        "segment": 0,
        "trigger": Span(text=trigger, start=at, end=at + len(trigger)),
        "evidence": (Span(text=text, start=offset, end=offset + len(text)),),
        "confidence": 0.8,
        "confidence_parts": ConfidenceParts(trigger=0.9, roles=0.9, country=0.9, realis=0.98),
        "coder": "test@1",
        "language": language,
        "source": f"Paper {number % 7}",
        "url": f"https://news.example/{number}",
        "published": "2026-01-02T03:04:05Z",
    }
    return Mention(**(fields | how))  # type: ignore[arg-type]  # as declared, unless a test says otherwise


def heading(number: int) -> str:
    return f"Headline {number}"


def article(mention: Mention, title: str | None = None) -> JudgedArticle:
    """The article of a mention made by `told`: a headline, the evidence, and a line behind it."""
    number = mention.article_id[1:]
    text = f"{mention.evidence[0].text}\nAnd more was said."
    fields = {"uri": mention.article_id, "site": "news.example", "title": title or f"Headline {number}", "text": text}
    about = {"language": mention.language, "confidence": 1.0, "script": "Latn", "reason": "test", "detector": "test"}
    made = Article(**fields, **about, text_sha256="0" * 64)  # type: ignore[arg-type]  # all of them str
    return JudgedArticle(article=made, verdict=Verdict(verdict="new", relation="new", group=mention.article_id))


def event(number: int, mentions: Sequence[Mention], **how: object) -> Event:
    """An event of these mentions."""
    best = {mention.language: mention for mention in mentions}
    place, lat, lon, country = PLACES[number % len(PLACES)]
    one, other = COUNTRIES[number % len(COUNTRIES)], COUNTRIES[(number // 3 + 1) % len(COUNTRIES)]
    day = f"2026-{number % 9 + 1:02}-{number % 28 + 1:02}"
    fields: dict[str, object] = {
        "event_id": f"e{number}",
        "revision": 1,
        "event_type": TYPES[number % len(TYPES)],
        "actors": (party(one, "one"),),
        "recipients": (party(other, "other", None),),
        "event_date": EventDate(start=day, end=day, precision="day", basis="sentence", text="today"),
        "event_location": EventLocation(
            name=place, lat=lat, lon=lon, country=country, precision="place", basis="sentence"
        ),
        "languages": tuple(sorted(best)),
        "num_mentions": len(mentions),
        "num_articles": len(mentions),
        "num_sources": len({mention.source for mention in mentions}),
        "first_seen": "2026-01-02T03:04:05Z",
        "last_seen": "2026-01-02T03:04:05Z",
        "mention_ids": tuple(mention.mention_id for mention in mentions),
        "headline_mentions": tuple(_headline(mention) for _, mention in sorted(best.items())),
        "confidence": round(0.3 + number % 14 / 20, 2),
    }
    return Event(**(fields | how))  # type: ignore[arg-type]  # as declared, unless a test says otherwise


def _headline(mention: Mention) -> HeadlineMention:
    return HeadlineMention(
        language=mention.language,
        mention_id=mention.mention_id,
        article_id=mention.article_id,
        evidence=mention.evidence[0].text,
        source=mention.source,
        url=mention.url,
        confidence=mention.confidence,
    )


def many(count: int) -> Iterator[object]:
    """Records of `count` events, one mention each, in all the languages."""
    languages = sorted(SENTENCES)
    for number in range(count):
        mention = told(number, languages[number % len(languages)])
        yield article(mention)
        yield mention
        yield event(number, [mention])


def outbound(record: object) -> Outbound:
    topic = {"Event": "news.events", "Mention": "news.mentions", "JudgedArticle": "news.unique"}[type(record).__name__]
    # The topic of the events is compacted: one key an event. One partition keeps the order.
    key = getattr(record, "event_id", "k")
    return Outbound(topic, key.encode(), encode(record), headers_for(record, key=key), partition=0)


async def send(broker: Broker, *records: object) -> None:
    await broker.send([outbound(record) for record in records])


@asynccontextmanager
async def served(name: str, *records: object, page: Page | None = None) -> AsyncIterator[tuple[str, Broker, Settings]]:
    """A broker in memory that has these records, and the page of it; gives its address and the broker."""
    settings = read_settings({}, broker=f"memory://{name}")
    async with connect(settings) as broker:
        await broker.create_topics(topics().values(), {})
        await send(broker, *records)
        async with serving(settings, page or Page(port=0)) as address:
            yield address, broker, settings
