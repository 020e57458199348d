"""Parties that no noun phrase of the frame names: by the adjective of a deed, by whose deed it was, by the place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.events.agentless import by_blow, by_victim
from pipeline.events.chunks import Chunk, ChunkKind
from pipeline.events.clauses import COMPLEMENT, RELATIVE, Clause
from pipeline.events.ontology import ontology
from pipeline.events.places import country_name, stated
from pipeline.events.predicates import CLOSERS
from pipeline.events.roles import KILLED, Cast, Parties
from schemas.event import EventLocation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.events.chart import Chart
    from pipeline.events.coder import Scene
    from pipeline.events.firing import Firing

# Words between whose attack it was and the word for it.
DEED_REACH = 3
# Words of the longest adjective of a state.
ADJECTIVE = 3
# Forms of a verb that need no agent.
UNAGENTED = frozenset({"passive", "nominal"})
ACCUSABLE = frozenset({"state", "person", "body", "organisation", "counterpart"})


def implied_actors(scene: Scene, firing: Firing, parties: Parties, cast: Cast) -> list[Chunk]:
    """Return who acts where no noun phrase has the case of the agent."""
    return (
        _by_deed(scene, firing)
        or by_blow(scene, firing)[:1]
        or _by_adjective(scene, firing)
        or _by_place(scene, firing, parties, cast)
        or by_victim(scene, firing, parties)
    )


def _by_deed(scene: Scene, firing: Firing) -> list[Chunk]:
    """Whose attack it was in which people died: "in Israel's air strike", "in an Israeli air strike"."""
    if firing.act.type != "ASSAULT":
        return []
    one = scene.chart
    title = one.kind == "title"
    told = False
    for i in range(scene.span[0] if title or firing.clause.link == RELATIVE else firing.clause.start, firing.start):
        noun = one.hit("list", i)
        if noun is None or "deed" not in noun[1]:
            continue
        told = True
        if not (_marked(scene, i, noun[0]) or noun[0] == firing.start or (title and one.word(noun[0]) in CLOSERS)):
            continue
        found = _owners(scene, i, noun[0]) or _adjective(one, i)
        if found:
            return found
    # "They carried out an operation in which five died."
    return list(scene.carried[:1]) if told and firing.clause.link == RELATIVE else []


def _marked(scene: Scene, start: int, end: int) -> bool:
    """Whether a noun has a case: a marker behind or before it, or a suffix as listed."""
    one = scene.chart
    if scene.reader.known.grammar.case_first:
        return any((hit := one.hit("case", start - back)) is not None and hit[0] == start for back in (1, 2, 3))
    return one.hit("case", end) is not None or one.suffixes is not None


def _owners(scene: Scene, start: int, end: int) -> list[Chunk]:
    """Whose the noun at tokens [start, end) is."""
    owners = [c for c in scene.chunks if c.case == "genitive" and c.country]
    if scene.reader.known.grammar.case_first and scene.reader.known.grammar.bare_genitive:
        return [c for c in owners if 0 <= c.start - end <= DEED_REACH][:1]
    # Whom it struck may stand between: "Israel's [on Gaza launched] attack".
    between = {i for c in scene.chunks if c.case not in {None, "genitive"} for i in range(c.start, c.case_end)}
    return [c for c in owners if c.case_end <= start and _apart(c.case_end, start, between) <= DEED_REACH][-1:]


def _apart(start: int, end: int, skipped: set[int]) -> int:
    """How many tokens of [start, end) count as standing between."""
    return sum(i not in skipped for i in range(start, end))


def doer(scene: Scene, firing: Firing, recipients: Sequence[Chunk]) -> list[Chunk]:
    """Whose deed is condemned where an adjective behind the recipients says so: "the Israeli attack on Syria"."""
    one = scene.chart
    last = max((c.end for c in recipients), default=firing.clause.start)
    for i in range(firing.start - 1, last, -1):
        noun = one.hit("list", i)
        if noun is not None and "deed" in noun[1]:
            return _adjective(one, i)
    return []


def _adjective(one: Chart, end: int) -> list[Chunk]:
    """The state whose adjective ends before token `end`."""
    for start in range(end - 1, max(end - ADJECTIVE, 0) - 1, -1):
        hit = one.hit("demonym", start)
        if hit is not None and hit[0] == end:
            state = hit[1][0][0]
            return [Chunk(start=start, end=end, kind="state", country=state, basis="demonym", chart=one.segment)]
    return []


def alleged(scene: Scene, parties: Parties) -> list[Chunk]:
    """Who acts in the complement of what is said: "alleged that the PARTY had cheated"."""
    after: Clause | None = getattr(scene, "next", None)
    if after is None or after.link != COMPLEMENT:
        return []
    ours = {c.identity for c in parties.actors}
    inside = [c for c in scene.chunks if after.start <= c.start and c.end <= after.end and c.kind in ACCUSABLE]
    agents = [c for c in inside if c.case == "agent"] or [c for c in inside if c.case is None]
    return [c for c in agents[:1] if c.identity not in ours]


def victims(scene: Scene, firing: Firing) -> list[Chunk]:
    """The people named by an adjective alone before the word for killed: "forty Palestinians killed"."""
    found = _adjective(scene.chart, firing.start)
    return [c._replace(kind="people", sector="CVL") for c in found]


def _by_adjective(scene: Scene, firing: Firing) -> list[Chunk]:
    """The state whose adjective stands before the noun of the act: "an Israeli air strike"."""
    if firing.act.cameo in KILLED or not firing.act.words:
        return []
    if scene.reader.known.grammar.adjectives_follow:
        hit = scene.chart.hit("demonym", firing.end)
        return _adjective(scene.chart, hit[0]) if hit is not None else []
    return _adjective(scene.chart, firing.start)


def _by_place(scene: Scene, firing: Firing, parties: Parties, cast: Cast) -> list[Chunk]:
    """The state in which people are arrested, tried or put under curfew, or protest, where nobody else is named."""
    act = firing.act
    power = act.type in {"COERCE", "MOBILIZE"} or act.mode in {"allege", "convict"}
    if act.type != "PROTEST" and not (power and firing.tense in UNAGENTED and not cast.unknown_agent):
        return []
    grammar = scene.reader.known.grammar
    svo = grammar.order == "SVO"
    stop = firing.clause.end if svo else firing.stop
    inside = stated([c for c in scene.chunks if c.start >= firing.clause.start and c.end <= stop], firing.start)
    if inside is None or grammar.adjectives_follow or (svo and not power):
        return []
    if act.frame != "self" and not (power and parties.recipients):
        return []
    protest = act.type == "PROTEST"
    if protest and not svo and scene.chart.has("case", inside.start - 1, "genitive"):
        # "THEIR protest against what was done in Sweden": it is not there that they protest.
        return []
    kind: ChunkKind = "people" if protest else "state"
    sector = "CVL" if protest else None
    return [inside._replace(kind=kind, basis="apposition", sector=sector, case=None, group=0, place=None)]


def within_one_state(parties: Parties) -> EventLocation | None:
    """The state in which two parties of its own deal with each other."""
    everyone = (*parties.actors, *parties.recipients)
    countries = {c.country for c in everyone}
    if len(everyone) == 1 or len(countries) != 1:
        return None
    country = countries.pop()
    if country is None or country in ontology().nonstate:
        return None
    return EventLocation(name=country_name(country), country=country, precision="country", basis="document")
