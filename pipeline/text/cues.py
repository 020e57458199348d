"""Cues that tell what a line of a page is: words from the segment.toml of every language, taken together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from ahocorasick_rs import AhoCorasick

from pipeline.resources import language_toml, languages
from pipeline.text.lines import Line, comparable
from pipeline.text.normalise import normalise
from schemas.article import SegmentKind

CueKind = Literal["share", "keywords", "source_line", "read_also", "related", "byline", "caption"]
"""Kinds told by how a line begins."""
PhraseKind = Literal["consent", "block_page", "boilerplate"]
"""Kinds told by phrases that are a good part of a short line."""

_CUE_KINDS: tuple[CueKind, ...] = get_args(CueKind)
_PHRASE_KINDS: tuple[PhraseKind, ...] = get_args(PhraseKind)
_HEAD = re.compile(r"[:\uff1a|]|\s[-–—]+\s|-\s")
_EDGES = " \t.:\uff1a|-–—_<>«»\"'*#()[]!؟?…\u203a\u2039→,،。"
_WORDS = re.compile(r"[^\s.,:|/،•·()]+")
_GLUED = re.compile(r"[.!?؟۔।。\uff01\uff1f][\s\"')]{0,3}([^.!?؟۔।。\uff01\uff1f:\uff1a\n]{2,40})[:\uff1a]")
_GLUED_KINDS = frozenset({"source_line", "byline", "keywords", "read_also", "share"})
# What is glued is no longer than this, and there is so much before it.
_LONGEST_GLUED, _LEAST_BEFORE = 120, 100
_BRACKET = re.compile(r"[(\[]([^()\[\]]{2,60})[)\]][.\s]*\Z")
# No cue is longer than this, and no line that is one is longer than that.
_LONGEST_CUE = 48
_LONGEST_LINE = {"share": 120, "related": 200, "read_also": 260, "byline": 160, "caption": 300, "source_line": 160}
_LONGEST_PHRASE_LINE = {"consent": 320, "block_page": 160, "boilerplate": 320}
# The part of a line that phrases are at least; one so long needs no more.
_PART = {"consent": 0.05, "block_page": 0.35, "boilerplate": 0.2}
_LONG_PHRASE = 24
# A phrase shorter than this is one only as a whole line; a Han or Kana character counts three.
_SHORT_PHRASE = 12
_DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_MOST_SHARE_WORDS = 8


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue with the rest of its line: `alone` when there is none."""

    kind: SegmentKind
    alone: bool


def folded(words: str) -> str:
    """Return words the way lines are compared: normalised, case folded, without punctuation around them."""
    return comparable(normalise(words).text).strip(_EDGES)


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


def _weight(phrase: str) -> int:
    return len(phrase) + 2 * len(_DENSE.findall(phrase))


@cache
def _phrases() -> tuple[AhoCorasick, tuple[tuple[str, PhraseKind], ...]]:
    """Return the phrases that are told inside a line, in the order of the kinds, and the kind of each."""
    found = [
        (word, kind) for kind in _PHRASE_KINDS for word in sorted(cue_words(kind)) if _weight(word) >= _SHORT_PHRASE
    ]
    return AhoCorasick([word for word, _ in found]), tuple(found)


@cache
def _whole_lines() -> dict[str, PhraseKind]:
    return {word: kind for kind in reversed(_PHRASE_KINDS) for word in sorted(cue_words(kind))}


def _phrase_kind(line: Line, length: int) -> PhraseKind | None:
    """Return the first kind whose phrases are enough of a line."""
    if length <= _LONGEST_CUE and (kind := _whole_lines().get(line.text.strip(_EDGES))):
        return kind
    phrases, known = _phrases()
    matches = phrases.find_matches_as_indexes(line.text, overlapping=True)
    if not matches:
        return None
    covered = dict.fromkeys(_PHRASE_KINDS, 0)
    longest = dict.fromkeys(_PHRASE_KINDS, 0)
    done = dict.fromkeys(_PHRASE_KINDS, -1)
    for number, start, end in matches:
        word, kind = known[number]
        if not _bounded(line.text, start, end):
            continue
        covered[kind] += max(end - max(start, done[kind]), 0)
        done[kind] = max(end, done[kind])
        longest[kind] = max(longest[kind], _weight(word))
    for kind in _PHRASE_KINDS:
        enough = covered[kind] >= _PART[kind] * length or longest[kind] >= _LONG_PHRASE
        if covered[kind] and enough and length <= _LONGEST_PHRASE_LINE[kind]:
            return kind
    return None


