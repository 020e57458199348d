"""The checker finds what a run lost, made up, repeated wrongly or changed, and says where it was last seen."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from functools import cache

import pytest

from agents.broker import Received
from agents.deadletter import dead_letter
from pipeline.driver import Driver
from pipeline.stage import Emit
from schemas.article import RawArticle
from schemas.codec import DecodeError, decode, encode
from schemas.deadletter import to_message
from schemas.event import Event
from tests.chaos.checker import Fault, check
from tests.chaos.offsets import Outage, quantile
from tests.chaos.schedule import KILLS, schedule
from tests.chaos.workload import Input, Workload, number_of

NUMBER = 70
INPUTS = list(Workload(5, poisoned=0.1).inputs(NUMBER))
SINKS = {"language": "news.articles", "dedup": "news.unique", "events": "news.mentions", "linking": "news.events"}


class Log:
    """Topics of one partition each, filled as a run without faults fills them."""

    def __init__(self) -> None:
        self.topics: dict[str, list[Received]] = defaultdict(list)

    def add(self, topic: str, key: bytes | None, value: bytes | None, headers=()) -> Received:
        record = Received(topic, 0, len(self.topics[topic]), 0.0, key, value, headers)
        self.topics[topic].append(record)
        return record


def letter_of(log: Log, raw: Received, one: Input) -> None:
    assert one.reason is not None
    message = MessageLike(raw)
    letter = dead_letter(message, stage="language", reason=one.reason, text="planted", error=None)
    log.add("news.dead", *to_message(letter))


class MessageLike:
    """What `dead_letter` asks of Faust's message."""

    def __init__(self, record: Received) -> None:
        self.topic, self.partition, self.offset, self.timestamp = record.topic, 0, record.offset, 0.0
        self.key, self.value, self.headers = record.key, record.value, list(record.headers)


def finished() -> Log:
    """Return the topics of a run in which nothing went wrong, to be spoilt."""
    log = Log()
    log.topics.update({topic: list(records) for topic, records in calm().topics.items()})
    return log


@cache
def calm() -> Log:
    log, driver = Log(), Driver()
    for one in INPUTS:
        raw = log.add("news.raw", one.key, one.value, one.headers)
        if one.reason is not None:
            letter_of(log, raw, one)
            continue
        outcome = driver.feed(decode(RawArticle, one.value or b""))
        for stage, topic in SINKS.items():
            for emit in outcome.emitted.get(stage, ()):  # type: ignore[call-overload]  # names of stages are strings here
                assert isinstance(emit, Emit)
                log.add(topic, emit.key.encode(), encode(emit.value))
    return log


def kinds(log: Log) -> set[str]:
    return {fault.what for fault in check(INPUTS, log.topics).faults}


def test_a_run_in_which_nothing_went_wrong_adds_up():
    found = check(INPUTS, finished().topics)
    assert found.faults == []
    assert found.adds_up, found.report()
    assert min(found.outputs, found.no_event, found.duplicates, found.dead.total()) > 0
    assert found.events == found.expected_events > 0


@pytest.mark.parametrize("topic", ["news.articles", "news.unique", "news.mentions", "news.dead"])
def test_what_is_missing_is_lost_and_was_last_seen_on_the_topic_before(topic):
    log = finished()
    gone = log.topics[topic][3].key or b""
    places = list(SINKS.values())
    for name in places[places.index(topic) :] if topic in places else [topic]:
        log.topics[name] = [r for r in log.topics[name] if r.key != gone and _article(gone) not in (r.value or b"")]
    before = {
        "news.articles": "news.raw",
        "news.unique": "news.articles",
        "news.mentions": "news.unique",
        "news.dead": "news.raw",
    }[topic]
    lost = [fault for fault in check(INPUTS, log.topics).faults if fault.what == "lost"]
    assert len(lost) == 1 or topic == "news.mentions"
    assert all(fault.seen.startswith(f"{before}[0]@") for fault in lost), lost


def _article(uri: bytes) -> bytes:
    return b'"article_id":"' + uri + b'"'


def test_an_input_that_never_arrived_is_lost_and_was_seen_nowhere():
    log = finished()
    late = replace(INPUTS[0], number=999, uri="u999")
    found = check([*INPUTS, late], log.topics)
    assert [(fault.what, fault.seen) for fault in found.faults] == [("lost", "nowhere")]
    assert not found.adds_up


def test_records_that_come_again_with_the_same_bytes_are_no_fault():
    log = finished()
    for topic in ("news.articles", "news.unique", "news.mentions", "news.dead"):
        again = log.topics[topic][2]
        log.add(topic, again.key, again.value, again.headers)
    found = check(INPUTS, log.topics)
    assert found.faults == []
    assert found.repeats["news.dead"] == 1


