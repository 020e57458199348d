"""`khabar poll` on the command line."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from agents.cli import main
from tests.stream.feed_server import FeedServer, answer, rss


def write(folder: Path, port: int = 9, *, more: str = "") -> str:
    file = folder / "catalog.toml"
    file.write_text(
        '[poller]\nuser_agent = "khabar-test"\nallow_private = true\nhost_spacing = "0s"\nparsers = 1\n'
        f'[[feed]]\nid = "dailyexample"\nurl = "http://127.0.0.1:{port}/feed"\n{more}',
        encoding="utf-8",
    )
    return str(file)


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("KHABAR_BROKER", "KHABAR_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KHABAR_STATE_DIR", str(tmp_path / "state"))


async def command(*arguments: str) -> tuple[int, list[str], str]:
    """Run `khabar poll` as a process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "agents.cli", "poll", *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode().splitlines(), err.decode()


@pytest.mark.parametrize("broker", ["sqlite:///khabar.db", "memory://x"])
def test_an_embedded_broker_is_refused_with_the_way_out(
    broker: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["poll", "--feeds", write(tmp_path), "--broker", broker, "--once"]) == 64
    assert "khabar run --feeds" in capsys.readouterr().err


def test_a_wrong_catalog_is_told_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["poll", "--feeds", write(tmp_path, more="lang = 'ur'\n"), "--dry-run"]) == 78
    assert "catalog.toml:9: feed 1: lang" in capsys.readouterr().err


def test_a_catalog_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["poll", "--feeds", str(tmp_path / "none.toml"), "--dry-run"]) == 78
    assert "none.toml" in capsys.readouterr().err


async def test_a_dry_run_prints_states_and_articles_as_json_lines_and_leaves_no_state(tmp_path: Path) -> None:
    async with FeedServer() as server:
        server.answers["/feed"] = [answer(200, rss(("a", "کوئٹہ میں زلزلہ"), ("b", "B\u202e evil")))]
        code, lines, _ = await command("--feeds", write(tmp_path, server.port), "--dry-run", "--json")
    status, *articles = [orjson.loads(line) for line in lines]
    assert code == 0
    assert (status["schema"], status["state"], status["new_items"]) == ("feed_status/1.1", "ok", 2)
    assert [article["headline"] for article in articles] == ["کوئٹہ میں زلزلہ", "B\u202e evil"]
    assert not (tmp_path / "state").exists()


async def test_a_dry_run_for_people_is_legible_and_tells_failures_by_its_code(tmp_path: Path) -> None:
    more = '[[feed]]\nid = "gone"\nurl = "http://127.0.0.1:{}/gone"\n'
    async with FeedServer() as server:
        server.answers["/feed"] = [answer(200, rss(("a", "B\u202e evil")))]
        code, lines, _ = await command(
            "--feeds", write(tmp_path, server.port, more=more.format(server.port)), "--dry-run"
        )
    assert code == 1
    assert lines[0].split() == ["dailyexample", "ok", "1", "items,", "1", "new,", "0", "changed", "first_poll"]
    assert "\\u202e" in lines[1]
    assert lines[2].split() == ["gone", "error", "0", "items,", "0", "new,", "0", "changed", "http_4xx:", "HTTP", "404"]
