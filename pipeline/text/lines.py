"""Lines of a normalised text with what segmentation looks at: length, bullet, sentence end."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.text.normalise import Normalised

_BULLET = re.compile(r"[•◦▪●○■□‣\u2043·*►▶➤✓✔→»-]\s*(?=\S)|–\s+")
_END = re.compile('[.!?…:;۔؟।॥。\uff01\uff1f\uff1a\uff1b။።]"?["\')\\]»”’」』\uff09]*\\Z')
_STOP = re.compile('[.!?…۔؟।॥。\uff01\uff1f။።]"?["\')\\]»”’」』\uff09]*\\Z')
# Beyond this many characters only the beginning and the end of a line are looked at.
_LONG = 2000
_LETTER = re.compile(r"[^\W\d_]")
# A character of a dense script says as much as three letters.
_DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Line:
    """`text` is the line without its bullet, case folded; `[start, end)` are positions in the normalised text.

    `letters` is 0 in a line without any, else the characters that are no spaces among the first 2,000; a Han, Kana or
    Hangul character counts three.
    """

    text: str
    start: int
    end: int
    letters: int
    words: int
    bullet: bool
    stopped: bool
    punctuated: bool

    @property
    def paragraph(self) -> bool:
        """Whether it reads like a paragraph of an article."""
        return self.letters >= 25 and self.stopped and not self.bullet

    @property
    def headline(self) -> bool:
        """Whether it could be a headline: a few words and no full stop."""
        return 6 <= self.letters <= 220 and (not self.stopped or self.text[-1] in "?!؟") and self.words <= 40


def comparable(text: str) -> str:
    """Return a text the way words of lines are compared: case folded, all four Turkish i one letter."""
    folded = text.casefold()
    return folded if folded.isascii() else folded.replace("i\u0307", "i").replace("\u0131", "i")


def lines(normalised: Normalised) -> list[Line]:
    """Return the lines that are not empty."""
    found: list[Line] = []
    start = 0
    for part in normalised.text.split("\n"):
        left = len(part) - len(part.lstrip(" "))
        stripped = part.strip(" ")
        if stripped:
            found.append(_line(stripped, start + left))
        start += len(part) + 1
    return found


def _line(text: str, start: int) -> Line:
    bullet = _BULLET.match(text)
    shown = text[bullet.end() :] if bullet else text
    head, tail = shown[:_LONG], shown[-40:]
    spaces = head.count(" ")
    letters = len(head) - spaces + 2 * len(_DENSE.findall(head)) if _LETTER.search(head) else 0
    return Line(
        text=comparable(head),
        start=start,
        end=start + len(text),
        letters=letters,
        words=spaces + 1,
        bullet=bullet is not None,
        stopped=bool(_STOP.search(tail)),
        punctuated=bool(_END.search(tail)),
    )
