"""`khabar export`: the final view of the events, or the mentions, as a file."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from agents.client import RECORDS
from agents.config import read_settings
from agents.export.snapshot import Snapshot, Wanted
from agents.export.writers import WRITERS, Counts, Writer, write_spreadsheet
from agents.subscription.failure import EXPECTED, fail
from agents.subscription.start import parse_time
from pipeline.subscription.where import parse

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

EX_OK = 0
SUFFIXES = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet", ".geojson": "geojson"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `khabar export`."""
    parser.add_argument("--broker", help="kafka://HOST:PORT or sqlite:///FILE.db (default: setting broker)")
    parser.add_argument("--format", choices=sorted(WRITERS), help="default: by the ending of the file, else jsonl")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="written beside and moved into place when whole; default: -"
    )
    parser.add_argument("--mentions", action="store_true", help="the mentions instead of the events")
    parser.add_argument("--where", default="", help="a filter, as for khabar tail")
    parser.add_argument("--since", metavar="TIME", help="reported at or after this time (2026-01-31, 7d)")
    parser.add_argument("--until", metavar="TIME", help="reported before this time")
    parser.add_argument("--with-ended", action="store_true", help="events that were merged or retracted, too")
    parser.add_argument(
        "--spreadsheet", action="store_true", help="CSV in which no text of a feed is taken for a formula"
    )


def run(args: argparse.Namespace) -> int:
    """Run `khabar export`."""
    try:
        return export(args)
    except BrokenPipeError:
        raise
    except EXPECTED as error:
        return fail("export", error)


def export(args: argparse.Namespace) -> int:
    """Read the topic, write the file, and tell how many records are in it.

    Raises:
        WhereError: the filter cannot be understood.
        ValueError: a time is none, or a format does not fit.
    """
    writer = _writer(args)
    now = datetime.now(UTC)
    since, until = (parse_time(text, now) if text else None for text in (args.since, args.until))
    wanted = Wanted(parse(args.where, now), since, until, ended=args.with_ended)
    topic = "news.mentions" if args.mentions else "news.events"
    settings = read_settings(broker=args.broker)
    with Snapshot(topic) as snapshot:
        asyncio.run(snapshot.take(settings))
        with _written_to(args.output) as file:
            counts = writer(snapshot.records(wanted), RECORDS[topic], file)
        _tell(counts, snapshot)
    return EX_OK


def _writer(args: argparse.Namespace) -> Writer:
    by_suffix = SUFFIXES.get(args.output.suffix.lower()) if args.output else None
    name = args.format or by_suffix or "jsonl"
    if name == "parquet" and args.output is None:
        raise ValueError("parquet needs a file: -o FILE")
    if args.spreadsheet and name != "csv":
        raise ValueError(f"--spreadsheet is for csv, not {name}")
    return write_spreadsheet if args.spreadsheet else WRITERS[name]


@contextmanager
def _written_to(path: Path | None) -> Iterator[BinaryIO]:
    """Open the standard output, or a new file that takes the place of `path` when all is written."""
    if path is None or str(path) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            yield file  # type: ignore[misc]  # a wrapper of a BinaryIO
            file.flush()
            os.fsync(file.fileno())
            umask = os.umask(0)
            os.umask(umask)
            Path(file.name).chmod(0o666 & ~umask)
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def _tell(counts: Counts, snapshot: Snapshot) -> None:
    unplaced = f", {counts.unplaced} without a place left out" if counts.unplaced else ""
    refused = f", {snapshot.refused} could not be read" if snapshot.refused else ""
    print(f"{counts.written} records{unplaced}{refused}", file=sys.stderr)
