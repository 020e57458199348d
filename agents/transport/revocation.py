"""Commit before partitions are given up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from faust.transport.consumer import Consumer

if TYPE_CHECKING:
    from faust.types import TP


class CommittingConsumer(Consumer):
    """A consumer that commits what it has processed when a rebalance takes its partitions.

    Faust's own forgets the acknowledgements of the partitions first and commits then, so that everything since
    the last timed commit is processed again after each rebalance.
    """

    async def wait_empty(self) -> None:
        """Wait until the streams have finished, and commit; Faust skips that where a timed commit is under way."""
        await super().wait_empty()
        while await self.maybe_wait_for_commit_to_finish():
            pass
        await self.commit()

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Let the streams finish the records they work on, commit them, and give the partitions up."""
        app: Any = self.app
        assignment = self.assignment()
        if assignment and not app.should_stop:
            self.stop_flow()
            app.flow_control.suspend()
            self.pause_partitions(assignment)
            app.flow_control.clear()
            await self.wait_empty()
        await super().on_partitions_revoked(revoked)
