"""What the poller remembers between polls: one SQLite row a feed, written only after the broker has the articles."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol, Self

import orjson

from pipeline.feeds.identity import Seen, dump_seen, load_seen
from pipeline.feeds.schedule import FeedState

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 2
_TIMES = frozenset(field.name for field in fields(FeedState) if "datetime" in str(field.type))
_LISTS = frozenset(field.name for field in fields(FeedState) if str(field.type).startswith("tuple"))
_CREATE = (
    """
create table if not exists feeds (
    id text primary key,
    url text not null,
    next_poll real,
    state blob not null,
    seen blob not null
) without rowid
""",
    "create table if not exists silences (host text primary key, until real not null) without rowid",
)


class StateError(RuntimeError):
    """The state cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The state of a feed and the address it was learned from."""

    url: str
    state: FeedState
    seen: Seen


class StateStore(Protocol):
    """Keeps the state of feeds."""

    def get(self, feed_id: str) -> Stored | None:
        """Return the state of a feed, None for a feed never polled."""
        ...

    def next_polls(self) -> dict[str, datetime]:
        """Return when each known feed is due."""
        ...

    def commit(self, feed_id: str, stored: Stored) -> None:
        """Replace the state of a feed, durably."""
        ...

    def silences(self) -> dict[str, datetime]:
        """Return until when hosts asked to be left alone."""
        ...

    def silence(self, host: str, until: datetime) -> None:
        """Remember that a host asked to be left alone, durably."""
        ...


class SQLiteStore:
    """State in one SQLite file; use it as a context manager. One poller a file."""

    def __init__(self, path: Path) -> None:
        """Use the file at `path`, made when missing."""
        self._path = path
        self._database: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        """Open the file.

        Raises:
            StateError: it cannot be opened, is no state of a poller, or is of a newer version.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            database = sqlite3.connect(self._path, isolation_level=None, timeout=5.0)
        except (OSError, sqlite3.Error) as error:
            raise StateError(f"{self._path}: {error}") from error
        try:
            self._prepare(database)
        except sqlite3.Error as error:
            database.close()
            raise StateError(f"{self._path}: {error}") from error
        except StateError:
            database.close()
            raise
        self._database = database
        return self

    def __exit__(self, *exc: object) -> None:
        """Close the file."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def get(self, feed_id: str) -> Stored | None:
        """Return the state of a feed, None for a feed never polled."""
        row = self._open.execute("select url, state, seen from feeds where id = ?", (feed_id,)).fetchone()
        if row is None:
            return None
        try:
            return Stored(row[0], load_state(row[1]), load_seen(row[2]))
        except ValueError as error:
            raise StateError(f"{self._path}: feed {feed_id}: {error}") from error

    def next_polls(self) -> dict[str, datetime]:
        """Return when each known feed is due."""
        rows = self._open.execute("select id, next_poll from feeds where next_poll is not null").fetchall()
        return {feed_id: datetime.fromtimestamp(due, UTC) for feed_id, due in rows}

    def commit(self, feed_id: str, stored: Stored) -> None:
        """Replace the state of a feed, durably."""
        due = stored.state.next_poll.timestamp() if stored.state.next_poll else None
        row = (feed_id, stored.url, due, dump_state(stored.state), dump_seen(stored.seen))
        self._open.execute("insert or replace into feeds values (?, ?, ?, ?, ?)", row)

    def forget(self, feed_id: str) -> bool:
        """Forget a feed, durably; says whether it was known."""
        return self._open.execute("delete from feeds where id = ?", (feed_id,)).rowcount > 0

    def silences(self) -> dict[str, datetime]:
        """Return until when hosts asked to be left alone."""
        rows = self._open.execute("select host, until from silences").fetchall()
        return {host: datetime.fromtimestamp(until, UTC) for host, until in rows}

    def silence(self, host: str, until: datetime) -> None:
        """Remember that a host asked to be left alone, durably."""
        self._open.execute("insert or replace into silences values (?, ?)", (host, until.timestamp()))

    @property
    def _open(self) -> sqlite3.Connection:
        if self._database is None:
            raise StateError("the store is not open")
        return self._database

    def _prepare(self, database: sqlite3.Connection) -> None:
        database.execute("pragma journal_mode = wal")
        database.execute("pragma synchronous = normal")
        (version,) = database.execute("pragma user_version").fetchone()
        if version > FORMAT:
            raise StateError(f"{self._path}: written by a newer version (format {version}, known {FORMAT})")
        if version < FORMAT:
            for statement in _CREATE:
                database.execute(statement)
            database.execute(f"pragma user_version = {FORMAT}")


class MemoryStore:
    """State that ends with the process: for trying out and for tests."""

    def __init__(self, source: StateStore | None = None) -> None:
        """Start empty, or from what `source` has, which is never written."""
        self._source = source
        self._rows: dict[str, Stored] = {}
        self._silences: dict[str, datetime] = {}

    def get(self, feed_id: str) -> Stored | None:
        """Return the state of a feed, None for a feed never polled."""
        return self._rows.get(feed_id) or (self._source.get(feed_id) if self._source else None)

    def next_polls(self) -> dict[str, datetime]:
        """Return when each known feed is due."""
        own = {feed_id: row.state.next_poll for feed_id, row in self._rows.items() if row.state.next_poll}
        return {**(self._source.next_polls() if self._source else {}), **own}

    def commit(self, feed_id: str, stored: Stored) -> None:
        """Replace the state of a feed."""
        self._rows[feed_id] = stored

    def silences(self) -> dict[str, datetime]:
        """Return until when hosts asked to be left alone."""
        return {**(self._source.silences() if self._source else {}), **self._silences}

    def silence(self, host: str, until: datetime) -> None:
        """Remember that a host asked to be left alone."""
        self._silences[host] = until


def dump_state(state: FeedState) -> bytes:
    """Write a feed's state as JSON."""
    return orjson.dumps(state, option=orjson.OPT_SORT_KEYS)


def load_state(data: bytes) -> FeedState:
    """Read what `dump_state` wrote; fields of a newer minor version are ignored.

    Raises:
        ValueError: the data is something else.
    """
    try:
        value: dict[str, Any] = dict(orjson.loads(data))
        known = {field.name: value[field.name] for field in fields(FeedState) if field.name in value}
        times = {name: datetime.fromisoformat(known[name]) for name in _TIMES if known.get(name)}
        lists = {name: tuple(known[name]) for name in _LISTS if name in known}
        return FeedState(**{**known, **times, **lists})
    except (orjson.JSONDecodeError, TypeError, AttributeError) as error:
        raise ValueError(f"no state of a feed: {error}") from error