def test_other_bytes_under_one_id_are_a_fault():
    log = finished()
    changed = log.topics["news.mentions"][1]
    log.add("news.mentions", changed.key, (changed.value or b"").replace(b'"confidence":', b'"confidence": '))
    assert kinds(log) == {"other bytes under one id"}


def test_a_dead_letter_of_a_sound_article_is_a_second_fate_and_a_wrong_reason():
    log = finished()
    raw = next(record for record in log.topics["news.raw"] if _is_sound(record))
    letter = dead_letter(MessageLike(raw), stage="language", reason="bug", text="", error=None)
    log.add("news.dead", *to_message(letter))
    assert kinds(log) == {"a second fate", "wrong reason"}


def _is_sound(record: Received) -> bool:
    try:
        return decode(RawArticle, record.value or b"").body_text != "123 - 456"
    except DecodeError:
        return False


def test_an_event_that_no_calm_run_gives_and_one_that_is_missing_are_faults():
    log = finished()
    first = log.topics["news.events"][0]
    log.topics["news.events"] = [r for r in log.topics["news.events"] if r.key != first.key]
    log.add("news.events", b"e1_x", (first.value or b"").replace(first.key or b"", b"e1_x"))
    assert {"event missing", "event of no fault-free run"} <= kinds(log)


def test_an_old_state_of_an_event_behind_the_newest_is_a_fault_that_tells_the_revisions():
    log = finished()
    records = log.topics["news.events"]
    old = next(r for r in records if decode(Event, r.value or b"").revision == 1 and records[-1].key != r.key)
    newer = encode(replace(decode(Event, old.value or b""), revision=2, confidence=0.5))
    records[:] = [r for r in records if r.key != old.key]
    log.add("news.events", old.key, newer)
    log.add("news.events", old.key, old.value)
    spoilt = replace(decode(Event, old.value or b""), num_sources=99)
    log.add("news.events", old.key, encode(spoilt))
    (fault,) = [one for one in check(INPUTS, log.topics).faults if one.what == "event with other content"]
    assert "num_sources" in fault.seen
    assert "revisions sent 2, 1, 1, wanted" in fault.seen


def test_an_article_judged_otherwise_is_a_fault():
    log = finished()
    place = next(n for n, r in enumerate(log.topics["news.unique"]) if b'"verdict":"duplicate"' in (r.value or b""))
    one = log.topics["news.unique"][place]
    value = (one.value or b"").replace(b'"verdict":"duplicate"', b'"verdict":"new"')
    log.topics["news.unique"][place] = replace(one, value=value)
    assert "judged otherwise" in kinds(log)


def test_a_fault_says_what_of_which_and_where():
    assert str(Fault("lost", "input 7", "news.raw[1]@3")) == "lost: input 7, last seen news.raw[1]@3"


def test_the_same_seed_gives_the_same_inputs_and_the_same_schedule():
    again = list(Workload(5, poisoned=0.1).inputs(NUMBER))
    assert again == INPUTS
    counts = {"kill": 5, "failpoint": 5, "bounce": 2}
    first, second = (schedule(9, counts, workers=3, brokers=3) for _ in range(2))
    assert first == second != schedule(10, counts, workers=3, brokers=3)
    assert sum(step.kind in KILLS for step in first) == 10


def test_every_input_carries_its_number_and_second_deliveries_carry_it_too():
    numbers = [number_of(one.headers) for one in INPUTS]
    assert numbers == [one.number for one in INPUTS]
    assert len(set(numbers)) < len(numbers)


def test_an_outage_counts_only_partitions_with_something_to_do_from_when_they_have_it():
    outage = Outage(10.0, {("t", 0): 5, ("t", 1): 5}, {("t", 0), ("t", 1), ("t", 2)}, {("t", 0): 10.0})
    outage.look(12.0, {("t", 0): 6, ("t", 1): 5}, {("t", 0): 5, ("t", 1): 5})
    assert not outage.is_over
    outage.look(15.0, {("t", 0): 6, ("t", 1): 7}, {("t", 0): 6, ("t", 1): 5})
    assert not outage.is_over
    outage.look(18.0, {("t", 0): 6, ("t", 1): 7}, {("t", 0): 6, ("t", 1): 7})
    assert outage.is_over
    assert outage.seconds == {("t", 0): 5.0, ("t", 1): 3.0}


def test_a_quantile_is_one_of_the_values():
    values = [float(n) for n in range(100)]
    random.Random(1).shuffle(values)
    assert (quantile(values, 0.5), quantile(values, 0.99), quantile([], 0.5)) == (50.0, 99.0, 0.0)
