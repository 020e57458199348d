"""Who acts behind a passive that names no agent, where verbs stand in the middle: by whose weapons, by whose courts."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from pipeline.events.chunks import PARTIES, Chunk
from pipeline.events.ontology import ontology
from pipeline.events.subjects import owner_before

if TYPE_CHECKING:
    from pipeline.events.coder import Scene
    from pipeline.events.firing import Firing
    from pipeline.events.roles import Parties
    from pipeline.events.sentence import Sentence

# Words between a passive and the weapons behind it, and between those and whom they hit.
BLOW_REACH = 9
AIMED = frozenset({"on", "against", "in"})
# Whom a state tries or holds for politics.
POLITICAL = frozenset({"GOV", "LEG", "PTY", "OPP", "ELI", "SOC", "JRN", "REB"})
# CAMEO of bringing to court.
SUED = "1125"


def by_blow(scene: Scene, firing: Firing) -> list[Chunk]:
    """Whose weapons killed, and whom they were aimed at if that is said: "died IN ISRAELI STRIKES ON GAZA"."""
    one, grammar = scene.chart, scene.reader.known.grammar
    if not _is_bare(scene, firing) or firing.act.type != "ASSAULT" or grammar.conjugated:
        return []
    blow = one.within("list", "weapon", firing.end, min(firing.clause.end, firing.end + BLOW_REACH))
    if blow is None or not any(one.hit("case", i) for i in range(firing.end, blow)):
        return []
    behind = [c for c in scene.chunks if blow < c.start <= blow + BLOW_REACH and c.country]
    doers = [c for c in behind if c.case == "by" and c.kind in PARTIES] or owner_before(cast("Sentence", scene), blow)
    return [*doers[:1], *(c for c in behind if c.case in AIMED or c.kind == "place")][:2] if doers else []


def aimed_at(scene: Scene, firing: Firing, victims: tuple[Chunk, ...]) -> tuple[Chunk, ...]:
    """Give victims of no known country that at which the blow that killed them was aimed."""
    aimed = by_blow(scene, firing)[1:]
    if not aimed or any(c.country for c in victims):
        return victims
    return tuple(c._replace(country=aimed[0].country, basis="apposition") for c in victims) or (
        aimed[0]._replace(kind="state", case=None, group=0, place=None),
    )


def by_victim(scene: Scene, firing: Firing, parties: Parties) -> list[Chunk]:
    """The state that tries or holds one of its own for politics: "the ex-president was jailed"; no other is named."""
    act, focus = firing.act, scene.context.focus
    legal = act.mode in {"convict", "arrest"} or (act.mode == "allege" and act.cameo == SUED)
    whom = [c for c in parties.recipients if c.sector in POLITICAL and c.country and c.kind in {"person", "people"}]
    if not legal or not whom or not _is_bare(scene, firing) or focus not in {None, whom[0].country}:
        return []
    if {c.country for c in scene.chunks if c.country} != {whom[0].country}:
        return []
    basis = "publisher_default" if whom[0].basis == "publisher_default" else "remembered"
    return [
        whom[0]._replace(
            kind="state", sector=None, office=None, name=None, person=None, organisation=None, case=None, group=0,
            basis=basis,  # type: ignore[arg-type]  # both are bases
        )
    ]  # fmt: skip


def on_the_streets(scene: Scene, firing: Firing, people: list[Chunk]) -> list[Chunk]:
    """Give people who protest the only state their sentence names: "teachers surrounded the INDIANA statehouse"."""
    named = {c.country for c in scene.chunks if c.country and c.country not in ontology().nonstate}
    known = any(c.country or c.organisation for c in people)
    if firing.act.type != "PROTEST" or known or len(named) != 1 or scene.reader.known.grammar.order != "SVO":
        return people
    return [c._replace(country=next(iter(named)), basis="apposition") for c in people]


def _is_bare(scene: Scene, firing: Firing) -> bool:
    return firing.tense == "passive" and scene.reader.known.grammar.order == "SVO"
