"""The jars of Apache Kafka, fetched once by Maven into the cache: `python -m tests.kafka.artifacts` does it beforehand."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.paths import ROOT

POM = Path(__file__).with_name("pom.xml")
LIST = "SHA256SUMS"
FETCH_SECONDS = 900
LEAST_JAVA = 17


class UnavailableError(Exception):
    """There is no Kafka to be had here; the message says why."""


def kafka_version() -> str:
    """Return the version of Kafka that the POM names."""
    found = ET.parse(POM).getroot().find("{*}properties/{*}kafka.version")
    assert found is not None
    assert found.text
    return found.text


def folder() -> Path:
    """Return where the jars of this version are kept."""
    return Path(os.environ.get("KHABAR_CACHE") or ROOT / ".cache") / "kafka" / kafka_version()


def libraries() -> Path:
    """Return the folder of jars, complete; Maven fetches them where they are not.

    Raises:
        UnavailableError: Java or Maven is missing, or Maven could not fetch.
    """
    java()
    home = folder()
    home.mkdir(parents=True, exist_ok=True)
    with _locked(home / "lock"):
        if not is_complete(home):
            _fetch(home)
    return home / "libs"


def java() -> str:
    """Return the path of a Java that runs Kafka 4.

    Raises:
        UnavailableError: there is none.
    """
    home = os.environ.get("JAVA_HOME")
    found = (shutil.which("java", path=f"{home}/bin") if home else None) or shutil.which("java")
    if found is None:
        raise UnavailableError("no Java: install a JRE of version 17 or later, or set KHABAR_TEST_BOOTSTRAP")
    told = subprocess.run([found, "-version"], capture_output=True, text=True, check=False, timeout=60).stderr
    version = told.partition('"')[2].partition('"')[0].split(".")[0]
    if not version.isdigit() or int(version) < LEAST_JAVA:
        raise UnavailableError(f"Java {version or 'of unknown version'} is too old for Kafka 4: it needs {LEAST_JAVA}")
    return found


def is_complete(home: Path) -> bool:
    """Say whether the jars are those of the list that was written after the last of them."""
    listed = home / LIST
    return listed.is_file() and listed.read_text() == _sums(home / "libs")


def _fetch(home: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise UnavailableError("no Maven to fetch Kafka with: install maven, or set KHABAR_TEST_BOOTSTRAP")
    (home / LIST).unlink(missing_ok=True)
    shutil.rmtree(home / "libs", ignore_errors=True)
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={home / 'libs'}"]
    try:
        done = subprocess.run(
            [maven, "-q", "-B", "-f", str(POM), *goal],
            capture_output=True,
            text=True,
            check=False,
            timeout=FETCH_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise UnavailableError(f"Maven did not fetch Kafka {kafka_version()} within {FETCH_SECONDS} s") from error
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-5:])
        raise UnavailableError(f"Maven could not fetch Kafka {kafka_version()}: {last}")
    sums = _sums(home / "libs")
    if not sums:
        raise UnavailableError(f"Maven brought no jars of Kafka {kafka_version()}")
    (home / LIST).write_text(sums)


def _sums(libs: Path) -> str:
    jars = sorted(libs.glob("*.jar"))
    return "".join(f"{hashlib.sha256(jar.read_bytes()).hexdigest()}  libs/{jar.name}\n" for jar in jars)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one process at a time fetch."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    try:
        sys.stdout.write(f"Kafka {kafka_version()}: {libraries()}\n")
    except UnavailableError as error:
        sys.exit(str(error))
