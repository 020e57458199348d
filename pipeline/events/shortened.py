"""Names of states shortened to one letter, "中美会谈", "访华", "俄外长": believed only where nothing else can stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.events.gazetteer import Country

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# The word list of what stands before a shortened name: "to visit", "against", "based in".
BEFORE = "before_short"
NOUNS = ("role", "organisation")
# What shows in a headline that a noun ends before it.
VERBAL = ("trigger", "auxiliary", "case")


def forget_doubtful(
    hits: Mapping[str, dict[int, tuple[int, tuple[Any, ...]]]], words: Sequence[str], *, title: bool
) -> None:
    """Forget the shortened names that may be other words.

    A `common` one counts only beside another or behind a word that names of places follow.
    """
    table = hits["country"]
    short = {i: hit[1][0] for i, hit in table.items() if _is_short(hit[1][0])}
    for i, country in short.items():
        if not (_paired(short, hits, words, i) or (not country.common and _heads(hits, words, i, title=title))):
            del table[i]


def _is_short(country: object) -> bool:
    return isinstance(country, Country) and country.short


def _paired(
    short: Mapping[int, Country],
    hits: Mapping[str, dict[int, tuple[int, tuple[Any, ...]]]],
    words: Sequence[str],
    i: int,
) -> bool:
    """Whether another shortened name stands beside it, or a word that only names of places follow."""
    if i and (words[i - 1].isdigit() or i - 1 in hits["number"]):
        return False
    beside = i - 1 in short or i + 1 in short
    across = any(i + step in short and i + step // 2 in hits["case"] for step in (-2, 2))
    before = hits["word"].get(i - 1)
    return beside or across or (before is not None and BEFORE in before[1])


def _heads(
    hits: Mapping[str, dict[int, tuple[int, tuple[Any, ...]]]], words: Sequence[str], i: int, *, title: bool
) -> bool:
    """Whether an office or a body stands behind; in a headline, a verb or a preposition."""
    if i and words[i - 1].isdigit():
        return False
    if any(i + 1 in hits[layer] for layer in NOUNS):
        return True
    said = hits["word"].get(i + 1, (0, ()))[1]
    verbal = "speech_phrase" in said or any(i + 1 in hits[layer] for layer in VERBAL)
    return title and (verbal or i - 1 in hits["trigger"])
