"""The triggers of a language: what its press says when an event of a type happens (lang/<code>/triggers.toml)."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline.events.ontology import ontology
from pipeline.resources import ResourceError, language_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

GAP = " ... "
DONE = ("past", "passive", "participle", "progressive")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A row of triggers.toml; its head explains the fields."""

    id: str
    type: str
    frame: str
    cameo: str = ""
    mode: str | None = None
    words: tuple[str, ...] = ()
    verbs: frozenset[str] = frozenset()
    gap: int = 0
    to: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    after: str | None = None
    not_after: str | None = None
    after_infinitive: bool = False
    then: str | None = None
    follows: str | None = None
    unless: str | None = None
    said: str | None = None
    object: str | None = None
    needs: str | None = None
    block: frozenset[str] = frozenset()
    tenses: frozenset[str] = frozenset(DONE)
    nominal: bool = False
    adjacent: bool = False
    close: bool = False
    reflexive: bool = False
    needs_reflexive: bool = False
    particle: str | None = None
    needs_actor: bool = False
    needs_recipient: bool = False
    at_home: bool = False
    needs_mutual: bool = False
    needs_alone: bool = False
    needs_foreign: bool = False
    needs_domestic: bool = False
    needs_person: bool = False
    needs_people: bool = False
    needs_office: bool = False
    needs_party: bool = False
    needs_place: bool = False
    needs_gov: bool = False
    needs_state: bool = False
    needs_rivals: bool = False
    needs_court: bool = False
    needs_legislator: bool = False
    needs_political: bool = False
    needs_police: bool = False
    needs_organisation: bool = False
    confidence: float = 0.9

    @property
    def asks(self) -> int:
        """How many words beside its own a trigger asks for: the more, the surer its meaning."""
        return sum(one is not None for one in (self.object, self.follows, self.then, self.said, self.needs))


@cache
def triggers(code: str) -> tuple[Trigger, ...]:
    """Read and check the triggers of a language.

    Raises:
        ResourceError: an unknown field, type, mode, frame or list; the message names the trigger.
    """
    table = language_toml(code, "triggers")
    frames = language_toml(code, "grammar").get("frames", {})
    found = tuple(act for row in table.get("trigger", ()) for act in _parted(_trigger(code, row)))
    lists = table.get("lists", {})
    seen: set[str] = set()
    for act in found:
        where = f"lang/{code}/triggers.toml: {act.id}"
        if act.id in seen:
            raise ResourceError(f"{where}: written twice")
        seen.add(act.id)
        if act.frame not in frames:
            raise ResourceError(f"{where}: no frame {act.frame!r}")
        for name in (*act.block, *(n for n in (act.needs, act.follows, act.unless, act.object) if n)):
            if name not in lists:
                raise ResourceError(f"{where}: no list {name!r}")
        if act.said not in {None, "self", "other"}:
            raise ResourceError(f"{where}: said must be self or other")
        if not ontology().knows(act.type, act.mode):
            raise ResourceError(f"{where}: PLOVER has no {act.type}/{act.mode}")
    return found


def _parted(act: Trigger) -> Iterator[Trigger]:
    """Yield a trigger for each particle that its words leave to the end of the clause: "{greifen} ... an"."""
    ends = {phrase: phrase.partition(GAP)[2] or None for phrase in act.words}
    for particle in dict.fromkeys(ends.values()) or (None,):
        words = tuple(phrase.partition(GAP)[0] for phrase in act.words if ends[phrase] == particle)
        yield replace(act, id=f"{act.id}-{particle}" if particle else act.id, words=words, particle=particle)


def _trigger(code: str, row: dict[str, Any]) -> Trigger:
    known = {field.name for field in fields(Trigger)}
    unknown = sorted(set(row) - known)
    if unknown or not {"id", "type", "frame"} <= set(row):
        raise ResourceError(f"lang/{code}/triggers.toml: {row.get('id')}: unknown {unknown} or no id, type, frame")
    values: dict[str, Any] = dict(row)
    for name in ("words", "to", "target"):
        values[name] = tuple(values.get(name, ()))
    for name in ("verbs", "block"):
        values[name] = frozenset(values.get(name, ()))
    values["tenses"] = frozenset(values.get("tenses", DONE))
    return Trigger(**values)
