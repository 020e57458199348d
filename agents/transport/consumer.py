"""The consumer of an embedded broker: reads assigned partitions in turn and parks on a future when they are empty."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from faust.transport.consumer import ensure_TP
from faust.types import TP, ConsumerMessage

from agents.transport.handover import HandoverConsumer
from agents.transport.topic_config import config_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from agents.transport.broker import Broker
    from agents.transport.log import Record
    from agents.transport.memory import Transport

POLL_RECORDS = 500
YIELD_EVERY = 100


class Consumer(HandoverConsumer):
    """A member of a group, or with `client_only` a reader of every partition that belongs to no group."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._broker: Broker = cast("Transport", self.transport).broker
        self._subscription: set[str] = set()
        self._assignment: set[TP] = set()
        self._starts: dict[TP, int] = {}
        self._positions: dict[TP, int] = {}
        self._member_id: str | None = None
        self._turn = 0
        self._is_user = False
        self._delivered: dict[TP, int] = {}
        self._seeks: dict[TP, int] = {}

    # -- service

    async def on_start(self) -> None:
        """Open the log."""
        await super().on_start()
        self._broker.acquire()
        self._is_user = True

    async def on_stop(self) -> None:
        """Commit what was processed, then leave the group."""
        await super().on_stop()
        if self._member_id is not None:
            self._broker.group(self.app.conf.id).leave(self._member_id)
            self._member_id = None
        self._broker.wake()

    async def on_shutdown(self) -> None:
        """Let go of the log."""
        await super().on_shutdown()
        if self._is_user:
            self._is_user = False
            await self._broker.release()

    # -- subscription

    async def subscribe(self, topics: Iterable[str]) -> None:
        """Read these topics; those that do not exist are created where Faust may declare topics."""
        self._subscription = set(topics)
        if self.app.conf.topic_allow_declare:
            for topic in sorted(self._subscription):
                if self._broker.partitions(topic) is None:
                    self._broker.create(topic, config_of(self.app, topic))
        if self.app.client_only:
            known = {topic for topic in self._subscription if self._broker.partitions(topic) is not None}
            self.assign({TP(*slot) for topic in known for slot in self._broker.slots(topic)})
        elif self._member_id is None:
            self._member_id = self._broker.group(self.app.conf.id).join(self)
        else:
            self._broker.group(self.app.conf.id).rebalance()

    def subscription(self) -> set[str]:
        """Topics it wants to read."""
        return set(self._subscription)

    def assignment(self) -> set[TP]:
        """Partitions it reads now."""
        return set(self._assignment)

    def assign(self, partitions: set[TP]) -> None:
        """Read these partitions from their committed offsets, or else as consumer_auto_offset_reset says."""
        self._assignment = set(partitions)
        self._starts = {tp: self._first_offset(tp) for tp in partitions}
        self._positions = dict(self._starts)
        self._delivered = {}

    def _first_offset(self, tp: TP) -> int:
        committed = None if self.app.client_only else self._broker.log.committed(self.app.conf.id).get(tp)
        base, end = self._broker.log.base(tp), self._broker.log.end(tp)
        if committed is not None and committed <= end:
            return max(committed, base)
        return end if self.app.conf.consumer_auto_offset_reset == "latest" else base

    def topic_partitions(self, topic: str) -> int | None:
        """Number of partitions of a topic, None where it is unknown."""
        return self._broker.partitions(topic)

    def key_partition(self, topic: str, key: bytes | None, partition: int | None = None) -> int | None:
        """Return the given partition, or the one the key leads to; None where the topic is unknown."""
        if self._broker.partitions(topic) is None:
            return None
        if partition is not None:
            return partition
        return self.app.producer.key_partition(topic, cast("bytes", key)).partition

    async def create_topic(self, topic: str, partitions: int, replication: int, **kwargs: Any) -> None:
        """Create a topic where it does not exist."""
        await self.app.producer.create_topic(topic, partitions, replication, **kwargs)

    # -- reading

    async def _drain_messages(self, fetcher: Any) -> None:
        """Deliver records to the streams until stopped.

        Faust's own loop keeps delivering what it read before a seek, and then drops as seen what it reads again
        after it: a race of recovery with reading loses records. It also starts two tasks for every record.
        """
        while not (self.should_stop or fetcher.should_stop):
            records, _ = await self._wait_next_records(1.0)
            await asyncio.sleep(0)
            if records:
                await self._deliver(records)

    async def _deliver(self, records: Mapping[TP, list[Any]]) -> None:
        """Deliver a batch, but for what a seek, a pause or a rebalance makes stale meanwhile."""
        generation = self.app.consumer_generation_id
        seeks = {tp: self._seeks.get(tp, 0) for tp in records}
        for tp in records:
            self.app.monitor.track_tp_end_offset(tp, self.highwater(tp))
        for count, (tp, record) in enumerate(self.scheduler.iterate(records), start=1):
            if self.app.consumer_generation_id != generation:
                return
            if not self.flow_active:
                self._take_back(records, seeks)
                return
            if self._seeks.get(tp, 0) != seeks[tp]:
                continue
            if not self._is_wanted(tp):
                self._go_to(tp, record.offset)
                continue
            await self._bridge_gap(tp, record.offset)
            await self._commit_at_times()
            await self.callback(cast("Any", self._to_message(tp, record)))
            if not count % YIELD_EVERY:
                await asyncio.sleep(0)

    def _take_back(self, records: Iterable[TP], seeks: Mapping[TP, int]) -> None:
        """Read what is not delivered again later."""
        for tp in records:
            if self._seeks.get(tp, 0) == seeks[tp] and tp in self._delivered:
                self._go_to(tp, self._delivered[tp])

    def _is_wanted(self, tp: TP) -> bool:
        return self.app.client_only or tp in self._get_active_partitions() or tp in self._buffered_partitions

    async def _bridge_gap(self, tp: TP, offset: int) -> None:
        """Count offsets that cleaning took away as acknowledged, or no commit would get past them."""
        expected = self._delivered.get(tp, offset)
        self._delivered[tp] = offset + 1
        if offset > expected and self.app.topics.acks_enabled_for(tp.topic):
            await self._add_gap(tp, expected, offset - 1)

    async def _commit_at_times(self) -> None:
        if self._commit_every is not None and self._n_acked >= self._commit_every:
            self._n_acked = 0
            await self.commit()

    async def _wait_next_records(
        self,
        timeout: float,  # noqa: ASYNC109 - Faust's signature
    ) -> tuple[Mapping[TP, list[Any]] | None, set[TP] | None]:
        """Wait for records; unlike the base class, without a sleep of 1 s while every partition is paused."""
        if not self.flow_active:
            await self.wait(cast("Any", self.can_resume_flow))
        active = None if self.app.client_only else self._get_active_partitions()
        self.not_waiting_next_records.clear()
        try:
            return await self._getmany(active, timeout), active
        finally:
            self.not_waiting_next_records.set()

    async def _getmany(
        self,
        active_partitions: set[TP] | None,
        timeout: float,  # noqa: ASYNC109 - Faust's signature
    ) -> Mapping[TP, list[Any]]:
        deadline = self.loop.time() + timeout
        while self.flow_active and not self.should_stop:
            records = self._poll(self._assignment if active_partitions is None else active_partitions)
            left = deadline - self.loop.time()
            if records or left <= 0:
                return records
            await self._broker.changed(left)
        return {}

    def _poll(self, partitions: set[TP]) -> dict[TP, list[Record]]:
        """Read on in every partition that has records, an equal share of the poll each."""
        log = self._broker.log
        ready = [tp for tp in self._in_turn(partitions & self._assignment) if self._positions[tp] < log.end(tp)]
        room = self.app.conf.broker_max_poll_records or POLL_RECORDS
        share = max(1, room // max(1, len(ready)))
        records: dict[TP, list[Record]] = {}
        for tp in ready[:room]:
            batch = list(log.read(tp, self._positions[tp], share, self.app.conf.consumer_max_fetch_size))
            self._delivered.setdefault(tp, self._positions[tp])
            self._positions[tp] = batch[-1].offset + 1 if batch else log.end(tp)
            if batch:
                records[tp] = batch
        return records

    def _in_turn(self, partitions: set[TP]) -> Iterator[TP]:
        """Partitions in order, beginning with another one at each call."""
        ordered = sorted(partitions)
        self._turn += 1
        start = self._turn % max(1, len(ordered))
        yield from ordered[start:]
        yield from ordered[:start]

    def _to_message(self, tp: TP, record: Any) -> ConsumerMessage:
        return ConsumerMessage(
            record.topic,
            record.partition,
            record.offset,
            record.timestamp / 1000.0,
            0,
            record.headers,
            record.key,
            record.value,
            None,
            -1 if record.key is None else len(record.key),
            -1 if record.value is None else len(record.value),
            tp,
            generation_id=self.app.consumer_generation_id,
        )

    def _new_topicpartition(self, topic: str, partition: int) -> TP:
        return TP(topic, partition)

    # -- flow: whatever may give a parked reader something to do wakes it

    def resume_flow(self) -> None:
        """Read on."""
        super().resume_flow()
        self._broker.wake()

    def stop_flow(self) -> None:
        """Stop reading."""
        super().stop_flow()
        self._broker.wake()

    def resume_partitions(self, tps: Iterable[TP]) -> None:
        """Read on in paused partitions."""
        super().resume_partitions(tps)
        self._broker.wake()

    def on_buffer_drop(self, tp: TP) -> None:
        """Read on in a partition whose stream has room again."""
        buffered = tp in self._buffered_partitions
        super().on_buffer_drop(tp)
        if buffered:
            self._broker.wake()

    # -- offsets

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        await self._broker.commit(self.app.conf.id, {tp: n for tp, n in offsets.items() if tp in self._assignment})
        return True

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Go back to the committed offsets, or to where reading began; changelogs are left to recovery."""
        committed = {} if self.app.client_only else self._broker.log.committed(self.app.conf.id)
        found: dict[TP, int | None] = {}
        for tp in self._assignment:
            found[tp] = committed.get(tp)
            if tp in committed:
                self._go_to(tp, min(committed[tp], self._broker.log.end(tp)))
            elif not self._is_changelog_tp(tp):
                self._go_to(tp, self._starts[tp])
        return cast("Mapping[TP, int]", found)

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        """Go to these offsets; the read offset goes along, or Faust drops what is read as seen before."""
        for tp, offset in partitions.items():
            await self._seek(tp, offset)
            self._read_offset[ensure_TP(tp)] = offset if offset > 0 else None

    async def _seek(self, partition: TP, offset: int) -> None:
        tp = ensure_TP(partition)
        if tp in self._assignment:
            self._go_to(tp, offset)
            self._broker.wake()

    def _go_to(self, tp: TP, offset: int) -> None:
        """Read from `offset` on; what was read of the partition and is not delivered becomes stale."""
        self._positions[tp] = offset
        self._delivered.pop(tp, None)
        self._seeks[tp] = self._seeks.get(tp, 0) + 1

    async def position(self, tp: TP) -> int | None:
        """Offset to be read next, None where the partition is not assigned."""
        return self._positions.get(ensure_TP(tp))

    def highwater(self, tp: TP) -> int:
        """Next offset of the partition."""
        return self._broker.log.end(tp)

    async def highwaters(self, *partitions: TP) -> Mapping[TP, int]:
        """Next offsets of the partitions."""
        return {ensure_TP(tp): self._broker.log.end(tp) for tp in partitions}

    async def earliest_offsets(self, *partitions: TP) -> Mapping[TP, int]:
        """Earliest offsets of the partitions."""
        return {ensure_TP(tp): self._broker.log.base(tp) for tp in partitions}
