"""Generated copies and edits of real articles. `python -m tests.eval.dedup_copies [articles a script]` prints the rates.

Copies should be found whatever was done to them; what says nothing new should be skipped, and a copy with one number,
word or negation changed never.
"""

from __future__ import annotations

import random
import re
import sys
import unicodedata
from collections import Counter

from tests.eval.dedup_pairs import read, say
from tests.unit.dedup.articles import Stream, article

SCRIPTS = {
    "latin": "a-zA-Z",
    "arabic": "\u0600-\u06ff",
    "devanagari": "\u0900-\u097f",
    "cyrillic": "\u0400-\u04ff",
    "han": "\u4e00-\u9fff",
}
NEGATIONS = {"latin": "not", "arabic": "نہیں", "devanagari": "नहीं", "cyrillic": "не", "han": "不"}
PREFIXES = {
    "latin": "BELMORA (Northern Press) - ",
    "arabic": "بلمورہ (شمالی پریس) ",
    "devanagari": "बेलमोरा (उत्तरी प्रेस) ",
    "cyrillic": "БЕЛЬМОРА (Северное агентство) - ",
    "han": "（北方社）",
}


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?。۔।؟！？\n])", text) if part]


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
    parts = sentences(text)
    place = chance.randrange(len(parts) - 1)
    parts[place], parts[place + 1] = parts[place + 1] + " ", parts[place]
    return "".join(parts)


def respaced(text, script, chance, other):
    return "".join(mark for mark in text if mark != " " or chance.random() > 0.3)


def zero_width(text, script, chance, other):
    return "".join(mark + ("\u200c" if chance.random() < 0.1 else "") for mark in text)


COPIES = {
    "agency prefix": lambda text, script, chance, other: PREFIXES[script] + text,
    "last sentence dropped": lambda text, script, chance, other: "".join(sentences(text)[:-1]),
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
PURE = (
    "agency prefix",
    "last sentence dropped",
    "two sentences swapped",
    "first half",
    "NFD",
    "re-spaced",
    "zero-width",
)


def number_changed(text, script, chance, other):
    found = list(re.finditer(r"\d", text))
    if not found:
        return None
    place = chance.choice(found).start()
    value = unicodedata.digit(text[place])
    return text[:place] + str((value + chance.randrange(1, 10)) % 10) + text[place + 1 :]


def word_changed(text, script, chance, other):
    parts, pool = words(text, script), [word for word in words(other, script) if word.isalpha()]
    place, new = chance.randrange(len(parts)), chance.choice(pool)
    if parts[place].casefold() == new.casefold() or not any(mark.isalpha() for mark in parts[place]):
        return None
    parts[place] = new
    return joined(parts, script)


def negated(text, script, chance, other):
    parts = words(text, script)
    parts.insert(chance.randrange(1, len(parts)), NEGATIONS[script])
    return joined(parts, script)


def affirmed(text, script, chance, other):
    parts = words(text, script)
    found = [place for place, word in enumerate(parts) if word.casefold() == NEGATIONS[script]]
    if not found:
        return None
    del parts[chance.choice(found)]
    return joined(parts, script)


EDITS = {"number": number_changed, "word": word_changed, "negation put in": negated, "negation taken out": affirmed}


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


def compare(text: str, copy: str, number: int):
    stream = Stream()
    stream.feed(article("a", text, source="One"))
    return stream.feed(article("b", copy, source="Two"))


def measure(most: int, seed: int = 1) -> tuple[dict[tuple[str, str], Counter[str]], Counter[str]]:
    """Return counts by (kind of copy, script), and of edits."""
    chance = random.Random(seed)
    copies: dict[tuple[str, str], Counter[str]] = {}
    edits: Counter[str] = Counter()
    for script, lines in sources(most).items():
        for number, line in enumerate(lines):
            text, other = line["text"], lines[number - 1]["text"]
            for name, edit in COPIES.items():
                verdict = compare(text, edit(text, script, chance, other), number)
                copies.setdefault((name, script), Counter()).update(
                    n=1, found=verdict.of == "a", skipped=verdict.nothing_new
                )
            for name, edit in EDITS.items():
                copy = edit(text, script, chance, other)
                if copy is not None:
                    edits.update({name: 1, f"{name} skipped": compare(text, copy, number).nothing_new})
    return copies, edits


def main() -> None:
    copies, edits = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
    say(f"{'found / skipped':24}" + "".join(f"{script:>16}" for script in SCRIPTS))
    for name in COPIES:
        cells = [copies.get((name, script), Counter(n=0)) for script in SCRIPTS]
        say(
            f"{name:24}"
            + "".join(f"{c['found'] / max(1, c['n']):9.2f} / {c['skipped'] / max(1, c['n']):.2f}" for c in cells)
        )
    say(dict(edits))


if __name__ == "__main__":
    main()
