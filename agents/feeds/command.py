"""`khabar feeds`: look after the feed catalog."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from agents.config import SettingError, read_settings
from agents.feeds import adding, looking, tables
from agents.feeds.health import health_of, remembered
from agents.poller.state import SQLiteStore, StateError, Stored
from pipeline.feeds.catalog import Catalog, CatalogError, read_catalog
from pipeline.feeds.opml import write_opml
from pipeline.feeds.schedule import FeedState

if TYPE_CHECKING:
    from collections.abc import Callable

EX_OK, EX_FAILED, EX_USAGE, EX_TEMPFAIL, EX_CONFIG = 0, 1, 64, 75, 78
STATE_FILE = "feeds.db"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `khabar feeds`."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="list the feeds of the catalog")
    actions.add_parser("check", help="fetch every feed once and tell what a first poll would send")
    status = actions.add_parser("status", help="tell how the feeds do, from what the poller remembers")
    status.add_argument("--broken", action="store_true", help="only feeds that fail; exit code 1 if there are any")
    look = actions.add_parser("test", help="tell all about one feed: encoding, dates, keys, what would be sent")
    look.add_argument("target", metavar="URL|FILE|ID", help="an address, a document, or a feed of the catalog")
    add = actions.add_parser("add", help="find the feeds of a site and add them to the catalog")
    add.add_argument("url", metavar="URL", help="a feed, or a page of the site")
    which = add.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="add all feeds found")
    which.add_argument("--pick", type=int, metavar="N", help="add the Nth of the feeds found")
    add.add_argument("--id", help="its id (default: of its host)")
    add.add_argument("--name", help="name of the publisher (default: title of the feed)")
    add.add_argument("--language", help="language tag (default: what the feed says)")
    add.add_argument("--country", help="ISO 3166-1 code of the publisher")
    add.add_argument("--tag", action="append", default=[], dest="tags", metavar="TAG", help="may be given again")
    add.add_argument("--dry-run", action="store_true", help="only tell what would be added")
    taken = actions.add_parser("import", help="add the feeds of an OPML file to the catalog")
    taken.add_argument("file", type=Path, metavar="FILE.opml")
    taken.add_argument("--dry-run", action="store_true", help="only tell what would be added")
    given = actions.add_parser("export", help="write the catalog as OPML, without headers and passwords")
    given.add_argument("file", type=Path, nargs="?", metavar="FILE.opml", help="default: standard output")
    reset = actions.add_parser("reset", help="forget errors, validators and redirects of feeds, and poll them anew")
    reset.add_argument("ids", nargs="+", metavar="ID")
    reset.add_argument("--items", action="store_true", help="forget the items too: all are sent again")
    for name, action in actions.choices.items():
        action.add_argument(
            "--feeds", type=Path, default=Path("feeds.toml"), metavar="CATALOG.toml", help="the catalog"
        )
        action.add_argument("--json", action="store_true", help="one JSON object a line")
        if name in {"status", "reset"}:
            action.add_argument("--state", type=Path, metavar="FILE", help=f"default: {STATE_FILE} in state_dir")


def run(args: argparse.Namespace) -> int:
    """Run `khabar feeds`: 0 done, 1 something is wrong with a feed, 64 usage, 75 state unusable, 78 catalog wrong."""
    try:
        return _ACTIONS[args.action](args)
    except (CatalogError, SettingError) as error:
        return _complain(error, EX_CONFIG)
    except StateError as error:
        return _complain(error, EX_TEMPFAIL)


def _list(args: argparse.Namespace) -> int:
    catalog = _catalog(args)
    if args.json:
        tables.json_lines(looking.shown(feed) for feed in catalog.feeds)
    else:
        tables.show_catalog(catalog.feeds, _console())
    return EX_OK


def _status(args: argparse.Namespace) -> int:
    catalog, now = _catalog(args), datetime.now(UTC)
    feeds = health_of(catalog, remembered(_state_file(args)), now)
    if args.broken:
        feeds = [feed for feed in feeds if feed.is_broken]
    if args.json:
        tables.json_lines(feeds)
    else:
        tables.show_health(feeds, _console(), now)
    return EX_FAILED if args.broken and feeds else EX_OK


def _check(args: argparse.Namespace) -> int:
    findings = asyncio.run(looking.check(_catalog(args)))
    if args.json:
        tables.json_lines(tables.as_record(name, found) for name, found in findings)
    else:
        tables.show_findings(findings, _console())
    return EX_FAILED if any(found.error for _, found in findings) else EX_OK


def _test(args: argparse.Namespace) -> int:
    catalog = _catalog(args) if args.feeds.is_file() else None
    found = asyncio.run(looking.examine(args.target, catalog))
    if found is None:
        return _complain(f"{args.target!r} is no web address, no file and no feed of the catalog", EX_USAGE)
    if args.json:
        tables.json_lines([tables.as_record(args.target, found)])
    else:
        tables.show_finding(found, _console())
    return EX_FAILED if found.error else EX_OK


def _export(args: argparse.Namespace) -> int:
    catalog = _catalog(args)
    text = write_opml(catalog)
    if args.file is None:
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
    else:
        try:
            args.file.write_text(text, encoding="utf-8", errors="replace")
        except OSError as error:
            return _complain(error, EX_FAILED)
    if any(feed.headers or "@" in feed.url.split("/")[2] for feed in catalog.feeds):
        print("khabar feeds export: headers and passwords of feeds were left out", file=sys.stderr)
    return EX_OK


def _reset(args: argparse.Namespace) -> int:
    known = {feed.id: feed for feed in _catalog(args).feeds}
    wrong = [name for name in args.ids if name not in known]
    if wrong:
        return _complain(f"no feeds of the catalog: {', '.join(wrong)}", EX_USAGE)
    with SQLiteStore(_state_file(args)) as store:
        for name in args.ids:
            stored = store.get(name)
            done = "was never polled"
            if stored is not None:
                store.forget(name)
                if not args.items:
                    store.commit(name, Stored(known[name].url, FeedState(), stored.seen))
                done = f"reset, {'none' if args.items else len(stored.seen.articles)} items remembered"
            if args.json:
                tables.json_lines([{"feed": name, "reset": stored is not None}])
            else:
                print(f"{name}: {done}")
    return EX_OK


def _add(args: argparse.Namespace) -> int:
    return adding.add(args, _catalog(args), _console())


def _import(args: argparse.Namespace) -> int:
    return adding.import_opml(args, _catalog(args), _console())


def _catalog(args: argparse.Namespace) -> Catalog:
    catalog = read_catalog(args.feeds)
    for warning in catalog.warnings:
        print(f"khabar feeds: {warning}", file=sys.stderr)
    return catalog


def _state_file(args: argparse.Namespace) -> Path:
    return args.state or Path(read_settings().state_dir) / STATE_FILE


def _console() -> Console:
    return Console(highlight=False)


def _complain(error: object, code: int) -> int:
    print(f"khabar feeds: {error}", file=sys.stderr)
    return code


_ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    "list": _list,
    "check": _check,
    "status": _status,
    "test": _test,
    "add": _add,
    "import": _import,
    "export": _export,
    "reset": _reset,
}
