"""The server of the page: headers, names, tokens, the JSON API, and the stream with its resumption and its bounds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from agents.delivery import Outbound
from agents.web import server
from agents.web.access import HEADERS, Access
from agents.web.command import Page
from tests.browser.records import article, event, send, served, told


@asynccontextmanager
async def client_of(name: str, *records: object, **how: object) -> AsyncIterator[tuple[aiohttp.ClientSession, object]]:
    jar = aiohttp.CookieJar(unsafe=True)
    events = sum(type(record).__name__ == "Event" for record in records)
    async with (
        served(name, *records, page=Page(port=0, **how)) as (address, broker, _),
        aiohttp.ClientSession(address, cookie_jar=jar) as client,
    ):
        for _ in range(200):
            if (await (await client.get("/livez")).json())["events"] >= events:
                break
            await asyncio.sleep(0.02)
        yield client, broker


async def messages(response: aiohttp.ClientResponse, count: int) -> list[dict[str, str]]:
    """The next messages of a stream."""
    found: list[dict[str, str]] = []
    message: dict[str, str] = {}
    async with asyncio.timeout(20):
        while len(found) < count:
            line = (await response.content.readline()).decode().rstrip("\n")
            if line:
                field, _, value = line.partition(": ")
                message[field] = value
            else:
                if "event" in message:
                    found.append(message)
                message = {}
    return found


async def test_every_answer_has_the_headers_that_hold_the_page_together():
    async with client_of("web-headers") as (client, _):
        for path in ("/", "/static/app.js", "/static/world.json", "/api/events", "/api/health", "/nowhere", "/login"):
            response = await client.get(path)
            assert {name: response.headers.get(name) for name in HEADERS} == HEADERS, path
        assert (await client.get("/api/events")).headers["Cache-Control"] == "no-store"


async def test_only_the_files_of_the_page_are_served():
    async with client_of("web-files") as (client, _):
        tag = (await client.get("/static/style.css")).headers["ETag"]
        assert (await client.get("/static/style.css", headers={"If-None-Match": tag})).status == 304
        for path in (
            "/static/../server.py",
            "/static/%2e%2e/server.py",
            "/static/__init__.py",
            "/static/",
            "/static/x",
        ):
            assert (await client.get(path)).status == 404, path


async def test_a_foreign_name_or_another_sites_page_is_refused():
    async with client_of("web-host", access=Access(hosts=frozenset({"news.example"}))) as (client, _):
        assert (await client.get("/", headers={"Host": "evil.example"})).status == 421
        assert (await client.get("/", headers={"Host": "news.example"})).status == 200
        assert (await client.get("/api/events", headers={"Sec-Fetch-Site": "cross-site"})).status == 403
        assert (await client.get("/api/events", headers={"Sec-Fetch-Site": "same-origin"})).status == 200


async def test_with_a_token_nothing_is_told_without_it():
    async with client_of("web-token", access=Access(token="secret")) as (client, _):
        for path in ("/api/events", "/api/stream", "/api/health", "/api/vocabulary", "/api/events/e1"):
            assert (await client.get(path)).status == 401, path
        page = await client.get("/")
        assert page.status == 401
        assert "Sign in" in await page.text()
        assert (await client.get("/api/events", headers={"Authorization": "Bearer secret"})).status == 200
        assert (await client.post("/login", data={"token": "wrong"})).status == 401


@pytest.mark.parametrize("way", ["form", "address"])
async def test_the_token_shown_once_makes_a_cookie_scripts_and_other_sites_cannot_use(way: str):
    async with client_of(f"web-cookie-{way}", access=Access(token="secret")) as (client, _):
        if way == "form":
            response = await client.post("/login", data={"token": "secret"})
        else:
            response = await client.get("/?token=secret")
        cookie = response.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "secret" not in cookie
        assert response.headers["Refresh"] == "0; url=/"
        assert (await client.get("/api/events")).status == 200


async def test_events_are_listed_newest_first_filtered_and_in_pages():
    records = [event(number, [told(number)]) for number in range(10)]
    async with client_of("web-list", *records) as (client, _):
        body = await (await client.get("/api/events?limit=3")).json()
        assert [item["event"]["event_id"] for item in body["events"]] == ["e9", "e8", "e7"]
        assert body["total"] == 10
        rest = await (await client.get(f"/api/events?limit=10&before={body['next']}")).json()
        assert [item["event"]["event_id"] for item in rest["events"]] == [f"e{n}" for n in range(6, -1, -1)]
        assert rest["next"] is None
        some = await (await client.get("/api/events?type=ASSAULT")).json()
        assert {item["event"]["event_type"] for item in some["events"]} == {"ASSAULT"}
        assert (await client.get("/api/events?colour=red")).status == 400


async def test_an_event_has_its_mentions_with_their_evidence_in_context():
    mentions = [told(1, "ur"), told(2, "hi")]
    async with client_of("web-event", *map(article, mentions), *mentions, event(1, mentions)) as (client, _):
        item = await (await client.get("/api/events/e1")).json()
        assert [one["mention"]["language"] for one in item["mentions"]] == ["hi", "ur"]
        runs = item["mentions"][1]["passages"][0]
        assert [run["text"] for run in runs if "trigger" in run["marks"]] == ["ملاقات کی"]
        assert item["mentions"][0]["headline"] == "Headline 2"
        assert (await client.get("/api/events/unknown")).status == 404


async def test_the_stream_begins_where_the_reader_broke_off():
    records = [event(number, [told(number)]) for number in range(3)]
    async with client_of("web-resume", *records) as (client, broker):
        cursor = (await (await client.get("/api/events")).json())["cursor"]
        await send(broker, event(7, [told(7)]), event(1, [told(1)], revision=2))
        async with client.get(f"/api/stream?after={cursor}") as response:
            assert response.headers["Content-Type"] == "text/event-stream"
            pulse, first = await messages(response, 2)
            assert pulse["event"] == "pulse"
            got = json.loads(first["data"])
            while len(got) < 2:
                (more,) = await messages(response, 1)
                first, got = more, got + json.loads(more["data"])
            assert [item["event"]["event_id"] for item in got] == ["e7", "e1"]
        await send(broker, event(8, [told(8)]))
        async with client.get("/api/stream", headers={"Last-Event-ID": first["id"]}) as response:
            _, then = await messages(response, 2)
            assert [item["event"]["event_id"] for item in json.loads(then["data"])] == ["e8"]


async def test_a_reader_of_an_earlier_run_or_without_a_cursor_begins_anew():
    async with client_of("web-anew", event(1, [told(1)])) as (client, _):
        for cursor in ("deadbeef-99", "", "nonsense", "-5"):
            async with client.get(f"/api/stream?after={cursor}") as response:
                reset, _, all_of_it = await messages(response, 3)
                assert reset["event"] == "reset"
                assert len(json.loads(all_of_it["data"])) == 1


async def test_a_silent_stream_beats_and_an_evicted_event_is_not_missed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(server, "HEARTBEAT", 0.05)
    async with client_of("web-beat", events=2) as (client, broker):
        async with client.get("/api/stream") as response:
            found = await messages(response, 4)
            assert [message["event"] for message in found[1:]] == ["pulse"] * 3
        await send(broker, *(event(number, [told(number)]) for number in range(5)))
        await asyncio.sleep(0.2)
        body = await (await client.get("/api/events")).json()
        assert [item["event"]["event_id"] for item in body["events"]] == ["e4", "e3"]


async def test_there_are_no_more_streams_than_allowed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(server, "STREAMS", 1)
    async with client_of("web-many") as (client, _), client.get("/api/stream") as response:
        await messages(response, 1)
        assert (await client.get("/api/stream")).status == 503


async def test_a_reader_that_does_not_read_is_dropped(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(server, "SLOW", 0.2)
    monkeypatch.setattr(server, "COALESCE", 0.0)
    async with client_of("web-slow", event(0, [told(0)])) as (client, broker):
        reader, writer = await asyncio.open_connection("127.0.0.1", client._base_url.port, limit=1024)
        writer.write(b"GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await asyncio.sleep(0.2)
        for number in range(60):
            long = "x" * 200_000
            await send(broker, event(number + 1, [told(number + 1, sentence=f"met {long}")]))
            await asyncio.sleep(0.02)
            if (await (await client.get("/api/health")).json())["streams"]["open"] == 0:
                break
        assert (await (await client.get("/api/health")).json())["streams"]["open"] == 0
        writer.close()
        assert reader is not None


async def test_health_tells_lag_rates_freshness_and_dead_letters():
    async with client_of("web-health", told(1), event(1, [told(1)])) as (client, broker):
        headers = (("dlq.stage", b"events"), ("dlq.reason", b"decode"), ("dlq.exception.message", b"<b>bad</b>"))
        await broker.send([Outbound("news.dead", b"k", b"{}", headers), Outbound("news.events", b"k", b"no event")])
        await asyncio.sleep(0.2)
        report = await (await client.get("/api/health")).json()
        assert report["dead"]["total"] == 1
        assert report["dead"]["by"] == [{"stage": "events", "reason": "decode", "count": 1}]
        topics = {topic["topic"]: topic for topic in report["topics"]}
        assert (topics["news.events"]["read"], topics["news.events"]["refused"]) == (2, 1)
        lags = {stage["stage"]: stage["lag"] for stage in report["stages"]}
        assert lags["linking"] == 1
        assert report["freshness"]["seconds_since_event"] < 60
