"""Alert rules: what is read, when they fire, and that replay, order and resumption change nothing."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.alerts.command import replayed
from pipeline.alerts.rules import Alerts, RuleError, read_alerts
from pipeline.alerts.watch import Watch
from schemas.event import Event
from tests.paths import ROOT
from tests.unit.subscription.records import EVENT, LAVROV, PAKISTAN, event

PLACE = EVENT.event_location
START = datetime(2026, 1, 1, tzinfo=UTC)


def at(minutes: int, number: object = None, **changes: object) -> Event:
    time = (START + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")
    return event(event_id=f"e1_{minutes if number is None else number}", first_seen=time, last_seen=time, **changes)


def rules(text: str) -> Alerts:
    return read_alerts(tomllib.loads(text))


def watch(text: str) -> Watch:
    return Watch(rules(f'[[rule]]\nname = "r"\nwhere = "country=PAK"\n{text}').rules[0])


def fired(watch: Watch, events: list[Event]) -> list[tuple[str, int]]:
    return [(alert.event.event_id, alert.count) for one in events for alert in watch.take(one)]


def test_the_example_of_the_documentation_is_read():
    alerts = rules((ROOT / "docs" / "examples" / "alerts.toml").read_text())
    assert [(rule.name, rule.count, rule.window, rule.cool_down, rule.group_by) for rule in alerts.rules] == [
        ("border", 3, 86_400, 43_200, None),
        ("protests", 5, 604_800, 604_800, "country"),
    ]
    assert alerts.webhooks["desk"].url.startswith("https://")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "there is no [[rule]]"),
        ("rules = 1", "'rules' is unknown"),
        ("rule = [1]", "rule 1 is no table"),
        ('[[rule]]\nname = "a b"\nwhere = "type=AID"', "rule 1: name must be"),
        ('[[rule]]\nname = "a"', "rule a: where is missing"),
        ('[[rule]]\nname = "a"\nwhere = "colour=red"', "rule a: where: 'colour' is no field"),
        ('[[rule]]\nname = "a"\nwhere = "since=-2h"', "is no time"),
        ('[[rule]]\nname = "a"\nwhere = "type=AID"\ncount = 0', "count must be from 1"),
        ('[[rule]]\nname = "a"\nwhere = "type=AID"\ncount = true', "count must be from 1"),
        ('[[rule]]\nname = "a"\nwhere = "type=AID"\nwindow = "1 day"', "is no time such as 30m"),
        ('[[rule]]\nname = "a"\nwhere = "type=AID"\ngroup_by = "colour"', "group_by is one of dyad"),
        ('[[rule]]\nname = "a"\nwhere = "type=AID"\nwebhooks = ["desk"]', "there is no [webhook.desk]"),
        ('[[rule]]\nname = "a"\nwhere = "type=AID"\nwebhooks = "desk"', "is a list of names"),
        ('[[rule]]\nname = "a"\nwhere = "type=AID"\nevery = 1', "rule a: 'every' is unknown"),
        ('[[rule]]\nname = "a"\nwhere = "type=AID"\n[[rule]]\nname = "a"\nwhere = "type=AID"', "two of that name"),
        ('[[rule]]\nname = "a"\nwhere = "type=AID"\n[webhook.w]', "webhook w: url is missing"),
        (
            '[[rule]]\nname = "a"\nwhere = "type=AID"\n[webhook.w]\nurl = "https://x"\nsecret = "s"',
            "'secret' is unknown",
        ),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_what_is_wrong(text, says):
    with pytest.raises(RuleError) as caught:
        rules(text)
    assert says in str(caught.value)


def test_a_rule_fires_when_its_count_is_reached_within_its_window():
    assert fired(watch('count = 3\nwindow = "1h"'), [at(0), at(30), at(59)]) == [("e1_59", 3)]
    assert fired(watch('count = 3\nwindow = "1h"'), [at(0), at(30), at(60)]) == []


def test_after_an_alert_there_is_silence_for_the_cool_down():
    events = [at(minutes) for minutes in (0, 10, 20, 69, 70, 71)]
    assert [name for name, _ in fired(watch('window = "2h"\ncool_down = "1h"'), events)] == ["e1_0", "e1_69"]
    assert len(fired(watch('window = "2h"\ncool_down = "0s"'), events)) == len(events)


def test_a_revision_of_an_event_is_no_further_event_and_an_ended_one_counts_no_more():
    assert fired(watch("count = 2"), [at(0, "a"), at(1, "a", revision=3), at(2, "a", revision=4)]) == []
    assert fired(watch("count = 2"), [at(0, "a"), at(1, "a", status="retracted"), at(2, "b")]) == []


def test_an_event_counts_from_the_revision_that_meets_the_filter():
    sources = Watch(rules('[[rule]]\nname = "r"\nwhere = "sources>=3"').rules[0])
    assert fired(sources, [at(0, "a", num_sources=1), at(5, "a", num_sources=3)]) == [("e1_a", 1)]


def test_a_late_report_is_counted_with_those_around_its_time():
    assert fired(watch('count = 3\nwindow = "1h"'), [at(600), at(0), at(40), at(20)]) == [("e1_20", 3)]
    assert fired(watch('count = 2\nwindow = "1h"'), [at(0), at(1440 * 3), at(1440 * 3), at(1)]) == []


def test_groups_are_counted_apart_and_a_pair_is_one_whichever_way_it_acts():
    one = watch('count = 2\ngroup_by = "dyad"')
    other_way = {"actors": (PAKISTAN,), "recipients": (LAVROV,)}
    alerts = [alert for each in (at(0), at(1, **other_way)) for alert in one.take(each)]
    assert [(alert.group, alert.event_ids) for alert in alerts] == [("PAK-RUS", ("e1_0", "e1_1"))]
    assert [alert.group for alert in watch('group_by = "country"').take(at(0))] == ["PAK", "RUS"]


def test_a_wrong_date_far_ahead_does_not_empty_the_window_for_good():
    far = at(60 * 24 * 365 * 50, "far")
    assert [name for name, _ in fired(watch('count = 2\nwindow = "7d"'), [at(0), far, at(5)])] == ["e1_far"]


def test_an_event_without_a_time_counts_at_the_time_reached():
    undated = event(event_id="e1_undated", last_seen=None, first_seen=None)
    assert fired(watch("count = 2"), [at(0), undated]) == [("e1_undated", 2)]


def test_memory_is_bounded_by_groups(monkeypatch):
    monkeypatch.setattr("pipeline.alerts.watch.MOST_GROUPS", 5)
    one = watch('group_by = "place"')
    for number in range(12):
        one.take(at(number, event_location=replace(PLACE, name=f"place {number}")))
    assert list(one.state()["windows"]) == [f"place {number}" for number in range(7, 12)]


def test_memory_is_bounded_by_events(monkeypatch):
    monkeypatch.setattr("pipeline.alerts.watch.MOST_EVENTS", 5)
    one = watch('window = "7d"')
    for number in range(12):
        one.take(at(number))
    assert list(one.state()["windows"][""]["events"]) == [f"e1_{number}" for number in range(7, 12)]


minutes = st.lists(st.integers(0, 600), max_size=40)


@given(minutes, st.randoms(use_true_random=False))
def test_a_replay_gives_the_same_alerts_in_any_order_of_arrival(times: list[int], random: Random):
    alerts = rules('[[rule]]\nname = "r"\nwhere = "country=PAK"\ncount = 3\nwindow = "1h"\ngroup_by = "country"')
    events = [at(time, number) for number, time in enumerate(times)]
    once = replayed(alerts, events)
    random.shuffle(events)
    assert replayed(alerts, events) == once
    assert len({alert.alert_id for alert in once}) == len(once)


@given(minutes, st.integers(0, 40))
def test_a_watch_goes_on_from_its_state_as_if_it_had_never_stopped(times: list[int], cut: int):
    events = [at(time, number) for number, time in enumerate(times)]
    whole = watch('count = 2\nwindow = "90m"\ngroup_by = "country"')
    expected = [alert for one in events for alert in whole.take(one)]
    first = watch('count = 2\nwindow = "90m"\ngroup_by = "country"')
    before = [alert for one in events[:cut] for alert in first.take(one)]
    second = Watch(first.rule, json.loads(json.dumps(first.state())))
    assert before + [alert for one in events[cut:] for alert in second.take(one)] == expected
