"""`khabar process`: the stages without a broker, JSON Lines in, JSON Lines out, in order."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO

import orjson

from agents.lanes import Chunk, Item, Lane, Processes, Specs, SpreadLane
from pipeline.driver import Counts, Tally
from pipeline.source import raw_from_line, site_key
from pipeline.stage import Emit
from pipeline.topology import STAGE_NAMES, stages
from schemas.article import Article, JudgedArticle
from schemas.codec import DecodeError, encode, plain

LONGEST_LINE = 32 * 1024 * 1024
CHUNK = 32
EX_SOFTWARE = 70
BOM = b"\xef\xbb\xbf"
SPREAD = frozenset({"language", "events"})


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked for: the last stage, and the confidence below which mentions and events are left out."""

    until: str = "events"
    workers: int = 1
    min_confidence: float = 0.0


@dataclass(slots=True)
class Summary:
    """What became of the articles, and of the records at each stage."""

    articles: Tally = field(default_factory=Tally)
    stages: Counts = field(default_factory=Counts)

    def lines(self) -> Iterator[str]:
        """Write it for people: the articles first, then a line a stage."""
        yield _sentence("articles", self.articles)
        for name, tally in self.stages.items():
            yield _sentence(name, tally)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `khabar process`."""
    parser.add_argument("--until", choices=STAGE_NAMES, default="events", help="last stage to run (default: events)")
    parser.add_argument("--workers", type=_number, default=1, metavar="N", help="processes to use (default: 1)")
    parser.add_argument(
        "--min-confidence", type=_share, default=0.0, metavar="X", help="leave out mentions and events below X, 0 to 1"
    )
    parser.add_argument("--summary", action="store_true", help="say on standard error what became of the articles")


def run(args: argparse.Namespace) -> int:
    """Run `khabar process`; exit code 1 when an article could not be processed."""
    job = Job(args.until, args.workers, args.min_confidence)
    summary = Summary()
    try:
        process(sys.stdin.buffer, sys.stdout.buffer, job, summary)
    except BrokenProcessPool as error:
        print(f"khabar process: a worker process ended: {error}", file=sys.stderr)
        return EX_SOFTWARE
    failed = bool(summary.articles.dead)
    if failed or args.summary:
        print(*summary.lines(), sep="\n", file=sys.stderr)
    return int(failed)


def process(source: BinaryIO, sink: BinaryIO, job: Job, summary: Summary, specs: Specs = stages) -> None:
    """Read articles from `source` and write one line each to `sink`; with linking, the events at the end."""
    wanted = STAGE_NAMES[: STAGE_NAMES.index(job.until) + 1]
    with _lanes(job, summary.stages, specs, wanted) as lanes:
        # One line at a time in one process: what comes in slowly goes out at once.
        chunks = _chunks(items(source), CHUNK * job.workers if job.workers > 1 else 1)
        for lane in lanes:
            chunks = lane.over(chunks)
            if lane.name == "events":
                chunks = _sure(chunks, job.min_confidence)
        for chunk in chunks:
            for item in chunk:
                _count(item, summary.articles)
                sink.write(_line(item, job.until))
            sink.flush()
        if job.until == "linking":
            for event in lanes[-1].driver.events().values():
                if event.confidence >= job.min_confidence:
                    sink.write(encode({"event": event}) + b"\n")
            sink.flush()


def items(source: BinaryIO) -> Iterator[Item]:
    """Read the lines of a stream; what is no article becomes an item that says why. Empty lines are passed over."""
    for number, line in enumerate(_lines(source), start=1):
        text = line.removeprefix(BOM) if number == 1 else line
        if text == _TOO_LONG:
            yield Item(None, error=_error("too_large", f"line {number}: more than {LONGEST_LINE} bytes"))
        elif text.strip():
            yield _item(text, number)


def _item(line: bytes, number: int) -> Item:
    value: Any = None
    try:
        value = orjson.loads(line)
        raw = raw_from_line(value)
    except ValueError as error:
        reason = error.reason if isinstance(error, DecodeError) else "decode"
        return Item(_identifier(value), error=_error(reason, f"line {number}: {error}"))
    return Item(raw.uri, (Emit(site_key(raw), raw),))


def _identifier(value: object) -> str | None:
    """The id of an article that is otherwise wrong."""
    given = value.get("id", value.get("uri")) if isinstance(value, dict) else None
    return given if isinstance(given, str) else None


def _error(reason: str, message: str) -> dict[str, Any]:
    return {"stage": "source", "reason": reason, "message": message}


_TOO_LONG = b"\n" * 2


def _lines(source: BinaryIO) -> Iterator[bytes]:
    """Lines of bounded length; of a longer one nothing is kept, and `_TOO_LONG` stands in its place."""
    while line := source.readline(LONGEST_LINE + 1):
        if len(line) <= LONGEST_LINE:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = source.readline(LONGEST_LINE)
        yield _TOO_LONG


def _chunks(found: Iterator[Item], size: int) -> Iterator[Chunk]:
    while chunk := list(islice(found, size)):
        yield chunk


@contextmanager
def _lanes(job: Job, counts: Counts, specs: Specs, wanted: Iterable[str]) -> Iterator[list[Lane]]:
    chosen = [spec for spec in specs() if spec.name in set(wanted)]
    if job.workers == 1:
        yield [Lane(spec, counts) for spec in chosen]
        return
    processes = Processes(job.workers, specs)
    try:
        yield [SpreadLane(s, counts, processes) if s.name in SPREAD else Lane(s, counts) for s in chosen]
    finally:
        processes.close()


def _sure(chunks: Iterable[Chunk], least: float) -> Iterator[Chunk]:
    """Leave out the mentions that are not sure enough."""
    for chunk in chunks:
        for item in chunk:
            if least > 0.0:
                item.messages = tuple(m for m in item.messages if m.value.withdrawn or m.value.confidence >= least)
        yield chunk


def _count(item: Item, tally: Tally) -> None:
    tally.seen += 1
    if item.error:
        tally.dead[item.error["reason"]] += 1
    elif item.messages or item.dropped is None:
        tally.passed += 1
    else:
        tally.dropped[item.dropped[1]] += 1


def _line(item: Item, until: str) -> bytes:
    """The output of an article; with linking only what could not be processed has a line of its own."""
    if item.error:
        return encode({"article_id": item.article_id, "error": item.error}) + b"\n"
    if until == "linking":
        return b""
    record = _MAKE[until](item)
    return encode({"article_id": item.article_id, **record}) + b"\n"


def _language(item: Item) -> dict[str, Any]:
    return _of_article(item.messages[0].value) if item.messages else _dropped(item)


def _dedup(item: Item) -> dict[str, Any]:
    if not item.messages:
        return _dropped(item)
    judged: JudgedArticle = item.messages[0].value
    verdict = judged.verdict
    return {
        **_of_article(judged.article),
        "verdict": verdict.verdict,
        "relation": verdict.relation,
        "of": verdict.of,
        "group": verdict.group,
        "similarity": verdict.similarity,
        "containment": verdict.containment,
        "nothing_new": verdict.nothing_new,
        "changes": plain(verdict.changes),
        "numbers": plain(verdict.numbers),
        "parts": plain(verdict.parts),
        "merged": plain(verdict.merged),
    }


def _events(item: Item) -> dict[str, Any]:
    return {"mentions": [message.value for message in item.messages]}


_MAKE: dict[str, Callable[[Item], dict[str, Any]]] = {"language": _language, "dedup": _dedup, "events": _events}


def _of_article(article: Article) -> dict[str, Any]:
    return {
        "language": article.language,
        "confidence": article.confidence,
        "script": article.script,
        "alternatives": plain(article.alternatives),
        "segments": [
            {"kind": s.kind, "start": s.start, "end": s.end, "language": s.language} for s in article.segments
        ],
    }


def _dropped(item: Item) -> dict[str, Any]:
    stage, reason = item.dropped or ("", "no effect")
    return {"dropped": {"stage": stage, "reason": reason}}


def _sentence(name: str, tally: Tally) -> str:
    """Say that all are accounted for: in = out + dropped + dead, with the reasons."""
    reasons = ", ".join(f"{why} {n}" for counter in (tally.dropped, tally.dead) for why, n in sorted(counter.items()))
    head = f"{name}: {tally.seen} in = {tally.passed} out + {tally.dropped.total()} dropped + {tally.dead.total()} dead"
    return f"{head} ({reasons})" if reasons else head


def _number(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 64:
        raise argparse.ArgumentTypeError("1 to 64")
    return number


def _share(text: str) -> float:
    share = float(text)
    if not 0.0 <= share <= 1.0:
        raise argparse.ArgumentTypeError("0 to 1")
    return share
