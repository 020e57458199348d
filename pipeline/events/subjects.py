"""Who acts where the verb stands in the middle: subjects, antecedents, owners of an act, pronouns, speakers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.events.chunks import PARTIES, Chunk
from pipeline.events.clauses import CAUSE, COMPLEMENT, CONDITION, RELATIVE
from pipeline.events.context import SURE
from pipeline.events.isolating import no_subject
from pipeline.events.tenses import group_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.events.chart import Chart
    from pipeline.events.coder import Reader
    from pipeline.events.firing import Firing
    from pipeline.events.sentence import Sentence
    from schemas.event import CountryBasis

MEDIA = "JRN"
PASSIVE_REACH = 4
NOUN_REACH = 4
OWNER_REACH = 3
SPEAKER_REACH = 2
# Names that also stand before nouns.
MODIFYING = frozenset({"state", "organisation", "place"})
STOPS = frozenset(",;:.()")
# Cases in which a capital is a place.
WHERE = frozenset({"in", "on", "source"})
# Sectors of groups that an article names without their country.
LOCAL = frozenset({"REB", "OPP", "PRM", "PTY", "LAB"})
# Kinds of chunks that stand for a party named elsewhere.
REFERRING = frozenset({"pronoun", "speaker", "pair"})
QUOTES = frozenset("\"'“”‘’")
# Clauses behind which the subject follows its verb, where the verb is always second.
SUBORDINATE = frozenset({CAUSE, COMPLEMENT, CONDITION})
# What each class of pronouns can stand for.
STANDS_FOR = {
    "he": frozenset({"person", "counterpart"}),
    "it": frozenset({"state", "body", "organisation"}),
    "they": frozenset({"people", "body", "organisation", "state", "person"}),
}


def concerns_states(reader: Reader, chart: Chart, chunks: list[Chunk], span: tuple[int, int]) -> bool:
    """Whether a sentence can have a party with a country: a cheap test before it is read."""
    focus = reader.context.focus is not None
    if any(c.country is not None or c.kind in REFERRING or (focus and c.sector in LOCAL) for c in chunks):
        return True
    return not chart.hits["demonym"].keys().isdisjoint(range(*span))


def is_head(scene: Sentence, chunk: Chunk) -> bool:
    """Whether a state or body is a party itself, not the first part of another name: "Ecuador TV station"."""
    if chunk.kind not in MODIFYING or chunk.case == "genitive" or scene.grammar.conjugated:
        return True
    chart, grammar, i = scene.chart, scene.grammar, chunk.end
    if not chart.is_word(i):
        return not chart.has("word", i, "possessive")
    layers = ("trigger", "auxiliary", "case", "connective", "date", *(("number",) if scene.grammar.unspaced else ()))
    word = chart.word(i)
    known = word in grammar.closed["neutral"] or any(chart.hit(layer, i) for layer in layers)
    if chunk.kind == "organisation" and word in grammar.closed["heads"]:
        return True
    return known or grammar.is_adverb(chart.texts[i])


def subject(scene: Sentence, last: int, firing: Firing) -> tuple[Chunk, ...]:
    """The party before the verb that acts, or suffers in the passive, with what is coordinated with it.

    Behind a conjunction or a comma the verb goes on with the subject of the one before: "met France AND accused Iran".
    """
    chart, near, passive = scene.chart, scene.near, firing.tense == "passive"
    first, _ = group_before(scene, firing.start)
    verb = first if scene.grammar.preverbal else firing.start
    able = [c for c in near if c.end <= verb and _acts(c, passive=passive) and is_head(scene, c)]
    inverted = scene.grammar.brackets and scene.last_link in SUBORDINATE
    goes_on = chart.word(first - 1) in {*scene.grammar.conjunctions, ","} and not inverted
    if firing.tense == "participle" or (goes_on and not passive):
        such = [c for c in near if c.case == "such" and c.end <= firing.start]
        outer = _with_group(near, able[0] if able else such[0] if such else None)
        return scene.carried if last > scene.clause.start else outer or scene.carried
    able = [c for c in able if last <= c.start]
    if passive:
        able = [c for c in able if verb - c.end <= PASSIVE_REACH and chart.word(c.end) != ","]
        # "It said five were killed": who says so is not killed.
        able = [c for c in able if chart.within("word", "speech_phrase", c.end, first) is None]
    return _with_group(near, able[-1] if able else None)


def behind(scene: Sentence, firing: Firing) -> tuple[Chunk, ...]:
    """The subject behind the comma that ends an opening phrase: "Accusing Chad of ..., SUDAN closed its border"."""
    comma = next((i for i in range(firing.end, firing.clause.end) if scene.chart.word(i) == ","), None)
    if comma is None:
        return ()
    able = [c for c in scene.near if c.start > comma and _acts(c, passive=False) and is_head(scene, c)]
    return _with_group(scene.near, able[0] if able else None)


def _with_group(near: Sequence[Chunk], head: Chunk | None) -> tuple[Chunk, ...]:
    if head is None:
        return ()
    return tuple(c for c in near if head.group and c.group == head.group) or (head,)


def _acts(chunk: Chunk, *, passive: bool) -> bool:
    """Whether a noun phrase without a preposition can be a subject; the media suffer, else they only report.

    What suffers may be marked as the object: "журналіста затримано".
    """
    bare = chunk.case is None or (passive and chunk.case == "object")
    return bare and chunk.kind in PARTIES | {"place"} and (passive or chunk.sector != MEDIA)


def antecedent(chunks: Sequence[Chunk], start: int, link: str) -> tuple[Chunk, ...]:
    """The party a relative clause is about: the one right before it."""
    if link != RELATIVE:
        return ()
    return tuple(c for c in chunks if start - 1 <= c.end <= start and c.kind in PARTIES)[-1:]


def other_subject(scene: Sentence, firing: Firing) -> bool:
    """Whether a noun phrase that is no known party stands right before the verb: "why the tank had fired"."""
    chart, grammar = scene.chart, scene.grammar
    named = {i for c in scene.near for i in range(c.start, c.end)}
    first, _ = group_before(scene, firing.start)
    if grammar.uninflected:
        return no_subject(scene, first)
    i = first - 1
    for j in range(i, max(firing.clause.start, i - NOUN_REACH) - 1, -1):
        if j in named or chart.word(j) in STOPS or chart.hit("date", j) or chart.hit("demonym", j):
            return False
        if chart.word(j) in grammar.conjunctions and j == i:
            return False
        if chart.word(j) in grammar.closed["determiners"]:
            return (
                j < i
                and chart.word(j - 1) not in grammar.conjunctions
                and not any((hit := chart.hit("case", j - back)) is not None and hit[0] >= j for back in (1, 2))
            )
    return False


def blow(scene: Sentence, firing: Firing) -> tuple[Chunk, ...] | None:
    """Whose weapon or attack is the subject: "Chad's missiles hit", nobody's in "a bomb killed"; None for any other."""
    first, _ = group_before(scene, firing.start)
    chart, start = scene.chart, scene.clause.start
    at = next(
        (i for i in (first - 3, first - 2, first - 1) if i >= start and chart.has("list", i, "weapon") == first), -1
    )
    if at >= start and any(chart.has("case", at - back, "by") for back in (1, 2, 3)):
        # "Forces backed by US drones took": it is not the drones that took.
        return None
    if at >= start:
        own = [c for c in scene.near if c.start <= at < c.end and c.case is None]
        return _with_group(scene.near, own[0]) if own else owner_before(scene, at)
    able = [c for c in scene.near if c.end <= first and _acts(c, passive=False) and is_head(scene, c)]
    found = chart.within("list", "weapon", start, first)
    if found is None or able:
        return None
    by = [c for c in scene.near if c.case == "by" and found < c.start < first and c.kind in PARTIES]
    return _with_group(scene.near, by[0]) if by else owner_before(scene, found)


