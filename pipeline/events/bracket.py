"""Languages whose predicate frames the clause: its finite part second and the rest last, or all of it last.

"Russland HAT die Ukraine ANGEGRIFFEN", "dass Russland die Ukraine ANGEGRIFFEN HAT", "Russland GREIFT die Ukraine AN".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.events.chunks import PARTIES
from pipeline.events.clauses import COORDINATE, RELATIVE
from pipeline.events.firing import Firing
from pipeline.events.predicates import VerbGroup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.events.sentence import Sentence
    from pipeline.events.triggers import Trigger

Part = tuple[int, int, str]
FINITE = {"present": "present", "preterite": "past", "imperfect": "past"}
# Kinds of auxiliaries that are a verb of the clause.
VERBAL = frozenset({"perfect", "passive", "becoming", "being", "future", "unreal"})
UNREAL = frozenset({"unreal", "negative"})
COMMA = ","


def at_commas(scene: Sentence, cut: list[Part]) -> list[Part]:
    """Cut clauses at commas too, but for those of enumerations."""
    chunks = scene.chunks
    groups = [(a, b) for a in chunks for b in chunks if a.group and a.group == b.group and a.end <= b.start]
    kept = {i for a, b in groups for i in range(a.end, b.start)}
    found: list[Part] = []
    for start, end, link in cut:
        first, how = start, link
        for i in range(start + 1, end):
            if scene.chart.word(i) == COMMA and i not in kept:
                found.append((first, i, how))
                first, how = i, COORDINATE
        found.append((first, end, how))
    return found


def bracketed(scene: Sentence, act: Trigger, mood: str, at: tuple[int, int]) -> Firing | str:
    """Return the firing of a verb form, or what is missing."""
    i, end = at
    chart = scene.chart
    if chart.texts[i][:1].isupper() and i != scene.span[0]:
        return "a noun"
    tense = _tense(scene, act, mood, i)
    if tense is None:
        return f"the form {mood} with these auxiliaries reports nothing"
    if act.particle is not None and not _ends_with(scene, act.particle, end):
        return f"particle {act.particle}"
    if act.object is not None and chart.within("list", act.object, scene.clause.start, scene.clause.end) is None:
        return f"object {act.object}"
    start, stop = _second(scene, i, end)
    group = VerbGroup(start, end, frozenset(), tense, finite=True, negated=False, recalled=False)
    return Firing(act, start, stop, group, scene.clause)


def _auxiliaries(scene: Sentence) -> Iterator[tuple[int, int, set[str]]]:
    """Yield the auxiliaries of the clause being read, those inside names left out."""
    inside = {j for c in scene.near for j in range(c.start, c.end)}
    table = scene.chart.hits["auxiliary"]
    yield from ((i, table[i][0], set(table[i][1])) for i in range(scene.clause.start, scene.clause.end)
                if i in table and i not in inside)  # fmt: skip


def _tense(scene: Sentence, act: Trigger, mood: str, i: int) -> str | None:
    kinds = {kind for _, _, found in _auxiliaries(scene) for kind in found}
    if kinds & UNREAL or scene.chart.has("auxiliary", i - 1, "infinitive"):
        return None
    if mood in FINITE:
        return None if kinds & VERBAL else FINITE[mood]
    if mood == "infinitive":
        return "future" if kinds & {"becoming", "future"} else None
    return _participle(scene, act, kinds) if mood == "participle" else None


def _participle(scene: Sentence, act: Trigger, kinds: set[str]) -> str | None:
    """Behind "become" a participle is passive; behind "have", and "be" with verbs of motion, it is past."""
    if kinds & {"becoming", "passive"}:
        return "passive"
    if "perfect" in kinds:
        return "past"
    if "being" in kinds:
        return "past" if act.reflexive or scene.grammar.frames[act.frame].kind == "visit" else "passive"
    return "passive" if scene.chart.kind == "title" else None


def _second(scene: Sentence, i: int, end: int) -> tuple[int, int]:
    """Where the finite verb stands; in a clause with all of it last, right behind the subject."""
    for start, stop, kinds in _auxiliaries(scene):
        if kinds & VERBAL and stop <= i:
            return start, stop
    before = [c for c in scene.near if c.end <= i and c.case is None and c.kind in PARTIES]
    if scene.clause.link == RELATIVE and scene.chart.word(scene.clause.start + 1) in scene.grammar.closed["nominative"]:
        return scene.clause.start + 1, scene.clause.start + 2
    if before and _is_last(scene, end):
        last = max((c.end for c in before if c.group and c.group == before[0].group), default=before[0].end)
        return last, last
    return i, end


def _is_last(scene: Sentence, i: int) -> bool:
    """Whether nothing but auxiliaries and marks stands from token i to the end of the clause."""
    chart = scene.chart
    return not any(chart.is_word(j) and not chart.hit("auxiliary", j) for j in range(i, scene.clause.end))


def _ends_with(scene: Sentence, particle: str, i: int) -> bool:
    """Whether the clause, or a part of it before a conjunction, ends with the first part of a compound verb."""
    chart, conjunctions = scene.chart, scene.grammar.conjunctions
    return any(
        chart.word(j) == particle
        and (j + 1 >= scene.clause.end or not chart.is_word(j + 1) or chart.word(j + 1) in conjunctions)
        for j in range(i, scene.clause.end)
    )
