"""Documents of two languages, a paragraph each: how far the languages found and their shares are off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import cycle, islice

from pipeline.language.detect import Backend
from pipeline.language.document import analyse
from pipeline.text.segment import segment
from tests.eval.language.texts import CORE, Text

_DOCUMENTS_A_PAIR, _LEAST_SHARE = 4, 0.08


def mixed(detector: Backend, texts: Sequence[Text]) -> list[dict[str, float]]:
    """Measure documents made of bodies of neighbouring languages of the list."""
    bodies: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        if text.bucket == "body" and text.language in CORE:
            bodies[text.language].append(" ".join(text.text.split()))
    pairs = zip(CORE, CORE[1:] + CORE[:1], strict=True)
    return [
        _measured(detector, {one: first, other: second})
        for one, other in pairs
        for first, second in islice(zip(bodies[one], cycle(bodies[other][1:])), _DOCUMENTS_A_PAIR)
    ]


def _measured(detector: Backend, parts: dict[str, str]) -> dict[str, float]:
    whole = "\n\n".join(parts.values())
    letters = {name: sum(map(str.isalpha, text)) for name, text in parts.items()}
    shares = {name: n / sum(letters.values()) for name, n in letters.items()}
    document = analyse(whole, segment(None, whole), detector)
    got = {share.language: share.share for share in document.shares}
    return {
        "primary": float(document.whole.language == max(shares, key=lambda name: shares[name])),
        "exact": float(_named(got) == _named(shares)),
        "error": sum(abs(got.get(name, 0.0) - share) for name, share in shares.items()) / len(shares),
    }


def _named(shares: dict[str, float]) -> set[str]:
    return {name for name, share in shares.items() if share >= _LEAST_SHARE}
