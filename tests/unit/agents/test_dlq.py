"""Dead letters shown and chosen: whatever is in them, nothing gets out; times, ids and states as documented."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.broker import Received
from agents.dlq import display
from agents.dlq.ledger import Entry, Ledger, entry_of
from agents.dlq.selection import Selection, SelectionError, named, parse_time, selected
from schemas.deadletter import to_message
from schemas.decision import DeadDecision
from schemas.replay import MOST_ATTEMPTS
from tests.strategies import any_text
from tests.unit.schemas.test_deadletter import LETTER, letters

ENTRY = Entry(replace(LETTER, id="ab" * 32), 1, 7, 2, 1709632800.0)
FORGING = {"Cc", "Cs", "Zl", "Zp"}
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2068")


def is_harmless(line: str) -> bool:
    return not set(line) & TURNING and not any(unicodedata.category(char) in FORGING for char in line)


def entry(attempts: int = 1, decision: DeadDecision | None = None) -> Entry:
    return replace(ENTRY, letter=replace(ENTRY.letter, attempts=attempts), decision=decision)


def decided(action, attempts: int) -> DeadDecision:
    return DeadDecision(letter_id=ENTRY.letter.id, action=action, attempts=attempts, decided="2024-03-05T10:00:00Z")


@given(letter=letters, text=any_text)
def test_no_letter_can_forge_or_turn_a_line_of_what_is_shown(letter, text):
    shown = replace(
        ENTRY, letter=replace(letter, message=text, stage=text, topic=text, stacktrace=text, app_version=text)
    )
    assert all(is_harmless(line) for line in display.table([shown]))
    assert all(is_harmless(line) for line in display.letter_lines(shown))
    assert is_harmless(display.summary([shown]))
    assert is_harmless(display.as_json(shown))
    assert json.loads(display.as_json(shown))["attempts"] == letter.attempts


@given(
    value=st.binary(max_size=300) | any_text.map(lambda text: text.encode("utf-8", "replace")),
    limit=st.integers(1, 100),
)
def test_any_value_is_shown_as_harmless_lines(value, limit):
    for as_hex in (False, True):
        lines = display.value_lines(value, limit, as_hex=as_hex)
        assert all(is_harmless(line) for line in lines)
        assert ("more bytes" in lines[-1]) == (len(value) > limit)


def test_text_is_shown_as_text_though_it_is_cut_inside_a_character():
    assert display.value_lines("خبر".encode(), 3, as_hex=False)[0] == "خ"
    assert display.value_lines(b"\xff\xfe", 100, as_hex=False) == ["00000000  " + "ff fe".ljust(48) + " .."]
    assert display.value_lines(None, 100, as_hex=False) == ["(no value: a tombstone)"]


@pytest.mark.parametrize(
    ("attempts", "decision", "state"),
    [
        (1, None, "open"),
        (MOST_ATTEMPTS - 1, None, "open"),
        (MOST_ATTEMPTS, None, "parked"),
        (1, decided("replay", 1), "replayed"),
        (2, decided("replay", 1), "open"),
        (1, decided("replay", 2), "replayed"),
        (MOST_ATTEMPTS, decided("replay", MOST_ATTEMPTS), "replayed"),
        (MOST_ATTEMPTS + 1, decided("replay", MOST_ATTEMPTS), "parked"),
        (1, decided("discard", 1), "discarded"),
    ],
)
def test_a_letter_is_in_the_state_of_its_last_attempt(attempts, decision, state):
    assert entry(attempts, decision).state == state


def test_an_entry_holds_no_value():
    key, value, headers = to_message(replace(LETTER, value=b"x" * 100_000))
    read = entry_of(Received("news.dead", 1, 7, 5.0, key, value, headers))
    assert (read.letter.value, read.size) == (None, 100_000)


def test_a_letter_is_named_by_a_beginning_that_no_other_has():
    ledger = Ledger({name: replace(ENTRY, letter=replace(LETTER, id=name)) for name in ("abcdef00", "abcdef11")})
    assert named(ledger, "ABCDEF1").letter.id == "abcdef11"
    for wrong, said in (("abcdef", "2 letters have"), ("123456", "no letter has"), ("abc", "too short")):
        with pytest.raises(SelectionError, match=said):
            named(ledger, wrong)


def test_letters_are_chosen_once_in_the_order_of_their_origin():
    entries = {str(n) * 8: replace(ENTRY, letter=replace(LETTER, id=str(n) * 8, offset=9 - n)) for n in range(5)}
    ledger = Ledger(entries)
    assert [found.letter.offset for found in selected(ledger, Selection())] == [5, 6, 7, 8, 9]
    assert len(selected(ledger, Selection(), ["111111", "11111111"])) == 1


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 910), ("2m", 880), ("0h", 1000), ("1970-01-01", 0), ("1970-01-01T01:00:00+01:00", 0)]
)
def test_times_are_iso_or_so_long_ago(text, seconds):
    assert parse_time(text, 1000) == seconds


@given(text=any_text)
def test_any_other_time_is_refused_by_name(text):
    try:
        assert isinstance(parse_time(text, 1000), int | float)
    except SelectionError as error:
        assert "neither a time" in str(error)  # noqa: PT017 - most texts are refused, some are times
