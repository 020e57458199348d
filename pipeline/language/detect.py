"""Telling the language of a text: back ends behind one interface, each after the gate of scripts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, Protocol

import numpy as np
from langdetect.lang_detect_exception import LangDetectException
from numpy.typing import NDArray

from pipeline.language.factory import factory
from pipeline.language.letters import SUMMED
from pipeline.language.profiles import Tables, shipped
from pipeline.language.scan import Scan
from pipeline.language.script import ScriptShare, told_by_script
from pipeline.resources import language_toml, languages
from schemas.article import Alternative

Reason = Literal["script", "model", "und:short", "und:fit", "und:ambiguous"]
BackendName = Literal["profiles", "langdetect"]

Chances = NDArray[np.float64]

UNDETERMINED = "und"

# The script and the n-grams are read off this many characters.
_REACH = 216
_LEAST_LETTERS, _LEAST_SIGNS = 4, 2
_LEAST_CONFIDENCE = 0.25
# Neighbouring n-grams say the same thing twice: evidence counts the less the more of it there is.
_TEMPERATURE, _TEMPERATURE_SLOPE = 3.0, 0.06
# A text that gives less than this share of the evidence usual for its best language is in none of them: a long text
# has to give more than one with few letters.
_FIT_SHORT, _FIT_LONG, _SHORT, _LONG = 0.6, 0.72, 60, 150
# What a language that the source declares is worth, in nats.
_DECLARED = 3.0
_NOISE = re.compile(
    r"https?://\S+|www\.\S+|pic\.twitter\.com/\S+|[\w.+-]{1,64}@[\w.-]{1,64}|@\w+|<[^<>]{0,2000}>|&#?\w{2,31};",
    re.IGNORECASE,
)
_NOISE_SIGNS = ("@", "<", "&", "://", "www.", "WWW.", "twitter.com")


@cache
def groups() -> dict[str, str]:
    """Return the group of every language that text alone hardly tells from its next relatives."""
    metas = ((code, language_toml(code, "meta")) for code in languages())
    return {code: meta["group"] for code, meta in metas if "group" in meta}


@dataclass(frozen=True, slots=True)
class Detected:
    """The language of a text (BCP 47 primary subtag), how sure, and on what ground."""

    language: str
    confidence: float
    script: str
    reason: Reason
    letters: int
    alternatives: tuple[Alternative, ...] = ()

    @property
    def group(self) -> str | None:
        """The group of near relatives the language belongs to."""
        return groups().get(self.language)


class Backend(Protocol):
    """A way to tell languages of texts; `name` goes into the record."""

    name: str

    def detect(self, texts: Sequence[str], declared: str | None = None) -> list[Detected]:
        """Return the language of every text; never raises, whatever the text."""
        ...


def clean(text: str) -> str:
    """Return a text without addresses, handles and markup, its NULs as spaces."""
    if any(sign in text for sign in _NOISE_SIGNS):
        text = _NOISE.sub(" ", text)
    return text.replace("\x00", " ")


def _gate(text: str, share: ScriptShare) -> Detected | None:
    """Return the language where the script settles it, or that nothing can, None where the letters have to."""
    least = _LEAST_SIGNS if share.script in ("Hani", "Kana", "Hang") else _LEAST_LETTERS
    if share.letters < least:
        return Detected(UNDETERMINED, 0.0, share.script, "und:short", share.letters)
    language = told_by_script(share.script, text)
    if language:
        return Detected(language, round(share.share, 4), share.script, "script", share.letters)
    if share.script not in SUMMED:
        return Detected(UNDETERMINED, 0.0, share.script, "und:fit", share.letters)
    return None


class Profiles:
    """All trigrams and words, summed over the tables made of langdetect's profiles and of ours."""

    name = "profiles@2"

    def __init__(self, tables: Tables | None = None) -> None:
        self.tables = tables or shipped()
        width = self.tables.rows.shape[1]
        self._priors = np.full((len(SUMMED), width), -1e6)
        self._usual = np.ones((len(SUMMED), width))
        for place, own in enumerate(self.tables.languages):
            self._priors[place, : len(own.names)] = own.priors
            self._usual[place, : len(own.names)] = own.usual

    def detect(self, texts: Sequence[str], declared: str | None = None) -> list[Detected]:
        """Return the language of every text; the same alone as in a batch."""
        if not texts:
            return []
        texts = [clean(text[: 2 * _REACH])[:_REACH] for text in texts]
        scan = Scan(texts)
        found = [_gate(text, share) for text, share in zip(texts, scan.shares, strict=True)]
        rows = [row for row, answer in enumerate(found) if answer is None]
        if rows:
            for row, answer in zip(rows, self._judged(scan, rows, declared), strict=True):
                found[row] = answer
        return [answer for answer in found if answer is not None]

    def _judged(self, scan: Scan, rows: list[int], declared: str | None) -> Iterable[Detected]:
        """Weigh the evidence for the languages of a script, and tell whether it fits the best of them."""
        _, evidence = scan.evidence(self.tables, rows)
        shares = [scan.shares[row] for row in rows]
        places = np.array([SUMMED.index(share.script) for share in shares])
        letters = np.array([share.letters for share in shares])
        scores = evidence.scores + self._priors[places]
        chances = _softmax(
            scores / (_TEMPERATURE + _TEMPERATURE_SLOPE * evidence.features)[:, None] + self._declared(declared)[places]
        )
        best = np.argsort(-chances, axis=1, kind="stable")[:, :4]
        given = evidence.scores[np.arange(len(rows)), best[:, 0]] / np.maximum(evidence.features, 1)
        least = np.interp(letters, (_SHORT, _LONG), (_FIT_SHORT, _FIT_LONG))
        fits = given >= least * self._usual[places, best[:, 0]]
        ordered = np.take_along_axis(chances, best, axis=1).tolist()
        return map(self._answer, shares, places.tolist(), best.tolist(), ordered, fits.tolist())

    def _declared(self, declared: str | None) -> Chances:
        """Return what the declared language gets in addition, script by script."""
        found = np.zeros(self._priors.shape)
        for place, own in enumerate(self.tables.languages):
            if declared in own.names:
                found[place, own.names.index(declared)] = _DECLARED
        return found

    def _answer(self, share: ScriptShare, place: int, best: list[int], chances: list[float], fits: bool) -> Detected:  # noqa: FBT001 - mapped over
        names = self.tables.languages[place].names
        pairs = [(names[column], chance) for column, chance in zip(best, chances, strict=True) if column < len(names)]
        answer = _answer(pairs, share)
        if fits or answer.language == UNDETERMINED:
            return answer
        return Detected(UNDETERMINED, 0.0, share.script, "und:fit", share.letters, answer.alternatives)


