"""Copies with one fact changed: none may be skipped. `python -m tests.eval.dedup_edits [edits [seed]]` prints the counts.

A copy is made of a real article (as it is, cut, re-spaced, ...), then one number, name, negation or other word is
changed, in the script's own digits and the language's own words. Ten thousand edits take a minute.
"""

from __future__ import annotations

import random
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from rapidfuzz.distance import Indel

from pipeline.text.segment import segment
from tests.eval.dedup_copies import COPIES, PREFIXES, compare, sources
from tests.eval.dedup_pairs import read, say

DENSE = {"zh", "ja", "th", "lo", "my", "km", "bo", "han"}
LIKE = {
    "latin": ("en", "de", "fr", "es", "pt", "it", "tr", "id"),
    "arabic": ("ur", "fa", "ar"),
    "devanagari": ("hi", "mr", "ne"),
    "cyrillic": ("ru", "uk", "bg"),
    "bengali": ("bn",),
    "han": ("zh",),
}
# What is done to the copy before the edit; all of these by themselves are skipped, but for the wrapped one.
BEFORE = (
    "",
    "",
    "agency prefix",
    "last sentence dropped",
    "two sentences swapped",
    "first half",
    "NFD",
    "re-spaced",
    "zero-width",
)
SPARED = 30


class Edit:
    """One article, its language's words, and a source of chance; every edit returns None where it cannot be made."""

    def __init__(self, language: str, other: str, chance: random.Random) -> None:
        tables = [rows()[code] for code in LIKE.get(language, (language,)) if code in rows()]
        self.denials = [word for denials, _ in tables for word in denials.split()]
        self.pairs = [pair.split() for _, pairs in tables for pair in pairs.split(", ")]
        self.dense, self.chance = language in DENSE, chance
        self.others = [word for word in self.words(other) if word.isalpha() and (self.dense or len(word) > 2)]

    def words(self, text: str) -> list[str]:
        return list(text) if self.dense else text.split()

    def pick(self, pattern: str, text: str) -> re.Match[str] | None:
        found = list(re.finditer(pattern, text))
        return self.chance.choice(found) if found else None

    def found(self, words: list[str], text: str) -> re.Match[str] | None:
        """Find one of some words, whole where the script has spaces."""
        alternatives = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
        edge = "" if self.dense else r"[^\s.,;:!?\"'()।۔،]"
        return self.pick(f"(?<!{edge})(?:{alternatives})(?!{edge})" if edge else alternatives, text) if words else None

    def word(self, text: str) -> re.Match[str] | None:
        return self.pick(r"\w" if self.dense else r"(?<!\S)[^\W\d]{3,}(?!\S)", text)

    def digit(self, text: str) -> str | None:
        place = self.pick(r"\d", text)
        if not place:
            return None
        zero = ord(place[0]) - unicodedata.digit(place[0])
        digit = chr(zero + (unicodedata.digit(place[0]) + self.chance.randrange(1, 10)) % 10)
        return replaced(text, place, digit)

    def digit_more(self, text: str) -> str | None:
        place = self.pick(r"\d", text)
        return replaced(text, place, place[0] + self.chance.choice("123456789")) if place else None

    def digit_less(self, text: str) -> str | None:
        place = self.pick(r"\d(?=\d)|(?<=\d)\d", text)
        return replaced(text, place, "") if place else None

    def point(self, text: str) -> str | None:
        place = self.pick(r"(?<=\d)\.(?=\d)", text)
        return replaced(text, place, "") if place else None

    def pair(self, text: str) -> str | None:
        place = self.found([word for pair in self.pairs for word in pair], text)
        if not place:
            return None
        return replaced(
            text, place, self.chance.choice([b for pair in self.pairs for a, b in (pair, pair[::-1]) if a == place[0]])
        )

    def denied(self, text: str) -> str | None:
        if not self.denials:
            return None
        place, word = self.pick(r"(?=\w)" if self.dense else r"(?<=\s)(?=\w)", text), self.chance.choice(self.denials)
        return replaced(text, place, word if self.dense else f"{word} ") if place else None

    def denied_first(self, text: str) -> str | None:
        return f"{self.chance.choice(self.denials)}{'' if self.dense else ' '}{text}" if self.denials else None

    def affirmed(self, text: str) -> str | None:
        place = self.found(self.denials, text)
        return replaced(text, place, "") if place else None

    def other_word(self, text: str) -> str | None:
        place = self.word(text)
        return replaced(text, place, self.chance.choice(self.others)) if place and self.others else None

    def swapped(self, text: str) -> str | None:
        """Two words, names for the most part, change places."""
        one, other = self.names(text), self.names(text)
        if not one or not other or one.end() > other.start():
            return None
        return f"{text[: one.start()]}{other[0]}{text[one.end() : other.start()]}{one[0]}{text[other.end() :]}"

    def names(self, text: str) -> re.Match[str] | None:
        return self.pick(r"(?<=[\w,] )[A-ZА-ЯЁ]\w{2,}", text) or self.word(text)

    def word_more(self, text: str) -> str | None:
        place = self.word(text)
        return (
            replaced(text, place, f"{place[0]}{'' if self.dense else ' '}{self.chance.choice(self.others)}")
            if place and self.others
            else None
        )

    def word_less(self, text: str) -> str | None:
        place = self.word(text)
        return replaced(text, place, "") if place else None

    def sentence_more(self, text: str) -> str | None:
        return f"{text} {' '.join(self.chance.sample(self.others, 4))}." if len(self.others) > 4 else None


