"""Verb groups of verb-final languages: a main form with its auxiliaries, its tense, and whether it ends a clause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.events.chart import Chart
    from pipeline.events.grammar import VerbForm

# A tense in the order in which its signs outweigh others.
FINITE = frozenset(
    {"past", "passive", "progressive", "future", "present", "subjunctive", "possible", "need", "habitual past"}
)
ENDING = frozenset({"future", "present", "past", "presumed"})
# Forms of a main verb that end a clause wherever they stand.
CLOSING = frozenset({"future", "present", "preterite", "passive"})
COMPOUND = frozenset({"vector", "perfect"})
LONGEST_GROUP = 8
AGENT_REACH = 60
# Words of a headline after the verb among which the noun of the act stands.
BEHIND = 6
STOPS = frozenset(".۔।?؟!")
QUOTES = frozenset("\"'“”‘’")
CLOSERS = frozenset(",،;؛:.۔।?؟!()[]{}«»\"'“”‘’–—-…|/*•")


@dataclass(frozen=True, slots=True)
class VerbGroup:
    """Tokens [start, end) that make one predicate; `verbs` are the ids it may be a form of."""

    start: int
    end: int
    verbs: frozenset[str]
    tense: str
    finite: bool
    negated: bool
    recalled: bool


def closes(chart: Chart, i: int, stop: int) -> bool:
    """Whether a clause can end before token i: end, punctuation or a connective."""
    return i >= stop or chart.word(i) in CLOSERS or chart.hit("connective", i) is not None


def _has_agent(chart: Chart, i: int) -> bool:
    """Whether a marked agent stands before: then a form that may be past or subjunctive is past."""
    for back in range(1, AGENT_REACH):
        if chart.has("case", i - back, "agent"):
            return True
        if chart.has("connective", i - back, "complement") or chart.word(i - back) in STOPS:
            return False
    return False


def _is_genitive(chart: Chart, i: int) -> bool:
    """Whether an ambiguous form after an infinitive is the genitive: "approval of starting talks"."""
    before = chart.hit("verb", i - 1)
    return (
        before is not None
        and before[0] == i
        and not chart.hit("trigger", i - 1)
        and any(f.form == "infinitive" for f in before[1])
    )


def group_at(chart: Chart, i: int, stop: int) -> VerbGroup | None:
    """Read the verb group that begins at token i, if one does."""
    found = chart.hit("verb", i)
    if found is None:
        return None
    end, forms = found
    kinds: set[str] = set()
    last = ""
    end, negated = _auxiliaries(chart, end, stop, forms, kinds)
    if end > found[0]:
        last = _last_kind(chart, end)
    if {"subjunctive", "vector"} <= kinds and _has_agent(chart, i):
        kinds.discard("subjunctive")
    tense = _tense(forms, kinds)
    ending = bool(last and last in ENDING) or any(f.form in CLOSING for f in forms)
    bare = end == found[0]
    # "kar diya" ends a clause wherever it stands: much of the press leaves out the full stop.
    compound = tense == "past" and bool(kinds & COMPOUND) and any(f.form == "stem" for f in forms)
    finite = tense in FINITE and (ending or compound or closes(chart, end, stop))
    if all(f.ambiguous for f in forms) and (_is_genitive(chart, i) or (bare and not closes(chart, end, stop))):
        return None
    before = chart.has("word", i - 1, "negation")
    negated = negated or bool(before) or bool(chart.has("word", end, "negation"))
    return VerbGroup(i, end, frozenset(f.verb for f in forms), tense, finite, negated, "past" in kinds)


def inverted(chart: Chart, i: int, stop: int) -> tuple[VerbGroup, int] | None:
    """Read a verb of the past with the noun of its act behind it, as headlines have it, and where that noun ends."""
    found = chart.hit("verb", i)
    before = next((hit for back in (1, 2, 3) if (hit := chart.hit("case", i - back)) and hit[0] == i), None)
    if found is None or before is None or "genitive" in before[1]:
        return None
    end, forms = found
    kinds: set[str] = set()
    end, negated = _auxiliaries(chart, end, stop, forms, kinds)
    past = frozenset(form.verb for form in forms if form.form == "past")
    if negated or not past:
        return None
    for noun in range(end, min(end + BEHIND, stop)):
        hit = chart.hit("trigger", noun)
        if hit is not None:
            tense = "passive" if "passive" in kinds else "past"
            return VerbGroup(i, end, past, tense, finite=True, negated=False, recalled=False), hit[0]
        if not chart.is_word(noun) and not chart.word(noun).isdigit() and chart.word(noun) not in QUOTES:
            break
    return None


def postposed(chart: Chart, i: int, stop: int) -> tuple[VerbGroup, int] | None:
    """Read a verb with its subject behind it, as headlines have it, and where that ends."""
    found = chart.hit("verb", i)
    marked = any((hit := chart.hit("case", i - back)) and hit[0] == i for back in (1, 2, 3))
    forms = found[1] if found and marked else ()
    tense = next((one for one in ("past", "future") if any(form.form == one for form in forms)), "")
    if found is None or not tense or chart.hit("auxiliary", found[0]):
        return None
    end = found[0]
    while end < min(found[0] + BEHIND, stop) and chart.is_word(end):
        if any(chart.hit(layer, end) for layer in ("verb", "case", "connective", "trigger")):
            return None
        end += 1
    if end == found[0] or not (end == stop or chart.word(end) in CLOSERS):
        return None
    verbs = frozenset(form.verb for form in forms if form.form == tense)
    negated = bool(chart.has("word", i - 1, "negation"))
    return VerbGroup(i, found[0], verbs, tense, finite=True, negated=negated, recalled=False), end


def _auxiliaries(chart: Chart, end: int, stop: int, forms: tuple[VerbForm, ...], kinds: set[str]) -> tuple[int, bool]:
    """Extend a group over its auxiliaries; negations between them go along."""
    is_stem = any(f.form == "stem" for f in forms)
    is_habitual = any(f.form == "habitual" for f in forms)
    limit = min(stop, end + LONGEST_GROUP)
    negated = False
    first = end
    while end < limit:
        if chart.has("word", end, "negation") and chart.hit("auxiliary", end + 1):
            negated = True
            end += 1
            continue
        hit = chart.hit("auxiliary", end)
        if hit is None:
            break
        found = set(hit[1])
        if end > first or not is_stem:
            found -= {"conjunctive"}
        if end > first or not is_habitual:
            found -= {"while"}
        if end == first and not is_stem:
            found -= {"vector", "vector_stem"}
        if not found:
            break
        kinds |= found
        end = hit[0]
    return end, negated


def _last_kind(chart: Chart, end: int) -> str:
    for back in (1, 2):
        hit = chart.hit("auxiliary", end - back)
        if hit and hit[0] == end:
            kinds: tuple[str, ...] = hit[1]
            return next((kind for kind in kinds if kind in ENDING), kinds[0])
    return ""


def _tense(forms: tuple[VerbForm, ...], kinds: set[str]) -> str:
    """Decide the tense from the main form and the kinds of its auxiliaries: the first sign that holds."""
    main = {f.form for f in forms}
    signs = main | kinds
    obliged = bool(kinds & {"present", "past"})
    rules = (
        # "Karna hoga" must do, "kiya hoga" may have done.
        ("presumed" in kinds and "infinitive" not in main, "possible"),
        ("need" in signs, "need"),
        ("possible" in signs, "possible"),
        ("future" in signs, "future"),
        # "Hone den": may they let it happen.
        ("infinitive" in main and "subjunctive" in kinds, "subjunctive"),
        ("infinitive" in main, "need" if obliged else "infinitive"),
        ("subjunctive" in kinds or main == {"subjunctive"}, "subjunctive"),
        ("infinitive" in kinds, "infinitive"),
        (bool(signs & {"conjunctive", "while"}), "participle"),
        ("progressive" in signs, "progressive"),
        ("past" in main, "passive" if "passive" in kinds else "past"),
        ("preterite" in main, "past"),
        ("passive" in main, "passive"),
        ("stem" in main, _compound(kinds)),
        ("habitual" in signs, "habitual past" if "past" in kinds else "present" if "present" in kinds else "habitual"),
        ("present" in main, "present"),
        ("subjunctive" in main, "subjunctive"),
    )
    return next((tense for holds, tense in rules if holds), "stem")


def _compound(kinds: set[str]) -> str:
    """A bare stem lives by its auxiliary: "kar diya" did, "kar diya gaya" was done, "ho gaya" happened."""
    if kinds & {"vector", "perfect"}:
        return "passive" if "passive" in kinds else "past"
    return "past" if "passive" in kinds else "stem"
