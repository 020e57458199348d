"""What each field of a filter takes for a value and how it is compared: codes, numbers, times, names, texts, dyads."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import cache
from math import isfinite, nan
from typing import Any, TypeAlias

from pipeline.events.ontology import ontology
from pipeline.resources import knowledge_rows
from pipeline.subscription.times import FORMS, Period, period
from pipeline.text.fold import SENTENCE_END, fold, fold_words
from pipeline.text.sounds import likeness
from schemas.parties import Dyad

Match: TypeAlias = Callable[[Any], bool]
EQUALITY, ORDER, CONTENT = frozenset({"=", "!="}), frozenset({"<", "<=", ">", ">="}), frozenset({"~", "!~"})
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.eq,
}
# Above this two spellings are one person's name in nearly all cases.
ALIKE = 0.8
SHORT_LIST = 60
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)
_DYAD = re.compile(r"([^<>-]+)([<>-])([^<>-]+)")
_NAME_PARTS = re.compile(r"[\s\-]+")


@dataclass(frozen=True, slots=True)
class Kind:
    """How a field is compared: the operators it has, and what makes a test of a value as written.

    `make` raises ValueError with what is wrong with the value.
    """

    operators: frozenset[str]
    make: Callable[[str, str, datetime | None], Match]


def kinds() -> Mapping[str, Kind]:
    """Give the kind of every field, by name."""
    return _KINDS


def _number(sign: str, text: str, _: datetime | None) -> Match:
    try:
        wanted = float(text)
    except ValueError:
        wanted = nan
    if not isfinite(wanted):
        raise ValueError(f"{text!r} is no number")
    return lambda found: COMPARE[sign](found, wanted)


def _time(sign: str, text: str, now: datetime | None) -> Match:
    try:
        wanted = period(text, now)
    except ValueError:
        raise ValueError(f"{text!r} is no time; write {FORMS}") from None
    tests: dict[str, Callable[[Period], bool]] = {
        "<": lambda found: found.start < wanted.start,
        "<=": lambda found: found.start < wanted.end,
        ">": lambda found: found.start >= wanted.end,
        ">=": lambda found: found.start >= wanted.start,
    }
    return tests.get(sign, wanted.overlaps)


def _one_of(what: str, known: Callable[[], Mapping[str, str]]) -> Kind:
    """Make the kind of a field whose values are known; `known` gives the value by its folded spelling."""

    def make(_sign: str, text: str, _now: datetime | None) -> Match:
        wanted = known().get(fold(text))
        if wanted is None:
            raise ValueError(f"there is no {what} {text!r}{_nearest(text, known())}")
        return lambda found: bool(found == wanted)

    return Kind(EQUALITY, make)


def _nearest(text: str, known: Mapping[str, str]) -> str:
    """Say what there is: all where that is a short list, else what is spelt nearly so."""
    values = sorted(set(known.values()))
    if len(values) <= SHORT_LIST:
        return f"; there are {', '.join(values)}"
    near = get_close_matches(fold(text), known, n=1)
    return f"; did you mean {known[near[0]]}?" if near else ""


@cache
def _countries() -> dict[str, str]:
    """Give the ISO 3166-1 alpha-3 code of a country by its folded codes and English name."""
    found: dict[str, str] = {}
    for iso3, iso2, _, name, *_rest in knowledge_rows("countries"):
        found |= {fold(name): iso3, fold(iso2): iso3}
    # A code of three letters that is also a name or another's code is the code.
    return found | {fold(row[0]): row[0] for row in knowledge_rows("countries")}


@cache
def _types() -> dict[str, str]:
    return {fold(name): name for name in ontology().types}


@cache
def _modes() -> dict[str, str]:
    return {fold(mode): mode for row in ontology().types.values() for mode in row["modes"]}


def _language(_sign: str, text: str, _now: datetime | None) -> Match:
    if not _LANGUAGE.fullmatch(text):
        raise ValueError(f"{text!r} is no language code, such as ur or zh-Hant")
    wanted = text.lower()
    return lambda found: found.lower() == wanted or found.lower().startswith(f"{wanted}-")


def _dyad(_sign: str, text: str, _now: datetime | None) -> Match:
    match = _DYAD.fullmatch(text)
    codes = [_countries().get(fold(part)) for part in (match[1], match[3])] if match else []
    if match is None or None in codes:
        raise ValueError(f"{text!r} is no pair of countries: RUS>PAK (one acts on the other) or RUS-PAK (between them)")
    one, other = (str(code) for code in (codes if match[2] != "<" else reversed(codes)))
    if match[2] == "-":
        return lambda found: {found.actor, found.recipient} == {one, other}
    return lambda found: found == Dyad(one, other)


def _exact(_sign: str, text: str, _now: datetime | None) -> Match:
    return lambda found: bool(found == text)


def _folded(sign: str, text: str, _now: datetime | None) -> Match:
    """Compare without case, marks and spelling variants; ~ looks for the words anywhere, the last one begun."""
    if sign in CONTENT:
        wanted = _spaced(text)
        if not wanted:
            raise ValueError(f"{text!r} has no letter or digit")
        return lambda found: wanted in _spaced(found)
    whole = fold(text)
    return lambda found: fold(found) == whole


def _spaced(text: str) -> str:
    """Write the folded words of a text with a space before each, so that a match begins where a word does."""
    return "".join(f" {word}" for word in fold_words(text) if word != SENTENCE_END)


def _person(sign: str, text: str, now: datetime | None) -> Match:
    """Compare names by sound, across scripts; a last or first name alone is enough."""
    if sign in CONTENT:
        return _folded(sign, text, now)
    length = len(_parts(text))
    if not length:
        raise ValueError(f"{text!r} is no name")

    def match(found: str) -> bool:
        parts = _parts(found)
        runs = (" ".join(parts[at : at + length]) for at in range(max(1, len(parts) - length + 1)))
        return any(likeness(text, run) >= ALIKE for run in runs)

    return match


def _parts(name: str) -> list[str]:
    return [part for part in _NAME_PARTS.split(name[:200]) if part]


_COUNTRY = _one_of("country", _countries)
_NUMBER = Kind(EQUALITY | ORDER, _number)
_TIME = Kind(EQUALITY | ORDER, _time)
_NAME = Kind(EQUALITY | CONTENT, _folded)
_KINDS: dict[str, Kind] = {
    "country": _COUNTRY,
    "actor": _COUNTRY,
    "recipient": _COUNTRY,
    "dyad": Kind(EQUALITY, _dyad),
    "type": _one_of("event type", _types),
    "mode": _one_of("mode", _modes),
    "quad": _NUMBER,
    "intensity": _NUMBER,
    "language": Kind(EQUALITY, _language),
    "confidence": _NUMBER,
    "sources": _NUMBER,
    "mentions": _NUMBER,
    "articles": _NUMBER,
    "revision": _NUMBER,
    "status": _one_of("status", lambda: {name: name for name in ("active", "merged", "retracted")}),
    "source": _NAME,
    "person": Kind(EQUALITY | CONTENT, _person),
    "office": _NAME,
    "organisation": _NAME,
    "place": _NAME,
    "text": Kind(CONTENT, _folded),
    "date": _TIME,
    "seen": _TIME,
    "id": Kind(EQUALITY, _exact),
}
