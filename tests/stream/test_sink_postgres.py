"""The PostgreSQL sink on a real server: every event once, whatever is killed, restarted or read again."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from itertools import count
from random import Random

import psycopg
import pytest

from agents.broker import BrokerError, connect
from agents.cli import main
from agents.delivery import Outbound
from agents.sink import batch
from agents.sink.database import Database, GoneError, LockedError, UnfitError
from agents.sink.follow import TOPIC, Sink
from agents.sink.table import event_columns
from agents.transport.broker import broker_for, forget
from pipeline.export.columns import columns, row
from schemas.codec import encode, plain
from schemas.event import Event
from tests.paths import ROOT
from tests.stream.events import publish
from tests.stream.harness import fast
from tests.stream.postgres import Server, programs
from tests.stream.test_export import ODD, odd_events
from tests.unit.subscription.records import EVENT, event


@pytest.fixture(scope="module")
def server():
    one = Server(programs())
    yield one
    one.remove()


SCHEMAS = count()
PAGE = (ROOT / "docs" / "sinks.md").read_text(encoding="utf-8")


@pytest.fixture
def schema():
    """The name of a schema of the test's own."""
    return f"test{next(SCHEMAS)}"


@pytest.fixture
async def settings(tmp_path):
    url = f"sqlite:///{tmp_path}/events.db"
    yield fast(url)
    await broker_for(url).close()
    forget(url)


def sink(server, settings, schema, *, follow=False, patience=0.0, group="sink") -> Sink:
    database = Database(server.dsn(), schema=schema, group=group, topic=TOPIC)
    return Sink(settings, database, follow=follow, patience=patience)


async def written(server, settings, schema, **how) -> None:
    await sink(server, settings, schema).run(**{"create": True, **how})


def held(server, schema) -> dict[str, int]:
    return dict(server.ask(f"SELECT event_id, revision FROM {schema}.event"))


def audit(server, schema) -> None:
    """Note each insertion and change of a row in the transaction that makes it."""
    server.ask(f"""
        CREATE TABLE {schema}.applied (event_id text, revision bigint);
        CREATE FUNCTION {schema}.note() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN INSERT INTO {schema}.applied VALUES (new.event_id, new.revision); RETURN NULL; END $$;
        CREATE TRIGGER note AFTER INSERT OR UPDATE ON {schema}.event FOR EACH ROW EXECUTE FUNCTION {schema}.note();
    """)


async def send(settings, *messages: tuple[str, bytes | None]) -> None:
    async with connect(settings) as broker:
        await broker.send([Outbound(TOPIC, key.encode(), value, ()) for key, value in messages])


@asynccontextmanager
async def following(one: Sink):
    task = asyncio.create_task(one.run(create=True))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(holds) -> None:
    async with asyncio.timeout(60):
        while True:
            with suppress(psycopg.Error):
                if holds():
                    return
            await asyncio.sleep(0.02)


async def test_rows_equal_what_was_on_the_topic_whatever_its_text(server, settings, schema):
    events = odd_events()
    await publish(settings, events)
    await written(server, settings, schema)
    names = [column.name for column in columns(Event)]
    with psycopg.connect(server.dsn()) as connection:
        rows = connection.execute(f"SELECT {', '.join(names)}, record FROM {schema}.event ORDER BY 1").fetchall()
    assert len(rows) == len(ODD)
    for one, found in zip(sorted(events, key=lambda e: e.event_id), rows, strict=True):
        cells = dict(zip(names, row(one), strict=True))
        for name, cell in zip(names, found, strict=False):
            column = next(c for c in columns(Event) if c.name == name)
            wanted = cells[name]
            if column.kind == "json":
                wanted = [plain(p) for p in getattr(one, name)]
            assert cell == (list(wanted) if isinstance(wanted, tuple) else wanted), name
        assert found[-1] == plain(one)


async def test_evidence_and_parties_are_rows_of_their_own(server, settings, schema):
    await publish(settings, [EVENT])
    await written(server, settings, schema)
    (told,) = server.ask(f"SELECT event_id, status, language, evidence, source, url, confidence FROM {schema}.evidence")
    best = EVENT.headline_mentions[0]
    assert told == ("e1_visit", "active", "ur", best.evidence, best.source, best.url, best.confidence)
    parties = server.ask(f"SELECT role, person, office, country FROM {schema}.party ORDER BY role")
    assert parties == [("actor", "سرگئی لاوروف", "foreign minister", "RUS"), ("recipient", None, None, "PAK")]


