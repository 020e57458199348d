"""Languages with the verb in the middle: clauses, firings and parties by position and preposition."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.events.bracket import at_commas, bracketed
from pipeline.events.chunks import PARTIES, Chunk
from pipeline.events.clauses import COMPLEMENT, CONDITION, COORDINATE, RELATIVE, Clause
from pipeline.events.compounds import is_second_half
from pipeline.events.conjugation import MOODS
from pipeline.events.draft import Draft, one_assault
from pipeline.events.firing import Firing, has_need, misfit
from pipeline.events.inversion import dropped_subject, seated, stranger_acts, subject_behind
from pipeline.events.isolating import POSSESSIVE, attribute_end
from pipeline.events.moods import mood_tense
from pipeline.events.predicates import VerbGroup
from pipeline.events.proposal import propose
from pipeline.events.roles import Cast
from pipeline.events.saying import said, struck_by
from pipeline.events.sentence import Sentence
from pipeline.events.subjects import (
    STOPS,
    antecedent,
    behind,
    blow,
    concerns_states,
    other_subject,
    owner,
    quoted,
    resolve_pronouns,
    subject,
)
from pipeline.events.tenses import group_before, is_reduced, tense_of
from pipeline.events.triggers import DONE
from pipeline.events.valency import OBJECT_REACH, cast_of, continues

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.events.chart import Chart
    from pipeline.events.coder import Reader
    from pipeline.events.triggers import Trigger

FOLLOW_REACH = 9
CONJUNCTION_REACH = 6
NOUN_REACH = 4
# An adjective, and a verb of no meaning, behind a noun that reports an act.
ADJECTIVE_REACH = 2
CUTS = frozenset({";", ":", "—", "–"})
# Forms of verbs that may also be nouns: "attacks".
NOUNLIKE = frozenset({"third", "base", "present"})
# Acts that may depend on what another party does.
CONDITIONAL = frozenset({"THREATEN", "REJECT"})
# What a state says it will do to another.
THREATS = {
    "THREATEN": None,
    "ASSAULT": "violence",
    "SANCTION": "restrict",
    "COERCE": None,
    "PROTEST": None,
    "MOBILIZE": None,
}
THREAT_CONFIDENCE = 0.8
# No clause tells of more; what does is a text without stops, in which each costs as much as the clause is long.
MOST_FIRINGS = 16
# The frame of verbs whose subject suffers.
UNDERGO = "undergo"
DONE_TENSES = frozenset(DONE)
FINITE = frozenset({"preterite", "imperfect", "present"})


def read(reader: Reader, chart: Chart, chunks: list[Chunk], span: tuple[int, int]) -> list[Draft]:
    """Return the drafts of a sentence."""
    if not concerns_states(reader, chart, chunks, span):
        return []
    scene = Sentence(reader, chart, chunks, span)
    resolve_pronouns(scene)
    found: list[Draft] = []
    cut = parts(chart, *span)
    if scene.grammar.brackets:
        cut = at_commas(scene, cut)
    for (start, end, link), after in zip(cut, [*cut[1:], None], strict=False):
        if link == CONDITION:
            scene.last_link = link
            continue
        scene.clause = Clause(start, end, None, link)
        near = [c for c in scene.chunks if start <= c.start and c.end <= end]
        marked = scene.grammar.conjugated or scene.grammar.preverbal
        scene.near = near if marked else [_freed(c, start) for c in near]
        # What is demanded has not happened: "demanded that Turkey withdraws its troops".
        asked = (start - d.firing.clause.end <= 1 for d in found if d.event_type == "REQUEST")
        if link != COMPLEMENT or not any(asked):
            found.extend(one_assault(_told(scene, after)))
        if not scene.carried:
            scene.carried = tuple(c for c in scene.near if c.case is None and c.kind in PARTIES)[:1]
        _note_speaker(scene)
        scene.last_link = link
    return [draft for draft in found if not any(_tells_more(other, draft) for other in found)]


def _tells_more(one: Draft, other: Draft) -> bool:
    """Whether a draft of the same sentence tells the event of another with more parties."""
    same = one.event_type == other.event_type and set(one.actors) & set(other.actors)
    return bool(same) and set(other.countries) < set(one.countries) and not other.recipients


def _told(scene: Sentence, after: tuple[int, int, str] | None) -> list[Draft]:
    """The drafts of the clause being read; `after` is the one behind it."""
    told: list[Draft] = []
    last = scene.clause.start
    for firing in firings(scene)[:MOST_FIRINGS]:
        if any(draft.firing.start == firing.start for draft in told):
            # One verb tells one event: a surer trigger has told it.
            continue
        cast = _roles(scene, firing, last if last <= firing.start else scene.clause.start)
        if cast is None:
            continue
        cast = replace(cast, near=(*cast.near, *_ahead(scene, firing, after)))
        if not continues(scene.chart, firing, cast):
            continue
        told.extend(d for d in propose(scene, firing, cast) if not _is_asked(told, d))  # type: ignore[arg-type]
        if firing.group is not None and not (firing.tense == "passive" and is_reduced(scene, firing.start, firing.end)):
            last = firing.stop
    return told


def _is_asked(told: Sequence[Draft], draft: Draft) -> bool:
    """Whether who acts was asked to before in the clause: it has not happened yet, "asked POLICE to arrest him"."""
    actors = {c.identity for c in draft.actors}
    return any(
        one.event_type == "REQUEST" and not actors.isdisjoint(c.identity for c in one.recipients) for one in told
    )


def _ahead(scene: Sentence, firing: Firing, after: tuple[int, int, str] | None) -> list[Chunk]:
    """The subject of the clause behind, where a demand is made to it or a threat depends on it."""
    if firing.act.then == COMPLEMENT:
        return _complement(scene.chart, scene.chunks, scene.clause.end)
    if firing.act.frame == UNDERGO and (struck := struck_by(scene, firing)):
        return struck
    if firing.act.type in CONDITIONAL and after is not None and after[2] == CONDITION:
        inside = [c for c in scene.chunks if after[0] <= c.start < after[1] and c.case is None]
        open_to = [c for c in inside if c.stands_for is None and c.country]
        return [c._replace(case="condition") for c in open_to[:1]]
    return []


def _roles(scene: Sentence, firing: Firing, last: int) -> Cast | None:
    """Who acts and what stands in which case; None where somebody unknown acts."""
    near, clause = scene.near, firing.clause
    if firing.group is None:
        # A noun reports the act: who did it stands in its own phrase.
        reach = firing.end + NOUN_REACH + (ADJECTIVE_REACH if scene.grammar.adjectives_follow else 0)
        own = [c for c in near if firing.end <= c.start <= reach]
        own += [c for c in near if c not in own and c.group and c.group in {o.group for o in own}]
        whose = owner(scene, firing)
        if not whose and firing.act.needs_place:
            whose = _residents(near, firing, before=scene.grammar.bare_genitive)
        return cast_of(scene, firing, own, whose)
    if firing.act.said is not None:
        return said(scene, firing, last)
    strikes = firing.act.type == "ASSAULT" and scene.grammar.frames[firing.act.frame].kind != "host"
    struck = blow(scene, firing) if strikes and firing.tense != "passive" else None
    if struck is not None:
        scene.carried = struck
        return cast_of(scene, firing, near, struck)
    agents = (
        _turned(scene, last, firing)
        or antecedent(scene.chunks, clause.start, clause.link)
        or subject_behind(scene, firing)
        or seated(scene, firing)
    )
    agents = quoted(scene, firing, agents)
    opening = firing.start <= clause.start + 1 and not scene.carried and clause.link != RELATIVE
    if opening and (firing.tense == "participle" or not agents):
        agents = behind(scene, firing) or agents
    if firing.act.needs_place and (not agents or agents[0].kind == "state"):
        before = scene.grammar.bare_genitive or scene.grammar.preverbal
        agents = _residents([*near, *(c._replace(case="in") for c in agents)], firing, before=before)
    if not agents and (clause.link == RELATIVE or (firing.tense == "passive" and not _has_agent(near, firing))):
        return None
    stranger = other_subject(scene, firing) or (not agents and stranger_acts(scene, firing))
    if firing.tense not in {"passive", "participle"} and stranger:
        return None
    inherited = not agents
    agents = agents or (() if firing.tense == "passive" else scene.carried or dropped_subject(scene, firing))
    scene.carried = agents
    return cast_of(scene, firing, near, agents, inherited=inherited)


def _turned(scene: Sentence, last: int, firing: Firing) -> tuple[Chunk, ...]:
    """The subject before the verb; where verbs come first, the one behind it, unless one stands right before."""
    before = subject(scene, last, firing)
    if not scene.grammar.verb_first or firing.tense == "passive":
        return before
    first, _ = group_before(scene, firing.start)
    return before if any(c.end == first for c in before) else subject_behind(scene, firing) or before


def _residents(near: Sequence[Chunk], firing: Firing, *, before: bool) -> tuple[Chunk, ...]:
    """The people of the place where something happens: "protests erupted in Georgia", perhaps before the verb."""
    where = (c for c in near if (before or c.start >= firing.end - 1) and c.case == "in" and c.country)
    return tuple(
        c._replace(kind="people", office="protester", sector="CVL", case=None, place=None, group=0) for c in where
    )[:1]


def _has_agent(near: Sequence[Chunk], firing: Firing) -> bool:
    """Whether "by" or "between" names who acts behind a verb in the passive."""
    return any(c.case in {"by", "between"} and c.start >= firing.end and c.kind in PARTIES for c in near)


def _complement(chart: Chart, chunks: list[Chunk], end: int) -> list[Chunk]:
    """The subject of the clause that begins at token `end` with "that": whom a demand is made to."""
    end += chart.word(end) == ","
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
        if (i not in table and folded[i] not in CUTS) or _is_pronoun(chart, i, first):
            continue
        hit = table.get(i)
        if i == first:
            if hit is not None:
                link = hit[1][0]
            continue
        found.append((first, i, link))
        first, link = i, _link(chart, first, i, hit[1]) if hit is not None else COORDINATE
    found.append((first, end, link))
    return found


def _is_pronoun(chart: Chart, i: int, start: int) -> bool:
    """Whether a word for "if" stands where only a pronoun of the same form can: "o presidente SE reuniu"."""
    verbs = chart.hit("trigger", i + 1) or (0, ())
    told = chart.word(i - 1) == "," and any(form in FINITE for _, form, _ in verbs[1])
    joined = chart.is_word(i - 1) or chart.word(i - 1) == "-" or told
    return i > start and joined and bool(chart.has("auxiliary", i, "reflexive"))


def _link(chart: Chart, start: int, i: int, links: tuple[str, ...]) -> str:
    """How the clause from token i hangs on that from `start`: "que" and "que" are told apart by what stands before."""
    if COMPLEMENT not in links or RELATIVE not in links:
        return links[0]
    told = chart.within("word", "speech_phrase", start, i) is not None or any(
        j in chart.hits["trigger"] for j in range(start, i)
    )
    return COMPLEMENT if told and chart.word(i - 1) != "," else RELATIVE


def firings(scene: Sentence) -> list[Firing]:
    """Return the triggers that fire in the clause being read, in order."""
    chart, clause, trace = scene.chart, scene.clause, scene.reader.trace
    found: list[Firing] = []
    i = clause.start
    inside = {j for c in scene.near for j in range(c.start, c.end)}
    while i < clause.end:
        hit = chart.hit("trigger", i)
        stop = i + 1
        fired: set[int] = set()
        whole = i not in inside and not is_second_half(chart, i)
        for number, form, size in hit[1] if hit is not None and whole else ():
            act = scene.reader.known.triggers[number]
            if number in fired or i + size < stop or (trace is None and not has_need(act, scene.listed)):
                continue
            firing = _firing(scene, act, form, (i, i + size))
            hindrance = firing if isinstance(firing, str) else misfit(chart, firing)
            if isinstance(firing, Firing) and hindrance is None:
                found.append(firing)
                fired.add(number)
                stop = i + size
            elif trace is not None and hindrance is not None:
                trace.refuse(chart, act, (i, i + size), hindrance)
        i = stop
    return found


def _firing(scene: Sentence, act: Trigger, form: str, at: tuple[int, int]) -> Firing | str:
    """Return the firing of a verb form, or what is missing."""
    i, end = at
    if scene.grammar.brackets and form in MOODS:
        return _threat(bracketed(scene, act, form, at))
    tense = mood_tense(scene, act, i, form) if form in MOODS and scene.grammar.conjugated else tense_of(scene, i, form)
    if tense is None:
        return f"the form {form or 'as written'} behind these auxiliaries reports nothing"
    if (
        tense == "past"
        and form in {"past", "participle"}
        and (_lacks_object(scene, act, end) or is_reduced(scene, i, end))
    ):
        tense = "passive"
    hindrance = _mistense(scene, act, form, i, tense) or _describes(scene, act, tense, (i, end))
    if hindrance is not None:
        return hindrance
    stop = end if act.object is None else _with_object(scene, act.object, end, tense)
    if stop is None:
        return f"object {act.object}"
    if scene.grammar.uninflected and not act.nominal and scene.chart.has("word", stop, POSSESSIVE):
        return "a mere attribute"
    group = VerbGroup(i, stop, frozenset(), tense, finite=True, negated=False, recalled=False)
    return _threat(Firing(act, i, stop, None if act.nominal else group, scene.clause))


def _describes(scene: Sentence, act: Trigger, tense: str, at: tuple[int, int]) -> str | None:
    """Name the fault where support only describes somebody who does something else: "forces BACKED BY Chad took"."""
    relative = scene.clause.link == RELATIVE or is_reduced(scene, *at)
    return "a mere attribute" if act.type == "SUPPORT" and tense == "passive" and relative else None


def _is_noun(scene: Sentence, i: int) -> bool:
    """Whether a form that is also a noun stands as one: behind a preposition, or behind a verb with its subject.

    What is announced is the act itself: "أعلنت كندا فرض عقوبات".
    """
    table = scene.chart.hits["trigger"]
    said = scene.chart.hits["word"]
    acted = any(
        c.end == i
        and c.case is None
        and c.start - 1 in table
        and "speech_phrase" not in said.get(c.start - 1, (0, ()))[1]
        for c in scene.near
    )
    return scene.chart.hit("case", i - 1) is not None or acted


def _mistense(scene: Sentence, act: Trigger, form: str, i: int, tense: str) -> str | None:
    """Name what speaks against a verb form at token i in its place and tense, None where nothing does."""
    if scene.grammar.verb_first and form and _is_noun(scene, i):
        return "a noun"
    opens = i == scene.clause.start and not scene.grammar.conjugated
    if form in {"past", "participle"} and opens and tense == "past":
        return "a participle opens the clause"
    if act.tenses != DONE_TENSES and tense not in act.tenses:
        return f"tense {tense}"
    # A bare verb within a text has been read as one only behind its subject or an auxiliary.
    told = form == "base" and scene.chart.kind != "title"
    if form in NOUNLIKE and tense != "future" and not told and not _follows_party(scene, i):
        return "no party right before"
    return None


def _threat(firing: Firing | str) -> Firing | str:
    """What one says one will do to another, where it is hostile, is a threat."""
    if isinstance(firing, str):
        return firing
    act = firing.act
    if firing.tense != "future" or act.type not in THREATS or act.nominal or firing.group is None:
        return firing
    threat = replace(
        act,
        type="THREATEN",
        mode=act.mode if act.type == "THREATEN" else THREATS[act.type],
        cameo="130",
        confidence=THREAT_CONFIDENCE,
    )
    return replace(firing, act=threat, group=replace(firing.group, tense="present"))


def _lacks_object(scene: Sentence, act: Trigger, end: int) -> bool:
    """Whether nothing follows in a headline that a verb could govern: then "held" is "was held"."""
    chart, frame = scene.chart, scene.grammar.frames[act.frame]
    if chart.kind != "title" or "object" not in (act.to or frame.recipient) or frame.kind == "mutual":
        return False
    closed = end >= scene.clause.end or chart.word(end) in STOPS
    return closed or any(chart.hit(layer, end) is not None for layer in ("case", "connective", "date"))


def _with_object(scene: Sentence, name: str, end: int, tense: str) -> int | None:
    """Where a verb ends with the noun it needs: its object, or in the passive the subject before; None without one."""
    chart, clause = scene.chart, scene.clause
    if tense == "passive":
        before = chart.within("list", name, max(clause.start, end - FOLLOW_REACH), end)
        denied = before is not None and any(chart.has("auxiliary", before - back, "negative") for back in (1, 2, 3))
        return None if before is None or denied else end
    i, limit = end, min(clause.end, end + OBJECT_REACH)
    while i < limit:
        if chart.has("list", i, name):
            return chart.hits["list"][i][0]
        setting = _setting(scene, i)
        if setting:
            i, limit = setting, min(clause.end, limit + setting - i)
            continue
        case = chart.hit("case", i) if chart.word(i) not in scene.grammar.closed["partitives"] else None
        verbal = chart.hit("auxiliary", i) if not chart.has("auxiliary", i, "adverb") else None
        other = verbal or (chart.hit("trigger", i) if i > end and not is_second_half(chart, i) else None)
        if chart.word(i) in STOPS or other or (case is not None and "genitive" not in case[1]):
            return None
        i += 1
    return None


def _setting(scene: Sentence, i: int) -> int:
    """The end of a place between a verb and its object, where the object may wait: "firmaron EN PARÍS un acuerdo"."""
    if scene.grammar.preverbal:
        return attribute_end(scene, i)
    if scene.grammar.verb_first:
        return next((c.end for c in scene.near if c.start == i or (c.case and c.start == i + 1)), 0)
    if not scene.grammar.conjugated or not scene.chart.hit("case", i):
        return 0
    return next((c.end for c in scene.near if c.case == "in" and 0 < c.start - i <= NOUN_REACH), 0)


def _follows_party(scene: Sentence, i: int) -> bool:
    """Whether a party or an adverb stands right before: else a form such as "attacks" is a noun."""
    chart, grammar = scene.chart, scene.grammar
    if grammar.conjugated:
        before = group_before(scene, i)[0] - 1
        noun = chart.word(before) in grammar.closed["determiners"] or chart.hit("case", before)
        owned = chart.has("case", i + 1, "genitive") and chart.word(i + 1) not in grammar.closed["partitives"]
        return not noun and not owned
    if chart.has("auxiliary", i - 1, "adverb") == i or grammar.is_adverb(chart.texts[i - 1]):
        return True
    if any(chart.has("list", i - back, "weapon") == i for back in (1, 2, 3)):
        return True
    goes_on = chart.word(i - 1) in {*grammar.conjunctions, ","}
    return any(c.case is None and (c.end == i or (goes_on and c.end < i)) for c in scene.near)


def _note_speaker(scene: Sentence) -> None:
    """Remember who speaks, for "we" in the sentences after."""
    said = scene.chart.within("word", "speech_phrase", scene.clause.start, scene.clause.end)
    if said is None:
        return
    who = next((c for c in reversed(scene.near) if c.end <= said and c.case is None and c.kind in PARTIES), None)
    if who is not None:
        scene.context.speaker, scene.context.speaker_at = who, scene.reader.sentence
        scene.speaker, scene.reported = who, True
