"""`khabar health` answers with an exit code that a container engine understands."""

from __future__ import annotations

import pytest

from agents.cli import main
from agents.metrics import Metrics
from agents.monitor.endpoint import Endpoint
from tests.unit.agents.test_endpoint import Told, free_port


@pytest.fixture
def told():
    return Told()


@pytest.fixture(params=["127.0.0.1", "0.0.0.0"])
def served(told, monkeypatch, request):
    port = free_port()
    monkeypatch.setenv("KHABAR_METRICS_PORT", str(port))
    monkeypatch.setenv("KHABAR_METRICS_HOST", request.param)
    endpoint = Endpoint(request.param, port, Metrics(), told)
    endpoint.start()
    yield
    endpoint.stop()


@pytest.mark.usefixtures("served")
def test_alive_and_ready_are_two_questions(told, capsys):
    assert (main(["health"]), main(["health", "--live"]), main(["health", "--ready"])) == (0, 0, 0)
    told.ready = ["the tables are being restored"]
    assert (main(["health", "--live"]), main(["health", "--ready"])) == (0, 1)
    assert "the tables are being restored" in capsys.readouterr().err
    told.alive = ["the event loop stands still for 9 s"]
    assert main(["health"]) == 1


def test_nobody_at_the_port_is_not_healthy(monkeypatch, capsys):
    monkeypatch.setenv("KHABAR_METRICS_PORT", str(free_port()))
    assert main(["health"]) == 1
    assert "no answer at 127.0.0.1" in capsys.readouterr().err


def test_without_a_port_there_is_nobody_to_ask(monkeypatch, capsys):
    monkeypatch.delenv("KHABAR_METRICS_PORT", raising=False)
    assert main(["health"]) == 78
    assert "metrics_port" in capsys.readouterr().err


def test_both_questions_at_once_are_refused():
    with pytest.raises(SystemExit):
        main(["health", "--live", "--ready"])