async def test_what_the_database_cannot_hold_is_replaced_and_stops_nothing(server, settings, schema):
    nul = event(event_id="e1_nul", event_mode="a\0b", merged_into="\\u0000 stays")
    lone = encode(event(event_id="e1_lone")).replace(b'"visit"', b'"\\ud800"')
    huge = event(event_id="e1_" + "".join(chr(Random(n).randrange(0x4E00, 0x9FFF)) for n in range(9000)))
    vast = encode(event(event_id="e1_vast")).replace(b'"num_sources":2', b'"num_sources":18446744073709551615')
    await publish(settings, [nul, huge])
    await send(settings, ("lone", lone), ("vast", vast), ("none", b"{"), ("empty", b""), ("list", b"[]"))
    await publish(settings, [event(event_id="e1_after")])
    await written(server, settings, schema)
    assert server.ask(f"SELECT event_id, event_mode, merged_into FROM {schema}.event ORDER BY 1") == [
        ("e1_after", "visit", None),
        ("e1_nul", "a\ufffdb", "\\u0000 stays"),
    ]
    assert server.ask(f"SELECT record ->> 'event_mode' FROM {schema}.event WHERE event_id = 'e1_nul'") == [
        ("a\ufffdb",)
    ]
    assert sum(offset for (offset,) in server.ask(f"SELECT next_offset FROM {schema}.place")) == 8


async def test_an_older_revision_never_overwrites_a_newer_one(server, settings, schema):
    for revisions in ([1, 3, 2], [2, 4, 3]):
        await publish(settings, [event(revision=number, num_sources=number) for number in revisions])
        await written(server, settings, schema)
        assert server.ask(f"SELECT revision, num_sources FROM {schema}.event") == [(max(revisions),) * 2]


async def test_merged_and_retracted_events_say_so_and_a_tombstone_deletes(server, settings, schema):
    await publish(settings, [event(event_id=f"e1_{name}") for name in ("merged", "retracted", "old", "again")])
    await written(server, settings, schema)
    await publish(
        settings,
        [
            event(event_id="e1_merged", revision=3, status="merged", merged_into="e1_visit"),
            event(event_id="e1_retracted", revision=3, status="retracted"),
        ],
    )
    await send(settings, ("e1_old", None), ("e1_again", None), ("e1_unknown", None))
    await publish(settings, [event(event_id="e1_again", revision=1)])
    await written(server, settings, schema)
    assert server.ask(f"SELECT event_id, status, merged_into, revision FROM {schema}.event ORDER BY 1") == [
        ("e1_again", "active", None, 1),
        ("e1_merged", "merged", "e1_visit", 3),
        ("e1_retracted", "retracted", None, 3),
    ]


async def test_reading_the_topic_again_changes_nothing(server, settings, schema):
    await publish(settings, [event(event_id=f"e1_{n}", revision=r) for r in (1, 2, 3) for n in range(20)])
    await send(settings, ("e1_0", None))
    await written(server, settings, schema)
    first = server.ask(f"SELECT * FROM {schema}.event ORDER BY 1")
    await written(server, settings, schema, anew=True)
    assert server.ask(f"SELECT * FROM {schema}.event ORDER BY 1") == first
    assert len(first) == 19


async def test_a_batch_that_was_not_committed_leaves_neither_rows_nor_places(server, settings, schema, monkeypatch):
    monkeypatch.setattr(batch, "MOST_RECORDS", 10)
    await publish(settings, [event(event_id=f"e1_{n:02}") for n in range(40)])
    async with Database(server.dsn(), schema=schema, group="sink", topic=TOPIC) as database:
        await database.create()
    audit(server, schema)
    write, written_batches = Database._write, []

    async def cut_off(self, one, *, apart):
        async with self._connection.transaction():
            changed = await write(self, one, apart=apart)
            written_batches.append(one)
            if len(written_batches) == 3:
                await self._connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            return changed

    monkeypatch.setattr(Database, "_write", cut_off)
    with pytest.raises(GoneError):
        await written(server, settings, schema)
    assert len(held(server, schema)) == 20
    assert sum(offset for (offset,) in server.ask(f"SELECT next_offset FROM {schema}.place")) == 20
    monkeypatch.setattr(Database, "_write", write)
    await written(server, settings, schema)
    assert len(held(server, schema)) == 40
    assert server.ask(f"SELECT count(*), count(DISTINCT event_id) FROM {schema}.applied") == [(40, 40)]


