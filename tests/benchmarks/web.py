"""The page with many events in a real Chromium: how long an interaction takes, and what it all weighs.

    python -m tests.benchmarks.web [EVENTS]

An interaction is measured from the input to the end of the next frame but one, so drawing is in it.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from statistics import median
from typing import Any

import psutil
from playwright.async_api import async_playwright

from tests.browser.records import event, many, send, served, told

TIMED = """async (work) => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const q = document.getElementById('q');
    const works = {
        sources: () => document.getElementById('corroborated').click(),
        confidence: (n) => { const c = document.getElementById('confidence'); c.value = n % 2 ? 0 : 0.5; c.dispatchEvent(new Event('input')); },
        order: (n) => { const s = document.getElementById('order'); s.value = n % 2 ? 'arrival' : 'date'; s.dispatchEvent(new Event('change')); },
        scroll: (n) => { document.getElementById('scroll').scrollTop = n * 50_000; },
        menu: () => document.querySelector('[data-facet=country] summary').click(),
        key: () => document.querySelector('#rows a[tabindex="0"]').dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowDown', bubbles: true})),
    };
    const times = [];
    for (let n = 0; n < 10; n += 1) {
        const from = performance.now();
        works[work](n);
        const script = performance.now() - from;
        await frame(); await frame();
        times.push([script, performance.now() - from]);
        await new Promise((done) => setTimeout(done, 150));
    }
    return times;
}"""


async def measure(count: int) -> None:
    """Print the figures."""
    async with served("bench-web", *many(count)) as (address, broker, _), async_playwright() as p:
        browser = await p.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        tab = await browser.new_page(viewport={"width": 1440, "height": 900})
        await tab.goto(address)
        await tab.wait_for_selector(f"[aria-setsize='{count}']", timeout=120_000)
        await tab.wait_for_timeout(2_000)
        for work in ("sources", "confidence", "order", "scroll", "menu", "key"):
            times = await tab.evaluate(TIMED, work)
            script, drawn = (sorted(column) for column in zip(*times, strict=True))
            print(
                f"{work:12} script median {median(script):6.1f} ms, drawn median {median(drawn):6.1f} worst {drawn[-1]:6.1f}"
            )
        await live(tab, broker)
        await weigh(tab)
        await browser.close()


async def live(tab: Any, broker: Any) -> None:
    """Print how long events take from the topic to the screen."""
    await tab.evaluate("document.getElementById('scroll').scrollTop = 0")
    times = []
    for number in range(10):
        since = time.monotonic()
        await send(broker, event(100_000 + number, [told(100_000 + number)]))
        await tab.wait_for_selector(f"#rows li[data-id=e{100_000 + number}]")
        times.append(time.monotonic() - since)
    print(f"first sight  median {median(times) * 1000:.0f} ms, worst {max(times) * 1000:.0f} ms")


async def weigh(tab: Any) -> None:
    """Print the heap, and the private memory of the process that draws the page."""
    session = await tab.context.new_cdp_session(tab)
    await session.send("HeapProfiler.collectGarbage")
    await session.send("Performance.enable")
    found = {one["name"]: one["value"] for one in (await session.send("Performance.getMetrics"))["metrics"]}
    print(f"heap {found['JSHeapUsedSize'] / 1e6:.0f} MB, nodes {found['Nodes']:.0f}")
    drawing = [one for one in psutil.Process().children(recursive=True) if "--type=renderer" in " ".join(one.cmdline())]
    sizes = [one.memory_full_info().uss / 1e6 for one in drawing]
    print(f"private memory of the drawing process {max(sizes):.0f} MB")


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000))
