"""Text as compared: letters, vowel signs and digits alone, each in its base form. Never shown and never offset into."""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import accumulate
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.resources import knowledge_rows

Codes: TypeAlias = NDArray[np.uint32]

SENTENCE_END, LINE_END = "|", "\n"
SENTENCE_ENDS = ".!?…\n\u06d4\u061f\u0964\u0965\u3002\u1362\u2029\uff01\uff1f"
TABLE_SIZE = 0x40000
# UAX 15, Stream-Safe Text Format: no real text stacks more marks on one letter. Normalising sorts the marks of a
# letter one by one, so longer runs would cost quadratic time.
MARKS_IN_A_ROW = 30
# Every character of these ranges is a letter and its own base form; a table of them needs no look-up each.
IDEOGRAPHS = ((0x3400, 0xA000), (0xAC00, 0xD7A4), (0x20000, 0x2F800), (0x30000, TABLE_SIZE))
# Canonical combining classes of marks that are letters of their own: viramas (9), Telugu, Thai, Lao and Tibetan
# vowel signs and tones. Class 0 holds the other Indic vowel signs.
LETTER_MARKS = frozenset({0, 9, 84, 91, 103, 107, 118, 122, 129, 130, 132})
JOINING = frozenset({"Mn", "Mc", "Me", "Cf"})
VIRAMA = 9
# What a character may do when a text is brought into NFKC: change; meet another mark; be joined to one before; join.
# An entry of the look-up table has it above the folded code point.
_UNSETTLED, _COMBINES, _SECOND, _FIRST = 1 << 24, 2 << 24, 4 << 24, 8 << 24
_FOLDED = (1 << 24) - 1
_SPACE, _STOP, _LINE, _ZERO, _POINT = (np.uint32(ord(sign)) for sign in (" ", SENTENCE_END, LINE_END, "0", "."))
# Combining grapheme joiner, Mongolian and general variation selectors: marks of class 0 that change no letter.
SILENT_MARKS = frozenset({0x034F, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10)})


def fold(text: str) -> str:
    """Return the folded form of `text`; equal for spellings, spacings and punctuations of the same words."""
    return decoded(fold_codes(text))


def fold_codes(text: str) -> Codes:
    """Return the folded form of `text` as UTF-32 code points."""
    folded = _looked_up(text)[0]
    kept: Codes = folded[(folded > _POINT) & (folded != _STOP)]
    return kept


def fold_words(text: str) -> list[str]:
    """Return the folded words of `text`, and `SENTENCE_END` after each sentence.

    A word is a run of what `fold` keeps; marks and format characters inside it are left out.
    """
    return words_of(decoded(fold_spaced(text)))


def fold_spaced(text: str) -> Codes:
    """Return the folded words of `text` as code points, a space between them, `SENTENCE_END` after each sentence."""
    return fold_lines(text)[:-1]


def fold_lines(*lines: str) -> Codes:
    """Fold each of `lines` like `fold_spaced` and end it with `LINE_END`, which a folded text has nowhere else."""
    folded, ends = _looked_up(*lines)
    folded[ends] = _LINE
    points = (folded == _POINT).nonzero()[0]
    # A digit follows: a full stop there is a decimal point.
    folded[points] = np.where(folded[points + 1] - _ZERO < 10, _SPACE, _STOP)
    if not np.minimum.reduce(folded):
        folded = folded.compress(folded != 0)
    spaces = folded == _SPACE
    parted = spaces | (folded == _STOP)
    # A space beside another or beside an end says nothing.
    spaces[1:] &= parted[:-1]
    spaces[:1] = False
    # By a mask of scattered places `compress` is twice as fast as an index.
    return folded.compress(~spaces)


def words_of(spaced: str) -> list[str]:
    """Split what `fold_spaced` returned."""
    return spaced.replace(SENTENCE_END, f" {SENTENCE_END} ").split()


def _looked_up(*lines: str) -> tuple[Codes, list[int]]:
    """Fold lines letter by letter; only where that is not enough are they brought into NFKC first.

    Returns them as one, a character after each, with the places of these characters.
    """
    plain = [line if line.isascii() else line.replace("…", "...") for line in lines]
    folded = _through(_lookup(), _joined(plain))
    signs = int(np.bitwise_or.reduce(folded)) & ~_FOLDED
    if signs:
        if _is_unsettled(folded, signs):
            plain = [compatible(line) for line in plain]
            folded = _through(_lookup(), _joined(plain))
        folded &= np.uint32(_FOLDED)
    ends = accumulate(len(line) + 1 for line in plain)
    return folded, [end - 1 for end in ends]


def _joined(lines: list[str]) -> Codes:
    return encoded(LINE_END.join((*lines, "")))


def _is_unsettled(looked_up: Codes, signs: int) -> bool:
    """Say whether NFKC may change what a text is folded to: by itself, or where two of its characters meet.

    `signs` are those of all its characters.
    """
    if signs & _UNSETTLED:
        return True
    one, next_one = looked_up[:-1], looked_up[1:]
    if signs & _COMBINES and (one & next_one & np.uint32(_COMBINES)).any():
        return True
    # The second half of a pair has the bit below that of the first.
    return bool(signs & _SECOND and ((one >> np.uint32(1)) & next_one & np.uint32(_SECOND)).any())


def _through(table: Codes, codes: Codes) -> Codes:
    """Look code points up; the last entry stands for all beyond."""
    folded: Codes = table.take(codes, mode="clip")
    return folded


