"""`khabar process` with stages made for the purpose."""

from __future__ import annotations

import argparse
import io
import json
import sys
from typing import Any

import pytest

from agents import process as command
from agents.process import LONGEST_LINE, Job, Summary, process
from schemas.article import RawArticle
from schemas.codec import encode
from tests.unit.agents.fakestages import specs


def run(lines: list[Any] | bytes, **options: Any) -> tuple[list[dict[str, Any]], Summary]:
    out, summary = run_bytes(lines, **options)
    return [json.loads(line) for line in out.splitlines()], summary


def run_bytes(lines: list[Any] | bytes, **options: Any) -> tuple[bytes, Summary]:
    data = lines if isinstance(lines, bytes) else b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    sink, summary = io.BytesIO(), Summary()
    process(io.BytesIO(data), sink, Job(**options), summary, specs)
    assert summary.articles.adds_up
    assert summary.stages.adds_up
    return sink.getvalue(), summary


def test_every_article_has_one_line_in_order():
    out, summary = run([{"id": f"{n}", "text": f"C{n}"} for n in range(50)])
    assert [line["article_id"] for line in out] == [f"{n}" for n in range(50)]
    assert all(len(line["mentions"]) == 1 for line in out)
    assert out[0]["mentions"][0]["mention_id"] == "0-0"
    assert summary.articles.seen == summary.articles.passed == 50


def test_language_output_has_the_documented_shape():
    out, _ = run([{"id": "a", "text": "hello"}], until="language")
    assert out == [
        {
            "article_id": "a",
            "language": "en",
            "confidence": 0.0,
            "script": "Latn",
            "alternatives": [],
            "segments": [{"kind": "body", "start": 0, "end": 5, "language": "en"}],
        }
    ]


def test_dedup_output_adds_the_verdict():
    out, _ = run([{"id": "a", "text": "x"}, {"id": "b", "text": "x"}], until="dedup")
    assert [line["verdict"] for line in out] == ["new", "duplicate"]
    assert {"language", "segments", "of", "similarity", "containment"} <= out[0].keys()


def test_an_article_without_events_has_an_empty_list():
    out, summary = run([{"id": "a", "text": "x"}, {"id": "b", "text": "x"}, {"id": "c", "text": "dull"}])
    assert [len(line["mentions"]) for line in out] == [1, 0, 0]
    assert summary.articles.dropped == {"says nothing new": 1, "dull": 1}
    assert next(summary.lines()) == "articles: 3 in = 1 out + 2 dropped + 0 dead (dull 1, says nothing new 1)"


def test_what_a_stage_drops_says_so_before_the_events():
    out, _ = run([{"id": "c", "text": "dull"}], until="language")
    assert out == [{"article_id": "c", "dropped": {"stage": "language", "reason": "dull"}}]


def test_linking_writes_the_last_revision_of_each_event_at_the_end():
    out, _ = run([{"id": "a", "text": "IND RUS"}, {"id": "b", "text": "RUS x"}], until="linking")
    ids = [line["event"]["event_id"] for line in out]
    assert ids == sorted(set(ids))
    (shared,) = [line["event"] for line in out if line["event"]["num_articles"] == 2]
    assert shared["mention_ids"] == ["a-1", "b-0"]


def test_unsure_mentions_and_events_can_be_left_out():
    out, _ = run([{"id": "a", "text": "A B C D"}], min_confidence=0.15)
    assert [m["mention_id"] for m in out[0]["mentions"]] == ["a-2", "a-3"]
    out, _ = run([{"id": "a", "text": "A B C D"}], min_confidence=0.15, until="linking")
    assert len(out) == 2


BAD = b"\n".join(
    [
        b'\xef\xbb\xbf{"id": "first", "text": "x"}',
        b"",
        b"   ",
        b"{",
        b"[" * 100_000,
        b'{"id": "bad utf-8", "text": "\xff"}',
        b'{"id": "surrogate", "text": "\\ud800"}',
        b'{"id": "types", "text": 5}',
        b"null",
        b'{"id": "nothing"}',
        b'{"id": "nul \\u0000", "text": "a\\u0000b"}',
        b'{"id": "poison", "text": "poison"}',
        b'{"id": "bug", "text": "bug"}',
        b'{"schema": "raw_article/9.0", "uri": "future"}',
        encode(RawArticle(uri="whole", body_text="IND")),
        b'{"id": "last", "text": "y"}',
    ]
)


