"""`khabar replay` by time on the memory transport, its clock in the hands of the test, and what it says of wrong times."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from agents.broker import Start, connect
from agents.cli import main
from agents.replay import send
from schemas.article import RawArticle
from schemas.codec import decode
from tests.stream.feed_server import FakeClock
from tests.stream.harness import fast, prepared, running

MINUTES = (0, 1, 1, 30)
ARTICLES = [
    RawArticle(uri=f"{number}", body_text="Text.", contentcreated=f"2021-04-07T10:{minute:02}:00Z")
    for number, minute in enumerate(MINUTES)
]


class WatchedClock(FakeClock):
    """Notes, whenever somebody waits, how many articles the broker has by then."""

    def __init__(self, settings: object) -> None:
        super().__init__()
        self.settings = settings
        self.there: list[int] = []

    async def sleep(self, seconds: float) -> None:
        async with connect(self.settings) as broker:
            self.there.append(sum((await broker.end_offsets(["news.raw"])).values()))
        await super().sleep(seconds)


async def sent(name: str, speed: float) -> tuple[WatchedClock, list[str]]:
    settings = fast(f"memory://{name}", app_id=name)
    await prepared(settings)
    clock = WatchedClock(settings)
    async with running(settings, names=()) as app:
        assert await send(app.built, ARTICLES, speed=speed, clock=clock) == len(ARTICLES)
        async with connect(settings) as broker:
            records = [one async for one in broker.records("news.raw", Start("beginning"), follow=False)]
    return clock, sorted(decode(RawArticle, one.value or b"").uri for one in records)


async def test_articles_are_sent_at_the_distances_of_their_times_and_confirmed_before_a_pause(tmp_path):
    clock, uris = await sent(f"paced-{tmp_path.name}", 60.0)
    assert clock.slept == [1.0, 29.0]
    assert clock.there == [1, 3]
    assert clock.time == FakeClock().time + timedelta(seconds=30)
    assert uris == ["0", "1", "2", "3"]


async def test_without_a_speed_all_is_sent_at_once(tmp_path):
    clock, uris = await sent(f"unpaced-{tmp_path.name}", 0.0)
    assert clock.slept == []
    assert uris == ["0", "1", "2", "3"]


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    file = tmp_path / "articles.jsonl"
    told = [
        ("b", "2021-04-08", "Pakistan and Russia signed an agreement in Islamabad on 8 April 2021."),
        ("none", None, "India and China signed an agreement in Beijing on 1 April 2021."),
        ("a", "2021-04-07", "Pakistan and Turkey signed an agreement in Ankara on 7 April 2021."),
    ]
    file.write_text("".join(json.dumps({"id": i, "published": at, "text": text}) + "\n" for i, at, text in told))
    return file


def test_the_command_sends_what_was_published_in_a_time_and_tells_what_it_left_out(lines, capsys):
    assert main(["replay", str(lines), "--json", "--since", "2021-04-07", "--until", "2021-04-08"]) == 0
    told = capsys.readouterr()
    events = [json.loads(line) for line in told.out.splitlines()]
    assert {one["article_id"] for event in events for one in event["headline_mentions"]} == {"a"}
    assert "khabar replay: left out: 1 of another time, 1 of unknown time\n" in told.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--since", "yesterday"],
            "'yesterday' is none of: a time (2026-01-31, 2026-01-31T08:00Z), how long ago (2h, 7d)",
        ),
        (["--since", "beginning"], "'beginning' is none of: a time"),
        (["--until", "2021-13-01"], "'2021-13-01' is none of"),
        (["--since", "1d", "--until", "-2d"], "is not before --until"),
        (["--speed", "-1"], "--speed -1.0 is none"),
        (["--speed", "nan"], "--speed nan is none"),
    ],
)
def test_a_time_or_speed_that_is_none_is_said_in_one_line(lines, capsys, arguments, message):
    assert main(["replay", str(lines), *arguments]) == 64
    error = capsys.readouterr().err
    assert error.startswith("khabar replay: ")
    assert message in error
    assert error.count("\n") == 1
