"""The container that stands in for a broker where Java or Maven is missing."""

from __future__ import annotations

import pytest

from tests.kafka import container, fixtures
from tests.kafka.artifacts import UnavailableError, kafka_version


def test_the_command_opens_the_port_that_it_advertises_on_this_machine_only():
    command = container.command("docker", 40001)
    assert command[:4] == ["docker", "run", "--rm", "-d"]
    assert command[command.index("-p") + 1] == "127.0.0.1:40001:40001"
    assert "KAFKA_ADVERTISED_LISTENERS=CLIENT://127.0.0.1:40001" in command
    assert command[-1] == f"apache/kafka:{kafka_version()}"


def test_without_java_and_docker_the_reason_names_both(monkeypatch):
    monkeypatch.delenv(fixtures.REQUIRE, raising=False)
    monkeypatch.delenv(fixtures.BOOTSTRAP, raising=False)

    def no_java(_: int) -> None:
        raise UnavailableError("no Java")

    monkeypatch.setattr(fixtures, "Cluster", no_java)
    monkeypatch.setattr(fixtures, "engine", lambda: None)
    with pytest.raises(pytest.skip.Exception, match="no Java; and no Docker engine"):
        next(fixtures.brokers(None, 1))
    monkeypatch.setenv(fixtures.REQUIRE, "1")
    with pytest.raises(pytest.fail.Exception, match="no Java; and no Docker engine"):
        next(fixtures.brokers(None, 1))
