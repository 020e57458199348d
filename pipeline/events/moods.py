"""Tense of a verb form in conjugated languages: by its mood and the auxiliaries and clitics before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.events.tenses import group_before, opens_phrase

if TYPE_CHECKING:
    from pipeline.events.sentence import Sentence
    from pipeline.events.triggers import Trigger

TENSES = {"preterite": "past", "imperfect": "past", "present": "present", "future": "future"}
# Forms that tell no time: what they say by themselves, and behind a sign of the future.
TIMELESS = {"plain": ("past", "future"), "passive": ("passive", None)}
UNREAL = frozenset({"unreal", "negative"})
# What may stand before a finite form without making it part of another verb's group.
LIGHT = frozenset({"adverb", "clitic", "reflexive"})
TRANSITIVE = frozenset({"directed", "harm"})


def mood_tense(scene: Sentence, act: Trigger, i: int, mood: str) -> str | None:
    """The tense of a form at token i; None where it does not say that something happens."""
    first, kinds = group_before(scene, i)
    if kinds & UNREAL or (act.needs_reflexive and "reflexive" not in kinds):
        return None
    if mood in TENSES:
        return _finite(scene, act, mood, kinds)
    if mood in TIMELESS:
        return TIMELESS[mood]["future" in kinds]
    if mood == "infinitive":
        return "future" if "future" in kinds else "past" if "did" in kinds else None
    if mood == "gerund" and "continuous" not in kinds:
        return "participle" if opens_phrase(scene, first) else None
    return "progressive" if mood == "gerund" else _participle(scene, act, first, kinds)


def _finite(scene: Sentence, act: Trigger, mood: str, kinds: set[str]) -> str | None:
    """An auxiliary before a finite form is of another verb; a reflexive makes a passive of verbs that need none."""
    if kinds - LIGHT:
        return None
    if "reflexive" in kinds and not act.reflexive and _transitive(scene, act):
        return "passive" if mood != "future" else None
    return TENSES[mood]


def _participle(scene: Sentence, act: Trigger, first: int, kinds: set[str]) -> str | None:
    """Behind "be" a verb is passive; behind "have", and "be" with verbs of motion and reflexive ones, it is past."""
    moves = act.reflexive or scene.grammar.frames[act.frame].kind == "visit"
    if "passive" in kinds and not moves:
        return None if kinds & {"future", "continuous"} else "passive"
    if kinds & {"perfect", "passive"}:
        return _finite(scene, act, "preterite", kinds - {"perfect", "passive"})
    # "Detained three activists": a headline leaves the auxiliary out.
    bare = scene.chart.kind == "title" and kinds <= {"adverb"} and opens_phrase(scene, first)
    return "passive" if bare and _transitive(scene, act) else None


def _transitive(scene: Sentence, act: Trigger) -> bool:
    return scene.grammar.frames[act.frame].kind in TRANSITIVE
