"""Whom an act concerns where nobody is named in the case of the recipient: the place of the deed, whose thing it hit.

Only added to events that stand without it, so that nothing becomes an event by the place where it happened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.events.chunks import PARTIES, Chunk
from pipeline.events.places import stated

if TYPE_CHECKING:
    from pipeline.events.coder import Scene
    from pipeline.events.firing import Firing
    from pipeline.events.roles import Parties

# Acts against somebody that are told by where they happen: riots, curfews, bombs.
LOCAL_ACTS = frozenset({"PROTEST", "COERCE", "ASSAULT"})
RULING = frozenset({"GOV", "MIL", "COP", "LEG", "JUD"})
# Cases of what a thing that is hit belongs to: "a camp FOR Malian refugees was attacked".
OWNING = frozenset({"for", "genitive", "on"})
OWNER_REACH = 8


def concerned(scene: Scene, firing: Firing, parties: Parties) -> tuple[Chunk, ...]:
    """Return whom an act without a recipient concerns, nobody where the sentence does not say."""
    if parties.recipients or parties.mutual or firing.act.type not in LOCAL_ACTS or firing.tense == "future":
        return ()
    if firing.act.type == "PROTEST":
        found = _rulers(scene, firing, parties)
    else:
        found = _owner_of_the_hit(scene, firing) if firing.tense == "passive" else None
    found = found or _where(scene, firing, parties)
    return (found,) if found is not None else ()


def _rulers(scene: Scene, firing: Firing, parties: Parties) -> Chunk | None:
    """Those who rule, named behind a protest: "to demand the resignation of PRESIDENT X"; not who tells of it."""
    if scene.reader.known.grammar.order != "SVO":
        return None
    chart = scene.chart
    said = [i for i, hit in chart.hits["word"].items() if "speech_phrase" in hit[1]]
    behind = (c for c in scene.chunks if firing.stop <= c.start and c.case is not None and c.place is None)
    able = (c for c in behind if c.sector in RULING and c.country)
    return next((c for c in able if c not in parties.actors and not any(0 <= i - c.end <= 1 for i in said)), None)


def _owner_of_the_hit(scene: Scene, firing: Firing) -> Chunk | None:
    """Whose the thing before a passive is."""
    before = [c for c in scene.chunks if firing.clause.start <= c.start and c.end <= firing.start and c.country]
    able = [c for c in before if c.case in OWNING and c.kind in PARTIES and firing.start - c.end <= OWNER_REACH]
    return able[-1] if able else None


def _where(scene: Scene, firing: Firing, parties: Parties) -> Chunk | None:
    """The state in which it happens, as stated in the clause itself."""
    end = firing.clause.end if scene.reader.known.grammar.order == "SVO" else firing.stop
    place = stated([c for c in scene.chunks if firing.clause.start <= c.start and c.end <= end], firing.start)
    if place is None or place in parties.actors or place.country is None:
        return None
    if firing.act.type == "PROTEST" and any(c.country == place.country for c in parties.actors):
        # That people protest at home says nothing of whom against.
        return None
    return place._replace(kind="state", basis="apposition", case=None, group=0, place=None)
