"""Make the real record of every topic that its page shows: `python -m tests.docs.samples` writes schemas/samples/.

All are of one article, seeds/004, through the stages after the other seeds; a test holds the files to what is made.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from xml.sax.saxutils import escape

from agents.deadletter import dead_letter, outbound
from agents.delivery import Outbound
from agents.dlq.ledger import Entry
from agents.dlq.replay import decide
from agents.poller.emit import BrokerEmitter
from agents.poller.fetch import FetchResult
from agents.poller.hosts import Hosts
from agents.poller.metrics import PollerMetrics
from agents.poller.poll import Poller
from agents.poller.state import MemoryStore
from pipeline.driver import Driver
from pipeline.feeds.catalog import FeedSpec
from pipeline.feeds.parse import read_feed
from pipeline.feeds.parsed import ParsedFeed
from pipeline.source import read_seeds, site_key
from schemas.article import RawArticle
from schemas.codec import DecodeError, decode, encode
from schemas.deadletter import TOPIC_LIMIT
from schemas.decision import DeadDecision
from schemas.event import Event, Mention
from schemas.headers import headers_for
from schemas.samples import Sample
from schemas.trace import Trace
from tests.paths import ROOT, SEEDS

FOLDER = ROOT / "schemas" / "samples"
SEED = "004"
NOW = datetime(2026, 3, 3, 6, tzinfo=UTC)
LONGEST_TEXT = 240
SHOWN_TEXT = 160
LONGEST_LIST = 6
SHOWN_LIST = 3
BROKEN_OFF = 298
FEED = FeedSpec(id="seeds", url="https://feeds.example.org/seeds.xml")
ABOUT = {
    "news.raw": "The Hindi article `seeds/004…txt`, as `khabar replay seeds/` sends it.",
    "news.articles": "The same article, cleaned and identified.",
    "news.unique": "The same article: the first of its story. The folded words have done their work and are gone.",
    "news.mentions": "One of its mentions: the talks of two foreign ministers.",
    "news.events": "The event it became: an Urdu article, `seeds/000…txt`, tells it too, so this is revision 2.",
    "news.dead": f"The article, its message broken off after {BROKEN_OFF} bytes: the language stage cannot read it.",
    "news.decisions": "An operator's `khabar dlq discard` of that letter.",
    "news.feeds": "The state of a feed that carries the five seeds, after its first poll.",
}


@dataclass(frozen=True)
class Message:
    """A record on a topic."""

    key: str
    headers: Mapping[str, str]
    value: bytes


def samples() -> dict[str, Sample]:
    """Make the sample of every topic."""
    found = {**staged(), **asyncio.run(operated()), "news.feeds": asyncio.run(polled())}
    return {topic: shown(found[topic], about) for topic, about in ABOUT.items()}


def staged() -> dict[str, Message]:
    """Run the seeds through all stages, and keep what became of one of them."""
    driver, messages = Driver(strict=True), {}
    for raw in read_seeds(SEEDS):
        outcome = driver.feed(raw)
    messages["news.raw"] = message(site_key(raw), raw)
    event = max(
        (one for one in driver.events().values() if len(one.languages) > 1),
        key=lambda one: (one.confidence, one.event_id),
    )
    trace = Trace.of(headers_for(raw))
    assert raw.uri.startswith(SEED)
    assert trace is not None
    wanted = {"language": "news.articles", "dedup": "news.unique", "events": "news.mentions", "linking": "news.events"}
    for stage, topic in wanted.items():
        trace = trace.child(stage)
        emitted = next(emit for emit in outcome.emitted[stage] if is_of(emit.value, event))
        messages[topic] = message(emitted.key, emitted.value, trace)
    return messages


def is_of(record: Any, event: Event) -> bool:
    """Say whether a record is the event, or the mention of it, or an article."""
    if isinstance(record, Mention):
        return record.mention_id in event.mention_ids
    return not isinstance(record, Event) or record == event


async def operated() -> dict[str, Message]:
    """Let the article's message break off, and an operator give the letter up."""
    *_, raw = read_seeds(SEEDS)
    value, headers = encode(raw)[:BROKEN_OFF], headers_for(raw, key=site_key(raw))
    origin = SimpleNamespace(
        topic="news.raw", partition=3, offset=41, timestamp=NOW.timestamp(), key=site_key(raw).encode(), value=value, headers=headers
    )  # fmt: skip
    try:
        decode(RawArticle, value)
    except DecodeError as error:
        letter = dead_letter(origin, stage="language", reason=error.reason, text=str(error), error=error)
    letter = replace(letter, first_failed_at=rfc3339())
    sent: list[Outbound] = []

    async def send(records: list[Outbound]) -> None:
        sent.extend(records)

    entry = Entry(letter, partition=0, offset=0, size=len(value), written=NOW.timestamp())
    await decide(SimpleNamespace(send=send), [entry], "discard", "the source sent the article again")
    decision = replace(decode(DeadDecision, sent[0].value), decided=rfc3339())
    return {"news.dead": of_outbound(outbound(letter, TOPIC_LIMIT)), "news.decisions": message(letter.id, decision)}


