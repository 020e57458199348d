"""What a verb governs, where it stands in the middle: its object, and what prepositions hang on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.events.declension import subjective
from pipeline.events.gazetteer import REGION
from pipeline.events.inversion import bare_agent, fronted, personal
from pipeline.events.isolating import foretold, in_attribute, is_governed
from pipeline.events.proposal import JUDGING
from pipeline.events.roles import Cast
from pipeline.events.subjects import is_head, other_side
from pipeline.events.tenses import group_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.events.chart import Chart
    from pipeline.events.chunks import Chunk
    from pipeline.events.firing import Firing
    from pipeline.events.sentence import Sentence

# Words between a verb and what it governs, and between that and a word the verb wants behind it.
OBJECT_REACH = 6
FOLLOW_REACH = 9
# Words behind a verb among which what it governs is looked for.
GOVERNING_REACH = 40
# Types whose victim may be named by a thing it owns: "sanctions on Chad oil".
STRIKING = frozenset({"ASSAULT", "SANCTION", "COERCE", "REJECT", "ACCUSE", "AID"})
# Cases of what something is about.
TOPICS = frozenset({"on", "for"})
# Where verbs have no forms, the object of these may be the subject of the next verb.
GOVERNING = STRIKING | {"REQUEST", "THREATEN"}
HELPING = frozenset({"AID", "AGREE", "REQUEST", "SUPPORT"})
# Frames whose phrases may stand before the verb where endings show who acts: "to Moscow came the premier".
MOVING = frozenset({"visit", "undergo"})
GOVERNED = frozenset({"with", "to", "from"})
OBJECT = "object"
# Articles and adjectives between the preposition of a trigger and whom it governs.
ARTICLES = 3
# What the government of a region does.
REGIONAL = frozenset({"ACCUSE", "REQUEST", "REJECT", "SUPPORT", "AGREE", "CONCEDE"})


def cast_of(
    scene: Sentence, firing: Firing, near: Sequence[Chunk], agents: tuple[Chunk, ...], *, inherited: bool = False
) -> Cast:
    """Turn positions into cases: what stands before is the agent, what follows directly the object."""
    chart, passive = scene.chart, firing.tense == "passive"
    before = _governed_before(scene, firing)
    agents, right = _parted(scene, firing, agents)
    # Who is deployed belongs to who deploys.
    case = "object" if passive and firing.act.type != "MOBILIZE" else "agent"
    left = [_governing(c, firing)._replace(case=case) for c in agents] if not inherited or passive else []
    taken = {c.start for c in agents}
    reach, verb = max([firing.end, *(c.end for c in agents)]), _next_verb(scene, firing)
    doer = bare_agent(scene, firing, near)
    source = chart.within("case", "source", firing.end, min(firing.clause.end, firing.end + GOVERNING_REACH))
    for chunk in near:
        inside = firing.act.object is not None and firing.start < chunk.start < firing.end
        ahead = (before <= chunk.start and chunk.case is not None) or fronted(scene, chunk)
        if (
            (chunk.start < firing.end and not (inside or ahead))
            or chunk.start in taken
            or not _may_govern(firing, chunk, source, passive=passive)
            or _belongs_elsewhere(scene, firing, chunk)
        ):
            continue
        if not right and _follows_preposition(scene, firing, chunk):
            right.append(chunk._replace(case="object"))
            reach = -OBJECT_REACH * 100
            continue
        if chunk.case is None and _is_no_object(scene, firing, chunk):
            continue
        if chunk == doer:
            right.append(chunk._replace(case="by"))
            continue
        if chunk.case is None and not passive and chunk.start - reach <= OBJECT_REACH and chunk.start < verb:
            blamed = GOVERNING if scene.grammar.uninflected else JUDGING
            judged = firing.act.type in blamed and chunk.country is not None
            whole = inside or (is_head(scene, chunk) and not _modifies(scene, chunk))
            if not (judged or whole) or (chart.word(chunk.start - 1) == "," and not chunk.group):
                continue
            whom = other_side(scene, chunk, agents) if "pronoun" in {chunk.kind, chunk.stands_for} else chunk
            if whom is None or (whom is not chunk and chunk.start != firing.end):
                continue
            right.append(whom._replace(case="object"))
            reach = chunk.end if chunk.group else -OBJECT_REACH * 100
        elif chunk.case is not None and not (chunk.case in TOPICS and _names_topic(scene, firing, chunk)):
            right.append(chunk if right else personal(scene, firing, chunk))
    carried = tuple(c._replace(case="agent") for c in agents) if inherited and not passive else ()
    # The nearest comes last, as in languages where the verb does.
    return Cast((*left, *reversed(right)), (), carried, ())


def _governed_before(scene: Sentence, firing: Firing) -> int:
    """The first token before a verb at which prepositional phrases that are its own can stand."""
    if scene.grammar.brackets or (scene.grammar.declension and firing.act.frame in MOVING):
        return firing.clause.start
    return group_before(scene, firing.start)[0] if scene.grammar.preverbal else firing.end


def _is_victim(chart: Chart, firing: Firing, chunk: Chunk) -> bool:
    """Whether somebody was hit by what is condemned: "condemned the strike ON UKRAINE" accuses another."""
    hit = firing.act.type == "ACCUSE" and chunk.case in {"on", "against", "in"} and firing.group is not None
    return hit and chart.within("list", "weapon", firing.end, chunk.start) is not None


def _parted(scene: Sentence, firing: Firing, agents: tuple[Chunk, ...]) -> tuple[tuple[Chunk, ...], list[Chunk]]:
    """Take the last of those joined by a word for "and" that is also "with" for whom one acts on: "A与B断交"."""
    directed = scene.grammar.frames[firing.act.frame].kind == "directed" and "with" in firing.act.to
    if not (scene.grammar.preverbal and directed) or len(agents) < 2:
        return agents, []
    return agents[:-1], [agents[-1]._replace(case="with", group=0)]


def _belongs_elsewhere(scene: Sentence, firing: Firing, chunk: Chunk) -> bool:
    """Whether a phrase behind a verb is another verb's: behind "and", or where such phrases stand before theirs."""
    if scene.grammar.preverbal and chunk.start >= firing.end:
        apart = any(scene.chart.word(i) == "," for i in range(firing.end, chunk.start))
        if chunk.case is None:
            other = firing.act.type != "REJECT" and is_governed(scene, chunk, firing.end)
            return apart or other
        return apart or not foretold(scene, firing, chunk)
    joined = chunk.case == "with" and _new_clause(scene, firing.end, chunk.start)
    return joined or _is_victim(scene.chart, firing, chunk)


