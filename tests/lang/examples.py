"""The examples of a language's data: a sentence of our own, its circumstances, and the events it must give.

An event is written `TYPE[/mode] ACTORS>RECIPIENTS [flags] [@start]`, countries sorted and joined by +, - for none;
where both sides act, all are written as actors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.events.stage import extract
from pipeline.resources import language_toml
from pipeline.stage import Emit
from pipeline.text.segment import segment
from schemas.article import Article, JudgedArticle, Segment, Verdict, received

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.event import Actor, Mention

DAY = "2024-03-06"


@dataclass(frozen=True, slots=True)
class Example:
    """A row of examples.toml."""

    language: str
    text: str
    events: tuple[str, ...]
    title: str | None = None
    country: str | None = None
    published: str = DAY
    checks_date: bool = False

    def __str__(self) -> str:
        return f"{self.language}: {self.title or self.text}"[:90]


def examples(language: str) -> Iterator[Example]:
    """Read the examples of a language."""
    table = language_toml(language, "examples")
    for row in table.get("example", ()):
        values: dict[str, Any] = dict(row)
        values["events"] = tuple(values["events"])
        values.setdefault("text", "")
        yield Example(language, **values)


def judged(example: Example) -> JudgedArticle:
    """Make the article an example stands for."""
    script = {"ur": "Arab", "hi": "Deva", "en": "Latn"}.get(example.language, "Zyyy")
    segments = tuple(
        Segment(kind=p.kind, start=p.start, end=p.end, language=example.language, confidence=1.0, script=script)
        for p in segment(example.title, example.text)
    )
    article = Article(
        uri="example",
        site="example.org",
        title=example.title,
        text=example.text,
        country=example.country,
        published=f"{example.published}T10:00:00Z",
        published_precision="second",
        language=example.language,
        confidence=1.0,
        script=script,
        reason="declared",
        detector="none",
        segments=segments,
        text_sha256="",
    )
    return JudgedArticle(article=article, verdict=Verdict(verdict="new", relation="new", group="example"))


def found(example: Example) -> list[Mention]:
    """Run the stage over an example; every span is checked on the way."""
    text = received(example.title, example.text)
    mentions = [effect.value for effect in extract(judged(example), {}) if isinstance(effect, Emit)]
    for mention in mentions:
        for span in (mention.trigger, *mention.evidence, *mention.actors, *mention.recipients, *mention.quantities):
            assert text[span.start : span.end] == span.text
            assert span.text
    return mentions


def written(mention: Mention, *, date: bool) -> str:
    """Write a mention the way examples do."""
    mode = f"/{mention.event_mode}" if mention.event_mode else ""
    flags = "".join(f" {flag}" for flag in mention.auxiliary)
    when = f" @{mention.event_date.start}" if date and mention.event_date else ""
    actors, recipients = mention.actors, mention.recipients
    if mention.reciprocal:
        actors, recipients = (*actors, *recipients), ()
    return f"{mention.event_type}{mode} {side(actors)}>{side(recipients)}{flags}{when}"


def side(actors: tuple[Actor, ...]) -> str:
    """Write the countries of one side."""
    return "+".join(sorted({actor.country or "?" for actor in actors})) or "-"
