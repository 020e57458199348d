"""Generated copies of real articles. `python -m tests.eval.dedup_copies [articles a script]` prints the rates.

Copies should be found whatever was done to them, and what says nothing new should be skipped. Both texts are cut into
segments as the first stage does it. Edits are in `dedup_edits`.
"""

from __future__ import annotations

import random
import re
import sys
import unicodedata
from collections import Counter
from itertools import pairwise

from pipeline.text.segment import segment
from pipeline.text.sentences import sentences as sentence_spans
from tests.eval.dedup_pairs import read, say
from tests.unit.dedup.articles import Stream, article

SCRIPTS = {
    "latin": "a-zA-Z",
    "arabic": "\u0600-\u06ff",
    "devanagari": "\u0900-\u097f",
    "bengali": "\u0980-\u09ff",
    "cyrillic": "\u0400-\u04ff",
    "han": "\u4e00-\u9fff",
}
PREFIXES = {
    "latin": "BELMORA (Northern Press) - ",
    "arabic": "بلمورہ (شمالی پریس) ",
    "devanagari": "बेलमोरा (उत्तरी प्रेस) ",
    "bengali": "বেলমোরা (উত্তর সংবাদ সংস্থা) ",
    "cyrillic": "БЕЛЬМОРА (Северное агентство) - ",
    "han": "（北方社）",
}
BYLINES = {
    "latin": "By Ann Reed\n",
    "arabic": "بقلم: سالم رحيم\n",
    "devanagari": "रिपोर्ट: सलीम राही\n",
    "bengali": "লেখক: সেলিম রহমান\n",
    "cyrillic": "Автор: Анна Рид\n",
    "han": "作者：李明\n",
}


def sentences(text: str) -> list[str]:
    """Cut a text where its sentences begin."""
    starts = [start for start, _ in sentence_spans(text)]
    return [text[start:end] for start, end in pairwise([0, *starts[1:], len(text)])]


def words(text: str, script: str) -> list[str]:
    return list(text) if script == "han" else text.split(" ")


def joined(parts: list[str], script: str) -> str:
    return ("" if script == "han" else " ").join(parts)


def replaced(share: float):
    def edit(text, script, chance, other):
        parts, pool = words(text, script), words(other, script)
        for place in chance.sample(range(len(parts)), int(len(parts) * share)):
            parts[place] = chance.choice(pool)
        return joined(parts, script)

    return edit


def wrapped(times: int):
    def edit(text, script, chance, other):
        around = (other * (1 + times * len(text) // len(other)))[: times * len(text)]
        return around[: len(around) // 2] + "\n" + text + "\n" + around[len(around) // 2 :]

    return edit


def swapped(text, script, chance, other):
    """Swap two neighbours that are sentences, neither lines of a list nor abbreviations."""
    parts = sentences(text)
    places = [place for place in range(len(parts) - 1) if all(map(is_sentence, parts[place : place + 2]))]
    if not places:
        return None
    place = chance.choice(places)
    parts[place], parts[place + 1] = f"{parts[place + 1].rstrip()} ", parts[place]
    return "".join(parts)


def is_sentence(part: str) -> bool:
    return bool(re.search(r"[.!?。۔।؟！？]\W{0,3}\Z", part)) and (
        len(part.split()) > 3 or (len(part) > 8 and " " not in part)
    )


def respaced(text, script, chance, other):
    """Lose spaces, but for those between two numbers, without which they are another number."""
    return re.sub(r"(?<!\d) | (?!\d)", lambda found: "" if chance.random() < 0.3 else " ", text)


def zero_width(text, script, chance, other):
    """Put zero-width non-joiners between letters, none between a letter and its marks."""
    return re.sub(r"(?<=\w)(?=\w)", lambda _: "\u200c" if chance.random() < 0.1 else "", text)


def headed(heads):
    """Put something before a text that has no dateline or byline."""

    def edit(text, script, chance, other):
        return heads[script] + text if segment(None, text)[0].kind == "body" else None

    return edit


COPIES = {
    "agency prefix": headed(PREFIXES),
    "byline added": headed(BYLINES),
    "last sentence dropped": lambda text, script, chance, other: "".join(sentences(text)[:-1]),
    "first two sentences dropped": lambda text, script, chance, other: "".join(sentences(text)[2:]),
    "two sentences swapped": swapped,
    "first half": lambda text, script, chance, other: text[: len(text) // 2],
    "lead of 350": lambda text, script, chance, other: text[:350],
    "5 % of words replaced": replaced(0.05),
    "wrapped 1:1": wrapped(1),
    "wrapped 1:3": wrapped(3),
    "NFD": lambda text, script, chance, other: unicodedata.normalize("NFD", text),
    "re-spaced": respaced,
    "zero-width": zero_width,
}
PURE = sorted(set(COPIES) - {"5 % of words replaced", "wrapped 1:1", "wrapped 1:3"})


def sources(most: int) -> dict[str, list[dict[str, str]]]:
    """Return articles by script, long enough to be compared."""
    found: dict[str, list[dict[str, str]]] = {script: [] for script in SCRIPTS}
    for line in read("throughput/articles.jsonl.gz"):
        text = line["text"]
        for script, letters in SCRIPTS.items():
            least = 500 if script == "han" else 1000
            if (
                len(found[script]) < most
                and least < len(text) < 8000
                and len(re.findall(f"[{letters}]", text)) > len(text) / 2
                and len(sentences(text)) > 3
            ):
                found[script].append(line)
    return found


def compare(text: str, copy: str, title: str | None = None, new_title: str | None = None):
    """Judge a copy in another paper."""
    stream = Stream()
    stream.feed(article("a", text, title, source="One", cut=True))
    return stream.feed(article("b", copy, new_title or title, source="Two", cut=True))


def measure(most: int, seed: int = 1) -> dict[tuple[str, str], Counter[str]]:
    """Return counts by kind of copy and script."""
    chance = random.Random(seed)
    copies: dict[tuple[str, str], Counter[str]] = {}
    for script, lines in sources(most).items():
        for number, line in enumerate(lines):
            text, other = line["text"], lines[number - 1]["text"]
            for name, edit in COPIES.items():
                copy = edit(text, script, chance, other)
                if copy is None:
                    continue
                verdict = compare(text, copy)
                tally = copies.setdefault((name, script), Counter())
                tally.update(n=1, found=verdict.of == "a", skipped=verdict.nothing_new)
    return copies


def main() -> None:
    copies = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
    say(f"{'found / skipped':28}" + "".join(f"{script:>16}" for script in SCRIPTS))
    for name in COPIES:
        cells = [copies.get((name, script), Counter(n=0)) for script in SCRIPTS]
        rates = (f"{c['found'] / max(1, c['n']):8.3f} / {c['skipped'] / max(1, c['n']):.3f}" for c in cells)
        say(f"{name:28}" + "".join(rates))


if __name__ == "__main__":
    main()
