"""Following the events into the database, over every failure that passes."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import aclosing
from typing import TYPE_CHECKING

from aiokafka.errors import KafkaError

from agents.broker import BrokerError, RefusedError, Start, connect
from agents.sink.batch import Batch, gathered
from agents.sink.database import Database, GoneError, LockedError, UnfitError
from agents.subscription.start import MOST_PARTITIONS

if TYPE_CHECKING:
    from agents.config import Settings

logger = logging.getLogger("khabar.sink")

TOPIC = "news.events"
FIRST_WAIT, LONGEST_WAIT = 0.2, 10.0
PASSING = (GoneError, BrokerError, KafkaError, OSError)


class Sink:
    """The events of a broker on their way into a database."""

    def __init__(self, settings: Settings, database: Database, *, follow: bool, patience: float) -> None:
        """Go on for `patience` seconds in which nothing succeeds; without `follow` stop at the end of the topic."""
        self._settings, self._database = settings, database
        self._follow, self._patience = follow, patience
        self._begun = False
        self._failing_since: float | None = None
        self._wait = FIRST_WAIT

    async def run(self, *, create: bool = False, anew: bool = False) -> None:
        """Write until cancelled, or without `follow` to the end of the topic.

        Args:
            create: Make the tables first.
            anew: Read from the beginning of the topic; the rows that are there stay.

        Raises:
            LockedError: another process is the group.
            GoneError, BrokerError, KafkaError, OSError: the database or the broker stayed away.
            UnfitError, RefusedError: no waiting helps.
        """
        while True:
            try:
                async with self._database as database:
                    if create:
                        await database.create()
                    await database.check()
                    if anew and not self._begun:
                        await database.forget_places()
                    self._begun = True
                    await self._read(database)
            except PASSING as error:
                await self._pause(error)
            else:
                return

    async def _pause(self, error: Exception) -> None:
        """Wait longer each time; raise the error where waiting does not help, or has not helped for long."""
        if isinstance(error, RefusedError) or (isinstance(error, LockedError) and not self._begun):
            raise error
        now = time.monotonic()
        self._failing_since = now if self._failing_since is None else self._failing_since
        if now + self._wait - self._failing_since > self._patience:
            raise error
        logger.warning("waiting", extra={"seconds": self._wait, "why": error})
        await asyncio.sleep(self._wait)
        self._wait = min(2 * self._wait, LONGEST_WAIT)

    async def _read(self, database: Database) -> None:
        places = await database.places()
        async with connect(self._settings) as broker:
            ends = {number: end for (_, number), end in (await broker.end_offsets([TOPIC])).items()}
            beyond = sorted(number for number, offset in places.items() if offset > ends.get(number, offset))
            if beyond:
                raise UnfitError(
                    f"partition {beyond[0]} of {TOPIC} ends at {ends[beyond[0]]}, before {places[beyond[0]]}, up to "
                    "which this group has read: another topic? Use another --group, or read --anew"
                )
            logger.info("ready", extra={"broker": self._settings.broker, "places": places})
            start = Start(dict.fromkeys(range(MOST_PARTITIONS), 0) | places)
            async with (
                aclosing(broker.records(TOPIC, start, follow=self._follow)) as records,
                aclosing(gathered(records)) as batches,
            ):
                async for batch in batches:
                    changed = await database.write(Batch.of(batch))
                    self._failing_since, self._wait = None, FIRST_WAIT
                    logger.debug("written", extra={"records": len(batch), "changed": changed})
