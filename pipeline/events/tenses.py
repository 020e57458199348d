"""Tenses by the words before a verb, where auxiliaries stand there: "has been", "will not", "said it would"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.events import isolating
from pipeline.events.clauses import COMPLEMENT

if TYPE_CHECKING:
    from pipeline.events.chunks import Chunk
    from pipeline.events.sentence import Sentence

MOST_AUXILIARIES = 5
# Words between "by" and who acts.
AGENT_REACH = 3
# Where auxiliaries are phrases: "a décidé de", "après avoir".
LONGEST_FIRST = (5, 4, 3, 2, 1)
MODAL = frozenset({"unreal", "future", "would", "infinitive"})
# What a bare verb says in a headline by what stands before it.
HEADLINE = {frozenset({"infinitive"}): "future", frozenset[str](): "present"}


def group_before(scene: Sentence, i: int) -> tuple[int, set[str]]:
    """Where the auxiliaries and adverbs before the verb at token i begin, and their kinds."""
    if scene.grammar.preverbal:
        return isolating.before_verb(scene, i)
    chart, start = scene.chart, scene.clause.start
    kinds: set[str] = set()
    # "Theresa MAY should": a name is no auxiliary.
    names = {c.end for c in scene.near if c.kind == "person"}
    for _ in range(MOST_AUXILIARIES):
        if i in names:
            break
        for back in LONGEST_FIRST:
            hit = chart.hit("auxiliary", i - back)
            if hit is not None and hit[0] == i and i - back >= start:
                kinds.update(hit[1])
                i -= back
                break
        else:
            if i - 1 < start or not scene.grammar.is_adverb(chart.texts[i - 1]):
                break
            i -= 1
    return i, kinds


def tense_of(scene: Sentence, i: int, form: str) -> str | None:
    """The tense of a verb form at token i; None where it does not say that something happens."""
    key = (scene.clause.start, i, form)
    if key not in scene.tenses:
        scene.tenses[key] = _isolated(scene, i, form) if scene.grammar.uninflected else _tense(scene, i, form)
    return scene.tenses[key]


def _isolated(scene: Sentence, i: int, form: str) -> str | None:
    _, kinds = group_before(scene, i)
    return None if kinds & {"unreal", "negative"} else isolating.tense(scene, i, kinds, form)


def _tense(scene: Sentence, i: int, form: str) -> str | None:
    first, kinds = group_before(scene, i)
    if form == "third":
        # No modal governs this form: "PM MAY accuses her critics".
        kinds -= MODAL
    if kinds & {"unreal", "negative"}:
        return None
    if kinds & {"future", "would"}:
        return "future" if "future" in kinds or _told_before(scene, i) else None
    if form == "base":
        return _bare(scene, first, kinds)
    if form == "ing":
        return "progressive" if "passive" in kinds else _participle(scene, first, kinds)
    if "passive" in kinds:
        # "To be invaded" has not happened.
        return "passive" if "infinitive" not in kinds and form in {"past", "participle"} else None
    described = form != "" and first == i and scene.chart.word(i - 1) in scene.grammar.closed["determiners"]
    fits = "infinitive" not in kinds and not described and (form != "participle" or kinds <= {"perfect", "adverb"})
    return "past" if fits else None


def _bare(scene: Sentence, first: int, kinds: set[str]) -> str | None:
    """Read a bare verb: "voted to ban", "Kenya and Chad sign", in a headline "Kenya to sign"."""
    if "done" in kinds:
        return "past"
    title = scene.chart.kind == "title" and ("infinitive" not in kinds or any(c.end == first for c in scene.near))
    says = title or (not kinds and _behind_plural(scene, first))
    return HEADLINE.get(frozenset(kinds)) if says else None


def _behind_plural(scene: Sentence, i: int) -> bool:
    """Whether a group of people or several parties stand right before: then a bare verb is in the present."""
    before = [c for c in scene.near if c.end <= i]
    bare = [c for c in before if c.case is None]
    people = bool(bare) and (bare[-1].kind in {"people", "speaker"} or _members(scene, bare[-1]))
    plural = people or bool(bare and bare[-1].group)
    # "Farmers in Peru block roads": what stands between hangs on the subject.
    return plural and before[-1].end == i


def _members(scene: Sentence, chunk: Chunk) -> bool:
    """Whether the name of a party is that of its members: "REPUBLICANS defend"."""
    return chunk.sector == "PTY" and scene.chart.word(chunk.end - 1).endswith("s")


def _told_before(scene: Sentence, i: int) -> bool:
    """Whether somebody has said what follows: then "would" is the future of the past."""
    return scene.chart.within("word", "speech_phrase", scene.span[0], i) is not None


def _participle(scene: Sentence, i: int, kinds: set[str]) -> str | None:
    """Read a participle that opens a phrase of its own."""
    return "participle" if opens_phrase(scene, i) and kinds <= {"adverb"} else None


def opens_phrase(scene: Sentence, i: int) -> bool:
    """Whether a phrase begins at token i: behind a comma, "by", or the first word of a clause."""
    chart = scene.chart
    first = i <= scene.clause.start + 1 and scene.clause.link != COMPLEMENT
    return first or chart.word(i - 1) == "," or bool(chart.has("case", i - 1, "by"))


def is_reduced(scene: Sentence, i: int, end: int) -> bool:
    """Whether the verb at tokens [i, end) is a relative clause without its pronoun: "forces BACKED BY Chad took"."""
    if scene.grammar.conjugated or group_before(scene, i)[0] != i or not scene.chart.has("case", end, "by"):
        return False
    headed = any(c.end == i and c.case is None for c in scene.near)
    return headed and any(c.case == "by" and 0 < c.start - end <= AGENT_REACH for c in scene.near)
