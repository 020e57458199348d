"""Protests that no verb tells of: demonstrators whom the headline or the lead of an article names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.events.clauses import CONDITION, COORDINATE, Clause
from pipeline.events.dates import is_past
from pipeline.events.draft import Draft
from pipeline.events.firing import Firing
from pipeline.events.ontology import ontology
from pipeline.events.places import location, stated
from pipeline.events.triggers import Trigger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.events.chart import Chart
    from pipeline.events.chunks import Chunk
    from pipeline.events.coder import Reader

# Headline and lead; who stands further down may be the background of other news.
LEAD_SENTENCES = 4
DEMONSTRATORS = "protester"
CROWD = Trigger(id="crowd", type="PROTEST", frame="self", mode="demo", nominal=True, confidence=0.8)
UNREAL = ("unreal", "past_reference", "when")


def lead(named: Sequence[Sequence[Chunk]]) -> int:
    """Return how many sentences are to be read for demonstrators: 0 where the lead names none."""
    first = named[:LEAD_SENTENCES]
    return len(first) if any(c.office == DEMONSTRATORS for chunks in first for c in chunks) else 0


def crowd(reader: Reader, one: Chart, span: tuple[int, int], named: Sequence[Chunk]) -> Draft | None:
    """Return the protest of the demonstrators a sentence of the lead names, None where it names none of a known state.

    Somebody is called a demonstrator where a demonstration took place: what else the sentence says of them, that they
    are heard, dispersed or shot at, need not be understood.
    """
    if reader.sentence > LEAD_SENTENCES:
        return None
    chunks = [reader.context.resolve(one, c) for c in named]
    people = next((c for c in chunks if c.kind == "people" and c.office == DEMONSTRATORS and _is_plain(one, c)), None)
    if people is None or _is_unreal(one, span):
        return None
    clause = Clause(*span, None, COORDINATE)
    date, is_stated = reader.date_of(one, clause, span, future=False)
    if is_stated and date is not None and is_past(reader.anchor, date):
        return None
    people = _placed(reader, chunks, people)
    if people.country is None:
        return None
    where = stated(chunks, people.start)
    plover = ontology()
    return Draft(
        chart=one, sentence=reader.sentence, firing=Firing(CROWD, people.start, people.end, None, clause),
        event_type="PROTEST", mode="demo", cameo=plover.cameo("PROTEST", "demo"), quad=plover.quad("PROTEST"),
        actors=(people,), recipients=(), mutual=False, inherited=False, resolved=people.basis == "remembered",
        reported=False, speaker=None, date=date, location=location(where, "sentence") if where else None,
    )  # fmt: skip


def _is_plain(one: Chart, people: Chunk) -> bool:
    """Whether the word for them has no other meaning, as "crowd" has."""
    roles = (one.hit("role", i) for i in range(people.start, people.end))
    return any(hit is not None and hit[1][0].office == DEMONSTRATORS and not hit[1][0].common for hit in roles)


def _is_unreal(one: Chart, span: tuple[int, int]) -> bool:
    return any(one.within("word", name, *span) is not None for name in UNREAL) or (
        one.within("connective", CONDITION, *span) is not None
    )


def _placed(reader: Reader, chunks: Sequence[Chunk], people: Chunk) -> Chunk:
    """Give demonstrators without a state the only one the sentence names, else the one the article is about."""
    if people.country is not None:
        return people
    named = {c.country for c in chunks if c.country and c.country not in ontology().nonstate}
    if len(named) == 1:
        return people._replace(country=named.pop(), basis="apposition")
    focus = reader.context.focus
    return people if named or focus is None else people._replace(country=focus, basis="remembered")
