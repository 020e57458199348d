"""Repair of UTF-8 that was read in another charset (mojibake), character by character, where it is certain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from pipeline.text.charsets import Charset, charsets, is_letter, script_of, suspicious
from pipeline.text.offsets import Edit, edit

# A word is looked at no further than this around a run.
_WORD = 60


@dataclass(frozen=True, slots=True)
class _Run:
    """Signs `[start, end)` of a text that say `said` in UTF-8, most of it in `script` (Latn where it has no letters).

    `sure`: no writer puts these signs side by side. `line` is where their line ends.
    """

    start: int
    end: int
    said: str
    script: str
    sure: bool
    line: int


CONTROLS = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xA0)}
"""What control characters stand for where cp1252 was read as Latin-1."""


def legible(text: str) -> str:
    """Return a text with its misread characters repaired."""
    while edits := repair_edits(text):
        text, _ = edit(text, edits)
    return text


def may_be_misread(text: str) -> bool:
    """Say whether a text has signs side by side that may be misread; a line without is never repaired."""
    return not text.isascii() and suspicious().search(text) is not None


def repair_edits(text: str) -> list[Edit]:
    """Return an edit for every character that was certainly misread, by the charset that explains most of them."""
    if not may_be_misread(text):
        return []
    explained, best = 0, list[Edit]()
    for charset in charsets():
        if not charset.telling.search(text):
            continue
        lines = [list(runs) for _, runs in groupby(_runs(text, charset), lambda run: run.line)]
        lines = [runs for runs in lines if any(run.sure for run in runs)]
        own = sum(len(run.said) for runs in lines for run in runs)
        if own > explained:
            explained, best = own, [one for runs in lines for one in _line_edits(text, runs, charset)]
    return best


def _line_edits(text: str, runs: list[_Run], charset: Charset) -> list[Edit]:
    edits = [one for run in _certain(text, runs, charset) for one in _run_edits(run)]
    if not edits or not any(run.sure and run.script == "Latn" for run in runs):
        return edits
    start = text.rfind("\n", 0, runs[0].start) + 1
    # The second byte of `à` is a no-break space, which many a program has made a space.
    lost = charset.spaced.finditer(text, start, runs[0].line)
    return sorted([*edits, *((match.start(), match.end(), "à") for match in lost)])


def _run_edits(run: _Run) -> Iterator[Edit]:
    start = run.start
    for char in run.said:
        end = start + _width(char)
        yield start, end, char
        start = end


def _width(char: str) -> int:
    return len(char.encode())


def _runs(text: str, charset: Charset) -> Iterator[_Run]:
    """Yield the runs that decode to something people write."""
    line = -1
    for match in charset.runs.finditer(text):
        start = match.start()
        if start >= line:
            line = text.find("\n", start)
            line = len(text) if line < 0 else line
        for written, chars in groupby(charset.decode(match[0]) or "", lambda char: script_of(char) != ""):
            said = "".join(chars)
            if written:
                yield _run(text, start, said, charset, line)
            start += _width(said)


def _run(text: str, start: int, said: str, charset: Charset, line: int) -> _Run:
    end = start + _width(said)
    scripts = Counter(map(script_of, said))
    signs = scripts.pop("sign", 0)
    script = max(sorted(scripts), key=scripts.__getitem__) if scripts else "Latn"
    if script == "Latn":
        sure = _is_odd_latin(text, start, said, charset)
    else:
        sure = len(said) - signs >= 2 and _is_odd(text[start:end], charset)
    # Misread twice.
    sure = sure or (len(said) > 1 and bool(repair_edits(said)))
    return _Run(start, end, said, script, sure, line)


def _is_odd(shown: str, charset: Charset) -> bool:
    """Whether signs are no word: symbols in it, capitals behind small letters, or letters of two alphabets."""
    if not charset.odd.isdisjoint(shown):
        return True
    letters = [c for c in shown if is_letter(c)]
    return any(a.islower() and b.isupper() for a, b in pairwise(letters)) or len(set(map(_alphabet, letters))) > 1


def _alphabet(char: str) -> str:
    """Return L, G, C or A for a Latin, Greek, Cyrillic or Arabic letter."""
    code = ord(char)
    return "L" if code < 0x250 else "G" if code < 0x400 else "C" if code < 0x530 else "A"


def _is_odd_latin(text: str, start: int, said: str, charset: Charset) -> bool:
    """Whether one character at least is no end of a word with a sign behind it."""
    before = text[start - 1 : start]
    for char in said:
        end = start + _width(char)
        shown, after = text[start:end], text[end : end + 1]
        if before.islower() and shown[0].isupper() and not is_letter(shown[-1]):
            return True
        # In capitals a word may end in such a letter and bear a sign: É®, Å².
        marked = before.isupper() and len(shown) == 2 and shown[1] in "™®©°¹²³§"
        if not marked and _is_odd(shown, charset):
            return True
        if after.islower() and shown[-1] in "«»“„\u203a™" and not before.isupper():
            return True
        before, start = shown[-1], end
    return False


def _certain(text: str, runs: list[_Run], charset: Charset) -> Iterator[_Run]:
    """Yield the runs of a line to repair: the sure ones, and with them what is likely in the same script."""
    whole: list[_Run] = []
    spoilt: set[str] = set()
    for word in _words(text, runs):
        if _is_whole(text, word, charset):
            whole += word
        else:
            spoilt.update(run.script for run in word)
    # One lost character of another script says that more of the line is lost; it is better left as it came.
    if spoilt - {"Latn"}:
        return
    scripts = {run.script for run in whole if run.sure}
    for run in whole:
        if run.script in scripts or (scripts and not any(map(str.isalpha, run.said))):
            yield run


def _words(text: str, runs: list[_Run]) -> Iterator[list[_Run]]:
    """Put runs together that stand in one word."""
    word: list[_Run] = []
    for run in runs:
        gap = text[word[-1].end : run.start] if word and run.start - word[-1].end <= _WORD else " "
        if word and any(map(str.isspace, gap)):
            yield word
            word = []
        word.append(run)
    if word:
        yield word


def _is_whole(text: str, word: list[_Run], charset: Charset) -> bool:
    """Whether nothing of a word's misread characters is lost; the last of a text that was cut off may be."""
    first, last = word[0].start, word[-1].end
    before = text[max(first - _WORD, 0) : first].rsplit(None, 1)
    after = text[last : last + _WORD].split(None, 1)
    head = before[-1] if before and not text[first - 1].isspace() else ""
    tail = after[0] if after and not text[last].isspace() else ""
    if _is_cut(text, last, tail, charset):
        tail = ""
    if charset.spaced.match(text, last + len(tail) - 1):
        tail = tail[:-1]
    gaps = [text[a.end : b.start] for a, b in pairwise(word)]
    return not any(c in charset.rests for part in (head, tail, *gaps) for c in part)


def _is_cut(text: str, position: int, tail: str, charset: Charset) -> bool:
    rest = tail.rstrip(".…")
    ends = len(rest) < len(tail) and tail[len(rest) :] in ("...", "…", "....")
    return len(rest) <= 3 and set(rest) <= charset.rests and (ends or position + len(tail) == len(text))
