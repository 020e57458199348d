"""Log lines that a feed cannot forge."""

from __future__ import annotations

import logging

import orjson
import pytest

from agents.logs import JsonFormatter, TextFormatter, safe


def record(**extra: object) -> logging.LogRecord:
    made = logging.LogRecord("khabar.x", logging.INFO, "f", 1, "dead %s", ("letter",), None)
    vars(made).update(extra)
    return made


@pytest.mark.parametrize("bad", ["\n", "\r", "\x1b", "\x00", "\u202e", "\u2066", "\u2028", "\x85"])
def test_characters_that_could_forge_a_line_are_escaped(bad):
    assert bad not in safe(f"a{bad}b")
    assert bad not in TextFormatter().format(record(title=f"a{bad}b"))


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_what_an_exception_quotes_cannot_forge_a_line_or_break_the_log(formatter):
    shown = formatter.format(record(exc_info=(ValueError, ValueError("a\rb\x1b[31m\u202ec\ud800"), None)))
    shown.encode()
    assert "ValueError: a\\u000db" in shown.replace("\\\\", "\\")
    assert not set(shown) & set("\r\x1b\u202e")


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_a_lone_surrogate_can_be_logged(formatter):
    formatter.format(record(title="a\ud800")).encode()


def test_long_values_are_cut():
    assert len(safe("x" * 10_000)) == 513


def test_a_json_line_holds_event_and_values():
    entry = orjson.loads(JsonFormatter().format(record(stage="events", offset=3)))
    assert entry["event"] == "dead letter"
    assert (entry["stage"], entry["offset"], entry["level"]) == ("events", "3", "info")
