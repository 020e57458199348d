"""What `khabar replay` reads, and which of it it sends."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agents.replay import Pace, read_articles, select
from pipeline.source import SourceError
from tests.paths import SEEDS

FEED = """<rss version="2.0"><channel><title>Example</title><link>https://example.pk/</link>
<item><guid>1</guid><title>One</title><link>https://example.pk/1</link><pubDate>Wed, 07 Apr 2021 10:00:00 +0500</pubDate><description>Text &lt;b&gt;one&lt;/b&gt;</description></item>
<item><guid>2</guid><title>Two</title><link>https://example.pk/2</link></item>
</channel></rss>"""


def test_a_folder_of_seeds_a_feed_and_json_lines_are_read_in_order(tmp_path):
    feed, lines = tmp_path / "f.xml", tmp_path / "a.jsonl"
    feed.write_text(FEED)
    lines.write_text('{"id": "x", "text": "t"}\n\n{"id": "y", "title": "u"}\n')
    raws = list(read_articles([SEEDS, feed, lines]))
    assert len(raws) == 5 + 2 + 2
    assert [raw.headline for raw in raws[5:7]] == ["One", "Two"]
    assert raws[5].contentcreated == "2021-04-07T05:00:00Z"
    assert raws[5].text == "Text one"
    assert [raw.uri for raw in raws[7:]] == ["x", "y"]


def test_a_feed_document_gives_the_same_articles_every_time(tmp_path):
    feed = tmp_path / "f.xml"
    feed.write_text(FEED)
    assert list(read_articles([feed])) == list(read_articles([feed]))


@pytest.mark.parametrize(
    ("name", "content"), [("a.jsonl", '{"id": "x"}'), ("a.jsonl", "{"), ("a.xml", "<html>no feed</html>")]
)
def test_what_is_no_article_is_named(tmp_path, name, content):
    file = tmp_path / name
    file.write_text(content)
    with pytest.raises(SourceError, match=name):
        list(read_articles([file]))


def test_articles_are_chosen_by_their_time(tmp_path):
    lines = tmp_path / "a.jsonl"
    days = ("2021-04-06", "2021-04-07", "2021-04-08", None)
    lines.write_text(
        "".join(
            f'{{"id": "{d}", "text": "t", "published": {f"{chr(34)}{d}{chr(34)}" if d else "null"}}}\n' for d in days
        )
    )
    raws = list(read_articles([lines]))
    since, until = datetime(2021, 4, 7, tzinfo=UTC), datetime(2021, 4, 8, tzinfo=UTC)
    assert [raw.uri for raw in select(raws, since=since, until=until)] == ["2021-04-07"]
    assert [raw.uri for raw in select(raws, since=since, until=None)] == ["2021-04-07", "2021-04-08"]
    assert len(list(select(raws, since=None, until=None))) == 4


async def test_the_pace_keeps_the_distances_of_publication(monkeypatch):
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("agents.replay.asyncio.sleep", sleep)
    pace = Pace(60.0)
    for minute in (0, 1, 3):
        await pace.wait_for(datetime(2021, 4, 7, 10, minute, tzinfo=UTC))
    assert waits == pytest.approx([0.0, 1.0, 3.0], abs=0.2)
    await Pace(0).wait_for(datetime(2021, 4, 7, tzinfo=UTC))
    assert len(waits) == 3