def _softmax(logits: Chances) -> Chances:
    weights: Chances = np.exp(logits - logits.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    return weights


class Langdetect:
    """langdetect's own engine, seeded, among the languages of the script: to compare with."""

    name = "langdetect@1.0.9"

    def detect(self, texts: Sequence[str], declared: str | None = None) -> list[Detected]:
        """Return the language of every text, at some 3 ms each."""
        cleaned = [clean(text[:10_000]) for text in texts]
        shares = Scan([text[:_REACH] for text in cleaned]).shares if texts else []
        return [
            _gate(text, share) or self._walk(text, share, declared) for text, share in zip(cleaned, shares, strict=True)
        ]

    @staticmethod
    def _walk(text: str, share: ScriptShare, declared: str | None) -> Detected:
        names = [name for name in _names()[share.script] if name in factory().langlist]
        odds = {name: (np.e**_DECLARED if name == declared else 1.0) for name in names}
        detector = factory().create()
        detector.set_prior_map({name: odd / sum(odds.values()) for name, odd in odds.items()})
        detector.append(text)
        try:
            pairs = [(answer.lang, float(answer.prob)) for answer in detector.get_probabilities()]
        except LangDetectException:
            pairs = []
        return _answer(pairs, share)


def _answer(pairs: Sequence[tuple[str, float]], share: ScriptShare) -> Detected:
    """Make an answer of languages with their probabilities, best first."""
    if not pairs or pairs[0][1] < _LEAST_CONFIDENCE:
        shown = tuple(Alternative(language=name, confidence=round(chance, 4)) for name, chance in pairs[:3])
        return Detected(UNDETERMINED, 0.0, share.script, "und:ambiguous", share.letters, shown)
    (language, chance), others = pairs[0], pairs[1:4]
    shown = tuple(Alternative(language=n, confidence=round(c * share.share, 4)) for n, c in others if c >= 0.005)
    confidence = round(min(chance, 0.9999) * share.share, 4)
    return Detected(language, confidence, share.script, "model", share.letters, shown)


@cache
def backend(name: BackendName = "profiles") -> Backend:
    """Return a back end by name, its tables loaded."""
    if name == "profiles":
        return Profiles()
    factory()
    return Langdetect()


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Return the languages of every script with more than one."""
    return dict(zip(SUMMED, (own.names for own in shipped().languages), strict=True))


def relabelled(answer: Detected, language: str) -> Detected:
    """Return an answer with another language of the same script, as sure as it was of that one."""
    chance = next((other.confidence for other in answer.alternatives if other.language == language), 0.0)
    return replace(answer, language=language, confidence=chance, reason="model")
