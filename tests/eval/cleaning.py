"""Segmentation on pages put together from invented articles and what newspapers print around them, in 14 languages.

    python -m tests.eval.cleaning            # the layouts rules were written with, plain articles, layouts held back
    python -m tests.eval.cleaning --seen     # with the errors, without those held back

Figures are of characters that are no white space. Body lost: body taken for something else. Noise found: what is not
the article's body, dateline or title, taken for any of the other kinds.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.text.segment import segment

WORDS = Path(__file__).with_name("pages.toml")
BODY_LOST, NOISE_FOUND = 0.01, 0.90
# These hold the article's own words.
OWN = frozenset({"body", "dateline", "title"})
# Kinds that differ in where on a page they stand only.
SAME = {"teaser": "related", "second_article": "related"}

Line = tuple[str, str]
"""A kind and the text of it; a newline in front of the text means the next line follows without a blank one."""


class Paper:
    """The words of one language, the first or the second of each kind."""

    def __init__(self, words: dict[str, Any], *, held: bool) -> None:
        self.words, self.held = words, int(held)

    def __getattr__(self, name: str) -> str:
        return self.words[name][self.held]

    @property
    def headlines(self) -> list[str]:
        """The headlines of other articles."""
        return self.words["headlines"]

    def body(self, first: int = 0, last: int = 6) -> list[Line]:
        """Sentences of the article as paragraphs of two."""
        parts = self.words["body"][first:last]
        space = "" if "。" in parts[0] else " "
        return [("body", space.join(parts[i : i + 2])) for i in range(0, len(parts), 2)]

    def second(self) -> list[Line]:
        """The paragraphs of another article."""
        return [("second_article", part) for part in self.words["second"]]

    def listed(self, kind: str, mark: str = "", number: int = 5) -> list[Line]:
        """Headlines as the lines of a list."""
        return [(kind, mark + line) for line in self.headlines[:number]]

    def opening(self) -> list[Line]:
        """The first paragraph with its dateline."""
        first, *rest = self.body()
        return [("dateline", self.dateline), ("body", "\0" + first[1]), *rest]


def _seen_list(p: Paper) -> list[Line]:
    return [
        ("title", p.words["title"]), ("byline", p.byline), *p.opening()[:3], ("read_also", p.read_also + p.headlines[0]),
        *p.body(4, 6), ("share", p.share), ("keywords", p.keywords), ("related", p.related), *p.listed("related", "• "),
    ]  # fmt: skip


def _seen_dated(p: Paper) -> list[Line]:
    return [
        ("header", p.header), *p.body(0, 2), ("caption", p.caption), *p.body(2), ("source_line", p.source_line),
        ("related", p.related), *p.listed("related"),
    ]  # fmt: skip


def _seen_links(p: Paper) -> list[Line]:
    return [*p.opening(), ("read_also", p.read_alone), *p.listed("read_also", number=3), ("boilerplate", p.boilerplate)]


def _seen_second(p: Paper) -> list[Line]:
    return [
        ("consent", p.consent), ("title", p.words["title"]), *p.body(), ("keywords", p.keywords), ("share", p.share),
        ("second_article", p.headlines[0]), *p.second(),
    ]  # fmt: skip


def _block(p: Paper) -> list[Line]:
    return [("block_page", line) for line in p.words["block"][p.held]]


def _seen_tweet(p: Paper) -> list[Line]:
    return [*p.body(0, 4), ("tweet", p.tweet), *p.body(4)]


def _seen_announced(p: Paper) -> list[Line]:
    return [("caption", p.caption), *p.body(0, 4), *p.body(4), ("share", p.share), ("boilerplate", p.boilerplate)]


def _seen_middle(p: Paper) -> list[Line]:
    return [*p.opening()[:3], ("related", p.related), *p.listed("related", "- ", 3), *p.body(4), ("byline", p.byline)]


def _held_social(p: Paper) -> list[Line]:
    return [
        ("title", f"{p.words['title']} | Daily Star"), ("header", p.header),
        ("share", "\nFacebook"), ("share", "\nTwitter"), ("share", "WhatsApp"), *p.body(0, 2),
        ("read_also", p.read_alone), ("read_also", p.headlines[1]), *p.body(2), ("keywords", p.keywords),
    ]  # fmt: skip


def _held_html(p: Paper) -> list[Line]:
    tag = "<p>{}</p>"
    return [
        ("title", f"<h1>{p.words['title']}</h1>"),
        *[(kind, tag.format(text)) for kind, text in p.body(0, 4)],
        ("caption", f"<figure><img src='a.jpg'/><figcaption>{p.caption}</figcaption></figure>"),
        *[(kind, tag.format(text)) for kind, text in p.body(4)],
        ("related", f"<h3>{p.related}</h3><ul>"),
        *[(kind, f"<li><a href='#'>{text}</a></li>") for kind, text in p.listed("related", number=4)],
    ]


def _held_teasers(p: Paper) -> list[Line]:
    return [
        *p.opening(), ("byline", p.byline), ("source_line", p.source_line), ("related", p.related),
        ("related", p.headlines[0]), *p.second()[:2], ("related", p.headlines[1]), ("related", p.headlines[2]),
    ]  # fmt: skip


def _held_banner(p: Paper) -> list[Line]:
    return [*p.body(0, 4), ("boilerplate", p.boilerplate), *p.body(4), ("share", p.share), ("consent", p.consent)]


def _held_tweet(p: Paper) -> list[Line]:
    return [*p.opening()[:3], ("tweet", p.tweet), *p.body(4), ("source_line", p.source_line)]


def _held_inline(p: Paper) -> list[Line]:
    return [
        ("byline", p.byline), ("header", p.header), *p.body(0, 2), ("read_also", p.read_also + p.headlines[3]),
        *p.body(2, 4), ("read_also", p.read_also + p.headlines[2]), *p.body(4), ("keywords", p.keywords),
        ("boilerplate", p.boilerplate),
    ]  # fmt: skip


def _held_glued(p: Paper) -> list[Line]:
    return [
        ("title", p.words["title"]), *p.opening(), ("keywords", p.keywords), ("related", p.related),
        *p.listed("related", "", 4), ("share", p.share), ("boilerplate", p.boilerplate),
    ]  # fmt: skip


def _plain_lines(p: Paper) -> list[Line]:
    return [("body", sentence) for sentence in p.words["body"]]


def _plain_subheads(p: Paper) -> list[Line]:
    first, second, third = p.body()
    return [first, ("body", p.headlines[0]), second, ("body", p.headlines[3]), third, *_as_body(p.second())]


def _plain_bullets(p: Paper) -> list[Line]:
    first, second, third = p.body()
    return [first, second, *[("body", f"• {line}") for line in p.headlines[:4]], third, *_as_body(p.second())]


def _plain_speakers(p: Paper) -> list[Line]:
    names = ("BBC", "Karim Dad")
    said = [*p.words["body"], *p.words["second"]]
    return [("body", f"{names[i % 2]}: {sentence}") for i, sentence in enumerate(said)]


def _as_body(lines: list[Line]) -> list[Line]:
    return [("body", text) for _, text in lines]


PLAIN: dict[str, Callable[[Paper], list[Line]]] = {
    "lines": _plain_lines, "subheads": _plain_subheads, "bullets": _plain_bullets, "speakers": _plain_speakers,
}  # fmt: skip
SEEN: dict[str, Callable[[Paper], list[Line]]] = {
    "list": _seen_list, "dated": _seen_dated, "links": _seen_links, "second": _seen_second, "block": _block,
    "tweet": _seen_tweet, "caption": _seen_announced, "middle": _seen_middle,
}  # fmt: skip
HELD: dict[str, Callable[[Paper], list[Line]]] = {
    "social": _held_social, "html": _held_html, "teasers": _held_teasers, "banner": _held_banner, "block": _block,
    "tweet": _held_tweet, "inline": _held_inline, "glued": _held_glued,
}  # fmt: skip


def page(lines: list[Line]) -> tuple[str, list[str]]:
    """Return a page's text and the kind of each of its characters."""
    text, kinds = "", list[str]()
    for number, (kind, line) in enumerate(lines):
        follows, tight = line.startswith("\0"), line.startswith("\n")
        if number and not follows:
            text += "\n" if tight else "\n\n"
            kinds += [""] * (1 if tight else 2)
        # Markup shows nothing; which piece it goes with does not matter.
        for part in re.split(r"(<[^>]*>)", line.strip("\n\0")):
            text += part
            kinds += ["" if part.startswith("<") else kind] * len(part)
    return text, kinds


