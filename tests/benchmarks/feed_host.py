"""A quick server of many feeds, in a process of its own: feed N is at /N.xml, at any address of loopback.

A feed has 17 items and 27 KB. With a share of changes, that share of the answers to conditional requests is a new
document whose first item is new; the others are 304.
"""

from __future__ import annotations

import asyncio
import sys
import zlib
from typing import ClassVar

ITEMS = 17
_WORDS = [
    "minister",
    "security",
    "council",
    "border",
    "trade",
    "agreement",
    "protest",
    "police",
    "river",
    "flood",
    "election",
    "court",
    "army",
    "province",
    "talks",
    "delegation",
    "hospital",
    "district",
    "governor",
    "president",
    "sanctions",
    "market",
    "workers",
    "strike",
    "embassy",
    "ceasefire",
    "convoy",
]


def text_of(number: int, words: int) -> str:
    """Make prose of a number, the same every time."""
    drawn, out = number * 2654435761 % 2**32, []
    for _ in range(words):
        drawn = (drawn * 1103515245 + 12345) % 2**31
        out.append(_WORDS[drawn % len(_WORDS)])
    return " ".join(out)


_BODIES = [text_of(number, 175) for number in range(64)]
_TITLES = [text_of(number + 99, 8) for number in range(64)]


def document(feed: int, version: int) -> bytes:
    """Make the document of a feed; every version has one new item on top."""
    items = "".join(
        f"<item><title>{_TITLES[(feed + n) % 64]} {feed}-{n}</title><link>https://site{feed}.example/{n}?utm_source=rss</link>"
        f"<guid isPermaLink='false'>{feed}-{n}</guid><pubDate>Tue, 03 Mar 2026 09:{n % 60:02}:00 +0500</pubDate>"
        f"<category>news</category><description>&lt;p&gt;{_BODIES[(feed * 7 + n) % 64]}&lt;/p&gt;</description></item>"
        for n in range(version + ITEMS - 1, version - 1, -1)
    )
    head = f"<title>Site {feed}</title><link>https://site{feed}.example/</link><language>en</language>"
    return f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel>{head}{items}</channel></rss>".encode()


class Host(asyncio.Protocol):
    """Answers one request after another on a connection."""

    every = 0  # every so many conditional answers one has changed; 0 for never
    different = 1_000_000  # so many feeds differ, the others are like the first ones
    versions: ClassVar[dict[int, int]] = {}
    asked = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._data = b""

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            head, self._data = self._data[:end], self._data[end + 4 :]
            self._transport.write(self._answer(head))

    def _answer(self, head: bytes) -> bytes:
        feed = int(head[head.index(b"/") + 1 : head.index(b".xml")])
        version = self.versions.get(feed, 0)
        if b'If-None-Match: "%d"' % version in head:
            Host.asked += 1
            if not self.every or Host.asked % self.every:
                return b'HTTP/1.1 304 Not Modified\r\nETag: "%d"\r\n\r\n' % version
            version = self.versions[feed] = version + 1
        press = zlib.compressobj(1, zlib.DEFLATED, 31)
        body = press.compress(document(feed % self.different, version)) + press.flush()
        return (
            b'HTTP/1.1 200 OK\r\nETag: "%d"\r\nContent-Type: application/rss+xml\r\nContent-Encoding: gzip\r\n'
            b"Content-Length: %d\r\n\r\n%b" % (version, len(body), body)
        )


async def main() -> None:
    """Serve until the standard input ends; the port is the first line of output."""
    Host.every, Host.different = int(sys.argv[1]), int(sys.argv[2])
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Host, "0.0.0.0", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