async def test_there_is_one_sink_of_a_group(server, settings, schema):
    await publish(settings, [EVENT])
    async with following(sink(server, settings, schema, follow=True)):
        await until(lambda: held(server, schema))
        with pytest.raises(LockedError, match="another sink"):
            await sink(server, settings, schema, patience=60).run()
        await sink(server, settings, schema, group="other").run()
    await sink(server, settings, schema).run()


async def test_a_server_that_is_restarted_is_waited_for(server, settings, schema):
    await publish(settings, [event(event_id="e1_before")])
    async with following(sink(server, settings, schema, follow=True, patience=60)) as task:
        await until(lambda: held(server, schema))
        await asyncio.to_thread(server.stop)
        await publish(settings, [event(event_id="e1_meanwhile")])
        await asyncio.to_thread(server.start)
        await until(lambda: len(held(server, schema)) == 2)
        assert not task.done()


async def test_a_database_or_broker_that_stays_away_ends_the_sink_for_another_try(server, settings, schema, tmp_path):
    away = Database(f"postgresql://u@/d?host={tmp_path}", schema=schema, group="g", topic=TOPIC)
    with pytest.raises(GoneError):
        await Sink(settings, away, follow=True, patience=0.3).run()
    with pytest.raises(BrokerError):
        await written(server, fast(f"sqlite:///{tmp_path}/none.db"), schema)


async def test_a_table_that_does_not_fit_is_refused_before_anything_is_read(server, settings, schema):
    await publish(settings, [EVENT])
    with pytest.raises(UnfitError, match=r"no table .* --create"):
        await written(server, settings, schema, create=False)
    await written(server, settings, schema)
    server.ask(f"ALTER TABLE {schema}.event ADD COLUMN note text, DROP COLUMN evidence_url CASCADE")
    server.ask(f"ALTER TABLE {schema}.event ALTER COLUMN num_sources TYPE integer")
    with pytest.raises(UnfitError, match="num_sources bigint, evidence_url text"):
        await written(server, settings, schema)


async def test_a_group_that_has_read_further_than_the_topic_goes_is_refused(server, settings, schema):
    await publish(settings, [EVENT])
    await written(server, settings, schema)
    server.ask(f"UPDATE {schema}.place SET next_offset = 1000")
    with pytest.raises(UnfitError, match="another topic"):
        await written(server, settings, schema)
    await written(server, settings, schema, anew=True)


