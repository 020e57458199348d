"""`khabar explain EVENT`: why the mentions of an event are one, and why another is not of it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from rich.text import Text

from agents.broker import Start, connect
from agents.config import read_settings
from agents.display import clean, isolated
from agents.likeness import Embedding
from pipeline.linking.account import EventUnknownError, Join, account, against
from pipeline.linking.candidates import Candidate, candidates
from schemas.codec import DecodeError, build, decode
from schemas.event import Mention

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from rich.console import Console

EVENT = re.compile(r"e1_[a-z2-7]{26}")


def is_event(text: str) -> bool:
    """Whether an argument is the id of an event."""
    return EVENT.fullmatch(text) is not None


def explain_event(args: argparse.Namespace, console: Console) -> None:
    """Print the account of an event, or why a mention is not of it.

    Raises:
        EventUnknownError: none of the mentions at hand is of the event.
        LikenessError: what is like it is asked for without the model.
        OSError: the file of mentions cannot be read.
    """
    if args.mentions:
        mentions = list(from_lines(Path(args.mentions)))
    else:
        mentions = asyncio.run(_from_topic(read_settings(broker=args.broker)))
    if args.other:
        for reason in against(args.article, args.other, mentions):
            console.print(Text(f"{args.other} is not of it: {clean(reason)}"))
        return
    if args.near:
        for one in candidates(args.article, mentions, Embedding(), args.near):
            _show_candidate(one, console)
        return
    found = account(args.article, mentions)
    if found.event_id != args.article:
        console.print(Text(f"{args.article} was merged into {found.event_id}"))
    console.print(Text(f"{found.event_id}  {clean(found.block)}  {len(found.joins)} mentions", style="bold"))
    for join in found.joins:
        _show(join, console)
    console.print(Text(f"every two were asked, and none objected: {', '.join(found.vetoes)}", style="dim"))


def from_lines(file: Path) -> Iterator[Mention]:
    """Read mentions from JSON Lines, one each, or an article's as `khabar process` writes them; others are left out."""
    for line in file.read_bytes().splitlines():
        try:
            value: Any = orjson.loads(line)
            for one in value.get("mentions", [value] if "mention_id" in value else []):
                yield build(Mention, one)
        except (orjson.JSONDecodeError, DecodeError, AttributeError, TypeError):
            continue


async def _from_topic(settings: Any) -> list[Mention]:
    found = []
    async with connect(settings) as broker:
        async for received in broker.records("news.mentions", Start(), follow=False):
            try:
                found.append(decode(Mention, received.value or b""))
            except DecodeError:
                continue  # a dead letter of the linking stage tells of it
    return found


def _show_candidate(found: Candidate, console: Console) -> None:
    m = found.mention
    evidence = m.evidence[0].text if m.evidence else ""
    head = f"  {found.likeness:.3f}  {m.mention_id}  {clean(m.language)}  {m.event_type}  {clean(m.source or '')}  "
    console.print(Text(head, style="cyan").append(isolated(clean(evidence)), "dim"))
    for reason in found.reasons:
        console.print(Text(f"      not of it: {clean(reason)}"))


def _show(join: Join, console: Console) -> None:
    r = join.report
    date = f"{r.event_date.start} {r.event_date.precision}" if r.event_date else "no date"
    head = f"  {r.mention_id}  {clean(r.language)}  {clean(date)}  {clean(r.source or '')}  {r.confidence:.2f}  "
    console.print(Text(head, style="cyan").append(isolated(clean(r.evidence)), "dim"))
    if join.to is not None:
        console.print(Text(f"      joined {join.to}: {', '.join(join.reasons)}"))


__all__ = ["EventUnknownError", "explain_event", "from_lines", "is_event"]
