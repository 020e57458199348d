"""The process that reads pages of linked articles and robots.txt, under the limits of the parsing process.

A request is `{"task": "page", "charset", "base_url"}` with a page, answered `{"text", "canonical", "extractor"}`, or
`{"task": "robots", "url", "agent"}` with a robots.txt, answered `{"allowed", "delay"}`.
"""

from __future__ import annotations

import sys
from typing import Any

import trafilatura
from protego import Protego

from agents.poller.child import load_everything, serve
from pipeline.feeds.charset import to_text
from pipeline.feeds.discovery import canonical_address, page_charset
from pipeline.feeds.markup import plain_text

# A news page takes 50 ms; what takes longer than this is built to.
CPU_SECONDS = 4.0
_SAMPLES = (
    "<html><body><div>short</div><p>x</p></body></html>",
    "<html><head><title>t</title></head><body><article><h1>t</h1><p>" + "word " * 200 + "</p></article></body></html>",
)


def main() -> int:
    """Read pages until stdin ends."""
    load_everything()
    for sample in _SAMPLES:
        _extracted(sample, "https://example.org/")
    _robots(
        "User-agent: *\nDisallow: /a*b$\nCrawl-delay: 1\nRequest-rate: 1/1s 0000-2359", "https://example.org/", "khabar"
    )
    return serve(_task, CPU_SECONDS)


def _task(head: dict[str, Any], body: bytes) -> dict[str, Any]:
    if head["task"] == "robots":
        return _robots(body.decode("utf-8", "replace").lstrip("\ufeff"), head["url"], head["agent"])
    html = to_text(body, page_charset(body, head["charset"])).text
    return {
        "text": plain_text(_extracted(html, head["base_url"]) or ""),
        "canonical": canonical_address(html, head["base_url"]),
        "extractor": f"trafilatura {trafilatura.__version__}",
    }


def _extracted(html: str, url: str) -> str | None:
    text: str | None = trafilatura.extract(
        html, url=url, favor_precision=True, include_comments=False, include_tables=False
    )
    return text


def _robots(text: str, url: str, agent: str) -> dict[str, Any]:
    rules = Protego.parse(text)
    return {"allowed": bool(rules.can_fetch(url, agent)), "delay": rules.crawl_delay(agent)}


if __name__ == "__main__":
    sys.exit(main())
