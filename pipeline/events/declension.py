"""Nouns that show their case by their ending: forms by rule, agreement in a phrase, the case a phrase stands in."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.events.chart import Chart
    from pipeline.events.chunks import Chunk
    from pipeline.events.grammar import Grammar

CASES = ("nominative", "genitive", "dative", "accusative", "instrumental", "prepositional")
ALL = frozenset(CASES)
# Offices with more words that decline than this are listed in one form only.
MOST_ADJECTIVES = 3
# What a bare noun in a case is to its verb, in the order in which a doubtful ending is read.
READ_AS = (("accusative", "object"), ("dative", "to"), ("instrumental", "by"), ("genitive", "genitive"))
VERBAL = ("case", "auxiliary", "connective", "date", "number")
LIGHT = ("articles", "possessives")


def declined(phrase: str, table: dict[str, Any], *, whole: bool, animate: bool) -> Iterator[tuple[str, str]]:
    """Yield (form, case) of a phrase in the nominative by [declension]: its adjectives, then its first noun.

    `whole`: all words decline, as in the name of a person; `animate`: the accusative is the genitive.
    """
    words = phrase.split(" ")
    if whole:
        yield from _as_foreign(words, table)
    declining: list[dict[str, tuple[str, ...]]] = []
    for word in words:
        adjective = _rule(word, table.get("adjectives", {}))
        if not whole and len(declining) > MOST_ADJECTIVES:
            break
        declining.append(_forms(word, table, adjective, animate=animate))
        if adjective is None and not whole:
            break
    rest = words[len(declining) :]
    for case in CASES:
        for choice in product(*(forms[case] for forms in declining)):
            yield " ".join((*choice, *rest)), case


def _as_foreign(words: list[str], table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield a name that declines in one word or none: "Терезы МЭЙ", "КИМ ЧЕН Ыну", "Пелоси"."""
    fixed = tuple(table.get("fixed", ()))
    if any(word.endswith(fixed) for word in (words[0], words[-1])):
        yield from ((" ".join(words), case) for case in CASES)
    for i in (0, len(words) - 1) if len(words) > 1 else ():
        forms = _forms(words[i], table, None, animate=True)
        for case in CASES:
            yield from ((" ".join((*words[:i], form, *words[i + 1 :])), case) for form in forms[case])


def _rule(word: str, rules: dict[str, Any]) -> tuple[str, dict[str, list[str]]] | None:
    ending = max((e for e in rules if word.endswith(e) and word != e), key=len, default=None)
    return None if ending is None else (word[: len(word) - len(ending)], rules[ending])


def _forms(word: str, table: dict[str, Any], adjective: Any, *, animate: bool) -> dict[str, tuple[str, ...]]:
    """All forms of a word by case; a word that no rule fits has one."""
    own = table.get("own", {}).get(word)
    found = ("", own) if own is not None else adjective or _rule(word, table.get("nouns", {}))
    if found is None or word in table.get("undeclined", ()):
        return dict.fromkeys(CASES, (word,))
    stem, rule = found
    forms = {case: tuple(stem + ending for ending in rule.get(case, ())) for case in CASES}
    forms["nominative"] = (word,)
    if not forms["accusative"]:
        both = (*forms["genitive"], word) if adjective is not None else forms["genitive"] if animate else (word,)
        forms["accusative"] = both
    return {case: made or (word,) for case, made in forms.items()}


def cases_of(chart: Chart, chunk: Chunk) -> frozenset[str]:
    """The cases a phrase may stand in by the endings of its first adjective and noun; all where none is known."""
    found = ALL
    for i in range(chunk.start, chunk.end):
        hit = chart.hit("inflection", i)
        if hit is None:
            continue
        found = (found & frozenset(hit[1])) or frozenset(hit[1])
        if chart.hit("demonym", i) is None:
            break
    return found


def may_own(chart: Chart, i: int) -> bool:
    """Whether the name at token i can be that of an owner: in the genitive, where endings show it."""
    hit = chart.hit("inflection", i)
    return hit is None or "genitive" in hit[1]


def agree(chart: Chart, left: Chunk, right: Chunk) -> bool:
    """Whether two members of an enumeration can stand in the same case, or are owners of one office."""
    return bool(left.office and left.office == right.office and right.basis == "explicit") or not cases_of(
        chart, left
    ).isdisjoint(cases_of(chart, right))


def sharing(chart: Chart, grammar: Grammar, before: list[Chunk], chunk: Chunk) -> Chunk:
    """Give a second state in the genitive the office of the first: "президенты Казахстана и УЗБЕКИСТАНА"."""
    if not before or chunk.kind != "state" or chunk.case or before[-1].basis != "explicit" or not before[-1].office:
        return chunk
    between, forms = chart.folded[before[-1].end : chunk.start], cases_of(chart, chunk)
    if len(between) != 1 or between[0] not in grammar.conjunctions or "genitive" not in forms or "nominative" in forms:
        return chunk
    return chunk._replace(office=before[-1].office, sector=before[-1].sector, kind="body", case=before[-1].case)


def subjective(chart: Chart, chunk: Chunk) -> bool:
    """Whether a phrase can only be a subject."""
    found = cases_of(chart, chunk)
    return "nominative" in found and "accusative" not in found


def by_endings(chart: Chart, grammar: Grammar, chunks: list[Chunk]) -> list[Chunk]:
    """Give phrases without a preposition the case their endings show; members of a group follow its first."""
    if not grammar.declension:
        return chunks
    out: list[Chunk] = []
    groups: dict[int, str | None] = {}
    last = -1
    for chunk in chunks:
        case = chunk.case
        if case is None:
            case = groups[chunk.group] if chunk.group in groups else _read(chart, chunk, last)
        last = chunk.end
        if chunk.group:
            groups.setdefault(chunk.group, case)
        out.append(chunk._replace(case=case, case_end=chunk.case_end or chunk.end))
    return out


def _read(chart: Chart, chunk: Chunk, last: int) -> str | None:
    found = cases_of(chart, chunk)
    if "nominative" in found and found != ALL:
        return None
    counted = chart.has("word", chunk.start - 1, "quantifiers") or chart.word(chunk.start - 1).isdigit()
    if "genitive" in found and counted:
        # "Thousands of Serbs": what counts them shows the case.
        return None
    if "genitive" in found and last != chunk.start and _behind_noun(chart, chunk.start):
        return "genitive"
    if "nominative" in found:
        return None
    return next((role for case, role in READ_AS if case in found), None)


def _behind_noun(chart: Chart, i: int) -> bool:
    """Whether a noun stands right before token i: a word that is no verb, preposition, conjunction, adverb or date."""
    if not chart.is_word(i - 1) or not chart.texts[i - 1].islower() or any(chart.hit(layer, i - 1) for layer in VERBAL):
        return False
    if any(chart.has("word", i - 1, name) for name in LIGHT):
        return False
    act = chart.hit("trigger", i - 1)
    return act is None or any(form == "" for _, form, *_ in act[1])
