"""Cues that tell what a line of a page is: words from the segment.toml of every language, taken together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from ahocorasick_rs import AhoCorasick

from pipeline.resources import language_toml, languages
from pipeline.text.lines import Line
from pipeline.text.normalise import normalise
from schemas.article import SegmentKind

CueKind = Literal["share", "keywords", "source_line", "related", "read_also", "byline", "caption"]
"""Kinds told by how a line begins."""
PhraseKind = Literal["consent", "block_page", "boilerplate"]
"""Kinds told by a phrase anywhere in a short line."""

_CUE_KINDS: tuple[CueKind, ...] = get_args(CueKind)
_PHRASE_KINDS: tuple[PhraseKind, ...] = get_args(PhraseKind)
_HEAD = re.compile(r"[:\uff1a|]|\s[-–—]+\s")
_EDGES = " \t.:\uff1a|-–—_<>«»\"'*#()[]!؟?…\u203a\u2039→,،。"
# No cue is longer than this, and no line that is one is longer than that.
_LONGEST_CUE = 48
_LONGEST_LINE = {"share": 120, "related": 200, "read_also": 260, "byline": 160, "caption": 300, "source_line": 160}
_LONGEST_PHRASE_LINE = 320


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue with the rest of its line: `alone` when there is none."""

    kind: SegmentKind
    alone: bool


def folded(words: str) -> str:
    """Return words the way lines are compared: normalised, case folded, without punctuation around them."""
    return normalise(words).text.casefold().strip(_EDGES)


@cache
def cue_words(key: str) -> frozenset[str]:
    """Return the words all languages list under a key of segment.toml."""
    return frozenset(folded(word) for code in languages() for word in language_toml(code, "segment").get(key, ()))


@cache
def _heads() -> dict[str, CueKind]:
    heads: dict[str, CueKind] = {}
    for kind in _CUE_KINDS:
        for word in sorted(cue_words(kind)):
            heads.setdefault(word, kind)
    return heads


@cache
def _phrases() -> tuple[AhoCorasick, tuple[PhraseKind, ...]]:
    """Return the phrases of all kinds, in the order of the kinds, and the kind of each."""
    found = [(word, kind) for kind in _PHRASE_KINDS for word in sorted(cue_words(kind))]
    return AhoCorasick([word for word, _ in found]), tuple(kind for _, kind in found)


def _phrase_kind(text: str) -> PhraseKind | None:
    """Return the first kind of which a text has a phrase."""
    phrases, kinds = _phrases()
    first = min((number for number, _, _ in phrases.find_matches_as_indexes(text, overlapping=True)), default=None)
    return None if first is None else kinds[first]


@cache
def _caption_starts() -> tuple[str, ...]:
    return tuple(sorted(cue_words("caption_start")))


def cue(line: Line) -> Cue | None:
    """Return the cue a line is or begins with."""
    length = line.end - line.start
    if length <= _LONGEST_LINE["caption"] and line.text.startswith(_caption_starts()):
        return Cue("caption", alone=False)
    if length <= _LONGEST_PHRASE_LINE:
        phrase_kind = _phrase_kind(line.text)
        if phrase_kind is not None:
            return Cue(phrase_kind, alone=True)
    return _head_cue(line, length)


def _head_cue(line: Line, length: int) -> Cue | None:
    heads = _heads()
    text = line.text
    if length <= _LONGEST_CUE and (kind := heads.get(text.strip(_EDGES))):
        # A bare word such as "Read" or "More" is a cue; a bare "By" or "Photo" is nothing.
        return Cue(kind, alone=True)
    match = _HEAD.search(text, 0, _LONGEST_CUE)
    if match and (kind := heads.get(text[: match.start()].strip(_EDGES))):
        rest = text[match.end() :].strip(_EDGES)
        return Cue(kind, alone=not rest) if _fits(kind, line, length) else None
    return _byline(line, length)


def _fits(kind: CueKind, line: Line, length: int) -> bool:
    """Whether a line is short enough, and not a sentence, for what it begins with."""
    if length > _LONGEST_LINE.get(kind, 600):
        return False
    return not (kind in ("related", "share") and line.stopped and line.words > 12)


_BY = re.compile(r"(?:by|von|par|por|oleh|di)\s+")


def _byline(line: Line, length: int) -> Cue | None:
    """`By Jane Doe` without a colon: few words and no full stop."""
    if length <= 70 and line.words <= 7 and not line.stopped and _BY.match(line.text):
        return Cue("byline", alone=False)
    return None
