"""A message that could not be processed: its original key and bytes, and why (topic news.dead)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DeadReason = Literal["decode", "schema", "too_large", "empty", "timeout", "bug"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A dead letter; on the topic the value is the original value and all else are `dlq.*` headers.

    `id` is a hash of origin topic, partition, offset and stage, so a redelivery does not pile up.
    """

    id: str
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()
    topic: str
    partition: int
    offset: int
    timestamp: float | None = None
    stage: str
    reason: DeadReason
    message: str
    exception: str | None = None
    stacktrace: str | None = None
    attempts: int = 1
    first_failed_at: str | None = None
    app_version: str
