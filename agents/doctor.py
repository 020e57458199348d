"""`khabar doctor`: explain every setting, and say what is wrong with this installation."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from dataclasses import dataclass
from importlib.metadata import packages_distributions, version
from typing import TYPE_CHECKING, Literal

import orjson

from agents.broker import BrokerError, connect
from agents.config import PREFIX, SECRETS, SettingError, Settings, read_settings, setting_docs
from agents.credentials import addresses
from agents.topics import wrong

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable

DISTRIBUTION = "khabar-pipeline"
PACKAGES = ("pipeline", "agents", "schemas")
LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})
EX_OK, EX_PROBLEM, EX_CONFIG = 0, 1, 78
# Seconds since 1970 of this release: an earlier clock is wrong, and would stamp wrong times on dead letters.
RELEASED = 1_763_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    level: Literal["ok", "warning", "error"]
    subject: str
    text: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `khabar doctor`."""
    parser.add_argument("--broker", help="the broker to look at (default: setting broker)")
    parser.add_argument("--json", action="store_true", help="one JSON object a finding")


def run(args: argparse.Namespace) -> int:
    """Run `khabar doctor`; exit code 1 when something is wrong."""
    try:
        settings = read_settings(broker=args.broker)
    except SettingError as error:
        _print([Finding("error", "settings", str(error))], as_json=args.json)
        return EX_CONFIG
    findings = examine(settings)
    if not args.json:
        _print_settings(settings)
    _print(findings, as_json=args.json)
    return EX_PROBLEM if any(finding.level == "error" for finding in findings) else EX_OK


def examine(settings: Settings) -> list[Finding]:
    """Look at the packages, the data, the clock and the broker."""
    looks: tuple[Callable[[], Iterable[Finding]], ...] = (
        _versions,
        name_clashes,
        _languages,
        _clock,
        lambda: _security(settings),
        lambda: asyncio.run(_broker(settings)),
    )
    return [finding for look in looks for finding in look()]


def name_clashes() -> list[Finding]:
    """Say which other distributions install a package of ours: pip overwrites one with the other without a word."""
    owners = packages_distributions()
    findings = []
    for package in PACKAGES:
        others = sorted(set(owners.get(package, ())) - {DISTRIBUTION})
        if others:
            findings.append(
                Finding(
                    "error",
                    "packages",
                    f"package '{package}' is also installed by {', '.join(others)}: give khabar its own environment",
                )
            )
    return findings or [Finding("ok", "packages", "no other distribution installs pipeline, agents or schemas")]


def _versions() -> list[Finding]:
    names = (DISTRIBUTION, "faust-streaming", "aiokafka", "feedparser", "langdetect", "orjson")
    python = ".".join(str(part) for part in sys.version_info[:3])
    return [Finding("ok", "versions", f"Python {python}, " + ", ".join(f"{name} {version(name)}" for name in names))]


def _languages() -> list[Finding]:
    from pipeline.resources import ResourceError, languages
    from pipeline.topology import stages

    try:
        for spec in stages():
            spec.make()
    except ResourceError as error:
        return [Finding("error", "language data", str(error))]
    return [Finding("ok", "language data", f"folders: {', '.join(languages())}")]


def _clock() -> list[Finding]:
    if time.time() < RELEASED:
        return [Finding("error", "clock", "this machine's clock is before the release of this program")]
    return [Finding("ok", "clock", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))]


def _security(settings: Settings) -> list[Finding]:
    if settings.tls:
        return []
    if settings.sasl_password:
        return [Finding("warning", "security", "a SASL password goes over the network without TLS")]
    hosts = {address.rpartition(":")[0] or address for address in addresses(settings)}
    if settings.embedded or hosts <= LOCAL:
        return []
    return [Finding("warning", "security", "records go over the network in the clear (settings tls, sasl_mechanism)")]


async def _broker(settings: Settings) -> list[Finding]:
    if settings.broker.startswith("memory:"):
        return [Finding("ok", "broker", f"{settings.broker} lives in the process that uses it")]
    try:
        async with connect(settings) as broker:
            problems = await wrong(broker, settings)
    except BrokerError as error:
        return [Finding("error", "broker", str(error))]
    return [Finding("error", "topics", problem) for problem in problems] or [
        Finding("ok", "broker", f"{settings.broker} answers and holds all topics")
    ]


def _print_settings(settings: Settings) -> None:
    for name, doc in setting_docs().items():
        value = getattr(settings, name)
        shown = "***" if name in SECRETS and value else value
        origin = "environment" if PREFIX + name.upper() in os.environ else ""
        print(f"{name:20} {shown!s:28} {PREFIX + name.upper():30} {doc}{' (' + origin + ')' if origin else ''}")
    print()


def _print(findings: list[Finding], *, as_json: bool) -> None:
    for finding in findings:
        if as_json:
            print(orjson.dumps(finding).decode())
        else:
            print(f"{finding.level:8} {finding.subject:14} {finding.text}")