def owner(scene: Sentence, firing: Firing) -> tuple[Chunk, ...]:
    """Whose act a noun names: the possessor or the state right before it: "Chad's raid", "a US air strike"."""
    if (described := _adjectival(scene, firing)) is not None:
        return (described,)
    if scene.grammar.adjectives_follow or scene.grammar.bare_genitive:
        near = [c for c in scene.near if 0 <= c.start - firing.end <= OWNER_REACH and c.case == "genitive"]
        if scene.grammar.bare_genitive and not scene.grammar.declension:
            near = [c for c in scene.near if c.start == _behind_numbers(scene, firing.end) and c.case is None]
        own = [c._replace(case=None) for c in near if c.kind in PARTIES | {"place"}]
        return _with_group(scene.near, own[0]) if own else ()
    return owner_before(scene, firing.start)


def _behind_numbers(scene: Sentence, i: int) -> int:
    """The first token from i on that counts nothing: "the death of TWO soldiers"."""
    while scene.chart.word(i).isdigit() or scene.chart.hit("number", i) or scene.chart.has("word", i, "quantifiers"):
        i += 1
    return i


def _adjectival(scene: Sentence, firing: Firing) -> Chunk | None:
    """Whose act a noun names by an adjective of its own: "القصف الإسرائيلي", "израильский удар"."""
    if not scene.grammar.bare_genitive:
        return None
    after = (0, 1) if scene.grammar.adjectives_follow else ()
    places = [firing.end + i for i in after] if after else [firing.start - 1, firing.start - 2]
    for i in places:
        hit = scene.chart.hit("demonym", i)
        if hit is not None and "people" not in hit[1][0][1]:
            return Chunk(start=i, end=hit[0], kind="body", country=hit[1][0][0], basis="demonym", sector="GOV")
    return None


