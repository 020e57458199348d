"""An event and a mention that the tests of subscribers look at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from schemas.event import Actor, ConfidenceParts, Event, EventDate, EventLocation, HeadlineMention, Mention, Span

LAVROV = Actor(
    text="سرگئی لاوروف",
    start=0,
    end=12,
    person="سرگئی لاوروف",
    person_key="lr",
    office="foreign minister",
    sector="GOV",
    country="RUS",
)
PAKISTAN = Actor(text="پاکستان", start=20, end=27, country="PAK")
EVENT = Event(
    event_id="e1_visit",
    revision=2,
    event_type="CONSULT",
    event_mode="visit",
    actors=(LAVROV,),
    recipients=(PAKISTAN,),
    event_date=EventDate(start="2021-04-06", end="2021-04-07", precision="day", basis="sentence", text="منگل"),
    event_location=EventLocation(
        name="Islamabad", geonameid=1176615, lat=33.7, lon=73.1, country="PAK", precision="place", basis="sentence"
    ),
    languages=("hi", "ur"),
    num_mentions=3,
    num_articles=2,
    num_sources=2,
    first_seen="2021-04-07T08:00:00Z",
    last_seen="2021-04-07T10:30:00Z",
    mention_ids=("m1_a", "m1_b", "m1_c"),
    headline_mentions=(
        HeadlineMention(
            language="ur",
            mention_id="m1_a",
            article_id="a1",
            evidence="روسی وزیر خارجہ\nاسلام آباد پہنچے",
            source="Dunya News",
            url="https://example.org/1",
            confidence=0.8,
        ),
    ),
    confidence=0.9,
)
MENTION = Mention(
    mention_id="m1_a",
    article_id="a1",
    story="a1",
    event_type="CONSULT",
    event_mode="visit",
    quad_class=1,
    intensity=4.0,
    actors=(LAVROV,),
    recipients=(PAKISTAN,),
    event_date=EVENT.event_date,
    event_location=EVENT.event_location,
    segment=0,
    trigger=Span(text="پہنچے", start=27, end=32),
    evidence=(Span(text="روسی وزیر خارجہ\nاسلام آباد پہنچے", start=0, end=32),),
    confidence=0.8,
    confidence_parts=ConfidenceParts(trigger=1.0, roles=0.9, country=1.0, realis=1.0),
    coder="ur@1",
    language="ur",
    source="Dunya News",
    url="https://example.org/1",
    published="2021-04-07T10:30:00Z",
)


def event(**changes: Any) -> Event:
    """The event with other values."""
    return replace(EVENT, **changes)
