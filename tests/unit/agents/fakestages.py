"""Stages made for tests, in a module of their own so that worker processes can import them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.blocks import block_key
from pipeline.linking.stage import SPEC as LINKING
from pipeline.stage import Drop, Emit, Put, Reject
from pipeline.topology import StageSpec
from schemas.article import Article, JudgedArticle, RawArticle, Segment, Verdict
from schemas.event import Mention
from tests.unit.linking.mentions import mention


@dataclass(frozen=True, slots=True)
class Seen:
    times: int


def language(record: RawArticle, state: Any):
    """Count the articles of a source in `confidence`, so that order and partition show in the output."""
    if record.text == "poison":
        return [Reject("schema", "poison")]
    if record.text == "dull":
        return [Drop("dull")]
    if record.text == "bug":
        raise RuntimeError("broken")
    source = record.infosource.name if record.infosource and record.infosource.name else "?"
    seen = state.get(source, Seen(0))
    text = record.text
    article = Article(
        uri=record.uri,
        site=source,
        text=text,
        language="en",
        confidence=seen.times / 1000,
        script="Latn",
        reason="test",
        detector="test",
        segments=(Segment(kind="body", start=0, end=len(text), language="en", confidence=1.0, script="Latn"),),
        text_sha256="0",
    )
    return [Put(source, Seen(seen.times + 1)), Emit(record.uri, article, 3)]


def dedup(record: Article, state: Any):
    first = state.get(record.text, Seen(0)).times == 0
    kind: Any = "new" if first else "duplicate"
    verdict = Verdict(verdict=kind, relation="new" if first else "copy", group=record.uri, nothing_new=not first)
    return [Put(record.text, Seen(1)), Emit(record.uri, JudgedArticle(article=record, verdict=verdict))]


def events(record: JudgedArticle, state: Any):
    if record.verdict.nothing_new:
        return [Drop("says nothing new")]
    words = record.article.text.split()
    found = [
        mention(f"{record.article.uri}-{n}", article=record.article.uri, actors=((word, None),), confidence=0.1 * n)
        for n, word in enumerate(words)
    ]
    return [Emit(block_key(one), one) for one in found] or [Drop("no event")]


def specs() -> tuple[StageSpec[Any, Any, Any], ...]:
    """Four stages, the last one real."""
    return (
        StageSpec("language", "news.raw", "news.articles", RawArticle, Article, Seen, lambda: language),
        StageSpec("dedup", "news.articles", "news.unique", Article, JudgedArticle, Seen, lambda: dedup),
        StageSpec("events", "news.unique", "news.mentions", JudgedArticle, Mention, None, lambda: events),
        LINKING,
    )
