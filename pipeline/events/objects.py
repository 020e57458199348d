"""Whose the thing is that a verb has as its object: "condemned the Israeli attack", "rejected a US proposal"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.events.chunks import Chunk

if TYPE_CHECKING:
    from pipeline.events.chart import Chart
    from pipeline.events.coder import Scene
    from pipeline.events.firing import Firing

OBJECT_REACH = 6
JOINING = frozenset({"and", "&", "or"})


def by_object(scene: Scene, firing: Firing) -> list[Chunk]:
    """The state whose adjective describes what is condemned, praised or seized: "condemned the Israeli attack"."""
    one, clause, near = scene.chart, firing.clause, getattr(scene, "near", ())
    svo = scene.reader.known.grammar.order == "SVO"
    # Adjectives, and names used as such, stand before their noun.
    before_noun = svo and not scene.reader.known.grammar.adjectives_follow
    if not svo or firing.tense == "passive":
        places = range(firing.start - 1, max(clause.start, firing.start - OBJECT_REACH) - 1, -1)
    else:
        begin = firing.start + 1 if firing.act.object else firing.end
        places = range(begin, min(clause.end, firing.end + OBJECT_REACH))
    agents = () if svo else tuple(c for c in scene.chunks if c.case == "agent")
    for i in places:
        if any(c.start <= i < c.case_end for c in agents):
            continue
        hit = one.hit("demonym", i)
        # Where verbs come first, or second, the subject with its adjective may stand before the object.
        grammar = scene.reader.known.grammar
        behind = grammar.verb_first or grammar.brackets
        if hit is not None and not (behind and any(c.start + grammar.verb_first <= i < c.end for c in near)):
            return [Chunk(start=i, end=hit[0], kind="state", country=hit[1][0][0], basis="demonym", chart=one.segment)]
        if one.has("word", i, "deeds") and (doers := _doers(scene, i)):
            return doers
        if before_noun and (case := one.hit("case", i)) is not None and not {"genitive", "by", "object"} & set(case[1]):
            break
        if one.hit("connective", i) or (svo and one.word(i) in scene.reader.known.grammar.conjunctions):
            break
        if before_noun and (state := _modifier(one, i, firing.stop)):
            return [Chunk(start=i, end=i + 1, kind="state", country=state, basis="explicit", chart=one.segment)]
    return []


def _doers(scene: Scene, i: int) -> list[Chunk]:
    """Who has done the deed named at token i: "la decisión unilateral DE ISRAEL"."""
    one, articles = scene.chart, scene.reader.known.grammar.words.get("articles", ())
    after = one.has("case", i + 1, "genitive") or one.has("case", i + 2, "genitive")
    while after and one.word(after) in articles:
        after += 1
    return [c for c in scene.chunks if c.case == "genitive" and c.start == after and c.country]


def _modifier(one: Chart, i: int, stop: int) -> str | None:
    """The state or union whose short name stands before a noun, that of the firing ends at `stop`: "a US proposal"."""
    hit = one.hit("country", i) or one.hit("organisation", i)
    if hit is None or hit[0] != i + 1 or not one.texts[i].isupper() or not one.is_word(i + 1):
        return None
    owner: str | None = getattr(hit[1][0], "iso3", None) or getattr(hit[1][0], "country", None)
    layers = ("auxiliary", "case", "connective", "date", *(("trigger",) if i + 1 >= stop else ()))
    followed = any(one.hit(layer, i + 1) for layer in layers)
    return None if followed or one.word(i + 1) in JOINING else owner
