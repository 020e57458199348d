"""Subjects behind their verb, and verbs without one, in languages whose verb forms say enough by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.events.chunks import PARTIES, Chunk
from pipeline.events.declension import subjective
from pipeline.events.tenses import group_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.events.firing import Firing
    from pipeline.events.sentence import Sentence
    from schemas.event import CountryBasis

# Articles and adverbs between a verb and the subject behind it.
BEHIND_REACH = 3
OPENING = ("connective", "date", "auxiliary")
# A state behind a verb is its object; these take a preposition as objects.
STATES = frozenset({"state", "place"})
# What is governed from a seat.
SEATS = frozenset({"state", "place", "body", "organisation"})
ACTING = PARTIES - {"state", "pronoun", "speaker"}
MARKS = frozenset(",;:\"'“”‘’()-–—")


def subject_behind(scene: Sentence, firing: Firing) -> tuple[Chunk, ...]:
    """The subject right behind a verb: "se reunió EL PRESIDENTE con ..."."""
    if not scene.grammar.inverts:
        return ()
    # Between a verb and the noun it needs stands the subject where verbs come first.
    last = start = firing.start + 1 if scene.grammar.verb_first and firing.act.object else firing.end
    able = ACTING | {"state"} if scene.grammar.brackets else ACTING
    for chunk in scene.near:
        if chunk.start < start:
            continue
        between = range(last, chunk.start)
        if len(between) > BEHIND_REACH or any(scene.chart.word(i) in MARKS for i in between):
            return ()
        if chunk.case is None and (chunk.kind in able or _only_acts(scene, chunk)):
            return tuple(c for c in scene.near if chunk.group and c.group == chunk.group) or (chunk,)
        last = chunk.end
    return ()


def _only_acts(scene: Sentence, chunk: Chunk) -> bool:
    """Whether a state can only be a subject: verbs come first, or its ending says so."""
    if chunk.kind not in STATES:
        return False
    return scene.grammar.verb_first or (bool(scene.grammar.declension) and subjective(scene.chart, chunk))


def personal(scene: Sentence, firing: Firing, chunk: Chunk) -> Chunk:
    """Take the preposition of people right behind a verb for the sign of the object: "detuvo A tres periodistas"."""
    near = chunk.start - firing.end <= BEHIND_REACH and chunk.case == "to" and chunk.kind in ACTING
    return chunk._replace(case="object") if near and scene.grammar.marks_persons else chunk


def seated(scene: Sentence, firing: Firing) -> tuple[Chunk, ...]:
    """Those in whose seat something was said or decided: "в КРЕМЛЕ осудили", a plural verb without a subject."""
    plural = tuple(scene.grammar.table.get("impersonal", ()))
    if not plural or firing.group is None or scene.grammar.frames[firing.act.frame].kind != "directed":
        return ()
    first, _ = group_before(scene, firing.start)
    before = [c for c in scene.near if c.end <= first]
    fits = len(before) == 1 and before[0].case == "in" and before[0].kind in SEATS and before[0].country
    if not fits or not scene.chart.word(firing.start).endswith(plural):
        return ()
    opens = all(_opens(scene, i) for i in range(before[0].end, first))
    return (before[0]._replace(kind="body", case=None, sector="GOV", group=0),) if opens else ()


def bare_agent(scene: Sentence, firing: Firing, near: Sequence[Chunk]) -> Chunk | None:
    """Who acts, right behind a passive without a preposition: "diserang ISRAEL"."""
    if not scene.grammar.bare_agents or firing.tense != "passive":
        return None
    return next((c for c in near if firing.end <= c.start <= firing.end + 1 and c.case is None), None)


def stranger_acts(scene: Sentence, firing: Firing) -> bool:
    """Whether a word that belongs to no known party stands right before the verb: somebody unknown acts."""
    if not scene.grammar.conjugated:
        return False
    first, _ = group_before(scene, firing.start)
    if any(fronted(scene, c) and c.end == first for c in scene.near):
        return False
    return first > firing.clause.start and not _opens(scene, first - 1)


def fronted(scene: Sentence, chunk: Chunk) -> bool:
    """Whether a phrase is an object by its ending, wherever it stands: "the ex-president they convicted"."""
    return bool(scene.grammar.declension) and chunk.case == "object" and chunk.kind in ACTING


def dropped_subject(scene: Sentence, firing: Firing) -> tuple[Chunk, ...]:
    """The one who acted in the sentence before, where nothing but its setting stands before the verb."""
    agent = scene.before
    if not scene.grammar.drops_subjects or agent is None or firing.tense in {"passive", "participle"}:
        return ()
    first, _ = group_before(scene, firing.start)
    settled = {i for c in scene.near if c.case is not None for i in range(c.start, c.end)}
    if not all(i in settled or _opens(scene, i) or scene.chart.hit("case", i) for i in range(scene.span[0], first)):
        return ()
    basis: CountryBasis = "publisher_default" if agent.basis == "publisher_default" else "remembered"
    return (agent._replace(case=None, group=0, basis=basis, stands_for="pronoun"),)


def _opens(scene: Sentence, i: int) -> bool:
    """Whether token i can stand before a verb without being its subject: an adverb, a date, a conjunction, a mark."""
    chart, grammar = scene.chart, scene.grammar
    if chart.word(i) in MARKS or chart.word(i) in grammar.conjunctions or grammar.is_adverb(chart.texts[i]):
        return True
    return any(
        (hit := chart.hit(layer, i - back)) is not None and hit[0] > i
        for layer in OPENING
        for back in range(BEHIND_REACH)
    )
