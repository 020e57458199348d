"""What an article told in all its versions: so that a corrected version takes back what it tells no more.

See docs/decisions/0004-corrections.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from pipeline.clock import seconds
from pipeline.events.ontology import ontology
from pipeline.stage import Put
from schemas.event import Actor, ConfidenceParts, EventType, Mention, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from schemas.article import JudgedArticle

DAY = 86_400
# Linking lets an event go when it has been silent this long.
DAYS_KEPT = 45
MOST_ARTICLES = 200_000
MOST_CLAIMS = 64
FORGOTTEN_AT_ONCE = 2
NOTHING = Span(text="", start=0, end=0)
UNSURE = ConfidenceParts(trigger=0.0, roles=0.0, country=0.0, realis=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A mention as far as it takes to find it again; `version` is the latest version that told it."""

    mention_id: str
    version: int
    event_type: EventType
    event_mode: str | None
    cameo_code: str | None
    reciprocal: bool
    actors: tuple[str, ...]
    recipients: tuple[str, ...]
    story: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The latest version of an article, the day it was seen (since 1970), and all its versions' claims by id."""

    version: int
    day: int
    claims: tuple[Claim, ...] = ()

    def with_version(self, version: int, claims: Iterable[Claim]) -> Told:
        """Add what a version tells, whichever version came last."""
        known = {claim.mention_id: claim for claim in self.claims}
        for claim in claims:
            if claim.mention_id not in known or known[claim.mention_id].version < claim.version:
                known[claim.mention_id] = claim
        latest = sorted(known.values(), key=lambda one: (-one.version, one.mention_id))[:MOST_CLAIMS]
        return replace(self, version=max(self.version, version), claims=tuple(latest))

    def again(self, version: int) -> Told:
        """Note that a version has the text of the latest one, of whose claims none is ended."""
        if version <= self.version:
            return self
        return replace(self, version=version, claims=tuple(replace(one, version=version) for one in self.claims))

    @property
    def ended(self) -> tuple[Claim, ...]:
        """The claims that the latest version does not make."""
        return tuple(claim for claim in self.claims if claim.version < self.version)


def told(judged: JudgedArticle, mentions: Iterable[Mention], state: Mapping[str, Told]) -> Told:
    """Say what an article has told once it has told this."""
    article = judged.article
    known = state.get(article.uri) or Told(version=article.version, day=_day(judged))
    return known.with_version(article.version, map(_claim, mentions))


def kept(judged: JudgedArticle, now: Told, state: Mapping[str, Told]) -> Iterator[Put[Told]]:
    """Remember what an article told, and forget the articles remembered longest ago."""
    uri = judged.article.uri
    # A first version without an event has nothing to take back.
    if now == state.get(uri) or (not now.claims and now.version == 1):
        return
    yield Put(uri, now)
    full = len(state) >= MOST_ARTICLES
    for oldest in islice(state, FORGOTTEN_AT_ONCE):
        if oldest != uri and (full or abs(now.day - state[oldest].day) > DAYS_KEPT):
            yield Put(oldest, None)


def withdrawals(judged: JudgedArticle, now: Told) -> Iterator[Mention]:
    """Yield the records that take back what the latest version of an article does not tell."""
    for claim in now.ended:
        yield Mention(
            mention_id=claim.mention_id,
            article_id=judged.article.uri,
            article_version=now.version,
            story=claim.story,
            event_type=claim.event_type,
            event_mode=claim.event_mode,
            cameo_code=claim.cameo_code,
            quad_class=ontology().quad(claim.event_type),
            intensity=ontology().intensity(claim.event_type, claim.event_mode),
            reciprocal=claim.reciprocal,
            actors=tuple(map(_party, claim.actors)),
            recipients=tuple(map(_party, claim.recipients)),
            segment=0,
            trigger=NOTHING,
            evidence=(),
            confidence=0.0,
            confidence_parts=UNSURE,
            coder="",
            language=claim.language,
            source=judged.article.source,
            url=judged.article.url,
            published=judged.article.published,
            withdrawn=True,
        )


def _claim(mention: Mention) -> Claim:
    return Claim(
        mention_id=mention.mention_id,
        version=mention.article_version,
        event_type=mention.event_type,
        event_mode=mention.event_mode,
        cameo_code=mention.cameo_code,
        reciprocal=mention.reciprocal,
        actors=_countries(mention.actors),
        recipients=_countries(mention.recipients),
        story=mention.story,
        language=mention.language,
    )


def _countries(parties: Iterable[Actor]) -> tuple[str, ...]:
    return tuple(sorted({party.country for party in parties if party.country}))


def _party(country: str) -> Actor:
    return Actor(text="", start=0, end=0, country=country)


def _day(judged: JudgedArticle) -> int:
    article = judged.article
    return (seconds(article.seen) or seconds(article.published) or 0) // DAY
