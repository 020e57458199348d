"""The first document of a feed: how much of what it holds is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipeline.feeds.identity import Diff

if TYPE_CHECKING:
    from pipeline.feeds.parsed import Entry

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def opened(found: Diff, most: int | None, moment: Callable[[Entry], datetime | None]) -> tuple[Diff, int]:
    """Keep the `most` newest changes of a first document, and say how many are withheld.

    What is withheld is known from now on, as version 0: should it change one day, that is its first version. Entries
    without a date count as the oldest; among equals those that stand first are the newest.
    """
    if most is None or len(found.changes) <= most:
        return found, 0
    newest = sorted(found.changes, key=lambda change: moment(change.entry) or _LONG_AGO, reverse=True)
    kept = {change.uri for change in newest[:most]}
    changes = tuple(change for change in found.changes if change.uri in kept)
    articles = {uri: known if uri in kept else replace(known, version=0) for uri, known in found.seen.articles.items()}
    return replace(found, changes=changes, seen=replace(found.seen, articles=articles)), len(found.changes) - most
