"""Log lines that a feed cannot forge."""

from __future__ import annotations

import logging

import orjson
import pytest

from agents.config import read_settings
from agents.logs import MOST_REASONS, RECORDS, JsonFormatter, Sparing, TextFormatter, safe, set_up


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
    assert (entry["stage"], entry["offset"], entry["level"]) == ("events", 3, "info")


def test_numbers_stay_numbers_and_what_is_not_known_is_left_out():
    entry = orjson.loads(JsonFormatter().format(record(offset=3, duration_ms=1.5, late=True, huge=2**80, reason=None)))
    assert (entry["offset"], entry["duration_ms"], entry["late"], entry["huge"]) == (3, 1.5, True, str(2**80))
    assert "reason" not in entry


def warning(reason: str, level: int = logging.WARNING) -> logging.LogRecord:
    made = record(reason=reason)
    made.levelno = level
    return made


def test_ten_warnings_a_second_of_a_reason_are_told_and_the_next_says_how_many_were_not():
    now = 0.0
    sparing = Sparing(lambda: now)
    assert [sparing.filter(warning("decode")) for _ in range(12)] == [True] * 10 + [False] * 2
    assert sparing.filter(warning("schema")), "another reason has its own ten"
    assert all(sparing.filter(warning("decode", logging.INFO)) for _ in range(20))
    now = 1.0
    first, second = warning("decode"), warning("decode")
    assert sparing.filter(first)
    assert sparing.filter(second)
    assert first.left_out == 2
    assert not hasattr(second, "left_out")


def test_reasons_without_number_take_no_memory():
    sparing = Sparing(lambda: 0.0)
    for number in range(3 * MOST_REASONS):
        for _ in range(11):
            sparing.filter(warning(str(number)))
    assert len(sparing._left_out) == MOST_REASONS


def test_a_command_that_prints_decisions_does_not_log_them_too(monkeypatch):
    for name in ("", "khabar", RECORDS, "mode.timers"):
        monkeypatch.setattr(logging.getLogger(name), "level", logging.getLogger(name).level)
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    told = {}
    for level in ("info", "debug"):
        for decisions in (True, False):
            set_up(read_settings({}, log_level=level), decisions=decisions)
            told[level, decisions] = logging.getLogger(RECORDS).isEnabledFor(logging.INFO)
    assert told == {("info", True): True, ("info", False): False, ("debug", True): True, ("debug", False): True}
