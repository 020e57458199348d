"""Build the Faust app: settings in, an app with its four agents out. Nothing is created at import."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import faust
import mode
from faust.transport.drivers import TRANSPORTS
from yarl import URL

from agents.credentials import faust_credentials
from agents.delivery import Headers, Outbound
from agents.metrics import Metrics
from agents.monitor.deliveries import Deliveries
from agents.monitor.gauges import read_from
from agents.monitor.handover import Handover
from agents.shell import Shell
from agents.state import StateTable
from pipeline.topology import STAGE_NAMES, StageName, StageSpec, stages
from schemas.topics import TopicSpec, topics

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from agents.config import Settings

MEMORY_STORE = "memory://"
TRANSPORTS.aliases["kafka"] = "agents.transport.kafka:Transport"


@dataclass(slots=True)
class Built:
    """A Faust app with its shells; `produce` sends one record, `send` waits for its delivery."""

    app: Any
    settings: Settings
    metrics: Metrics
    deliveries: Deliveries
    handover: Handover
    shells: dict[StageName, Shell] = field(default_factory=dict)

    async def produce(self, out: Outbound) -> Awaitable[Any]:
        """Hand a record to the producer; the result resolves when the broker has it."""
        producer = await self.app.maybe_start_producer()
        return await self.deliveries.follow(
            producer.send(out.topic, out.key, out.value, out.partition, None, list(out.headers))
        )

    async def send(self, topic: str, key: bytes | None, value: bytes, headers: Headers) -> None:
        """Send a record and wait until the broker has it."""
        await (await self.produce(Outbound(topic, key, value, headers)))

    async def close_producer(self) -> None:
        """End the producer of an app that only sent and was never started."""
        await self.app.producer.flush()
        await self.app.producer.stop()


def build(
    settings: Settings,
    *,
    names: tuple[StageName, ...] = STAGE_NAMES,
    specs: Sequence[StageSpec[Any, Any, Any]] | None = None,
) -> Built:
    """Make the app with the agents of the stages named; it is not started and no topic is created.

    `specs` are the stages to choose from, those of the topology unless given.
    """
    app = faust.App(settings.app_id, **_app_settings(settings))
    metrics = Metrics()
    built = Built(app, settings, metrics, Deliveries(metrics), Handover(metrics))
    tables: Any = app.tables
    tables.handover = built.handover
    declared = topics()
    for spec in stages() if specs is None else specs:
        if spec.name in names:
            agent = importlib.import_module(f"agents.{spec.name}")
            built.shells[spec.name] = agent.attach(built, spec, declared)
    return built


def attach(built: Built, spec: StageSpec[Any, Any, Any], declared: dict[str, TopicSpec]) -> Shell:
    """Attach a stage to the app under the shell's guarantees."""
    source, sink = declared[spec.source], declared[spec.sink]
    state = _state_table(built, spec, source.partitions)
    shell = Shell(spec, built, state, sink.partitions)
    read_from(built.metrics, shell)
    channel = built.app.topic(
        spec.source,
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
        partitions=source.partitions,
        allow_empty=True,
    )

    async def run(stream: Any) -> None:
        await shell.run(stream)

    built.app.agent(channel, name=f"khabar.{spec.name}")(run)
    return shell


def changelog_topics(settings: Settings, specs: Sequence[StageSpec[Any, Any, Any]] | None = None) -> dict[str, int]:
    """Return the changelog topics of the tables and their partitions."""
    declared = topics()
    with_state = [spec for spec in (stages() if specs is None else specs) if spec.state is not None]
    return {f"{settings.app_id}-{spec.name}-changelog": declared[spec.source].partitions for spec in with_state}


def _state_table(built: Built, spec: StageSpec[Any, Any, Any], partitions: int) -> StateTable[Any] | None:
    if spec.state is None:
        return None
    # Faust takes the raw serializer for keys and values of bytes.
    table = built.app.Table(spec.name, key_type=bytes, value_type=bytes, partitions=partitions)
    state = StateTable(table, spec.state, spec.view)

    async def rebuilt() -> None:
        state.forget_others({tp.partition for tp in built.app.consumer.assignment() if tp.topic == spec.source})
        state.forget_views()

    table.on_recover(rebuilt)
    return state


def _app_settings(settings: Settings) -> dict[str, Any]:
    common: dict[str, Any] = {
        "broker": _brokers(settings.broker),
        "store": MEMORY_STORE,
        "datadir": settings.state_dir,
        "autodiscover": False,
        "origin": "agents",
        "processing_guarantee": "at_least_once",
        "agent_supervisor": mode.CrashingSupervisor,
        "topic_replication_factor": settings.replication_factor,
        "topic_disable_leader": True,
        # On Kafka topics are made by `khabar topics create`: a worker needs no right to.
        "topic_allow_declare": settings.embedded,
        # A standby in memory would be read again from the beginning when it is needed: it costs and brings nothing.
        "table_standby_replicas": 0,
        "broker_commit_interval": settings.commit_interval,
        "broker_session_timeout": settings.session_timeout,
        "broker_heartbeat_interval": settings.heartbeat_interval,
        "consumer_auto_offset_reset": "earliest",
        "consumer_group_instance_id": settings.instance_id,
        "consumer_max_fetch_size": settings.max_message_bytes,
        "producer_linger": settings.linger,
        "producer_acks": -1,
        "producer_compression_type": None if settings.embedded else "gzip",
        "producer_request_timeout": settings.request_timeout,
        "producer_max_request_size": settings.max_message_bytes,
        "stream_buffer_maxsize": settings.in_flight,
        "stream_wait_empty": True,
        # Faust's own server shows tables to anyone; ours is in agents/monitor.
        "web_enabled": False,
    }
    manager = "EmbeddedTableManager" if settings.embedded else "TableManager"
    common["TableManager"] = f"agents.transport.tables:{manager}"
    credentials = faust_credentials(settings)
    if credentials is not None:
        common["broker_credentials"] = credentials
    return common


def _brokers(broker: str) -> list[URL]:
    return [URL(one) for one in broker.split(";") if one]