def _is_no_object(scene: Sentence, firing: Firing, chunk: Chunk) -> bool:
    """Whether a phrase without a case is agreed on rather than with, or has the ending of a subject."""
    agreed = chunk.country is None and firing.act.type == "AGREE"
    return agreed or (bool(scene.grammar.declension) and subjective(scene.chart, chunk))


def _follows_preposition(scene: Sentence, firing: Firing, chunk: Chunk) -> bool:
    """Whether the preposition before a chunk is the last word of the trigger: "CALLED ON Iran to free a critic"."""
    ends = firing.group is not None and scene.chart.hit("case", firing.end - 1) is not None
    if not ends or chunk.case is None or chunk.start - firing.end > ARTICLES:
        return False
    frame = scene.grammar.frames[firing.act.frame]
    between = range(firing.end, chunk.start)
    articles = scene.grammar.words.get("articles", ())
    return OBJECT in (firing.act.to or frame.recipient) and all(scene.chart.word(i) in articles for i in between)


def _governing(chunk: Chunk, firing: Firing) -> Chunk:
    """Take a region for its government where it says or decides something: "CALIFORNIA sued"."""
    speaks = chunk.kind == "place" and getattr(chunk.place, "kind", "") == REGION and firing.act.type in REGIONAL
    return chunk._replace(kind="body", sector="GOV") if speaks else chunk