async def polled() -> Message:
    """Poll a feed of the seeds once, and keep its state."""
    sent: list[Message] = []

    async def send(topic: str, key: bytes | None, value: bytes, headers: Any) -> None:
        if topic == "news.feeds" and key and not key.endswith(b"#memory"):
            sent.append(of_outbound(Outbound(topic, key, value, headers)))

    async def fetch(url: str, *_: object) -> FetchResult:
        validators = {"etag": '"5"', "last-modified": "Tue, 03 Mar 2026 05:40:00 GMT"}
        return FetchResult(final_url=url, status=200, headers=validators, body=feed_of_seeds())

    async def parse(body: bytes, **_: object) -> ParsedFeed:
        return read_feed(body)

    clock = SimpleNamespace(now=lambda: NOW)
    poller = Poller(
        fetcher=SimpleNamespace(fetch=fetch),
        pool=SimpleNamespace(parse=parse),
        hosts=Hosts(clock, FEED.interval, {}),
        store=MemoryStore(),
        emitter=BrokerEmitter(send),
        clock=clock,
        metrics=PollerMetrics(),
    )
    await poller.poll(FEED)
    return sent[-1]


def feed_of_seeds() -> bytes:
    """Write the seeds as a feed."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{raw.uri}</guid><description>{escape(raw.text)}</description></item>"
        for raw in read_seeds(SEEDS)
    )
    return f"<rss version='2.0'><channel><title>Seeds</title>{items}</channel></rss>".encode()


def message(key: str, record: Any, trace: Trace | None = None) -> Message:
    """Make the message of a record, as a stage sends it."""
    headers = headers_for(record, key=key) + ((trace.header,) if trace else ())
    return Message(key, {name: value.decode() for name, value in headers}, encode(record))


def of_outbound(out: Outbound) -> Message:
    """Make the message of what is sent."""
    return Message((out.key or b"").decode(), {name: value.decode() for name, value in out.headers}, out.value or b"")


def shown(whole: Message, about: str) -> Sample:
    """Cut the long values of a message."""
    cut: dict[str, str] = {}
    text = whole.value.decode("utf-8", "ignore")
    is_json = "dlq.id" not in whole.headers
    value = shortened(json.loads(text), "", cut) if is_json else text
    return Sample(about=about, key=whole.key, headers=dict(whole.headers), value=value, cut=cut)


def shortened(value: Any, path: str, cut: dict[str, str]) -> Any:
    """Cut long texts and lists, and note how long they were."""
    if isinstance(value, dict):
        return {name: shortened(inner, f"{path}.{name}".lstrip("."), cut) for name, inner in value.items()}
    if isinstance(value, list):
        kept = value[:SHOWN_LIST] if len(value) > LONGEST_LIST else value
        if kept is not value:
            cut[path] = f"{len(kept)} of {len(value)}"
        return [shortened(inner, f"{path}[{number}]", cut) for number, inner in enumerate(kept)]
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        cut[path] = f"{SHOWN_TEXT} of {len(value)} characters"
        # Base64, which has no spaces, would be none with an ellipsis.
        return f"{value[:SHOWN_TEXT]}{'…' if ' ' in value else ''}"
    return value


def rfc3339() -> str:
    """Write the time that it always is here."""
    return NOW.isoformat().replace("+00:00", "Z")


def files() -> Iterator[tuple[str, str]]:
    """Give the name and the text of every file."""
    for topic, one in samples().items():
        yield f"{topic}.json", json.dumps(asdict(one), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for name, text in files():
        (FOLDER / name).write_text(text, encoding="utf-8")