def _bounded(text: str, start: int, end: int) -> bool:
    """Whether a phrase is no part of a longer word; several words may have an ending, and Chinese has no bounds."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if _DENSE.match(text, start):
        return True
    return not before.isalpha() and (" " in text[start:end] or not after.isalpha())


@cache
def _caption_starts() -> tuple[str, ...]:
    return tuple(sorted(cue_words("caption_start")))


def cue(line: Line) -> Cue | None:
    """Return the cue a line is or begins with."""
    length = line.end - line.start
    if length <= _LONGEST_LINE["caption"] and _is_caption(line, length):
        return Cue("caption", alone=False)
    if length <= max(_LONGEST_PHRASE_LINE.values()):
        phrase_kind = _phrase_kind(line, length)
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
        if not _fits(kind, line, length):
            return None
        # `Related: a headline` is a link, no heading of a list.
        return Cue("read_also" if kind == "related" and rest else kind, alone=not rest)
    if _is_sharing(line, length):
        return Cue("share", alone=True)
    return _byline(line, length)


def glued_cue(text: str, start: int, end: int) -> tuple[CueKind, int] | None:
    """Return what stands behind the last sentences of `text[start:end]` without a new line, and where: `Source: X`."""
    reach = max(start + _LEAST_BEFORE, end - _LONGEST_GLUED)
    for match in _GLUED.finditer(text, reach, end):
        kind = _heads().get(comparable(match[1]).strip(_EDGES))
        if kind in _GLUED_KINDS:
            return kind, match.start(1)
    return None


def _fits(kind: CueKind, line: Line, length: int) -> bool:
    """Whether a line is short enough, and not a sentence, for what it begins with."""
    if length > _LONGEST_LINE.get(kind, 600):
        return False
    return not (kind in ("related", "share") and line.stopped and line.words > 12)


def _is_sharing(line: Line, length: int) -> bool:
    """Names of networks and words about sharing, nothing else."""
    if length > _LONGEST_LINE["share"] or line.words > _MOST_SHARE_WORDS:
        return False
    words = _WORDS.findall(line.text)
    known = cue_words("share_words")
    return bool(words) and all(word in known for word in words) and not cue_words("networks").isdisjoint(words)


@cache
def _picture_words() -> tuple[str, ...]:
    return tuple(f"{word} " for word in sorted(cue_words("caption")) if " " in word)


def _is_caption(line: Line, length: int) -> bool:
    """A label, whatever follows; words such as `File photo` before what is no sentence; a credit at the end."""
    if line.text.startswith(_caption_starts()):
        return True
    return (not line.stopped and line.text.startswith(_picture_words())) or _is_credited(line, length)


def _is_credited(line: Line, length: int) -> bool:
    """A few words that end in brackets with a credit: `(Photo: AFP)`."""
    match = _BRACKET.search(line.text, max(len(line.text) - 64, 0)) if length <= _LONGEST_LINE["byline"] else None
    if not match:
        return False
    inside = match[1].strip(_EDGES)
    head = _HEAD.search(match[1])
    return inside in cue_words("caption") or bool(
        head and match[1][: head.start()].strip(_EDGES) in cue_words("caption")
    )


@cache
def _by() -> tuple[str, ...]:
    return tuple(f"{word} " for word in sorted(cue_words("by"), key=lambda word: (-len(word), word)))


def _byline(line: Line, length: int) -> Cue | None:
    """`By Jane Doe` without a colon: few words and no full stop; more words where it says who did what."""
    text = line.text.lstrip("(")
    if line.stopped or length > _LONGEST_LINE["byline"]:
        return None
    by = next((word for word in _by() if text.startswith(word)), None)
    if by and ((length <= 70 and line.words <= 7) or by.count(" ") > 1):
        return Cue("byline", alone=False)
    return None
