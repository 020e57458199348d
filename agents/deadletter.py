"""What happens to a record that cannot be processed: a dead letter with its bytes, and limits to how many."""

from __future__ import annotations

import hashlib
import traceback
from collections import Counter, deque
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version

from agents.delivery import Outbound
from schemas.deadletter import TOPIC_LIMIT, DeadLetter, DeadReason, to_message
from schemas.replay import replay_of, without_replay

TOPIC = "news.dead"
MEMORY = 1000
HARMLESS: frozenset[DeadReason] = frozenset({"empty"})


class DeadLimitError(RuntimeError):
    """Too many records are dead: something is configured or deployed wrongly. The worker stops."""


class DeadGuard:
    """Stops a stage when too large a share of its records is dead, or too many in a row (after getsentry's arroyo).

    An article without letters counts as alive: the stage has understood it, and no feed shall stop a worker with them.
    """

    def __init__(self, *, ratio: float, in_a_row: int) -> None:
        """Allow a share of the last 1,000 records (1 = any), and so many in a row on a partition (0 = any)."""
        self._ratio = ratio
        self._in_a_row = in_a_row
        self._recent: deque[bool] = deque(maxlen=MEMORY)
        self._dead = 0
        self._runs: Counter[int] = Counter()

    @property
    def share(self) -> float:
        """The share of dead among the latest records."""
        return self._dead / len(self._recent) if self._recent else 0.0

    def count(self, partition: int, reason: DeadReason | None) -> None:
        """Count one record, dead for a reason or alive.

        Raises:
            DeadLimitError: a limit is passed.
        """
        dead = reason is not None and reason not in HARMLESS
        self._check_run(partition, dead=dead)
        self._check_ratio(dead=dead)

    def _check_run(self, partition: int, *, dead: bool) -> None:
        self._runs[partition] = self._runs[partition] + 1 if dead else 0
        if self._in_a_row and self._runs[partition] > self._in_a_row:
            raise DeadLimitError(
                f"{self._runs[partition]} records in a row are dead on partition {partition} "
                f"(setting dead_in_a_row = {self._in_a_row})"
            )

    def _check_ratio(self, *, dead: bool) -> None:
        if len(self._recent) == MEMORY:
            self._dead -= self._recent[0]
        self._recent.append(dead)
        self._dead += dead
        if len(self._recent) == MEMORY and self._dead > self._ratio * MEMORY:
            raise DeadLimitError(
                f"{self._dead} of the last {MEMORY} records are dead (setting dead_ratio = {self._ratio})"
            )


def dead_letter(
    message: object, *, stage: str, reason: DeadReason, text: str, error: BaseException | None
) -> DeadLetter:
    """Describe why a Kafka message (Faust's ConsumerMessage) cannot be processed by a stage."""
    origin = f"{message.topic}\n{message.partition}\n{message.offset}\n{stage}"  # type: ignore[attr-defined]  # Faust's Message is untyped
    headers = tuple((name, bytes(value or b"")) for name, value in message.headers or ())  # type: ignore[attr-defined]
    replay = replay_of(headers)
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    # What is wrong with a record its message says; a trace tells of the code.
    trace = "".join(traceback.format_exception(error)) if error is not None and reason == "bug" else None
    return DeadLetter(
        # A replayed record that dies again is the same letter, tried once more.
        id=replay.id if replay else hashlib.sha256(origin.encode()).hexdigest(),
        key=message.key,  # type: ignore[attr-defined]
        value=message.value,  # type: ignore[attr-defined]
        headers=without_replay(headers),
        topic=message.topic,  # type: ignore[attr-defined]
        partition=message.partition,  # type: ignore[attr-defined]
        offset=message.offset,  # type: ignore[attr-defined]
        timestamp=message.timestamp,  # type: ignore[attr-defined]
        stage=stage,
        reason=reason,
        message=text,
        exception=type(error).__name__ if error is not None else None,
        stacktrace=trace,
        attempts=replay.attempt if replay else 1,
        first_failed_at=(replay and replay.first_failed_at) or now,
        app_version=app_version(),
    )


@cache
def app_version() -> str:
    """Return the version of khabar that runs."""
    return version("khabar-pipeline")


def is_replayed(message: object) -> bool:
    """Say whether a message (Faust's ConsumerMessage) comes from `khabar dlq replay`."""
    return replay_of(tuple(message.headers or ())) is not None  # type: ignore[attr-defined]  # Faust's Message is untyped


def outbound(letter: DeadLetter, limit: int) -> Outbound:
    """Return the record for the dead-letter topic, cut to `limit` bytes."""
    return Outbound(TOPIC, *to_message(letter, min(limit, TOPIC_LIMIT)))