async def test_a_database_in_another_encoding_is_refused(server, settings, schema):
    server.ask("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    await publish(settings, [EVENT])
    database = Database(server.dsn(database="latin"), schema=schema, group="g", topic=TOPIC)
    with pytest.raises(UnfitError, match="LATIN1"):
        await Sink(settings, database, follow=False, patience=0).run(create=True)


async def test_the_rights_that_the_page_names_are_enough(server, settings, schema):
    await publish(settings, [EVENT])
    await send(settings, ("e1_none", None))
    async with Database(server.dsn(), schema=schema, group="sink", topic=TOPIC) as database:
        await database.create()
    for role in ("sink", "reader"):
        server.ask(f"CREATE ROLE {schema}_{role} LOGIN")
    grants = [line for line in PAGE.splitlines() if line.startswith("GRANT ")]
    assert len(grants) == 3
    for grant in grants:
        server.ask(grant.replace("khabar", schema))
    database = Database(server.dsn(user=f"{schema}_sink"), schema=schema, group="sink", topic=TOPIC)
    await Sink(settings, database, follow=False, patience=0).run(anew=True)
    assert held(server, schema) == {"e1_visit": 2}


async def test_the_questions_that_the_page_asks_have_answers(server, settings, schema):
    headlines = (EVENT.headline_mentions[0], replace(EVENT.headline_mentions[0], language="hi"))
    await publish(settings, [event(headline_mentions=headlines)])
    await written(server, settings, schema)
    questions = re.findall(r"```sql\n(SELECT .*?)```", PAGE, re.DOTALL)
    assert len(questions) == 4
    assert [len(server.ask(question.replace("khabar.", f"{schema}."))) for question in questions] == [1, 1, 1, 1]


SECRET = "hunter2-Xk7"


def test_what_is_said_of_a_connection_string_shows_nothing_of_it(server, tmp_path, monkeypatch, capfd):
    with suppress(psycopg.Error):
        server.ask("CREATE ROLE locked LOGIN PASSWORD 'another'")
    monkeypatch.setenv("KHABAR_BROKER", f"sqlite:///{tmp_path}/events.db")
    codes = {}
    for dsn in (
        server.dsn("locked", SECRET),
        f"postgresql://u:{SECRET}/x@host/d",
        f"postgresql://u:{SECRET}@x@host/d",
        f"postgresql://{SECRET}%zz@host/d",
        f"host=h password={SECRET} and-more",
        f"postgresql://u:{SECRET}@/d?host={tmp_path}",
        f"postgresql://u@/d?host={tmp_path}&sslpassword={SECRET}&bad=1",
    ):
        monkeypatch.setenv("KHABAR_POSTGRES_DSN", dsn)
        codes[dsn] = main(["sink", "postgres", "--patience", "0"])
    monkeypatch.delenv("KHABAR_POSTGRES_DSN")
    assert main(["sink", "postgres"]) == 78
    said = capfd.readouterr()
    assert "locked" in said.err
    assert "hunter2" not in said.out + said.err
    assert list(codes.values()) == [78, 78, 78, 78, 78, 75, 78]


def test_the_driver_is_asked_for_by_name_where_it_is_missing(monkeypatch, capsys):
    monkeypatch.setenv("KHABAR_POSTGRES_DSN", "postgresql:///d")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert main(["sink", "postgres"]) == 78
    assert "khabar-pipeline[postgres]" in capsys.readouterr().err


def command(tmp_path, server, schema, *options: str) -> subprocess.Popen[bytes]:
    secret = tmp_path / "dsn"
    secret.write_text(server.dsn() + "\n")
    environment = {**os.environ, "KHABAR_POSTGRES_DSN_FILE": str(secret), "KHABAR_LOG_LEVEL": "debug"}
    arguments = ["--broker", f"sqlite:///{tmp_path}/events.db", "--schema", schema, *options]
    return subprocess.Popen(
        [sys.executable, "-m", "agents.cli", "sink", "postgres", *arguments], cwd=ROOT, env=environment
    )


@pytest.mark.e2e
async def test_a_sink_that_is_killed_again_and_again_loses_and_doubles_nothing(server, schema, tmp_path):
    events, revisions, random = 1500, 4, Random(7)
    await publish(
        fast(f"sqlite:///{tmp_path}/events.db"),
        [event(event_id=f"e1_{n}", revision=r) for r in range(1, revisions + 1) for n in range(events)],
    )
    async with Database(server.dsn(), schema=schema, group="sink", topic=TOPIC) as database:
        await database.create()
    audit(server, schema)
    applied = f"SELECT count(*) FROM {schema}.applied"
    for _ in range(3):
        before, process = server.ask(applied)[0][0], command(tmp_path, server, schema)
        enough = min(before + random.randrange(1, 1200), events)
        await until(lambda: server.ask(applied)[0][0] >= enough or process.poll() is not None)  # noqa: B023 - of this round
        process.kill()
        assert process.wait(30) == -signal.SIGKILL
    process = command(tmp_path, server, schema)
    await until(lambda: set(held(server, schema).values()) == {revisions})
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert held(server, schema) == {f"e1_{n}": revisions for n in range(events)}
    assert server.ask(f"SELECT event_id FROM {schema}.applied GROUP BY event_id, revision HAVING count(*) > 1") == []


def test_the_columns_are_those_of_every_export_and_two_more():
    assert list(event_columns()) == [*(column.name for column in columns(Event)), "record", "written_at"]
