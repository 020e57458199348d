"""The smaller commands: topics, doctor, tail of an embedded log, and the command line itself."""

from __future__ import annotations

import orjson
import pytest

from agents import doctor
from agents.cli import COMMANDS, main
from agents.config import Settings
from schemas.topics import topics


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    for name in ("KHABAR_BROKER", "KHABAR_CONFIG"):
        monkeypatch.delenv(name, raising=False)


def test_topics_are_created_once_and_then_as_declared(tmp_path, capsys):
    broker = f"sqlite:///{tmp_path}/khabar.db"
    assert main(["topics", "create", "--broker", broker]) == 0
    created = [line.removeprefix("created ") for line in capsys.readouterr().out.splitlines()]
    assert set(topics()) < set(created)
    assert {name for name in created if name.endswith("-changelog")} == {
        "khabar-dedup-changelog",
        "khabar-events-changelog",
        "khabar-language-changelog",
        "khabar-linking-changelog",
    }
    assert main(["topics", "create", "--broker", broker]) == 0
    assert capsys.readouterr().out == ""
    assert main(["topics", "check", "--broker", broker]) == 0
    assert main(["topics", "list", "--broker", broker, "--json"]) == 0
    rows = [orjson.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {row["topic"]: row["partitions"] for row in rows if row["topic"] in topics()} == {
        n: t.partitions for n, t in topics().items()
    }


def test_missing_topics_are_named(tmp_path, capsys):
    assert main(["topics", "check", "--broker", f"memory://{tmp_path.name}"]) == 1
    assert "topic news.raw is missing" in capsys.readouterr().out


def test_a_broker_that_is_not_there_is_said_in_one_line(tmp_path, capsys):
    assert main(["tail", "--broker", f"sqlite:///{tmp_path}/nowhere.db", "--no-follow", "--from", "beginning"]) != 0
    error = capsys.readouterr().err
    assert error.startswith("khabar tail: ")
    assert error.count("\n") == 1


def test_doctor_explains_every_setting_and_finds_nothing_wrong(capsys):
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "KHABAR_IN_FLIGHT" in out
    assert "error" not in [line.split()[0] for line in out.splitlines() if line]


def test_doctor_names_a_clash_of_packages(monkeypatch):
    owners = {
        "agents": ["khabar-pipeline", "openai-agents"],
        "pipeline": ["khabar-pipeline"],
        "schemas": ["khabar-pipeline"],
    }
    monkeypatch.setattr(doctor, "packages_distributions", lambda: owners)
    (finding,) = doctor.name_clashes()
    assert finding.level == "error"
    assert "package 'agents' is also installed by openai-agents" in finding.text


def test_doctor_warns_of_a_password_without_tls():
    settings = Settings(sasl_mechanism="PLAIN", sasl_username="u", sasl_password="secret")
    findings = [finding for finding in doctor.examine(settings) if finding.subject == "security"]
    assert [finding.level for finding in findings] == ["warning"]
    assert "secret" not in findings[0].text


@pytest.mark.parametrize(
    ("broker", "warned"),
    [
        ("kafka://localhost:9092;kafka://127.0.0.1", 0),
        ("kafka://localhost:9092;kafka://kafka.example:9092", 1),
        ("memory://x", 0),
    ],
)
def test_doctor_warns_of_records_in_the_clear(broker, warned):
    assert len(doctor._security(Settings(broker=broker))) == warned


def test_doctor_says_which_setting_is_wrong(monkeypatch, capsys):
    monkeypatch.setenv("KHABAR_IN_FLIGHT", "0")
    assert main(["doctor"]) == 78
    assert "in_flight" in capsys.readouterr().out


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help(command, capsys):
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert f"khabar {command}" in capsys.readouterr().out


def test_an_unknown_command_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as end:
        main(["fly"])
    assert end.value.code == 2
    assert "invalid choice" in capsys.readouterr().err
