"""Poison of every kind on every topic that a stage reads: once in the dead letters with its bytes and its reason."""

from __future__ import annotations

import gzip
import itertools
from collections import Counter

import orjson
import pytest

from agents.cli import main
from pipeline.source import raw_from_line
from schemas.codec import encode
from schemas.deadletter import from_message
from tests.stream.harness import fast, read, running

numbers = itertools.count()
SOURCES = {
    "news.raw": "raw_article",
    "news.articles": "article",
    "news.unique": "judged_article",
    "news.mentions": "mention",
}
STAGE_OF = {"news.raw": "language", "news.articles": "dedup", "news.unique": "events", "news.mentions": "linking"}
TEXT = "روسی وزیر خارجہ سرگئی لاوروف نے اسلام آباد میں پاکستان کے وزیراعظم عمران خان سے ملاقات کی۔"
GOOD = raw_from_line({"id": "good", "text": TEXT, "published": "2021-04-07T10:00:00Z"})


def poison(record: str) -> dict[str, tuple[bytes | None, str]]:
    """Bytes no stage can take, and the reason each must get."""
    named = f"{record}/1.0"
    whole = orjson.dumps({"schema": named, "uri": "u"})
    return {
        "empty": (b"", "decode"),
        "tombstone": (None, "decode"),
        "brace": (b"{", "decode"),
        "array": (b"[]", "decode"),
        "null": (b"null", "decode"),
        "number": (b"1e999", "decode"),
        "not a number": (b'{"schema":NaN}', "decode"),
        "wrong types": (orjson.dumps({"schema": named, "uri": 7, "article": [], "mention_id": None}), "decode"),
        "unknown field": (orjson.dumps({"schema": named, "colour": "red"}), "decode"),
        "missing fields": (orjson.dumps({"schema": named}), "decode"),
        "an integer of 80 bits": (b'{"schema":"%b","uri":%d}' % (named.encode(), 2**80), "decode"),
        "no schema": (orjson.dumps({"uri": "u"}), "schema"),
        "a schema that is no name": (orjson.dumps({"schema": 7}), "schema"),
        "unknown major": (orjson.dumps({"schema": f"{record}/9.0"}), "schema"),
        "another record": (orjson.dumps({"schema": "feed_status/1.0"}), "schema"),
        "bad utf-8": (b'{"schema":"\xff\xfe"}', "decode"),
        "utf-16": (whole.decode().encode("utf-16"), "decode"),
        "byte order mark": (b"\xef\xbb\xbf" + whole, "decode"),
        "lone surrogate": (b'{"schema":"%b","uri":"\\ud800"}' % named.encode(), "decode"),
        "framed for a schema registry": (b"\x00\x00\x00\x00\x07" + whole, "decode"),
        "gzip": (gzip.compress(whole, mtime=0), "decode"),
        "two records": (whole + whole, "decode"),
        "cut": (whole[:-3], "decode"),
        "nul": (b"\x00" * 100, "decode"),
        "two megabytes": (b'{"schema":"' + b"x" * 2_000_000 + b'"}', "too_large"),
        "nested": (b"[" * 100_000, "decode"),
    }


KINDS = len(poison("x"))
UNCLEAN = (
    ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ("", b"no name"),
    ("esc\x1b[2J\u202e", b"\x1b]0;title\x07\xff"),
    ("twice", b"1"),
    ("twice", b"2"),
    ("large", b"x" * 10_000),
    ("dlq.reason", b"forged"),
    ("dlq.replay.id", b"forged"),
)


async def poison_everything(settings) -> None:
    async with running(settings) as app:
        for topic, record in SOURCES.items():
            for name, (value, _) in poison(record).items():
                await app.send(topic, value, key=f"{topic} {name}".encode(), headers=UNCLEAN)
        await app.send("news.raw", encode(GOOD), key=b"good")
        await app.done(*SOURCES)
        counts = {name: shell.counts for name, shell in app.built.shells.items()}
    assert app.code == 0
    for count in counts.values():
        assert count.received == count.passed + count.dropped.total() + count.dead.total()
        assert count.dead == Counter(reason for _, reason in poison("x").values())
        assert count.passed == 1
    letters = [from_message(r.key, r.value, r.headers) for r in await read(settings, "news.dead")]
    assert len(letters) == len({letter.id for letter in letters}) == 4 * KINDS
    for letter in letters:
        assert letter.headers[0] == UNCLEAN[0]
        assert [value for name, value in letter.headers if name == "twice"] == [b"1", b"2"]
        assert not any("\x1b" in name or len(value) > 4096 for name, value in letter.headers)
    found = {(letter.key or b"").decode(): (letter.value, letter.reason, letter.stage) for letter in letters}
    assert found == {
        f"{topic} {name}": (value, reason, STAGE_OF[topic])
        for topic, record in SOURCES.items()
        for name, (value, reason) in poison(record).items()
    }
    assert len(await read(settings, "news.events")) >= 1


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
async def test_poison_on_an_embedded_broker(kind, tmp_path):
    name = f"poison-{next(numbers)}"
    await poison_everything(fast(f"memory://{name}" if kind == "memory" else f"sqlite:///{tmp_path}/x.db", app_id=name))


@pytest.mark.kafka
async def test_poison_on_kafka(kafka1, fresh_topics):
    await poison_everything(fast(kafka1.url, app_id=await fresh_topics("poison")))


def test_a_replay_with_a_dead_article_says_so_and_exits_with_1(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("KHABAR_BROKER", raising=False)
    lines = [{"id": "good", "text": TEXT, "published": "2021-04-07"}, {"id": "bad", "text": "!!! 12 ..."}]
    file = tmp_path / "articles.jsonl"
    file.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    assert main(["replay", str(file)]) == 1
    assert "2 in = 1 out + 0 dropped + 1 dead (empty 1)" in capsys.readouterr().out
