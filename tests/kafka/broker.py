"""Real Kafka brokers for tests: one or three of them on free ports of this machine, without Docker.

Each is a Java process in its own process group that the kernel ends with the test run, whatever ends that.
"""

from __future__ import annotations

import base64
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.kafka import artifacts
from tests.kafka.protocol import ClusterView, view

HOST = "127.0.0.1"
READY_SECONDS = 90.0
STOP_SECONDS = 30.0
STARTS = 3
POLL_SECONDS = 0.05
HERE = Path(__file__).parent

# After notes of Kafka's own system tests: small buffers (the log cleaner takes 128 MiB otherwise), short sessions.
PROPERTIES = """\
process.roles=broker,controller
node.id={node}
controller.quorum.voters={voters}
listeners=CLIENT://{host}:{client},REPL://{host}:{repl},CONTROLLER://{host}:{controller}{more}
advertised.listeners=CLIENT://{host}:{advertised},REPL://{host}:{repl}{more}
inter.broker.listener.name=REPL
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,CLIENT:PLAINTEXT,REPL:PLAINTEXT{protocols}
log.dirs={data}
auto.create.topics.enable=false
num.partitions=4
default.replication.factor={copies}
min.insync.replicas={in_sync}
offsets.topic.num.partitions=3
offsets.topic.replication.factor={copies}
transaction.state.log.num.partitions=3
transaction.state.log.replication.factor={copies}
transaction.state.log.min.isr={in_sync}
share.coordinator.state.topic.replication.factor={copies}
share.coordinator.state.topic.min.isr={in_sync}
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=6000
broker.heartbeat.interval.ms=1000
log.cleaner.backoff.ms=1000
log.cleaner.dedupe.buffer.size=16777216
num.network.threads=2
num.io.threads=4
message.max.bytes=2097152
"""
JVM = (
    "-Xms256m",
    "-Xmx384m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Djava.net.preferIPv4Stack=true",
    f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}",
)


class BrokerFailedError(AssertionError):
    """A broker ended or did not become ready; the message has the end of its log."""


@dataclass(slots=True)
class Node:
    """One broker: its number (from 1), ports (`more` by listener), files and process."""

    number: int
    client: int
    repl: int
    controller: int
    properties: Path
    log: Path
    more: dict[str, int] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    paused: bool = False

    @property
    def is_running(self) -> bool:
        """Say whether the process lives (it may be paused)."""
        return self.process is not None and self.process.poll() is None


