"""A consumer group: its members, and the rebalance that shares the partitions of their topics among them."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Protocol

from aiokafka.coordinator.protocol import ConsumerProtocolMemberMetadata
from faust.types import TP

from agents.transport.log import LogError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from agents.transport.broker import Broker

log = logging.getLogger(__name__)


class Member(Protocol):
    """A consumer as its group sees it."""

    app: Any

    def subscription(self) -> set[str]:
        """Topics it wants to read."""
        ...

    def assignment(self) -> set[TP]:
        """Partitions it reads now."""
        ...

    def assign(self, partitions: set[TP]) -> None:
        """Read these partitions from their committed offsets on."""
        ...

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Finish what was read from the partitions."""
        ...

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Prepare for the partitions."""
        ...


class _Cluster:
    """The view of the topics that Faust's assignor asks for."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def topics(self) -> set[str]:
        return set(self._broker.topics())

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        count = self._broker.partitions(topic)
        return None if count is None else set(range(count))


class Group:
    """Members by id; every change of them leads to one rebalance with the assignor of the first member.

    The rebalance is a task of the broker's, not of a member's: a member that stops must not take it along.
    """

    def __init__(self, broker: Broker, name: str) -> None:
        self.name = name
        self.generation = 0
        self.members: dict[str, Member] = {}
        self._cluster = _Cluster(broker)
        self._joined = 0
        self._stale = False
        self._task: asyncio.Task[None] | None = None

    def join(self, member: Member) -> str:
        """Add a member; its partitions come with a later call of its `on_partitions_assigned`."""
        self._joined += 1
        member_id = f"{member.app.conf.broker_client_id}-{self._joined}"
        self.members[member_id] = member
        self.rebalance()
        return member_id

    def leave(self, member_id: str) -> None:
        """Remove a member; those who stay share its partitions."""
        member = self.members.pop(member_id, None)
        if member is not None:
            member.assign(set())
            self.rebalance()

    def on_topic_created(self, topic: str) -> None:
        """Share the partitions of a new topic that a member waits for."""
        if any(topic in member.subscription() for member in self.members.values()):
            self.rebalance()

    def rebalance(self) -> None:
        """Share the partitions anew, soon; several calls in a row lead to one rebalance."""
        self._stale = True
        if self._task is None or self._task.done() or self._task.get_loop().is_closed():
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        await asyncio.sleep(0)
        while self._stale:
            self._stale = False
            members = dict(self.members)
            try:
                await self._share(members)
            except Exception as error:
                log.exception("Rebalance of group %s failed", self.name)
                for member in members.values():
                    await member.app.crash(error)
                return

    async def _share(self, members: Mapping[str, Member]) -> None:
        self.generation += 1
        for member in members.values():
            member.app.on_rebalance_start()
        await self._revoke(members)
        members = {name: member for name, member in members.items() if name in self.members}
        if not members:
            return
        shares = self._plan(members)
        generation = self.generation
        for name, member in members.items():
            member.assign(shares[name])
            member.app.consumer_generation_id = generation
        await _all(member.on_partitions_assigned(shares[name], generation) for name, member in members.items())

    async def _revoke(self, members: Mapping[str, Member]) -> None:
        """Let every member finish and commit; one that does not in its rebalance timeout is put out of the group."""

        async def revoke(name: str, member: Member) -> None:
            work = asyncio.ensure_future(member.on_partitions_revoked(member.assignment()))
            timeout = member.app.conf.broker_rebalance_timeout
            done, _ = await asyncio.wait({work}, timeout=timeout)
            if done:
                work.result()
                member.assign(set())
                return
            self.members.pop(name, None)
            member.assign(set())
            await member.app.crash(LogError(f"{name} did not finish in {timeout} s: put out of group {self.name}"))

        await _all(revoke(name, member) for name, member in members.items())

    def _plan(self, members: Mapping[str, Member]) -> dict[str, set[TP]]:
        """Ask the assignor of the first member, and tell each member's assignor its share."""
        leader = next(iter(members.values()))
        metadata = {
            name: ConsumerProtocolMemberMetadata(
                member.app.assignor.version,
                sorted(member.subscription()),
                member.app.assignor.metadata(member.subscription()).user_data,
            )
            for name, member in members.items()
        }
        plan = leader.app.assignor.assign(self._cluster, metadata)
        shares = {}
        for name, member in members.items():
            member.app.assignor.on_assignment(plan[name])
            shares[name] = {TP(topic, number) for topic, numbers in plan[name].assignment for number in numbers}
        return shares


async def _all(work: Iterable[Any]) -> None:
    """Wait for every piece of work, then raise the first error among them."""
    for result in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result