def test_bad_lines_do_not_stop_the_rest():
    out, summary = run(BAD)
    assert len(out) == 14
    good = {line["article_id"] for line in out if "mentions" in line}
    assert good == {"first", "nul \u0000", "whole", "last"}
    errors = {line["article_id"]: line["error"] for line in out if "error" in line}
    assert errors["poison"] == {"stage": "language", "reason": "schema", "message": "poison"}
    assert errors["bug"]["reason"] == "bug"
    assert errors["types"]["message"].startswith("line 8: text: must be a string")
    assert errors["future"]["reason"] == "schema"
    assert summary.articles.dead.total() == 10


def test_errors_are_written_with_linking_too():
    out, _ = run(BAD, until="linking")
    assert sum("error" in line for line in out) == 10
    assert all("event" in line for line in out[10:])


def test_a_line_without_end_is_refused_in_constant_memory(monkeypatch):
    monkeypatch.setattr(command, "LONGEST_LINE", 1000)
    out, _ = run(b'{"id": "a", "text": "x"}\n' + b"x" * 5000 + b"\n" + b'{"id": "b", "text": "y"}\n' + b"z" * 1001)
    assert ["error" in line for line in out] == [False, True, False, True]
    assert out[1]["error"]["reason"] == "too_large"
    assert LONGEST_LINE >= 2**24


@pytest.mark.parametrize("until", ["language", "dedup", "events", "linking"])
def test_several_processes_write_the_same_bytes(until):
    lines = [
        {"id": f"{n}", "text": f"C{n % 40} D{n % 7}", "source": f"source {n % 9}"} if n % 11 else {"id": f"{n}"}
        for n in range(400)
    ]
    one, counted = run_bytes(lines, until=until)
    several, again = run_bytes(lines, until=until, workers=2)
    assert several == one
    assert again == counted


def test_input_is_read_as_output_is_written():
    class Slow(io.RawIOBase):
        taken = 0

        def readline(self, size: int = -1) -> bytes:
            self.taken += 1
            return b'{"id": "%d", "text": "x"}\n' % self.taken if self.taken <= 1000 else b""

    class Watching(io.BytesIO):
        def write(self, data: Any) -> int:
            ahead.append(source.taken - len(ahead))
            return super().write(data)

    ahead: list[int] = []
    source: Any = Slow()
    process(source, Watching(), Job(), Summary(), specs)
    assert len(ahead) == 1000
    assert max(ahead) <= 2


def arguments(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(given)


def test_the_command_ends_with_1_and_a_summary_when_an_article_failed(monkeypatch, capsysbinary):
    monkeypatch.setattr(command, "process", lambda *a: process(*a, specs))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"id": "a", "text": "x"}\n{\n')))
    assert command.run(arguments()) == 1
    out, err = capsysbinary.readouterr()
    assert len(out.splitlines()) == 2
    assert b"articles: 2 in = 1 out + 0 dropped + 1 dead (decode 1)" in err


def test_the_command_is_silent_about_success_unless_asked(monkeypatch, capsysbinary):
    monkeypatch.setattr(command, "process", lambda *a: process(*a, specs))
    for given, words in (((), b""), (("--summary",), b"articles: 1 in = 1 out + 0 dropped + 0 dead\n")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"id": "a", "text": "x"}\n')))
        assert command.run(arguments(*given)) == 0
        assert capsysbinary.readouterr().err[: len(words) or 1] == words


@pytest.mark.parametrize("given", [("--workers", "0"), ("--min-confidence", "2"), ("--until", "never")])
def test_wrong_arguments_are_refused(given, capsys):
    with pytest.raises(SystemExit):
        arguments(*given)
    assert "error" in capsys.readouterr().err
