"""A connection to PostgreSQL that holds the lock of a sink's group, and writes rows and places together."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from agents.sink.batch import Batch, values
from agents.sink.table import PLACE, ddl, event_columns, upsert

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.event import Event

logger = logging.getLogger("khabar.sink")

# Unless the connection string says otherwise. A server that vanished is noticed within half a minute.
DEFAULTS = {
    "application_name": "khabar-sink",
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
# Classes of SQLSTATE: a value that the table does not take, and a table, right or server that is not as it must be.
OF_THE_RECORD = frozenset({"21", "22", "23", "54"})
OF_THE_SETUP = frozenset({"0A", "0L", "0P", "28", "3D", "3F", "42"})
# What a server says that turns a connection away for good; libpq gives no SQLSTATE here.
TURNED_AWAY = (
    "authentication failed",
    "no password supplied",
    "no pg_hba.conf entry",
    "does not exist",
    "certificate verify failed",
    "server does not support SSL",
    "invalid value for parameter",
    "invalid integer value",
    "could not read root certificate",
)
HIDDEN = ("password", "sslpassword", "passfile")
PLACE_TAKEN = """
INSERT INTO {schema}.place (sink_group, topic, partition, next_offset, taken_at)
VALUES (%s, %s, %s, %s, to_timestamp(%s))
ON CONFLICT (sink_group, topic, partition)
DO UPDATE SET next_offset = excluded.next_offset, taken_at = excluded.taken_at
"""
COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped
"""


class GoneError(RuntimeError):
    """The database cannot be used now; waiting may help."""


class LockedError(GoneError):
    """Another sink is this group."""


class UnfitError(RuntimeError):
    """The connection string, a right or a table is wrong; no waiting mends it."""


def parameters(dsn: str) -> dict[str, Any]:
    """Read a connection string; what is said about a wrong one shows nothing of it.

    Raises:
        UnfitError: it is none.
    """
    try:
        given = {name: value for name, value in conninfo_to_dict(dsn).items() if value is not None}
    except psycopg.Error:
        raise UnfitError("postgres_dsn is no connection string: postgresql://USER:PASSWORD@HOST/DATABASE") from None
    host, database = str(given.get("host", "")), str(given.get("dbname", ""))
    ports = str(given.get("port", "5432")).split(",")
    # The password of a URI ends at its first @ or /: the rest of it would be taken, and shown, for host or database.
    if "@" in host + database or "/" in database or not all(port.isdigit() for port in ports):
        raise UnfitError("postgres_dsn: in a URI, write @ as %40, / as %2F and : as %3A in user and password")
    return DEFAULTS | given


