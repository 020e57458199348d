"""A subscriber's group on memory:// and sqlite://: one reader at a time, its offsets in the broker or beside its file.

The file of an sqlite:// broker belongs to the process that runs the stages, so a subscriber in another process keeps
its offsets in a file of its own: `FILE.db.groups/GROUP.json`.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self
from urllib.parse import unquote, urlsplit

import orjson

from agents.broker import BrokerError, Start, connect
from agents.subscription.start import offsets_at
from agents.transport.broker import broker_for
from agents.transport.file_lock import FileLock
from agents.transport.log import LogError, LogLockedError
from agents.transport.sqlite_schema import database_path

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from agents.broker import Received
    from agents.config import Settings

GROUP_NAME = re.compile(r"[A-Za-z0-9._-]{1,200}")


class Store(Protocol):
    """Where a group's offsets are kept."""

    def read(self, topic: str) -> dict[int, int]:
        """Return the next offset of every partition that has one."""
        ...

    async def write(self, topic: str, offsets: dict[int, int]) -> None:
        """Keep the next offset of every partition."""
        ...

    def close(self) -> None:
        """Let another process be the group."""
        ...


class InBroker:
    """Offsets of a broker in memory, kept by itself."""

    def __init__(self, url: str, group: str) -> None:
        """Use the broker of this process."""
        self._broker, self._group = broker_for(url), group

    def read(self, topic: str) -> dict[int, int]:
        """Return the next offset of every partition that has one."""
        return {slot[1]: offset for slot, offset in self._broker.committed(self._group).items() if slot[0] == topic}

    async def write(self, topic: str, offsets: dict[int, int]) -> None:
        """Keep the next offset of every partition."""
        await self._broker.commit(self._group, {(topic, number): offset for number, offset in offsets.items()})

    def close(self) -> None:
        """Do nothing."""


class InFile:
    """Offsets in a file beside the broker's, replaced as a whole, with a lock."""

    def __init__(self, url: str, group: str) -> None:
        """Lock the group.

        Raises:
            BrokerError: another process is this group, or the file is none of ours.
        """
        parts = urlsplit(url)
        database = database_path(unquote(parts.netloc + parts.path))
        folder = database.with_name(f"{database.name}.groups")
        folder.mkdir(exist_ok=True)
        self._path = folder / f"{group}.json"
        try:
            self._lock = FileLock(self._path.with_suffix(".lock"))
        except LogLockedError:
            raise BrokerError(f"another subscriber reads as group {group}: {self._path}") from None
        self._topics = self._loaded()

    def _loaded(self) -> dict[str, dict[str, int]]:
        try:
            found = orjson.loads(self._path.read_bytes())
            return {str(t): {str(int(n)): int(o) for n, o in offsets.items()} for t, offsets in found.items()}
        except FileNotFoundError:
            return {}
        except (ValueError, AttributeError, TypeError) as error:
            self.close()
            raise BrokerError(f"{self._path} holds no offsets: {error}") from None

    def read(self, topic: str) -> dict[int, int]:
        """Return the next offset of every partition that has one."""
        return {int(number): offset for number, offset in self._topics.get(topic, {}).items()}

    async def write(self, topic: str, offsets: dict[int, int]) -> None:
        """Keep the next offset of every partition."""
        self._topics[topic] = {str(number): offset for number, offset in sorted(offsets.items())}
        written = self._path.with_suffix(".new")
        with written.open("wb") as file:
            file.write(orjson.dumps(self._topics, option=orjson.OPT_SORT_KEYS))
            file.flush()
            os.fsync(file.fileno())
        Path.replace(written, self._path)

    def close(self) -> None:
        """Let another process be the group."""
        self._lock.release()


class EmbeddedGroup:
    """Reads on where the group stopped; partitions it has not read yet begin at `start`."""

    def __init__(self, settings: Settings, topic: str, start: Start, *, group: str, follow: bool) -> None:
        """Read a topic as a group."""
        if not GROUP_NAME.fullmatch(group):
            raise BrokerError(f"{group!r} is no name of a group: letters, digits, dot, underscore and hyphen")
        self._url, self._group = settings.broker, group
        self._broker = connect(settings)
        self._topic, self._start, self._follow = topic, start, follow
        self._store: Store | None = None
        self._positions: dict[int, int] = {}
        self._committed: dict[int, int] = {}

    async def __aenter__(self) -> Self:
        """Find the place of every partition, and keep it.

        Raises:
            BrokerError: another process is this group.
        """
        await self._broker.__aenter__()
        try:
            await self._begin()
        except (LogError, OSError) as error:
            await self.__aexit__()
            raise BrokerError(f"group {self._group}: {error}") from error
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def _begin(self) -> None:
        begin = await offsets_at(self._broker, self._topic, self._start)
        self._store = (InBroker if self._url.startswith("memory:") else InFile)(self._url, self._group)
        self._positions = begin | self._store.read(self._topic)
        await self.commit()

    async def __aexit__(self, *exc: object) -> None:
        """Keep what is done, and end."""
        if self._store is not None:
            with suppress(OSError):
                await self.commit()
            self._store.close()
            self._store = None
        await self._broker.__aexit__(*exc)

    def records(self) -> AsyncGenerator[Received, None]:
        """Yield the records."""
        return self._broker.records(self._topic, Start(dict(self._positions)), follow=self._follow)

    def done(self, received: Received) -> None:
        """Take a record, and with it all before it in its partition, for processed."""
        self._positions[received.partition] = received.offset + 1

    async def commit(self) -> None:
        """Make durable what is done."""
        if self._store is not None and self._positions != self._committed:
            await self._store.write(self._topic, self._positions)
            self._committed = dict(self._positions)
