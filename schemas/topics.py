"""The topics, one file each in topics/: what is on them, who writes and reads them, and how Kafka is to keep them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from schemas.codec import DecodeError, build
from schemas.deadletter import TOPIC_LIMIT as MAX_MESSAGE_BYTES
from schemas.records import RECORDS

DAY_MS = 86_400_000


class TopicError(ValueError):
    """A topic's file is malformed; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSpec:
    """A topic as declared.

    `key`, `partition_by` and `notes` are for people; `partition_by` is None where the key decides the partition.
    `record` is a name in `schemas.records.RECORDS`. `retention_days` is None where the topic is compacted.
    """

    name: str
    summary: str
    notes: str = ""
    key: str
    partition_by: str | None = None
    record: str
    version: str
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    public: bool
    partitions: int
    cleanup: Literal["delete", "compact"]
    retention_days: int | None = None

    @property
    def record_type(self) -> type:
        """The class of the record on the topic."""
        return RECORDS[self.record]

    def config(self, replicas: int = 1) -> dict[str, str]:
        """Give Kafka's topic configuration for a replication factor."""
        kept = _compacted() if self.cleanup == "compact" else _deleted(self.retention_days or 0)
        return {
            "cleanup.policy": self.cleanup,
            # Every client reads gzip without a further package.
            "compression.type": "gzip",
            "max.message.bytes": str(MAX_MESSAGE_BYTES),
            # The broker's time: a wrong clock at a producer cannot make retention take a message early.
            "message.timestamp.type": "LogAppendTime",
            "min.insync.replicas": str(max(1, min(2, replicas - 1))),
            "unclean.leader.election.enable": "false",
            **kept,
        }


@cache
def topics() -> dict[str, TopicSpec]:
    """Give all topics by name, sorted by it.

    Raises:
        TopicError: a file is malformed.
    """
    found = sorted(
        (f for f in (files("schemas") / "topics").iterdir() if f.name.endswith(".toml")), key=lambda f: f.name
    )
    specs = [_spec(file.name, file.read_text(encoding="utf-8")) for file in found]
    return {spec.name: spec for spec in specs}


def _spec(file: str, text: str) -> TopicSpec:
    try:
        table: dict[str, Any] = tomllib.loads(text)
        spec = build(TopicSpec, table)
    except (tomllib.TOMLDecodeError, DecodeError) as error:
        raise TopicError(f"{file}: {error}") from error
    fault = _fault(file, spec)
    if fault:
        raise TopicError(f"{file}: {fault}")
    return spec


def _fault(file: str, spec: TopicSpec) -> str | None:
    """Say what is wrong with a topic."""
    checks: dict[str, bool] = {
        "its file must be named after it": file == f"{spec.name}.toml",
        f"no record {spec.record!r}": spec.record in RECORDS,
        "partitions must be at least 1": spec.partitions >= 1,
        "deletion needs retention_days, compaction has none": (spec.retention_days is None)
        == (spec.cleanup == "compact"),
    }
    return next((fault for fault, holds in checks.items() if not holds), None)


def _deleted(days: int) -> dict[str, str]:
    return {"retention.ms": str(days * DAY_MS), "segment.ms": str(DAY_MS)}


def _compacted() -> dict[str, str]:
    # A segment that is still written to is never compacted, so it is closed after a day even where little comes.
    return {"segment.ms": str(DAY_MS), "min.cleanable.dirty.ratio": "0.1", "delete.retention.ms": str(DAY_MS)}
