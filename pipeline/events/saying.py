"""What somebody says another must do or will not do themselves, and whose blow somebody died of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.events.proposal import RULING
from pipeline.events.rivals import may_demand
from pipeline.events.roles import Cast
from pipeline.events.subjects import other_subject, owner, speaker, subject
from pipeline.events.valency import cast_of

if TYPE_CHECKING:
    from pipeline.events.chunks import Chunk
    from pipeline.events.firing import Firing
    from pipeline.events.sentence import Sentence


def said(scene: Sentence, firing: Firing, last: int) -> Cast | None:
    """What somebody says of another ("other": that it must) or of themselves ("self": that they will not)."""
    who = speaker(scene, firing)
    whom = subject(scene, last, firing)
    if not whom and scene.grammar.verb_first:
        whom = tuple(c for c in scene.near if 0 <= c.start - firing.end <= 1)[:1]
    ours = scene.chart.within("word", "possessives", scene.clause.start, firing.start) is not None
    stranger = other_subject(scene, firing) and not (ours and firing.act.said == "self")
    if not who or not (whom or firing.act.said == "self") or stranger:
        return None
    if firing.act.said == "self":
        own = not whom or whom[0].identity == who[0].identity or "pronoun" in {whom[0].kind, whom[0].stands_for}
        state = bool(whom) and whom[0].kind in {"state", "place", "body"} and whom[0].country == who[0].country
        cast = cast_of(scene, firing, scene.near, who)
        return replace(cast, near=(*_one_other(scene, who[0]), *cast.near)) if own or state else None
    rises = (who[0].sector not in RULING and whom[0].sector in RULING) or may_demand(who[0], whom[0])
    if (whom[0].country == who[0].country and not rises) or "pronoun" in {whom[0].kind, whom[0].stands_for}:
        return None
    if any(scene.chart.has("auxiliary", firing.end + ahead, "passive") for ahead in (0, 1)):
        # "Hostages must be freed": it is not they who are asked.
        return None
    objects = [c._replace(case="object") for c in whom]
    return Cast((*(c._replace(case="agent") for c in who), *objects), (), (), ())


def _one_other(scene: Sentence, who: Chunk) -> list[Chunk]:
    """The one other state that a sentence names: what is said in it is said to that."""
    others = [c for c in scene.chunks if c.kind == "state" and c.country not in {None, who.country}]
    same = len({c.country for c in others}) == 1
    return [others[0]._replace(case="to")] if same else []


def struck_by(scene: Sentence, firing: Firing) -> list[Chunk]:
    """Whose attack somebody died in: "пятеро погибли при УДАРЕ Израиля"."""
    at = scene.chart.within("list", firing.act.needs or "", firing.clause.start, firing.clause.end)
    if at is None:
        return []
    end = scene.chart.hits["list"][at][0]
    given = [c for c in scene.near if c.case == "to" and 0 <= c.start - end <= 1]
    return [c._replace(case="by") for c in owner(scene, replace(firing, start=at, end=end)) or given]
