"""Stage 3: from a judged article to the events it reports, and those it reports no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.blocks import block_key
from pipeline.events.coder import code
from pipeline.events.contexts import add_contexts
from pipeline.events.gate import off_topic
from pipeline.events.mentions import mentions
from pipeline.events.merge import merged, share_dates
from pipeline.events.told import Told, kept, told, withdrawals
from pipeline.stage import Drop, Emit, StageSpec
from schemas.article import JudgedArticle
from schemas.event import Mention

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.stage import Effect


def extract(judged: JudgedArticle, state: Mapping[str, Told], /) -> Iterable[Effect[Mention, Told]]:
    """Emit a mention for every event the article itself reports, or drop it for one reason.

    A version that tells less than an earlier one takes back the rest, also when it says nothing new.
    """
    if judged.verdict.nothing_new:
        known = state.get(judged.article.uri)
        if known is None:
            return [Drop("nothing_new")]
        # The same text tells the same, unless that was taken back: then it tells it again.
        if judged.verdict.relation == "same_url_same_text" and not known.ended:
            return [*kept(judged, known.again(judged.article.version), state), Drop("nothing_new")]
    found = _found(judged)
    reports, dropped = ([], [found]) if isinstance(found, Drop) else (found, [])
    now = told(judged, reports, state)
    out = [Emit(block_key(mention), mention) for mention in (*reports, *withdrawals(judged, now))]
    return [*kept(judged, now, state), *(out or dropped)]


def _found(judged: JudgedArticle) -> list[Mention] | Drop:
    """The mentions of an article, or why there are none."""
    if judged.article.pubstatus != "usable":
        return Drop(judged.article.pubstatus)
    reading = code(judged.article)
    if not reading.charts:
        return Drop("language")
    if off_topic(reading.charts) is not None:
        return Drop("off_topic")
    drafts = reading.drafts()
    if not drafts:
        return Drop("no_event")
    add_contexts(drafts)
    drafts = merged(drafts)
    share_dates(drafts)
    return list(mentions(judged, drafts, reading.charts))


SPEC: StageSpec[JudgedArticle, Mention, Told] = StageSpec(
    name="events",
    source="news.unique",
    sink="news.mentions",
    record=JudgedArticle,
    out=Mention,
    state=Told,
    make=lambda: extract,
)
