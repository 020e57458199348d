"""Speed and state of the dedup stage. `python -m tests.eval.dedup_speed [articles]` prints CPU time and bytes an article."""

from __future__ import annotations

import sys
import tracemalloc
from time import process_time

from pipeline.dedup.index import SeenIndex
from pipeline.dedup.state import Seen
from pipeline.text.sketch import sketch
from schemas import codec
from tests.eval.dedup_pairs import made, read, say
from tests.unit.dedup.articles import Stream


def main() -> None:
    lines = read("throughput/articles.jsonl.gz", int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
    articles = [made(line, f"https://paper.example/news/2024/{place}") for place, line in enumerate(lines)]
    stream, count = Stream(), len(articles)
    start = process_time()
    for one in articles:
        sketch(one.text)
    sketched = process_time()
    for one in articles:
        stream.feed(one)
    judged = process_time()
    states = [codec.encode(entry) for entry in stream.index.values()]
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    rebuilding = process_time()
    index = SeenIndex()
    for state in states:
        entry = codec.decode(Seen, state)
        index[entry.uri] = entry
    rebuilt = process_time()
    memory = tracemalloc.get_traced_memory()[0] - before
    say(
        f"{count} articles, CPU: sketch {(sketched - start) / count * 1e6:.0f} us, judge {(judged - sketched) / count * 1e6:.0f} us"
    )
    say(
        f"both {count / (judged - start):.0f} articles/s; rebuilding {(rebuilt - rebuilding) / count * 1e6:.0f} us (traced)"
    )
    say(f"state {sum(map(len, states)) / count:.0f} bytes of JSON, {memory / count:.0f} bytes of memory an article")


if __name__ == "__main__":
    main()
