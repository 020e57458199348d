"""Stage 3: from a judged article to the events it reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.blocks import block_key
from pipeline.events.coder import code
from pipeline.events.contexts import add_contexts
from pipeline.events.gate import off_topic
from pipeline.events.mentions import mentions
from pipeline.events.merge import merged, share_dates
from pipeline.stage import Drop, Emit, StageSpec
from schemas.article import JudgedArticle
from schemas.event import Mention

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.stage import Effect


def extract(judged: JudgedArticle, state: Mapping[str, object]) -> Iterable[Effect[Mention, object]]:
    """Emit a mention for every event the article itself reports, or drop it for one reason."""
    del state
    if judged.verdict.nothing_new:
        return [Drop("nothing_new")]
    reading = code(judged.article)
    if not reading.charts:
        return [Drop("language")]
    if off_topic(reading.charts) is not None:
        return [Drop("off_topic")]
    told = reading.drafts()
    if not told:
        return [Drop("no_event")]
    add_contexts(told)
    drafts = merged(told)
    share_dates(drafts)
    return [Emit(block_key(mention), mention) for mention in mentions(judged, drafts, reading.charts)]


def make() -> object:
    """Make the stage."""
    return extract


SPEC: StageSpec[JudgedArticle, Mention, object] = StageSpec(
    name="events",
    source="news.unique",
    sink="news.mentions",
    record=JudgedArticle,
    out=Mention,
    state=None,
    make=make,  # type: ignore[arg-type]
)
