"""What a received text shows and the folded words of its body do not: agency and dateline, dots at a cut, stops."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipeline.lazy import lazy
from pipeline.resources import knowledge_toml
from pipeline.text.body import body_as_received
from pipeline.text.fold import LINE_END, SENTENCE_END, decoded, fold, fold_lines, fold_words
from pipeline.text.folded import dateline
from pipeline.text.repair import legible, may_be_misread
from pipeline.text.sentences import sentences
from schemas.article import Article

PLACE_WORDS, AGENCY_WORDS = 4, 6
# As far as an agency is looked for: `PLACE (Agency) - `, or the brackets alone.
_AGENCY = re.compile(
    r"\s{0,9}(?P<place>[^()\uff08\uff09\n.!?\u06d4\u0964\u3002]{0,40})"
    r"[(\uff08](?P<agency>[^()\uff08\uff09\n]{1,60})[)\uff09]\s?[.:\uff1a]?\s?[-\u2013\u2014]{0,2}"
)
# Characters in which the bracket of an agency stands, also where each of them was two; those of the dots of a cut.
_BEGINNING, _END = 120, 80
_BRACKET = re.compile("[(\uff08]")
_CUT = ("...", "\u2026", "...]", "\u2026]", "...)", "\u2026)")
# Signs at the end of a sentence, unlike the end of a line in a list.
_STOPPED = re.compile(r"[.!?\u06d4\u061f\u0964\u0965\u3002\uff01\uff1f]\W{0,3}\Z")


@dataclass(frozen=True)
class Edges:
    """The body of an article as received, and the dateline before it."""

    received: str = ""
    dateline: str = ""

    @lazy
    def body(self) -> str:
        """The body with what was misread repaired, which takes longer than most questions about it."""
        return legible(self.received)

    @property
    def end(self) -> str:
        """The last lines of the body."""
        lines = self.received[self.received.rfind("\n", 0, -_END) + 1 :]
        return self.body if may_be_misread(lines) else lines

    @lazy
    def agency(self) -> str:
        """The folded letters of what looks like the agency at the beginning of the body; nothing without one."""
        beginning = self.received[:_BEGINNING]
        if not _BRACKET.search(beginning) and not may_be_misread(beginning):
            return ""
        found = _AGENCY.match(self.body)
        if not found or len(found["place"].split()) > PLACE_WORDS or len(found["agency"].split()) > AGENCY_WORDS:
            return ""
        return "" if _denies(found[0]) else fold(found[0])

    @lazy
    def denies(self) -> bool:
        """Whether the dateline denies something, and so is more than a dateline."""
        return _denies(self.dateline)

    @property
    def cut(self) -> bool:
        """Whether the text ends in dots."""
        return self.end[-_END:].rstrip().endswith(_CUT)

    @lazy
    def stopped(self) -> frozenset[str]:
        """The folded letters of every sentence that ends in a stop."""
        found = (self.body[start:end] for start, end in sentences(self.body))
        folded = decoded(fold_lines("", *(sentence for sentence in found if _STOPPED.search(sentence[-4:]))))
        return frozenset(folded.replace(" ", "").replace(SENTENCE_END, "").split(LINE_END)[1:-1])


def edges(article: Article) -> Edges:
    """Return what the received text of an article shows."""
    return Edges(body_as_received(article.segments, article.received), dateline(article.segments, article.received))


def _denies(text: str) -> bool:
    """Whether a `not` is in it."""
    folded = fold_words(text)
    letters = "".join(folded)
    return not _denials("words").isdisjoint(folded) or any(sign in letters for sign in _denials("signs"))


@cache
def _denials(name: str) -> frozenset[str]:
    return frozenset(fold(str(word)) for word in knowledge_toml("denials")[name])
