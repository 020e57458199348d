"""Every table is bounded: three windows of news leave no more state than the first, stage by stage."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.dedup import index, memory
from pipeline.driver import Driver
from pipeline.linking import block, blocks
from pipeline.linking.block import Block
from pipeline.linking.blocks import Blocks
from pipeline.linking.report import Report, report
from pipeline.source import raw_from_line
from pipeline.text.repeats.learning import Page, learn
from pipeline.text.repeats.sightings import SLOTS, Sightings
from schemas.codec import encode
from tests.chaos.prose import Prose
from tests.unit.linking.mentions import mention

START = datetime(2026, 3, 2, tzinfo=UTC)
WINDOWS, HELD, SITES = 3, 200, 6
STAGES = ("language", "dedup", "linking")


def sizes(driver: Driver) -> dict[str, tuple[int, int]]:
    """Return entries and bytes of the tables."""
    views = {stage: list(driver.state(stage)) for stage in STAGES}
    return {
        stage: (sum(map(len, found)), sum(len(encode(entry)) for view in found for entry in view.values()))
        for stage, found in views.items()
    }


@pytest.fixture(scope="module")
def windows():
    """Run three windows of 72 hours; what is kept beyond them is as much smaller as they hold less than real ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "LEAST_ENTRIES", 20)
        patch.setattr(memory, "MOST_LASTING", HELD // 2)
        patch.setattr(blocks, "MOST_BLOCKS", 6)
        patch.setattr(block, "FEW_REPORTS", 2)
        patch.setattr(block, "DAYS", 2)
        prose, driver, found = Prose("windows"), Driver(strict=True), []
        for number in range(WINDOWS * HELD):
            seen = START + timedelta(hours=72 * number / HELD)
            site = f"paper{number % SITES}.example"
            line = {"id": f"w{number}", "title": prose.title(), "text": prose.text(deed=number % 2 == 0)}
            line |= {"url": f"https://{site}/{number}", "source": site, "published": seen.isoformat()}
            driver.feed(replace(raw_from_line(line), versioncreated=seen.isoformat()))
            if (number + 1) % HELD == 0:
                found.append(sizes(driver))
        return found


@pytest.mark.parametrize("stage", STAGES)
def test_a_table_does_not_grow_after_its_first_windows(stage, windows):
    _, (entries, size), (later, later_size) = (one[stage] for one in windows)
    assert entries > 0
    # The first window fills the table, the second what stays of it after the window.
    assert later <= 1.1 * entries
    assert later_size <= 1.2 * size


def told(day: int) -> Report:
    published = (START + timedelta(days=day)).isoformat(timespec="seconds").replace("+00:00", "Z")
    return report(mention(f"m{day}", published=published))


def test_a_site_whose_articles_tell_no_time_has_a_bound_of_its_own():
    state = Sightings()
    for number in range(SLOTS + 50):
        page = Page("paper.example", f"u{number}", 1, None, "Ein Satz.", (), None)
        for put in learn(page, state).puts:
            assert put.state is not None
            state[put.key] = put.state
    assert len(state) == SLOTS


def test_the_blocks_silent_for_longest_are_forgotten_first_whatever_the_order_they_came_in(monkeypatch):
    monkeypatch.setattr(blocks, "MOST_BLOCKS", 3)
    held = {f"b{day}": Block(reports=(told(day),)) for day in (4, 1, 3, 0, 2)}
    assert Blocks(held).spare("b0") == ["b1"]
    again = Blocks(dict(sorted(held.items())))
    again["b0"] = Block(reports=(told(9),))
    assert again.spare("x") == ["b1", "b2"]
    del again["b1"]
    assert again.spare("x") == ["b2"]


def test_what_is_kept_to_find_silent_blocks_is_bounded_too():
    held = Blocks()
    for day in range(200):
        held["b"] = Block(reports=(told(day),))
    assert len(held._silent) < 10


def test_below_the_bound_no_block_is_forgotten(monkeypatch):
    monkeypatch.setattr(blocks, "MOST_BLOCKS", 3)
    assert Blocks({"b": Block(reports=(told(1),))}).spare("x") == []
