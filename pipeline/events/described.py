"""What stands behind an office where adjectives follow their noun: "el ministro de Exteriores ruso, Serguéi Lavrov"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.events.cases import owned_from
from pipeline.events.chunks import Chunk
from pipeline.events.declension import may_own
from pipeline.events.grammar import PORTFOLIO

if TYPE_CHECKING:
    from pipeline.events.chart import Chart, Hit
    from pipeline.events.lexicon import Lexicon
    from pipeline.events.naming import Names

# Words of its own between an office and the state it belongs to: "el primer ministro conservador británico".
MOST_BETWEEN = 1
NAMED = frozenset({"person", "counterpart"})
UNKNOWN = "UNK"
PARTY = "PTY"
# Those who are for an organisation need not be of it.
SUPPORTER = "supporter"
ENDS = frozenset(",.;:()")
MINISTERS = frozenset({"minister", "ministry"})
QUOTES = frozenset("\"'")
COMMAS = frozenset(",،")
# Words of a name that stands before its office.
SHORTEST_NAME = 2
# Cases of places.
PLACING = frozenset({"in", "on", "from"})


class Described:
    """Reads the state, the organisation and the name behind an office, a body or a people."""

    def __init__(self, known: Lexicon, names: Names) -> None:
        self.known, self.names = known, names

    def whole(self, chart: Chart, chunk: Chunk, end: int) -> Chunk:
        """Extend a chunk over what describes it."""
        i = self._modifiers(chart, chunk.end, end)
        if self.known.grammar.bare_genitive:
            i = self.names.bracket(chart, i, end)
        described = self._adjective(chart, chunk, i) if self.known.grammar.adjectives_follow else None
        if described is not None:
            chunk = self._portfolio(chart, described)
        else:
            owned = None if chunk.country else self._genitive(chart, chunk, i) or self._body_of(chart, chunk, i)
            owned = owned or self._member(chart, chunk, i) or self._of_leader(chart, chunk, i)
            chunk = owned or self._of_another(chart, chunk, i)
        if chunk.kind not in NAMED:
            return chunk
        return self._name(chart, chunk, self._modifiers(chart, chunk.end, end), end)

    def introduced(self, chart: Chart, before: list[Chunk], chunk: Chunk, first: int) -> Chunk:
        """Read the name that stands before an office: "Sergei Lavrov, foreign minister of Russia"."""
        if chunk.kind != "person" or chunk.name is not None or not chunk.office:
            return chunk
        end = self._comma_before(chart, chunk.start)
        known = before[-1] if before and before[-1].kind == "person" and before[-1].end == end else None
        if (
            known is not None
            and known.name
            and (known.country == chunk.country or not (known.country and chunk.country))
        ):
            before.pop()
            country, basis = (chunk.country, chunk.basis) if chunk.country else (known.country, known.basis)
            return chunk._replace(start=known.start, name=known.name, country=country, basis=basis)
        start = self.names.begins(chart, first, end)
        if self.known.grammar.bare_genitive:
            return chunk if end - start < SHORTEST_NAME else chunk._replace(start=start, name=(start, end))
        inside = bool(before) and before[-1].end == start
        if end == chunk.start or end - start < SHORTEST_NAME or inside or self._names_a_place(chart, start):
            return chunk
        return chunk._replace(start=start, name=(start, end))

    def _comma_before(self, chart: Chart, i: int) -> int:
        """The comma before an office that ends at token i, behind its article; i where there is none."""
        articles = self.known.grammar.words.get("articles", ()) if not self.known.grammar.bare_genitive else ()
        j = i
        while chart.word(j - 1) in articles:
            j -= 1
        return j - 1 if chart.word(j - 1) in COMMAS else i

    def _names_a_place(self, chart: Chart, i: int) -> bool:
        """Whether words in capitals from token i say where or what something is: "at Madison Square Garden"."""
        before = chart.hit("case", i - 1)
        return chart.word(i - 1) in self.known.grammar.closed["determiners"] or (
            before is not None and bool(PLACING & set(before[1]))
        )

    def settled(self, chart: Chart, before: list[Chunk], chunk: Chunk) -> Chunk:
        """Correct the case of a chunk by what it is and by the chunk before it."""
        if chunk.kind == "place" and self._is_surname(chart, chunk.start):
            return chunk._replace(case="source", country=None, basis=None)
        if chunk.kind == "place" and chunk.case == "to" and self.known.grammar.to_is_in:
            return chunk._replace(case="in")
        return self._sharing(chart, before, chunk)

    def _is_surname(self, chart: Chart, i: int) -> bool:
        """Whether a place is the last part of a name: between two capitals nothing stands, "Luciano ALBUQUERQUE"."""
        layers = ("role", "country", "demonym", "organisation", "place", "number")
        before = chart.texts[i - 1] if i > 1 and chart.is_word(i - 2) else ""
        known = self._known(chart, i - 1) or any(chart.hit(layer, i - 1) for layer in layers)
        return before[:1].isupper() and not before.isupper() and chart.is_word(i - 1) and not known

    def _sharing(self, chart: Chart, before: list[Chunk], chunk: Chunk) -> Chunk:
        """Give a second state that shares an office the case of the first: "les présidents du Mali et DU SÉNÉGAL"."""
        if not before or chunk.case != "genitive" or before[-1].basis != "explicit" or not before[-1].office:
            return chunk
        between = chart.folded[before[-1].end : chunk.start]
        if not between or between[0] not in self.known.grammar.conjunctions:
            return chunk
        return chunk._replace(start=before[-1].end + 1, case=before[-1].case)

    def _portfolio(self, chart: Chart, chunk: Chunk) -> Chunk:
        """Read what a minister is responsible for behind the adjective: "le ministre russe DE LA DÉFENSE"."""
        after = chart.has("case", chunk.end, "genitive") if chunk.office in MINISTERS else 0
        while after and chart.word(after) in self.known.grammar.words.get("articles", ()):
            after += 1
        hit = chart.hit("word", after) if after else None
        named = next((str(name) for name in hit[1] if str(name).startswith(PORTFOLIO)), None) if hit else None
        if hit is None or named is None:
            return chunk
        person = chunk.office == "minister"
        office = named.removeprefix(PORTFOLIO) if person else chunk.office
        return chunk._replace(end=hit[0], office=office, national=person)

    def nation(self, chart: Chart, i: int) -> Chunk | None:
        """Read a country, or an adjective in the place of a noun."""
        hit = chart.hit("country", i)
        if hit is not None and self.names.written(chart, i, upper=hit[1][0].upper) and self._believed(chart, i, hit):
            return Chunk(start=i, end=hit[0], kind="state", country=hit[1][0].iso3, basis="explicit")
        return self._people(chart, i) if chart.hit("demonym", i) else None

    def _believed(self, chart: Chart, i: int, hit: Hit) -> bool:
        """Whether a name that is also a word stands where a name can: without capitals "مالي" may be "financial"."""
        if self.names.capitals or not hit[1][0].common:
            return True
        return any(chart.hit(layer, i - 1) for layer in ("case", "trigger")) or (
            chart.word(i - 1) in self.known.grammar.conjunctions
        )

    def _people(self, chart: Chart, i: int) -> Chunk | None:
        """Read an adjective that names people, "los rusos", or one office more: "los ministros ruso y CHINO"."""
        end, payloads = chart.hits["demonym"][i]
        iso3, flags = payloads[0]
        before = chart.hit("demonym", i - 2)
        if before is not None and before[0] == i - 1 and chart.word(i - 1) in self.known.grammar.conjunctions:
            return Chunk(start=i, end=end, kind="body", country=iso3, basis="demonym", sector="GOV")
        named = chart.word(i - 1) in self.known.grammar.closed["determiners"] or chart.has("case", i - 1, "genitive")
        named = named or chart.word(i - 1).isdigit() or bool(chart.hit("number", i - 1))
        if chart.has("word", i - 1, "deeds") and self.known.grammar.bare_genitive:
            return Chunk(start=i, end=end, kind="body", country=iso3, basis="demonym", sector="GOV")
        alone = self.known.grammar.bare_genitive and not self.names.capitals
        if "people" not in flags or not (named or alone):
            return None
        return Chunk(start=i, end=end, kind="people", country=iso3, basis="demonym", sector="CVL")

    def _modifiers(self, chart: Chart, i: int, end: int) -> int:
        """Skip words such as "in office", "former", "elect" behind an office."""
        while i < end and (hit := chart.hit("word", i)) is not None and any(str(n).startswith("+") for n in hit[1]):
            i = hit[0]
        return i

    def _adjective(self, chart: Chart, chunk: Chunk, i: int) -> Chunk | None:
        i += chart.word(i) in QUOTES and chart.word(chunk.start - 1) in QUOTES
        for skip in range(MOST_BETWEEN + 1):
            hit = chart.hit("demonym", i + skip)
            if hit is not None:
                return chunk._replace(end=hit[0], country=hit[1][0][0], basis="demonym")
            if not chart.is_word(i + skip) or not chart.texts[i + skip].islower() or self._known(chart, i + skip):
                return None
        return None

    def _known(self, chart: Chart, i: int) -> bool:
        layers = ("case", "auxiliary", "connective", "trigger", "word", "date")
        return any(chart.hit(layer, i) for layer in layers)

    def _genitive(self, chart: Chart, chunk: Chunk, i: int) -> Chunk | None:
        """Read the state or organisation behind "of", another noun between: "fuerzas de ocupación DE SIRIA"."""
        # One or the other stands in quotes: "боевики "ХЕЗБОЛЛЫ"".
        i += chart.word(i) in QUOTES and self.known.grammar.bare_genitive
        after = owned_from(chart, self.known.grammar, i)
        if not after or after >= len(chart.texts):
            return None
        inner = after + 1 + (chart.word(after + 1) in QUOTES)
        if chart.texts[after].islower() and not self._known(chart, after) and chart.has("case", inner, "genitive"):
            after = chart.has("case", inner, "genitive")
        while chart.word(after) in self.known.grammar.words.get("articles", ()):
            after += 1
        for layer in ("country", "organisation", "place"):
            hit = chart.hit(layer, after)
            if hit is not None and self.names.written(chart, after, upper=hit[1][0].upper):
                if after == i and not may_own(chart, i):
                    return None
                end = self.names.bracket(chart, hit[0], len(chart.texts)) if after == i else hit[0]
                return self._of(chunk, layer, end, hit[1][0])
        return None

    def _body_of(self, chart: Chart, chunk: Chunk, i: int) -> Chunk | None:
        """Read the body of a state that stands bare behind an office: "المتحدث باسم وزارة الخارجية الإيرانية"."""
        grammar = self.known.grammar
        first = None if grammar.adjectives_follow else chart.hit("demonym", i)
        body = chart.hit("role", first[0] if first else i) if grammar.bare_genitive else None
        if body is None or body[1][0].kind != "body":
            return None
        if first is not None:
            return chunk._replace(end=body[0], country=first[1][0][0], basis="demonym")
        inner = chunk._replace(end=body[0])
        return (self._adjective(chart, inner, inner.end) if grammar.adjectives_follow else None) or self._genitive(
            chart, inner, inner.end
        )

    def _of_leader(self, chart: Chart, chunk: Chunk, i: int) -> Chunk | None:
        """Read whose government or aide it is: "el Gobierno DE MACRI", "o governo TEMER"."""
        if chunk.country or not self.known.grammar.adjectives_follow:
            return None
        after = owned_from(chart, self.known.grammar, i) or (i if chunk.kind == "body" else 0)
        hit = chart.hit("holder", after) if after else None
        if hit is None or not chart.texts[after][:1].isupper():
            return None
        return chunk._replace(end=hit[0], country=hit[1][0][0].country, basis="office", national=False)

    def _member(self, chart: Chart, chunk: Chunk, i: int) -> Chunk | None:
        """Read the party of politicians behind their office: "la senadora DEMÓCRATA Dianne Feinstein"."""
        party = chart.hit("organisation", i) if self.known.grammar.adjectives_follow and not chunk.country else None
        if party is None or party[1][0].sector != PARTY or chunk.kind == "body":
            return None
        known = party[1][0]
        return chunk._replace(
            end=party[0], country=known.country, basis="demonym", organisation=known.name, national=False
        )

    def _of_another(self, chart: Chart, chunk: Chunk, i: int) -> Chunk:
        """Take an office of something that is no state for none of a state: "el presidente del club"."""
        return (
            chunk._replace(national=False, sector=UNKNOWN)
            if chunk.national and chart.has("case", i, "genitive")
            else chunk
        )

    def _of(self, chunk: Chunk, layer: str, end: int, owner: Any) -> Chunk | None:
        if layer == "country":
            return chunk._replace(end=end, country=owner.iso3, basis="explicit")
        if owner.country is None or (chunk.office == SUPPORTER and layer == "organisation"):
            return None
        chunk = chunk._replace(end=end, country=owner.country, basis="explicit")
        if layer == "place":
            # Who governs a city is not who governs the state, unless it stands for its government.
            return chunk._replace(national=chunk.national and owner.kind in {"capital", "seat"})
        return chunk._replace(organisation=owner.name, sector=owner.sector or chunk.sector, national=False)

    def _name(self, chart: Chart, chunk: Chunk, i: int, end: int) -> Chunk:
        """Read the name right behind, or between commas."""
        apposed = chart.word(i) == ","
        name, stop = self.names.name(chart, i + apposed, end)
        if name is None or (apposed and stop < end and chart.word(stop) not in ENDS):
            return chunk
        return chunk._replace(end=stop, name=name)
