"""Fixtures of real brokers: `kafka1` is one broker, `kafka3` are three, each for the whole session.

KHABAR_TEST_BOOTSTRAP=host:port[,host:port] names brokers to use instead; KHABAR_REQUIRE_KAFKA=1 makes their absence
a failure instead of a skip.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import NoReturn

import pytest

from tests.kafka.artifacts import UnavailableError
from tests.kafka.broker import Cluster
from tests.kafka.container import Container, engine
from tests.kafka.protocol import view

__all__ = ["kafka1", "kafka3"]

BOOTSTRAP = "KHABAR_TEST_BOOTSTRAP"
REQUIRE = "KHABAR_REQUIRE_KAFKA"


class ForeignCluster:
    """Brokers that somebody else runs: they can be used, but not stopped."""

    def __init__(self, bootstrap: str) -> None:
        """Use the brokers at `host:port,host:port`."""
        self.bootstrap = bootstrap

    @property
    def url(self) -> str:
        """The address as a broker setting of khabar and Faust."""
        return ";".join(f"kafka://{address}" for address in self.bootstrap.split(","))

    def count(self) -> int:
        """Return how many brokers there are; 0 where none answers."""
        seen = [view(*_host_and_port(address)) for address in self.bootstrap.split(",")]
        return max((len(one.brokers) for one in seen if one), default=0)

    def start(self, number: int = 1) -> NoReturn:
        """Skip the test."""
        pytest.skip("this broker is not ours to stop and start")

    stop = kill = pause = start

    def heal(self) -> None:
        """Do nothing: nothing of ours is broken."""


def unavailable(reason: str) -> NoReturn:
    """Skip the test for want of a broker, or fail it where one is required."""
    if os.environ.get(REQUIRE) == "1":
        pytest.fail(f"{REQUIRE}=1, but there is no Kafka: {reason}", pytrace=False)
    pytest.skip(f"no Kafka: {reason}")


def brokers(request: pytest.FixtureRequest, count: int) -> Iterator[Cluster | ForeignCluster]:
    """Give a cluster of `count` brokers, and end it."""
    foreign = os.environ.get(BOOTSTRAP)
    if foreign:
        yield _foreign(foreign, count)
        return
    try:
        cluster = Cluster(count)
    except UnavailableError as error:
        yield from _contained(count, str(error))
        return
    try:
        yield cluster
    finally:
        kept = cluster.close(keep_logs=request.session.testsfailed > 0)
        if kept is not None:
            sys.stderr.write(f"\nlogs of the brokers: {kept}\n")


def _contained(count: int, why: str) -> Iterator[ForeignCluster]:
    """Give a broker in a container where that is possible; `why` tells what else was tried."""
    docker = engine() if count == 1 else None
    if docker is None:
        unavailable(f"{why}; and no Docker engine for one broker")
    try:
        container = Container(docker)
    except UnavailableError as error:
        unavailable(f"{why}; {error}")
    try:
        yield ForeignCluster(container.bootstrap)
    finally:
        container.close()


@pytest.fixture(scope="session")
def kafka1(request: pytest.FixtureRequest) -> Iterator[Cluster | ForeignCluster]:
    """One real broker; a test that stops it heals it."""
    yield from brokers(request, 1)


@pytest.fixture(scope="session")
def kafka3(request: pytest.FixtureRequest) -> Iterator[Cluster | ForeignCluster]:
    """Three real brokers; a test that stops one heals it."""
    yield from brokers(request, 3)


def _foreign(bootstrap: str, count: int) -> ForeignCluster:
    cluster = ForeignCluster(bootstrap)
    if cluster.count() < count:
        unavailable(f"{cluster.count()} brokers answer at {BOOTSTRAP}={bootstrap}, the test needs {count}")
    return cluster


def _host_and_port(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host, int(port)
