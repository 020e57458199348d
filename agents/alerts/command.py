"""`khabar alerts`: check a file of rules, run them, replay them over the past, make a test call."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from agents import logs
from agents.alerts.outbox import Outbox
from agents.alerts.run import TOPIC, AlertRun
from agents.alerts.webhook import call, secret_of
from agents.broker import BrokerError, Start, connect
from agents.config import read_settings
from agents.subscription.failure import EXPECTED, fail
from agents.subscription.lines import event_line
from agents.subscription.start import parse_time
from agents.subscription.termination import terminated
from agents.transport.file_lock import FileLock
from agents.transport.log import LogLockedError
from pipeline.alerts.rules import Alerts, RuleError, read_alerts
from pipeline.alerts.watch import Alert, Watch
from pipeline.clock import seconds
from schemas.codec import DecodeError, decode, encode
from schemas.escaping import visible_json
from schemas.event import Event

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agents.config import Settings

EX_OK, EX_NOT_TOLD, EX_CONFIG, EX_TERMINATED = 0, 1, 78, 143


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `khabar alerts`."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    helps = {
        "check": "read the rules and say what they are",
        "run": "follow the events and tell the webhooks, until stopped",
        "replay": "print the alerts the rules give over the past; nobody is told",
        "test": "make a signed test call to each webhook",
    }
    for name, text in helps.items():
        action = actions.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        action.add_argument("--rules", type=Path, required=True, metavar="FILE", help="the rules, in TOML")
        if name in ("run", "replay"):
            action.add_argument("--broker", help="kafka://HOST:PORT or sqlite:///FILE.db (default: setting broker)")
        if name == "run":
            action.add_argument("--from", dest="start", default="end", metavar="START", help="where to begin, once")
            action.add_argument("--no-follow", action="store_true", help="stop at the end of the topic")
            action.add_argument("--state", type=Path, metavar="FILE", help="default: alerts.json in the state folder")
        if name == "replay":
            action.add_argument("--since", metavar="TIME", help="events last reported at or after this time")
            action.add_argument("--until", metavar="TIME", help="events last reported before this time")
            action.add_argument("--json", action="store_true", help="print whole alerts as JSON Lines")
        if name == "test":
            action.add_argument("--webhook", metavar="NAME", help="this one alone")


def run(args: argparse.Namespace) -> int:
    """Run `khabar alerts`."""
    try:
        alerts = read_file(args.rules)
        if args.action == "check":
            return _check(alerts)
        if args.action == "test":
            return asyncio.run(_test(alerts, args.webhook))
        settings = read_settings(broker=args.broker)
        return _replay(settings, alerts, args) if args.action == "replay" else _run(settings, alerts, args)
    except RuleError as error:
        print(f"khabar alerts: {error}", file=sys.stderr)
        return EX_CONFIG
    except EXPECTED as error:
        if isinstance(error, BrokenPipeError):
            raise
        return fail("alerts", error)


def read_file(path: Path) -> Alerts:
    """Read a file of rules.

    Raises:
        RuleError: it cannot be read, or makes no sense.
    """
    try:
        return read_alerts(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, RuleError) as error:
        raise RuleError(f"{path}: {error}") from error


def _check(alerts: Alerts) -> int:
    for rule in alerts.rules:
        apart = f" by {rule.group_by}" if rule.group_by else ""
        told = ", ".join(rule.webhooks) or "nobody"
        print(f"{rule.name}: {rule.count} in {rule.window} s{apart}, then {rule.cool_down} s of rest; tells {told}")
        print(f"    {rule.where.text}")
    for webhook in alerts.webhooks.values():
        print(f"{webhook.name}: {webhook.url}, {'signed' if secret_of(webhook) else 'NOT signed'}")
    return EX_OK


async def _test(alerts: Alerts, only: str | None) -> int:
    if only is not None and only not in alerts.webhooks:
        raise RuleError(f"there is no [webhook.{only}]")
    code = EX_OK
    for webhook in alerts.webhooks.values():
        if only in (None, webhook.name):
            answer = await call(webhook, secret_of(webhook), f"test-{time.time_ns()}", b'{"type":"khabar.test.v1"}')
            print(f"{webhook.name}: {answer.kind}: {logs.safe(answer.why)}")
            code = code if answer.kind == "taken" else EX_NOT_TOLD
    return code


def _replay(settings: Settings, alerts: Alerts, args: argparse.Namespace) -> int:
    since, until = (parse_time(text).timestamp() if text else None for text in (args.since, args.until))
    events = asyncio.run(_past(settings))
    within = (
        event for event in events if _is_in(seconds(event.last_seen), since, until) or (since is None and until is None)
    )
    for alert in replayed(alerts, within):
        if args.json:
            print(visible_json(encode(alert).decode()))
        else:
            group = f" {alert.group}" if alert.group else ""
            print(f"{alert.time}  {alert.rule}{group}  {alert.count}  {event_line(alert.event)}")
    return EX_OK


def _is_in(time_seen: int | None, since: float | None, until: float | None) -> bool:
    return time_seen is not None and (since is None or time_seen >= since) and (until is None or time_seen < until)


def replayed(alerts: Alerts, events: Iterable[Event]) -> list[Alert]:
    """Give the alerts over events of the past, in the order of their reports, whatever order they come in."""
    watches = [Watch(rule) for rule in alerts.rules]
    ordered = sorted(events, key=lambda event: (seconds(event.last_seen) or 0, event.event_id, event.revision))
    return [alert for event in ordered for watch in watches for alert in watch.take(event)]


async def _past(settings: Settings) -> list[Event]:
    found = {}
    async with connect(settings) as broker:
        async for received in broker.records(TOPIC, Start("beginning"), follow=False):
            with suppress(DecodeError):
                event = decode(Event, received.value)
                found[event.event_id, event.revision] = event
    return list(found.values())


def _run(settings: Settings, alerts: Alerts, args: argparse.Namespace) -> int:
    logs.set_up(settings)
    path = args.state or Path(settings.state_dir) / "alerts.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    secrets = {webhook.name: secret_of(webhook) for webhook in alerts.webhooks.values()}
    try:
        lock = FileLock(path.with_suffix(".lock"))
    except LogLockedError:
        raise BrokerError(f"another process runs the alerts of {path}") from None
    try:
        live = AlertRun(settings, Outbox.open(path, alerts.rules), alerts.webhooks, secrets)
        return asyncio.run(_until_stopped(live, args))
    finally:
        lock.release()


async def _until_stopped(live: AlertRun, args: argparse.Namespace) -> int:
    return EX_TERMINATED if await terminated(live.run(args.start, follow=not args.no_follow)) else EX_OK
