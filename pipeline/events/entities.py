"""Find the noun phrases of a sentence that name states, persons in office, bodies, people and places."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.events.chunks import Chunk, ChunkKind
from pipeline.events.gazetteer import Country, Holder, Place
from pipeline.events.memory import SHORTEST_PART, Memory, Person

if TYPE_CHECKING:
    from pipeline.events.chart import Chart
    from pipeline.events.lexicon import Lexicon, Organisation, Role

LONGEST_NAME = 5
# Words between a country's genitive and the office: "of the new prime minister".
MOST_BETWEEN = 2
OPEN, CLOSE = "(", ")"
LONGEST_BRACKET = 8
NO_NAME_LAYERS = (
    "case", "auxiliary", "role", "country", "demonym", "organisation", "trigger", "connective", "word", "date", "number", "place",
)  # fmt: skip
SHARED = frozenset({"explicit", "demonym"})
SUPPORTING = frozenset({"agent", "genitive", "in", "with", "between", "against", "on", "by"})


class Finder:
    """Finds the chunks of a sentence; what it learns of names goes into the memory of the article."""

    def __init__(self, known: Lexicon, memory: Memory, day: str | None) -> None:
        self.known, self.memory, self.day = known, memory, day

    def chunks(self, chart: Chart, start: int, end: int) -> list[Chunk]:
        """Return the chunks of tokens [start, end) in order, with their cases and coordinations."""
        found: list[Chunk] = []
        i = start
        while i < end:
            chunk = self._at(chart, i, end)
            if chunk is None:
                i += 1
                continue
            chunk = replace(self._with_case(chart, chunk, end), chart=chart.segment)
            found.append(chunk)
            i = max(chunk.end, i + 1)
        return _coordinate(chart, self.known, found)

    def _at(self, chart: Chart, i: int, end: int) -> Chunk | None:
        return (
            self._of_country(chart, i, end)
            or self._demonym(chart, i, end)
            or self._organisation(chart, i)
            or self._known_title(chart, i, end)
            or self._person(chart, i, end)
            or self._role(chart, i, end)
            or self._place(chart, i, end)
            or self._pronoun(chart, i)
        )

    def _of_country(self, chart: Chart, i: int, end: int) -> Chunk | None:
        """Read a country, with an office, a body or a place behind its genitive."""
        hit = chart.hit("country", i)
        if hit is None or not isinstance(hit[1][0], Country) or not self._written(chart, i, upper=hit[1][0].upper):
            return None
        country, after = hit[1][0], hit[0]
        if country.common and (chart.word(i) in self.memory.by_word or not self._supported(chart, i, after)):
            return None
        j = chart.has("case", after, "genitive") or after
        if self.known.grammar.order == "SVO":
            j = chart.has("word", after, "possessive") or after
        office = self._office(chart, j, end, country.iso3, "explicit")
        if office is not None:
            return replace(office, start=i)
        city = self._place(chart, j, end) if j > after else None
        if city is None:
            noun = chart.hit("word", after)
            if noun and "noun_city" in noun[1]:
                city = self._place(chart, noun[0], end)
        if city is not None and city.country == country.iso3:
            return replace(city, start=i)
        return Chunk(start=i, end=after, kind="state", country=country.iso3, basis="explicit")

    def _written(self, chart: Chart, i: int, *, upper: bool = False) -> bool:
        """Whether a name is written as one, where the language has capitals."""
        text = chart.tokens[i].text
        return (not upper or text.isupper()) and (self.known.grammar.order == "SOV" or text[:1].isupper())

    def _supported(self, chart: Chart, i: int, after: int) -> bool:
        """Whether a name that is also a common word stands where only a name can."""
        if self.known.grammar.order == "SVO":
            return True
        case = chart.hit("case", after)
        if not chart.has("word", i, "daytime"):
            return case is not None or chart.word(after) in self.known.grammar.conjunctions
        marked = case is not None and bool(SUPPORTING & set(case[1]))
        return marked and not chart.has("case", i - 1, "genitive") and chart.hit("date", i - 1) is None

    def _demonym(self, chart: Chart, i: int, end: int) -> Chunk | None:
        hit = chart.hit("demonym", i)
        if hit is None or not self._written(chart, i):
            return None
        iso3, flags = hit[1][0]
        office = self._office(chart, hit[0], end, iso3, "demonym")
        if office is not None:
            return replace(office, start=i)
        if chart.has("word", hit[0], "counterpart"):
            found = chart.has("word", hit[0], "counterpart")
            name, stop = self._name(chart, found, end)
            return self._named(
                Chunk(start=i, end=stop, kind="counterpart", country=iso3, basis="demonym", sector="GOV"), name
            )
        if chart.word(hit[0]) in self.known.grammar.conjunctions and self._shares_office(chart, hit[0] + 1, end):
            return Chunk(start=i, end=hit[0], kind="body", country=iso3, basis="demonym", sector="GOV")
        person = self._person(chart, hit[0], end)
        if person is not None and "people" not in flags:
            return replace(person, start=i, country=iso3, basis="demonym")
        if "people" in flags and "common" not in flags:
            return Chunk(start=i, end=hit[0], kind="people", country=iso3, basis="demonym", sector="CVL")
        return None

    def _shares_office(self, chart: Chart, i: int, end: int) -> bool:
        """Whether a second adjective follows that shares an office with the first: "American and Chinese ministers"."""
        second = chart.hit("demonym", i)
        return second is not None and self._office(chart, second[0], end, second[1][0][0], "demonym") is not None

    def _office(self, chart: Chart, i: int, end: int, country: str, basis: str) -> Chunk | None:
        """Read an office, a body or an organisation that belongs to a country named before it."""
        for skip in range(MOST_BETWEEN + 1):
            j = i + skip
            if j >= end or chart.hit("country", j) or (skip and chart.hit("case", j - 1)):
                return None
            role = chart.hit("role", j)
            if role is not None:
                return self._title(chart, j, end, country, basis)
            body = chart.hit("organisation", j)
            if body is not None and not skip:
                known = body[1][0]
                return Chunk(
                    start=j, end=body[0], kind="organisation", country=country, basis=basis,  # type: ignore[arg-type]
                    organisation=known.name, sector=known.sector,
                )  # fmt: skip
            if not self._may_stand_between(chart, j):
                return None
        return None

    def _may_stand_between(self, chart: Chart, i: int) -> bool:
        layers = ("case", "verb", "connective", "place", "trigger")
        return not any(chart.hit(layer, i) for layer in layers) and chart.tokens[i].kind == "word"

    def _role(self, chart: Chart, i: int, end: int) -> Chunk | None:
        hit = chart.hit("role", i)
        if hit is None:
            return None
        role: Role = hit[1][0]
        chunk = self._title(chart, i, end, None, None)
        if role.common and chunk.name is None and chunk.end == hit[0]:
            return None
        return chunk

    def _title(self, chart: Chart, i: int, end: int, country: str | None, basis: str | None) -> Chunk:
        """Read a chain of offices and the name behind it; the last office is the head."""
        hit = chart.hit("role", i)
        assert hit is not None  # noqa: S101
        role: Role = hit[1][0]
        after = hit[0]
        step = chart.has("case", after, "genitive")
        former = chart.has("word", i - 1, "+former") > 0
        while step and step < end and (deeper := chart.hit("role", step)) is not None:
            role, after = deeper[1][0], deeper[0]
            step = chart.has("case", after, "genitive")
        while (adjacent := chart.hit("role", after)) is not None and adjacent[1][0].kind == "person" and not adjacent[1][0].common and after < end:
            after = adjacent[0]
        former = former or chart.has("word", after - 1, "+former") > 0
        sector = "ELI" if former else role.sector
        chunk = Chunk(
            start=i, end=after, kind=role.kind, country=country, basis=basis,  # type: ignore[arg-type]
            office=role.office, sector=sector, national=role.national and not former,
        )  # fmt: skip
        if country and role.kind == "person":
            self.memory.note_office(role.office, country)
        if role.kind != "person":
            return self._of_state(chart, chunk)
        name, stop = self._name(chart, after, end)
        chunk = self._of_state(chart, self._named(replace(chunk, end=stop), name))
        return chunk if chunk.country or country else self._of_holder(chart, chunk)

    def _of_state(self, chart: Chart, chunk: Chunk) -> Chunk:
        """Read the country behind an office: "the prime minister of Nepal"."""
        after = chart.has("case", chunk.end, "genitive")
        if self.known.grammar.order == "SOV" or not after or chunk.country or not chunk.office:
            return chunk
        while chart.word(after) in self.known.grammar.words.get("articles", ()):
            after += 1
        hit = chart.hit("country", after)
        if hit is None or not self._written(chart, after, upper=hit[1][0].upper):
            return chunk
        return replace(chunk, end=hit[0], country=hit[1][0].iso3, basis="explicit")

    def _of_holder(self, chart: Chart, chunk: Chunk) -> Chunk:
        """Give an office with the name of a known holder that holder's country."""
        for i in range(chunk.name[0], chunk.name[1]) if chunk.name else ():
            hit = chart.hit("holder", i)
            if hit is not None and hit[0] == chunk.name[1] and (i == chunk.name[0] or not hit[1][0][0].single):
                return replace(chunk, country=hit[1][0][0].country, basis="office")
        return chunk

    def _name(self, chart: Chart, i: int, end: int) -> tuple[tuple[int, int] | None, int]:
        """Read the words of a name from token i: words no lexicon knows, honorifics before them left out."""
        stop = i
        while (title := chart.hit("word", stop)) is not None and (
            "honorifics" in title[1] or any(str(name).startswith("+") for name in title[1])
        ):  # fmt: skip
            stop = title[0]
        first = stop
        if self._is_common_title(chart, stop) and stop + 1 < end and self._is_name(chart, stop + 1):
            stop += 1
        while stop < min(end, first + LONGEST_NAME) and (self._is_name(chart, stop) or (stop > first and self._namesake(chart, stop))):
            stop += 1
        holder = chart.hit("holder", first)
        if holder is not None and stop < holder[0] <= end:
            stop = holder[0]
        if stop == first:
            return None, i
        return (first, stop), self._bracket(chart, stop, end)

    def _namesake(self, chart: Chart, i: int) -> bool:
        """Whether a word after a first name is a surname that a country or place bears too."""
        for layer in ("country", "place"):
            hit = chart.hit(layer, i)
            if hit is not None:
                return bool(hit[1][0].common)
        return False

    def _is_common_title(self, chart: Chart, i: int) -> bool:
        """Whether a word is an office that is also a part of names, like Shah or Amir."""
        role = chart.hit("role", i)
        return role is not None and role[0] == i + 1 and role[1][0].common and role[1][0].kind == "person"

    def _is_name(self, chart: Chart, i: int) -> bool:
        if i >= len(chart.tokens):
            return False
        token = chart.tokens[i]
        if i < 0:
            return False
        if token.kind != "word" or chart.word(i) in self.known.common:
            return False
        if self.known.grammar.order == "SVO" and not token.text[:1].isupper():
            return False
        verb = chart.hit("verb", i)
        if verb and not all(form.form == "stem" for form in verb[1]):
            return False
        return not any(chart.hit(layer, i) for layer in NO_NAME_LAYERS)

    def _bracket(self, chart: Chart, i: int, end: int) -> int:
        """Skip a bracket behind a name: the name in other letters."""
        if chart.word(i) != OPEN:
            return i
        for j in range(i + 1, min(end, i + LONGEST_BRACKET)):
            if chart.word(j) == CLOSE:
                return j + 1
        return i

    def _named(self, chunk: Chunk, name: tuple[int, int] | None) -> Chunk:
        return replace(chunk, name=name)

    def _organisation(self, chart: Chart, i: int) -> Chunk | None:
        hit = chart.hit("organisation", i)
        if hit is None:
            return None
        body = hit[1][0]
        if not self._written(chart, i, upper=body.upper):
            return None
        if body.common and not self._supported(chart, i, hit[0]):
            return None
        office = self._officer(chart, i, hit[0], body)
        if office is not None:
            return office
        return Chunk(
            start=i, end=hit[0], kind="organisation", organisation=body.name, sector=body.sector,
            country=body.country, basis="explicit" if body.country else None,
        )  # fmt: skip

    def _officer(self, chart: Chart, i: int, after: int, body: Organisation) -> Chunk | None:
        """Read an officer or a part of an organisation: its secretary general, its delegation."""
        j = chart.has("case", after, "genitive") if self.known.grammar.order == "SOV" else chart.has("word", after, "possessive")
        role = chart.hit("role", j or after)
        if role is None or body.country is None:
            return None
        chunk = self._title(chart, j or after, len(chart.tokens), body.country, "explicit")
        return replace(chunk, start=i, organisation=body.name, sector=body.sector or chunk.sector, national=False)

    def _person(self, chart: Chart, i: int, end: int) -> Chunk | None:
        """Read the name of a person in office, or of one the article has named before."""
        hit = chart.hit("holder", i)
        if hit is not None and self._stands_alone(chart, i, hit[0], hit[1][0][0]):
            holders: tuple[Holder, ...] = hit[1][0]
            now = next((h for h in holders if h.held(self.day)), None)
            known = now or holders[0]
            return Chunk(
                start=i, end=self._bracket(chart, hit[0], end), kind="person", country=known.country, basis="office",
                office=now.office if now else None, sector="GOV" if now else "ELI", name=(i, hit[0]),
            )  # fmt: skip
        return self._remembered(chart, i, end)

    def _stands_alone(self, chart: Chart, i: int, stop: int, holder: Holder) -> bool:
        """Whether a surname that others bear too stands without a first name of its own or another person's."""
        if self.known.grammar.order == "SVO" and not chart.tokens[i].text[:1].isupper():
            return False
        if not holder.single:
            return True
        other = self.memory.find((chart.word(i),))
        if other is not None and self.memory.persons[other].country not in {None, holder.country}:
            return False
        return not self._is_name(chart, stop) and not (self._is_name(chart, i - 1) and chart.hit("role", i - 1) is None)

    def _remembered(self, chart: Chart, i: int, end: int) -> Chunk | None:
        rows = self.memory.by_word.get(chart.word(i))
        if not rows or len(chart.word(i)) < SHORTEST_PART or self._blocked(chart, i):
            return None
        stop = i + 1
        possible = set(rows)
        while stop < end and (more := possible & set(self.memory.by_word.get(chart.word(stop), ()))):
            possible = more
            stop += 1
        return self._from_memory(chart, i, stop, end)

    def _from_memory(self, chart: Chart, i: int, stop: int, end: int) -> Chunk | None:
        number = self.memory.find(tuple(chart.folded[i:stop]))
        if number is None:
            return None
        person = self.memory.persons[number]
        if stop - i == 1 and chart.word(i) not in {person.words[-1], person.words[0]}:
            return None
        return Chunk(
            start=i, end=self._bracket(chart, stop, end), kind="person", country=person.country,
            basis="remembered" if person.country else None, office=person.office, sector=person.sector,
            name=(i, stop),
        )  # fmt: skip

    def _known_title(self, chart: Chart, i: int, end: int) -> Chunk | None:
        """A name the article knows that begins with a word that is also an office."""
        if self._is_common_title(chart, i) and chart.word(i) in self.memory.by_word:
            stop = i + 1
            possible = set(self.memory.by_word[chart.word(i)])
            while stop < end and (more := possible & set(self.memory.by_word.get(chart.word(stop), ()))):
                possible, stop = more, stop + 1
            if stop > i + 1:
                return self._from_memory(chart, i, stop, end)
        return None

    def _blocked(self, chart: Chart, i: int) -> bool:
        return any(chart.hit(layer, i) for layer in ("case", "role", "country", "connective", "date", "place"))

    def _place(self, chart: Chart, i: int, end: int) -> Chunk | None:
        hit = chart.hit("place", i)
        if hit is None or i >= end:
            return None
        place: Place = hit[1][0]
        if not self._written(chart, i, upper=place.upper):
            return None
        if place.kind == "seat":
            return Chunk(
                start=i, end=hit[0], kind="body", country=place.country, basis="explicit", sector=place.sector or "GOV",
                office="government",
            )  # fmt: skip
        if place.common and not self._supported(chart, i, hit[0]):
            return None
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
        if "counterpart" in names:
            name, stop = self._name(chart, hit[0], len(chart.tokens))
            return self._named(Chunk(start=i, end=stop, kind="counterpart", sector="GOV"), name)
        if "own_country" in names or "first_person" in names:
            return Chunk(start=i, end=hit[0], kind="speaker")
        if "third_person_agent" in names or "first_person_agent" in names:
            kind: ChunkKind = "pronoun" if "third_person_agent" in names else "speaker"
            return Chunk(start=i, end=hit[0], kind=kind, case="agent", case_end=hit[0])
        if "third_person" in names and not chart.has("case", hit[0], "genitive"):
            return Chunk(start=i, end=hit[0], kind="pronoun")
        return None

    def _with_case(self, chart: Chart, chunk: Chunk, end: int) -> Chunk:
        """Read the case marker behind a chunk, or before it where the language has prepositions."""
        if self.known.grammar.order == "SVO":
            return self._with_preposition(chart, chunk)
        if chunk.case is not None:
            return chunk
        i = chunk.end
        while (filler := chart.hit("word", i)) is not None and {"suffixes", "fillers"} & set(filler[1]) and i < end:
            i = filler[0]
        hit = chart.hit("case", i) or chart.hit("case", chunk.end)
        if hit is None or i >= end:
            return chunk
        return replace(chunk, case=hit[1][0], case_end=hit[0])

    def _with_preposition(self, chart: Chart, chunk: Chunk) -> Chunk:
        for back in (1, 2, 3):
            i = chunk.start - back
            hit = chart.hit("case", i) if i >= 0 else None
            if hit is not None and hit[0] >= chunk.start - 1:
                return replace(chunk, case=hit[1][0], case_end=chunk.end)
            if i < 0 or chart.word(i) not in self.known.grammar.words.get("articles", ()):
                break
        return chunk


