"""Articles that a page glued behind its own: one may be a copy of a known one, which says nothing of the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

from pipeline.text.folded import folded
from schemas.article import Article, Segment

MOST_PARTS = 4
BETWEEN = frozenset({"second_article", "teaser", "caption", "filler"})


def glued(article: Article) -> Iterator[tuple[Segment, Article]]:
    """Yield the span of every glued article, and the same as an article of its own; the first four."""
    for segment in _runs(article.segments)[:MOST_PARTS]:
        text = article.received[segment.start : segment.end]
        body = (replace(segment, kind="body", start=0, end=len(text)),)
        words = folded(None, body, text)
        sample = words.sketch
        yield (
            segment,
            replace(
                article,
                title=None,
                text=text,
                url=None,
                canonical_url=None,
                segments=body,
                text_sha256=sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
                letters=sample.letters,
                sketch=sample.hashes,
                text_key=words.text_key,
                words=words.packed,
            ),
        )


def _runs(segments: tuple[Segment, ...]) -> list[Segment]:
    """Join what belongs to one glued article."""
    runs: list[Segment] = []
    joining = False
    for segment in segments:
        if segment.kind == "second_article" and joining:
            runs[-1] = replace(runs[-1], end=segment.end)
        elif segment.kind == "second_article":
            runs.append(segment)
        joining = segment.kind == "second_article" or (joining and segment.kind in BETWEEN)
    return runs
