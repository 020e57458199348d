"""One broker in a container, where there is Docker with a running engine but no Java or Maven."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time

from tests.kafka.artifacts import UnavailableError, kafka_version
from tests.kafka.protocol import view

READY_SECONDS = 120.0
POLL_SECONDS = 0.2
CONTROLLER = 29093


def engine() -> str | None:
    """Return the path of docker, None where it or its engine is missing."""
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "info"], capture_output=True, check=False, timeout=60).returncode:
        return None
    return docker


def command(docker: str, port: int) -> list[str]:
    """Return the command that starts a broker reachable at 127.0.0.1:port and prints the container's id."""
    settings = {
        "NODE_ID": "1",
        "PROCESS_ROLES": "broker,controller",
        "CONTROLLER_QUORUM_VOTERS": f"1@localhost:{CONTROLLER}",
        "CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "LISTENERS": f"CLIENT://:{port},CONTROLLER://:{CONTROLLER}",
        "ADVERTISED_LISTENERS": f"CLIENT://127.0.0.1:{port}",
        "INTER_BROKER_LISTENER_NAME": "CLIENT",
        "LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,CLIENT:PLAINTEXT",
        "AUTO_CREATE_TOPICS_ENABLE": "false",
        "OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
        "SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": "1",
        "GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "GROUP_MIN_SESSION_TIMEOUT_MS": "1000",
        "MESSAGE_MAX_BYTES": "2097152",
    }
    environment = [part for name, value in settings.items() for part in ("-e", f"KAFKA_{name}={value}")]
    return [
        docker,
        "run",
        "--rm",
        "-d",
        "-p",
        f"127.0.0.1:{port}:{port}",
        *environment,
        f"apache/kafka:{kafka_version()}",
    ]


class Container:
    """A broker in a container, from start to `close`."""

    def __init__(self, docker: str) -> None:
        """Start it and wait until it answers.

        Raises:
            UnavailableError: the image cannot be had, or the broker does not answer in time.
        """
        self._docker = docker
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        self.bootstrap = f"127.0.0.1:{port}"
        done = subprocess.run(command(docker, port), capture_output=True, text=True, check=False, timeout=600)
        if done.returncode:
            raise UnavailableError(f"docker run: {done.stderr.strip()[-300:]}")
        self._id = done.stdout.strip()
        end = time.monotonic() + READY_SECONDS
        while view("127.0.0.1", port) is None:
            if time.monotonic() > end:
                self.close()
                raise UnavailableError(f"the broker in the container did not answer in {READY_SECONDS:.0f} s")
            time.sleep(POLL_SECONDS)

    def close(self) -> None:
        """Remove the container."""
        subprocess.run([self._docker, "rm", "-f", self._id], capture_output=True, check=False, timeout=60)
