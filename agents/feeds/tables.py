"""What `khabar feeds` prints: tables for people, JSON Lines for programs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime

import orjson
from rich.console import Console
from rich.table import Table

from agents.display import clean, cut, isolated
from agents.feeds.health import Health
from agents.feeds.probe import Finding
from agents.feeds.words import in_words
from pipeline.feeds.catalog import FeedSpec
from pipeline.feeds.links import without_credentials
from pipeline.feeds.values import duration_text

HEADLINE, WHY, ADDRESS = 70, 100, 80


def json_lines(records: Iterable[object]) -> None:
    """Print one JSON object a line."""
    for record in records:
        sys.stdout.buffer.write(orjson.dumps(record, default=_plain, option=orjson.OPT_NON_STR_KEYS) + b"\n")
    sys.stdout.buffer.flush()


def show_health(feeds: Sequence[Health], console: Console, now: datetime) -> None:
    """Print a line a feed, and below those that fail the reason."""
    table = _table("FEED", "STATE", "LAST OK", "NEXT POLL", "EVERY", "NEW/24H", "ERRORS", "WHY")
    for feed in feeds:
        moved = f"moved to {feed.moved_to}" if feed.moved_to else ""
        moving = f"moving to {feed.moving_to} ({feed.moving_polls})" if feed.moving_to else ""
        why = "; ".join(filter(None, (feed.why, moved, moving)))
        _row(
            table,
            feed.id,
            feed.state,
            _ago(feed.last_ok, now),
            _ahead(feed.next_poll, now),
            _span(feed.interval),
            str(feed.new) if feed.last_polled else "",
            str(feed.errors_in_a_row or ""),
            cut(why, WHY),
        )
    console.print(table)
    broken = sum(feed.is_broken for feed in feeds)
    console.print(f"{len(feeds)} feeds, {broken} failing, {sum(feed.new for feed in feeds)} new items in 24 hours")


def show_catalog(feeds: Sequence[FeedSpec], console: Console) -> None:
    """Print a line a feed of the catalog."""
    table = _table("FEED", "NAME", "LANGUAGE", "TAGS", "SETTINGS", "ADDRESS")
    for feed in feeds:
        _row(
            table,
            feed.id,
            cut(feed.name or "", 32),
            feed.language or "",
            cut(", ".join(feed.tags), 32),
            ", ".join(_settings(feed)),
            cut(without_credentials(feed.url), ADDRESS),
        )
    console.print(table)


def show_findings(findings: Sequence[tuple[str, Finding]], console: Console) -> None:
    """Print a line an address: what is there, and how much would be sent at the first poll."""
    table = _table("FEED", "RESULT", "FORMAT", "LANGUAGE", "ITEMS", "WOULD SEND", "NEWEST", "TITLE OR REASON")
    for name, found in findings:
        feed = found.feed
        newest = max((article.contentcreated or "" for article in found.articles), default="")
        _row(
            table,
            name,
            found.error.value if found.error else "ok",
            feed.format if feed else "",
            (found.articles[0].language if found.articles else feed.language if feed else None) or "",
            str(len(feed.entries)) if feed else "",
            str(len(found.articles)) if feed else "",
            newest,
            cut(in_words(found.error, found.message) or (feed.title if feed else "") or "", WHY),
        )
    console.print(table)


def show_finding(found: Finding, console: Console) -> None:
    """Print all about one document: how it came, how it was read, and each item as it would be sent."""
    answer, feed = found.answer, found.feed
    _fact(console, "address", without_credentials(found.url))
    if answer is not None:
        _fact(console, "answer", f"HTTP {answer.status}" if answer.status else "none")
        if answer.final_url != found.url:
            kind = "permanently to" if answer.permanent_url else "to"
            _fact(console, "redirected", f"{kind} {without_credentials(answer.final_url)}")
        for name in ("content-type", "etag", "last-modified", "cache-control"):
            if name in answer.headers:
                _fact(console, name, answer.headers[name])
    if found.error:
        _fact(console, "error", f"{found.error.value}: {in_words(found.error, found.message)}")
    if feed is None:
        return
    _fact(console, "title", feed.title or "none")
    _fact(console, "format", f"{feed.format}, read by {feed.parser}")
    _fact(console, "encoding", f"{feed.encoding} ({feed.encoding_reason})")
    _fact(console, "language", feed.language or "not said")
    _fact(console, "asks for", ", ".join(_wishes(found)) or "nothing")
    _fact(console, "warnings", ", ".join((*feed.repairs, *found.warnings)) or "none")
    _fact(console, "items", f"{len(feed.entries)}, of which the first poll would send {len(found.articles)}")
    for article in found.articles:
        place = article.feed.position if article.feed and article.feed.position is not None else 0
        keys = found.keys[place] if place < len(found.keys) else ()
        console.print()
        _fact(console, str(place), cut(article.headline or "(no headline)", HEADLINE))
        _fact(console, "date", f"{article.contentcreated or 'none'}, read from {article.contentcreated_raw!r}")
        _fact(console, "precision", article.contentcreated_precision)
        _fact(console, "keys", f"{', '.join(keys) or 'none'}: {article.uri}")
        _fact(console, "link", article.url or "none")
        _fact(console, "text", f"{len(article.text)} characters, {article.language or 'language not said'}")


def as_record(name: str, found: Finding) -> dict[str, object]:
    """Return a finding as a JSON object; headers of the request are not in it."""
    answer, feed = found.answer, found.feed
    return {
        "feed": name,
        "url": without_credentials(found.url),
        "status": answer.status if answer else None,
        "final_url": without_credentials(answer.final_url) if answer else None,
        "permanent_url": without_credentials(answer.permanent_url) if answer and answer.permanent_url else None,
        "error": found.error.value if found.error else None,
        "why": in_words(found.error, found.message),
        "title": feed.title if feed else None,
        "format": feed.format if feed else None,
        "language": feed.language if feed else None,
        "encoding": feed.encoding if feed else None,
        "encoding_reason": feed.encoding_reason if feed else None,
        "items": len(feed.entries) if feed else 0,
        "withheld": found.withheld,
        "warnings": found.warnings,
        "keys": found.keys,
        "articles": found.articles,
    }


def _wishes(found: Finding) -> list[str]:
    feed = found.feed
    if feed is None:
        return []
    wishes = [f"{feed.ttl} minutes between polls"] if feed.ttl else []
    wishes += [f"no polls in hours {', '.join(map(str, feed.skip_hours))} (UTC)"] if feed.skip_hours else []
    return wishes + ([f"no polls on days {', '.join(map(str, feed.skip_days))} (0 = Monday)"] if feed.skip_days else [])


def _settings(feed: FeedSpec) -> list[str]:
    flags = [name for name in ("paused", "fulltext", "guid_unstable") if getattr(feed, name)]
    every = [f"every {duration_text(feed.interval)}"] if feed.interval else []
    return [*flags, *every, *(["headers"] if feed.headers else [])]


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, no_wrap=title in {"FEED", "STATE", "RESULT"}, overflow="fold")
    return table


def _row(table: Table, *cells: str) -> None:
    table.add_row(*(isolated(clean(cell)).replace("[", "\\[") for cell in cells))


def _fact(console: Console, name: str, value: str) -> None:
    console.print(f"{name:14} {isolated(clean(value))}", markup=False, soft_wrap=True)


def _ago(time: str | None, now: datetime) -> str:
    return f"{_span((now - datetime.fromisoformat(time)).total_seconds())} ago" if time else "never"


def _ahead(time: str | None, now: datetime) -> str:
    if not time:
        return ""
    seconds = (datetime.fromisoformat(time) - now).total_seconds()
    return f"in {_span(seconds)}" if seconds > 0 else "due"


def _span(seconds: float | None) -> str:
    if seconds is None:
        return ""
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"


def _plain(value: object) -> object:
    return str(value)
