"""The one shell around all stages: decode, run the stage, perform its effects, acknowledge last.

Only this module touches acknowledgements. Faust's plain `async for` acknowledges a record even when its processing
failed (docs/reliability.md), so the stream is read without automatic acks, every output and every state change is
confirmed by the broker, and only then the input is acknowledged, in order of offsets. What cannot be processed becomes
a dead letter with its original bytes. An error of the shell itself ends the worker with the record unacknowledged.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agents.deadletter import DeadGuard, dead_letter, is_replayed, outbound
from agents.delivery import Headers, Outbound, Window
from agents.failpoints import failpoint
from agents.monitor.observation import StageObserver
from pipeline.stage import Drop, Effect, Emit, Put, Reject
from schemas.codec import DecodeError, decode, encode
from schemas.headers import headers_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agents.app import Built
    from agents.monitor.observation import Observation
    from agents.state import StateTable
    from pipeline.topology import StageSpec
    from schemas.deadletter import DeadReason

logger = logging.getLogger("khabar.shell")


@dataclass(slots=True)
class StageCounts:
    """What became of the records of a stage: received = passed + dropped + dead once nothing is in flight."""

    received: int = 0
    passed: int = 0
    emitted: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    dead: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a record cannot be processed."""

    reason: DeadReason
    text: str
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a record leads to, encoded: outputs, and state with its changelog records."""

    outs: list[Outbound] = field(default_factory=list)
    puts: list[tuple[Put[Any], Outbound]] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)

    @property
    def records(self) -> list[Outbound]:
        """All that is to be sent."""
        return [*self.outs, *(record for _, record in self.puts)]


class Shell:
    """A stage attached to a Faust app."""

    def __init__(
        self,
        spec: StageSpec[Any, Any, Any],
        built: Built,
        state: StateTable[Any] | None,
        partitions: int,
    ) -> None:
        """Run `spec` in an app; `partitions` is the number of partitions of its sink."""
        settings = built.settings
        self.spec = spec
        self.counts = StageCounts()
        self.state = state
        self.window: Window | None = None
        self.observer = StageObserver(spec.name, built.metrics)
        self.guard = DeadGuard(ratio=settings.dead_ratio, in_a_row=settings.dead_in_a_row)
        self._settings = settings
        self._produce = built.produce
        self._partitions = partitions
        self._stage = spec.make()

    async def run(self, stream: Any) -> None:
        """Process a Faust stream until it ends; raises when the worker must stop unacknowledged."""
        self.window = Window(self._produce, size=self._settings.in_flight, on_retry=self.observer.retried)
        self.observer.begin()
        confirmer = asyncio.create_task(self.window.confirm_forever(), name=f"confirm-{self.spec.name}")
        reader = asyncio.create_task(self._read(stream.noack(), self.window), name=f"read-{self.spec.name}")
        try:
            done, _ = await asyncio.wait({confirmer, reader}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (reader, confirmer):
                task.cancel()
            await asyncio.gather(reader, confirmer, return_exceptions=True)

    async def _read(self, stream: Any, window: Window) -> None:
        async for event in stream.events():
            await self._process(event, stream, window)

    async def _process(self, event: Any, stream: Any, window: Window) -> None:
        self.counts.received += 1
        seen = self.observer.take(event.message)
        states, outs = self._perform(seen)
        name = self.spec.name

        async def done() -> None:
            await failpoint("before_ack", name)
            await stream.ack(event)
            seen.acknowledged()

        if states:
            await self._send_states(states, window)
        pending = await window.put(outs, done)
        await failpoint("after_produce", name, pending.futures)

    async def _send_states(self, states: list[Outbound], window: Window) -> None:
        """Send state before the outputs, as an entry of its own in the window: both are confirmed before the ack."""

        async def nothing() -> None:
            return None

        pending = await window.put(states, nothing)
        await failpoint("after_state", self.spec.name, pending.futures)

    def _perform(self, seen: Observation) -> tuple[list[Outbound], list[Outbound]]:
        """Turn a message into changelog records and outputs; counts what became of it."""
        message, plan = seen.message, self._plan(seen)
        if not is_replayed(message):
            self.guard.count(message.partition, plan.reason if isinstance(plan, Failure) else None)
        if isinstance(plan, Failure):
            return [], [self._dead(seen, plan)]
        if self.state is not None:
            for put, record in plan.puts:
                self.state.keep(message.partition, put.key, put.state, record)
        self.counts.emitted += len(plan.outs)
        self.counts.passed += bool(plan.outs)
        self.counts.dropped.update(() if plan.outs else plan.dropped[:1] or ("silent",))
        seen.decided()
        return [record for _, record in plan.puts], plan.outs

    def _plan(self, seen: Observation) -> Plan | Failure:
        """Say what is to be done about a message; nothing is done, kept or counted yet."""
        effects = self._effects(seen)
        if isinstance(effects, Failure):
            return effects
        seen.effects = effects
        try:
            return self._encoded(effects, seen)
        except Exception as error:
            logger.exception("effects cannot be written", extra=seen.fields)
            return Failure("bug", repr(error), error)

    def _effects(self, seen: Observation) -> list[Effect[Any, Any]] | Failure:
        message = seen.message
        value: bytes = message.value or b""
        if len(value) > self._settings.max_record_bytes:
            return Failure("too_large", f"{len(value)} bytes, at most {self._settings.max_record_bytes} are taken")
        try:
            record = seen.record = decode(self.spec.record, value)
        except DecodeError as error:
            return Failure(error.reason, str(error), error)
        view = self.state.view(message.partition) if self.state is not None else {}
        try:
            return list(self._stage(record, view))
        except Exception as error:
            logger.exception("stage failed", extra=seen.fields)
            return Failure("bug", repr(error), error)

    def _encoded(self, effects: Iterable[Effect[Any, Any]], seen: Observation) -> Plan | Failure:
        plan = Plan()
        for effect in effects:
            match effect:
                case Emit():
                    plan.outs.append(self._emit(effect, seen))
                case Put():
                    plan.puts.append((effect, self._changelog(effect, seen.message.partition)))
                case Drop(reason=reason):
                    plan.dropped.append(reason)
                case Reject(reason=reason, message=text):
                    return Failure(_dead_reason(reason), text)
        largest = max((out.size for out in plan.records), default=0)
        if largest > self._settings.max_message_bytes:
            return Failure(
                "too_large", f"an output of {largest} bytes, at most {self._settings.max_message_bytes} go on a topic"
            )
        return plan

    def _emit(self, effect: Emit[Any], seen: Observation) -> Outbound:
        wanted = None if effect.partition is None else effect.partition % self._partitions
        headers: Headers = tuple({**dict(headers_for(effect.value, key=effect.key)), **dict(seen.headers)}.items())
        return Outbound(self.spec.sink, effect.key.encode("utf-8", "replace"), encode(effect.value), headers, wanted)

    def _changelog(self, put: Put[Any], partition: int) -> Outbound:
        if self.state is None:
            raise TypeError(f"stage {self.spec.name} puts state, and declares none")
        return self.state.record(partition, put.key, put.state)

    def _dead(self, seen: Observation, failure: Failure) -> Outbound:
        self.counts.dead[failure.reason] += 1
        seen.died(failure.reason)
        why = {"outcome": "dead", "reason": failure.reason, "why": failure.text}
        logger.warning("dead letter", extra={**seen.fields, **why})
        letter = dead_letter(
            seen.message, stage=self.spec.name, reason=failure.reason, text=failure.text, error=failure.error
        )
        return outbound(letter, self._settings.max_message_bytes)


def _dead_reason(reason: str) -> DeadReason:
    known: dict[str, DeadReason] = {
        "empty": "empty",
        "decode": "decode",
        "schema": "schema",
        "too_large": "too_large",
        "timeout": "timeout",
    }
    return known.get(reason, "bug")
