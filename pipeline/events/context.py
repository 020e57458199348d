"""What the article has said before a sentence: who speaks, who acts, which two sides, which country is at home."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.events.chunks import PARTIES, Chunk
from pipeline.events.memory import Memory
from pipeline.events.naming import learn, name_words
from pipeline.events.ontology import ontology

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.events.chart import Chart
    from pipeline.events.draft import Draft
    from schemas.event import CountryBasis

# Sentences after which the two sides of a meeting are no longer "both sides".
PAIR_LASTS = 4
SPEAKER_LASTS = 3
# The lead: where an article says which country it is about.
LEAD_SENTENCES = 4
SURE = frozenset({"explicit", "demonym", "office", "apposition"})
# Bodies that an article about its own country names without it.
OPENING = frozenset({"government", "foreign ministry", "ministry", "parliament", "army", "supreme court"})
# A delegation may come from anywhere.
VISITORS = "delegation"
STATE_SECTORS = frozenset({"GOV", "MIL", "COP", "JUD", "LEG", "SPY", "PRM"})
# Politicians without an office of state are of the country an article is about, if it names one.
PARTISANS = frozenset({"ELI", "PTY", "OPP"})

# Offices that shorten others: the minister, the leader.
VAGUE = frozenset({"minister", "leader"})


@dataclass(slots=True)
class Context:
    """The state of reading an article; sentences are counted through all segments."""

    memory: Memory
    home: str | None = None
    focus: str | None = None
    native: CountryBasis | None = None
    speaker: Chunk | None = None
    speaker_at: int = 0
    agent: Chunk | None = None
    pair: tuple[Chunk, ...] = ()
    pair_at: int = 0
    offices: dict[str, Chunk] = field(default_factory=dict)
    meeting: Draft | None = None

    def resolve(self, chart: Chart, chunk: Chunk) -> Chunk:
        """Complete a chunk from what is known: the country of a bare name or office, the full name."""
        if chunk.kind in {"person", "counterpart"}:
            chunk = self._person(chart, chunk)
        elif (
            chunk.kind == "body"
            and chunk.country is None
            and chunk.sector in STATE_SECTORS
            and chunk.office != VISITORS
        ):
            chunk = self._default(chunk, self.focus)
        if chunk.kind == "person" and chunk.office and chunk.country:
            self.offices[chunk.office] = self.offices[f"{chunk.office}@{chunk.country}"] = chunk
        return chunk

    def _person(self, chart: Chart, chunk: Chunk) -> Chunk:
        words = name_words(chart, chunk)
        if not words:
            return self._by_office(chunk) if chunk.office else chunk
        number = self.memory.find(words)
        if number is None and chunk.country is None:
            sure = chunk.sector in STATE_SECTORS or (chunk.sector in PARTISANS and self.native != "publisher_default")
            if chunk.national or (chunk.office and sure):
                chunk = self._default(chunk, self._at_home() if chunk.national else self.focus)
                if self.home is None and chunk.country is not None:
                    # A president of whom nothing else is known may be that of any country.
                    chunk = chunk._replace(basis="publisher_default")
            learn(chart, [chunk], self.memory)
            number = self.memory.find(words)
        if number is None:
            return chunk._replace(person=chart.text(*chunk.name)) if chunk.name else chunk
        person = self.memory.persons[number]
        chunk = chunk._replace(
            person=person.display or chart.text(*(chunk.name or (0, 0))), office=chunk.office or person.office
        )
        if chunk.country is None and person.country is not None:
            kept = person.basis in {"publisher_default", "office"}
            basis: CountryBasis | None = person.basis if kept else "remembered"
            chunk = chunk._replace(country=person.country, basis=basis, sector=chunk.sector or person.sector)
        return chunk

    def _by_office(self, chunk: Chunk) -> Chunk:
        """A bare office: the holder named last, else that of the country at home."""
        if chunk.country is not None:
            holder = self.offices.get(f"{chunk.office}@{chunk.country}")
            return chunk._replace(person=holder.person) if holder is not None else chunk
        last = self.offices.get(chunk.office or "") or self._as_called(chunk)
        if last is not None:
            basis: CountryBasis = "publisher_default" if last.basis == "publisher_default" else "remembered"
            return chunk._replace(country=last.country, basis=basis, person=last.person, sector=last.sector)
        named = self.memory.offices.get(chunk.office or "", ())
        if len(named) == 1 and named[0] != self.home:
            return chunk._replace(country=named[0], basis="remembered")
        return self._default(chunk, self._at_home()) if chunk.national else chunk

    def _as_called(self, chunk: Chunk) -> Chunk | None:
        """Who a vague office stands for: "the minister" is the foreign minister named before."""
        if chunk.office not in VAGUE:
            return None
        found = [held for name, held in self.offices.items() if name.endswith(f" {chunk.office}")]
        return found[0] if len({held.person for held in found}) == 1 else None

    def _at_home(self) -> str | None:
        """The country at home, if the article is about it at all; where none is known, the one it is about."""
        return self.focus if self.home in {None, self.focus} else None

    def _default(self, chunk: Chunk, country: str | None) -> Chunk:
        if country is None:
            return chunk
        assumed = country == self.home and self.native != "remembered"
        return chunk._replace(country=country, basis="publisher_default" if assumed else "remembered")

    def both(self, chunk: Chunk, sentence: int) -> tuple[Chunk, ...]:
        """Resolve "both leaders" to the two sides last named, if not too long ago; they keep their own basis."""
        del chunk
        if not self.pair or sentence - self.pair_at > PAIR_LASTS:
            return ()
        # Two that were only named beside each other may not be the two that are meant.
        met = self.meeting is not None and {c.country for c in self.pair} <= set(self.meeting.countries)
        basis: CountryBasis = "remembered" if met else "publisher_default"
        return tuple(c._replace(basis=basis, case=None, group=0) for c in self.pair)

    def note_pair(self, chunks: Sequence[Chunk], sentence: int) -> None:
        """Take the parties of a sentence as the two sides if they are of just two countries."""
        known = [c for c in chunks if c.kind in PARTIES and c.country and c.kind != "people"]
        by_country: dict[str, Chunk] = {}
        for chunk in known:
            old = by_country.get(chunk.country or "")
            if old is None or (old.kind == "state" and chunk.kind == "person"):
                by_country[chunk.country or ""] = chunk
        if len(by_country) == 2:
            self.pair, self.pair_at = tuple(by_country.values()), sentence

    def current_speaker(self, sentence: int) -> Chunk | None:
        """Who "we" is, if somebody has spoken lately."""
        return self.speaker if self.speaker and sentence - self.speaker_at <= SPEAKER_LASTS else None


def focus_of(sentences: Sequence[Sequence[Chunk]], home: str | None) -> str | None:
    """The country that bare offices and bodies belong to: that at home, unless the lead is about others only."""
    if home is not None and _opens_at_home(sentences):
        return home
    states = [[c.country for c in chunks if c.basis in SURE and _is_state(c.country)] for chunks in sentences]
    named = [country for countries in states for country in countries]
    lead = [country for countries in states[:LEAD_SENTENCES] for country in countries]
    if home is not None and (home in named or not lead):
        return home
    if len(set(lead)) == 1:
        return lead[0]
    return None


def nativeness(sentences: Sequence[Sequence[Chunk]], home: str | None) -> CountryBasis | None:
    """How sure it is that an article is about its own country only: its lead names that, or none at all."""
    lead = {
        c.country for chunks in sentences[:LEAD_SENTENCES] for c in chunks if c.basis in SURE and _is_state(c.country)
    }
    if home is None or lead - {home}:
        return None
    return "remembered" if lead else "publisher_default"


def _opens_at_home(sentences: Sequence[Sequence[Chunk]]) -> bool:
    """Whether the article begins with an office of no named country: press abroad says whose it is."""
    first = next((chunks for chunks in sentences if chunks), ())
    head = next((c for c in first if c.kind in {"state", "person", "body", "organisation"}), None)
    if head is None or head.country is not None or any(c.case == "in" and c.start < head.start for c in first):
        return False
    holders = [c for chunks in sentences[:LEAD_SENTENCES] for c in chunks if c.basis == "office" and c.office]
    if any(c.office == head.office for c in holders):
        # "The president said so. President Trump ...": it is that one.
        return False
    return head.national or head.office in OPENING


def _is_state(country: str | None) -> bool:
    return country is not None and country not in ontology().nonstate
