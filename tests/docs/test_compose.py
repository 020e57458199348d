"""docker-compose.yml and the Dockerfile keep what operators count on; `docker compose config` where it is there."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
import yaml

from agents.cli import COMMANDS
from tests.paths import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
OURS = {name: service for name, service in COMPOSE["services"].items() if name != "kafka"}


def test_our_services_run_without_root_and_without_rights():
    for name, service in OURS.items():
        assert service["user"] == "10001:10001", name
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name


def test_ports_are_open_on_this_machine_only():
    ports = [str(port) for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_workers_wait_for_the_topics_and_the_topics_for_kafka():
    assert COMPOSE["services"]["topics"]["depends_on"]["kafka"]["condition"] == "service_healthy"
    for name in ("worker", "poller"):
        assert OURS[name]["depends_on"]["topics"]["condition"] == "service_completed_successfully"


def test_long_lived_services_have_health_checks_limits_and_time_to_stop():
    for name in ("kafka", "worker", "poller"):
        service = COMPOSE["services"][name]
        assert service["healthcheck"]["test"]
        assert service["mem_limit"]
        assert service["stop_grace_period"] == "40s"
        assert service["restart"] == "unless-stopped"


def test_every_service_of_ours_calls_a_command_there_is():
    assert {service["command"][0] for service in OURS.values()} <= set(COMMANDS)


def test_the_image_does_not_run_as_root_and_names_the_pinned_versions():
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^USER 10001", dockerfile, re.MULTILINE)
    assert "--constraints constraints.txt" in dockerfile


def test_docker_compose_reads_the_file():
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("no docker compose here")
    subprocess.run([docker, "compose", "-f", ROOT / "docker-compose.yml", "config", "--quiet"], check=True)
