"""`khabar feeds` against a local server: what it finds, adds, tells and leaves alone."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from agents.cli import main
from agents.feeds.words import IN_WORDS
from agents.poller.state import SQLiteStore, Stored
from pipeline.feeds.catalog import read_catalog
from pipeline.feeds.identity import Known, Seen
from pipeline.feeds.outcome import ErrorKind
from pipeline.feeds.schedule import FeedState
from tests.stream.feed_server import FeedServer, answer, rss

HEAD = '# mine\n[poller]\nuser_agent = "khabar-test"  # me\nallow_private = true\nhost_spacing = "0s"\n'
PAGE = b"""<html><head><link rel="alternate" type="application/rss+xml" title="All" href="/all.xml">
<link rel="alternate" type="application/atom+xml" href="/broken.xml">
<link rel="alternate" type="application/rss+xml" href="/sport.xml"></head></html>"""


class Desk:
    """A catalog in a folder, and the command on it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KHABAR_STATE_DIR", str(folder))
        monkeypatch.setenv("COLUMNS", "250")
        self.folder = folder
        self.file = folder / "feeds.toml"
        self.file.write_text(HEAD, encoding="utf-8")
        self._capsys = capsys

    async def do(self, *arguments: str) -> tuple[int, str, str]:
        action, *rest = arguments
        code = await asyncio.to_thread(main, ["feeds", action, "--feeds", str(self.file), *rest])
        out, err = self._capsys.readouterr()
        return code, out, err

    def write(self, text: str) -> None:
        self.file.write_text(HEAD + text, encoding="utf-8")


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, capsys, monkeypatch)


async def test_a_feed_of_a_page_is_added_and_every_line_of_the_catalog_stays(desk: Desk) -> None:
    async with FeedServer() as server:
        server.answers["/"] = [answer(200, PAGE, Content_Type="text/html")]
        server.answers["/all.xml"] = [answer(200, rss(("a", "A")))]
        server.answers["/sport.xml"] = [answer(200, rss(("b", "B")))]
        several = await desk.do("add", server.url("/"))
        assert desk.file.read_text() == HEAD
        picked = await desk.do(
            "add", server.url("/"), "--pick", "1", "--tag", "gov", "--country", "PK", "--name", "Daily"
        )
        again = await desk.do("add", server.url("/all.xml"))
        rest = await desk.do("add", server.url("/"), "--all", "--json")
    assert several[0] == 64
    assert "--pick N or --all" in several[2]
    assert picked[0] == 0
    assert again[0] == 0
    assert "already" in again[2]
    assert [orjson.loads(line)["url"] for line in rest[1].splitlines()] == [server.url("/sport.xml")]
    assert desk.file.read_text().startswith(HEAD)
    first, second = read_catalog(desk.file).feeds
    assert (first.id, first.url, first.name, first.language) == ("127.0.0.1", server.url("/all.xml"), "Daily", "en")
    assert (first.tags, first.country, second.id) == (("gov",), "PAK", "127.0.0.1-2")


async def test_a_site_that_names_no_feed_is_tried_at_the_usual_places(desk: Desk) -> None:
    async with FeedServer() as server:
        server.answers["/news"] = [answer(200, b"<html><body>No feed here</body></html>", Content_Type="text/html")]
        server.answers["/rss.xml"] = [answer(200, rss(("a", "A")))]
        assert (await desk.do("add", server.url("/news")))[0] == 0
    assert [feed.url for feed in read_catalog(desk.file).feeds] == [server.url("/rss.xml")]


async def test_where_no_feed_is_nothing_is_added_and_the_reason_told(desk: Desk) -> None:
    async with FeedServer() as server:
        server.answers["/"] = [answer(200, b"<html></html>")]
        code, _, err = await desk.do("add", server.url("/"))
    assert code == 65
    assert "no feed at" in err
    assert "http_4xx" in err
    assert desk.file.read_text() == HEAD


async def test_discovery_keeps_the_guard(desk: Desk) -> None:
    desk.file.write_text(HEAD.replace("allow_private = true\n", ""), encoding="utf-8")
    code, _, err = await desk.do("add", "http://127.0.0.1:80/")
    assert code == 65
    assert "blocked_address" in err


async def test_a_check_looks_at_every_feed_once_and_fails_with_the_first_broken_one(desk: Desk) -> None:
    async with FeedServer() as server:
        server.answers["/a"] = [answer(200, rss(*((str(n), f"N{n}") for n in range(4))))]
        feeds = "".join(
            f'[[feed]]\nid = "{name}"\nurl = "{server.url(f"/{name}")}"\nfirst_items = 3\n' for name in "ab"
        )
        desk.write(feeds + f'[[feed]]\nid = "off"\nurl = "{server.url("/off")}"\npaused = true\n')
        code, out, _ = await desk.do("check")
        as_json = await desk.do("check", "--json")
    assert code == 1
    assert out.splitlines()[1].split()[:6] == ["a", "ok", "rss20", "en", "4", "3"]
    assert out.splitlines()[2].split()[:2] == ["b", "http_4xx"]
    first, second = [orjson.loads(line) for line in as_json[1].splitlines()]
    assert (first["withheld"], len(first["articles"]), second["why"]) == (1, 3, "its host refuses it: HTTP 404")
    assert not server.asked("/off")


