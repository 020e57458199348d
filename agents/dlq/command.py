"""`khabar dlq list|show|replay|discard`: look at dead letters, send them again, or give them up."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from agents.broker import Broker, BrokerError, Start, connect, exit_code
from agents.config import SettingError, read_settings
from agents.deadletter import TOPIC
from agents.dlq import display
from agents.dlq.ledger import read_ledger
from agents.dlq.replay import decide, replay
from agents.dlq.selection import Selection, SelectionError, named, parse_time, selected
from pipeline.topology import STAGE_NAMES
from schemas.deadletter import REASONS, from_message
from schemas.escaping import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agents.dlq.ledger import Entry
    from agents.dlq.replay import Outcome
    from schemas.deadletter import DeadLetter

EX_OK, EX_INCOMPLETE, EX_USAGE, EX_UNAVAILABLE, EX_CONFIG = 0, 1, 64, 69, 78
STATES = ("open", "parked", "replayed", "discarded")
# What each action is about unless --state says otherwise.
USUAL_STATES = {"list": ("open", "parked"), "replay": ("open",), "discard": ("open", "parked")}
SHOWN_BYTES = 4096


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `khabar dlq`."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    _with_selection(actions.add_parser("list", help="list letters that wait (others by --state)"))
    show = actions.add_parser("show", help="tell all about one letter")
    show.add_argument("id", help="its id, or how that begins")
    show.add_argument("--hex", action="store_true", help="show the value as a hex dump even where it is text")
    show.add_argument("--bytes", type=int, default=SHOWN_BYTES, help=f"bytes of the value shown ({SHOWN_BYTES})")
    show.add_argument("--raw", type=Path, metavar="FILE", help="write the value byte for byte into a new file")
    again = actions.add_parser("replay", help="send letters again to the topic they came from")
    _with_selection(again)
    give_up = actions.add_parser("discard", help="give letters up")
    _with_selection(give_up)
    give_up.add_argument("--because", required=True, metavar="TEXT", help="why; it is recorded")
    for action in (again, give_up):
        action.add_argument("--yes", action="store_true", help="do it; without, only tell what would be done")
    for action in actions.choices.values():
        action.add_argument("--broker", help="kafka://HOST:PORT or sqlite:///FILE.db (default: setting broker)")
        action.add_argument("--json", action="store_true", help="one JSON object a letter")


def _with_selection(action: argparse.ArgumentParser) -> None:
    action.add_argument("ids", nargs="*", metavar="ID", help="letters, by the beginnings of their ids (default: all)")
    action.add_argument("--state", action="append", choices=STATES, help="may be given again, as all that follow")
    action.add_argument("--stage", action="append", choices=STAGE_NAMES, help="the stage in which they died")
    action.add_argument("--reason", action="append", choices=REASONS, help="why they died")
    action.add_argument("--exception", action="append", metavar="CLASS", help="the class of the exception")
    action.add_argument("--app-version", action="append", metavar="VERSION", help="the version that failed")
    action.add_argument("--since", metavar="TIME", help="written since; ISO 8601 or 90s, 30m, 6h, 7d ago")
    action.add_argument("--until", metavar="TIME", help="written before")
    action.add_argument("--limit", type=_count, help="at most so many, the first of their origin")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of letters")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Run `khabar dlq`; exit code 1 where not all letters could be sent or found."""
    try:
        return asyncio.run(_run(args))
    except SelectionError as error:
        return _fail(error, EX_USAGE)
    except SettingError as error:
        return _fail(error, EX_CONFIG)
    except BrokerError as error:
        return _fail(error, exit_code(error, EX_UNAVAILABLE))
    except FileExistsError as error:
        return _fail(f"{error.filename} is there already", EX_USAGE)


def _fail(error: object, code: int) -> int:
    print(f"khabar dlq: {error}", file=sys.stderr)
    return code


async def _run(args: argparse.Namespace) -> int:
    selection = None if args.action == "show" else _selection(args)
    async with connect(read_settings(broker=args.broker)) as broker:
        ledger = await read_ledger(broker)
        if selection is None:
            return await _show(broker, named(ledger, args.id), args)
        entries = selected(ledger, selection, args.ids)
        for entry in [found for found in map(partial(named, ledger), args.ids) if found not in entries]:
            print(f"khabar dlq: {entry.letter.id} is passed over: its state is {entry.state}", file=sys.stderr)
        entries = entries[: args.limit]
        if args.action == "list":
            _list(entries, ledger.unreadable, as_json=args.json)
            return EX_OK
        return await _act(broker, entries, args)


def _selection(args: argparse.Namespace) -> Selection:
    now = time.time()
    return Selection(
        states=tuple(args.state or USUAL_STATES[args.action]),
        stages=tuple(args.stage or ()),
        reasons=tuple(args.reason or ()),
        exceptions=tuple(args.exception or ()),
        app_versions=tuple(args.app_version or ()),
        since=parse_time(args.since, now) if args.since else None,
        until=parse_time(args.until, now) if args.until else None,
    )


def _list(entries: Sequence[Entry], unreadable: int, *, as_json: bool) -> None:
    for line in (display.as_json(entry) for entry in entries) if as_json else display.table(entries):
        print(line)
    if not as_json:
        print(display.summary(entries))
    if unreadable:
        print(f"khabar dlq: {unreadable} messages are neither letters nor decisions", file=sys.stderr)


async def _show(broker: Broker, entry: Entry, args: argparse.Namespace) -> int:
    letter = await _read(broker, entry)
    if letter is None:
        raise BrokerError(f"letter {entry.letter.id} is gone from {TOPIC}")
    if args.raw is not None:
        with args.raw.open("xb") as file:
            file.write(letter.value or b"")
    if args.json:
        print(display.as_json(entry))
        return EX_OK
    for line in [*display.letter_lines(entry), "", *display.value_lines(letter.value, args.bytes, as_hex=args.hex)]:
        print(line)
    return EX_OK


async def _read(broker: Broker, entry: Entry) -> DeadLetter | None:
    async for received in broker.records(TOPIC, Start({entry.partition: entry.offset}), follow=False):
        if (received.partition, received.offset) == (entry.partition, entry.offset):
            return from_message(received.key, received.value, received.headers)
    return None


async def _act(broker: Broker, entries: Sequence[Entry], args: argparse.Namespace) -> int:
    """Send letters again or give them up; without --yes only tell which."""
    if not args.yes or args.json:
        _list(entries, 0, as_json=args.json)
    if not args.yes:
        _say(f"nothing done: --yes would {args.action} {_by_topic(entries)}", args)
        return EX_OK
    if args.action == "discard":
        await decide(broker, entries, "discard", args.because)
        _say(f"discarded {_by_topic(entries)}", args)
        return EX_OK
    outcome = await replay(broker, entries)
    return _report(outcome, args)


def _report(outcome: Outcome, args: argparse.Namespace) -> int:
    for entry, reason in outcome.refused:
        print(f"khabar dlq: {entry.letter.id} not sent: {reason}", file=sys.stderr)
    _say(f"replayed {_by_topic(outcome.sent)}", args)
    return EX_INCOMPLETE if outcome.refused else EX_OK


def _say(text: str, args: argparse.Namespace) -> None:
    print(text, file=sys.stderr if args.json else sys.stdout)


def _by_topic(entries: Sequence[Entry]) -> str:
    counts = Counter(entry.letter.topic for entry in entries)
    return f"{len(entries)} letters" + "".join(
        f", {count} of {visible(topic)}" for topic, count in sorted(counts.items())
    )
