"""Deliveries in flight: every record a stage sends is confirmed by the broker before its input is acknowledged.

A bounded window of inputs may be in flight at once; they are acknowledged strictly in order. A failed delivery stops
new sends, and everything from the failed input on is sent again in order until the broker takes it, so neither loss
nor a changed order per key can come from a broker that was away (docs/reliability.md).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

logger = logging.getLogger("khabar.delivery")

FIRST_BACKOFF = 0.1
LAST_BACKOFF = 5.0
# Bytes a record needs on the wire beside key, value and headers (batch and record framing), rounded up.
OVERHEAD = 256

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Outbound:
    """A record to be sent; `partition` None lets the key decide."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    partition: int | None = None

    @property
    def size(self) -> int:
        """Bytes on the wire, an upper estimate."""
        head = sum(len(name) + len(value) + 8 for name, value in self.headers)
        return len(self.key or b"") + len(self.value or b"") + head + OVERHEAD


# Hands a record to the producer; the awaited result is a future that resolves when the broker has it.
Produce = Callable[[Outbound], Awaitable[Awaitable[Any]]]


@dataclass(slots=True)
class Pending:
    """An input whose outputs are on their way; `done` is called once all are confirmed."""

    outs: Sequence[Outbound]
    done: Callable[[], Awaitable[None]]
    futures: list[Awaitable[Any]]


class Window:
    """The deliveries in flight of one agent, confirmed in order."""

    def __init__(self, produce: Produce, *, size: int, on_retry: Callable[[], None] = lambda: None) -> None:
        """Keep at most `size` inputs in flight; `on_retry` is called for each delivery that is repeated."""
        self._produce = produce
        self._on_retry = on_retry
        self._pending: deque[Pending] = deque()
        self._room = asyncio.Semaphore(size)
        self._sending = asyncio.Lock()
        self._arrived = asyncio.Event()
        self._inside = 0
        self.retries = 0
        self.last_progress = time.monotonic()

    def __len__(self) -> int:
        """Return how many inputs are in flight, the one that is being handed over included."""
        return self._inside

    async def put(self, outs: Sequence[Outbound], done: Callable[[], Awaitable[None]]) -> Pending:
        """Send the outputs of one input; waits while the window is full, not for the deliveries."""
        await self._room.acquire()
        if not self._inside:
            self.last_progress = time.monotonic()
        self._inside += 1
        async with self._sending:
            # Only what is handed over whole can be confirmed: a hand-over may be cancelled half-way.
            pending = Pending(outs, done, [await self._send(out) for out in outs])
            self._pending.append(pending)
        self._arrived.set()
        return pending

    async def confirm_forever(self) -> None:
        """Confirm and finish the inputs in flight, oldest first, until cancelled."""
        while True:
            while not self._pending:
                self._arrived.clear()
                await self._arrived.wait()
            head = self._pending[0]
            await self._confirm(head)
            await head.done()
            self._pending.popleft()
            self._inside -= 1
            self.last_progress = time.monotonic()
            self._room.release()

    async def _confirm(self, head: Pending) -> None:
        backoff = FIRST_BACKOFF
        while failures := await _failures(head.futures):
            self._count_retry()
            logger.warning(
                "delivery failed, sending again", extra={"error": repr(failures[0]), "in_flight": len(self._pending)}
            )
            async with self._sending:
                await asyncio.sleep(backoff)
                await self._send_again()
            backoff = min(backoff * 2, LAST_BACKOFF)

    def _count_retry(self) -> None:
        self.retries += 1
        self._on_retry()

    async def _send_again(self) -> None:
        for pending in self._pending:
            await _failures(pending.futures)
            pending.futures = [await self._send(out) for out in pending.outs]

    async def _send(self, out: Outbound) -> Awaitable[Any]:
        """Hand one record to the producer, however long it refuses."""
        backoff = FIRST_BACKOFF
        while True:
            try:
                return asyncio.ensure_future(await self._produce(out))
            except Exception as error:  # noqa: BLE001 - any refusal is retried: the input is not acknowledged before
                self._count_retry()
                logger.warning("broker refuses, trying again", extra={"topic": out.topic, "error": repr(error)})
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, LAST_BACKOFF)


async def _failures(futures: Sequence[Awaitable[Any]]) -> list[BaseException]:
    results = await asyncio.gather(*futures, return_exceptions=True)
    return [result for result in results if isinstance(result, BaseException)]
