"""Which triggers fire in a clause: the words, the verb that makes them happen, what must and must not stand beside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.events.predicates import FINITE, closes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.events.chart import Chart
    from pipeline.events.clauses import Clause
    from pipeline.events.grammar import VerbForm
    from pipeline.events.lexicon import Lexicon
    from pipeline.events.predicates import VerbGroup
    from pipeline.events.trace import Trace
    from pipeline.events.triggers import Trigger

# Words other than fillers between the trigger and its verb that are skipped at most, whatever `gap` allows.
MOST_FILLERS = 4
# Tokens of a complement in which a word that must follow is looked for: "called him A LIAR".
BEYOND = 6
# Words of the longest name of a body before the word that is looked at.
LONGEST_BODY = 5
# Forms that may be the predicate of a sentence; a noun alone reports only where none is, or before "after" and "in".
FULL = frozenset({"past", "present", "future", "habitual", "subjunctive"})
NEED = "need"
OBLIGED = frozenset({NEED})
# What one will not do: a negated future.
REFUSED = "refused"
# Names of the longest phrase between a noun and its verb, and their layers.
LONGEST_SETTING = 4
SETTINGS = ("place", "country", "demonym", "role", "organisation", "holder")
# What is told in one of these tenses can be announced in the future.
TOLD = frozenset({"past", "present", "future"})
COMPLEMENT, SUBJUNCTIVE = "complement", "subjunctive"


@dataclass(frozen=True, slots=True)
class Firing:
    """A trigger at tokens [start, end); `group` its verb, None where the words alone report the event."""

    act: Trigger
    start: int
    end: int
    group: VerbGroup | None
    clause: Clause

    @property
    def stop(self) -> int:
        """The end of the predicate."""
        return max(self.group.end, self.end) if self.group else self.end

    @property
    def occasion(self) -> bool:
        """Whether the words only name the occasion of what the clause's verb reports: "after the meeting"."""
        return self.group is None and self.clause.group is not None

    @property
    def tense(self) -> str:
        """The tense of the verb; words alone count as past."""
        return self.group.tense if self.group else "nominal"


def may_fire(chart: Chart, known: Lexicon, start: int, end: int) -> bool:
    """Whether any trigger can fire in tokens [start, end) whatever its clause: a cheap test before they are read."""
    triggers, verbs = chart.hits["trigger"], chart.hits["verb"]
    here = [i for i in range(start, end) if i in triggers]
    forms = [form for i in range(start, end) if i in verbs for form in verbs[i][1]] if known.lone or here else []
    said = {form.verb for form in forms}
    free = known.grammar.case_first or chart.kind == "title" or not any(form.form in FULL for form in forms)
    names = listed(chart, start, end) if here or known.lone else frozenset[str]()
    for i in here:
        stop, numbers = triggers[i]
        alone = free or chart.has("word", stop, "occasion")
        acts = (known.triggers[number] for number, *_ in numbers)
        if any(
            ((alone and act.nominal) or known.grammar.order == "SVO" or act.verbs & said) and has_need(act, names)
            for act in acts
        ):
            return True
    lone = [act for verb in said for act in known.lone.get(verb, ())]
    return any(_may_follow(chart, act, forms, start, end) for act in lone)


def listed(chart: Chart, start: int, end: int) -> frozenset[str]:
    """The names of the word lists of which tokens [start, end) hold a member."""
    table = chart.hits["list"]
    return frozenset(name for i in range(start, end) if i in table for name in table[i][1])


def has_need(act: Trigger, names: frozenset[str]) -> bool:
    """Whether the lists a trigger needs a word of are among those named."""
    return (act.needs is None or act.needs in names) and (act.object is None or act.object in names)


def _may_follow(chart: Chart, act: Trigger, forms: list[VerbForm], start: int, end: int) -> bool:
    """Whether the sentence has the forms that a verb alone needs beside it to be a trigger."""
    if act.after_infinitive and not any(form.form in {"infinitive", SUBJUNCTIVE} for form in forms):
        return False
    if act.tenses == OBLIGED and chart.within("auxiliary", NEED, start, end) is None:
        return False
    if act.then is None:
        return has_need(act, listed(chart, start, end))
    if chart.within("connective", COMPLEMENT, start, end) is None:
        return False
    return (
        act.then != SUBJUNCTIVE
        or any(form.form == SUBJUNCTIVE for form in forms)
        or chart.within("auxiliary", SUBJUNCTIVE, start, end) is not None
    )


