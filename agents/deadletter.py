"""What happens to a record that cannot be processed: a dead letter with its bytes, and a limit to how many."""

from __future__ import annotations

import hashlib
import traceback
from collections import deque
from datetime import UTC, datetime
from importlib.metadata import version

from agents.delivery import Outbound
from schemas.deadletter import TOPIC_LIMIT, DeadLetter, DeadReason, to_message

TOPIC = "news.dead"
MEMORY = 1000


class DeadLimitError(RuntimeError):
    """Too large a share of the records is dead: something is configured or deployed wrongly. The worker stops."""


class DeadGuard:
    """Stops a stage when more than `ratio` of its last 1,000 records were dead (after getsentry/arroyo's DlqLimit)."""

    def __init__(self, ratio: float) -> None:
        """Allow `ratio`, 0 to 1."""
        self._ratio = ratio
        self._recent: deque[bool] = deque(maxlen=MEMORY)
        self._dead = 0

    def count(self, *, dead: bool) -> None:
        """Count one record.

        Raises:
            DeadLimitError: the limit is passed.
        """
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
    trace = "".join(traceback.format_exception(error)) if error is not None else None
    return DeadLetter(
        id=hashlib.sha256(origin.encode()).hexdigest(),
        key=message.key,  # type: ignore[attr-defined]
        value=message.value or b"",  # type: ignore[attr-defined]
        headers=tuple((name, bytes(value or b"")) for name, value in message.headers or ()),  # type: ignore[attr-defined]
        topic=message.topic,  # type: ignore[attr-defined]
        partition=message.partition,  # type: ignore[attr-defined]
        offset=message.offset,  # type: ignore[attr-defined]
        timestamp=message.timestamp,  # type: ignore[attr-defined]
        stage=stage,
        reason=reason,
        message=text,
        exception=type(error).__name__ if error is not None else None,
        stacktrace=trace,
        first_failed_at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        app_version=version("khabar-pipeline"),
    )


def outbound(letter: DeadLetter, limit: int) -> Outbound:
    """Return the record for the dead-letter topic, cut to `limit` bytes."""
    return Outbound(TOPIC, *to_message(letter, min(limit, TOPIC_LIMIT)))
