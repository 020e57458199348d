"""Accounts: why the mentions of an event are one, and why another mention is none of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.blocks import block_key
from pipeline.linking.atom import Atom
from pipeline.linking.block import Block
from pipeline.linking.bond import Bond, tie
from pipeline.linking.cluster import Cluster, clusters
from pipeline.linking.report import Report, report
from pipeline.linking.stage import NOT_SO
from pipeline.linking.veto import VETOES
from schemas.event import Mention

SAME_KEY = "all that could tell them apart is the same"
ANOTHER = "nothing keeps it apart, but another event has more in common with it"
SAME_DAY = "countries, type and day agree, and nothing keeps them apart"


@dataclass(frozen=True, slots=True)
class Join:
    """A report of an event, what it joined, and the reasons; the first report joined nothing."""

    report: Report
    to: str | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """An event as its mentions make it; `vetoes` are those that were asked of every two of its reports."""

    event_id: str
    block: str
    joins: tuple[Join, ...]
    vetoes: tuple[str, ...] = tuple(VETOES)


class EventUnknownError(LookupError):
    """None of the mentions at hand is of the event, or has the id."""


def account(event_id: str, mentions: Iterable[Mention]) -> Account:
    """Tell how the mentions of an event came together; the id may be one that was merged.

    Raises:
        EventUnknownError: no mention makes this event.
    """
    block, cluster = _find(event_id, list(mentions))
    joins = [join for number, atom in enumerate(cluster) for join in _joins(atom, cluster[:number])]
    return Account(cluster[0].event_key, block, tuple(joins))


def members(event_id: str, mentions: Iterable[Mention]) -> tuple[str, ...]:
    """Return the ids of the mentions of an event, in their order in it.

    Raises:
        EventUnknownError: no mention makes this event.
    """
    _, cluster = _find(event_id, list(mentions))
    return tuple(r.mention_id for atom in cluster for r in atom.reports)


def against(event_id: str, mention_id: str, mentions: Iterable[Mention]) -> tuple[str, ...]:
    """Say why a mention is not of an event, by each of the event's reports that excludes it.

    Raises:
        EventUnknownError: there is no such event or mention.
    """
    known = list(mentions)
    told = [one for one in known if one.mention_id == mention_id]
    if not told:
        raise EventUnknownError(f"no mention {mention_id} at hand")
    other = max(told, key=lambda one: one.article_version)
    block, cluster = _find(event_id, known)
    if any(r.mention_id == mention_id for atom in cluster for r in atom.reports):
        return ("it is of this event",)
    if other.withdrawn or set(NOT_SO) & set(other.auxiliary):
        return ("its article tells it no more, or as what did not happen",)
    if block_key(other) != block:
        apart = f"another type or other countries: {block_key(other)}, not {block}"
        return (apart, *_objections(cluster, Atom("", [report(other)]), otherwise="all else agrees"))
    return _objections(cluster, _atom_of(mention_id, block, known) or Atom("", [report(other)]))


def _objections(cluster: Cluster, atom: Atom, otherwise: str = ANOTHER) -> tuple[str, ...]:
    ties = [(member, tie(member, atom)) for member in cluster]
    objections = [f"{found}: against {_name(member)}" for member, found in ties if isinstance(found, str)]
    return tuple(objections) or (otherwise,)


def _joins(atom: Atom, earlier: Sequence[Atom]) -> list[Join]:
    first, *others = atom.reports
    ties = [(found, member) for member in earlier if isinstance(found := tie(member, atom), Bond)]
    if ties:
        strongest, member = max(ties, key=lambda pair: pair[0])
        joined = Join(first, _name(member), strongest.grounds or (SAME_DAY,))
    else:
        joined = Join(first, None, ())
    return [joined, *(Join(r, first.mention_id, (SAME_KEY,)) for r in others)]


def _find(event_id: str, mentions: Sequence[Mention]) -> tuple[str, Cluster]:
    for key in sorted({block_key(one) for one in mentions}):
        for cluster in _clusters(key, mentions):
            if any(atom.event_key == event_id for atom in cluster):
                return key, cluster
    raise EventUnknownError(f"no mention at hand is of the event {event_id}")


def _atom_of(mention_id: str, block: str, mentions: Sequence[Mention]) -> Atom | None:
    atoms = (atom for cluster in _clusters(block, mentions) for atom in cluster)
    return next((atom for atom in atoms if any(r.mention_id == mention_id for r in atom.reports)), None)


def _clusters(key: str, mentions: Sequence[Mention]) -> list[Cluster]:
    block = Block()
    for one in mentions:
        if block_key(one) != key or set(NOT_SO) & set(one.auxiliary):
            continue
        block = block.standing(one).minus(one) if one.withdrawn else block.without(one).plus(report(one))
    return clusters(block.telling().atoms.values())


def _name(atom: Atom) -> str:
    return atom.reports[0].mention_id