def compatible(text: str) -> str:
    """Return `text` in NFKC, in linear time; of a run of more than 30 combining marks the rest is left out."""
    if text.isascii():
        return text
    codes = encoded(text)
    marks: NDArray[np.bool_] = _non_starters().take(codes, mode="clip")
    if int(np.count_nonzero(marks)) > MARKS_IN_A_ROW:
        text = decoded(codes[_run_lengths(marks) <= MARKS_IN_A_ROW])
    return unicodedata.normalize("NFKC", text)


def encoded(text: str) -> Codes:
    """Return the code points of `text`, lone surrogates included."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def decoded(codes: Codes) -> str:
    """Return the text of code points."""
    return codes.tobytes().decode("utf-32-le", "surrogatepass")


def _run_lengths(marks: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Number every mark within its run from 1; other characters have 0."""
    places = np.arange(1, len(marks) + 1, dtype=np.int64)
    return places - np.maximum.accumulate(np.where(marks, 0, places))


@cache
def _table() -> Codes:
    """Map code points to folded ones, 0 for what is left out; the last entry stands for all beyond."""
    table = np.zeros(TABLE_SIZE, dtype=np.uint32)
    for start, end in IDEOGRAPHS:
        table[start:end] = np.arange(start, end, dtype=np.uint32)
    variants = _variants()
    for code in _alphabetic():
        table[code] = _base(code, variants)
    table[-1] = 0
    return table


@cache
def _combining() -> NDArray[np.bool_]:
    table = np.zeros(TABLE_SIZE, dtype=np.bool_)
    marks = [code for code in _alphabetic() if unicodedata.combining(chr(code))]
    table[marks] = True
    return table


@cache
def _non_starters() -> NDArray[np.bool_]:
    """The combining marks, and the few characters that come apart into nothing but marks."""
    table = _combining().copy()
    table[[code for code in _alphabetic() if unicodedata.combining(unicodedata.normalize("NFD", chr(code))[0])]] = True
    return table


@cache
def _word_table() -> Codes:
    """The same with a space for what stands between words and a mark for what ends a sentence.

    Marks, zero-width and direction characters and the tatweel stand inside words and are left out.
    """
    table = _table().copy()
    table[(table == 0) & ~_joining()] = ord(" ")
    table[[ord(mark) for mark in SENTENCE_ENDS]] = ord(SENTENCE_END)
    table[ord(".")] = ord(".")
    return table


@cache
def _lookup() -> Codes:
    """Map code points to folded ones, with what NFKC may do to each above them."""
    table: Codes = _word_table() | _signs()
    return table


@cache
def _signs() -> Codes:
    """Say of code points in what NFKC may change them."""
    table = _word_table()
    signs = np.zeros(TABLE_SIZE, dtype=np.uint32)
    signs[_combining()] = _COMBINES
    # Jamo compose by rule; kept marks of other classes than the virama's may change places.
    signs[0x1160:0x1200] |= _UNSETTLED
    signs[[code for code in np.flatnonzero(_combining()).tolist() if _may_move(code, table)]] |= _UNSETTLED
    composed = [code for code in _alphabetic() if unicodedata.decomposition(chr(code))]
    for code in composed:
        if _mapped(chr(code), table) != _mapped(unicodedata.normalize("NFKC", chr(code)), table):
            signs[code] |= _UNSETTLED
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and parts[0][0] != "<":
            first, second = (int(part, 16) for part in parts)
            if _mapped(chr(first) + chr(second), table) != _mapped(chr(code), table):
                _note_pair(signs, first, second)
    ends = [code for code in composed if signs[ord(unicodedata.normalize("NFKC", chr(code))[-1])] & _FIRST]
    signs[ends] |= _FIRST
    return signs


def _note_pair(signs: Codes, first: int, second: int) -> None:
    """Note what is composed; a mark joins what stands before other marks, a letter only what stands right before it."""
    if unicodedata.combining(chr(second)):
        signs[second] |= _UNSETTLED
    else:
        signs[first] |= _FIRST
        signs[second] |= _SECOND


def _may_move(code: int, table: Codes) -> bool:
    return bool(table[code]) and unicodedata.combining(chr(code)) != VIRAMA


def _mapped(text: str, table: Codes) -> list[int]:
    return [value for value in _through(table, encoded(text)).tolist() if value]


def _joining() -> NDArray[np.bool_]:
    table = np.zeros(TABLE_SIZE, dtype=np.bool_)
    codes = [code for code in _alphabetic() if unicodedata.category(chr(code)) in JOINING or chr(code) == "ـ"]
    table[codes] = True
    return table


def _alphabetic() -> list[int]:
    starts = (0, *(end for _, end in IDEOGRAPHS[:-1]))
    ends = (start for start, _ in IDEOGRAPHS)
    return [code for start, end in zip(starts, ends, strict=True) for code in range(start, end)]


@cache
def _variants() -> dict[str, str]:
    return {letter: base for base, letters, _ in knowledge_rows("fold") for letter in letters.split()}


def _base(code: int, variants: dict[str, str]) -> int:
    """Return the folded form of one code point, 0 when it is neither letter nor vowel sign nor digit."""
    character = chr(code)
    category = unicodedata.category(character)
    if category == "Nd":
        return ord(str(unicodedata.digit(character)))
    if category[0] == "M":
        return code if _is_letter_mark(code, category) else 0
    if category[0] not in "LN" or character == "ـ":
        return 0
    first = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character)[0].casefold())[0]
    return ord(variants.get(first, first)) if unicodedata.category(first)[0] in "LN" else 0


def _is_letter_mark(code: int, category: str) -> bool:
    return category != "Me" and code not in SILENT_MARKS and unicodedata.combining(chr(code)) in LETTER_MARKS
