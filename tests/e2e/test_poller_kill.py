"""kill -9 of the poller: nothing lost, nothing early, nothing under two names. Fifty times: tests/e2e/killing.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.killing import kill_often

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


async def test_a_poller_that_is_killed_loses_nothing_and_polls_nothing_early(tmp_path: Path) -> None:
    found = await kill_often(tmp_path, kills=5, feeds=60)
    assert found.faults == []
    assert found.requests > 60
    assert found.changes > 0
    assert found.records >= 60 * 17
