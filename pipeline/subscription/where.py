"""The filter language of `--where`: conditions on an event or a mention, joined by and, or, not and brackets.

    country=PAK,IND type=CONSULT confidence>=0.7
    (dyad=RUS>PAK or dyad=RUS-UKR) and not mode=phone text~"climate change"

Conditions side by side must all hold. Of several values separated by commas one is enough. A field that has several
values, as a country has, meets = when one of them does, and != when none does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Protocol

from pipeline.subscription.facts import Facts, facts_of, facts_of_headers, lasting_facts_of
from pipeline.subscription.lexer import KEYWORDS, Term, Token, WhereError, Word, tokens
from pipeline.subscription.matching import ORDER, Match, kinds
from schemas.event import Event, Mention

DEEPEST = 32
# `since=` and `until=` are short for these.
SHORT = {"since": ("seen", ">="), "until": ("seen", "<")}
FIELDS = tuple(kinds()) + tuple(SHORT)


class Test(Protocol):
    """A part of a filter."""

    def outcome(self, facts: Facts) -> bool | None:
        """Say whether it holds; None where the facts do not tell."""
        ...


@dataclass(frozen=True, slots=True)
class Condition:
    """A field that must, or must not, have a value that one of the matches takes."""

    field: str
    matches: tuple[Match, ...]
    negated: bool

    def outcome(self, facts: Facts) -> bool | None:
        """Say whether it holds; None where the facts do not tell."""
        values = facts(self.field)
        if values is None:
            return None
        return any(match(value) for value in values for match in self.matches) != self.negated


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: Test

    def outcome(self, facts: Facts) -> bool | None:
        """Say whether it holds; None where the facts do not tell."""
        found = self.part.outcome(facts)
        return None if found is None else not found


@dataclass(frozen=True, slots=True)
class Joined:
    """Parts of which all must hold, or any; after Kleene where the facts do not tell of some."""

    parts: tuple[Test, ...]
    any: bool

    def outcome(self, facts: Facts) -> bool | None:
        """Say whether it holds; None where the facts do not tell."""
        unknown = False
        for part in self.parts:
            found = part.outcome(facts)
            if found is self.any:
                return self.any
            unknown = unknown or found is None
        return None if unknown else not self.any


@dataclass(frozen=True, slots=True)
class Where:
    """A filter; the empty one lets everything through."""

    text: str = ""
    test: Test = Joined((), any=False)

    def holds(self, record: Event | Mention) -> bool:
        """Say whether a record passes."""
        return self.test.outcome(facts_of(record)) is True

    def concerns(self, record: Event | Mention) -> bool:
        """Say whether a subscriber must see a record: it passes, or it ends an event that may have passed before."""
        if isinstance(record, Event) and record.status != "active":
            return self.test.outcome(lasting_facts_of(record)) is not False
        return self.holds(record)

    def may_concern(self, headers: Iterable[tuple[str, bytes]]) -> bool:
        """Say whether the message with these headers is worth decoding."""
        facts = facts_of_headers(headers)
        if facts("status") not in (None, ("active",)):
            return True
        return self.test.outcome(facts) is not False


def parse(text: str, now: datetime | None = None) -> Where:
    """Read a filter; times such as -2h are counted from `now`.

    Raises:
        WhereError: it cannot be understood; the error tells where and why.
    """
    parser = _Parser(text, now)
    test = parser.any_of(0)
    if parser.next is not None:
        raise WhereError("this ) closes nothing", text, parser.next.position)
    return Where(text, test)


class _Parser:
    """A recursive descent over the tokens of one filter, one token ahead."""

    def __init__(self, text: str, now: datetime | None) -> None:
        self._text = text
        self._now = now
        self._tokens = iter(tokens(text))
        self.next: Token | None = None
        self._advance()

    def _advance(self) -> None:
        self.next = next(self._tokens, None)

    def _at(self, *words: str) -> bool:
        return isinstance(self.next, Word) and self.next.text in words

    def any_of(self, depth: int) -> Test:
        """Read parts joined by `or`; brackets are `depth` deep."""
        parts = [self._all_of(depth)]
        while self._at("or"):
            self._advance()
            parts.append(self._all_of(depth))
        return parts[0] if len(parts) == 1 else Joined(tuple(parts), any=True)

    def _all_of(self, depth: int) -> Test:
        """Read parts side by side or joined by `and`; none at all where the whole filter is empty."""
        parts: list[Test] = []
        if self.next is None and not self._text.strip():
            return Joined((), any=False)
        while not parts or (self.next is not None and not self._at("or", ")")):
            if parts and self._at("and"):
                self._advance()
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else Joined(tuple(parts), any=False)

    def _one(self, depth: int) -> Test:
        token = self.next
        if token is None or (isinstance(token, Word) and token.text not in ("(", "not")):
            position = len(self._text) if token is None else token.position
            raise WhereError("a condition such as country=PAK is missing", self._text, position)
        if depth > DEEPEST:
            raise WhereError(f"more than {DEEPEST} brackets inside each other", self._text, token.position)
        self._advance()
        if isinstance(token, Term):
            return self._condition(token)
        if token.text == "not":
            return Not(self._one(depth + 1))
        inside = self.any_of(depth + 1)
        if not self._at(")"):
            raise WhereError("this ( is not closed", self._text, token.position)
        self._advance()
        return inside

    def _condition(self, term: Term) -> Condition:
        field, sign = self._field(term)
        kind = kinds()[field]
        if sign not in kind.operators:
            allowed = " ".join(sorted(kind.operators))
            raise WhereError(f"{term.field} takes {allowed}, not {term.operator}", self._text, term.position)
        if sign in ORDER and len(term.values) > 1:
            raise WhereError(f"{term.operator} takes one value", self._text, term.values[1].position)
        matches = tuple(self._match(field, sign, word) for word in term.values)
        return Condition(field, matches, negated=sign.startswith("!"))

    def _match(self, field: str, sign: str, word: Word) -> Match:
        try:
            return kinds()[field].make(sign, word.text, self._now)
        except ValueError as error:
            raise WhereError(str(error), self._text, word.position) from None

    def _field(self, term: Term) -> tuple[str, str]:
        if term.field in SHORT:
            if term.operator != "=":
                raise WhereError(f"{term.field} takes =, not {term.operator}", self._text, term.position)
            return SHORT[term.field]
        if term.field not in kinds():
            near = get_close_matches(term.field, FIELDS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(FIELDS)}"
            what = f"{term.field!r} is no field" if term.field not in KEYWORDS else f"{term.field!r} joins conditions"
            raise WhereError(f"{what}; {hint}", self._text, term.position)
        return term.field, term.operator
