"""Candidates: mentions that read like those of an event but are none of it, each with what the rules have against it.

What reads alike is for the caller to say, for instance by an embedding (`agents/likeness.py`). It only chooses whom the
rules are asked about, and joins nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pipeline.linking.account import against, members
from pipeline.linking.block import KEY_DAYS
from pipeline.linking.period import ordinal
from pipeline.linking.stage import NOT_SO
from schemas.event import Mention

# How like each of the second texts is to the nearest of the first, from -1 to 1.
Likeness = Callable[[Sequence[str], Sequence[str]], Sequence[float]]
# An embedding takes some 50 ms a sentence: ten seconds at most.
MOST_COMPARED = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mention outside an event, how like it reads (-1 to 1), and why it is not of the event."""

    mention: Mention
    likeness: float
    reasons: tuple[str, ...]


def candidates(event_id: str, mentions: Iterable[Mention], likeness: Likeness, most: int) -> list[Candidate]:
    """Return the mentions most like an event that are not of it, the likest first.

    Looked at are the `MOST_COMPARED` nearest by day of publication, a month away at most.

    Raises:
        EventUnknownError: no mention makes this event.
    """
    known = sorted(mentions, key=lambda one: (one.mention_id, one.article_version))
    own = set(members(event_id, known))
    latest = {one.mention_id: one for one in known}
    inside = [one for name, one in latest.items() if name in own]
    outside = _near(inside, [one for name, one in latest.items() if name not in own and _stands(one)])
    if not outside:
        return []
    alike = likeness([_text(one) for one in inside], [_text(one) for one in outside])
    ranked = sorted(zip(alike, outside, strict=True), key=lambda pair: (-pair[0], pair[1].mention_id))[:most]
    return [Candidate(one, degree, against(event_id, one.mention_id, known)) for degree, one in ranked]


def _stands(mention: Mention) -> bool:
    return not mention.withdrawn and not set(NOT_SO) & set(mention.auxiliary)


def _near(inside: Sequence[Mention], outside: Sequence[Mention]) -> list[Mention]:
    """The mentions published nearest to those inside; what has no day of publication is as near as can be."""
    days = [day for one in inside if (day := ordinal(one.published)) is not None]

    def gap(one: Mention) -> int:
        told = ordinal(one.published)
        return 0 if told is None or not days else min(abs(told - day) for day in days)

    near = sorted((gap(one), one.mention_id, number) for number, one in enumerate(outside))
    return [outside[number] for days_apart, _, number in near[:MOST_COMPARED] if days_apart <= KEY_DAYS]


def _text(mention: Mention) -> str:
    return mention.evidence[0].text if mention.evidence else ""
