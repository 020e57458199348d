"""The languages of an article: of every piece, their shares by letters, and the one of its own text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.language.detect import UNDETERMINED, Backend, Detected
from pipeline.language.script import counts
from pipeline.text.repair import legible
from pipeline.text.segment import Piece
from schemas.article import Segment, Share

_SENTENCE_END = re.compile(r"[.!?…۔؟।॥。\uff01\uff1f\n]+")
# A sentence shorter or less sure than this is in the language of its piece, and so is one that contradicts it
# without being long and sure.
_LETTERS, _CONFIDENCE = 12, 0.5
_OTHER_LETTERS, _OTHER_CONFIDENCE = 30, 0.9
# A piece less sure than this is in the article's language if that is written in its script.
_PIECE_CONFIDENCE = 0.8
# Text of the body that the article's answer is taken from.
_REACH = 800
# Sentences beyond this many are not looked at one by one.
_MOST = 400
# Where the article's own text is, and where to look when it has none.
_OWN = ("body", "dateline")
_NEXT = ("title", "second_article", "related", "caption", "read_also", "tweet")


@dataclass(frozen=True, slots=True)
class Document:
    """What an article is written in; `whole` is the answer for its own text."""

    whole: Detected
    segments: tuple[Segment, ...]
    shares: tuple[Share, ...]


@dataclass(slots=True)
class _Part:
    """A sentence: which piece it is of, its letters and the answer for it."""

    piece: int
    letters: int
    answer: Detected


def analyse(received: str, pieces: Sequence[Piece], backend: Backend, declared: str | None = None) -> Document:
    """Tell the languages of an article cut into pieces; `declared` is believed as far as the text leaves it open."""
    parts = _parts(received, pieces, backend, declared)
    whole = _whole(received, pieces, backend, declared)
    by_piece: list[list[_Part]] = [[] for _ in pieces]
    for part in parts:
        by_piece[part.piece].append(part)
    letters: dict[str, int] = defaultdict(int)
    body: dict[str, int] = defaultdict(int)
    segments: list[Segment] = []
    for piece, own in zip(pieces, by_piece, strict=True):
        segment = _segment(piece, own, whole)
        segments.append(segment)
        for part in own:
            language = _language(part, segment)
            letters[language] += max(part.letters, 1)
            if piece.kind in ("body", "dateline"):
                body[language] += part.letters
    return Document(_agreed(whole, body), tuple(segments), _shares(letters))


def _parts(received: str, pieces: Sequence[Piece], backend: Backend, declared: str | None) -> list[_Part]:
    """Cut pieces into sentences and ask for all at once."""
    cut = [(i, text) for i, piece in enumerate(pieces) for text in _sentences(received, piece)]
    if len(cut) > _MOST:
        cut = [(i, received[piece.start : piece.end]) for i, piece in enumerate(pieces)]
    texts = [text for _, text in cut]
    letters = counts(texts).sum(axis=1).tolist()
    answers = backend.detect(texts, declared)
    return [_Part(i, n, answer) for (i, _), n, answer in zip(cut, letters, answers, strict=True)]


def _sentences(received: str, piece: Piece) -> Iterable[str]:
    text = legible(received[piece.start : piece.end])
    ends = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    return [text[a:b] for a, b in pairwise(ends) if b > a]


def _whole(received: str, pieces: Sequence[Piece], backend: Backend, declared: str | None) -> Detected:
    """Ask for the beginning of the article's own text, or of all there is when it has none."""
    answer = backend.detect([_beginning(received, [p for p in pieces if p.kind in _OWN])], declared)[0]
    if answer.language != UNDETERMINED:
        return answer
    texts = [_beginning(received, [p for p in pieces if p.kind in _NEXT]), _beginning(received, pieces)]
    answers = backend.detect(texts, declared)
    return next((other for other in answers if other.language != UNDETERMINED), answers[-1])


def _beginning(received: str, pieces: Sequence[Piece]) -> str:
    text, length = [], 0
    for piece in pieces:
        if length >= _REACH:
            break
        text.append(legible(received[piece.start : min(piece.end, piece.start + _REACH)]))
        length += len(text[-1])
    return "\n".join(text)


def _segment(piece: Piece, parts: Sequence[_Part], whole: Detected) -> Segment:
    """Return a piece with the language that most of its letters vote for."""
    votes: dict[str, float] = defaultdict(float)
    scripts: dict[str, int] = defaultdict(int)
    for part in parts:
        scripts[part.answer.script] += part.letters
        if part.answer.language != UNDETERMINED:
            votes[part.answer.language] += part.letters * part.answer.confidence
    letters = sum(part.letters for part in parts)
    script = max(sorted(scripts), key=lambda name: scripts[name]) if letters else "Zyyy"
    language, confidence = UNDETERMINED, 0.0
    if votes:
        language = max(sorted(votes), key=lambda name: votes[name])
        confidence = votes[language] / letters
    if script == whole.script and confidence < _PIECE_CONFIDENCE and letters >= 4:
        language, confidence = whole.language, max(confidence if language == whole.language else 0.0, 0.5)
    elif letters < _LETTERS or confidence < _CONFIDENCE / 2:
        language, confidence = UNDETERMINED, 0.0
    if whole.language == UNDETERMINED and language == UNDETERMINED:
        confidence = 0.0
    return Segment(
        kind=piece.kind,
        start=piece.start,
        end=piece.end,
        language=language,
        confidence=round(confidence, 4),
        script=script,
    )


def _language(part: _Part, segment: Segment) -> str:
    """Return the language a sentence counts for: its own only where it is long and sure."""
    own = part.answer
    if own.language in (segment.language, UNDETERMINED) or part.letters < _LETTERS:
        return segment.language
    if own.script != segment.script and own.confidence >= _CONFIDENCE:
        return own.language
    return own.language if part.letters >= _OTHER_LETTERS and own.confidence >= _OTHER_CONFIDENCE else segment.language


def _agreed(whole: Detected, body: dict[str, int]) -> Detected:
    """Return the article's answer: the language with the largest share of the body, as sure as the text allows."""
    known = {name: letters for name, letters in body.items() if name != UNDETERMINED}
    if not known:
        return whole
    largest = max(sorted(known), key=lambda name: known[name])
    if whole.language in (largest, UNDETERMINED):
        return whole
    share = known[largest] / sum(body.values())
    return replace(whole, language=largest, confidence=round(min(share, 0.99), 4), reason="model", alternatives=())


def _shares(letters: dict[str, int]) -> tuple[Share, ...]:
    total = sum(letters.values())
    ordered = sorted(letters.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Share(language=name, share=round(n / total, 4)) for name, n in ordered)
