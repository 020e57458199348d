"""Where a run takes place: real Kafka brokers behind proxies or not, and what can be done to them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from agents.broker import connect
from agents.config import Settings, read_settings
from agents.topics import create
from tests.chaos.proxy import HOST, Proxy
from tests.kafka.broker import Cluster


class Stand:
    """One or three brokers, each behind a proxy that workers and feed go through, unless they are to meet it themselves."""

    def __init__(self, brokers: int, *, proxied: bool = True) -> None:
        """Have nothing started yet."""
        self.count = brokers
        self._proxied = proxied
        self.proxies: dict[int, Proxy] = {}
        self._cluster: Cluster | None = None

    @property
    def cluster(self) -> Cluster:
        """The brokers."""
        assert self._cluster is not None
        return self._cluster

    async def start(self) -> None:
        """Start proxies and brokers."""
        self.proxies = {number: Proxy() for number in range(1, self.count + 1)} if self._proxied else {}
        for proxy in self.proxies.values():
            await proxy.start()
        ports = {number: proxy.port for number, proxy in self.proxies.items()}
        self._cluster = await asyncio.to_thread(Cluster, self.count, advertised=ports)
        for number, node in self._cluster.nodes.items():
            if number in self.proxies:
                self.proxies[number].target = node.client

    async def stop(self, *, keep_logs: bool = False) -> Path | None:
        """End everything."""
        for proxy in self.proxies.values():
            await proxy.stop()
        return self._cluster.close(keep_logs=keep_logs) if self._cluster is not None else None

    async def settings(self, app_id: str, **overrides: object) -> Settings:
        """Create the topics and return the settings of the workers."""
        url = ";".join(f"kafka://{HOST}:{proxy.port}" for proxy in self.proxies.values()) or self.cluster.url
        copies = min(3, self.count)
        settings = read_settings({}, broker=url, app_id=app_id, replication_factor=copies, **overrides)
        async with connect(settings) as broker:
            await create(broker, settings)
        return settings

    async def bounce(self, number: int, seconds: float, how: str) -> None:
        """Take a broker away for some seconds: `kill`, `stop` (in order) or `pause` (SIGSTOP)."""
        await asyncio.to_thread(getattr(self.cluster, how), number)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(self.cluster.start, number)

    async def move_leaders(self) -> None:
        """Give every partition back to the broker it was made on, which it leaves when that goes away."""
        from confluent_kafka import ElectionType
        from confluent_kafka.admin import AdminClient

        admin = AdminClient({"bootstrap.servers": self.cluster.bootstrap})
        elected = admin.elect_leaders(ElectionType.PREFERRED, None)
        await asyncio.to_thread(elected.result, 30)

    async def degrade(self, kind: str, seconds: float) -> None:
        """Cut, hold or slow all connections for some seconds."""
        for proxy in self.proxies.values():
            if kind == "cut":
                proxy.cut()
            elif kind == "blackhole":
                proxy.hold()
            else:
                proxy.delay = 0.05
        await asyncio.sleep(seconds)
        for proxy in self.proxies.values():
            proxy.release()
            proxy.delay = 0.0
