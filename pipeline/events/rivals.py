"""Politicians and parties that deal with each other in words: what they do is said, and may stay within one country."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.events.chunks import Chunk
    from pipeline.events.coder import Scene
    from pipeline.events.firing import Firing
    from pipeline.events.triggers import Trigger

POLITICIANS = frozenset({"GOV", "LEG", "PTY", "OPP", "ELI"})
SINGLE = frozenset({"person", "counterpart", "organisation"})
UNARMED = frozenset({"ELI", "PTY", "LEG", "OPP", "LAB", "BUS", "EDU", "JRN", "SOC"})
WORKERS = "LAB"
# Offices that deal with other states.
OUTWARD = frozenset({
    "foreign minister", "deputy foreign minister", "foreign secretary", "foreign ministry", "ambassador", "diplomat",
    "special envoy", "spokesperson", "military spokesperson", "delegation",
})  # fmt: skip
# CAMEO of an attack of which no more is said.
UNSPECIFIED = "190"


def is_politician(chunk: Chunk) -> bool:
    """Whether a party is a politician, a political party or some of their kind, not a state or its forces."""
    return chunk.kind in SINGLE | {"people", "body"} and chunk.sector in POLITICIANS


def are_rivals(actors: Sequence[Chunk], recipients: Sequence[Chunk]) -> bool:
    """Whether politicians act on others, each side known by its own name or office."""
    sides = {c.identity for c in actors}, {c.identity for c in recipients}
    apart = all(sides) and sides[0].isdisjoint(sides[1])
    return apart and all(map(is_politician, (*actors, *recipients))) and any(c.kind in SINGLE for c in actors)


def are_at_home(scene: Scene, firing: Firing, actors: Sequence[Chunk]) -> bool:
    """Whether politicians act in an article about their own country: whoever else they deal with is of it too.

    Not those who speak for a state to others: their "West" or "enemies" are abroad. And what suffers a verb is no
    unknown person but a thing: "the move was criticised".
    """
    if firing.tense == "passive" or any(c.office in OUTWARD for c in actors):
        return False
    ours = [c for c in actors if c.country == scene.context.focus and c.basis != "publisher_default"]
    return bool(ours) and len(ours) == len(actors) and all(map(is_politician, ours))


def may_demand(who: Chunk, whom: Chunk) -> bool:
    """Whether one politician can ask something of another of the same country: a named one, or a party."""
    return are_rivals((who,), (whom,)) and bool(whom.person or whom.organisation or whom.sector == "OPP")


def only_spoken(act: Trigger, actors: Sequence[Chunk], recipients: Sequence[Chunk]) -> bool:
    """Whether an attack is one in words, or a strike of workers: "the senator ATTACKED Democrats"."""
    if act.type != "ASSAULT":
        return False
    workers = bool(actors) and all(c.sector == WORKERS for c in actors)
    return workers or (act.cameo == UNSPECIFIED and are_rivals(actors, recipients))


def may_deploy(actors: Sequence[Chunk]) -> bool:
    """Whether those who act can have troops: parties and members of parliament have none."""
    return not actors or any(c.sector not in UNARMED for c in actors)
