"""Names of persons: where they begin and end, and whose they are by what the article or the table of offices says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.events.chunks import Chunk
from pipeline.events.memory import SHORTEST_PART, Memory, Person

if TYPE_CHECKING:
    from pipeline.events.chart import Chart
    from pipeline.events.gazetteer import Country, Holder
    from pipeline.events.lexicon import Lexicon

LONGEST_NAME = 6
HYPHEN = "-"
LONGEST_ARTICLE = 3
TWO = 2
OPEN, CLOSE = "(", ")"
LONGEST_BRACKET = 8
NO_NAME_LAYERS = (
    "case", "auxiliary", "role", "country", "demonym", "organisation", "trigger", "connective", "word", "date",
    "number", "place",
)  # fmt: skip
BLOCKING = ("case", "role", "country", "connective", "date", "place")


class Names:
    """Reads names in a chart; `day` is the day of publication, for the table of offices."""

    def __init__(self, known: Lexicon, memory: Memory, day: str | None) -> None:
        self.known, self.memory, self.day = known, memory, day
        self.capitals = known.grammar.capitals
        self.particles = known.grammar.closed["name_particles"]

    def written(self, chart: Chart, i: int, *, upper: bool = False) -> bool:
        """Whether a name is written as one, where the language has capitals."""
        text = chart.texts[i]
        return (not upper or text.isupper()) and (not self.capitals or text[:1].isupper())

    def of_state(self, chart: Chart, i: int, country: Country) -> bool:
        """Whether a state's name stands for the state, not for a person within a text: "David Holland"."""
        if not self.written(chart, i, upper=country.upper) or self._names_people(chart, i):
            return False
        inside = chart.kind != "title" and chart.texts[i - 1][:1].isupper() and chart.texts[i - 1][1:].islower()
        opens = i < TWO or (not chart.is_word(i - TWO) and chart.word(i - TWO) != ",")
        return not (self.capitals and inside and (not opens or country.common) and self.is_name(chart, i - 1))

    def _names_people(self, chart: Chart, i: int) -> bool:
        """Whether the name at token i is the first part of that of a people: "以色列人"."""
        people = chart.hit("demonym", i) if self.known.grammar.unspaced else None
        return people is not None and people[0] > chart.hits["country"][i][0]

    def name(self, chart: Chart, i: int, end: int) -> tuple[tuple[int, int] | None, int]:
        """Read the words of a name from token i: words no lexicon knows, honorifics before them left out."""
        stop = i
        while (title := chart.hit("word", stop)) is not None and (
            "honorifics" in title[1] or any(str(name).startswith("+") for name in title[1])
        ):  # fmt: skip
            stop = title[0]
        first = stop
        if self.is_common_title(chart, stop) and stop + 1 < end and self.is_name(chart, stop + 1):
            stop += 1
        holder = chart.hit("holder", first)
        whole = holder is not None and holder[0] - first > 1 and not self.capitals
        while not whole and stop < min(end, first + LONGEST_NAME) and (after := self._part(chart, first, stop, end)):
            stop = after
        if holder is not None and stop < holder[0] <= end:
            # Where names have no capitals the words behind a known one are not of it.
            stop = holder[0]
        if stop == first:
            return None, i
        return (first, stop), self.bracket(chart, stop, end)

    def begins(self, chart: Chart, first: int, end: int) -> int:
        """Where a name that ends before token `end` begins, not before `first`; `end` where none does."""
        start = i = end
        while i > first and end - i < LONGEST_NAME:
            i -= 1
            if self.is_name(chart, i):
                start = i
            elif not (self.capitals and (chart.word(i) == HYPHEN or len(chart.word(i)) <= LONGEST_ARTICLE)) or (
                chart.word(i) not in self.particles and HYPHEN not in {chart.word(i), chart.word(i + 1)}
            ):
                break
        return start

    def _part(self, chart: Chart, first: int, i: int, end: int) -> int:
        """Where the part of a name that begins at token i ends, 0 where none does: "Ursula VON DER LEYEN", "JAE-IN"."""
        if self.is_name(chart, i) or (i > first and self._namesake(chart, i)):
            return i + 1
        if i == first:
            return 0
        if chart.word(i) == HYPHEN and self.capitals:
            joined = i + 1 < end and chart.is_word(i + 1) and not any(map(str.isspace, chart.text(i - 1, i + 2)))
            return i + 2 if joined else 0
        after = i
        while after < end and chart.word(after) in self.particles:
            after += 1
        if after + 1 < end and chart.word(after + 1) == HYPHEN and len(chart.word(after)) <= LONGEST_ARTICLE:
            # "al-Assad", "ul-Haq"
            after += 2
        return after + 1 if i < after < end and self.is_name(chart, after) else 0

    def _namesake(self, chart: Chart, i: int) -> bool:
        """Whether a word after a first name is a surname that a country or place bears too."""
        for layer in ("country", "place"):
            hit = chart.hit(layer, i)
            if hit is not None:
                return bool(hit[1][0].common)
        return False

    def is_common_title(self, chart: Chart, i: int) -> bool:
        """Whether a word is an office that is also a part of names, like Shah or Amir."""
        role = chart.hit("role", i)
        return role is not None and role[0] == i + 1 and role[1][0].common and role[1][0].kind == "person"

    def is_name(self, chart: Chart, i: int) -> bool:
        """Whether a word can be part of a name: no word of the lexicon, in capitals where the language has them."""
        if not chart.is_word(i) or chart.word(i) in self.known.common:
            return False
        if self.capitals and not chart.texts[i][:1].isupper():
            return False
        if self.known.grammar.verb_first and chart.hit("list", i):
            return False
        verb = chart.hit("verb", i)
        if verb and not all(form.form == "stem" for form in verb[1]):
            return False
        return not any(chart.hit(layer, i) for layer in NO_NAME_LAYERS)

    def bracket(self, chart: Chart, i: int, end: int) -> int:
        """Skip a bracket behind a name: the name in other letters."""
        if chart.word(i) != OPEN:
            return i
        for j in range(i + 1, min(end, i + LONGEST_BRACKET)):
            if chart.word(j) == CLOSE:
                return j + 1
        return i

    def person(self, chart: Chart, i: int, end: int) -> Chunk | None:
        """Read the name of a person in office, or of one the article has named before."""
        hit = chart.hit("holder", i)
        if hit is not None and self._stands_alone(chart, i, hit[0], hit[1][0][0]):
            holders: tuple[Holder, ...] = hit[1][0]
            now = next((h for h in holders if h.held(self.day)), None)
            known = now or holders[0]
            return Chunk(
                start=i, end=self.bracket(chart, hit[0], end), kind="person", country=known.country, basis="office",
                office=now.office if now else None, sector=now.sector if now else "ELI", name=(i, hit[0]),
            )  # fmt: skip
        return self._remembered(chart, i, end)

    def _stands_alone(self, chart: Chart, i: int, stop: int, holder: Holder) -> bool:
        """Whether a surname that others bear too stands without a first name of its own or another person's."""
        if self.capitals and not chart.texts[i][:1].isupper():
            return False
        if not holder.single:
            return True
        other = self.memory.find((chart.word(i),))
        if other is not None and self.memory.persons[other].country not in {None, holder.country}:
            return False
        first_name = self.is_name(chart, i - 1) and chart.hit("role", i - 1) is None
        return not self.is_name(chart, stop) and not (first_name and not self._ends_another(chart, i))

    def _ends_another(self, chart: Chart, i: int) -> bool:
        """Whether the name of somebody else ends right before token i."""
        return any(
            (hit := chart.hit("holder", i - back)) is not None and hit[0] == i for back in range(2, LONGEST_NAME)
        )

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
            start=i, end=self.bracket(chart, stop, end), kind="person", country=person.country,
            basis="remembered" if person.country else None, office=person.office, sector=person.sector,
            name=(i, stop),
        )  # fmt: skip

    def titled(self, chart: Chart, i: int, end: int) -> Chunk | None:
        """A name the article knows that begins with a word that is also an office."""
        if self.is_common_title(chart, i) and chart.word(i) in self.memory.by_word:
            stop = i + 1
            possible = set(self.memory.by_word[chart.word(i)])
            while stop < end and (more := possible & set(self.memory.by_word.get(chart.word(stop), ()))):
                possible, stop = more, stop + 1
            if stop > i + 1:
                return self._from_memory(chart, i, stop, end)
        return None

    def _blocked(self, chart: Chart, i: int) -> bool:
        """Whether a word of a name is something else here; names of places that are also words are not."""
        if any(chart.hit(layer, i) for layer in ("case", "role", "connective", "date")):
            return True
        return any((hit := chart.hit(layer, i)) and not hit[1][0].common for layer in ("country", "place"))


def learn(chart: Chart, chunks: list[Chunk], memory: Memory) -> None:
    """Take the named persons of a sentence into the memory."""
    for chunk in chunks:
        words = name_words(chart, chunk)
        if words and chunk.kind in {"person", "counterpart"} and (len(words) > 1 or chunk.case or chunk.country):
            text = chart.text(*chunk.name) if chunk.name else ""
            memory.learn(Person(words, chunk.country, chunk.basis, chunk.office, chunk.sector, text))


def name_words(chart: Chart, chunk: Chunk) -> tuple[str, ...]:
    """The words of a chunk's name as compared."""
    return tuple(chart.folded[chunk.name[0] : chunk.name[1]]) if chunk.name else ()
