"""`khabar topics`: create what is missing on the broker, and show what is there."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import orjson

from agents.broker import Broker, BrokerError, connect, exit_code
from agents.config import SettingError, Settings, read_settings
from schemas.topics import topics

if TYPE_CHECKING:
    import argparse

EX_OK, EX_UNAVAILABLE, EX_CONFIG = 0, 69, 78


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `khabar topics`."""
    parser.add_argument(
        "action",
        choices=["create", "list", "check"],
        help="create what is missing; list what is there; check that all is as declared",
    )
    parser.add_argument("--broker", help="kafka://HOST:PORT (default: setting broker)")
    parser.add_argument("--replication-factor", type=int, help="copies of each partition")
    parser.add_argument("--json", action="store_true", help="one JSON object a topic")


def run(args: argparse.Namespace) -> int:
    """Run `khabar topics`."""
    try:
        settings = read_settings(broker=args.broker, replication_factor=args.replication_factor)
        return asyncio.run(_run(args, settings))
    except SettingError as error:
        print(f"khabar topics: {error}", file=sys.stderr)
        return EX_CONFIG
    except BrokerError as error:
        print(f"khabar topics: {error}", file=sys.stderr)
        return exit_code(error, EX_UNAVAILABLE)


async def _run(args: argparse.Namespace, settings: Settings) -> int:
    async with connect(settings) as broker:
        if args.action == "create":
            for name in await create(broker, settings):
                print(f"created {name}")
            return EX_OK
        if args.action == "check":
            problems = await wrong(broker, settings)
            for problem in problems:
                print(problem)
            return 1 if problems else EX_OK
        await _list(broker, as_json=args.json)
    return EX_OK


async def create(broker: Broker, settings: Settings) -> list[str]:
    """Create the topics of schemas/topics and the changelogs of the tables; returns the names created."""
    from agents.app import changelog_topics

    return await broker.create_topics(topics().values(), changelog_topics(settings))


async def wrong(broker: Broker, settings: Settings) -> list[str]:
    """Say which topics are missing or have another number of partitions than declared."""
    from agents.app import changelog_topics

    wanted = {name: spec.partitions for name, spec in topics().items()} | changelog_topics(settings)
    there = await broker.partitions()
    problems = [f"topic {name} is missing: run `khabar topics create`" for name in wanted if name not in there]
    return problems + [
        f"topic {name} has {there[name]} partitions, declared are {count}"
        for name, count in wanted.items()
        if name in there and there[name] != count
    ]


async def _list(broker: Broker, *, as_json: bool) -> None:
    there = await broker.partitions()
    ends = await broker.end_offsets(there)
    for name in sorted(there):
        spec = topics().get(name)
        row = {
            "topic": name,
            "partitions": there[name],
            "records_written": sum(offset for (topic, _), offset in ends.items() if topic == name),
            "what": spec.summary if spec else "changelog or foreign topic",
        }
        print(
            orjson.dumps(row).decode()
            if as_json
            else f"{name:32} {row['partitions']:>3} partitions {row['records_written']:>9} records  {row['what']}"
        )