def owner_before(scene: Sentence, start: int) -> tuple[Chunk, ...]:
    """Whose the thing at token `start` is: the possessor or the state right before it."""
    if scene.grammar.adjectives_follow:
        return _owner_behind(scene, scene.chart.hits["list"][start][0])
    chart, near = scene.chart, scene.near
    for chunk in reversed(near):
        if chunk.end > start or chunk.kind not in PARTIES | {"place"}:
            continue
        after = chart.has("word", chunk.end, "possessive")
        between = range(after or chunk.end, start)
        if len(between) > OWNER_REACH or not all(_plain(chart, i) for i in between):
            break
        if after or chunk.kind in MODIFYING | {"body"}:
            return _with_group(near, chunk._replace(case=None))
        return ()
    return _by_adjective(scene, start)


def _owner_behind(scene: Sentence, end: int) -> tuple[Chunk, ...]:
    """Whose a noun that ends at token `end` is, where that stands behind it: "un ataque aéreo ISRAELÍ", "DE ISRAEL"."""
    for i in (end, end + 1):
        hit = scene.chart.hit("demonym", i)
        if hit is not None:
            return (Chunk(start=i, end=hit[0], kind="state", country=hit[1][0][0], basis="demonym"),)
    near = [c for c in scene.near if 0 <= c.start - end <= OWNER_REACH and c.case == "genitive"]
    return _with_group(near, near[0]._replace(case=None)) if near and near[0].kind in PARTIES else ()


def _by_adjective(scene: Sentence, start: int) -> tuple[Chunk, ...]:
    """The state whose adjective stands before a noun that is no party itself: "a Chadian missile strike"."""
    chart = scene.chart
    for i in range(start - 1, max(scene.clause.start, start - OWNER_REACH) - 1, -1):
        hit = chart.hit("demonym", i)
        if hit is not None:
            country = hit[1][0][0]
            return (Chunk(start=i, end=hit[0], kind="state", country=country, basis="demonym", chart=chart.segment),)
        if not _plain(chart, i):
            break
    return ()


def _plain(chart: Chart, i: int) -> bool:
    layers = ("case", "auxiliary", "connective", "trigger")
    return chart.is_word(i) and not any(chart.hit(layer, i) for layer in layers)


def speaker(scene: Sentence, firing: Firing) -> tuple[Chunk, ...]:
    """Who says what a clause tells: the party before "said", or beside it where the speech comes first."""
    chunks, table = scene.chunks, scene.chart.hits["word"]
    if named := [c for c in chunks if _before_colon(scene, c) and _speaks(c)]:
        return _with_group(chunks, named[0])
    said = [i for i in range(*scene.span) if i in table and "speech_phrase" in table[i][1]]
    before = [i for i in said if i < firing.start]
    if before:
        able = [c for c in chunks if c.end <= before[-1] and c.case is None and _speaks(c)]
        if able or not scene.grammar.verb_first:
            return _with_group(chunks, able[-1] if able else None)
    for i in before or said:
        beside = [
            c
            for c in chunks
            if _speaks(c) and (_right_before(scene, c, i) or 0 <= c.start - table[i][0] <= SPEAKER_REACH)
        ]
        if beside:
            return _with_group(chunks, beside[0])
    return ()


def _before_colon(scene: Sentence, chunk: Chunk) -> bool:
    """Whether a headline names who says what it tells: "Kenya: troops must leave", "Troops must leave: Kenya"."""
    if scene.chart.kind != "title" or chunk.case is not None:
        return False
    start, end = scene.span
    opens = chunk.start == start and scene.chart.word(chunk.end) == ":"
    return opens or (chunk.end == end and scene.chart.word(chunk.start - 1) == ":")