def _coordinate(chart: Chart, known: Lexicon, found: list[Chunk]) -> list[Chunk]:
    """Give members of an enumeration the case of its last one; only an enumeration with a conjunction is one."""
    out = list(found)
    k = len(out) - 1
    number = 0
    while k > 0:
        first = k
        while first > 0 and _joined(chart, known, out[first - 1], out[first], conjunction=first == k):
            first -= 1
        if first < k and out[k].kind != "place":
            number += 1
            for n in range(first, k + 1):
                same = out[n].case or (out[k].case if known.grammar.order == "SOV" else out[first].case)
                out[n] = replace(out[n], case=same, case_end=out[k].case_end, group=number)
                if n > first and out[n].country is None and out[n].name is None and out[first].basis in SHARED:
                    out[n] = replace(out[n], country=out[first].country, basis="apposition")
        k = first - 1 if first < k else k - 1
    return out


def _joined(chart: Chart, known: Lexicon, left: Chunk, right: Chunk, *, conjunction: bool) -> bool:
    if known.grammar.order == "SOV" and left.case is not None:
        return False
    if known.grammar.order == "SVO" and right.case is not None and right.case != left.case:
        return False
    between = chart.folded[left.end : right.start]
    grammar = known.grammar
    between = [w for w in between if w not in grammar.words.get("articles", ()) and w not in grammar.words.get("possessives", ())]
    if conjunction:
        return bool(between) and between[-1] in grammar.conjunctions and all(
            w in grammar.conjunctions or w in grammar.list_marks for w in between
        )
    return bool(between) and all(w in grammar.list_marks or w in grammar.conjunctions for w in between)


def learn(chart: Chart, chunks: list[Chunk], memory: Memory) -> None:
    """Take the named persons of a sentence into the memory."""
    for chunk in chunks:
        words = name_words(chart, chunk)
        if words and chunk.kind in {"person", "counterpart"} and (len(words) > 1 or chunk.case or chunk.country):
            memory.learn(
                Person(words, chunk.country, chunk.basis, chunk.office, chunk.sector, chart.text(*chunk.name or (0, 0)))
            )


def name_words(chart: Chart, chunk: Chunk) -> tuple[str, ...]:
    """The words of a chunk's name as compared."""
    return tuple(chart.folded[chunk.name[0] : chunk.name[1]]) if chunk.name else ()
