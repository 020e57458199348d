"""From drafts to the records of the contract: spans in the article as received, ids, contexts, confidence."""

from __future__ import annotations

from base64 import b32encode
from collections import Counter
from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING

from pipeline.events.confidence import confidence, total
from pipeline.events.names import person_key
from pipeline.events.ontology import ontology
from pipeline.events.quantities import quantities
from pipeline.resources import language_toml
from schemas.event import Actor, Attribution, Mention, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.events.chart import Chart
    from pipeline.events.chunks import Chunk
    from pipeline.events.draft import Draft
    from schemas.article import JudgedArticle
    from schemas.event import Auxiliary, Quantity

VERSION = "1"
MOST_EVIDENCE = 8
MOST_CONTEXTS = 4


def mentions(judged: JudgedArticle, drafts: Sequence[Draft], charts: Sequence[Chart]) -> Iterator[Mention]:
    """Yield the mentions of an article in the order in which it tells them."""
    by_segment = {one.segment: one for one in charts}
    received = judged.article.received
    seen: Counter[str] = Counter()
    for draft in drafts:
        made = Maker(judged, received, by_segment, draft).mention()
        number = seen[made.mention_id]
        seen[made.mention_id] += 1
        yield replace(made, mention_id=identifier(f"{made.mention_id}|{number}"))


def identifier(recipe: str) -> str:
    """Hash a recipe to an id."""
    digest = blake2b(recipe.encode("utf-8", "surrogatepass"), digest_size=12).digest()
    return "m1_" + b32encode(digest).decode("ascii").rstrip("=").lower()


class Maker:
    """Makes the record of one draft."""

    def __init__(self, judged: JudgedArticle, received: str, charts: Mapping[int, Chart], draft: Draft) -> None:
        self.judged, self.received, self.charts, self.draft = judged, received, charts, draft

    def mention(self) -> Mention:
        """Build the mention; its id is still the recipe the id is made from."""
        draft, article = self.draft, self.judged.article
        chart = draft.chart
        parts = confidence(draft)
        language = article.segments[chart.segment].language
        made = Mention(
            mention_id="",
            article_id=article.uri,
            article_version=article.version,
            story=self.judged.verdict.group,
            event_type=draft.event_type,  # type: ignore[arg-type]  # validated when the triggers are loaded
            event_mode=draft.mode,
            contexts=draft.contexts,
            cameo_code=draft.cameo or None,
            quad_class=draft.quad,
            intensity=ontology().intensity(draft.event_type, draft.mode),
            reciprocal=draft.mutual,
            actors=tuple(self.actor(c) for c in draft.actors),
            recipients=tuple(self.actor(c) for c in draft.recipients),
            event_date=draft.date,
            event_location=draft.location,
            segment=chart.segment,
            trigger=self.span(chart, draft.firing.start, draft.firing.stop),
            evidence=tuple(self._evidence()),
            confidence=total(parts),
            confidence_parts=parts,
            coder=f"{language}@{VERSION}{_maturity(language)} plover-2.0",
            language=language,
        )
        return self._described(replace(made, mention_id=recipe(made)))

    def _described(self, made: Mention) -> Mention:
        """Add what is around the event: numbers, who says so, how real it is, where the article is from."""
        article = self.judged.article
        return replace(
            made,
            quantities=tuple(self._quantities()),
            attribution=self._attribution(),
            auxiliary=self._auxiliary(),
            source=article.source,
            url=article.url,
            published=article.published,
        )

    def span(self, chart: Chart, start: int, end: int) -> Span:
        """The slice of the article as received that tokens [start, end) stand for."""
        first, last = chart.span(start, end)
        return Span(text=self.received[first:last], start=first, end=last)

    def actor(self, chunk: Chunk) -> Actor:
        """The record of a party."""
        one = self.span(self.charts[chunk.chart], chunk.start, chunk.end)
        person = chunk.person
        return Actor(
            text=one.text,
            start=one.start,
            end=one.end,
            person=person,
            person_key=(person_key(person) or None) if person else None,
            office=chunk.office,
            organisation=chunk.organisation,
            sector=chunk.sector,
            country=chunk.country,
            country_basis=chunk.basis if chunk.country else None,
        )

    def _evidence(self) -> Iterator[Span]:
        seen = set()
        for draft in (self.draft, *self.draft.repeats)[:MOST_EVIDENCE]:
            clause = draft.firing.clause
            one = self.span(draft.chart, clause.start, max(clause.end, draft.firing.stop))
            if one not in seen:
                seen.add(one)
                yield one

    def _quantities(self) -> Iterator[Quantity]:
        clause = self.draft.firing.clause
        for one in quantities(self.draft.chart, clause.start, clause.end):
            yield replace(one, text=self.received[one.start : one.end])

    def _attribution(self) -> Attribution | None:
        draft = self.draft
        if draft.speaker is None:
            return None
        quoted = any(
            draft.chart.word(i) in "\"“”‘’'«»"
            for i in range(max(draft.firing.clause.start - 1, 0), draft.firing.clause.end)
        )
        return Attribution(speaker=self.actor(draft.speaker), verb="say", quoted=quoted)

    def _auxiliary(self) -> tuple[Auxiliary, ...]:
        draft = self.draft
        flags: list[Auxiliary] = []
        if draft.historical:
            flags.append("historical")
        if draft.future:
            flags.append("future")
        return tuple(flags)


def _maturity(language: str) -> str:
    """What a language's meta.toml says of itself where its figures are below the bar."""
    return "-experimental" if language_toml(language, "meta").get("stability") == "experimental" else ""


def recipe(made: Mention) -> str:
    """What the id of a mention is made from: no version and no offset, so that a corrected article keeps it."""

    def side(actors: tuple[Actor, ...]) -> str:
        return ",".join(sorted(f"{a.country or ''}/{a.person_key or a.organisation or a.office or ''}" for a in actors))

    date = made.event_date
    when = f"{date.start}/{date.end}" if date else ""
    where = made.event_location.name if made.event_location else ""
    parts = (
        made.article_id,
        made.event_type,
        made.event_mode or "",
        side(made.actors),
        side(made.recipients),
        when,
        where,
    )
    return "|".join(parts)
