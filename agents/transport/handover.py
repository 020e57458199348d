"""What a consumer must do when partitions change hands, and Faust's does not."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import TYPE_CHECKING, Any

from faust.transport.consumer import Consumer, ensure_TPset

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from faust.types import TP

logger = logging.getLogger("khabar.handover")

# Seconds between two looks at whether the group still knows a worker that gives its partitions up.
LOOK = 0.2


class HandoverConsumer(Consumer):
    """A consumer that neither repeats nor loses records in a rebalance; for every driver.

    Faust forgets the acknowledgements of the partitions it gives up before it commits: all since the last timed
    commit is processed again. And it reads the partitions it got before recovery has sought their committed
    offsets; when recovery then resumes the flow, the queues of the streams and of the standby tables are emptied,
    and what was in them is dropped as seen when it is read again.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Partitions wait in `_held` until `_open`; `_sought` says that their committed offsets were sought since.
        self._open = self._sought = False
        self._held: set[TP] = set()

    async def wait_empty(self) -> None:
        """Wait until the streams have finished, and commit; Faust skips that where a timed commit is under way."""
        await super().wait_empty()
        while await self.maybe_wait_for_commit_to_finish():
            pass
        await self.commit()

    async def _commit_offsets(self, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:  # noqa: FBT001, FBT002 - Faust's signature
        """Commit, and forget a commit that was refused, which Faust takes for done: nothing would be committed again.

        It is refused when it meets a rebalance; the records then come again or are committed with the next one.
        """
        did_commit = bool(await super()._commit_offsets(offsets, start_new_transaction))
        if not did_commit:
            self._committed_offset.update(dict.fromkeys(offsets))
        return did_commit

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Let the streams finish the records they work on, commit them, and give the partitions up."""
        app: Any = self.app
        assignment = self.assignment()
        if assignment and not app.should_stop:
            self.stop_flow()
            app.flow_control.suspend()
            self.pause_partitions(assignment)
            app.flow_control.clear()
            await self._finish()
        await super().on_partitions_revoked(revoked)

    def is_member(self) -> bool:
        """Say whether the group knows this worker, as far as the worker knows."""
        return True

    async def _finish(self) -> None:
        """Wait until the streams have finished, but end the process where the group has put the worker out.

        Its partitions are another's by then. What it has on its way would land behind what that one writes, as the
        last word on a key: only the end of the process takes a batch back that waits to be sent again.
        """
        finished = asyncio.ensure_future(self.wait_empty())
        try:
            while not finished.done():
                left = sum(not message.acked for message in list(self._unacked_messages))
                if left and not self.is_member():
                    logger.critical("put out of the group with records on their way", extra={"records": left})
                    os._exit(os.EX_TEMPFAIL)
                await asyncio.wait({finished}, timeout=LOOK)
            await finished
        finally:
            finished.cancel()

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Read nothing but what recovery waits for until it has sought the committed offsets."""
        self._open = self._sought = False
        self._held = set()
        await super().on_partitions_assigned(assigned, generation_id)

    def resume_partitions(self, tps: Iterable[TP]) -> None:
        """Read on in paused partitions, as soon as recovery allows."""
        wanted = ensure_TPset(tps)
        if not self._open and not self.app.client_only:
            held = {tp for tp in wanted if not self._is_recovering(tp)}
            if held and not self._held:
                # Faust's fetcher seeks as well, while the flow stands still: only a seek from here on counts.
                self._sought = False
            self._held |= held
            wanted -= held
        super().resume_partitions(wanted)

    def pause_partitions(self, tps: Iterable[TP]) -> None:
        """Stop reading partitions."""
        paused = ensure_TPset(tps)
        self._held -= paused
        super().pause_partitions(paused)

    def _is_recovering(self, tp: TP) -> bool:
        return self._is_changelog_tp(tp) and self.app.assignor.is_active(tp)

    async def perform_seek(self) -> None:
        """Go to the committed offsets."""
        generation = self.app.consumer_generation_id
        await super().perform_seek()
        if self.app.consumer_generation_id == generation:
            self._sought = True

    def resume_flow(self) -> None:
        """Read on; the last thing recovery does after it has sought the committed offsets."""
        if self._sought and self._held:
            self._open = True
            held, self._held = self._held, set()
            super().resume_partitions(held)
        super().resume_flow()
