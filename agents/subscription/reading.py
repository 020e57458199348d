"""Reading one topic, with or without a group, and keeping the places up to which all is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self

from agents.broker import Start, connect
from agents.subscription.start import offsets_at

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from agents.broker import Received
    from agents.config import Settings


class Reading(Protocol):
    """One subscriber's reading of a topic; use it as an asynchronous context manager."""

    async def __aenter__(self) -> Self:
        """Begin."""
        ...

    async def __aexit__(self, *exc: object) -> None:
        """Commit what is done, and end."""
        ...

    def records(self) -> AsyncGenerator[Received, None]:
        """Yield the records."""
        ...

    def done(self, received: Received) -> None:
        """Take a record, and with it all before it in its partition, for processed."""
        ...

    async def commit(self) -> None:
        """Make durable what is done."""
        ...


class Ungrouped:
    """Reads from a starting point on; nothing is remembered."""

    def __init__(self, settings: Settings, topic: str, start: Start, *, follow: bool) -> None:
        """Read a topic from `start`, without `follow` up to its end as it is then."""
        self._broker = connect(settings)
        self._topic, self._start, self._follow = topic, start, follow

    async def __aenter__(self) -> Self:
        """Connect."""
        await self._broker.__aenter__()
        if self._start.at == "end":
            # The end as it is now, and not when the first record is asked for.
            self._start = Start(await offsets_at(self._broker, self._topic, self._start))
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Disconnect."""
        await self._broker.__aexit__(*exc)

    def records(self) -> AsyncGenerator[Received, None]:
        """Yield the records."""
        return self._broker.records(self._topic, self._start, follow=self._follow)

    def done(self, received: Received) -> None:
        """Forget it."""

    async def commit(self) -> None:
        """Remember nothing."""


def open_reading(settings: Settings, topic: str, start: Start, *, group: str | None, follow: bool) -> Reading:
    """Return the reading of a topic for the broker of the settings."""
    if group is None:
        return Ungrouped(settings, topic, start, follow=follow)
    if settings.embedded:
        from agents.subscription.embedded_group import EmbeddedGroup

        return EmbeddedGroup(settings, topic, start, group=group, follow=follow)
    from agents.subscription.kafka_group import KafkaGroup

    return KafkaGroup(settings, topic, start, group=group, follow=follow)