@cache
def rows() -> dict[str, tuple[str, str]]:
    """Read, by language, words that deny and pairs of words any of which may stand for the other."""
    lines = Path(__file__).with_name("dedup_words.tsv").read_text(encoding="utf-8").splitlines()
    return {code: (denials, pairs) for code, denials, pairs in (line.split("\t") for line in lines[1:])}


def replaced(text: str, place: re.Match[str], by: str) -> str:
    return text[: place.start()] + by + text[place.end() :]


EDITS = {
    "a digit": Edit.digit,
    "a digit more": Edit.digit_more,
    "a digit less": Edit.digit_less,
    "a decimal point lost": Edit.point,
    "number word, opposite, day, month, unit": Edit.pair,
    "negation put in": Edit.denied,
    "negation put first": Edit.denied_first,
    "negation taken out": Edit.affirmed,
    "another word or name": Edit.other_word,
    "names for each other": Edit.swapped,
    "a word more": Edit.word_more,
    "a word less": Edit.word_less,
    "words at the end": Edit.sentence_more,
}


def texts(most: int) -> Iterator[tuple[str, str, str]]:
    """Yield language or script, a text, and another of the same."""
    found = {script: [line["text"] for line in lines] for script, lines in sources(most).items()}
    for line in read("language/sample.jsonl.gz"):
        if len(line["text"]) > (300 if line["language"] in DENSE else 700):
            found.setdefault(line["language"], []).append(line["text"])
    for name, group in sorted(found.items()):
        yield from ((name, text, group[number - 1]) for number, text in enumerate(group) if len(group) > 1)


def letters(text: str) -> str:
    """What is left of a text where spaces, signs and accents count for nothing."""
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if c.isalnum())


def edited(language: str, text: str, other: str, chance: random.Random) -> tuple[str, str] | None:
    """Copy a text and change one thing; returns the name of the edit and the copy."""
    before, name = chance.choice(BEFORE), chance.choice(sorted(EDITS))
    script = language if language in PREFIXES else "han" if language in DENSE else "latin"
    edit = Edit(language, other, chance)
    if before == "agency prefix":
        # Agencies have all kinds of names: what follows is edited.
        made = changed(edit, name, text)
        return made and (name, PREFIXES[script] + made)
    copy = COPIES[before](text, script, chance, other) if before else text
    # Of the end of a text that was cut off, a little more may be missing.
    spared = SPARED if before in ("first half", "last sentence dropped") else 0
    made = changed(edit, name, copy[:-spared] if spared else copy) if copy else None
    if not made or not copy:
        return None
    made += copy[-spared:] if spared and name != "words at the end" else ""
    return None if coded(made) == coded(copy) else (name, made)


def coded(text: str) -> str:
    """Return what events are read from: what else stands on a page, such as captions, may change as it likes."""
    return "".join(
        text[one.start : one.end] for one in segment(None, text) if one.kind in ("title", "dateline", "body")
    )


def changed(edit: Edit, name: str, text: str) -> str | None:
    """Change one thing; None where nothing was."""
    made = EDITS[name](edit, text)
    return made if made and (name == "a decimal point lost" or letters(made) != letters(text)) else None


def headlined(language: str, text: str, other: str, chance: random.Random) -> tuple[str, str, str] | None:
    """Make a headline of words that the text has not and change one; returns the name of the edit and both headlines."""
    edit, name = Edit(language, text, chance), chance.choice(sorted(EDITS))
    title = other[:24] if edit.dense else " ".join(other.split()[:10])
    made = changed(edit, name, title)
    return made and (name, title, made)


def measure(edits: int, seed: int = 1, verbose: bool = False) -> Counter[str]:
    """Return how many edits of each kind were made, and how many skipped; every eighth is one of the headline."""
    chance, counts = random.Random(seed), Counter[str]()
    articles = list(texts(60))
    while counts["edits"] < edits:
        language, text, other = chance.choice(articles)
        if chance.random() < 1 / 8:
            made = headlined(language, text, other, chance)
            call = made and (text, text, *made[1:])
        else:
            made = edited(language, text, other, chance)
            call = made and (text, made[1])
        if not made:
            continue
        verdict = compare(*call)
        skipped, name = verdict.nothing_new, made[0]
        counts.update(
            {"edits": 1, name: 1, f"{name}: skipped": skipped, "skipped": skipped, "found": verdict.of == "a"}
        )
        if verbose and skipped:
            say(name, language, difference(*call[-2:]))
    return counts


def difference(one: str, other: str) -> list[str]:
    """Return the runs in which two texts differ, with what stands around them."""
    changes = [op for op in Indel.opcodes(one, other) if op.tag != "equal"][:5]
    return [
        f"{one[max(op.src_start - 30, 0) : op.src_end + 30]!r} -> {other[op.dest_start : op.dest_end]!r}"
        for op in changes
    ]


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    counts = measure(*(numbers or [10_000]), verbose="-v" in sys.argv)
    say(f"{counts['edits']} edits, {counts['found']} found as copies, {counts['skipped']} skipped")
    for name in EDITS:
        say(f"{name:42}{counts[name]:6}  skipped {counts[f'{name}: skipped']}")


if __name__ == "__main__":
    main()
