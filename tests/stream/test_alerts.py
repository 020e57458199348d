"""Alerts told to a webhook: signed, tried again under the same id, never to an address of this network, resumed."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from agents.alerts import outbox
from agents.alerts.outbox import Outbox
from agents.alerts.run import AlertRun
from agents.alerts.webhook import call, judged, secret_of
from agents.cli import main
from agents.transport.broker import broker_for, forget
from pipeline.alerts.rules import RuleError, Webhook, read_alerts
from tests.stream.events import publish
from tests.stream.harness import fast
from tests.unit.alerts.test_alerts import at

SECRET = b"0123456789abcdef0123"


@asynccontextmanager
async def receiver(*statuses: int):
    """A webhook on this machine that answers with these statuses in turn, then 200; gives address and calls."""
    left, calls = list(statuses), []

    async def take(request: web.Request) -> web.Response:
        calls.append((request.headers.copy(), await request.read()))
        return web.Response(status=left.pop(0) if left else 200, headers={"Location": "/elsewhere"})

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook", calls
    finally:
        await runner.cleanup()


@pytest.fixture
async def settings(tmp_path):
    url = f"sqlite:///{tmp_path}/events.db"
    yield fast(url)
    await broker_for(url).close()
    forget(url)


def live(settings, path: Path, url: str, **webhook) -> tuple[AlertRun, Outbox]:
    rule = {"name": "r", "where": "country=PAK", "count": 2, "window": "1h", "cool_down": "0s", "webhooks": ["desk"]}
    alerts = read_alerts({"rule": [rule], "webhook": {"desk": {"url": url, "allow_private": True, **webhook}}})
    box = Outbox.open(path, alerts.rules)
    return AlertRun(settings, box, alerts.webhooks, {"desk": SECRET}), box


async def test_an_alert_is_told_once_with_a_signature_over_id_time_and_body(settings, tmp_path):
    await publish(settings, [at(0), at(1)])
    async with receiver() as (url, calls):
        await live(settings, tmp_path / "a.json", url)[0].run("beginning", follow=False)
    ((headers, body),) = calls
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{digest}"
    told = json.loads(body)
    assert told["type"] == "khabar.alert.v1"
    assert (told["rule"], told["count"], told["event_ids"]) == ("r", 2, ["e1_0", "e1_1"])
    assert told["event"]["event_id"] == "e1_1"
    assert told["alert_id"] == headers["webhook-id"]


async def test_a_call_that_fails_is_made_again_under_the_same_id(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(outbox, "FIRST_WAIT", 0.01)
    await publish(settings, [at(0), at(1)])
    async with receiver(500, 429) as (url, calls):
        run, box = live(settings, tmp_path / "a.json", url)
        task = asyncio.create_task(run.run("beginning"))
        async with asyncio.timeout(30):
            while len(calls) < 3 or box.pending:  # noqa: ASYNC110 - the receiver tells nobody
                await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert len({headers["webhook-id"] for headers, _ in calls}) == 1


async def test_what_could_not_be_told_is_told_by_the_next_run_which_goes_on_where_the_last_stopped(settings, tmp_path):
    await publish(settings, [at(0), at(1)])
    async with receiver(503) as (url, calls):
        run, _ = live(settings, tmp_path / "a.json", url)
        await run.run("beginning", follow=False)
        run, box = live(settings, tmp_path / "a.json", url)
        assert [one.tries for one in box.pending] == [1]
        box.pending[0].due = 0.0
        await publish(settings, [at(2)])
        await run.run("beginning", follow=False)
        assert not box.pending
    assert [json.loads(body)["event_ids"] for _, body in calls] == [["e1_0", "e1_1"]] * 2 + [["e1_0", "e1_1", "e1_2"]]


async def test_a_run_that_cannot_keep_what_it_knows_ends(settings, tmp_path, monkeypatch):
    async with receiver() as (url, calls):
        run, kept = live(settings, tmp_path / "alerts.json", url)
        await publish(settings, [at(0), at(1)])
        save = kept.save

        def full(self: Outbox) -> None:
            if self.pending:
                raise OSError(28, "No space left on device")
            save()

        monkeypatch.setattr(Outbox, "save", full)
        async with asyncio.timeout(20):
            with pytest.raises(OSError, match="No space left"):
                await run.run("beginning")
    assert calls == []


async def test_a_refusal_is_final(settings, tmp_path):
    await publish(settings, [at(0), at(1)])
    async with receiver(404) as (url, calls):
        run, box = live(settings, tmp_path / "a.json", url)
        await run.run("beginning", follow=False)
    assert len(calls) == 1
    assert not box.pending


async def test_no_address_of_this_network_is_called_and_no_redirect_followed():
    async with receiver(302) as (url, calls):
        for address in (url, "http://localhost/hook", "http://[::1]/", "http://169.254.169.254/", "file:///etc/passwd"):
            answer = await call(Webhook(name="w", url=address), None, "id", b"{}")
            assert answer.kind == "refused", address
        assert not calls
        redirected = await call(Webhook(name="w", url=url, allow_private=True), None, "id", b"{}")
        assert (redirected.kind, len(calls)) == ("refused", 1)


def test_what_an_answer_means():
    kinds = {status: judged(status, "").kind for status in (200, 204, 301, 400, 404, 408, 410, 429, 500, 503)}
    assert kinds == {
        200: "taken",
        204: "taken",
        408: "later",
        429: "later",
        500: "later",
        503: "later",
    } | dict.fromkeys((301, 400, 404, 410), "refused")


def test_secrets_come_from_the_environment_or_a_file(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_OF_TEST", "whsec_" + base64.b64encode(SECRET).decode())
    assert secret_of(Webhook(name="w", url="x", secret_env="SECRET_OF_TEST")) == SECRET
    (tmp_path / "s").write_text(SECRET.decode() + "\n")
    assert secret_of(Webhook(name="w", url="x", secret_file=str(tmp_path / "s"))) == SECRET
    for bad in ({"secret_env": "NOT_SET"}, {"secret_file": str(tmp_path / "none")}):
        with pytest.raises(RuleError) as caught:
            secret_of(Webhook(name="w", url="x", **bad))
        assert SECRET.decode() not in str(caught.value)


async def test_the_commands(settings, tmp_path, capfd):
    await publish(settings, [at(0), at(1), at(120)])
    file = tmp_path / "rules.toml"
    arguments = ["--rules", str(file)]
    async with receiver(200, 500) as (url, calls):
        file.write_text(
            f'[[rule]]\nname = "r"\nwhere = "country=PAK"\ncount = 2\nwebhooks = ["desk"]\n'
            f'[webhook.desk]\nurl = "{url}"\nallow_private = true\n'
        )
        run = asyncio.to_thread
        assert await run(main, ["alerts", "check", *arguments]) == 0
        assert "NOT signed" in capfd.readouterr().out
        assert await run(main, ["alerts", "test", *arguments]) == 0
        assert await run(main, ["alerts", "test", *arguments, "--webhook", "desk"]) == 1
        replay = ["alerts", "replay", *arguments, "--broker", settings.broker]
        capfd.readouterr()
        assert await run(main, replay) == 0
        assert capfd.readouterr().out.startswith("2026-01-01T00:01:00Z  r  2  ")
        assert await run(main, [*replay, "--json"]) == 0
        assert json.loads(capfd.readouterr().out)["event_ids"] == ["e1_0", "e1_1"]
        assert await run(main, [*replay, "--until", "2026-01-01T00:01:00Z"]) == 0
        assert capfd.readouterr().out == ""
        go = [
            "alerts",
            "run",
            *arguments,
            "--broker",
            settings.broker,
            "--state",
            str(tmp_path / "a.json"),
            "--no-follow",
        ]
        assert await run(main, [*go, "--from", "beginning"]) == 0
        assert await run(main, [*go, "--from", "beginning"]) == 0
    assert [json.loads(body)["type"] for _, body in calls] == ["khabar.test.v1"] * 2 + ["khabar.alert.v1"]
    file.write_text("[[rule]]")
    assert main(["alerts", "check", *arguments]) == 78
