"""Text for matching, with a map back to the article as received that is exact for every span."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pipeline.resources import ResourceError, language_toml, languages
from pipeline.text.characters import DIGITS, JOINING, MARK, UNSTABLE, expand, ranges
from pipeline.text.markup import has_markup, markup_edits
from pipeline.text.offsets import Edit, Layer, edit
from pipeline.text.repair import CONTROLS, repair_edits

# Controls that are no white space, soft hyphen, joiners, zero-width spaces, direction marks, BOM, variation selectors,
# tags: invisible, and in or out of a word by accident.
_INVISIBLE = [
    "0000-0008", "000E-001B", "007F-0084", "0086-009F", "00AD", "034F", "061C", "115F-1160", "17B4-17B5", "180B-180F",
    "200B-200F", "202A-202E", "2060-206F", "3164", "FE00-FE0F", "FEFF", "FFA0", "FFF9-FFFB", "E0000-E01EF",
]  # fmt: skip
# Ligatures and positional forms that stand for letters.
_PRESENTATION = re.compile("[\ufb00-\ufb06\ufb13-\ufb17\ufb50-\ufbb1\ufbd3-\ufdfb\ufe70-\ufefc\uff01-\uff5e]")
_SPACE = re.compile(r"[^\S ]\s*| \s+")
_LINE = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# No writing system stacks more (UAX 15, stream-safe text); composing longer runs takes quadratic time.
_STACK = 30
_LONG_STACK = re.compile(f"[{JOINING}]{{{_STACK + 1},}}")
# So long a run holds two neighbours of every fifteenth character; where there are none, there is no such run.
_EVERY = _STACK // 2
_NEIGHBOURS = re.compile(f"[{JOINING}]{{2}}")
_CLUSTER = re.compile(f"[^{JOINING}]?[{JOINING}]+|[{UNSTABLE}]")
_CONTROL = re.compile("[\x80-\x9f]")
_ROUNDS = 4
# Written texts have fewer different characters among so many, and fewer folded ones; in others each is looked up.
_SAMPLE, _MANY, _FEW = 4096, 1500, 64


@dataclass(frozen=True, slots=True)
class Normalised:
    """A normalised text; `offset` is where in the article as received the piece it was made from begins."""

    text: str
    offset: int
    layers: tuple[Layer, ...]

    def span(self, i: int, j: int) -> tuple[int, int]:
        """Return what `text[i:j]` stands for in the article as received, whole graphemes, entities and tags."""
        if j <= i:
            for layer in reversed(self.layers):
                i = layer.start(i)
            return self.offset + i, self.offset + i
        for layer in reversed(self.layers):
            i, j = layer.start(i), layer.end(j)
        return self.offset + i, self.offset + j

    def index(self, received_offset: int) -> int:
        """Return the position in `text` of a character of the article as received (or the next one that is left)."""
        i = max(received_offset - self.offset, 0)
        for layer in self.layers:
            i = layer.index(i)
        return min(i, len(self.text))


@dataclass(frozen=True, slots=True)
class _Rules:
    drop: re.Pattern[str]
    kept_marks: frozenset[str]
    kept_after: frozenset[str]
    fold: dict[int, str]
    rewrite: dict[str, str]
    sequence: re.Pattern[str] | None


def normalise(received: str, start: int = 0, end: int | None = None) -> Normalised:
    """Normalise `received[start:end]`: NFC, one form a letter, ASCII digits and quotes, no markup, single spaces."""
    text = received[start:end]
    layers: list[Layer] = []
    rules = _rules()
    for _ in range(_ROUNDS):
        before = len(layers)
        text = _round(text, rules, layers)
        if _settled(text, rules, edited=len(layers) > before):
            break
    else:
        # Markup encoded more often than anyone does by accident; without its signs it is text.
        text = text.replace("<", "·").replace("&", "·").replace("]]>", "]]·")
    text = _apply(text, _space_edits(text), layers)
    return Normalised(text, start, tuple(layers))


def _round(text: str, rules: _Rules, layers: list[Layer]) -> str:
    if "<" in text or "&" in text or "]]>" in text:
        text = _apply(text, markup_edits(text), layers)
    if not text.isascii():
        text = _repaired(text, layers)
        text = _apply(text, ((m.start(), m.end(), _plain(m[0])) for m in _PRESENTATION.finditer(text)), layers)
    text = _apply(text, _drop_edits(text, rules), layers)
    if _NEIGHBOURS.search(text[::_EVERY]):
        text = _apply(text, ((m.start() + _STACK, m.end(), "") for m in _LONG_STACK.finditer(text)), layers)
    if not unicodedata.is_normalized("NFC", text):
        text = _apply(text, _compose_edits(text), layers)
    text = _folded(text, rules.fold)
    if rules.sequence:
        edits = ((m.start(), m.end(), rules.rewrite[m[0]]) for m in rules.sequence.finditer(text))
        text = _apply(text, edits, layers)
    return text


def _repaired(text: str, layers: list[Layer]) -> str:
    """Repair misread UTF-8, then show control characters as the signs that cp1252 has in their place."""
    while edits := repair_edits(text):
        text = _apply(text, iter(edits), layers)
    return text.translate(CONTROLS) if _CONTROL.search(text) else text


def _folded(text: str, fold: dict[int, str]) -> str:
    """Replace letter for letter: replacing the few that occur is faster than looking every letter up."""
    if len(set(text[:_SAMPLE])) > _MANY:
        return text.translate(fold)
    occurring = fold.keys() & set(map(ord, set(text)))
    if len(occurring) > _FEW:
        return text.translate(fold)
    for code in occurring:
        text = text.replace(chr(code), fold[code])
    return text


def _settled(text: str, rules: _Rules, *, edited: bool) -> bool:
    if next(_drop_edits(text, rules), None) or has_markup(text) or (edited and repair_edits(text)):
        return False
    if not unicodedata.is_normalized("NFC", text):
        return False
    return not rules.sequence or not rules.sequence.search(text)


def _apply(text: str, edits: Iterator[Edit], layers: list[Layer]) -> str:
    text, layer = edit(text, edits)
    if layer:
        layers.append(layer)
    return text


def _plain(char: str) -> str:
    return unicodedata.normalize("NFKC", char)


def _space_edits(text: str) -> Iterator[Edit]:
    """White space is one space, or one new line where the run has one."""
    for match in _SPACE.finditer(text):
        run = match[0]
        new = "\n" if _LINE.search(run) else " "
        if run != new:
            yield match.start(), match.end(), new


_IS_MARK = re.compile(f"[{MARK}]")


def _drop_edits(text: str, rules: _Rules) -> Iterator[Edit]:
    """Drop runs; a mark goes with the letter it sits on, so that a span of the letter covers it."""
    done = 0
    for match in rules.drop.finditer(text):
        start, end = match.span()
        kept = _kept_mark(match, rules) if start and text[start - 1] in rules.kept_after else None
        if kept == start:
            start += 1
        if start == end:
            continue
        if kept is not None and kept > start:
            yield start - 1, end, text[start - 1] + text[kept]
        elif start > done and _IS_MARK.match(text, start):
            yield start - 1, end, text[start - 1]
        else:
            yield start, end, ""
        done = end


def _kept_mark(match: re.Match[str], rules: _Rules) -> int | None:
    """Return where in a run of dropped characters the first mark is that makes another letter of the one before."""
    return next((match.start() + i for i, char in enumerate(match[0][:_STACK]) if char in rules.kept_marks), None)


def _compose_edits(text: str) -> Iterator[Edit]:
    for match in _CLUSTER.finditer(text):
        new = unicodedata.normalize("NFC", match[0])
        if new != match[0]:
            yield match.start(), match.end(), new


@cache
def _rules() -> _Rules:
    """Merge the normalise.toml of all languages; they may not contradict each other."""
    drop = set(expand(_INVISIBLE))
    fold: dict[int, str] = {**DIGITS, **dict.fromkeys(range(0xD800, 0xE000), "\ufffd")}
    rewrite: dict[str, str] = {}
    marks, letters = set[int](), ""
    for code in languages():
        table = language_toml(code, "normalise")
        drop.update(expand(table.get("drop", ())))
        for old, new in table.get("fold", {}).items():
            if len(old) != 1 or len(new) != 1 or fold.setdefault(ord(old), new) != new:
                raise ResourceError(f"lang/{code}/normalise.toml: fold {old!r} is not one character or has two values")
        for old, new in table.get("rewrite", {}).items():
            if rewrite.setdefault(old, new) != new:
                raise ResourceError(f"lang/{code}/normalise.toml: rewrite {old!r} has two values")
        keep = table.get("keep", {})
        marks.update(expand(keep.get("marks", ())))
        letters += keep.get("after", "")
    if chained := sorted(new for new in fold.values() if ord(new) in fold):
        raise ResourceError(f"normalise.toml: folding to {chained[0]!r}, which is folded itself, depends on order")
    sequence = re.compile("|".join(map(re.escape, sorted(rewrite, key=lambda s: (-len(s), s))))) if rewrite else None
    return _Rules(
        drop=re.compile(f"[{ranges(drop | marks)}]+"),
        kept_marks=frozenset(map(chr, marks)),
        kept_after=frozenset(letters),
        fold=fold,
        rewrite=rewrite,
        sequence=sequence,
    )