def firings(
    chart: Chart, known: Lexicon, clause: Clause, *, verbless: bool, trace: Trace | None = None
) -> Iterator[Firing]:
    """Yield the triggers that fire in a clause, longest words first at each place."""
    turned = clause.group is not None and clause.end > clause.group.end
    last = clause.group.start if clause.group and not turned else clause.end
    taken: set[int] = set()
    for i in range(clause.start, last):
        hit = chart.hit("trigger", i)
        if hit is None or i in taken:
            continue
        for number, *_ in hit[1]:
            act = known.triggers[number]
            firing = _by_words(chart, act, clause, (i, hit[0]), verbless=verbless)
            if (
                isinstance(firing, str)
                and act.nominal
                and known.grammar.case_first
                and _after_occasion(chart, i, clause)
            ):
                firing = Firing(act, i, hit[0], None, clause)
            hindrance = firing if isinstance(firing, str) else misfit(chart, firing)
            if isinstance(firing, Firing) and hindrance is None:
                taken.update(range(i, hit[0]))
                yield firing
            elif trace is not None and hindrance is not None:
                trace.refuse(chart, act, (i, hit[0]), hindrance)
    if clause.group is not None and (clause.group.finite or clause.group.tense == "participle"):
        yield from _by_verb(chart, known, clause, clause.group)


def nearest(found: list[Firing]) -> list[Firing]:
    """Keep of the words that one verb makes happen those next to it: "condemned the attack" is no attack."""
    made = [one for one in found if one.group is not None and one.end <= one.group.start]
    found = [one for one in found if one.act.words or not any(o.act.type == one.act.type for o in made)]
    return [
        one for one in found if one not in made or not any(one.end <= o.start and o.group == one.group for o in made)
    ]


def _by_words(chart: Chart, act: Trigger, clause: Clause, span: tuple[int, int], *, verbless: bool) -> Firing | str:
    """Return the firing of a trigger's words, or what is missing."""
    (start, end), group = span, clause.group
    if group is not None and start >= group.end and end == clause.end and group.verbs & act.verbs:
        return Firing(act, start, end, group, clause) if _happens(act, group) else f"tense {group.tense}"
    if group is not None and end <= group.start and group.verbs & act.verbs and _near(chart, act, end, group.start):
        if not _happens(act, group):
            return "negated" if group.negated else f"tense {group.tense}"
        return Firing(act, start, end, group, clause) if _after(chart, act, start) else "after"
    if act.nominal and _presupposed(chart, act, clause, end, verbless=verbless):
        return Firing(act, start, end, None, clause)
    return "no verb of the trigger close behind"


def _by_verb(chart: Chart, known: Lexicon, clause: Clause, group: VerbGroup) -> Iterator[Firing]:
    lone: list[Trigger] = []
    for verb in sorted(group.verbs):
        lone += [act for act in known.lone.get(verb, ()) if act not in lone]
    asked: set[str] = set()
    for act in sorted(lone, key=lambda one: not one.after_infinitive):
        if act.type in asked or not _happens(act, group):
            continue
        if _after(chart, act, group.start) and (not act.after_infinitive or _infinitive_before(chart, group.start)):
            firing = Firing(act, group.start, group.end, group, clause)
            if misfit(chart, firing) is None:
                asked |= {act.type} if act.after_infinitive else set()
                yield firing


def _infinitive_before(chart: Chart, i: int) -> bool:
    """Whether an infinitive with its case marker, or a form "that he do", stands before token i: "told to leave"."""
    for back in (1, 2, 3):
        asked = chart.hit("verb", i - back)
        if asked is not None and asked[0] == i and any(form.form == SUBJUNCTIVE for form in asked[1]):
            return True
        case = chart.hit("case", i - back)
        if case is not None and case[0] == i:
            verb = chart.hit("verb", i - back - 1)
            return verb is not None and any(form.form == "infinitive" for form in verb[1])
    return False


