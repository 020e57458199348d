"""Scripts of a text (ISO 15924), counted by code unit, and the languages that a script decides alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Units = NDArray[np.uint16]
Counts = NDArray[np.int64]

# First and last code point, script. Letters of other blocks count as letters of no script.
_BLOCKS: tuple[tuple[int, int, str], ...] = (
    (0x0041, 0x024F, "Latn"), (0x0250, 0x02AF, "Latn"), (0x1E00, 0x1EFF, "Latn"), (0x2C60, 0x2C7F, "Latn"),
    (0xA720, 0xA7FF, "Latn"), (0xFB00, 0xFB06, "Latn"), (0xFF21, 0xFF5A, "Latn"),
    (0x0370, 0x03FF, "Grek"), (0x1F00, 0x1FFF, "Grek"),
    (0x0400, 0x052F, "Cyrl"), (0x1C80, 0x1C8F, "Cyrl"), (0x2DE0, 0x2DFF, "Cyrl"), (0xA640, 0xA69F, "Cyrl"),
    (0x0530, 0x058F, "Armn"), (0x0590, 0x05FF, "Hebr"), (0xFB1D, 0xFB4F, "Hebr"),
    (0x0600, 0x06FF, "Arab"), (0x0750, 0x077F, "Arab"), (0x0870, 0x08FF, "Arab"), (0xFB50, 0xFDFF, "Arab"),
    (0xFE70, 0xFEFF, "Arab"), (0x0700, 0x074F, "Syrc"), (0x0780, 0x07BF, "Thaa"), (0x07C0, 0x07FF, "Nkoo"),
    (0x0900, 0x097F, "Deva"), (0xA8E0, 0xA8FF, "Deva"), (0x0980, 0x09FF, "Beng"), (0x0A00, 0x0A7F, "Guru"),
    (0x0A80, 0x0AFF, "Gujr"), (0x0B00, 0x0B7F, "Orya"), (0x0B80, 0x0BFF, "Taml"), (0x0C00, 0x0C7F, "Telu"),
    (0x0C80, 0x0CFF, "Knda"), (0x0D00, 0x0D7F, "Mlym"), (0x0D80, 0x0DFF, "Sinh"), (0x0E00, 0x0E7F, "Thai"),
    (0x0E80, 0x0EFF, "Laoo"), (0x0F00, 0x0FFF, "Tibt"), (0x1000, 0x109F, "Mymr"), (0x10A0, 0x10FF, "Geor"),
    (0x1C90, 0x1CBF, "Geor"), (0x2D00, 0x2D2F, "Geor"), (0x1200, 0x139F, "Ethi"), (0x2D80, 0x2DDF, "Ethi"),
    (0x13A0, 0x13FF, "Cher"), (0x1780, 0x17FF, "Khmr"), (0x1800, 0x18AF, "Mong"),
    (0x1100, 0x11FF, "Hang"), (0x3130, 0x318F, "Hang"), (0xAC00, 0xD7FF, "Hang"),
    (0x3040, 0x30FF, "Kana"), (0x31F0, 0x31FF, "Kana"), (0xFF66, 0xFF9F, "Kana"),
    (0x3005, 0x3007, "Hani"), (0x3400, 0x4DBF, "Hani"), (0x4E00, 0x9FFF, "Hani"), (0xF900, 0xFAFF, "Hani"),
)  # fmt: skip
OTHER = "Zyyy"
SCRIPTS: tuple[str, ...] = ("", OTHER, *dict.fromkeys(script for _, _, script in _BLOCKS))
"""Scripts by number; 0 is no letter, 1 a letter of a script that is not listed."""

# A sign that is a word weighs more than a letter, and a name in Latin letters less than the text around it.
_WORD_SIGNS = frozenset(("Hani", "Kana", "Hang", "Thai", "Laoo", "Khmr", "Mymr", "Tibt"))
_WEIGHTS: NDArray[np.int64] = np.array(
    [0 if not s else 1 if s == "Latn" else 6 if s in _WORD_SIGNS else 2 for s in SCRIPTS], dtype=np.int64
)

ALONE = {
    "Hang": "ko", "Kana": "ja", "Hani": "zh", "Thai": "th", "Laoo": "lo", "Khmr": "km", "Mymr": "my", "Tibt": "bo",
    "Beng": "bn", "Guru": "pa", "Gujr": "gu", "Orya": "or", "Taml": "ta", "Telu": "te", "Knda": "kn", "Mlym": "ml",
    "Sinh": "si", "Geor": "ka", "Armn": "hy", "Grek": "el", "Hebr": "he", "Thaa": "dv", "Ethi": "am",
}  # fmt: skip
"""Languages told by their script; others that share the script are rare in news or found by a letter of their own."""

_HANI, _KANA = SCRIPTS.index("Hani"), SCRIPTS.index("Kana")
# Kana make a text Japanese from this share of Han and Kana on.
_KANA_SHARE = 0.05
BUCKETS = {"Latn": 0, "Cyrl": 1, "Arab": 2, "Deva": 3, "Hani": 4, "Kana": 4, "Hang": 4, "Beng": 5}
OTHER_BUCKET = 6


@dataclass(frozen=True, slots=True)
class ScriptShare:
    """The script a text is written in, its share of the weight of all letters, and its letters."""

    script: str
    share: float
    letters: int


@cache
def table() -> NDArray[np.uint8]:
    """Return the number of the script of every UTF-16 code unit."""
    numbers = {script: number for number, script in enumerate(SCRIPTS)}
    found = np.zeros(0x10000, dtype=np.uint8)
    for code in range(0x10000):
        if chr(code).isalpha():
            found[code] = 1
    for first, last, script in _BLOCKS:
        for code in range(first, last + 1):
            if found[code]:
                found[code] = numbers[script]
    # Planes 2 and 3 are Han; elsewhere a high surrogate stands for a letter of another script or an emoji.
    found[0xD840:0xD8C0] = numbers["Hani"]
    found.flags.writeable = False
    return found


def units(text: str) -> Units:
    """Return the UTF-16 code units of a text; lone surrogates stay what they are."""
    return np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)


def counts(texts: Sequence[str], reach: int | None = None) -> Counts:
    """Return the letters of every script in the first `reach` characters of every text: a row a text, as SCRIPTS."""
    parts = [units(text[:reach]) for text in texts]
    if not parts:
        return np.zeros((0, len(SCRIPTS)), dtype=np.int64)
    owners = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    cells = owners * len(SCRIPTS) + table()[np.concatenate(parts)]
    found = np.bincount(cells, minlength=len(parts) * len(SCRIPTS)).reshape(len(parts), len(SCRIPTS))
    found[:, 0] = 0
    return found


def heaviest(letters: Counts) -> list[ScriptShare]:
    """Return the script that weighs most in every row of counts; Zyyy with share 0 where there are no letters."""
    letters = letters.copy()
    han, kana = letters[:, _HANI], letters[:, _KANA]
    # Japanese is written in both.
    japanese = (kana > 0) & (kana >= _KANA_SHARE * (han + kana))
    letters[japanese, _KANA] += letters[japanese, _HANI]
    letters[japanese, _HANI] = 0
    weights = letters * _WEIGHTS
    totals, best = weights.sum(axis=1).tolist(), weights.argmax(axis=1)
    rows = np.arange(len(letters))
    own, signs = weights[rows, best].tolist(), letters[rows, best].tolist()
    return [
        ScriptShare(SCRIPTS[script], weight / total, count) if total else ScriptShare(OTHER, 0.0, 0)
        for script, weight, total, count in zip(best.tolist(), own, totals, signs, strict=True)
    ]


def told_by_script(script: str, text: str) -> str | None:
    """Return the language the script alone decides, with the letters only one of its languages has."""
    if script == "Beng" and any(c in text for c in "ৰৱ"):
        return "as"
    if script == "Hebr" and any(c in text for c in "ײװױ"):
        return "yi"
    return ALONE.get(script)
