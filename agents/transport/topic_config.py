"""The configuration of a topic as Faust declares it, in Kafka's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mode.utils.times import want_seconds

from agents.transport.log import TopicConfig

if TYPE_CHECKING:
    from collections.abc import Mapping


_OPTIONS = ("config", "retention", "compacting", "deleting")


def declared(partitions: int, options: Mapping[str, Any]) -> TopicConfig:
    """Read the options of a declaration; `config` goes over the other ones, as in Faust's Kafka driver."""
    given: dict[str, Any] = {}
    policy = [name for name, option in (("compact", "compacting"), ("delete", "deleting")) if options.get(option)]
    if policy:
        given["cleanup.policy"] = ",".join(policy)
    if options.get("retention"):
        given["retention.ms"] = int(want_seconds(options["retention"]) * 1000.0)
    return TopicConfig.parse(partitions, {**given, **(options.get("config") or {})})


def config_of(app: Any, name: str) -> TopicConfig:
    """Say how a topic that nobody declared is to be created: as the app's channels know it, else by its settings."""
    for channel in app.topics:
        if name in channel.topics:
            options = {option: getattr(channel, option) for option in _OPTIONS}
            return declared(channel.partitions or app.conf.topic_partitions, options)
    return declared(app.conf.topic_partitions, {})
