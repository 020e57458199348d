"""Which articles of a replay are sent, in which order and how fast: by the time they were published."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter

from schemas.article import RawArticle

EARLIEST = datetime.min.replace(tzinfo=UTC)


class PlaybackError(ValueError):
    """What was asked for cannot be; the message says why."""


@dataclass(frozen=True, slots=True)
class Playback:
    """The articles published in `[since, until)`, sent `speed` times as fast as they were; 0 = as fast as it goes."""

    since: datetime | None = None
    until: datetime | None = None
    speed: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what has no meaning.

        Raises:
            PlaybackError: the time has no length, or the speed is none.
        """
        if self.since and self.until and self.since >= self.until:
            raise PlaybackError(f"--since {self.since.isoformat()} is not before --until {self.until.isoformat()}")
        if not (math.isfinite(self.speed) and self.speed >= 0):
            raise PlaybackError(
                f"--speed {self.speed} is none: 1 is as fast as published, 60 an hour a minute, 0 unpaced"
            )

    @property
    def by_time(self) -> bool:
        """Whether the articles are sent in the order of their time, else in the order they are read."""
        return bool(self.since or self.until or self.speed)

    def chosen(self, raws: Iterable[RawArticle]) -> Chosen:
        """Choose and order articles; one without a date is in no time, and without bounds follows its predecessor."""
        kept: list[tuple[datetime, RawArticle]] = []
        outside = undated = 0
        last = EARLIEST
        for raw in raws:
            time = published(raw)
            if time is None and (self.since or self.until):
                undated += 1
            elif time is not None and not self._holds(time):
                outside += 1
            else:
                last = time or last
                kept.append((last, raw))
        if self.by_time:
            kept.sort(key=itemgetter(0))
        return Chosen([raw for _, raw in kept], outside, undated)

    def _holds(self, time: datetime) -> bool:
        return (self.since is None or time >= self.since) and (self.until is None or time < self.until)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The articles to send, in order, and how many were left out: published at another time, or nobody knows when."""

    articles: list[RawArticle]
    outside: int = 0
    undated: int = 0


class Pace:
    """Spaces articles like their times of publication, `speed` times as fast, from the first one on."""

    def __init__(self, speed: float) -> None:
        """Never wait at speed 0."""
        self._speed = speed
        self._first: tuple[datetime, datetime] | None = None

    def wait(self, raw: RawArticle, now: datetime) -> float:
        """Return for how many seconds an article is too early; one without a date never is."""
        time = published(raw)
        if not self._speed or time is None:
            return 0.0
        if self._first is None:
            self._first = (time, now)
        begun, start = self._first
        return max(0.0, (time - begun).total_seconds() / self._speed - (now - start).total_seconds())


def published(raw: RawArticle) -> datetime | None:
    """Return when an article was published, the first moment of a day or month; None where it does not say."""
    try:
        time = datetime.fromisoformat(raw.contentcreated or "")
        return time if time.tzinfo else time.replace(tzinfo=UTC)
    except ValueError:
        return None
