"""Reads the topics onto the board, each from some days ago on, and begins again where a broker went away."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiokafka.errors import KafkaError

from agents.broker import BrokerError, Received, Start, connect
from agents.web.health import Reading, sample_forever
from schemas.codec import DecodeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from agents.config import Settings
    from agents.web.board import Board
    from agents.web.health import Health

logger = logging.getLogger("khabar.web")

DAY = 86_400.0
TURN = 32
"""Records taken before others have their turn of the event loop."""
PAUSE, LONGEST_PAUSE = 0.5, 30.0


@dataclass(frozen=True, slots=True)
class Feed:
    """The topics of a broker, read onto a board."""

    settings: Settings
    board: Board
    health: Health

    async def run(self, days: float) -> None:
        """Read all topics from `days` ago on, until cancelled."""
        since = time.time() - days * DAY
        takers: dict[str, Callable[[Received], None]] = {
            "news.events": self._take_event,
            "news.mentions": lambda received: self.board.take_mention(received.value or b""),
            "news.unique": lambda received: self.board.take_article(received.value or b""),
            "news.dead": self.health.take_dead,
            "news.feeds": lambda received: self.health.take_feed(received.value or b""),
        }
        async with asyncio.TaskGroup() as group:
            for topic, take in takers.items():
                group.create_task(self._follow(topic, take, since))
            group.create_task(sample_forever(self.settings, self.health))

    def _take_event(self, received: Received) -> None:
        self.board.take_event(received.value or b"", received.timestamp)
        self.health.take_event(received.value or b"", received.timestamp)

    async def _follow(self, topic: str, take: Callable[[Received], None], since: float) -> None:
        """Read one topic for ever; what is read twice changes nothing on the board."""
        reading = self.health.readings.setdefault(topic, Reading())
        pause = PAUSE
        while True:
            try:
                async with connect(self.settings) as broker:
                    async for received in broker.records(topic, Start(since), follow=True):
                        pause, reading.fault = PAUSE, None
                        self._taken(received, take, reading)
                        if reading.taken % TURN == 0:
                            await asyncio.sleep(0)
            except (BrokerError, KafkaError, OSError) as error:
                if reading.fault is None:
                    logger.warning("cannot read", extra={"topic": topic, "why": error})
                reading.fault = str(error)
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    def _taken(self, received: Received, take: Callable[[Received], None], reading: Reading) -> None:
        self.health.took(received)
        try:
            take(received)
        except DecodeError:
            reading.refused += 1
