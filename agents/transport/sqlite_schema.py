"""The file of a durable log: its tables, its version, and how records and headers are laid out in it."""

from __future__ import annotations

import json
import sqlite3
import struct
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.transport.log import Headers, LogError, Record, Slot, TopicConfig

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

APPLICATION_ID = 0x6B686272  # "khbr": lets file(1) and us know the file
VERSION = 1
PAGE_SIZE = 16_384  # measured: 1.08 to 1.26 bytes on disk a byte of payload, against 1.20 to 1.27 with 4096

# Records are appended in the order of their row ids, which fills pages; the index finds them by partition.
_TABLES = """
CREATE TABLE topic (name TEXT PRIMARY KEY, partitions INTEGER NOT NULL, config TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE partition (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL, number INTEGER NOT NULL,
    base INTEGER NOT NULL DEFAULT 0, cleaned INTEGER NOT NULL DEFAULT 0, UNIQUE (topic, number));
CREATE TABLE record (
    id INTEGER PRIMARY KEY, partition INTEGER NOT NULL, offset INTEGER NOT NULL, timestamp INTEGER NOT NULL,
    key BLOB, value BLOB, headers BLOB);
CREATE UNIQUE INDEX record_offset ON record (partition, offset);
CREATE TABLE committed (
    consumer_group TEXT NOT NULL, topic TEXT NOT NULL, number INTEGER NOT NULL, offset INTEGER NOT NULL,
    PRIMARY KEY (consumer_group, topic, number)) WITHOUT ROWID;
"""

INSERT_RECORD = "INSERT INTO record (partition, offset, timestamp, key, value, headers) VALUES (?, ?, ?, ?, ?, ?)"
# Each statement hands the interpreter lock over and waits for it again, up to 5 ms while the event loop is busy:
# so many rows a statement.
_ROWS = {count: INSERT_RECORD + ", (?, ?, ?, ?, ?, ?)" * (count - 1) for count in (128, 16, 4, 1)}
SELECT_RECORDS = (
    "SELECT offset, timestamp, key, value, headers FROM record"
    " WHERE partition = ? AND offset >= ? ORDER BY offset LIMIT ?"
)

Statement = tuple[str, tuple[Any, ...]]
_LENGTHS = struct.Struct(">Hi")


@dataclass(slots=True)
class Extent:
    """The row of a partition and its offsets: earliest, next, and up to where it is compacted."""

    row: int
    base: int = 0
    end: int = 0
    cleaned: int = 0


def database_path(name: str) -> Path:
    """Return the file an sqlite:// URL names: relative after three slashes, absolute after four."""
    path = Path(name.removeprefix("/"))
    if not name.removeprefix("/") or path.is_dir():
        raise LogError(f"sqlite://{name} names no file: write sqlite:///relative.db or sqlite:////absolute/path.db")
    return path.absolute().parent.resolve() / path.name


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """Open the file, for writing create it; raises LogError where it is none of ours."""
    if not path.parent.is_dir():
        raise LogError(f"no folder {path.parent} for {path.name}; a URL with four slashes names an absolute path")
    if not write and not path.is_file():
        raise LogError(f"no log {path}")
    mode = "rwc" if write else "ro"
    try:
        # The writing connection moves to the thread of the executor, which alone uses it from then on.
        database = sqlite3.connect(
            f"{path.as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=10.0, check_same_thread=False
        )
        try:
            _prepare(database, path, write=write)
        except BaseException:
            database.close()
            raise
    except sqlite3.Error as error:
        raise LogError(f"cannot open {path}: {error}") from error
    return database