class Cluster:
    """Brokers that can be stopped, started, killed and paused one by one, counted from 1."""

    def __init__(
        self,
        brokers: int = 1,
        *,
        properties: Mapping[str, str] | None = None,
        listeners: Mapping[str, str] | None = None,
        advertised: Mapping[int, int] | None = None,
    ) -> None:
        """Start brokers and wait until they are ready; `properties` are added to each one's.

        `listeners` are further ones by name, with their security protocols.

        `advertised` are the ports that clients are sent to, by broker, where a proxy stands in front of it.

        Raises:
            artifacts.UnavailableError: there is no Kafka to be had here.
            BrokerFailedError: they did not start.
        """
        self._libs = artifacts.libraries()
        self._java = artifacts.java()
        self._extra = dict(properties or {})
        self._advertised = dict(advertised or {})
        self._listeners = dict(listeners or {})
        self.folder = Path(tempfile.mkdtemp(prefix="khabar-kafka-"))
        self.nodes: dict[int, Node] = {}
        try:
            self._first_start(brokers)
        except BaseException:
            self.close(keep_logs=True)
            raise

    @property
    def bootstrap(self) -> str:
        """Addresses of all brokers, `host:port,host:port`."""
        return ",".join(f"{HOST}:{node.client}" for node in self.nodes.values())

    @property
    def url(self) -> str:
        """The same as a broker setting of khabar and Faust, `kafka://host:port;kafka://host:port`."""
        return ";".join(f"kafka://{address}" for address in self.bootstrap.split(","))

    def url_of(self, listener: str) -> str:
        """The broker setting that leads to a further listener."""
        return ";".join(f"kafka://{HOST}:{node.more[listener]}" for node in self.nodes.values())

    def start(self, number: int = 1) -> None:
        """Start a stopped or killed broker with the data it had, or let a paused one go on; wait until it is ready."""
        node = self.nodes[number]
        if node.paused:
            self._signal(node, signal.SIGCONT)
            node.paused = False
        elif not node.is_running:
            self._launch(node)
        self.wait_until_ready()

    def stop(self, number: int = 1) -> None:
        """End a broker in the orderly way."""
        node = self.nodes[number]
        if node.paused:
            self._signal(node, signal.SIGCONT)
            node.paused = False
        self._end(node, signal.SIGTERM)

    def kill(self, number: int = 1) -> None:
        """End a broker with SIGKILL."""
        self._end(self.nodes[number], signal.SIGKILL)
        self.nodes[number].paused = False

    def pause(self, number: int = 1) -> None:
        """Stop a broker's process with SIGSTOP: connections stay open and nothing answers."""
        self._signal(self.nodes[number], signal.SIGSTOP)
        self.nodes[number].paused = True

    def heal(self) -> None:
        """Start all that is stopped, killed or paused."""
        for node in self.nodes.values():
            if node.paused:
                self._signal(node, signal.SIGCONT)
                node.paused = False
            elif not node.is_running:
                self._launch(node)
        self.wait_until_ready()

    def wait_until_ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait until every broker that runs sees exactly the running ones, and a controller.

        Raises:
            BrokerFailedError: one ended, or the time is over.
        """
        awake = [node for node in self.nodes.values() if node.is_running and not node.paused]
        numbers = frozenset(node.number for node in awake)

        def ready() -> bool:
            ended = [node for node in awake if not node.is_running]
            if ended:
                raise BrokerFailedError(f"broker {ended[0].number} ended: {self.log_end(ended[0].number)}")
            return all(_is_ready(view(HOST, node.client), numbers) for node in awake)

        if not wait_for(ready, seconds):
            raise BrokerFailedError(f"not ready after {seconds} s: {self.log_end(min(numbers, default=1))}")

    def rss(self, number: int = 1) -> int:
        """Return the resident memory of a broker in bytes."""
        import psutil

        process = self.nodes[number].process
        assert process is not None
        return int(psutil.Process(process.pid).memory_info().rss)

    def log_end(self, number: int = 1, lines: int = 30) -> str:
        """Return the last lines of a broker's log."""
        log = self.nodes[number].log
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else "(no log)"

    def close(self, *, keep_logs: bool = False) -> Path | None:
        """End all brokers at once and remove their data; returns the folder of kept logs."""
        for node in self.nodes.values():
            self._end(node, signal.SIGKILL)
        kept = self._keep_logs() if keep_logs else None
        shutil.rmtree(self.folder, ignore_errors=True)
        return kept

    def _first_start(self, brokers: int) -> None:
        """Start on free ports; where another process took one meanwhile, try others."""
        for attempt in range(1, STARTS + 1):
            self._lay_out(brokers)
            try:
                for node in self.nodes.values():
                    self._launch(node)
                self.wait_until_ready()
            except BrokerFailedError:
                taken = any("Address already in use" in self.log_end(number, 400) for number in self.nodes)
                if not taken or attempt == STARTS:
                    raise
                for node in self.nodes.values():
                    self._end(node, signal.SIGKILL)
            else:
                return

    def _lay_out(self, brokers: int) -> None:
        """Write the properties of all brokers and format their storage."""
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        ports = _free_ports((3 + len(self._listeners)) * brokers)
        self.nodes = {
            number: Node(
                number,
                client=ports.pop(),
                repl=ports.pop(),
                controller=ports.pop(),
                properties=self.folder / f"node{number}.properties",
                log=self.folder / f"broker{number}.log",
                more={name: ports.pop() for name in self._listeners},
            )
            for number in range(1, brokers + 1)
        }
        voters = ",".join(f"{node.number}@{HOST}:{node.controller}" for node in self.nodes.values())
        cluster = _cluster_id()
        for node in self.nodes.values():
            text = PROPERTIES.format(
                node=node.number,
                voters=voters,
                host=HOST,
                client=node.client,
                advertised=self._advertised.get(node.number, node.client),
                repl=node.repl,
                controller=node.controller,
                more="".join(f",{name}://{HOST}:{port}" for name, port in node.more.items()),
                protocols="".join(f",{name}:{protocol}" for name, protocol in self._listeners.items()),
                data=self.folder / f"data{node.number}",
                copies=min(3, brokers),
                in_sync=2 if brokers > 2 else 1,
            )
            node.properties.write_text(text + "".join(f"{name}={value}\n" for name, value in self._extra.items()))
            self._format(node, cluster)

    def _format(self, node: Node, cluster: str) -> None:
        command = ["kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(node.properties)]
        done = subprocess.run(
            self._command(command), capture_output=True, text=True, check=False, timeout=READY_SECONDS
        )
        if done.returncode:
            raise BrokerFailedError(f"formatting failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")

    def _command(self, main: list[str]) -> list[str]:
        return [self._java, *JVM, f"-Dkafka.logs.dir={self.folder}", "-cp", f"{self._libs}/*", *main]

    def _launch(self, node: Node) -> None:
        launch = [sys.executable, "-I", "-S", str(HERE / "launch.py"), str(os.getpid())]
        with node.log.open("ab") as log:
            node.process = subprocess.Popen(
                launch + self._command(["kafka.Kafka", str(node.properties)]),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        node.paused = False

    def _end(self, node: Node, how: signal.Signals) -> None:
        if node.process is None:
            return
        self._signal(node, how)
        try:
            node.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._signal(node, signal.SIGKILL)
            node.process.wait()
        node.process = None

    def _signal(self, node: Node, number: signal.Signals) -> None:
        if node.is_running:
            assert node.process is not None
            os.kill(node.process.pid, number)

    def _keep_logs(self) -> Path | None:
        kept = artifacts.folder().parent / "logs" / self.folder.name
        logs = [node.log for node in self.nodes.values() if node.log.exists()]
        for log in logs:
            kept.mkdir(parents=True, exist_ok=True)
            shutil.copy(log, kept)
        return kept if logs else None


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Ask again and again until the condition holds; False once the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _is_ready(seen: ClusterView | None, numbers: frozenset[int]) -> bool:
    return seen is not None and seen.brokers == numbers and seen.controller >= 0


def _free_ports(count: int) -> list[int]:
    """Find free ports; all are held at once, so no two are equal."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind((HOST, 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()


def _cluster_id() -> str:
    """Make an id of 22 characters; one that begins with '-' would be taken for an option."""
    made = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[:22]
    return made if not made.startswith("-") else _cluster_id()
