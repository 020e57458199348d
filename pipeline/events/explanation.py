"""Why an article has the events it has: sentence by sentence what was matched, what fired, what was refused and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.events.coder import CODED, code
from pipeline.events.contexts import add_contexts
from pipeline.events.gate import off_topic
from pipeline.events.mentions import mentions
from pipeline.events.merge import merged, share_dates
from pipeline.events.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.events.chart import Chart
    from pipeline.events.chunks import Chunk
    from pipeline.events.draft import Draft
    from schemas.article import JudgedArticle
    from schemas.event import Mention


@dataclass(frozen=True, slots=True)
class Party:
    """A party or place that was recognised: its words, and what the coder takes it for."""

    text: str
    kind: str
    country: str | None
    basis: str | None
    case: str | None
    office: str | None
    person: str | None


@dataclass(frozen=True, slots=True)
class Match:
    """Words of a trigger in a sentence: `event` its type where it fired, `refused` the rule that forbade it."""

    text: str
    trigger: str
    event: str | None = None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence with all that was seen in it."""

    text: str
    kind: str
    language: str
    parties: tuple[Party, ...]
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """An article explained. `gate` is the topic that keeps it from being coded, `unread` the segments not coded."""

    lines: tuple[Line, ...]
    mentions: tuple[Mention, ...]
    gate: str | None
    unread: tuple[tuple[str, str, str], ...]


def explain(judged: JudgedArticle) -> Explanation:
    """Read an article as the events stage does, and tell what happened; the verdict of the dedup stage is ignored.

    `unread` are (kind, language, text) of the segments that are no body or whose language has no coder. With a gate
    the lines show what would be coded without it, and there are no mentions.
    """
    trace = Trace()
    reading = code(judged.article, trace)
    told = reading.drafts()
    add_contexts(told)
    drafts = merged(told)
    share_dates(drafts)
    gate = off_topic(reading.charts)
    found = tuple(mentions(judged, drafts, reading.charts)) if gate is None else ()
    lines = tuple(line for chart in reading.charts for line in _lines(judged, chart, trace, told))
    return Explanation(lines, found, gate, tuple(_unread(judged, {chart.segment for chart in reading.charts})))


def _lines(judged: JudgedArticle, chart: Chart, trace: Trace, told: list[Draft]) -> Iterator[Line]:
    language = judged.article.segments[chart.segment].language
    for start, end in chart.sentences:
        seen = trace.parties.get((chart.segment, start), ())
        matches = sorted(_matches(chart, trace, told, start, end), key=lambda pair: pair[0])
        yield Line(
            chart.text(start, end),
            chart.kind,
            language,
            tuple(_party(chart, one) for one in seen if one.chart == chart.segment and start <= one.start < end),
            tuple(match for _, match in matches),
        )


def _matches(
    chart: Chart, trace: Trace, told: list[Draft], start: int, end: int
) -> Iterator[tuple[tuple[int, int, str], Match]]:
    for draft in told:
        firing = draft.firing
        if draft.chart is chart and start <= firing.start < end:
            kind = f"{draft.event_type} {draft.mode}" if draft.mode else draft.event_type
            key = (firing.start, 0, draft.act.id)
            yield key, Match(chart.text(firing.start, firing.stop), draft.act.id, event=kind)
    for one in trace.refusals:
        if one.segment == chart.segment and start <= one.start < end:
            key = (one.start, 1, one.trigger)
            yield key, Match(chart.text(one.start, one.end), one.trigger, refused=one.reason)


def _party(chart: Chart, one: Chunk) -> Party:
    return Party(chart.text(one.start, one.end), one.kind, one.country, one.basis, one.case, one.office, one.person)


def _unread(judged: JudgedArticle, read: set[int]) -> Iterator[tuple[str, str, str]]:
    article = judged.article
    for number, segment in enumerate(article.segments):
        if number not in read:
            kind = segment.kind if segment.kind not in CODED else f"{segment.kind}, no coder"
            yield kind, segment.language, article.received[segment.start : segment.end]