class Score:
    """Characters by true kind and found kind."""

    def __init__(self) -> None:
        self.pairs: Counter[tuple[str, str]] = Counter()

    def add(self, text: str, kinds: list[str]) -> list[tuple[str, str, str]]:
        """Count a page; returns what was taken for something else: true kind, found kind, text."""
        wrong = []
        found = [""] * len(text)
        for piece in segment(None, text):
            found[piece.start : piece.end] = [piece.kind] * (piece.end - piece.start)
        start = 0
        for i in range(1, len(text) + 1):
            if i == len(text) or (kinds[i], found[i]) != (kinds[start], found[start]):
                own, other, part = kinds[start], found[start], text[start:i]
                letters = sum(not char.isspace() for char in part)
                if own and letters:
                    self.pairs[own, other] += letters
                    if SAME.get(own, own) != SAME.get(other, other) and letters > 2:
                        wrong.append((own, other, part))
                start = i
        return wrong

    def body_lost(self) -> float:
        """The share of body characters taken for noise."""
        body = sum(n for (own, _), n in self.pairs.items() if own == "body")
        return sum(n for (own, other), n in self.pairs.items() if own == "body" and other not in OWN) / max(body, 1)

    def noise_found(self) -> float:
        """The share of noise characters taken for any noise."""
        noise = sum(n for (own, _), n in self.pairs.items() if own not in OWN)
        return sum(n for (own, o), n in self.pairs.items() if own not in OWN and o not in OWN) / max(noise, 1)

    def by_kind(self) -> dict[str, tuple[float, float, int]]:
        """Precision, recall and characters of every kind, related lists, teasers and second articles as one."""
        own, found, both = Counter[str](), Counter[str](), Counter[str]()
        for pair, n in self.pairs.items():
            a, b = (SAME.get(kind, kind) for kind in pair)
            own[a] += n
            found[b] += n
            both[a] += n * (a == b)
        return {kind: (both[kind] / max(found[kind], 1), both[kind] / own[kind], own[kind]) for kind in sorted(own)}


