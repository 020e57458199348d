from __future__ import annotations

import re
import stat

import pytest

from tests.kafka import artifacts, fixtures
from tests.kafka.artifacts import LIST, UnavailableError, is_complete
from tests.kafka.fixtures import ForeignCluster


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """An empty PATH, an empty cache, and a way to put programs into the PATH."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("KHABAR_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("JAVA_HOME", raising=False)

    def put(name: str, script: str) -> None:
        program = tmp_path / "bin" / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    return put


JAVA_17 = """echo 'openjdk version "17.0.15" 2025-04-15' >&2"""
# Finds the output folder among its arguments and puts a jar there.
MAVEN = """for a; do case $a in -DoutputDirectory=*) /bin/mkdir -p "${a#*=}"; echo jar > "${a#*=}/kafka.jar";; esac; done; echo x >> "$0.runs" """


def test_the_version_is_that_of_the_pom():
    assert re.fullmatch(r"4\.\d+\.\d+", artifacts.kafka_version())


def test_without_java_there_is_no_kafka(tools):
    with pytest.raises(UnavailableError, match="no Java"):
        artifacts.libraries()


def test_an_old_java_is_told(tools):
    tools("java", """echo 'java version "1.8.0_402"' >&2""")
    with pytest.raises(UnavailableError, match="Java 1 is too old"):
        artifacts.libraries()


def test_without_maven_there_is_no_kafka(tools):
    tools("java", JAVA_17)
    with pytest.raises(UnavailableError, match="no Maven"):
        artifacts.libraries()


def test_what_maven_says_is_told(tools):
    tools("java", JAVA_17)
    tools("mvn", "echo '[ERROR] no network'; exit 1")
    with pytest.raises(UnavailableError, match="no network"):
        artifacts.libraries()
    assert not is_complete(artifacts.folder())


def test_jars_are_fetched_once_and_again_where_one_is_damaged(tools, tmp_path):
    tools("java", JAVA_17)
    tools("mvn", MAVEN)
    runs = tmp_path / "bin" / "mvn.runs"
    for expected, damage in [(1, False), (1, False), (2, True), (2, False)]:
        jar = artifacts.folder() / "libs" / "kafka.jar"
        if damage:
            jar.write_text("half a j")
        assert artifacts.libraries() == artifacts.folder() / "libs"
        assert jar.read_text() == "jar\n"
        assert len(runs.read_text().splitlines()) == expected
    (artifacts.folder() / LIST).unlink()
    assert not is_complete(artifacts.folder())


def test_a_maven_that_brings_nothing_is_no_kafka(tools):
    tools("java", JAVA_17)
    tools("mvn", "exit 0")
    artifacts.folder().mkdir(parents=True)
    with pytest.raises(UnavailableError, match="no jars"):
        artifacts.libraries()


def test_the_lack_of_a_broker_skips_or_where_required_fails(monkeypatch):
    monkeypatch.delenv(fixtures.REQUIRE, raising=False)
    with pytest.raises(pytest.skip.Exception, match="no Kafka: no Java"):
        fixtures.unavailable("no Java")
    monkeypatch.setenv(fixtures.REQUIRE, "1")
    with pytest.raises(pytest.fail.Exception, match="no Java"):
        fixtures.unavailable("no Java")


def test_brokers_of_others_are_used_but_not_stopped():
    cluster = ForeignCluster("127.0.0.1:1,127.0.0.1:2")
    assert cluster.url == "kafka://127.0.0.1:1;kafka://127.0.0.1:2"
    assert cluster.count() == 0
    for method in (cluster.start, cluster.stop, cluster.kill, cluster.pause):
        with pytest.raises(pytest.skip.Exception, match="not ours"):
            method(1)
