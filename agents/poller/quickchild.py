"""The parsing process with fastfeedparser (extra `fast`); limits and requests are those of `agents.poller.child`."""

from __future__ import annotations

import sys
from functools import partial

from agents.poller.child import load_everything, read, serve
from pipeline.feeds.parse import parse_feed

_SAMPLE = "<rss version='2.0'><channel><title>t</title><item><title>a</title><guid>1</guid></item></channel></rss>"


def main() -> int:
    """Read feeds until stdin ends."""
    load_everything()
    parse_feed(_SAMPLE, quick=True)
    return serve(partial(read, quick=True))


if __name__ == "__main__":
    sys.exit(main())
