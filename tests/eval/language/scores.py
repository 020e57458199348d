"""Figures made of answers: accuracy by language and bucket, refusals, calibration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from tests.eval.language.peers import code
from tests.eval.language.texts import BUCKETS, CORE, Answered

Accuracy = Mapping[tuple[str, str], float]


def right(answered: Answered) -> bool:
    """Return whether an answer is the label; hr, bs and sr are one language."""
    text, answer = answered
    return code(answer.language) == code(text.language)


def accuracy(judged: Iterable[tuple[str, str, bool]]) -> Accuracy:
    """Return the share of right answers by language and bucket."""
    found: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for language, bucket, good in judged:
        found[code(language), bucket].append(good)
    return {key: sum(values) / len(values) for key, values in found.items()}


def of_answers(answers: Iterable[Answered]) -> Accuracy:
    """Return the accuracy of our own answers."""
    return accuracy((answered[0].language, answered[0].bucket, right(answered)) for answered in answers)


def macro(found: Accuracy, languages: Sequence[str]) -> tuple[float, ...]:
    """Return the mean over languages, bucket by bucket; NaN where there is no text."""
    values = ([found[name, bucket] for name in languages if (name, bucket) in found] for bucket in BUCKETS)
    return tuple(float(np.mean(own)) if own else float("nan") for own in values)


def refused(answers: Iterable[Answered], bucket: str) -> float:
    """Return the share of core texts of a bucket that are answered `und`."""
    own = [answer.language == "und" for text, answer in answers if text.bucket == bucket and text.language in CORE]
    return sum(own) / len(own)


def reliability(answers: Iterable[Answered]) -> list[tuple[float, float, int]]:
    """Return mean confidence, accuracy and number of core headlines and shorts, by tenths of confidence."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for text, answer in answers:
        if text.language in CORE and text.bucket in ("headline", "short") and answer.language != "und":
            bins[min(int(answer.confidence * 10), 9)].append((answer.confidence, right((text, answer))))
    return [
        (float(np.mean([c for c, _ in own])), float(np.mean([r for _, r in own])), len(own))
        for _, own in sorted(bins.items())
    ]


def calibration_error(answers: Iterable[Answered]) -> float:
    """Return the expected calibration error of core headlines and shorts, in ten bins."""
    bins = reliability(answers)
    return sum(abs(c - a) * n for c, a, n in bins) / sum(n for _, _, n in bins)


def wrong_among_sure(answers: Iterable[Answered]) -> float:
    """Return the share of wrong answers among core headlines and shorts with confidence .99 or more."""
    sure = [
        right((text, answer))
        for text, answer in answers
        if text.language in CORE and text.bucket in ("headline", "short") and answer.confidence >= 0.99
    ]
    return 1 - sum(sure) / len(sure)
