"""Languages with the verb in the middle: clauses, firings and parties by position and preposition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.events.chunks import PARTIES, Chunk
from pipeline.events.clauses import COMPLEMENT, CONDITION, COORDINATE, RELATIVE, Clause
from pipeline.events.draft import Draft, one_assault
from pipeline.events.firing import Firing, misfit
from pipeline.events.predicates import VerbGroup
from pipeline.events.proposal import JUDGING, propose
from pipeline.events.roles import Cast

if TYPE_CHECKING:
    from pipeline.events.chart import Chart
    from pipeline.events.coder import Reader
    from pipeline.events.triggers import Trigger
    from schemas.event import EventDate

# Words between a verb and what it governs, and between auxiliaries and the verb.
OBJECT_REACH = 6
FOLLOW_REACH = 9
MOST_AUXILIARIES = 5
MEDIA = "JRN"
PASSIVE_REACH = 4
CONJUNCTION_REACH = 3
NOUN_REACH = 4
# Words behind a verb among which what it governs is looked for.
GOVERNING_REACH = 40
ARTICLES = frozenset({"the", "a", "an", "this", "these", "those"})
GOVERNED = frozenset({"with", "to", "from"})
# Names that also stand before nouns.
MODIFYING = frozenset({"state", "organisation", "place"})
# Words that may follow a whole noun phrase.
NEUTRAL = frozenset(
    {
        "and",
        "&",
        "says",
        "said",
        "to",
        "of",
        "has",
        "had",
        "have",
        "is",
        "are",
        "was",
        "were",
        "be",
        "a",
        "an",
        "the",
        "its",
    }
)
CUTS = frozenset({";", ":", "—", "–"})
STOPS = frozenset(",;:.()")


class Sentence:
    """A sentence as the proposal needs it: the state its firings share."""

    def __init__(self, reader: Reader, chart: Chart, chunks: list[Chunk], span: tuple[int, int]) -> None:
        self.reader, self.chart, self.chunks, self.span = reader, chart, chunks, span
        self.context = reader.context
        self.speaker: Chunk | None = None
        self.reported = False

    def date(self, part: Clause, *, future: bool) -> tuple[EventDate | None, bool]:
        """Return the date of a clause and whether the text states it."""
        return self.reader.date_of(self.chart, part, self.span, future=future)


def read(reader: Reader, chart: Chart, chunks: list[Chunk], span: tuple[int, int]) -> list[Draft]:
    """Return the drafts of a sentence."""
    scene = Sentence(reader, chart, chunks, span)
    found: list[Draft] = []
    carried: tuple[Chunk, ...] = ()
    for start, end, link in parts(chart, *span):
        if link == CONDITION:
            continue
        near = [_freed(c, start) for c in chunks if start <= c.start and c.end <= end]
        last, told = start, list[Draft]()
        named = {i for c in near for i in range(c.start, c.end)}
        ahead = _complement(chart, chunks, end)
        for firing in firings(reader, chart, Clause(start, end, None, link), near):
            subject = subject_of(chart, near, last, firing) or antecedent(chunks, start, link)
            if not subject and (link == RELATIVE or (firing.tense == "passive" and not _has_agent(near, firing))):
                continue
            if firing.group is not None and firing.tense != "passive" and _other_subject(chart, named, firing):
                continue
            agents = subject or (() if firing.tense == "passive" else carried)
            asked = near + ahead if firing.act.then == COMPLEMENT else near
            if firing.group is None:
                # A noun reports the act: who did it stands in its own phrase.
                agents, asked = (), [c for c in near if firing.end <= c.start <= firing.end + NOUN_REACH]
            cast = _cast(chart, firing, asked, agents, inherited=not subject)
            if not _continues(chart, firing, cast):
                continue
            told.extend(propose(scene, firing, cast))  # type: ignore[arg-type]
            if firing.group is not None:
                carried = agents
                last = firing.stop
        found.extend(one_assault(told))
        if not carried:
            carried = tuple(c for c in near if c.case is None and c.kind in PARTIES)[:1]
        _note_speaker(scene, chart, (start, end), near)
    return found


def _other_subject(chart: Chart, named: set[int], firing: Firing) -> bool:
    """Whether a noun phrase that is no known party stands right before the verb: "why the tank had fired"."""
    i = firing.start - 1
    while i >= firing.clause.start and any(
        (hit := chart.hit("auxiliary", i - back)) is not None and hit[0] == i + 1 for back in (0, 1)
    ):
        i -= 1
    for j in range(i, max(firing.clause.start, i - NOUN_REACH) - 1, -1):
        if j in named or chart.word(j) in STOPS or chart.hit("date", j) or chart.hit("demonym", j):
            return False
        if chart.word(j) in ARTICLES:
            return j < i and not any(
                (hit := chart.hit("case", j - back)) is not None and hit[0] == j for back in (1, 2)
            )
    return False


def _has_agent(near: list[Chunk], firing: Firing) -> bool:
    """Whether "by" or "between" names who acts behind a verb in the passive."""
    return any(c.case in {"by", "between"} and c.start >= firing.end and c.kind in PARTIES for c in near)


def _complement(chart: Chart, chunks: list[Chunk], end: int) -> list[Chunk]:
    """The subject of the clause that begins at token `end` with "that": whom a demand is made to."""
    if not chart.has("connective", end, COMPLEMENT):
        return []
    return [c._replace(case="object") for c in chunks if 0 <= c.start - end <= OBJECT_REACH and c.case is None][:1]


def _freed(chunk: Chunk, start: int) -> Chunk:
    """Take the case from a subject whose preposition is the conjunction of its clause: "after the government freed"."""
    return chunk._replace(case=None) if chunk.case == "source" and chunk.start - start <= CONJUNCTION_REACH else chunk


def parts(chart: Chart, start: int, end: int) -> list[tuple[int, int, str]]:
    """Cut a sentence at subordinating connectives and strong punctuation."""
    found: list[tuple[int, int, str]] = []
    first, link = start, COORDINATE
    table, folded = chart.hits["connective"], chart.folded
    for i in range(start, end):
        if i not in table and folded[i] not in CUTS:
            continue
        hit = table.get(i)
        if i == first:
            if hit is not None:
                link = hit[1][0]
            continue
        found.append((first, i, link))
        first, link = i, hit[1][0] if hit is not None else COORDINATE
    found.append((first, end, link))
    return found


def firings(reader: Reader, chart: Chart, clause: Clause, near: list[Chunk]) -> list[Firing]:
    """Return the triggers that fire in a clause, in order."""
    found: list[Firing] = []
    i = clause.start
    inside = {j for c in near for j in range(c.start, c.end)}
    while i < clause.end:
        hit = chart.hit("trigger", i)
        if hit is None or i in inside:
            i += 1
            continue
        for number, form in hit[1]:
            act = reader.known.triggers[number]
            firing = _firing(chart, act, form, (i, hit[0]), clause)
            hindrance = firing if isinstance(firing, str) else misfit(chart, firing)
            if form in {"third", "base"} and not _is_future(firing) and not _follows_party(chart, near, i):
                hindrance = hindrance or "no party right before"
            if isinstance(firing, Firing) and hindrance is None:
                found.append(firing)
            elif reader.trace is not None and hindrance is not None:
                reader.trace.refuse(chart, act, (i, hit[0]), hindrance)
        i = hit[0]
    return found


def _firing(chart: Chart, act: Trigger, form: str, span: tuple[int, int], clause: Clause) -> Firing | str:
    """Return the firing of a verb form, or what is missing."""
    i, end = span
    tense = tense_of(chart, i, clause.start, form, title=chart.kind == "title")
    if tense is None:
        return f"the form {form or 'as written'} behind these auxiliaries reports nothing"
    stop = end if act.object is None else _with_object(chart, act.object, end, tense, clause)
    if stop is None:
        return f"object {act.object}"
    group = VerbGroup(i, stop, frozenset(), tense, finite=True, negated=False, recalled=False)
    return Firing(act, i, stop, None if act.nominal else group, clause)


def _with_object(chart: Chart, name: str, end: int, tense: str, clause: Clause) -> int | None:
    """Where a verb ends with the noun it needs: its object, or in the passive the subject before; None without one."""
    if tense == "passive":
        before = chart.within("list", name, max(clause.start, end - FOLLOW_REACH), end)
        denied = before is not None and any(chart.has("auxiliary", before - back, "negative") for back in (1, 2, 3))
        return None if before is None or denied else end
    for i in range(end, min(clause.end, end + OBJECT_REACH)):
        if chart.has("list", i, name):
            return chart.hits["list"][i][0]
        case = chart.hit("case", i)
        other = chart.hit("auxiliary", i) or chart.hit("trigger", i)
        if chart.word(i) in STOPS or other or (case is not None and "genitive" not in case[1]):
            return None
    return None


def _is_future(firing: Firing | str) -> bool:
    return isinstance(firing, Firing) and firing.tense == "future"


def _follows_party(chart: Chart, near: list[Chunk], i: int) -> bool:
    """Whether a party or an adverb stands right before: else a form such as "attacks" is a noun."""
    return any(c.end == i and c.case is None for c in near) or chart.has("auxiliary", i - 1, "adverb") == i


def tense_of(chart: Chart, i: int, start: int, form: str, *, title: bool) -> str | None:
    """The tense of a verb form by the words before it; None where it does not say that something happens."""
    kinds = _before(chart, i, start)
    if kinds & {"unreal", "negative"}:
        return None
    if "future" in kinds:
        return "future"
    if form == "base":
        headline = {frozenset({"infinitive"}): "future", frozenset(): "present"}
        return headline.get(frozenset(kinds)) if title else None
    if "passive" in kinds:
        return "progressive" if form == "ing" else "passive" if form in {"past", "participle"} else None
    if form == "ing" or "infinitive" in kinds:
        return None
    return "past" if form != "participle" or kinds <= {"perfect", "adverb"} else None


def _before(chart: Chart, i: int, start: int) -> set[str]:
    """The kinds of the auxiliaries and adverbs that stand right before token i."""
    kinds: set[str] = set()
    for _ in range(MOST_AUXILIARIES):
        for back in (1, 2, 3):
            hit = chart.hit("auxiliary", i - back)
            if hit is not None and hit[0] == i and i - back >= start:
                kinds.update(hit[1])
                i -= back
                break
        else:
            break
    return kinds


def is_head(chart: Chart, chunk: Chunk) -> bool:
    """Whether a state or body is a party itself, not the first part of another name: "Ecuador TV station"."""
    if chunk.kind not in MODIFYING or chunk.case == "genitive":
        return True
    i = chunk.end
    if not chart.is_word(i):
        return not chart.has("word", i, "possessive")
    layers = ("trigger", "auxiliary", "case", "connective", "date")
    return chart.word(i) in NEUTRAL or any(chart.hit(layer, i) for layer in layers)


def antecedent(chunks: list[Chunk], start: int, link: str) -> tuple[Chunk, ...]:
    """The party a relative clause is about: the one right before it."""
    if link != RELATIVE:
        return ()
    return tuple(c for c in chunks if start - 1 <= c.end <= start and c.kind in PARTIES)[-1:]


def subject_of(chart: Chart, near: list[Chunk], start: int, firing: Firing) -> tuple[Chunk, ...]:
    """The last bare party before the verb, with what is coordinated with it."""
    passive = firing.tense == "passive"
    able = [
        c
        for c in near
        if start <= c.start and c.end <= firing.start and _acts(c, passive=passive) and is_head(chart, c)
    ]
    if passive:
        able = [c for c in able if firing.start - c.end <= PASSIVE_REACH and chart.word(c.end) != ","]
    if not able:
        return ()
    # A comma behind the last as well closes an apposition: "Iran, a rival of Iraq, said"; else only it stands before.
    closed = chart.word(able[0].end) == "," and chart.word(able[-1].end) == ","
    head = able[0] if closed else able[-1]
    return tuple(c for c in near if head.group and c.group == head.group) or (head,)


def _acts(chunk: Chunk, *, passive: bool) -> bool:
    """Whether a noun phrase without a preposition can be a subject; the media suffer, else they only report."""
    return chunk.case is None and chunk.kind in PARTIES | {"place"} and (passive or chunk.sector != MEDIA)


def _cast(chart: Chart, firing: Firing, near: list[Chunk], agents: tuple[Chunk, ...], *, inherited: bool) -> Cast:
    """Turn positions into cases: what stands before is the agent, what follows directly the object."""
    passive = firing.tense == "passive"
    case = "object" if passive else "agent"
    left = [c._replace(case=case) for c in agents] if not inherited or passive else []
    right: list[Chunk] = []
    reach = firing.end
    source = chart.within("case", "source", firing.end, min(firing.clause.end, firing.end + GOVERNING_REACH))
    for chunk in near:
        if chunk.start < firing.end or not _may_govern(firing, chunk, source, passive=passive):
            continue
        if chunk.case is None and not passive and chunk.start - reach <= OBJECT_REACH:
            judged = firing.act.type in JUDGING and chart.has("word", chunk.end, "possessive")
            if not (judged or is_head(chart, chunk)) or (chart.word(chunk.start - 1) == "," and not chunk.group):
                continue
            right.append(chunk._replace(case="object"))
            reach = chunk.end if chunk.group else -OBJECT_REACH * 100
        elif chunk.case is not None:
            right.append(chunk)
    carried = tuple(c._replace(case="agent") for c in agents) if inherited and not passive else ()
    # The nearest comes last, as in languages where the verb does.
    return Cast((*left, *reversed(right)), (), carried, ())


def _may_govern(firing: Firing, chunk: Chunk, source: int | None, *, passive: bool) -> bool:
    """Whether a phrase behind the verb can belong to it: "by" in the passive only, none far off.

    `source` is the first preposition such as "amid": what stands behind it with another one belongs there.
    """
    if chunk.start - firing.end > GOVERNING_REACH:
        return False
    if chunk.case == "by":
        return passive or firing.group is None
    return chunk.case not in GOVERNED or source is None or source >= chunk.start - 1


def _continues(chart: Chart, firing: Firing, cast: Cast) -> bool:
    """Whether the words a trigger wants behind its object follow it: "asked France TO"."""
    if firing.act.follows is None:
        return True
    cases = {"object", "on", *firing.act.to} - {"from"}
    objects = [c for c in cast.near if c.start >= firing.end and c.case in cases]
    return any(chart.within("list", firing.act.follows, c.end, c.end + FOLLOW_REACH) is not None for c in objects)


def _note_speaker(scene: Sentence, chart: Chart, span: tuple[int, int], near: list[Chunk]) -> None:
    """Remember who speaks, for "we" in the sentences after."""
    said = chart.within("word", "speech_phrase", *span)
    if said is None:
        return
    who = next((c for c in reversed(near) if c.end <= said and c.case is None and c.kind in PARTIES), None)
    if who is not None:
        scene.context.speaker, scene.context.speaker_at = who, scene.reader.sentence
        scene.speaker, scene.reported = who, True