def _new_clause(scene: Sentence, start: int, end: int) -> bool:
    """Whether "and" with a subject of its own stands in tokens [start, end): what follows belongs to another verb."""
    conjunctions = scene.grammar.conjunctions
    subjects = (c for c in scene.near if start <= c.start < end - 1 and c.case is None and not c.group)
    return any(scene.chart.word(c.start - back) in conjunctions for c in subjects for back in (1, 2))


def _names_topic(scene: Sentence, firing: Firing, chunk: Chunk) -> bool:
    """Whether a state's name only says what something is about: "concern over Chad policy"."""
    return firing.act.type not in STRIKING and not is_head(scene, chunk)


def _next_verb(scene: Sentence, firing: Firing) -> int:
    """Where the next verb with its auxiliaries begins behind a firing: what stands behind it is its own.

    But "sent food to help Chad" and "promised to rebuild roads to please Chad" concern Chad.
    """
    limit = min(firing.clause.end, firing.end + OBJECT_REACH + OBJECT_REACH)
    if firing.act.type in HELPING:
        return limit
    table, cases = scene.chart.hits["auxiliary"], scene.chart.hits["case"] if scene.grammar.verb_first else {}
    verbal = (i for i in range(firing.end, limit) if i in table and i not in cases)
    if scene.grammar.preverbal:
        verbal = (i for i in verbal if not in_attribute(scene, i))
    return next((i for i in verbal if not {"adverb"} >= set(table[i][1])), limit)


def _modifies(scene: Sentence, chunk: Chunk) -> bool:
    """Whether a body without a country is only the first word of a thing: "military aid"."""
    plain = scene.chart.is_word(chunk.end) and not any(
        scene.chart.hit(layer, chunk.end) for layer in ("trigger", "auxiliary", "case", "connective", "date", "word")
    )
    loose = chunk.kind == "body" and chunk.country is None
    if scene.grammar.adjectives_follow:
        return loose and _describes_thing(scene, chunk.start - 1)
    return loose and plain and scene.chart.word(chunk.end) not in scene.grammar.closed["neutral"]


def _describes_thing(scene: Sentence, i: int) -> bool:
    """Whether the word at token i is a noun that what stands behind it describes: "ATAQUES militares"."""
    chart, layers = scene.chart, ("trigger", "auxiliary", "case", "connective", "date", "number", "role")
    counts = chart.has("word", i, "articles") or chart.has("word", i, "quantifiers")
    known = counts or chart.word(i) in scene.grammar.closed["determiners"]
    return chart.is_word(i) and not known and not any(chart.hit(layer, i) for layer in layers)


def _may_govern(firing: Firing, chunk: Chunk, source: int | None, *, passive: bool) -> bool:
    """Whether a phrase behind the verb can belong to it: "by" in the passive only, none far off.

    `source` is the first preposition such as "amid": what stands behind it with another one belongs there.
    """
    if chunk.start - firing.end > GOVERNING_REACH:
        return False
    if chunk.case == "by":
        return passive or firing.group is None or "by" in firing.act.to
    return chunk.case not in GOVERNED or source is None or source >= chunk.start - 1


def continues(chart: Chart, firing: Firing, cast: Cast) -> bool:
    """Whether the words a trigger wants behind its object follow it: "asked France TO"."""
    if firing.act.follows is None:
        return True
    cases = {"object", "on", *firing.act.to} - {"from"}
    passive = firing.tense == "passive"
    objects = [c for c in cast.near if (c.start >= firing.end or passive) and c.case in cases]
    if passive and objects:
        return chart.within("list", firing.act.follows, firing.end, firing.end + FOLLOW_REACH) is not None
    if firing.act.close:
        return any(chart.has("list", c.end + (not chart.is_word(c.end)), firing.act.follows) for c in objects)
    return any(chart.within("list", firing.act.follows, c.end, c.end + FOLLOW_REACH) is not None for c in objects)
