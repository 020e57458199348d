"""Bugs that the harness must find: each is planted in a worker that starts with KHABAR_CHAOS_BUG=<name>.

They are the mistakes one makes with Kafka, put where the shell does it right; nothing outside tests knows of them.
"""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from agents.app import Built
from agents.delivery import Outbound, Pending, Window

BUG, REFUSE = "KHABAR_CHAOS_BUG", "KHABAR_CHAOS_REFUSE"
# What a bug of order puts between two steps that belong together, so that a kill falls there.
GAP_SECONDS = 0.3
EVERY = 40

Done = Callable[[], Awaitable[None]]
_background: set[asyncio.Task[Any]] = set()


async def _nothing() -> None:
    return None


def _start(work: Any) -> None:
    task = asyncio.ensure_future(work)
    _background.add(task)
    task.add_done_callback(_background.discard)


def _put_instead(replacement: Callable[[Window, Any, Sequence[Outbound], Done], Awaitable[Pending]]) -> None:
    real = Window.put

    async def put(self: Window, outs: Sequence[Outbound], done: Done) -> Pending:
        return await replacement(self, real, outs, done)

    Window.put = put  # type: ignore[method-assign]


def ack_before_produce() -> None:
    """The input is acknowledged, and its outputs are sent a moment later."""

    async def put(window: Window, real: Any, outs: Sequence[Outbound], done: Done) -> Pending:
        await done()

        async def later() -> None:
            await asyncio.sleep(GAP_SECONDS)
            await real(window, outs, _nothing)

        _start(later())
        return Pending(outs, done, [])

    _put_instead(put)


def missing_await() -> None:
    """The outputs are sent, and nobody waits whether the broker took them."""

    async def confirm(self: Window, head: Pending) -> None:
        for delivery in head.futures:
            # Asks for the outcome, as a log line would: else asyncio complains of an error that nobody saw.
            asyncio.ensure_future(delivery).add_done_callback(lambda one: one.cancelled() or one.exception())

    Window._confirm = confirm  # type: ignore[method-assign]


def skipped_ack() -> None:
    """Now and then some inputs in a row are finished and never acknowledged."""
    numbers = itertools.count()

    async def put(window: Window, real: Any, outs: Sequence[Outbound], done: Done) -> Pending:
        skipped = next(numbers) % EVERY >= EVERY // 2
        return await real(window, outs, _nothing if skipped else done)

    _put_instead(put)


def skip_on_error() -> None:
    """An error while sending is caught, and the stream goes on."""
    numbers = itertools.count(1)

    async def put(window: Window, real: Any, outs: Sequence[Outbound], done: Done) -> Pending:
        return await real(window, [] if next(numbers) % EVERY == 0 else outs, done)

    _put_instead(put)


def self_duplicate() -> None:
    """Dedup does not ask whose entry it finds: an article that comes again is taken for another one's copy."""
    from pipeline.dedup import stage

    def forgetful(article: Any, state: Any, /) -> Any:
        return list(stage._remembered(article, None, state))

    stage.judge = forgetful
    object.__setattr__(stage.SPEC, "make", lambda: forgetful)


def dead_letter_not_awaited() -> None:
    """Dead letters are sent on the side."""

    async def put(window: Window, real: Any, outs: Sequence[Outbound], done: Done) -> Pending:
        letters = [out for out in outs if out.topic == "news.dead"]
        for letter in letters:
            _start(window._produce(letter))
        return await real(window, [out for out in outs if out not in letters], done)

    _put_instead(put)


def random_id() -> None:
    """The id of a mention is drawn, not computed."""
    from pipeline.events import mentions

    mentions.identifier = lambda recipe: f"m1_{os.urandom(12).hex()}"


BUGS: dict[str, Callable[[], None]] = {
    bug.__name__: bug
    for bug in (
        ack_before_produce,
        missing_await,
        skipped_ack,
        skip_on_error,
        self_duplicate,
        dead_letter_not_awaited,
        random_id,
    )
}


def refuse_every(number: int) -> None:
    """No bug: let every so-manyth delivery fail, as when a broker refuses a batch."""
    real, numbers = Built.produce, itertools.count(1)

    async def produce(self: Built, out: Outbound) -> Awaitable[Any]:
        if next(numbers) % number:
            return await real(self, out)
        refused: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        refused.set_exception(ConnectionError("planted: the broker refuses this one"))
        return refused

    Built.produce = produce  # type: ignore[method-assign]


def plant(environ: dict[str, str] | os._Environ[str]) -> None:
    """Plant what the environment asks for."""
    if BUG in environ:
        BUGS[environ[BUG]]()
    if REFUSE in environ:
        refuse_every(int(environ[REFUSE]))
