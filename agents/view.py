"""The readable view of a run: the articles with language and verdict, the events with their evidence, and the sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console
from rich.text import Text

from agents.display import cut, isolated, padded
from schemas.article import Article, JudgedArticle
from schemas.event import Actor, Event, Mention

JUDGED_TOPIC, MENTIONS_TOPIC = "news.unique", "news.mentions"
MARGIN = 4
ARTICLE_WIDTH = 28
DATE_WIDTH, TYPE_WIDTH, PLACE_WIDTH = 13, 18, 14
PARTIES_LEAST, PARTIES_MOST = 24, 64


class Replayed(Protocol):
    """What a run brought: articles sent, dead letters by reason and by the topic they came from, records by topic."""

    sent: int
    dead: Counter[str]
    dead_from: Counter[str]
    judged: list[JudgedArticle]
    mentions: list[Mention]
    events: list[Event]


def show(run: Replayed, console: Console, *, summary_only: bool = False) -> None:
    """Print the articles, the events and the sum of a run."""
    if not summary_only:
        show_articles(run.judged, run.mentions, console)
        show_events(run.events, console)
    show_summary(run, console)


def show_articles(judged: Iterable[JudgedArticle], mentions: Iterable[Mention], console: Console) -> None:
    """Print a line an article, by id: its languages, the verdict, and how many mentions were found in it."""
    found = Counter(mention.article_id for mention in mentions if not mention.withdrawn)
    _line(console, Text(_columns("ARTICLE", "LANGUAGE", "VERDICT", "MENTIONS"), style="bold"))
    for one in sorted(judged, key=lambda one: (one.article.uri, one.article.version)):
        article, verdict = one.article, one.verdict
        of = f" of {verdict.of}" if verdict.of else ""
        language = f"{_languages(article)} {article.confidence:.2f}"
        number = str(found[article.uri])
        _line(console, Text(_columns(article.uri, language, f"{verdict.verdict}{of}", number)))


def show_events(events: Iterable[Event], console: Console) -> None:
    """Print every event that stands, by date: when, what, who to whom, where, and below it the evidence a language."""
    standing = sorted((e for e in events if e.status == "active"), key=lambda e: (_date(e), e.event_id))
    _line(console, Text())
    width = _parties_width(console)
    title = padded("DATE", DATE_WIDTH) + padded("TYPE", TYPE_WIDTH) + padded("WHO → WHOM", width) + "PLACE"
    _line(console, Text(title, style="bold"))
    for event in standing:
        _show_event(event, console)


@dataclass(frozen=True, slots=True)
class Fates:
    """What became of the articles of a run; `missing` is what no topic accounts for, 0 where nothing was lost."""

    out: int
    dropped: int
    dead: int
    missing: int


def fates(run: Replayed) -> Fates:
    """Count the articles with events, without, and dead, each from the topic that holds it.

    A dead letter of the linking stage is a mention's: its article is counted by its other fate.
    """
    with_events = {mention.article_id for mention in run.mentions}
    out = sum(judged.article.uri in with_events for judged in run.judged)
    dead = sum(number for topic, number in run.dead_from.items() if topic != MENTIONS_TOPIC)
    dropped = len(run.judged) - out - run.dead_from[JUDGED_TOPIC]
    return Fates(out, dropped, dead, max(0, run.sent - out - dropped - dead))


def show_summary(run: Replayed, console: Console) -> None:
    """Print in one line what became of all articles: in = out + dropped + dead."""
    fate = fates(run)
    standing = sum(event.status == "active" for event in run.events)
    text = f"{run.sent} in = {fate.out} out + {fate.dropped} dropped + {fate.dead} dead"
    reasons = f" ({_reasons(run.dead)})" if run.dead else ""
    missing = f" + {fate.missing} MISSING" if fate.missing else ""
    found = f"{_number(len(run.mentions), 'mention')}, {_number(standing, 'event')}"
    _line(console, Text())
    _line(console, Text(f"{text}{missing}{reasons}; {found}", style="bold"))


def _show_event(event: Event, console: Console) -> None:
    place = event.event_location.name if event.event_location else ""
    kind = f"{event.event_type} {event.event_mode}" if event.event_mode else event.event_type
    line = Text(padded(_date(event), DATE_WIDTH))
    line.append(padded(kind, TYPE_WIDTH), style="cyan")
    line.append(padded(parties(event), _parties_width(console) - 1) + " ")
    line.append(isolated(cut(place, PLACE_WIDTH)))
    _line(console, line)
    _show_names(event, console)
    for headline in event.headline_mentions:
        lead = f"{' ' * MARGIN}{padded(headline.language, 4)}{headline.confidence:.2f}  "
        evidence = cut(headline.evidence, max(20, console.width - len(lead)))
        # Foreign text is last on its line, so that a terminal that reorders it moves nothing else.
        _line(console, Text(lead, style="dim").append(isolated(evidence), style="not dim"))
    if event.num_sources > 1 or event.num_articles > 1:
        told = (event.num_mentions, "mention"), (event.num_articles, "article"), (event.num_sources, "source")
        counts = ", ".join(_number(number, noun) for number, noun in told)
        _line(console, Text(f"{' ' * MARGIN}{counts}, confidence {event.confidence:.2f}", style="dim"))


def _show_names(event: Event, console: Console) -> None:
    """Print the persons as the article names them."""
    people = dict.fromkeys(actor.person for actor in (*event.actors, *event.recipients) if actor.person)
    if people:
        width = max(20, console.width - MARGIN - 10)
        names = isolated(cut(", ".join(people), width))
        _line(console, Text(f"{' ' * MARGIN}{'who':10}", style="dim").append(names, style="not dim"))


def _parties_width(console: Console) -> int:
    rest = console.width - DATE_WIDTH - TYPE_WIDTH - PLACE_WIDTH
    return max(PARTIES_LEAST, min(PARTIES_MOST, rest))


def parties(event: Event) -> str:
    """Who and whom: countries with offices, else sectors, else words; `+` joins one side, `→` the two."""
    sides = [_side(event.actors), _side(event.recipients)]
    return " → ".join(side for side in sides if side) or "?"


def _side(actors: Sequence[Actor]) -> str:
    return " + ".join(dict.fromkeys(_party(actor) for actor in actors))


def _party(actor: Actor) -> str:
    named = (actor.country, actor.office or (None if actor.country else actor.sector))
    return " ".join(part for part in named if part) or actor.text


def _date(event: Event) -> str:
    """The date to its precision; for an event without one, the day it was first told of, in brackets."""
    date = event.event_date
    if date is None:
        return f"({event.first_seen[:10]})" if event.first_seen else "?"
    return date.start[: {"month": 7, "year": 4}.get(date.precision, 10)]


def _languages(article: Article) -> str:
    """The language of the article, and those of other segments."""
    others = {segment.language for segment in article.segments} - {article.language, "und"}
    return "+".join((article.language, *sorted(others)))


def _columns(article: str, language: str, verdict: str, mentions: str) -> str:
    return padded(article, ARTICLE_WIDTH) + padded(language, 14) + padded(verdict, 28) + mentions


def _reasons(dead: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} {number}" for reason, number in sorted(dead.items()))


def _number(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _line(console: Console, text: Text) -> None:
    """Print without wrapping: a line is cut before, and a pipe takes it whole."""
    console.print(text, no_wrap=True, overflow="ignore", crop=False, soft_wrap=True)
