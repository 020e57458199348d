"""Nouns without a meaning of their own behind the adjective or the name of a state: "Irish nationalist guerrillas"."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.events.chart import Chart
    from pipeline.events.grammar import Grammar

LONGEST_NOUN = 3
QUOTES = frozenset("\"'“”‘’«»")


def described_noun(chart: Chart, grammar: Grammar, i: int, end: int, *, plural: bool) -> int:
    """The end of the noun at token i behind an adjective of a state; i where it is none of the kind."""
    if grammar.declension:
        whole = not plural and i < end and may_stand_between(chart, grammar, i) and chart.texts[i].islower()
        return i + 1 if whole and not _grammatical(chart, i) else i
    return plural_noun(chart, grammar, i, end) if grammar.order == "SVO" and not grammar.small_adjectives else i


def plural_noun(chart: Chart, grammar: Grammar, i: int, end: int) -> int:
    """The end of the plural noun behind an adjective; i where there is none."""
    stop = i
    while (
        stop < min(end, i + LONGEST_NOUN)
        and may_stand_between(chart, grammar, stop)
        and not _grammatical(chart, stop)
        and chart.word(stop) not in grammar.conjunctions
    ):
        stop += 1
    before = chart.word(i - 2)
    counted = before.isdigit() or before in grammar.words.get("articles", ())
    known = counted or before in grammar.closed["determiners"] or chart.hit("case", i - 2) is not None
    return stop if stop > i and (known or chart.kind == "title" or chart.word(stop - 1).endswith("s")) else i


def may_stand_between(chart: Chart, grammar: Grammar, i: int) -> bool:
    """Whether token i may stand between a state and what belongs to it."""
    layers = ("case", "verb", "connective", "place")
    word = chart.is_word(i) or chart.word(i) in QUOTES or chart.word(i).isdigit()
    act = chart.hit("trigger", i)
    # A participle describes: "the occupying forces".
    describes = act is None or (grammar.capitals and all(form == "ing" for _, form, *_ in act[1]))
    owner = chart.has("word", i, "before_genitive")
    return word and describes and not owner and not any(chart.hit(layer, i) for layer in layers)


def _grammatical(chart: Chart, i: int) -> bool:
    return any(chart.hit(layer, i) for layer in ("auxiliary", "word", "country", "demonym", "role", "date"))
