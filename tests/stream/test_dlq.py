"""`khabar dlq` on what real workers left: listed, shown, replayed after a fix, given up, parked; also when killed."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest

from agents.broker import BrokerError, connect
from agents.cli import main
from agents.config import Settings
from agents.dlq import replay as replay_module
from agents.dlq.ledger import Entry, read_ledger
from agents.dlq.replay import replay
from agents.dlq.selection import Selection, selected
from pipeline.stage import Emit, Reject
from pipeline.topology import StageSpec
from schemas.article import RawArticle
from schemas.codec import decode, encode
from schemas.deadletter import from_message
from schemas.replay import MOST_ATTEMPTS
from tests.paths import ROOT
from tests.stream.harness import fast, read, running

numbers = itertools.count()
ARTICLES = 60
NASTY = "\x1b[2J\u202e\x9b31m\r\nbroken"


def broken(record: RawArticle, _):
    """Fail on every third article, and on one for want of letters."""
    number = int(record.uri)
    if number == 1:
        return [Reject("empty", "no letters")]
    if number % 3 == 0:
        raise KeyError(NASTY)
    return [Emit(record.uri, record)]


def fixed(record: RawArticle, _):
    return [Emit(record.uri, record)]


def spec(stage) -> StageSpec:
    return StageSpec("language", "news.raw", "news.articles", RawArticle, RawArticle, None, lambda: stage)


async def work(settings: Settings, stage, articles: Sequence[int] = ()) -> None:
    """Run a worker with a stage until all that is on news.raw is done."""
    async with running(settings, specs=[spec(stage)]) as app:
        for number in articles:
            value = encode(RawArticle(uri=str(number), headline="خبر"))
            await app.send("news.raw", value, key=b"%d" % (number % 7), headers=(("traceparent", b"00-%d" % number),))
        await app.done("news.raw")
    assert app.code == 0


async def entries(settings: Settings, **conditions) -> list[Entry]:
    async with connect(settings) as broker:
        return selected(await read_ledger(broker), Selection(**conditions))


async def states(settings: Settings) -> Counter[str]:
    return Counter(entry.state for entry in await entries(settings))


async def replay_open(settings: Settings, state: str = "open"):
    async with connect(settings) as broker:
        return await replay(broker, selected(await read_ledger(broker), Selection(states=(state,))))


async def passed(settings: Settings) -> list[int]:
    return sorted(int(decode(RawArticle, record.value).uri) for record in await read(settings, "news.articles"))


def settings_for(tmp_path, kind: str = "sqlite") -> Settings:
    name = f"dlq-{next(numbers)}"
    return fast(f"memory://{name}" if kind == "memory" else f"sqlite:///{tmp_path}/{name}.db", app_id=name)


async def replayed_after_a_fix(settings: Settings) -> None:
    await work(settings, broken, range(ARTICLES))
    dead = await entries(settings)
    assert len(dead) == ARTICLES // 3 + 1
    assert [entry.origin for entry in dead] == sorted(entry.origin for entry in dead)
    outcome = await replay_open(settings)
    assert (len(outcome.sent), outcome.refused) == (len(dead), [])
    assert await states(settings) == {"replayed": len(dead)}
    assert (await replay_open(settings)).sent == []
    await work(settings, fixed)
    assert await passed(settings) == list(range(ARTICLES))
    assert len(await read(settings, "news.dead")) == len(dead)
    again = [record for record in await read(settings, "news.raw") if "dlq.replay.id" in dict(record.headers)]
    assert len(again) == len(dead)
    originals = {(r.partition, r.offset): r for r in await read(settings, "news.raw")}
    of_letter = {entry.letter.id: originals[entry.origin[1:]] for entry in dead}
    for record in again:
        first = of_letter[dict(record.headers)["dlq.replay.id"].decode()]
        assert (record.partition, record.key, record.value) == (first.partition, first.key, first.value)
        assert record.headers[0] == first.headers[0]


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
async def test_after_a_fix_every_letter_is_replayed_once_with_its_bytes_in_its_partition(kind, tmp_path):
    await replayed_after_a_fix(settings_for(tmp_path, kind))


@pytest.mark.kafka
async def test_letters_are_replayed_on_kafka(kafka1, fresh_topics):
    await replayed_after_a_fix(fast(kafka1.url, app_id=await fresh_topics("dlq")))


async def test_a_letter_that_dies_again_and_again_is_parked(tmp_path):
    settings = settings_for(tmp_path)
    await work(settings, broken, [0, 1, 2])
    for attempts in range(1, MOST_ATTEMPTS):
        assert {entry.letter.attempts for entry in await entries(settings)} == {attempts}
        assert len((await replay_open(settings)).sent) == 2
        await work(settings, broken)
    assert await states(settings) == {"parked": 2}
    assert (await replay_open(settings)).sent == []
    assert len((await replay_open(settings, "parked")).sent) == 2
    await work(settings, fixed)
    assert await passed(settings) == [0, 1, 2]
    assert len({entry.letter.id for entry in await entries(settings)}) == 2


async def test_replaying_without_a_fix_does_not_stop_the_worker(tmp_path):
    settings = settings_for(tmp_path)
    await work(settings, broken, range(ARTICLES))
    await replay_open(settings)
    await work(fast(settings.broker, app_id=settings.app_id, dead_in_a_row=1), broken)
    assert {entry.letter.attempts for entry in await entries(settings)} == {2}


@pytest.mark.parametrize("sends", [0, 1, 3, 4])
async def test_a_replay_that_breaks_off_anywhere_loses_none_and_goes_on_with_the_rest(sends, tmp_path, monkeypatch):
    monkeypatch.setattr(replay_module, "GROUP", 7)
    settings = settings_for(tmp_path)
    await work(settings, broken, range(ARTICLES))
    async with connect(settings) as broker:
        honest, left = broker.send, iter(range(sends))

        async def send(records):
            if next(left, None) is None:
                raise BrokerError("away")
            await honest(records)

        monkeypatch.setattr(broker, "send", send)
        waiting = selected(await read_ledger(broker), Selection())
        with pytest.raises(BrokerError):
            await replay(broker, waiting)
    await replay_open(settings)
    assert await states(settings) == {"replayed": len(waiting)}
    await work(settings, fixed)
    assert sorted(set(await passed(settings))) == list(range(ARTICLES))
    # Sent twice is at most the group whose decisions were not written.
    assert len(await passed(settings)) <= ARTICLES + 7


async def replay_is_killed_and_run_again(settings: Settings) -> None:
    await work(settings, broken, range(ARTICLES))
    command = [sys.executable, "-m", "agents.cli", "dlq", "replay", "--yes", "--broker", settings.broker]
    killed = await ended(command, KHABAR_FAILPOINTS="after_replay:1")
    assert killed[0] == -signal.SIGKILL
    assert await states(settings) == {"open": 21}
    assert await ended(command) == (0, "replayed 21 letters, 21 of news.raw\n")
    await work(settings, fixed)
    found = [(record.key, record.value) for record in await read(settings, "news.articles")]
    assert sorted({int(key) for key, _ in found}) == list(range(ARTICLES))
    assert len(set(found)) == ARTICLES


async def ended(command: Sequence[str], **environ: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env={**os.environ, **environ}, stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60):
        out, _ = await process.communicate()
    return process.returncode, out.decode()


async def test_a_replay_killed_between_sending_and_recording_sends_that_group_again_as_the_same_bytes(tmp_path):
    await replay_is_killed_and_run_again(settings_for(tmp_path))


@pytest.mark.kafka
async def test_a_replay_on_kafka_may_be_killed_too(kafka1, fresh_topics):
    await replay_is_killed_and_run_again(fast(kafka1.url, app_id=await fresh_topics("dlq-kill")))


@pytest.fixture(scope="module")
def file_left(tmp_path_factory) -> Path:
    """The file of a broker on which a worker has left letters."""
    file = tmp_path_factory.mktemp("dlq") / "left.db"
    asyncio.run(work(fast(f"sqlite:///{file}", app_id="left"), broken, range(ARTICLES)))
    return file


@pytest.fixture
def left(file_left, tmp_path) -> str:
    """The url of a copy of it."""
    return f"sqlite:///{shutil.copy(file_left, tmp_path)}"


def dlq(*arguments: str, broker: str) -> int:
    return main(["dlq", *arguments, "--broker", broker])


def test_the_list_names_every_letter_and_counts_them(left, capsys):
    assert dlq("list", broker=left) == 0
    headline, *rows, counted = capsys.readouterr().out.splitlines()
    assert headline.split()[:3] == ["id", "state", "tries"]
    assert len(rows) == 21
    assert counted == "21 letters: 21 open (20 language bug, 1 language empty)"


def test_what_a_feed_wrote_does_nothing_to_the_terminal(left, capsys):
    assert dlq("list", broker=left) == 0
    assert dlq("list", "--json", broker=left) == 0
    assert dlq("show", letter_id(left), broker=left) == 0
    shown = capsys.readouterr().out
    assert not set(shown) & set("\x1b\u202e\x9b\r")
    assert "\\x1b[2J" in shown


def letter_id(broker: str, **conditions) -> str:
    found = asyncio.run(entries(fast(broker), reasons=("bug",), **conditions))
    return found[0].letter.id


@pytest.mark.parametrize(
    ("conditions", "count"),
    [
        (["--reason", "bug"], 20),
        (["--reason", "empty"], 1),
        (["--reason", "empty", "--reason", "bug"], 21),
        (["--exception", "KeyError"], 20),
        (["--exception", "ValueError"], 0),
        (["--stage", "dedup"], 0),
        (["--since", "1h"], 21),
        (["--until", "1h"], 0),
        (["--since", "2100-01-01"], 0),
        (["--app-version", "0.0.1"], 0),
        (["--state", "discarded"], 0),
    ],
)
def test_conditions_choose_letters(left, capsys, conditions, count):
    assert dlq("list", "--json", *conditions, broker=left) == 0
    assert len(capsys.readouterr().out.splitlines()) == count


def test_a_letter_is_shown_with_its_headers_and_bytes_and_written_raw(left, tmp_path, capsys):
    letter, file = letter_id(left), tmp_path / "value"
    assert dlq("show", letter[:12], "--raw", str(file), broker=left) == 0
    shown = capsys.readouterr().out
    assert letter in shown
    assert "header        traceparent: 00-" in shown
    assert '"headline":"خبر"' in shown
    assert decode(RawArticle, file.read_bytes()).headline == "خبر"
    assert dlq("show", letter, "--raw", str(file), broker=left) == 64
    assert "there already" in capsys.readouterr().err
    assert dlq("show", letter, "--hex", "--bytes", "16", broker=left) == 0
    assert "00000000  7b " in capsys.readouterr().out


def test_nothing_is_sent_without_yes(left, capsys):
    assert dlq("replay", broker=left) == 0
    assert capsys.readouterr().out.endswith("nothing done: --yes would replay 21 letters, 21 of news.raw\n")
    assert asyncio.run(states(fast(left))) == {"open": 21}


def test_letters_are_given_up_with_a_reason_that_stays(left, capsys):
    assert dlq("discard", "--reason", "empty", "--because", "the page had only pictures", broker=left) == 0
    assert asyncio.run(states(fast(left))) == {"open": 21}
    assert dlq("discard", "--reason", "empty", "--because", "the page had only pictures", "--yes", broker=left) == 0
    assert asyncio.run(states(fast(left))) == {"open": 20, "discarded": 1}
    capsys.readouterr()
    assert dlq("list", "--state", "discarded", "--json", broker=left) == 0
    assert orjson.loads(capsys.readouterr().out)["decision"]["because"] == "the page had only pictures"
    assert dlq("replay", "--yes", broker=left) == 0
    assert capsys.readouterr().out == "replayed 20 letters, 20 of news.raw\n"


def test_single_letters_are_named_by_the_beginning_of_their_id(left, capsys):
    letter = letter_id(left)
    assert dlq("replay", letter[:10], "--yes", broker=left) == 0
    assert asyncio.run(states(fast(left))) == {"open": 20, "replayed": 1}
    assert dlq("replay", letter, "--yes", broker=left) == 0
    assert "passed over: its state is replayed" in capsys.readouterr().err
    assert dlq("replay", "--limit", "5", "--yes", broker=left) == 0
    assert asyncio.run(states(fast(left))) == {"open": 15, "replayed": 6}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["show", "0" * 64], 64, "no letter"),
        (["show", "ab"], 64, "too short"),
        (["list", "--since", "soon"], 64, "soon"),
    ],
)
def test_what_cannot_be_done_is_told(left, capsys, arguments, code, said):
    assert dlq(*arguments, broker=left) == code
    assert said in capsys.readouterr().err


def test_a_file_that_another_process_writes_is_read_but_not_replayed(left, capsys):
    holder = f"from agents.transport.broker import broker_for; import asyncio, sys\nasync def hold():\n    broker_for({left!r}).acquire(); print(flush=True); sys.stdin.read()\nasyncio.run(hold())"
    with subprocess.Popen([sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        assert dlq("list", broker=left) == 0
        assert dlq("replay", "--yes", broker=left) == 69
        process.kill()
    assert "21 letters" in capsys.readouterr().out


async def forged(settings: Settings, **changed: bytes) -> None:
    """Copy a letter on news.dead under another id, some of its headers changed."""
    (record, *_) = await read(settings, "news.dead")
    letter = from_message(record.key, record.value, record.headers)
    headers = {
        **dict(record.headers),
        "dlq.id": b"f" * 64,
        **{f"dlq.{n.replace('_', '.')}": v for n, v in changed.items()},
    }
    async with running(settings, specs=[spec(fixed)]) as app:
        await app.send("news.dead", letter.value or b"", key=b"f" * 64, headers=tuple(headers.items()))
        await app.send("news.dead", b"nonsense", key=b"x")


@pytest.mark.parametrize(
    ("stage", "topic"),
    [
        ("language", "news.events"),
        ("subscribers", "news.events"),
        ("linking", "dlq-changelog"),
        ("operators", "news.dead"),
    ],
)
async def test_a_letter_cannot_send_a_record_where_its_stage_does_not_read(stage, topic, tmp_path):
    settings = settings_for(tmp_path)
    await work(settings, broken, [0])
    await forged(settings, origin_topic=topic.encode(), stage=stage.encode())
    outcome = await replay_open(settings)
    ((entry, reason),) = outcome.refused
    assert entry.letter.topic == topic
    assert f"no stage {stage!r} reads a topic {topic!r}" in reason
    assert len(outcome.sent) == 1
    assert await read(settings, "news.events") == []
    async with connect(settings) as broker:
        assert (await read_ledger(broker)).unreadable == 1


async def test_a_value_that_was_cut_is_fetched_from_where_it_died(tmp_path):
    settings = settings_for(tmp_path)
    async with running(settings, specs=[spec(fixed)]) as app:
        await app.send("news.raw", b"{" * 1_990_000, key=b"k")
        await app.send("news.raw", b"{" * 1_990_000, key=b"k")
        await app.done("news.raw")
    small = fast(settings.broker, app_id=settings.app_id, max_message_bytes=100_000)
    async with running(fast(settings.broker, app_id="other", max_message_bytes=100_000), specs=[spec(fixed)]) as app:
        await app.done("news.raw")
    cut = [entry for entry in await entries(small) if entry.letter.value_size]
    assert len(cut) == 2
    outcome = await replay_open(settings)
    assert (len(outcome.sent), outcome.refused) == (2, [])
    assert [len(record.value or b"") for record in await read(settings, "news.raw")] == [1_990_000] * 4