def _right_before(scene: Sentence, chunk: Chunk, i: int) -> bool:
    """Whether a party stands before "said" at token i, an adverb at most between."""
    return 0 <= i - chunk.end <= 1 and all(scene.chart.is_word(j) for j in range(chunk.end, i))


def _speaks(chunk: Chunk) -> bool:
    return chunk.kind in PARTIES - {"pronoun", "speaker", "pair"} and chunk.sector != MEDIA


def resolve_pronouns(scene: Sentence) -> None:
    """Put the subject named before in the place of each pronoun that stands as one."""
    found: list[Chunk] = []
    subjects: list[Chunk] = []
    for chunk in (_at_focus(scene, _government(_nominative(scene, c))) for c in scene.chunks):
        if chunk.kind == "pronoun" and chunk.case is None:
            found.append(_stands_for(scene, chunk, subjects))
            continue
        if chunk.case is None and _speaks(chunk) and is_head(scene, chunk):
            subjects.append(chunk)
        found.append(chunk)
    if subjects:
        scene.context.agent = subjects[0]
    scene.chunks = found


def _nominative(scene: Sentence, chunk: Chunk) -> Chunk:
    """Take the case from a pronoun that only a conjunction can stand before: "as THEY marched"."""
    free = chunk.case == "source" and scene.chart.word(chunk.start) in scene.grammar.words.get("nominative", ())
    return chunk._replace(case=None) if free else chunk


def other_side(scene: Sentence, pronoun: Chunk, agents: tuple[Chunk, ...]) -> Chunk | None:
    """Whom an object pronoun stands for, the last named that does not act: "Chad hit back at Mali, accusing IT"."""
    word = scene.chart.word(pronoun.start)
    kinds = next((kinds for name, kinds in STANDS_FOR.items() if word in scene.grammar.closed[name]), frozenset[str]())
    ours = {c.country for c in agents}
    named = [c for c in scene.chunks if c.end <= pronoun.start and c.kind in kinds and c.stands_for is None]
    others = [c for c in named if c.country is not None and c.country not in ours]
    if not others or not ours:
        return None
    return others[-1]._replace(
        start=pronoun.start, end=pronoun.end, case=None, group=0, name=None, stands_for="pronoun", basis="remembered"
    )


def quoted(scene: Sentence, firing: Firing, agents: tuple[Chunk, ...]) -> tuple[Chunk, ...]:
    """Put the speaker in the place of "we" as a subject."""
    if not agents or agents[0].kind != "speaker":
        return agents
    who = speaker(scene, firing)
    last = scene.context.current_speaker(scene.reader.sentence)
    if who or last is None:
        return who
    we = agents[0]
    return (
        last._replace(
            start=we.start, end=we.end, case=None, group=0, name=None, stands_for="speaker", basis="remembered",
            chart=scene.chart.segment,
        ),
    )  # fmt: skip


def _government(chunk: Chunk) -> Chunk:
    """Take a capital for its government where it is no place: "talks with Moscow"."""
    speaks = getattr(chunk.place, "kind", "") == "capital" and chunk.case not in WHERE
    return chunk._replace(kind="state") if chunk.kind == "place" and speaks else chunk


def _at_focus(scene: Sentence, chunk: Chunk) -> Chunk:
    """Take rebels, protesters and the opposition without a country for those of the country the article is about."""
    focus = scene.context.focus
    if focus is None or chunk.country is not None or chunk.kind not in {"people", "body"} or chunk.sector not in LOCAL:
        return chunk
    basis: CountryBasis = "publisher_default" if focus == scene.context.home else "remembered"
    return chunk._replace(country=focus, basis=basis)


def _stands_for(scene: Sentence, pronoun: Chunk, subjects: list[Chunk]) -> Chunk:
    word = scene.chart.word(pronoun.start)
    kinds = next((kinds for name, kinds in STANDS_FOR.items() if word in scene.grammar.closed[name]), frozenset[str]())
    who = next((c for c in (*subjects, scene.context.agent) if c is not None and c.kind in kinds), None)
    if who is None:
        return pronoun
    # Within a sentence a pronoun is nearly as sure as a name.
    basis: CountryBasis = "apposition" if who in subjects and who.basis in SURE else "remembered"
    basis = "publisher_default" if who.basis == "publisher_default" else basis
    return who._replace(
        start=pronoun.start, end=pronoun.end, case=None, group=0, name=None, stands_for="pronoun",
        basis=basis if who.country else None, chart=scene.chart.segment,
    )  # fmt: skip
