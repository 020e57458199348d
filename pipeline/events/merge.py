"""Repeats: one event told several times in an article becomes one draft with several pieces of evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.events.chunks import Chunk
    from pipeline.events.draft import Draft
    from schemas.event import EventDate

# The talks an article is about come up again as "talks": same countries and no other persons.
TALKS = "CONSULT"
MOST_CONTEXTS = 4


def merged(drafts: Iterable[Draft]) -> list[Draft]:
    """Merge repeats; the first telling is kept, later ones add evidence and what it left open."""
    kept: list[Draft] = []
    buckets: dict[tuple[str, tuple[str, ...]], list[Draft]] = {}
    for draft in drafts:
        bucket = buckets.setdefault((draft.event_type, draft.countries), [])
        old = next((one for one in bucket if same(one, draft)), None)
        if old is None:
            bucket.append(draft)
            kept.append(draft)
        else:
            old.repeats.append(draft)
            _complete(old, draft)
    return kept


def same(one: Draft, other: Draft) -> bool:
    """Whether two drafts of one type and one set of countries tell one event."""
    if not _dates_agree(one.date, other.date) or one.historical != other.historical:
        return False
    if one.event_type == TALKS:
        return _modes_agree(one, other) and _persons_agree(one, other)
    if one.act.id != other.act.id and one.cameo != other.cameo:
        return False
    if _voices(one) != _voices(other) and (one.mutual or not _voices(one) & _voices(other)):
        return False
    return _countries(one.actors) == _countries(other.actors) and one.mode == other.mode


def _modes_agree(one: Draft, other: Draft) -> bool:
    apart = {"visit", "phone"}
    return one.mode == other.mode or not apart & {one.mode, other.mode}


def _persons_agree(one: Draft, other: Draft) -> bool:
    """Persons named on both sides must be the same where both tellings name any of one country."""
    for country in one.countries:
        left = [c for c in (*one.actors, *one.recipients) if c.country == country]
        right = [c for c in (*other.actors, *other.recipients) if c.country == country]
        if not any(_may_be_one(a, b) for a in left for b in right):
            return False
    return True


def _may_be_one(one: Chunk, other: Chunk) -> bool:
    """Whether two parties of a country can be the same: by name if both have one, else by office."""
    if one.person and other.person:
        return one.person == other.person
    return not (one.office and other.office) or one.office == other.office


def _voices(draft: Draft) -> set[str]:
    """Persons that act, or speak for a state that does."""
    speaker = {draft.speaker.person} if draft.speaker and draft.speaker.person else set()
    return {c.person for c in draft.actors if c.person} or speaker


def _countries(chunks: Iterable[Chunk]) -> set[str | None]:
    return {c.country for c in chunks}


def _dates_agree(one: EventDate | None, other: EventDate | None) -> bool:
    """Whether two dates may be one; one that is only that of the article agrees with every other."""
    if one is None or other is None or one.basis != "sentence" or other.basis != "sentence":
        return True
    return one.start <= other.end and other.start <= one.end


def share_dates(drafts: list[Draft]) -> None:
    """Give events of the same countries the day that the article states for one of them, if it is of the news."""
    days = {
        draft.countries: draft.date
        for draft in reversed(drafts)
        if draft.date and draft.date.basis == "sentence" and draft.date.precision == "day" and _is_news(draft)
    }
    for draft in drafts:
        day = days.get(draft.countries)
        if day is not None and _is_news(draft) and draft.date is not None and draft.date.basis != "sentence":
            draft.date = replace(day, basis="document")


def _is_news(draft: Draft) -> bool:
    return not draft.historical and not draft.future


def _complete(old: Draft, new: Draft) -> None:
    if old.location is None or (old.location.basis == "dateline" and new.location and new.location.basis == "sentence"):
        old.location = new.location or old.location
    if new.date is not None and new.date.basis == "sentence" and (old.date is None or old.date.basis != "sentence"):
        old.date = new.date
    old.contexts = tuple(sorted({*old.contexts, *new.contexts}))[:MOST_CONTEXTS]
    if old.mode is None and old.event_type == TALKS and new.mode != "visit":
        old.mode = new.mode
        old.cameo = new.cameo if new.mode else old.cameo
