"""What `khabar replay` reads."""

from __future__ import annotations

import pytest

from agents.replay import read_articles
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
