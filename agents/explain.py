"""`khabar explain`: what the coder sees in an article, sentence by sentence, for those who write language data."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
from rich.console import Console
from rich.text import Text

from agents.broker import BrokerError
from agents.display import clean, cut, isolated
from agents.explain_event import EventUnknownError, explain_event, is_event
from pipeline.driver import Driver
from pipeline.events.explanation import Explanation, Line, Match, Party, explain
from pipeline.source import raw_from_line
from pipeline.topology import stages
from schemas.article import Article, JudgedArticle, RawArticle, Verdict
from schemas.event import Actor, Mention

LONGEST = 16 * 1024 * 1024
UNREAD_WIDTH = 60
FAILED = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `khabar explain`."""
    parser.add_argument(
        "article",
        metavar="ARTICLE|EVENT",
        help="a text file, a file of JSON Lines as `khabar process` reads them, or -; or the id of an event",
    )
    parser.add_argument("--id", metavar="ID", help="explain only the article with this id of a file of JSON Lines")
    parser.add_argument("--title", help="headline of a text file")
    parser.add_argument("--published", metavar="DATE", help="publication date of a text file, such as 2021-04-08")
    parser.add_argument("--country", metavar="ISO3", help="country of the publisher of a text file, such as PAK")
    parser.add_argument("--not", dest="other", metavar="MENTION", help="why this mention is not of the event")
    parser.add_argument(
        "--near", metavar="N", type=_positive, help="the N mentions not of it that read most like it, and why not"
    )
    parser.add_argument("--mentions", metavar="FILE", help="JSON Lines with the mentions (default: the broker's)")
    parser.add_argument("--broker", help="where news.mentions is read for an event (default: setting broker)")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def run(args: argparse.Namespace) -> int:
    """Run `khabar explain`; exit code 1 when there is nothing to explain."""
    console = Console(highlight=False, soft_wrap=True)
    try:
        if is_event(args.article):
            explain_event(args, console)
            return 0
        articles = list(read(args))
    except (BrokerError, EventUnknownError, OSError, ValueError) as error:
        print(f"khabar explain: {error}", file=sys.stderr)
        return FAILED
    for raw in articles:
        show(raw, console)
    if not articles:
        print("khabar explain: no such article", file=sys.stderr)
    return 0 if articles else FAILED


def read(args: argparse.Namespace) -> Iterator[RawArticle]:
    """Yield the articles of a file; one whose first character is a brace holds lines of JSON.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is too large, or a line is no article.
    """
    data = sys.stdin.buffer.read(LONGEST + 1) if args.article == "-" else Path(args.article).read_bytes()
    if len(data) > LONGEST:
        raise ValueError(f"more than {LONGEST} bytes")
    if data.lstrip()[:1] == b"{":
        for line in data.splitlines():
            if line.strip():
                raw = raw_from_line(orjson.loads(line))
                if args.id in {None, raw.uri}:
                    yield raw
        return
    given = {"title": args.title, "published": args.published, "country": args.country}
    yield raw_from_line({"id": Path(args.article).stem, "text": data.decode("utf-8", "replace"), **given})


def show(raw: RawArticle, console: Console) -> None:
    """Print the explanation of an article."""
    outcome = Driver([stages()[0]]).feed(raw)
    articles = outcome.records("language")
    if not articles:
        console.print(Text(f"{clean(raw.uri)}: {'; '.join(one.message for one in outcome.rejected)}"))
        return
    article: Article = articles[0]
    verdict = Verdict(verdict="new", relation="new", group=article.uri)
    found = explain(JudgedArticle(article=article, verdict=verdict))
    head = f"{clean(article.uri)}  {article.language} {article.confidence:.2f}  {article.published or 'no date'}"
    console.print(Text(head, style="bold"))
    for number, line in enumerate(found.lines, 1):
        _show_line(number, line, console)
    _show_end(found, console)


def _show_line(number: int, line: Line, console: Console) -> None:
    console.print()
    console.print(
        Text(f"{number} {line.kind} {line.language}  ", style="dim").append(isolated(clean(line.text)), "not dim")
    )
    for party in line.parties:
        console.print(_labelled("name", party.text, _about(party)))
    for match in line.matches:
        console.print(_matched(match))


def _about(party: Party) -> str:
    known = (party.kind, party.country, party.basis, party.office, party.case and f"case {party.case}")
    return " ".join(part for part in known if part)


def _matched(match: Match) -> Text:
    if match.event:
        return _labelled("event", match.text, f"{match.event} by rule {match.trigger}", "green")
    return _labelled("refused", match.text, f"rule {match.trigger}: {match.refused}", "yellow")


def _labelled(label: str, text: str, about: str, style: str = "cyan") -> Text:
    # Foreign text is last on its line, so that a terminal that reorders it moves nothing else.
    line = Text(f"    {label:9}", style=style).append(f"{clean(about)}  ", "default")
    return line.append(isolated(clean(text)), "dim")


def _show_end(found: Explanation, console: Console) -> None:
    console.print()
    for kind, language, text in found.unread:
        about = f"not read: {kind} {language}"
        console.print(Text(f"{about:40}", style="dim").append(isolated(cut(text, UNREAD_WIDTH)), "dim"))
    if found.gate is not None:
        console.print(Text(f"off topic: {found.gate}; no event of this article is emitted", style="yellow"))
    for mention in found.mentions:
        _show_mention(mention, console)
    if not found.mentions:
        console.print(Text("no event", style="bold"))


def _show_mention(mention: Mention, console: Console) -> None:
    kind = f"{mention.event_type} {mention.event_mode}" if mention.event_mode else mention.event_type
    sides = " → ".join(side for side in (_side(mention.actors), _side(mention.recipients)) if side)
    date = f"{mention.event_date.start} ({mention.event_date.basis})" if mention.event_date else "no date"
    place = f"  in {mention.event_location.name}" if mention.event_location else ""
    console.print(Text(f"{kind}  {sides}  {date}{clean(place)}", style="bold green"))
    parts = mention.confidence_parts
    product = f"trigger {parts.trigger} x roles {parts.roles} x country {parts.country} x realis {parts.realis}"
    flags = f"  {', '.join(mention.auxiliary)}" if mention.auxiliary else ""
    console.print(Text(f"    {mention.confidence:.2f} = {product}{flags}"))
    for one in mention.evidence:
        console.print(_labelled("evidence", one.text, f"[{one.start}:{one.end}]"))


def _side(actors: tuple[Actor, ...]) -> str:
    return " + ".join(" ".join(filter(None, (a.country, a.office or a.sector, a.person))) or a.text for a in actors)
