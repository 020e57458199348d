"""Clauses of a sentence in a verb-final language: everything up to and including a predicate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.events.predicates import CLOSERS, QUOTES, VerbGroup, group_at, inverted, postposed

if TYPE_CHECKING:
    from pipeline.events.chart import Chart
    from pipeline.events.grammar import Grammar

COMPLEMENT, RELATIVE, COORDINATE, PURPOSE, CONDITION, CAUSE = (
    "complement", "relative", "coordinate", "purpose", "condition", "cause",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clause:
    """Tokens [start, end); `link` says how it hangs on the one before.

    `group` is its predicate, None for a rest without one; `groups` also holds those inside that end nothing.
    """

    start: int
    end: int
    group: VerbGroup | None
    link: str
    groups: tuple[VerbGroup, ...] = ()


def clauses(chart: Chart, grammar: Grammar, start: int, end: int) -> list[Clause]:
    """Cut tokens [start, end) into clauses.

    Headlines put the noun of the act behind its verb, or leave the verb out before a comma.
    """
    bare = not grammar.ergative
    headline = chart.kind == "title"
    found: list[Clause] = []
    first, link = _skip(chart, start, end)
    groups: list[VerbGroup] = []
    verbs, connectives = chart.hits["verb"], chart.hits["connective"]
    i = first
    while i < end:
        group = group_at(chart, i, end) if i in verbs else None
        turned = None
        if headline and i in verbs and (group is None or not group.finite or chart.word(group.end) in QUOTES):
            turned = inverted(chart, i, end) or postposed(chart, i, end)
        if turned is not None:
            group, after = turned
            found.append(Clause(first, after, group, link, (*groups, group)))
            first, link = _skip(chart, after, end)
            groups, i = [], first
            continue
        if headline and not groups and i > first and _noun_closes(chart, i):
            found.append(Clause(first, i, None, link))
            first, link = _skip(chart, i, end)
            i = first
            continue
        if group is not None:
            groups.append(group)
            i = group.end
            if group.finite or group.tense == "participle":
                found.append(Clause(first, i, group, link, tuple(groups)))
                first, link = _skip(chart, i, end)
                groups, i = [], first
            continue
        # Without a verb before it, the word for "that" belongs to what follows: "the call THAT she made".
        if i > first and i in connectives and COMPLEMENT in connectives[i][1] and (groups or not bare):
            found.append(Clause(first, i, None, link, tuple(groups)))
            first, link = _skip(chart, i, end)
            groups, i = [], first
            continue
        i += 1
    if first < end:
        found.append(Clause(first, end, None, link, tuple(groups)))
    return found


def _noun_closes(chart: Chart, i: int) -> bool:
    """Whether the noun of an act ends before the comma at token i: "Iran's warning to Israel, ..."."""
    if chart.word(i) not in CLOSERS:
        return False
    return any((hit := chart.hit("trigger", i - back)) is not None and hit[0] == i for back in (1, 2, 3))


def _skip(chart: Chart, i: int, end: int) -> tuple[int, str]:
    """Skip punctuation and connectives before a clause; the strongest connective names the link."""
    links: list[str] = []
    while i < end:
        hit = chart.hit("connective", i)
        if hit is not None:
            links.append(hit[1][0])
            if hit[1][0] == RELATIVE:
                return i, _strongest(links)
            i = hit[0]
        elif chart.word(i) in CLOSERS:
            i += 1
        else:
            break
    return i, _strongest(links)


def _strongest(links: list[str]) -> str:
    for name in (COMPLEMENT, CONDITION, PURPOSE, CAUSE, RELATIVE):
        if name in links:
            return name
    return COORDINATE
