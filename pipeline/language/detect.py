"""Telling the language of a text: back ends behind one interface, each after the gate of scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, Protocol

import numpy as np
from langdetect.lang_detect_exception import LangDetectException

from pipeline.language.factory import factory
from pipeline.language.profiles import SUMMED, Scores, candidates, load_tables, profile_table
from pipeline.language.script import ScriptShare, counts, heaviest, told_by_script
from schemas.article import Alternative

Reason = Literal["script", "model", "und:short", "und:fit", "und:ambiguous"]
BackendName = Literal["profiles", "langdetect"]

UNDETERMINED = "und"
GROUPS = {"hr": "hbs", "bs": "hbs", "sr": "hbs", "ms": "ms-id", "id": "ms-id", "no": "no-da", "da": "no-da"}
"""Languages that text alone hardly tells apart."""

# The script is read off this many characters, n-grams off this many.
_SCRIPT_REACH, _REACH = 400, 600
_LEAST_LETTERS, _LEAST_SIGNS = 4, 2
_LEAST_CONFIDENCE = 0.25
# Neighbouring n-grams say the same thing twice: evidence counts the less the more of it there is.
_TEMPERATURE, _TEMPERATURE_SLOPE = 4.0, 0.04
# A text with less evidence than this for each letter, even for its best language, is in none of them.
_FIT = {"Latn": 9.2, "Cyrl": 11.0, "Arab": 10.4, "Deva": 9.8}
_FIT_SHORT, _FIT_SHORT_LETTERS = 1.5, 20
# What a language that the source declares is worth, in nats.
_DECLARED = 3.0
_NOISE = re.compile(
    r"https?://\S+|www\.\S+|pic\.twitter\.com/\S+|[\w.+-]{1,64}@[\w.-]{1,64}|@\w+|<[^<>]{0,2000}>|&#?\w{2,31};",
    re.IGNORECASE,
)
_NOISE_SIGNS = re.compile(r"[@<&]|://|www\.|twitter\.com", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]+")


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
        return GROUPS.get(self.language)


class Backend(Protocol):
    """A way to tell languages of texts; `name` goes into the record."""

    name: str

    def detect(self, texts: Sequence[str], declared: str | None = None) -> list[Detected]:
        """Return the language of every text; never raises, whatever the text."""
        ...


def clean(text: str) -> str:
    """Return a text without addresses, handles, markup and controls."""
    if _NOISE_SIGNS.search(text):
        text = _NOISE.sub(" ", text)
    return _CONTROLS.sub(" ", text)


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
    """All n-grams of langdetect's profiles and of ours, summed."""

    name = "profiles@1"

    def detect(self, texts: Sequence[str], declared: str | None = None) -> list[Detected]:
        """Return the language of every text; the same alone as in a batch."""
        return _by_script([clean(text[: 2 * _REACH])[:_REACH] for text in texts], declared, _sum)


def _sum(script: str, texts: list[str], shares: list[ScriptShare], declared: str | None) -> list[Detected]:
    table = profile_table(script)
    evidence = table.evidence(texts)
    temperatures = _TEMPERATURE + _TEMPERATURE_SLOPE * evidence.features
    logits = evidence.scores / temperatures[:, None].astype(np.float32)
    prior = table.priors + np.array([_DECLARED * (n == declared) for n in table.languages], dtype=np.float32)
    least = _FIT[script] - _FIT_SHORT * (evidence.letters < _FIT_SHORT_LETTERS)
    fits = evidence.scores.max(axis=1) >= least * evidence.letters
    return [
        _judged(logits[row] + prior, table.languages, share, fits=bool(fits[row])) for row, share in enumerate(shares)
    ]


class Langdetect:
    """langdetect's own engine, seeded, among the languages of the script: to compare with."""

    name = "langdetect@1.0.9"

    def detect(self, texts: Sequence[str], declared: str | None = None) -> list[Detected]:
        """Return the language of every text, at some 3 ms each."""
        return _by_script([clean(text[:10_000]) for text in texts], declared, self._walk)

    @staticmethod
    def _walk(script: str, texts: list[str], shares: list[ScriptShare], declared: str | None) -> list[Detected]:
        names = [name for name in candidates(script) if name in factory().langlist]
        odds = {name: (np.e**_DECLARED if name == declared else 1.0) for name in names}
        found: list[Detected] = []
        for text, share in zip(texts, shares, strict=True):
            detector = factory().create()
            detector.set_prior_map({name: odd / sum(odds.values()) for name, odd in odds.items()})
            detector.append(text)
            try:
                pairs = [(answer.lang, float(answer.prob)) for answer in detector.get_probabilities()]
            except LangDetectException:
                pairs = []
            found.append(_answer(pairs, share))
        return found


def _by_script(
    texts: list[str],
    declared: str | None,
    model: Callable[[str, list[str], list[ScriptShare], str | None], list[Detected]],
) -> list[Detected]:
    """Settle by script what it settles, and ask the model for the rest, script by script."""
    shares = heaviest(counts(texts, _SCRIPT_REACH))
    found = [_gate(text, share) for text, share in zip(texts, shares, strict=True)]
    for script in SUMMED:
        rows = [row for row, share in enumerate(shares) if found[row] is None and share.script == script]
        if rows:
            answers = model(script, [texts[row] for row in rows], [shares[row] for row in rows], declared)
            for row, answer in zip(rows, answers, strict=True):
                found[row] = answer
    return [answer for answer in found if answer is not None]


def _judged(logits: Scores, names: tuple[str, ...], share: ScriptShare, *, fits: bool) -> Detected:
    weights = np.exp((logits - logits.max()).astype(np.float64))
    chances = weights / weights.sum()
    best = np.argsort(-chances, kind="stable")[:4]
    answer = _answer([(names[i], float(chances[i])) for i in best.tolist()], share)
    if fits or answer.language == UNDETERMINED:
        return answer
    return Detected(UNDETERMINED, 0.0, share.script, "und:fit", share.letters, answer.alternatives)


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
    load_tables()
    return Profiles() if name == "profiles" else Langdetect()


def relabelled(answer: Detected, language: str) -> Detected:
    """Return an answer with another language of the same script, as sure as it was of that one."""
    chance = next((other.confidence for other in answer.alternatives if other.language == language), 0.0)
    return replace(answer, language=language, confidence=chance, reason="model")
