"""Adding feeds to a catalog: those of a site, or those of an OPML file."""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console

from agents.display import clean
from agents.feeds import tables
from agents.feeds.catalog_file import append
from agents.feeds.probe import Discovery, Finding, Probe
from pipeline.feeds.catalog import Catalog, CatalogError, feed_of_row
from pipeline.feeds.links import without_credentials
from pipeline.feeds.opml import LARGEST, OpmlError, read_opml
from pipeline.feeds.values import address
from pipeline.feeds.values import language as language_tag

EX_OK, EX_FAILED, EX_USAGE, EX_DATA = 0, 1, 64, 65
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]")


def add(args: argparse.Namespace, catalog: Catalog, console: Console) -> int:
    """Find the feeds at an address and add those chosen; 65 where there are none, 64 where nobody can choose."""
    try:
        url = address(args.url if "://" in args.url else f"https://{args.url}")
    except ValueError as error:
        return _complain(error, EX_USAGE)
    found = asyncio.run(_discover(catalog, url))
    if not found.feeds:
        tables.show_findings([("-", one) for one in found.failed], Console(stderr=True, highlight=False))
        return _complain(f"no feed at {without_credentials(url)}", EX_DATA)
    known = {feed.url for feed in catalog.feeds}
    fresh = [one for one in found.feeds if not {one.url, _final(one)} & known]
    if not fresh:
        print("khabar feeds add: in the catalog already", file=sys.stderr)
        return EX_OK
    chosen = _chosen(args, fresh, console)
    if chosen is None:
        return EX_USAGE
    rows, taken = list[dict[str, Any]](), {feed.id for feed in catalog.feeds}
    for one in chosen:
        rows.append(_row(args, one, taken))
        taken.add(rows[-1]["id"])
    return _append(args, catalog, rows)


def import_opml(args: argparse.Namespace, catalog: Catalog, _console: Console) -> int:
    """Add the feeds of an OPML file whose addresses are new; 65 where it is no OPML."""
    try:
        with args.file.open("rb") as source:
            outlines = read_opml(source.read(LARGEST + 1))
    except (OSError, OpmlError) as error:
        return _complain(f"{args.file}: {error}", EX_DATA)
    urls, ids = ({getattr(feed, name) for feed in catalog.feeds} for name in ("url", "id"))
    rows, skipped = list[dict[str, Any]](), list(outlines.skipped)
    for row in outlines.rows:
        if row["url"] in urls:
            continue
        try:
            feed_of_row(catalog.poller, row)
            if row["id"] in ids:
                raise CatalogError(f"the id {row['id']!r} is another feed's")  # noqa: TRY301 - told like the others
        except CatalogError as error:
            skipped.append(f"{without_credentials(row['url'])}: {error}")
            continue
        ids.add(row["id"])
        rows.append(row)
    for reason in skipped:
        print(f"khabar feeds import: left out {clean(reason)}", file=sys.stderr)
    code = _append(args, catalog, rows)
    return code or (EX_FAILED if skipped else EX_OK)


async def _discover(catalog: Catalog, url: str) -> Discovery:
    async with Probe(catalog.poller) as probe:
        return await probe.discover(url)


def _chosen(args: argparse.Namespace, found: list[Finding], console: Console) -> list[Finding] | None:
    """Take the only feed, those the arguments say, or those a person names; None where nobody can be asked."""
    if args.all or len(found) == 1:
        return found
    number = args.pick
    if number is None:
        shown = Console(stderr=True, highlight=False) if args.json else console
        tables.show_findings([(f"{place}", one) for place, one in enumerate(found, start=1)], shown)
        if not sys.stdin.isatty():
            print("khabar feeds add: several feeds; say --pick N or --all", file=sys.stderr)
            return None
        answer = console.input(f"Which one (1 to {len(found)}, or all)? ").strip().lower()
        if answer == "all":
            return found
        number = int(answer) if answer.isascii() and answer.isdigit() and len(answer) < 4 else 0
    if not 1 <= number <= len(found):
        print(f"khabar feeds add: there are feeds 1 to {len(found)}", file=sys.stderr)
        return None
    return [found[number - 1]]


def _row(args: argparse.Namespace, found: Finding, taken: set[str]) -> dict[str, Any]:
    feed = found.feed
    assert feed is not None
    url = found.answer.permanent_url if found.answer and found.answer.permanent_url else found.url
    title = clean(feed.title or "")[:200].strip()
    return {
        "id": _free_id(args.id, url, taken),
        "url": url,
        "name": args.name or title or None,
        "language": args.language or _language(feed.language),
        "country": args.country,
        "tags": args.tags,
    }


def _free_id(wanted: str | None, url: str, taken: set[str]) -> str:
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    name = wanted or _UNSAFE.sub("-", host).strip("-.")[:56] or "feed"
    number = 2
    free = name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free


def _language(said: str | None) -> str | None:
    try:
        return language_tag(said)
    except ValueError:
        return None


def _append(args: argparse.Namespace, catalog: Catalog, rows: list[dict[str, Any]]) -> int:
    for row in rows:
        feed_of_row(catalog.poller, {key: value for key, value in row.items() if value not in (None, [])})
    if rows and not args.dry_run:
        append(args.feeds, rows)
    if args.json:
        tables.json_lines({**row, "url": without_credentials(row["url"]), "added": not args.dry_run} for row in rows)
    else:
        for row in rows:
            print(clean(f"{'would add' if args.dry_run else 'added'} {row['id']}: {without_credentials(row['url'])}"))
        print(f"{len(rows)} feeds {'to add' if args.dry_run else 'added'} to {args.feeds}", file=sys.stderr)
    return EX_OK


def _final(found: Finding) -> str:
    return found.answer.final_url if found.answer else found.url


def _complain(error: object, code: int) -> int:
    print(f"khabar feeds: {error}", file=sys.stderr)
    return code