def measure(layouts: dict[str, Callable[[Paper], list[Line]]], *, held: bool, show: bool = False) -> dict[str, Score]:
    """Return the score of every language, and of all."""
    with WORDS.open("rb") as file:
        languages = tomllib.load(file)
    scores: dict[str, Score] = defaultdict(Score)
    for code, words in languages.items():
        for name, layout in layouts.items():
            text, kinds = page(layout(Paper(words, held=held)))
            wrong = scores[code].add(text, kinds)
            scores["all"].add(text, kinds)
            if show:
                for own, other, part in wrong:
                    print(f"  {code} {name:8} {own:12} -> {other:12} {part[:90]!r}")
    return scores


def main(argv: list[str] | None = None) -> int:
    """Print the figures; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seen", action="store_true", help="with the errors, not the layouts held back")
    options = parser.parse_args(argv)
    code = 0
    seen = [("layouts and words seen", SEEN, False), ("articles without anything around them", PLAIN, False)]
    for heading, layouts, held in [*seen, ("held-back layouts and words", HELD, True)][: 2 if options.seen else 3]:
        scores = measure(layouts, held=held, show=options.seen)
        print(heading)
        for name, score in scores.items():
            print(f"  {name:4} body lost {score.body_lost():.4f}  noise found {score.noise_found():.4f}")
        for kind, (precision, recall, number) in scores["all"].by_kind().items():
            print(f"  {kind:12} precision {precision:.3f}  recall {recall:.3f}  characters {number}")
        code |= scores["all"].body_lost() > BODY_LOST
        code |= layouts is not PLAIN and scores["all"].noise_found() < NOISE_FOUND
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
