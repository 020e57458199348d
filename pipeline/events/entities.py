"""Find the noun phrases of a sentence that name states, persons in office, bodies, people and places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.events.cases import conjoined, coordinate, owned_from, with_case
from pipeline.events.chunks import Chunk, ChunkKind
from pipeline.events.compounds import compound
from pipeline.events.declension import by_endings, sharing
from pipeline.events.described import SUPPORTER, Described
from pipeline.events.gazetteer import Country, Place
from pipeline.events.naming import Names
from pipeline.events.nouns import described_noun, may_stand_between, plural_noun
from pipeline.events.titles import capital_acts, counts, officer_of_place, owned_and_named, seated, struck_noun

if TYPE_CHECKING:
    from pipeline.events.chart import Chart
    from pipeline.events.lexicon import Lexicon, Organisation, Role
    from pipeline.events.memory import Memory

# Words between a country's genitive and the office: "of the new prime minister".
MOST_BETWEEN = 2
HYPHEN = "-"
MOST_JOINED = 5
SUPPORTING = frozenset({"agent", "genitive", "in", "with", "between", "against", "on", "by"})


class Finder:
    """Finds the chunks of a sentence; what it learns of names goes into the memory of the article."""

    def __init__(self, known: Lexicon, memory: Memory, day: str | None) -> None:
        self.known, self.memory = known, memory
        self.named: frozenset[str] = frozenset()
        self.names = Names(known, memory, day)
        # What owns stands behind what it owns, never before.
        self.owned_behind = known.grammar.bare_genitive and known.grammar.order == "SVO"
        self.described = Described(known, self.names)
        self.joins_names = known.grammar.order == "SVO" and known.grammar.capitals and not known.grammar.conjugated
        # Names may stand before their office.
        self.introduces = known.grammar.bare_genitive or known.grammar.order == "SVO"

    def chunks(self, chart: Chart, start: int, end: int) -> list[Chunk]:
        """Return the chunks of tokens [start, end) in order, with their cases and coordinations."""
        found: list[Chunk] = []
        last = start
        by_word, starts, folded = self.memory.by_word, chart.starts, chart.folded
        for i in [i for i in range(start, end) if i in starts or folded[i] in by_word]:
            chunk = self._at(chart, i, end) if i >= last else None
            if chunk is not None and self.introduces:
                chunk = self.described.introduced(chart, found, chunk, last)
            if chunk is not None and self.joins_names:
                chunk = compound(chart, self.names, found, chunk)
            if chunk is not None:
                if self.known.grammar.unspaced:
                    if chunk.kind == "pair" and found and found[-1].end == chunk.start:
                        # "中美两国": the two are named.
                        found[-1], last = found[-1]._replace(end=chunk.end), chunk.end
                        continue
                    chunk = self._headed(chart, chunk, end)
                chunk = with_case(chart, self.known.grammar, chunk, end)
                if self.known.grammar.preverbal:
                    chunk = conjoined(self.known.grammar, chart, found, chunk)
                if self.known.grammar.adjectives_follow:
                    chunk = self.described.settled(chart, found, chunk)
                if self.known.grammar.declension:
                    chunk = sharing(chart, self.known.grammar, found, chunk)
                found.append(chunk._replace(chart=chart.segment) if chart.segment else chunk)
                last = chunk.end
        return by_endings(chart, self.known.grammar, coordinate(chart, self.known.grammar, found))

    def _headed(self, chart: Chart, chunk: Chunk, end: int) -> Chunk:
        """Read the office or body right behind a name or another body: "普京总统", "特朗普政府", "以军战机"."""
        hit = chart.hit("role", chunk.end)
        if chunk.kind == "body" and hit is not None and hit[1][0].kind == "body":
            return chunk._replace(end=min(hit[0], end))
        if chunk.kind != "person" or chunk.name is None or chunk.name[1] != chunk.end or hit is None or hit[0] > end:
            return chunk
        role: Role = hit[1][0]
        if role.kind == "person":
            return chunk._replace(end=hit[0], office=role.office, sector=role.sector)
        kind: ChunkKind = "body" if role.kind == "body" else "people"
        return chunk._replace(end=hit[0], kind=kind, office=role.office, sector=role.sector, name=None)

    def _at(self, chart: Chart, i: int, end: int) -> Chunk | None:
        follows = self.known.grammar.adjectives_follow
        nation = self.described.nation(chart, i) if follows or self.owned_behind else self._of_country(chart, i, end)
        return (
            self._led(chart, i, end)
            or nation
            or (None if follows else self._demonym(chart, i, end))
            or self._organisation(chart, i)
            or self.names.titled(chart, i, end)
            or self.names.person(chart, i, end)
            or self._role(chart, i, end)
            or self._place(chart, i, end)
            or self._counterpart(chart, i, end)
            or self._pronoun(chart, i)
        )

    def _of_country(self, chart: Chart, i: int, end: int) -> Chunk | None:
        """Read a country, with an office, a body or a place behind its genitive."""
        hit = chart.hit("country", i)
        if hit is None or not isinstance(hit[1][0], Country) or not self.names.of_state(chart, i, hit[1][0]):
            return None
        country, after = hit[1][0], hit[0]
        if country.common and (chart.word(i) in self.memory.by_word or not self._supported(chart, i, after)):
            return None
        j = chart.has("case", after, "genitive") or after
        if self.known.grammar.order == "SVO":
            j = chart.has("word", after, "possessive") or after
            j += chart.word(j) == "-" and chart.hit("role", j + 1) is not None
        bare = (self.known.grammar.conjugated and j == after) or bool(chart.has("word", i - 1, "posted_to"))
        office = None if bare else self._office(chart, j, end, country.iso3, "explicit")
        if office is not None:
            return office._replace(start=i)
        if j > after and self.known.grammar.order == "SOV" and (other := self._own_counterpart(chart, j, end)):
            return other._replace(start=i, country=country.iso3, basis="explicit")
        city = self._national(chart, j, end) if j > after else None
        if j > after or self.known.grammar.unspaced:
            city = city or self._place(chart, j, end)
        if city is None:
            noun = chart.hit("word", after)
            if noun and "noun_city" in noun[1]:
                city = self._place(chart, noun[0], end)
        if city is not None and city.country in {None, country.iso3}:
            return city._replace(start=i, country=country.iso3, basis="explicit")
        return Chunk(start=i, end=after, kind="state", country=country.iso3, basis="explicit")

    def _national(self, chart: Chart, i: int, end: int) -> Chunk | None:
        """Read the name of a person behind the possessive of a country: "Cuba's Castro"."""
        name, stop = self.names.name(chart, i, end)
        if name is None or self.known.grammar.order == "SOV":
            return None
        return Chunk(start=i, end=stop, kind="person", name=name)

    def _supported(self, chart: Chart, i: int, after: int) -> bool:
        """Whether a name that is also a common word stands where only a name can."""
        if self.known.grammar.order == "SVO":
            return True
        case = chart.hit("case", after)
        if not chart.has("word", i, "daytime"):
            joined = {chart.word(after), chart.word(i - 1) if self._named_before(chart, i - 1) else ""}
            return case is not None or not joined.isdisjoint(self.known.grammar.conjunctions)
        marked = case is not None and bool(SUPPORTING & set(case[1]))
        return marked and not chart.has("case", i - 1, "genitive") and chart.hit("date", i - 1) is None

    def _named_before(self, chart: Chart, i: int) -> bool:
        """Whether the name of a country ends right before token i."""
        return any((hit := chart.hit("country", i - back)) is not None and hit[0] == i for back in (1, 2, 3))

    def _demonym(self, chart: Chart, i: int, end: int) -> Chunk | None:
        hit = chart.hit("demonym", i)
        if hit is None or not (self.known.grammar.small_adjectives or self.names.written(chart, i)):
            return None
        iso3, flags = hit[1][0]
        office = self._office(chart, hit[0], end, iso3, "demonym") or self._counterpart(chart, hit[0], end)
        if office is not None:
            return office._replace(start=i, country=iso3, basis="demonym")
        if self._joins(chart, hit[0]) and self._shares_office(chart, hit[0] + 1, end):
            return Chunk(start=i, end=hit[0], kind="body", country=iso3, basis="demonym", sector="GOV")
        person = None if "people" in flags else self.names.person(chart, hit[0], end)
        if person is not None:
            return person._replace(start=i, country=iso3, basis="demonym")
        if (noun := described_noun(chart, self.known.grammar, hit[0], end, plural="people" in flags)) > hit[0]:
            return Chunk(start=i, end=noun, kind="body", country=iso3, basis="demonym")
        return self._those(chart, i, end)

    def _led(self, chart: Chart, i: int, end: int) -> Chunk | None:
        """Read a compound with the name of a state before its noun: "Saudi-led coalition", "US-owned ship"."""
        hit = chart.hit("demonym", i) or chart.hit("country", i)
        if hit is None or chart.word(hit[0]) != HYPHEN or not chart.has("word", hit[0] + 1, "led"):
            return None
        noun, payload = hit[0] + 2, hit[1][0]
        country = payload.iso3 if isinstance(payload, Country) else payload[0]
        role = chart.hit("role", noun)
        stop = (
            role[0] if role is not None else max(plural_noun(chart, self.known.grammar, noun, end), min(noun + 1, end))
        )
        return Chunk(start=i, end=stop, kind="body", country=country, basis="demonym")

    def _those(self, chart: Chart, i: int, end: int) -> Chunk | None:
        """Read an adjective of a state alone: what it describes if something is done to that, or its people."""
        after, ((iso3, flags), *_) = chart.hits["demonym"][i]
        if (thing := struck_noun(chart, after, end, capitals=self.names.capitals)) > after:
            return Chunk(start=i, end=thing, kind="body", country=iso3, basis="demonym")
        people = Chunk(start=i, end=after, kind="people", country=iso3, basis="demonym", sector="CVL")
        return people if "people" in flags and "common" not in flags else None

    def _counterpart(self, chart: Chart, i: int, end: int) -> Chunk | None:
        """Read "counterpart" and the name behind it."""
        after = chart.has("word", i, "counterpart")
        if not after:
            return None
        if self.known.grammar.adjectives_follow:
            return self.described.whole(chart, Chunk(start=i, end=after, kind="counterpart", sector="GOV"), end)
        name, stop = self.names.name(chart, after, end)
        return Chunk(start=i, end=stop, kind="counterpart", sector="GOV", name=name)

    def _own_counterpart(self, chart: Chart, i: int, end: int) -> Chunk | None:
        """Read "his counterpart" behind the genitive of a country."""
        while i < end and chart.has("word", i, "possessives"):
            i += 1
        return self._counterpart(chart, i, end)

    def _shares_office(self, chart: Chart, i: int, end: int) -> bool:
        """Whether a second adjective follows that shares an office with the first: "American and Chinese ministers"."""
        for _ in range(MOST_JOINED):
            second = chart.hit("demonym", i)
            if second is None:
                return False
            if not self._joins(chart, second[0]):
                shared = self._office(chart, second[0], end, second[1][0][0], "demonym") is not None
                return shared or (
                    self.names.capitals and plural_noun(chart, self.known.grammar, second[0], end) > second[0]
                )
            i = second[0] + 1
        return False

    def _joins(self, chart: Chart, i: int) -> bool:
        """Whether an enumeration goes on at token i."""
        grammar = self.known.grammar
        return chart.word(i) in grammar.conjunctions or chart.word(i) in grammar.list_marks

    def _office(self, chart: Chart, i: int, end: int, country: str, basis: str) -> Chunk | None:
        """Read an office, a body or an organisation that belongs to a country named before it."""
        for skip in range(MOST_BETWEEN + 1):
            j = self._posted(chart, i + skip)
            if j >= end or chart.hit("country", j) or chart.hit("demonym", j) or (skip and chart.hit("case", j - 1)):
                return None
            role = chart.hit("role", j)
            if role is not None:
                return self._title(chart, j, end, country, basis)
            body = chart.hit("organisation", j)
            if body is not None and not skip and body[1][0].country in {None, country}:
                known = body[1][0]
                officer = self._officer(chart, j, body[0], known) if self.known.grammar.order == "SOV" else None
                if officer is not None:
                    return officer._replace(country=country, basis=basis)  # type: ignore[arg-type]
                return Chunk(
                    start=j, end=body[0], kind="organisation", country=country, basis=basis,  # type: ignore[arg-type]
                    organisation=known.name, sector=known.sector,
                )  # fmt: skip
            if not may_stand_between(chart, self.known.grammar, j):
                return None
        return None

    def _posted(self, chart: Chart, i: int) -> int:
        """Skip where an officer is posted, before the office: "美国[驻华]大使"."""
        host = chart.has("word", i, "posted_to")
        hit = chart.hit("country", host) or chart.hit("organisation", host) if host else None
        return hit[0] if hit is not None else i

    def _role(self, chart: Chart, i: int, end: int) -> Chunk | None:
        hit = chart.hit("role", i)
        if hit is None:
            return None
        if chart.has("word", i, "quantifiers") and (chart.hit("demonym", hit[0]) or chart.hit("role", hit[0])):
            return None
        if chart.has("word", i, "quantifiers") and (after := chart.has("case", hit[0], "genitive")):
            # "Thousands of people" are a party, thousands of files are none.
            deeper = chart.hit("role", after)
            if deeper is None or not deeper[1][0].common or deeper[1][0].kind != "people":
                return None
            return Chunk(start=i, end=deeper[0], kind="people", office=deeper[1][0].office, sector="CVL")
        role: Role = hit[1][0]
        chunk = self._title(chart, i, end, None, None)
        if role.common and chunk.name is None and chunk.end == hit[0]:
            counted = role.kind == "people" and (
                (i > 0 and chart.has("word", i - 1, "quantifiers") == i) or self._number(chart, i)
            )
            return chunk if counted else None
        return chunk

    def _number(self, chart: Chart, i: int) -> bool:
        """Whether a number stands right before token i, where numbers do not decline: "four people"."""
        counts = self.known.grammar.order == "SVO" and i > 0
        return counts and (chart.hit("number", i - 1) is not None or chart.texts[i - 1].isdigit())

    def _title(self, chart: Chart, i: int, end: int, country: str | None, basis: str | None) -> Chunk:
        """Read a chain of offices and the name behind it; the last office is the head."""
        after, payloads = chart.hits["role"][i]
        role: Role = payloads[0]
        if chart.has("word", i - 1, "+deputy") or (
            self.known.grammar.adjectives_follow and chart.has("word", after, "+deputy")
        ):
            role = role.deputy()
        step = owned_from(chart, self.known.grammar, after)
        former = chart.has("word", i - 1, "+former") > 0
        while step and step < end and (deeper := chart.hit("role", step)) is not None:
            head_first = self.known.grammar.adjectives_follow or self.known.grammar.bare_genitive
            role, after = (role if head_first else deeper[1][0]), deeper[0]
            step = owned_from(chart, self.known.grammar, after)
        while (
            (adjacent := chart.hit("role", after)) is not None
            and adjacent[1][0].kind == "person"
            and not adjacent[1][0].common
            and after < end
        ):
            after = adjacent[0]
        former = former or chart.has("word", after - 1, "+former") > 0
        sector = "ELI" if former else role.sector
        chunk = Chunk(
            start=i, end=after, kind=role.kind, country=country, basis=basis,  # type: ignore[arg-type]
            office=role.office, sector=sector, national=role.national and not former,
        )  # fmt: skip
        if country and role.kind == "person":
            self.memory.note_office(role.office, country)
        if self.known.grammar.adjectives_follow or self.known.grammar.bare_genitive:
            chunk = self.described.whole(chart, chunk, end)
            return chunk if chunk.country else self._of_holder(chart, chunk)
        if role.kind != "person":
            return self._of_state(chart, chunk)
        chunk, name, stop = owned_and_named(chart, self.names, chunk, end)
        chunk = self._of_state(chart, chunk._replace(end=stop, name=name))
        return chunk if chunk.country or country else self._of_holder(chart, chunk)

    def _of_state(self, chart: Chart, chunk: Chunk) -> Chunk:
        """Read the country behind an office: "the prime minister of Nepal"."""
        after = chart.has("case", chunk.end, "genitive")
        if not after and chunk.kind == "people" and not chart.has("word", chunk.start - 1, "possessives"):
            after = chart.has("case", chunk.end, "from") or (
                chart.has("case", chunk.end, "in") if chunk.sector == "GOV" else 0
            )
        if self.known.grammar.order == "SOV" or chunk.country or not chunk.office:
            return chunk
        owner = chart.hit("demonym", chunk.end)
        if owner is not None and "genitive" in owner[1][0][1]:
            return chunk._replace(end=owner[0], country=owner[1][0][0], basis="explicit")
        if not after:
            return seated(chart, self.names, chunk)
        while chart.word(after) in self.known.grammar.words.get("articles", ()):
            after += 1
        hit = chart.hit("country", after) or chart.hit("organisation", after)
        if hit is None or not self.names.written(chart, after, upper=hit[1][0].upper):
            return seated(chart, self.names, chunk)
        owner = hit[1][0]
        if isinstance(owner, Country):
            return chunk._replace(end=hit[0], country=owner.iso3, basis="explicit")
        known = owner.country is not None and not owner.common and chunk.office != SUPPORTER
        return (
            chunk._replace(end=hit[0], country=owner.country, basis="explicit", organisation=owner.name)
            if known
            else chunk
        )

    def _of_holder(self, chart: Chart, chunk: Chunk) -> Chunk:
        """Give an office with the name of a known holder that holder's country."""
        first, last = chunk.name or (0, 0)
        for i in range(first, last):
            hit = chart.hit("holder", i)
            if hit is not None and hit[0] == last and (i == first or not hit[1][0][0].single):
                return chunk._replace(country=hit[1][0][0].country, basis="office")
        return chunk

    def _organisation(self, chart: Chart, i: int) -> Chunk | None:
        hit = chart.hit("organisation", i)
        if hit is None:
            return None
        body = hit[1][0]
        if not (body.small or self.names.written(chart, i, upper=body.upper)):
            return None
        owned = self.known.grammar.order == "SOV" and chart.has("case", i - 1, "genitive")
        inside = self.joins_names and hit[0] == i + 1 and all(self.names.is_name(chart, j) for j in (i - 1, i + 1))
        if body.common and (owned or inside or not self._supported(chart, i, hit[0])):
            return None
        office = self._officer(chart, i, hit[0], body)
        if office is not None:
            return office
        end = hit[0]
        while chart.has("word", end, "group_nouns"):
            end += 1
        end = self.names.bracket(chart, end, len(chart.texts))
        return Chunk(
            start=i, end=end, kind="organisation", organisation=body.name, sector=body.sector,
            country=body.country, basis="explicit" if body.country else None,
        )  # fmt: skip

    def _officer(self, chart: Chart, i: int, after: int, body: Organisation) -> Chunk | None:
        """Read an officer or a part of an organisation: its secretary general, its delegation."""
        j = (
            chart.has("case", after, "genitive")
            if self.known.grammar.order == "SOV"
            else chart.has("word", after, "possessive")
        )
        joined = after + (chart.word(after) == "-" and chart.hit("role", after + 1) is not None)
        role, at = chart.hit("role", j or joined), j or joined
        # Words that only count stand before the office: "the party's 25 persons workers".
        while (
            (role is None or chart.has("word", at, "quantifiers")) and j and at < j + MOST_BETWEEN and counts(chart, at)
        ):
            at += 1
            role = chart.hit("role", at)
        if role is None or body.country is None or role[1][0].office == SUPPORTER:
            return None
        chunk = self._title(chart, at, len(chart.texts), body.country, "explicit")
        return chunk._replace(start=i, organisation=body.name, sector=body.sector or chunk.sector, national=False)

    def _place(self, chart: Chart, i: int, end: int) -> Chunk | None:
        hit = chart.hit("place", i)
        if hit is None or i >= end:
            return None
        # Of places of one name that in a state the article names.
        place: Place = next((one for one in hit[1] if one.country in self.named), hit[1][0])
        if not self.names.written(chart, i, upper=place.upper):
            return None
        if place.kind == "seat" or (place.kind == "capital" and capital_acts(chart, self.known.grammar, hit[0])):
            return Chunk(
                start=i, end=hit[0], kind="body", country=place.country, basis="explicit", sector=place.sector or "GOV",
                office="government",
            )  # fmt: skip
        if place.common and not self._supported(chart, i, hit[0]):
            return None
        officer = 0 if self.owned_behind else officer_of_place(chart, hit[0], end, capitals=self.names.capitals)
        if officer:
            return self._title(chart, officer, end, place.country, "explicit")._replace(start=i, national=False)
        return Chunk(
            start=i, end=hit[0], kind="place", country=place.country, basis="explicit", place=place, sector=place.sector
        )

    def _pronoun(self, chart: Chart, i: int) -> Chunk | None:
        hit = chart.hit("word", i)
        if hit is None:
            return None
        names = hit[1]
        if "pairs" in names:
            return Chunk(start=i, end=hit[0], kind="pair")
        if "own_country" in names or "first_person" in names:
            return Chunk(start=i, end=hit[0], kind="speaker")
        if "third_person_agent" in names or "first_person_agent" in names:
            kind: ChunkKind = "pronoun" if "third_person_agent" in names else "speaker"
            return Chunk(start=i, end=hit[0], kind=kind, case="agent", case_end=hit[0])
        owns = self.known.grammar.order == "SOV" and chart.has("case", hit[0], "genitive")
        if "third_person" in names and not owns:
            return Chunk(start=i, end=hit[0], kind="pronoun")
        return None