def _prepare(database: sqlite3.Connection, path: Path, *, write: bool) -> None:
    ours, version = (database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
    empty = not database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if write and empty:
        database.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(
            f"BEGIN; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; {_TABLES} COMMIT;"
        )
    elif ours != APPLICATION_ID:
        raise LogError(f"{path} is no log of khabar")
    elif version != VERSION:
        raise LogError(f"{path} has layout {version}, this khabar reads layout {VERSION}")
    if write:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute("PRAGMA journal_size_limit = 67108864")


def read_topics(database: sqlite3.Connection) -> dict[str, TopicConfig]:
    """Topics by name."""
    rows = database.execute("SELECT name, partitions, config FROM topic ORDER BY name")
    return {name: TopicConfig.parse(partitions, json.loads(config)) for name, partitions, config in rows}


def read_partitions(database: sqlite3.Connection) -> dict[Slot, Extent]:
    """Extent of every partition."""
    rows = database.execute(
        "SELECT topic, number, id, base, max(base, ifnull((SELECT max(offset) + 1 FROM record"
        " WHERE record.partition = partition.id), 0)), cleaned FROM partition"
    )
    return {(topic, number): Extent(row, base, end, cleaned) for topic, number, row, base, end, cleaned in rows}


def read_committed(database: sqlite3.Connection) -> dict[str, dict[Slot, int]]:
    """Committed offsets by group."""
    offsets: dict[str, dict[Slot, int]] = {}
    for group, topic, number, offset in database.execute("SELECT * FROM committed"):
        offsets.setdefault(group, {})[topic, number] = offset
    return offsets


def select_records(database: sqlite3.Connection, partition: int, offset: int, limit: int) -> sqlite3.Cursor:
    """Begin to read a partition from `offset` on; `read_records` takes it from there."""
    return database.execute(SELECT_RECORDS, (partition, offset, limit))


def read_records(rows: sqlite3.Cursor, slot: Slot, max_bytes: int) -> list[Record]:
    """Read records until there are about `max_bytes`, at least one if there is one."""
    records: list[Record] = []
    room = max_bytes
    with closing(rows):
        for offset, timestamp, key, value, headers in rows:
            record = Record(slot[0], slot[1], offset, timestamp, key, value, unpack_headers(headers))
            room -= record.size
            if room < 0 and records:
                break
            records.append(record)
    return records


def pack_headers(headers: Headers) -> bytes | None:
    """Write headers as lengths and bytes; None where there are none."""
    return b"".join(_pack(headers)) or None


def _pack(headers: Headers) -> Iterable[bytes]:
    for name, value in headers:
        raw = name.encode("utf-8", "surrogatepass")
        yield _LENGTHS.pack(len(raw), -1 if value is None else len(value))
        yield raw
        yield value or b""


def unpack_headers(data: bytes | None) -> Headers:
    """Read what `pack_headers` wrote."""
    headers: list[tuple[str, bytes | None]] = []
    at = 0
    while data and at < len(data):
        name_size, value_size = _LENGTHS.unpack_from(data, at)
        at += _LENGTHS.size
        name = data[at : at + name_size].decode("utf-8", "surrogatepass")
        at += name_size
        headers.append((name, None if value_size < 0 else data[at : at + value_size]))
        at += max(0, value_size)
    return tuple(headers)


def execute(database: sqlite3.Connection, statements: Sequence[Statement]) -> None:
    """Run statements in their order, with few calls."""
    for sql, group in groupby(statements, key=itemgetter(0)):
        rows = [values for _, values in group]
        if sql == INSERT_RECORD:
            _insert(database, rows)
        else:
            database.executemany(sql, rows)


def _insert(database: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    at = 0
    for count, sql in _ROWS.items():
        while len(rows) - at >= count:
            database.execute(sql, tuple(chain.from_iterable(rows[at : at + count])))
            at += count


def create_statements(topic: str, config: TopicConfig, first_id: int) -> list[Statement]:
    """Write a new topic whose partitions get row ids from `first_id` on."""
    given = json.dumps(dict(config.given), sort_keys=True)
    statements: list[Statement] = [("INSERT INTO topic VALUES (?, ?, ?)", (topic, config.partitions, given))]
    sql = "INSERT INTO partition (id, topic, number) VALUES (?, ?, ?)"
    statements += [(sql, (first_id + number, topic, number)) for number in range(config.partitions)]
    return statements


def commit_statements(group: str, offsets: Iterable[tuple[Slot, int]]) -> list[Statement]:
    """Write committed offsets."""
    return [("REPLACE INTO committed VALUES (?, ?, ?, ?)", (group, *slot, offset)) for slot, offset in offsets]
