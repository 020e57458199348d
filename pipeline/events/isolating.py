"""Verbs without forms, with the prepositional phrases before them: what stands there says when and whether it happens.

"将 [与普京] [在莫斯科] 举行", "没有 [对俄罗斯] 实施", "被 [警方] 逮捕": auxiliaries stand before the phrases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.events.chart import Chart
    from pipeline.events.chunks import Chunk
    from pipeline.events.firing import Firing
    from pipeline.events.sentence import Sentence

# Auxiliaries, adverbs and phrases before a verb, and the words of one phrase.
MOST_BEFORE = 8
LONGEST_PHRASE = 9
MOST_UNKNOWN = 4
LONGEST_ATTRIBUTE = 7
LONGEST_AUXILIARY = 4
# What only describes a noun, or is one.
POSSESSIVE = "possessive"
ATTRIBUTE = "attribute"
SPEECH = "speech_phrase"
ASPECT = "aspect"
# Cases of settings, behind which a subject may stand.
SETTING = frozenset({"in", "from", "source"})
# Prepositions that are signs of voice or time as well.
VOICE = frozenset({"by", "object"})
FORETELLING = frozenset({"AGREE", "REJECT", "THREATEN"})


def before_verb(scene: Sentence, i: int) -> tuple[int, set[str]]:
    """Where auxiliaries, dates and prepositional phrases before the verb at token i begin, and what they say of it."""
    key = (scene.clause.start, i)
    if key not in scene.groups:
        scene.groups[key] = _before_verb(scene, i)
    return scene.groups[key]


def _before_verb(scene: Sentence, i: int) -> tuple[int, set[str]]:
    kinds: set[str] = set()
    for _ in range(MOST_BEFORE):
        at = _auxiliary(scene, i, kinds) or _date(scene, i) or _phrase(scene, i, kinds)
        if not at:
            break
        i = at - 1
    return i, kinds


def _auxiliary(scene: Sentence, i: int, kinds: set[str]) -> int:
    """One more than the first token of an auxiliary that ends before token i, 0 where none does."""
    for back in range(LONGEST_AUXILIARY, 0, -1):
        hit = scene.chart.hit("auxiliary", i - back)
        if hit is not None and hit[0] == i and i - back >= scene.clause.start:
            kinds.update(hit[1])
            return i - back + 1
    return 0


def _date(scene: Sentence, i: int) -> int:
    """One more than the first token of a date that ends before token i, 0 where none does."""
    first = i
    while first > scene.clause.start and is_date(scene.chart, first - 1):
        first -= 1
    return first + 1 if first < i else 0


def is_date(chart: Chart, i: int) -> bool:
    """Whether token i belongs to a date: a name, a number or its unit."""
    word, dating = chart.word(i), chart.dating
    return chart.hit("date", i) is not None or word.isdigit() or dating.is_unit(word) or dating.is_a("range", word)


def _phrase(scene: Sentence, i: int, kinds: set[str]) -> int:
    """One more than the first token of the preposition whose phrase ends before token i; "by" makes a passive."""
    chart = scene.chart
    unknown = inner = 0
    parties = {j: c for c in scene.near for j in range(c.start, c.end)}
    for j in range(i - 1, max(scene.clause.start, i - LONGEST_PHRASE) - 1, -1):
        hit = chart.hit("case", j)
        if hit is not None and j not in parties:
            if inner and not SETTING.isdisjoint(hit[1]):
                return 0
            passive = "by" in hit[1]
            if passive or chart.has("word", i - 1, POSSESSIVE):
                kinds.add("passive" if passive else ATTRIBUTE)
            return j + 1
        party = parties.get(j)
        if party is not None and party.case is None:
            # "对[摩尔多瓦加入欧盟]表示": a clause of its own.
            inner += j == party.start
            if inner > 1:
                return 0
        if party is None and not chart.has("word", j, POSSESSIVE):
            unknown += 1
            word = chart.is_word(j) or chart.word(j).isdigit()
            if unknown > MOST_UNKNOWN or not word or chart.hit("trigger", j) or _verbal(chart, j):
                return 0
    return 0


def _verbal(chart: Chart, j: int) -> bool:
    said = chart.hit("word", j)
    return chart.hit("auxiliary", j) is not None or (said is not None and SPEECH in said[1])


def tense(scene: Sentence, i: int, kinds: set[str], form: str) -> str | None:
    """The tense of a verb at token i; None where it is a noun, or said to come and passive."""
    passive = form == "passive" or "passive" in kinds
    if ATTRIBUTE in kinds or _is_noun(scene, i, passive="passive" in kinds):
        return None
    if "future" in kinds:
        return None if passive else "future"
    return "passive" if passive else "past"


def _is_noun(scene: Sentence, i: int, *, passive: bool) -> bool:
    """Whether a word that is also a verb stands behind a preposition or what describes it: "在集会上", "新的制裁"."""
    if scene.chart.has("word", i - 1, POSSESSIVE):
        return not passive
    before = scene.chart.hit("case", i - 1)
    return before is not None and before[0] == i and VOICE.isdisjoint(before[1])


def attribute_end(scene: Sentence, i: int) -> int:
    """Where what describes an object ends if it begins at token i, "取消[与普京的]会晤"; else 0."""
    if is_date(scene.chart, i) or scene.chart.hit("number", i) or scene.chart.has("word", i, POSSESSIVE):
        return i + 1
    if not any(scene.chart.hit(layer, i) for layer in ("case", "trigger", "auxiliary")):
        return 0
    stop = min(scene.clause.end, i + LONGEST_PHRASE)
    found = scene.chart.within("word", POSSESSIVE, i, stop)
    return found + 1 if found is not None else 0


def in_attribute(scene: Sentence, i: int) -> bool:
    """Whether the verb at token i describes a noun behind it: "一名[批评总统的]记者"."""
    stop = min(scene.clause.end, i + LONGEST_ATTRIBUTE)
    return scene.chart.within("word", POSSESSIVE, i + 1, stop) is not None


def foretold(scene: Sentence, firing: Firing, chunk: Chunk) -> bool:
    """Whether a phrase behind a verb says whom what is promised or threatened concerns: "承诺[向乌克兰]提供援助"."""
    between = range(firing.end, chunk.start)
    return firing.act.type in FORETELLING and all(scene.chart.is_word(i) for i in between)


def no_subject(scene: Sentence, first: int) -> bool:
    """Whether what stands before a verb group at token `first` is no subject of it: unknown words, another's object."""
    chart, i = scene.chart, first - 1
    if i < scene.clause.start or not chart.is_word(i) or chart.word(i) in scene.grammar.conjunctions:
        return False
    own = next((c for c in reversed(scene.near) if c.end <= first and c.case is None), None)
    if own is not None and own.end == first:
        return is_governed(scene, own)
    if is_date(chart, i) or any(c.start <= i < c.end for c in scene.near):
        return False
    return not any(
        (hit := chart.hit(layer, i - back)) is not None and hit[0] > i and (layer != "word" or SPEECH in hit[1])
        for layer in ("connective", "auxiliary", "word")
        for back in range(LONGEST_AUXILIARY)
        if i - back >= scene.clause.start
    )


def is_governed(scene: Sentence, chunk: Chunk, after: int = 0) -> bool:
    """Whether a name is what a verb behind token `after` governs: "呼吁[俄罗斯]撤军", "指责[以色列]袭击"."""
    chart, i = scene.chart, chunk.start
    while i > scene.clause.start and chart.has("word", i - 1, ASPECT):
        i -= 1
    if i <= max(scene.clause.start, after):
        return False
    for back in range(1, LONGEST_AUXILIARY + 1):
        for layer in ("trigger", "auxiliary"):
            hit = chart.hit(layer, i - back)
            if hit is not None and hit[0] == i and (layer == "trigger" or "unreal" in hit[1]):
                return True
    return False
