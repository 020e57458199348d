"""Charsets that UTF-8 is mistaken for, and the signs its characters then show as."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache, lru_cache

# In order of how often it happens.
_NAMES = ("cp1252", "cp1251", "cp1256", "mac_roman", "cp1250", "cp1254", "cp437")
# Signs that may follow a word in real text; all others right after one of the leading letters are odd.
PLAIN = frozenset("«»\u2039\u203a‘’\u201a“”„…–—\xa0·،؛؟ªº\u200c\u200d\u200e\u200f")
# Beginnings of runs of code points, and what a character from there on is: a script, `sign`, or nothing anyone writes.
_RUNS = (
    (0x0000, ""), (0x0080, "sign"), (0x00C0, "Latn"), (0x0180, ""), (0x018F, "Latn"), (0x0190, ""), (0x0192, "Latn"),
    (0x0193, ""), (0x01A0, "Latn"), (0x01A2, ""), (0x01AF, "Latn"), (0x01B1, ""), (0x01CD, "Latn"), (0x01DD, ""),
    (0x01E6, "Latn"), (0x01E8, ""), (0x0218, "Latn"), (0x021C, ""), (0x0259, "Latn"), (0x025A, ""), (0x02BC, "sign"),
    (0x02E0, ""), (0x0300, "sign"), (0x0370, "Grek"), (0x0400, "Cyrl"), (0x0460, ""), (0x0490, "Cyrl"),
    (0x0530, "Armn"), (0x0590, "Hebr"), (0x0600, "Arab"), (0x0700, ""), (0x0750, "Arab"), (0x0780, ""),
    (0x0900, "Deva"), (0x0964, "sign"), (0x0966, "Deva"), (0x0980, "Beng"), (0x0A00, "Guru"), (0x0A80, "Gujr"),
    (0x0B00, "Orya"), (0x0B80, "Taml"), (0x0C00, "Telu"), (0x0C80, "Knda"), (0x0D00, "Mlym"), (0x0D80, "Sinh"),
    (0x0E00, "Thai"), (0x0E80, "Laoo"), (0x0F00, "Tibt"), (0x1000, "Mymr"), (0x10A0, "Geor"), (0x1100, "Hani"),
    (0x1200, "Ethi"), (0x13A0, ""), (0x1780, "Khmr"), (0x1800, ""), (0x1E00, "Latn"), (0x1F00, "Grek"),
    (0x2000, "sign"), (0x2150, ""), (0x2190, "sign"), (0x2400, ""), (0x25A0, "sign"), (0x2800, ""), (0x2900, "sign"),
    (0x2C00, ""), (0x2E80, "Hani"), (0x3000, "sign"), (0x3040, "Hani"), (0x3200, "sign"), (0x3400, "Hani"),
    (0xA000, ""), (0xAC00, "Hani"), (0xD7B0, ""), (0xFB1D, "Hebr"), (0xFB50, "Arab"), (0xFE00, "sign"),
    (0xFE70, "Arab"), (0xFEFF, "sign"), (0xFFF0, ""), (0x1F000, "sign"), (0x1FB00, ""), (0x20000, "Hani"),
    (0x30000, ""),
)  # fmt: skip
_STARTS = [start for start, _ in _RUNS]


@dataclass(frozen=True, slots=True)
class Charset:
    """One charset: the byte behind every sign above ASCII, and runs of signs that are the bytes of UTF-8 characters.

    A character begins with one sign (its lead) and goes on with one to three others (its trails). `runs` finds whole
    characters, `telling` something in every text that was surely misread; `odd` are the trails that are no letters and
    not `PLAIN`, `rests` the signs that alone are what is left of a character; `broken` finds a lead before what may
    have been put for its trail, `spaced` an `à` whose trail, a no-break space, has become a space.
    """

    name: str
    to_bytes: dict[int, int]
    odd: frozenset[str]
    rests: frozenset[str]
    telling: re.Pattern[str]
    runs: re.Pattern[str]
    broken: re.Pattern[str]
    spaced: re.Pattern[str]

    def decode(self, run: str) -> str | None:
        """Return what a run of signs says as UTF-8, None where that says nothing."""
        try:
            return run.translate(self.to_bytes).encode("latin-1").decode("utf-8")
        except UnicodeError:
            return None


@cache
def suspicious() -> re.Pattern[str]:
    """Return what finds, in every misread text, two signs side by side; in many others, too."""
    sides = ["".join(_class(_signs(name), *span) for name in _NAMES) for span in ((0xC2, 0xF4), (0x80, 0xBF))]
    return re.compile(f"[{sides[0]}][{sides[1]}\x80-\x9f]")


@cache
def charsets() -> tuple[Charset, ...]:
    """Return the charsets, the commonest first."""
    return tuple(map(_charset, _NAMES))


def _charset(name: str) -> Charset:
    signs = _signs(name)
    two, three, four = (_class(signs, *span) for span in ((0xC2, 0xDF), (0xE0, 0xEF), (0xF0, 0xF4)))
    # Latin-1 and readers that are not strict show bytes without a sign in the charset as control characters.
    controls = frozenset(map(chr, range(0x80, 0xA0))) if name.startswith("cp12") else frozenset[str]()
    leads = frozenset(signs[byte] for byte in range(0xC2, 0xF5))
    trails = frozenset(signs[byte] for byte in range(0x80, 0xC0)) | controls
    odd = frozenset(c for c in trails - PLAIN if not is_letter(c))
    trail = "".join(sorted(map(re.escape, trails)))
    lead = two + three + four
    symbols = "".join(sorted(map(re.escape, odd)))
    unit = f"[{two}][{trail}]|[{three}][{trail}]{{2}}|[{four}][{trail}]{{3}}"
    return Charset(
        name=name,
        to_bytes={**{ord(c): ord(c) for c in controls}, **{ord(c): byte for byte, c in signs.items()}},
        odd=odd,
        rests=(leads | odd | {"\ufffd"}) - PLAIN,
        telling=re.compile(_telling(lead, trail, symbols, cased=signs[0xD9] != "ظ")),
        runs=re.compile(f"(?:{unit})+"),
        # Quotation marks have one form where this is looked for.
        broken=re.compile(f"[{lead}](?:[{symbols}\ufffd]|[?\"'](?=[{lead}{symbols}]))"),
        spaced=re.compile(f"{re.escape(signs[0xC3])}(?: (?= )|(?= ))"),
    )


def _telling(lead: str, trail: str, symbols: str, *, cased: bool) -> str:
    """Return a pattern that begins with one class, which is searched for fastest."""
    if cased:
        return f"[{lead}](?:[{symbols}]|[{trail}](?:[{symbols}{trail}]|[{lead}][{trail}]|(?=[a-z])|(?<=[a-z]..)))"
    # Without capitals only signs and letters of the Latin alphabet tell anything.
    return f"[{lead}][{trail}]?[{symbols}a-\u024f]"


def _signs(name: str) -> dict[int, str]:
    return {byte: bytes([byte]).decode(name, "ignore") or chr(byte) for byte in range(0x80, 0x100)}


def _class(signs: dict[int, str], first: int, last: int) -> str:
    return "".join(re.escape(signs[byte]) for byte in range(first, last + 1))


def is_letter(char: str) -> bool:
    """Say whether a character is a letter or a mark; an accent that stands alone is none."""
    category = unicodedata.category(char)
    return category[0] in "LM" and category != "Lm"


@lru_cache(4096)
def script_of(char: str) -> str:
    """Return the script of a repaired character, `sign` for punctuation and symbols, nothing for what is not used."""
    return _RUNS[bisect_right(_STARTS, ord(char)) - 1][1]
