"""Attacks of every kind against the whole poller; all sizes of all kinds: `python -m tests.benchmarks.attacks`."""

from __future__ import annotations

import sys

import pytest

from agents.poller.children import Pool
from pipeline.feeds.parsed import ParsedFeed
from tests.stream.arena import Arena
from tests.stream.attacks import ATTACKS, DOCUMENTS, FORBIDDEN, SIZES, item
from tests.stream.feed_server import answer, rss

pytestmark = [pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"), pytest.mark.timeout(300)]

SLOW = {"a slow head", "a slow body"}
# Those that took longest in one way or another, at their largest.
HARDEST = (
    "text of joined marks", "categories", "elements nested", "attributes of an item", "names of one letter",
    "bomb of gzip", "bomb of brotli", "interim answers", "UTF-16 halves", "JSON tags",
)  # fmt: skip


async def test_no_kind_of_attack_does_harm() -> None:
    """Each ends within its time and memory, opens nothing, connects nowhere else, and leaves the feed beside it well."""
    faults = {}
    async with Arena() as arena:
        for name in sorted(ATTACKS.keys() - SLOW):
            toll = await arena.play(ATTACKS[name](SIZES[0]))
            if found := toll.faults():
                faults[name] = found
    assert faults == {}


async def test_the_faster_parser_stands_the_same_documents() -> None:
    pytest.importorskip("fastfeedparser", reason="the extra `fast` is not installed")
    async with Pool(1, module="agents.poller.quickchild") as pool:
        for name, make in sorted(DOCUMENTS.items()):
            document = make(SIZES[0])
            await pool.parse(document if isinstance(document, bytes) else item(document))
            good = await pool.parse(rss(("a", "A")))
            assert isinstance(good, ParsedFeed), name
            assert good.parser.startswith("fastfeedparser")
        assert pool.restarts == 0


async def test_the_hardest_do_no_harm_at_their_largest() -> None:
    faults = {}
    async with Arena() as arena:
        for name in HARDEST:
            toll = await arena.play(ATTACKS[name](SIZES[-1]))
            if found := toll.faults():
                faults[name] = found
    assert faults == {}


async def test_no_redirect_leads_to_a_forbidden_address() -> None:
    """Names that resolve to loopback, the second time or among others, are redirected to as well."""
    faults = {}
    async with Arena() as arena:
        for place in (*FORBIDDEN, "http://rebound.test:{}/"):
            toll = await arena.play(answer(302, Location=place.format(arena.server.port)))
            if found := toll.faults():
                faults[place] = found
            assert toll.articles == ()
        inside = [request.path for request in arena.server.requests if not request.path.startswith(("/bad", "/good"))]
    assert faults == {}
    # Where we were sent may be the outside server itself: two spellings are paths of it, one name has its address
    # beside a private one, and one, asked for twice, had it at first.
    assert set(inside) <= {"/", f"/127.0.0.1:{arena.server.port}/"}
    assert len(inside) <= 5


async def test_running_links_become_no_address() -> None:
    async with Arena() as arena:
        toll = await arena.play(ATTACKS["links that run"](SIZES[0]))
    assert [article.url for article in toll.articles] in ([None], [])


async def test_there_are_at_least_forty_kinds_in_three_sizes() -> None:
    assert len(ATTACKS) >= 40
    assert len(SIZES) == 3
