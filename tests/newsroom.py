"""Invented articles of invented sites: stories, what a site puts around them, copies, updates, follow-ups.

The words are made of syllables of a script, so that no text of anybody is copied; the same seed gives the same texts.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from schemas.article import InfoSource, RawArticle

SYLLABLES = {
    "Latin": ("ka me ro ti lun sor bel mir ta no var del pri gan hol es", " ", "."),
    "Arabic": ("کا مے رو تی لن سر بل میر تا نو وس دل پر گن ہل اس", " ", "۔"),
    "Devanagari": ("का मे रो ति लन सर बल मीर ता नो वस दल पर गन हल इस", " ", "।"),
    "Cyrillic": ("ка ме ро ти лун сор бел мир та но вас дел при ган хол ес", " ", "."),
    "Han": ("山 水 城 市 新 聞 部 長 表 示 人 民 經 濟 政 府 外 交 會 議 國 家 工 作 報 告", "", "。"),
}
SCRIPTS = tuple(SYLLABLES)
START = datetime(2026, 3, 2, 6, tzinfo=UTC)


@cache
def vocabulary(script: str) -> tuple[str, ...]:
    """Return some thousand words of a script."""
    chance = random.Random(script)
    syllables = SYLLABLES[script][0].split()
    return tuple("".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(3000))


@dataclass(frozen=True)
class Story:
    """A story: its headline and its sentences."""

    title: str
    sentences: tuple[str, ...]

    @property
    def lead(self) -> str:
        return self.sentences[0]


class Newsroom:
    """Writes stories and pages of one script."""

    def __init__(self, script: str = "Latin", seed: int = 1) -> None:
        self.script = script
        self.chance = random.Random(f"{script} {seed}")
        self.minutes = 0

    def words(self, number: int) -> list[str]:
        return self.chance.choices(vocabulary(self.script), k=number)

    def sentence(self, number: int = 0) -> str:
        _, space, stop = SYLLABLES[self.script]
        return space.join(self.words(number or self.chance.randint(9, 18))).capitalize() + stop

    def sentences(self, number: int) -> tuple[str, ...]:
        return tuple(self.sentence() for _ in range(number))

    def story(self, number: int = 6) -> Story:
        """Write a story: two names are in its headline, and one of them in each sentence."""
        space = SYLLABLES[self.script][1]
        names = ["".join(self.words(2)), "".join(self.words(2))]
        sentences = (f"{self.chance.choice(names)}{space}{self.sentence()}" for _ in range(number))
        return Story(space.join([*names, *self.words(3)]), tuple(sentences))

    def page(
        self, uri: str, title: str | None, text: str, *, site: str = "daily.example", version: int = 1
    ) -> RawArticle:
        """Put a text on a page, ten minutes after the one before."""
        self.minutes += 10
        seen = (START + timedelta(minutes=self.minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return RawArticle(
            uri=uri,
            version=version,
            headline=title,
            body_text=text,
            url=f"https://www.{site}/{uri}",
            contentcreated=seen,
            contentcreated_precision="second",
            versioncreated=seen,
            infosource=InfoSource(name=site),
        )

    def told(self, uri: str, story: Story, *, before: str = "", behind: str = "", **how: object) -> RawArticle:
        """Put a story on a page, two sentences a line, between what the site puts around it."""
        lines = [" ".join(story.sentences[i : i + 2]) for i in range(0, len(story.sentences), 2)]
        return self.page(uri, story.title, "\n".join(filter(None, (before, *lines, behind))), **how)


def corpus(number: int, seed: int = 7) -> list[RawArticle]:
    """Write what some sites published, in order: with lists and boxes of theirs, copies, updates and follow-ups."""
    chance = random.Random(seed)
    rooms = {script: Newsroom(script, seed) for script in SCRIPTS}
    footers = {script: "\n".join(room.sentences(3)) for script, room in rooms.items()}
    box = {script: room.sentence(14) for script, room in rooms.items()}
    told: dict[str, list[tuple[str, Story]]] = {script: [] for script in SCRIPTS}
    articles: list[RawArticle] = []
    while len(articles) < number:
        script = SCRIPTS[len(articles) % len(SCRIPTS)] if chance.random() < 0.5 else "Latin"
        room, older = rooms[script], told[script]
        kind = chance.choice(("story",) * 6 + ("copy", "update", "follow"))
        uri = f"{script}-{len(articles):04}"
        how = {"behind": footers[script], "site": f"{script.lower()}-daily.example"}
        story = room.story(8)
        if kind == "copy" and older:
            story = chance.choice(older[-10:])[1]
            how = {"before": box[script], "site": f"{script.lower()}-herald.example"}
        elif kind == "update" and older:
            uri, first = chance.choice(older[-10:])
            story = Story(first.title, (*first.sentences, room.sentence()))
            how["version"] = 2 + sum(article.uri == uri for article in articles)
        elif kind == "follow" and older:
            background = chance.choice(older[-10:])[1]
            story = Story(f"{background.title} {story.title}", (*story.sentences, *background.sentences[2:4]))
        else:
            how["behind"] = "\n".join((*(one.lead for _, one in older[-6:]), footers[script]))
            older.append((uri, story))
        articles.append(room.told(uri, story, **how))
    return articles