async def test_a_test_tells_encoding_dates_keys_and_what_would_be_sent(desk: Desk) -> None:
    document = desk.folder / "feed.xml"
    document.write_bytes(rss(("a", "کوئٹہ میں زلزلہ"), ("b", "B\u202e evil")))
    code, out, _ = await desk.do("test", str(document))
    assert code == 0
    assert "utf-8 (valid)" in out
    assert "2026-03-03T04:30:00Z, read from 'Tue, 03 Mar 2026 09:30:00 +0500'" in out
    assert "guid, link, title: urn:x-article:" in out
    assert "\u2067کوئٹہ میں زلزلہ\u2069" in out
    assert "B<U+202E> evil" in out
    assert "\u202e" not in out
    record = orjson.loads((await desk.do("test", str(document), "--json"))[1])
    assert record["keys"] == [["guid", "link", "title"]] * 2
    assert (await desk.do("test", "nothing-of-the-kind"))[0] == 64


async def test_an_opml_file_is_imported_once_and_exported_as_it_was(desk: Desk) -> None:
    opml = desk.folder / "in.opml"
    opml.write_text(
        '<opml version="2.0"><body><outline text="Asia"><outline text="South">'
        '<outline text="A" type="rss" xmlUrl="https://a.example/rss" language="ur" khabar:interval="15m"/></outline>'
        '</outline><outline text="bad" xmlUrl="gopher://x/"/></body></opml>',
        encoding="utf-8",
    )
    code, out, err = await desk.do("import", str(opml))
    assert code == 1
    assert "gopher" in err
    assert out.startswith("added a.example-")
    (feed,) = read_catalog(desk.file).feeds
    assert (feed.name, feed.tags, feed.language, feed.interval) == ("A", ("Asia/South",), "ur", timedelta(minutes=15))
    before = desk.file.read_text()
    await desk.do("import", str(opml))
    assert desk.file.read_text() == before
    _, exported, _ = await desk.do("export")
    desk.write("")
    opml.write_text(exported, encoding="utf-8")
    assert (await desk.do("import", str(opml)))[0] == 0
    assert read_catalog(desk.file).feeds == (feed,)
    opml.write_text("<html/>", encoding="utf-8")
    assert (await desk.do("import", str(opml)))[0] == 65


async def test_status_tells_how_feeds_do_and_reset_forgets_what_is_wrong(desk: Desk) -> None:
    now = datetime.now(UTC)
    desk.write(
        "".join(f'[[feed]]\nid = "{name}"\nurl = "https://{name}.example/"\n' for name in ("good", "bad", "fresh"))
    )
    seen = Seen(articles={"u": Known(version=1, content="", headline="", first=now.timestamp(), last=0.0, changed=0.0)})
    good = FeedState(last_ok=now, last_polled=now, interval=900.0, next_poll=now + timedelta(minutes=10))
    bad = FeedState(
        errors=3, last_error="http_4xx", last_message="HTTP 404", last_polled=now, moved_to="https://x.example/"
    )
    with SQLiteStore(desk.folder / "feeds.db") as store:
        store.commit("good", Stored("https://good.example/", good, seen))
        store.commit("bad", Stored("https://bad.example/", bad, seen))
    code, out, _ = await desk.do("status")
    assert code == 0
    assert [line.split()[:2] for line in out.splitlines()[1:4]] == [["good", "ok"], ["bad", "error"], ["fresh", "new"]]
    code, out, _ = await desk.do("status", "--broken", "--json")
    (row,) = [orjson.loads(line) for line in out.splitlines()]
    assert (code, row["id"], row["errors_in_a_row"], row["new"]) == (1, "bad", 3, 1)
    assert (row["why"], row["moving_to"]) == ("its host refuses it: HTTP 404", "https://x.example/")
    assert (await desk.do("reset", "bad"))[0] == 0
    assert (await desk.do("reset", "unknown"))[0] == 64
    assert (await desk.do("status", "--broken"))[0] == 0
    with SQLiteStore(desk.folder / "feeds.db") as store:
        stored = store.get("bad")
        assert stored is not None
        assert (stored.state, set(stored.seen.articles)) == (FeedState(), {"u"})
    await desk.do("reset", "bad", "--items")
    with SQLiteStore(desk.folder / "feeds.db") as store:
        assert store.get("bad") is None


async def test_secrets_of_the_catalog_are_never_printed(desk: Desk) -> None:
    desk.write('[[feed]]\nid = "a"\nurl = "https://me:s3cret@127.0.0.1:1/"\nheaders = {X-Key = "s3cret"}\n')
    for action in ("list", "check", "status", "export"):
        for more in ([], ["--json"]):
            _, out, err = await desk.do(action, *more)
            assert "s3cret" not in out + err, action


async def test_a_catalog_that_is_wrong_or_missing_is_told(desk: Desk) -> None:
    desk.write("[[feed]]\nid = 'a'\n")
    assert (await desk.do("list"))[0] == 78
    desk.file.unlink()
    code, _, err = await desk.do("status")
    assert code == 78
    assert "feeds.toml" in err


def test_every_kind_of_error_has_words() -> None:
    assert set(IN_WORDS) == set(ErrorKind)
