"""The parsing processes: every attack ends within its limits and the next document is read."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

import agents
from agents.poller.children import REST_AFTER, ParseError, Pool
from pipeline.feeds.outcome import ErrorKind
from pipeline.feeds.parsed import ParsedFeed
from tests.stream.feed_server import rss

GOOD = rss(("a", "A"))
MIB = 1024 * 1024


def inside(inner: str, *, title: str = "x") -> bytes:
    return f"<?xml version='1.0'?><rss version='2.0'><channel><item><title>{title}</title>{inner}</item></channel></rss>".encode()


ATTACKS: dict[str, Callable[[int], bytes]] = {
    "declaration": lambda n: b"<?xml " + b"version='1.0' " * n + GOOD,
    "declaration spaces": lambda n: b"<?xml version='1.0' encoding=" + b" " * (40 * n) + GOOD,
    "white space first": lambda n: b" \n" * (20 * n) + GOOD,
    "angle brackets first": lambda n: b"<" * (40 * n) + GOOD,
    "author": lambda n: inside("<author>" + "a" * (40 * n) + "</author>"),
    "author at": lambda n: inside("<author>a@" + "a-" * (20 * n) + "</author>"),
    "creator": lambda n: inside("<dc:creator xmlns:dc='http://purl.org/dc/elements/1.1/'>" + "a." * (20 * n) + "</dc:creator>"),
    "comments": lambda n: inside("<description>" + "&lt;!--" * (10 * n) + "</description>"),
    "entities": lambda n: b"<!DOCTYPE r [<!ENTITY a '" + b"x" * (10 * n) + b"'>]>" + inside("", title="&a;" * n),
    "laughs": lambda n: ("<!DOCTYPE r [<!ENTITY l0 'ha'>" + "".join(f"<!ENTITY l{i} '{f'&l{i - 1};' * 10}'>" for i in range(1, n // 50)) + "]>").encode() + inside("", title="&l9;"),
    "divs": lambda n: inside("<description>" + "&lt;div&gt;" * (100 * n) + "</description>"),
    "elements": lambda n: inside("<description>" + "<div>" * (50 * n)),
    "items": lambda n: b"<rss><channel>" + b"<item><title>x</title></item>" * (25 * n),
    "title of brackets": lambda n: inside("", title="<" * (500 * n)),
    "title of ampersands": lambda n: inside("", title="&" * (500 * n)),
    "attributes": lambda n: ("<rss " + " ".join(f"a{i}='1'" for i in range(20 * n)) + "><channel/></rss>").encode(),
    "categories": lambda n: inside("".join(f"<category>{i}</category>" for i in range(5 * n))),
    "numbers": lambda n: inside("", title="&#" + "9" * (10 * n) + ";"),
    "json brackets": lambda n: b'{"version":"https://jsonfeed.org/version/1","items":' + b"[" * (50 * n),
    "json tags": lambda n: b'{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","content_html":"' + b"<a '=" * (100 * n) + b'"}]}',
    "legacy bytes": lambda n: b"<rss><channel><item><title>" + bytes(range(128, 256)) * (40 * n),
    "twice encoded": lambda n: inside("", title="Ã¼Ã¶" * (100 * n)),
}  # fmt: skip


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    async with Pool(1) as pool:
        assert isinstance(await pool.parse(GOOD), ParsedFeed)
        yield pool


def child_of(pool: Pool) -> psutil.Process:
    (process,) = [one for one in psutil.Process().children() if "agents.poller.child" in one.cmdline()]
    return process


@pytest.mark.parametrize("name", sorted(ATTACKS))
async def test_every_attack_ends_within_two_seconds_and_the_next_feed_is_served(pool: Pool, name: str) -> None:
    for size in (100, 500, 2000):
        before = child_of(pool).cpu_times()
        result = await pool.parse(ATTACKS[name](size))
        after = child_of(pool).cpu_times()
        assert after.user + after.system - before.user - before.system < 2.5
        if isinstance(result, ParseError):
            assert result.kind in {ErrorKind.NOT_A_FEED, ErrorKind.PARSE_TIMEOUT, ErrorKind.PARSE_ERROR}
        assert child_of(pool).memory_info().rss < 512 * MIB
    assert isinstance(await pool.parse(GOOD), ParsedFeed)
    assert pool.restarts == 0


@pytest.mark.parametrize("body", [b"/etc/passwd", b"file:///etc/passwd", b"http://127.0.0.1:9/"])
async def test_a_body_that_names_a_file_is_no_feed(pool: Pool, body: bytes) -> None:
    result = await pool.parse(body)
    assert isinstance(result, ParseError)
    assert result.kind is ErrorKind.NOT_A_FEED


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
async def test_the_process_has_given_up_its_rights(pool: Pool) -> None:
    rows, environment, opened = rights_of(child_of(pool).pid)
    assert rows["Max open files"] == "3"
    assert rows["Max address space"] == str(1024 * MIB)
    assert rows["Max file size"] == "0"
    assert rows["Max processes"] == "0"
    assert b"KHABAR" not in environment
    assert opened <= {0, 1, 2}


def rights_of(pid: int) -> tuple[dict[str, str], bytes, set[int]]:
    """Return the limits, the environment and the open descriptors of a process."""
    folder = Path(f"/proc/{pid}")
    lines = (folder / "limits").read_text(encoding="ascii").splitlines()[1:]
    limits = {line[:26].strip(): line[26:].split()[0] for line in lines}
    return limits, (folder / "environ").read_bytes(), {int(fd.name) for fd in (folder / "fd").iterdir()}


async def test_a_killed_process_is_replaced(pool: Pool) -> None:
    os.kill(child_of(pool).pid, signal.SIGKILL)
    result = await pool.parse(GOOD)
    assert isinstance(result, ParseError)
    assert result.kind is ErrorKind.PARSE_MEMORY
    assert isinstance(await pool.parse(GOOD), ParsedFeed)
    assert pool.restarts == 1


async def test_a_process_that_does_not_answer_is_killed_after_its_time() -> None:
    async with Pool(1, wall_seconds=5.0) as pool:
        await pool.parse(GOOD)
        os.kill(child_of(pool).pid, signal.SIGSTOP)
        pool._wall_seconds = 0.3
        start = time.monotonic()
        result = await pool.parse(GOOD)
        assert time.monotonic() - start < 2
        assert isinstance(result, ParseError)
        assert result.kind is ErrorKind.PARSE_TIMEOUT
        pool._wall_seconds = 20.0
        assert isinstance(await pool.parse(GOOD), ParsedFeed)


def running() -> int:
    return sum("agents.poller.child" in one.cmdline() for one in psutil.Process().children())


async def test_documents_one_after_another_need_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.poller.children.START_AFTER", 60.0)
    async with Pool(3) as pool:
        await pool.parse(GOOD)
        await asyncio.gather(*(pool.parse(GOOD) for _ in range(8)))
        assert running() == 1


async def test_a_document_that_waits_gets_a_process_which_ends_when_it_is_not_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("agents.poller.children.START_AFTER", 0.0)
    async with Pool(2) as pool:
        await pool.parse(GOOD)
        await asyncio.gather(*(pool.parse(GOOD) for _ in range(8)))
        assert running() == 2
        await pool.parse(GOOD)
        assert running() == 2
        pool._all_at_work -= REST_AFTER
        await pool.parse(GOOD)
        assert running() == 1
        assert isinstance(await pool.parse(GOOD), ParsedFeed)
    assert running() == 0


async def test_no_process_is_left_behind() -> None:
    async with Pool(2) as pool:
        await pool.parse(GOOD)
        child = child_of(pool)
    assert not child.is_running()


async def test_a_folder_of_modules_that_changes_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python lists a changed folder again when it looks for a module, which a process without files cannot do."""
    original = Path(agents.__file__).parent.parent
    for name in ("agents", "pipeline", "schemas"):
        (tmp_path / name).symlink_to(original / name)
    monkeypatch.setattr(agents, "__file__", str(tmp_path / "agents" / "__init__.py"))
    async with Pool(1) as pool:
        assert isinstance(await pool.parse(GOOD), ParsedFeed)
        (tmp_path / "new.py").touch()
        os.utime(tmp_path, (1, 1))
        assert isinstance(await pool.parse(GOOD), ParsedFeed)


async def test_addresses_and_labels_with_broken_characters_do_no_harm(pool: Pool) -> None:
    result = await pool.parse(GOOD, base_url="http://a.example/\udcff", charset="\x00", language="\udcff")
    assert isinstance(result, ParsedFeed)
