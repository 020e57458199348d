"""The HTTP connection of the poller: what aiohttp bounds only in time is bounded in number here."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import BadHttpMessage

# A server has use for two or three (100 Continue, 103 Early Hints); aiohttp reads them without end.
MOST_INTERIM = 16


class Connection(ResponseHandler):
    """A connection that is closed when a server sends interim answers (1xx, RFC 9110 section 15.2) without end."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Serve one connection."""
        super().__init__(loop=loop)
        self._interim = 0

    def feed_data(self, data: Any, size: int = 0) -> None:
        """Take the head of an answer, with its payload.

        After one interim answer too many nothing is taken any more; who waits for the answer gets `BadHttpMessage`.
        """
        if self._interim > MOST_INTERIM:
            return
        code = data[0].code
        self._interim = self._interim + 1 if 100 <= code < 200 and code != 101 else 0
        if self._interim <= MOST_INTERIM:
            super().feed_data(data, size)
        elif self.transport is not None:
            self.transport.abort()
            self.set_exception(BadHttpMessage(f"more than {MOST_INTERIM} interim answers"))


class Connector(aiohttp.TCPConnector):
    """aiohttp's connector with connections of ours."""

    def __init__(self, **options: Any) -> None:
        """Take the options of `aiohttp.TCPConnector`."""
        super().__init__(**options)
        self._factory = partial(Connection, loop=self._loop)  # type: ignore[assignment]  # `partial` is invariant
