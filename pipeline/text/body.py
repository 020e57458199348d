"""The article's own text, without what the page puts around it."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.text.repair import legible
from schemas.article import Segment


def body_text(segments: Iterable[Segment], received: str) -> str:
    """Join the body segments of an article, mojibake repaired; what is compared for duplicates and sketched."""
    return legible(body_as_received(segments, received))


def body_as_received(segments: Iterable[Segment], received: str) -> str:
    """Join the body segments of an article."""
    return "\n".join(received[segment.start : segment.end] for segment in segments if segment.kind == "body")
