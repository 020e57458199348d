"""Draw docs/web.png: the five seeds through the whole pipeline, and the page with the talks of 7 April 2021 opened.

python -m tests.browser.screenshot [FILE]
"""

from __future__ import annotations

import asyncio
import shutil
import sys

from playwright.async_api import async_playwright

from agents.config import read_settings
from agents.replay import Outcome, read_articles, replay
from agents.web.command import Page, serving
from tests.paths import ROOT, SEEDS

SIZE = {"width": 1440, "height": 900}


async def draw(target: str) -> None:
    """Replay the seeds, open the event that most articles tell of, and draw the page."""
    settings = read_settings({}, broker="memory://screenshot", linger=0.0, commit_interval=0.2, log_level="warning")
    outcome = Outcome()
    async with serving(settings, Page(port=0)) as address, async_playwright() as p:
        await replay(settings, list(read_articles([SEEDS])), outcome)
        talks = max(outcome.events, key=lambda one: (one.status == "active", one.num_articles, one.num_mentions))
        browser = await p.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        tab = await browser.new_page(viewport=SIZE, color_scheme="light")
        await tab.goto(f"{address}?order=sources#{talks.event_id}")
        await tab.wait_for_selector(".mention mark", timeout=60_000)
        await tab.wait_for_timeout(4_000)  # until no row is new any more
        await tab.screenshot(path=target)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(draw(sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "docs" / "web.png")))