class Database:
    """The tables in one schema, written by one group at a time; use it as an asynchronous context manager."""

    def __init__(self, dsn: str, *, schema: str, group: str, topic: str) -> None:
        """Write what a topic says into a schema, under the name of a group.

        Raises:
            UnfitError: the connection string is none.
            ValueError: the schema's name is none.
        """
        self._parameters = parameters(dsn)
        self._ddl, self._upsert = ddl(schema), upsert(schema)
        self._schema, self._group, self._topic = schema, group, topic
        self._open: psycopg.AsyncConnection[Any] | None = None

    async def __aenter__(self) -> Self:
        """Connect, and take the group's lock.

        Raises:
            GoneError: the server cannot be reached now.
            LockedError: another process holds the lock.
            UnfitError: the server turns us away.
        """
        with self._translated():
            self._open = await psycopg.AsyncConnection.connect(make_conninfo("", **self._parameters), autocommit=True)
        try:
            await self._lock()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def _lock(self) -> None:
        """Take the lock, held by the session that writes: whoever loses it has lost its open transaction, too."""
        name = f"khabar sink {self._schema} {self._group}"
        with self._translated():
            lock = await self._connection.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (name,))
            held = await lock.fetchone()
        if held is None or not held[0]:
            raise LockedError(f"another sink writes into schema {self._schema} as group {self._group}")

    async def __aexit__(self, *exc: object) -> None:
        """Disconnect; the server takes back what is not committed."""
        if self._open is not None:
            await self._open.close()
            self._open = None

    @property
    def _connection(self) -> psycopg.AsyncConnection[Any]:
        assert self._open is not None, "used outside of its context"
        return self._open

    async def create(self) -> None:
        """Make what is missing of schema, tables, indexes and views."""
        with self._translated():
            async with self._connection.transaction():
                await self._connection.execute(self._ddl.encode())

    async def check(self) -> None:
        """See that the tables have the columns this program writes; further columns are left alone.

        Raises:
            UnfitError: they do not; the message says what is missing.
        """
        encoding = self._connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise UnfitError(
                f"the database is in {encoding}, which cannot hold the world's scripts: it must be in UTF8"
            )
        for table, wanted in (("event", event_columns()), ("place", PLACE)):
            with self._translated():
                found = await self._connection.execute(COLUMNS, (f"{self._schema}.{table}",))
                there = dict(await found.fetchall())
            if not there:
                raise UnfitError(f"there is no table {self._schema}.{table}, or no right to see it: run with --create")
            wrong = [f"{name} {kind}" for name, kind in wanted.items() if there.get(name) != kind]
            if wrong:
                raise UnfitError(f"table {self._schema}.{table} must have the columns {', '.join(wrong)}")

    async def places(self) -> dict[int, int]:
        """Return the next offset of every partition that has been read."""
        query = f"SELECT partition, next_offset FROM {self._schema}.place WHERE sink_group = %s AND topic = %s"  # noqa: S608 - a name we checked
        with self._translated():
            found = await self._connection.execute(query.encode(), (self._group, self._topic))
            return dict(await found.fetchall())

    async def forget_places(self) -> None:
        """Let the next reading begin at the beginning of the topic."""
        query = f"DELETE FROM {self._schema}.place WHERE sink_group = %s AND topic = %s"  # noqa: S608 - a name we checked
        with self._translated():
            await self._connection.execute(query.encode(), (self._group, self._topic))

    async def write(self, batch: Batch) -> int:
        """Write a batch and its places in one transaction; returns the number of rows that changed.

        An event that the table does not take is logged and passed over.

        Raises:
            GoneError: nothing of it is written, or all of it and nobody could say so.
            UnfitError: the table does not take events at all.
        """
        with self._translated():
            try:
                return await self._write(batch, apart=False)
            except psycopg.Error as error:
                if _class(error) not in OF_THE_RECORD:
                    raise
            return await self._write(batch, apart=True)

    async def _write(self, batch: Batch, *, apart: bool) -> int:
        async with self._connection.transaction(), self._connection.cursor() as cursor:
            changed = 0
            if batch.deleted:
                query = f"DELETE FROM {self._schema}.event WHERE event_id = ANY(%s)"  # noqa: S608 - a name we checked
                await cursor.execute(query.encode(), (sorted(batch.deleted),))
                changed += cursor.rowcount
            if apart:
                changed += sum([await self._write_alone(cursor, event) for event in batch.events.values()])
            elif batch.events:
                await cursor.executemany(self._upsert.encode(), [values(event) for event in batch.events.values()])
                changed += cursor.rowcount
            await cursor.executemany(
                PLACE_TAKEN.format(schema=self._schema).encode(),
                [(self._group, self._topic, number, *at) for number, at in sorted(batch.places.items())],
            )
        return changed

    async def _write_alone(self, cursor: psycopg.AsyncCursor[Any], event: Event) -> int:
        try:
            async with self._connection.transaction():
                await cursor.execute(self._upsert.encode(), values(event))
        except psycopg.Error as error:
            if _class(error) not in OF_THE_RECORD:
                raise
            about = {"event": event.event_id, "revision": event.revision, "why": self._told(error)}
            logger.warning("passed over: the table does not take it", extra=about)
            return 0
        return cursor.rowcount

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn errors of the driver into ours, without what could show a password."""
        try:
            yield
        except psycopg.Error as error:
            told = self._told(error)
            away = error.sqlstate is None and any(words in told for words in TURNED_AWAY)
            if away or _class(error) in OF_THE_SETUP:
                raise UnfitError(f"PostgreSQL: {told}") from None
            raise GoneError(f"PostgreSQL: {told}") from None

    def _told(self, error: psycopg.Error) -> str:
        told = error.diag.message_primary or " ".join(str(error).split()) or type(error).__name__
        for secret in (str(self._parameters[name]) for name in HIDDEN if self._parameters.get(name)):
            told = told.replace(secret, "***")
        return told


def _class(error: psycopg.Error) -> str:
    return (error.sqlstate or "")[:2]