def _near(chart: Chart, act: Trigger, end: int, verb: int) -> bool:
    """Whether only fillers and at most `gap` other words stand between."""
    others = fillers = 0
    i = end
    while i < verb:
        word = chart.hit("word", i)
        if word is not None and {"fillers", "negation"} & set(word[1]) and word[0] <= verb:
            fillers += 1
            i = word[0]
            continue
        if word is not None and "complements" in word[1]:
            # Another noun that the verb makes a predicate of.
            return False
        setting = _setting(chart, i)
        if setting and setting <= verb:
            i = setting
            continue
        others += 1
        i += 1
    return others <= act.gap and fillers <= MOST_FILLERS


def _setting(chart: Chart, i: int) -> int:
    """The end of a place, a partner or a date between the trigger and its verb: "talks were held in Moscow"."""
    for _ in range(LONGEST_SETTING):
        hit = next((hit for layer in SETTINGS if (hit := chart.hit(layer, i)) is not None), None)
        if hit is None:
            break
        marked = next((end for case in ("in", "with", "from") if (end := chart.has("case", hit[0], case))), 0)
        if marked:
            return marked
        i = chart.has("case", hit[0], "genitive") or hit[0]
    else:
        return 0
    date = chart.hit("date", i)
    return (chart.has("word", date[0], "weekday_marker") or date[0]) if date else 0


def _happens(act: Trigger, group: VerbGroup) -> bool:
    if group.negated:
        return group.tense == "future" and REFUSED in act.tenses
    return group.tense in act.tenses or (group.tense == "future" and not act.tenses.isdisjoint(TOLD))


def _after(chart: Chart, act: Trigger, start: int) -> bool:
    before = {
        name
        for back in (1, 2, 3)
        if (hit := chart.hit("case", start - back)) is not None and hit[0] == start
        for name in hit[1]
    }
    if act.not_after in before:
        return False
    return act.after is None or act.after in before


def _presupposed(chart: Chart, act: Trigger, clause: Clause, end: int, *, verbless: bool) -> bool:
    """Whether a noun alone reports the event: in a headline, or as the occasion of something else."""
    if clause.group is None:
        ends = end >= clause.end or closes(chart, end, clause.end)
        ends = ends or (act.follows is not None and chart.within("list", act.follows, end, clause.end) is not None)
        return verbless and (ends or (chart.kind == "title" and bool(chart.has("word", end, "occasion"))))
    occasion = chart.has("word", end, "occasion")
    return bool(occasion) and clause.group.tense in FINITE - {"future", "need", "possible", "subjunctive"}


def _after_occasion(chart: Chart, i: int, clause: Clause) -> bool:
    """Whether the noun at token i names the occasion of what the clause reports: "in talks with"."""
    told = clause.group is not None and clause.group.tense in FINITE - {"future", "need", "possible", "subjunctive"}
    return told and any(chart.has("word", i - back, "occasion") == i for back in (1, 2, 3))


def _says(chart: Chart, name: str, start: int, end: int) -> bool:
    """Whether a word of a list stands in tokens [start, end) by itself, not in the name of a body: "Awami LEAGUE"."""
    found = chart.within("list", name, start, end)
    while found is not None:
        bodies = chart.hits["organisation"]
        if not any((hit := bodies.get(found - back)) is not None and hit[0] > found for back in range(LONGEST_BODY)):
            return True
        found = chart.within("list", name, found + 1, end)
    return False


def misfit(chart: Chart, firing: Firing) -> str | None:
    """Name the word list of the trigger that its surroundings offend, or its negation; None where all fits."""
    act, clause = firing.act, firing.clause
    end = firing.stop if clause.group else max(firing.stop, clause.end)
    if act.needs is not None and chart.within("list", act.needs, clause.start, end) is None:
        return f"needs {act.needs}"
    blocking = [name for name in act.block if _says(chart, name, clause.start, end)]
    if blocking:
        return f"block {min(blocking)}"
    reach = clause.end if act.then is None else min(clause.end + BEYOND, len(chart.folded))
    if act.follows is not None and chart.within("list", act.follows, firing.end, reach) is None:
        return f"follows {act.follows}"
    if act.unless is not None and chart.within("list", act.unless, firing.end, clause.end) is not None:
        return f"unless {act.unless}"
    return "negated" if chart.has("word", firing.start - 1, "negation") else None
