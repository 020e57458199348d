"""The board keeps the newest events by their latest revision, within bounds."""

from __future__ import annotations

import orjson
import pytest

from agents.web.board import MENTIONS_SHOWN, Board, Shelf
from schemas.codec import DecodeError, encode
from tests.browser.records import article, event, told


def board_of(count: int, **bounds: int) -> Board:
    board = Board(**bounds)
    for number in range(count):
        board.take_event(encode(event(number, [told(number)])), 1_000.0 + number)
    return board


def test_the_newest_events_stay_and_the_oldest_go():
    board = board_of(12, events=5)
    assert [entry.event.event_id for entry in board.newest()] == ["e11", "e10", "e9", "e8", "e7"]
    assert board.find("e0") is None


def test_a_revision_takes_the_place_of_the_one_before_and_moves_to_the_front():
    board = board_of(3)
    board.take_event(encode(event(0, [told(0)], revision=2, confidence=0.99)), 2_000.0)
    first = next(board.newest())
    assert (first.event.event_id, first.event.confidence, first.seq) == ("e0", 0.99, 4)
    assert len(board) == 3


def test_a_revision_that_comes_again_or_late_changes_nothing():
    board = board_of(1)
    board.take_event(encode(event(0, [told(0)], revision=3)), 2_000.0)
    seq = board.seq
    for revision in (3, 2):
        board.take_event(encode(event(0, [told(0)], revision=revision)), 3_000.0)
    assert board.seq == seq


def test_changes_are_told_from_a_number_on_in_their_order():
    board = board_of(4)
    board.take_event(encode(event(1, [told(1)], revision=2)), 2_000.0)
    assert [entry.event.event_id for entry in board.since(2, 10)] == ["e2", "e3", "e1"]
    assert [entry.event.event_id for entry in board.since(0, 2)] == ["e0", "e2"]
    assert board.since(board.seq, 10) == []


def test_what_is_no_record_is_refused():
    board = Board()
    for take in (lambda value: board.take_event(value, 0.0), board.take_mention, board.take_article):
        for value in (b"", b"null", b"[]", b"{", b'{"schema": "event/1.0"}', b'{"article": 3}', b"\xff"):
            with pytest.raises(DecodeError):
                take(value)
    assert len(board) == 0


def test_a_shelf_holds_no_more_bytes_than_it_may():
    shelf = Shelf(100)
    for number in range(50):
        shelf.put(str(number), bytes(10))
    assert (len(shelf), shelf.size) == (10, 100)
    shelf.put("49", bytes(90))
    assert shelf.size <= 100
    assert shelf.get("49") == bytes(90)
    shelf.put("large", bytes(101))
    assert (shelf.get("large"), shelf.size) == (None, 0)


def test_mentions_come_surest_first_and_every_article_before_the_second_of_one():
    board = Board()
    mentions = [told(number, confidence=0.5 + number / 100) for number in range(4)]
    mentions += [told(number, mention_id=f"again{number}", article_id="a3", confidence=0.9) for number in range(2)]
    for one in mentions:
        board.take_mention(encode(one))
    found = [one.article_id for one in board.mentions(event(0, mentions))]
    assert found == ["a3", "a2", "a1", "a0", "a3", "a3"]


def test_of_very_many_mentions_only_the_first_are_shown():
    board = Board()
    mentions = [told(number) for number in range(MENTIONS_SHOWN + 20)]
    for one in mentions:
        board.take_mention(encode(one))
    assert len(board.mentions(event(0, mentions))) == MENTIONS_SHOWN


def test_an_article_comes_back_as_received():
    board = Board()
    made = article(told(3, "ur"))
    board.take_article(encode(made))
    assert board.text("a3") == made.article.received
    assert board.text("unknown") is None


def test_an_entry_tells_its_number_its_time_and_the_record_as_on_the_topic():
    board = board_of(1)
    body = orjson.loads(next(board.newest()).body)
    assert (body["seq"], body["arrived"]) == (1, "1970-01-01T00:16:40.000Z")
    assert body["event"] == orjson.loads(encode(event(0, [told(0)])))
