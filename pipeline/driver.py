"""Run the stages over articles in one process, without a broker: what Kafka Streams calls a TopologyTestDriver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any
from zlib import crc32

from pipeline.source import site_key
from pipeline.stage import Drop, Effect, Emit, Put, Reject
from pipeline.topology import StageName, StageSpec, stages
from schemas import codec
from schemas.article import RawArticle
from schemas.event import Event
from schemas.topics import topics

Spec = StageSpec[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A record that a stage understood and that leads to nothing."""

    stage: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that could not be processed: a dead letter on a broker. `stage` is "source" before the first stage."""

    stage: str
    reason: str
    message: str
    record: Any = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record on its way through the stages."""

    emitted: Mapping[StageName, tuple[Emit[Any], ...]]
    dropped: tuple[Dropped, ...] = ()
    rejected: tuple[Rejected, ...] = ()

    def records(self, stage: StageName) -> tuple[Any, ...]:
        """The records a stage emitted."""
        return tuple(emit.value for emit in self.emitted.get(stage, ()))

    def without_records(self) -> Outcome:
        """The outcome without the rejected records themselves, to hand on to another process."""
        return replace(self, rejected=tuple(replace(one, record=None) for one in self.rejected))


@dataclass(slots=True)
class Tally:
    """What a stage did with its records: `seen = passed + dropped + dead`; `out` counts the records it emitted."""

    seen: int = 0
    passed: int = 0
    out: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    dead: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: Outcome) -> None:
        """Count what one stage made of one record."""
        emitted = sum(len(emits) for emits in outcome.emitted.values())
        self.seen += 1
        self.out += emitted
        self.passed += bool(emitted)
        self.dropped.update(drop.reason for drop in outcome.dropped)
        self.dead.update(rejected.reason for rejected in outcome.rejected)

    @property
    def adds_up(self) -> bool:
        """Whether every record has exactly one fate."""
        return self.seen == self.passed + self.dropped.total() + self.dead.total()


class Counts(dict[str, Tally]):
    """A tally a stage, by name, in the order of the stages."""

    def of(self, stage: str) -> Tally:
        """Return the tally of a stage, an empty one at first."""
        return self.setdefault(stage, Tally())

    @property
    def adds_up(self) -> bool:
        """Whether the counts of every stage add up."""
        return all(tally.adds_up for tally in self.values())


@dataclass(slots=True)
class Step:
    """One stage at work: its function, and the state of every partition of its source."""

    spec: Spec
    views: list[MutableMapping[str, Any]]
    call: Any
    json_state: bool
    strict: bool

    def effects(self, record: Any, partition: int) -> list[Effect[Any, Any]]:
        """Ask the stage; a bug in it is a rejection unless the driver is strict."""
        try:
            return list(self.call(record, self.views[partition]))
        except Exception as error:
            if self.strict:
                raise
            return [Reject("bug", f"{type(error).__name__}: {error}")]

    def put(self, effect: Put[Any], partition: int) -> None:
        """Keep or forget a state; in JSON mode it comes back as a table on a broker would give it."""
        view = self.views[partition]
        if effect.state is None:
            view.pop(effect.key, None)
        elif self.json_state and self.spec.state is not None:
            view[effect.key] = codec.decode(self.spec.state, codec.encode(effect.state))
        else:
            view[effect.key] = effect.state


class Driver:
    """Feeds articles through stages and holds their state.

    `specs` may be any run of consecutive stages. With `json_state` every state passes the codec on its way into
    the view. With `strict` a bug in a stage is raised, else it is a rejection as on a broker.
    """

    def __init__(
        self,
        specs: Iterable[Spec] | None = None,
        *,
        partitions: Mapping[str, int] | None = None,
        json_state: bool = False,
        strict: bool = False,
    ) -> None:
        given = tuple(stages() if specs is None else specs)
        numbers = partitions or {name: topic.partitions for name, topic in topics().items()}
        self.counts = Counts()
        self._partitions = numbers
        self._events: dict[str, Event] = {}
        self._steps = [
            Step(spec, [spec.view() for _ in range(numbers[spec.source])], spec.make(), json_state, strict)
            for spec in given
        ]
        for spec in given:
            self.counts.of(spec.name)

    def feed(self, raw: RawArticle) -> Outcome:
        """Run an article through all stages."""
        return self.run(Emit(site_key(raw), raw))

    def feed_bytes(self, data: bytes) -> Outcome:
        """Decode a value of news.raw and run it; what cannot be decoded is rejected at the source."""
        try:
            raw = codec.decode(RawArticle, data)
        except codec.DecodeError as error:
            tally = self.counts.of("source")
            tally.seen += 1
            tally.dead[error.reason] += 1
            return Outcome({}, rejected=(Rejected("source", error.reason, str(error), data),))
        return self.feed(raw)

    def run(self, message: Emit[Any]) -> Outcome:
        """Run a message of the first stage's source through all stages."""
        emitted: dict[StageName, tuple[Emit[Any], ...]] = {}
        dropped: list[Dropped] = []
        rejected: list[Rejected] = []
        batch: tuple[Emit[Any], ...] = (message,)
        for step in self._steps:
            batch = tuple(emit for one in batch for emit in self._step(step, one, dropped, rejected))
            emitted[step.spec.name] = batch
        self._keep(batch)
        return Outcome(emitted, tuple(dropped), tuple(rejected))

    def events(self) -> dict[str, Event]:
        """The compacted view of the output: the last record of every event, by event id."""
        return {key: self._events[key] for key in sorted(self._events)}

    def partition(self, topic: str, message: Emit[Any]) -> int:
        """The partition of a topic that a message goes to."""
        number = crc32(message.key.encode("utf-8", "surrogatepass")) if message.partition is None else message.partition
        return number % self._partitions[topic]

    def state(self, stage: StageName) -> list[MutableMapping[str, Any]]:
        """The state of a stage, a mapping a partition of its source."""
        return next(step.views for step in self._steps if step.spec.name == stage)

    def _step(
        self, step: Step, message: Emit[Any], dropped: list[Dropped], rejected: list[Rejected]
    ) -> list[Emit[Any]]:
        partition = self.partition(step.spec.source, message)
        effects = step.effects(message.value, partition)
        tally, name = self.counts.of(step.spec.name), step.spec.name
        tally.seen += 1
        refusal = next((effect for effect in effects if isinstance(effect, Reject)), None)
        if refusal is not None:
            tally.dead[refusal.reason] += 1
            rejected.append(Rejected(name, refusal.reason, refusal.message, message.value))
            return []
        for effect in effects:
            if isinstance(effect, Put):
                step.put(effect, partition)
        emits = [effect for effect in effects if isinstance(effect, Emit)]
        if emits:
            tally.passed += 1
            tally.out += len(emits)
        else:
            reason = next((effect.reason for effect in effects if isinstance(effect, Drop)), "no effect")
            tally.dropped[reason] += 1
            dropped.append(Dropped(name, reason))
        return emits

    def _keep(self, batch: Iterable[Emit[Any]]) -> None:
        for emit in batch:
            if isinstance(emit.value, Event):
                self._events[emit.key] = emit.value
