"""What an article has said of its persons and offices so far, so that a bare name or office finds its country again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipeline.events.names import word_key

if TYPE_CHECKING:
    from schemas.event import CountryBasis

SHORTEST_PART = 3
MOST_PERSONS = 400


@dataclass(frozen=True, slots=True)
class Person:
    """A person the article names: the words of the fullest form, and what is known of them."""

    words: tuple[str, ...]
    country: str | None
    basis: CountryBasis | None
    office: str | None
    sector: str | None
    display: str = ""


@dataclass(slots=True)
class Memory:
    """Persons by each word of their names; offices by country, the latest last."""

    persons: list[Person] = field(default_factory=list)
    by_word: dict[str, list[int]] = field(default_factory=dict)
    offices: dict[str, list[str]] = field(default_factory=dict)

    def learn(self, person: Person) -> None:
        """Take in a person, or what is new of a person already known."""
        known = self.find(person.words)
        if known is None:
            if len(self.persons) >= MOST_PERSONS:
                return
            self.persons.append(person)
            known = len(self.persons) - 1
        else:
            old = self.persons[known]
            words = person.words if len(person.words) > len(old.words) else old.words
            stronger = person.country is not None and (old.country is None or old.basis == "publisher_default")
            source = person if stronger else old
            self.persons[known] = replace(
                old,
                words=words,
                display=person.display if words is person.words else old.display,
                country=source.country,
                basis=source.basis,
                office=old.office or person.office,
                sector=old.sector or person.sector,
            )
        for word in self.persons[known].words:
            rows = self.by_word.setdefault(word, [])
            if known not in rows:
                rows.append(known)

    def find(self, words: tuple[str, ...]) -> int | None:
        """Number of the person these words name: all of them parts of one name, or of like sound."""
        rows = [set(self.by_word.get(word, ())) for word in words]
        common = set.intersection(*rows) if rows else set()
        if not common and len(words) > 1:
            common = self._by_sound(words)
        return min(common) if len(common) == 1 or (common and len(words) > 1) else None

    def _by_sound(self, words: tuple[str, ...]) -> set[int]:
        """Persons whose last name sounds the same and who share another word: Lavrov spelled in two ways."""
        key = word_key(words[-1])
        if len(key) < 2:
            return set()
        return {
            n
            for n, person in enumerate(self.persons)
            if len(person.words) > 1 and word_key(person.words[-1]) == key and set(person.words[:-1]) & set(words[:-1])
        }

    def note_office(self, office: str, country: str) -> None:
        """Remember that an office of a country was named."""
        rows = self.offices.setdefault(office, [])
        if country in rows:
            rows.remove(country)
        rows.append(country)
