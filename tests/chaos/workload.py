"""What a run sends: stories that tell events or none, copies, versions, reordered dates, poison of fifteen kinds.

Every message carries its number in a header, which dead letters keep, so that each can be followed to its end. Copies
are of the same site: they keep their order through every partition, and a run without faults judges them alike.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson

from pipeline.source import raw_from_line, site_key
from schemas.codec import encode
from schemas.deadletter import DeadReason
from schemas.headers import headers_for
from tests.chaos.prose import Prose

NUMBER = "chaos-number"
SITES = 16
START = datetime(2026, 3, 2, 6, tzinfo=UTC)
LARGE, TOO_LARGE = 300_000, 1_200_000
# Copies and versions are of one of so many latest stories.
RECENT = 40
OTHER_TEXTS = (
    ("Cyrillic", "В {a} не было {b}, но {c} уже {d}, и это {e}."),
    ("Devanagari", "यह {a} का {b} है और {c} में {d} नहीं {e} था।"),
    ("Arabic", "یہ {a} کا {b} ہے اور {c} میں {d} نہیں {e} تھا۔"),
    ("Latin", "El {a} de {b} es {c} y la {d} no {e} por el."),
)

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Input:
    """A message for news.raw; `uri` is None and `reason` set where it must become a dead letter."""

    number: int
    kind: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    uri: str | None = None
    version: int = 1
    reason: DeadReason | None = None


def number_of(headers: Headers) -> int | None:
    """Return the number of the message that these headers came with."""
    found = dict(headers).get(NUMBER)
    return int(found) if found is not None else None


def poison(number: int) -> tuple[bytes | None, DeadReason]:
    """Return bytes that the first stage cannot take, of one of fifteen kinds, and the reason they must get."""
    mark = str(number).encode()
    kinds: tuple[tuple[bytes | None, DeadReason], ...] = (
        (b"", "decode"),
        (None, "decode"),
        (b"{" + mark, "decode"),
        (b"[" + mark + b"]", "decode"),
        (b"\xff\xfe" + mark, "decode"),
        (b"\x00" * 64 + mark, "decode"),
        (b"[" * 10_000, "decode"),
        (orjson.dumps({"schema": "raw_article/1.0", "uri": number}), "decode"),
        (orjson.dumps({"schema": "raw_article/1.0"}), "decode"),
        (orjson.dumps({"schema": "raw_article/9.0", "uri": str(number)}), "schema"),
        (orjson.dumps({"schema": "feed_status/1.0", "uri": str(number)}), "schema"),
        (orjson.dumps({"schema": "raw_article/1.0", "uri": f"p{number}", "version": "two"}), "decode"),
        (orjson.dumps({"schema": "raw_article/1.0", "uri": f"p{number}", "body_text": "123 - 456"}), "empty"),
        (encode(raw_from_line({"id": f"p{number}", "text": "long word"}))[:-9] + mark, "decode"),
        (b'{"schema":"raw_article/1.0","uri":"' + mark + b'","body_text":"' + b"x" * TOO_LARGE + b'"}', "too_large"),
    )
    return kinds[number % len(kinds)]


class Workload:
    """Writes inputs; the same seed writes the same."""

    def __init__(self, seed: int, *, poisoned: float = 0.02) -> None:
        self._chance = random.Random(f"workload {seed}")
        self._prose = Prose(f"prose {seed}")
        self._poisoned = poisoned
        self._told: list[dict[str, str]] = []
        self._versions: dict[str, int] = {}

    def inputs(self, count: int) -> Iterator[Input]:
        """Yield so many messages, one in fifty a second delivery of an earlier one."""
        recent: list[Input] = []
        for number in range(count):
            if recent and self._chance.random() < 0.02:
                yield self._chance.choice(recent)
                continue
            one = self._input(number, count)
            recent = [*recent[-RECENT:], one]
            yield one

    def _input(self, number: int, count: int) -> Input:
        site = f"paper{self._chance.randrange(SITES)}.example"
        if self._chance.random() < self._poisoned:
            value, reason = poison(number)
            return Input(number, "poison", site.encode(), value, (_mark(number),), reason=reason)
        kinds = ("story", "event", "copy", "version", "large", "other")
        (kind,) = self._chance.choices(kinds, (45, 35, 8, 5, 0.5, 6.5))
        # Of a hundred some come late: their dates go back up to two hours.
        late = self._chance.randrange(7200) if self._chance.random() < 0.03 else 0
        seen = START + timedelta(seconds=86_400 * number / count - late)
        line = {"id": f"u{number}", "url": f"https://www.{site}/{number}", "source": site, **self._told_as(kind)}
        line.setdefault("published", seen.isoformat(timespec="seconds"))
        self._told = [*self._told[-RECENT:], line]
        raw = raw_from_line(line)
        version = self._versions[raw.uri] = self._versions.get(raw.uri, 0) + 1
        value = orjson.loads(encode(raw)) | {"version": version}
        raw = raw_from_line(value)
        key = site_key(raw)
        headers = (*headers_for(raw, key=key), _mark(number))
        return Input(number, kind, key.encode(), encode(raw), headers, uri=raw.uri, version=version)

    def _told_as(self, kind: str) -> dict[str, str]:
        """Return title and text, and for what repeats a story also where it stood."""
        prose = self._prose
        old = self._chance.choice(self._told) if self._told and kind in ("copy", "version") else None
        if old is not None and kind == "version":
            return {**old, "text": f"{old['text']} {prose.sentence()}"}
        if old is not None:
            return {name: old[name] for name in ("title", "text", "source", "published")} | _copied_to(old["url"])
        if kind == "other":
            script, frame = self._chance.choice(OTHER_TEXTS)
            text = " ".join(frame.format(**{name: prose.noun(script) for name in "abcde"}) for _ in range(8))
            return {"title": prose.title(), "text": text}
        text = prose.nouns(LARGE) if kind == "large" else prose.text(deed=kind == "event")
        return {"title": prose.title(), "text": text}


def _copied_to(url: str) -> dict[str, str]:
    return {"url": f"{url}-again"}


def _mark(number: int) -> tuple[str, bytes]:
    return NUMBER, str(number).encode()
