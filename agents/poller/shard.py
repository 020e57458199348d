"""Sharing feeds among several pollers: all feeds of a host stay with one of them, so that its manners hold."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Self

from agents.poller.hosts import host_name

MOST = 1000
_TEXT = re.compile(r"(\d{1,4})/(\d{1,4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shard:
    """The share `number` of `count`, counted from 1."""

    number: int = 1
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `I/N`.

        Raises:
            ValueError: it is something else.
        """
        match = _TEXT.fullmatch(text.strip())
        shard = cls(int(match[1]), int(match[2])) if match else None
        if shard is None or not 1 <= shard.number <= shard.count <= MOST:
            raise ValueError(f"{text!r} is no share like 2/3: the second of three pollers")
        return shard

    def takes(self, url: str) -> bool:
        """Say whether the feed at `url` belongs to this share."""
        digest = hashlib.sha256(host_name(url).encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8], "big") % self.count == self.number - 1
