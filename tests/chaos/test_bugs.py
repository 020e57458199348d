"""The harness finds planted bugs: a run with each of them must end with the fault that it causes, and one without ends well."""

from __future__ import annotations

import signal

import pytest

from agents.app import build
from agents.broker import connect
from agents.config import Settings
from agents.delivery import Outbound
from agents.quiescence import behind
from tests.chaos.bugs import BUG, BUGS, REFUSE
from tests.chaos.checker import Findings, check
from tests.chaos.offsets import SOURCES
from tests.chaos.run import TOPICS, read
from tests.chaos.workers import Worker
from tests.chaos.workload import Input, Workload
from tests.stream.harness import fast, prepared

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(300)]
NUMBER = 150
# A worker with nothing to do but the rest of a run is done long before.
DRAIN_SECONDS, STUCK_SECONDS = 60.0, 8.0
# Where each worker is killed, what else is done to it, and what must be found; None: the lag never ends.
KILL = "after_produce/language:50"
EXPECTED: dict[str, tuple[str, dict[str, str], str | None]] = {
    "ack_before_produce": (KILL, {}, "lost"),
    "missing_await": (KILL, {REFUSE: "25"}, "lost"),
    "skipped_ack": (KILL, {}, None),
    "skip_on_error": (KILL, {}, "lost"),
    "self_duplicate": ("after_state/dedup:40", {}, "judged otherwise"),
    "dead_letter_not_awaited": ("before_ack/language:50", {REFUSE: "7"}, "lost"),
    "random_id": ("before_ack/events:20", {}, "mention of no article"),
}


async def send(settings: Settings, inputs: list[Input]) -> None:
    built = build(settings, names=())
    for one in inputs:
        await (await built.produce(Outbound("news.raw", one.key, one.value, one.headers)))
    await built.close_producer()


async def is_drained(settings: Settings, seconds: float) -> bool:
    """Wait until all stages have committed all they have."""
    async with connect(settings) as broker:
        for _ in range(int(seconds / 0.1)):
            ends = await broker.end_offsets(SOURCES)
            if ends and not behind(ends, await broker.committed(settings.app_id, SOURCES)):
                return True
            await broker.changed(0.1)
    return False


async def run(tmp_path, kill: str, **environ: str) -> tuple[Findings, bool]:
    """Send inputs, kill a worker at a failpoint, let the next one finish; returns the findings and whether it did."""
    settings = fast(f"sqlite:///{tmp_path}/khabar.db", app_id="bugs", in_flight=16)
    await prepared(settings)
    inputs = list(Workload(3, poisoned=0.1).inputs(NUMBER))
    await send(settings, inputs)
    worker = Worker(0, settings, tmp_path, static=False, **environ)
    worker.start(KHABAR_FAILPOINTS=kill)
    # Where the delivery that the failpoint waits for is refused, the worker crashes there.
    assert await worker.ended(120) in (-signal.SIGKILL, 75), worker.log_end()
    worker.start()
    drained = await is_drained(settings, STUCK_SECONDS if environ.get(BUG) == "skipped_ack" else DRAIN_SECONDS)
    await worker.terminate()
    return check(inputs, {topic: await read(settings, topic) for topic in TOPICS}), drained


@pytest.mark.parametrize("kill", [KILL, "after_state/dedup:40", "before_ack/events:20"])
async def test_a_run_without_a_bug_ends_well_though_deliveries_are_refused(kill, tmp_path):
    findings, drained = await run(tmp_path, kill, **{REFUSE: "25"})
    assert drained
    assert findings.faults == []
    assert findings.adds_up, findings.report()
    assert findings.dead.total() > 5
    assert findings.duplicates > 5
    assert findings.outputs > 20


@pytest.mark.parametrize("bug", sorted(BUGS))
async def test_a_planted_bug_is_found(bug, tmp_path):
    kill, environ, fault = EXPECTED[bug]
    findings, drained = await run(tmp_path, kill, **{BUG: bug, **environ})
    if fault is None:
        assert not drained
    else:
        assert fault in {one.what for one in findings.faults}, findings.report()
