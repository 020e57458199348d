"""Code an article: from its segments to drafts of events, sentence by sentence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.events.chart import Chart, chart
from pipeline.events.chunks import PARTIES, Chunk
from pipeline.events.clauses import COMPLEMENT, CONDITION, COORDINATE, PURPOSE, RELATIVE, Clause, clauses
from pipeline.events.context import SURE, Context, focus_of, nativeness
from pipeline.events.crowds import crowd, lead
from pipeline.events.dates import anchor, anchored, dates_in, event_date
from pipeline.events.draft import Draft, one_assault
from pipeline.events.entities import Finder
from pipeline.events.firing import Firing, firings, may_fire, nearest
from pipeline.events.gazetteer import Place
from pipeline.events.lexicon import Lexicon, lexicon
from pipeline.events.memory import Memory
from pipeline.events.naming import learn
from pipeline.events.predicates import closes
from pipeline.events.proposal import propose
from pipeline.events.roles import KILLED, Cast, subject_of
from pipeline.events.svo import read
from pipeline.events.written import Anchor
from pipeline.resources import language_toml, languages
from pipeline.text.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.events.trace import Trace
    from schemas.article import Article
    from schemas.event import CountryBasis, EventDate

CODED = frozenset({"title", "body"})
# What "he" and "they" stand for in the press.
PRONOUNS = frozenset({"person", "counterpart", "people", "organisation", "state"})
OBJECTS = frozenset({"with", "to", "from", "genitive"})
# No article reports more; what goes on beyond is a list or an attack.
MOST_DRAFTS = 256
QUESTIONS = frozenset("?؟")
# Word lists of a grammar that tell whose press writes so: press_IND.
PRESS = "press_"
# Bodies that are always those of a state, unlike a delegation.
FORCES = frozenset({"MIL", "COP", "JUD", "LEG"})
PAUSES = frozenset(";؛|۔:")


class Reader:
    """Reads one article in one language."""

    def __init__(self, article: Article, known: Lexicon, charts: Sequence[Chart], trace: Trace | None = None) -> None:
        self.known, self.charts, self.trace = known, charts, trace
        self.anchor: Anchor | None = anchor(article.published, article.published_precision)
        day = self.anchor.day.isoformat() if self.anchor else None
        self.dateline = dateline(article, known)
        self.context = Context(Memory(), home=home(article, known, self.dateline, charts))
        self.finder = Finder(known, self.context.memory, day)
        states = (payloads[0] for one in charts for _, payloads in one.hits["country"].values())
        self.finder.named = frozenset(s.iso3 for s in states if not s.common) | {self.context.home or ""}
        self.sentence = 0
        # The protest of the demonstrators of the lead, for where no sentence tells of one.
        self.crowd: Draft | None = None
        # Many acts of one clause share its date.
        self.dates: dict[tuple[int, int, int, int, bool], tuple[EventDate | None, bool]] = {}

    def drafts(self) -> list[Draft]:
        """Read every sentence twice: first for the names, then for the events."""
        spans = [(one, start, end) for one in self.charts for start, end in one.sentences]
        telling = [may_fire(one, self.known, start, end) for one, start, end in spans]
        if True not in telling and self.trace is None:
            return []
        named = []
        for one, start, end in spans:
            chunks = self.finder.chunks(one, start, end)
            learn(one, [c for c in chunks if c.basis in SURE], self.context.memory)
            named.append(chunks)
        self.context.focus = focus_of(named, self.context.home)
        self.context.native = nativeness(named, self.context.home)
        found: list[Draft] = []
        # What stands behind the last sentence that can tell of an event changes nothing before it.
        last = len(spans) if self.trace else max(len(telling) - telling[::-1].index(True), lead(named))
        for (one, start, end), tells, chunks in zip(spans[:last], telling, named, strict=False):
            if len(found) >= MOST_DRAFTS:
                break
            self.sentence += 1
            # Only a name learned since can have changed what was found.
            seen = self.context.memory.by_word.keys().isdisjoint(one.folded[start:end])
            known = chunks if seen else self.finder.chunks(one, start, end)
            drafts = self._sentence(one, (start, end), known, tells=tells)
            self.crowd = self.crowd or (None if drafts else crowd(self, one, (start, end), known))
            found.extend(drafts)
        if self.crowd is not None and all(draft.event_type != "PROTEST" for draft in found):
            found.append(self.crowd)
        return found

    def date_of(
        self, one: Chart, part: Clause, span: tuple[int, int], *, future: bool
    ) -> tuple[EventDate | None, bool]:
        """Return the date a clause or the sentence before it states, else the article's; and whether it is stated."""
        key = (one.segment, part.start, part.end, span[0], future)
        if key not in self.dates:
            self.dates[key] = self._date_of(one, part, span, future=future)
        return self.dates[key]

    def _date_of(
        self, one: Chart, part: Clause, span: tuple[int, int], *, future: bool
    ) -> tuple[EventDate | None, bool]:
        for start, end in ((part.start, part.end), (span[0], part.start)):
            found = dates_in(one, start, end, self.anchor, future=future)
            if found:
                return event_date(one, found[0]), True
        return (anchored(self.anchor) if self.anchor else None), False

    def _sentence(self, one: Chart, span: tuple[int, int], named: list[Chunk], *, tells: bool) -> list[Draft]:
        start, end = span
        chunks = located([self.context.resolve(one, c) for c in named])
        if self.context.native is not None:
            chunks = at_home(chunks, self.context.home, self.context.native)
        if self.trace is not None:
            self.trace.name(one, start, chunks)
        if one.word(end - 1) in QUESTIONS:
            end = self._before_question(one, start, end)
            span = (start, end)
        if end <= start:
            return []
        if not tells and not self._may_speak(one, chunks, start, end):
            return self._noted(chunks, [])
        found: list[Draft] = []
        if self.known.grammar.order == "SVO":
            return self._noted(chunks, read(self, one, chunks, span))
        parts = clauses(one, self.known.grammar, start, end)
        headline = one.kind == "title"
        verbless = headline or (self.known.grammar.ergative and not any(p.group and p.group.finite for p in parts))
        scene = Scene(self, one, chunks, span)
        scene.tells = tells
        for part, after in zip(parts, [*parts[1:], None], strict=False):
            scene.next = after
            found.extend(scene.clause(part, verbless=verbless))
        return self._noted(chunks, one_assault(found) if headline or _dies_of_it(found) else found)

    def _before_question(self, one: Chart, start: int, end: int) -> int:
        """The end of what a headline tells before it asks; nothing of another sentence counts."""
        if one.kind != "title":
            return start
        return next((i for i in range(end - 1, start, -1) if one.word(i) in PAUSES), start)

    def _may_speak(self, one: Chart, chunks: list[Chunk], start: int, end: int) -> bool:
        """Whether a sentence without an event can say who speaks or acts in those after it."""
        if one.within("word", "speech_phrase", start, end) is not None:
            return True
        if self.known.grammar.order == "SVO":
            return False
        verbs, speech = one.hits["verb"], self.known.grammar.speech_verbs
        bare = not self.known.grammar.ergative
        if any(c.case == "agent" or (bare and c.kind == "person" and c.case is None) for c in chunks):
            return True
        return any(f.verb in speech for i in range(start, end) if i in verbs for f in verbs[i][1])

    def _noted(self, chunks: list[Chunk], found: list[Draft]) -> list[Draft]:
        """Take note of the two sides of a sentence."""
        if any(len(draft.countries) == 2 for draft in found):
            best = next(draft for draft in found if len(draft.countries) == 2)
            self.context.note_pair((*best.actors, *best.recipients), self.sentence)
        else:
            self.context.note_pair(chunks, self.sentence)
        return found


class Scene:
    """Reads one sentence clause by clause: who is carried over, who speaks, whether it is conditional."""

    def __init__(self, reader: Reader, one: Chart, chunks: list[Chunk], span: tuple[int, int]) -> None:
        self.reader, self.chart, self.chunks, self.span = reader, one, chunks, span
        self.context = reader.context
        self.carried: tuple[Chunk, ...] = ()
        self.speaker: Chunk | None = None
        self.spoke = False
        self.reported = False
        self.unreal = False
        self.next: Clause | None = None
        self.tells = True
        self.before: list[Chunk] = []

    def clause(self, part: Clause, *, verbless: bool) -> list[Draft]:
        """Return the drafts of a clause and move on."""
        near = [self._pronoun(c) for c in self.chunks if c.start >= part.start and c.end <= part.end]
        # "Called the charges baseless and rejected them": a participle and the verb behind it share their phrases.
        joined = [*self.before, *near] if part.link == COORDINATE else near
        self.before = near if part.group is not None and part.group.tense == "participle" else []
        if part.link == COMPLEMENT and self.spoke:
            self.reported = True
            self.carried = (self.speaker,) if self.speaker else ()
        if part.link in {CONDITION, PURPOSE}:
            self.unreal = part.link == CONDITION
        condition = self.chart.within("connective", CONDITION, part.start, part.end) is not None
        mute = self.unreal or condition or part.link == PURPOSE or not self.tells
        drafts = [] if mute else self._fire(part, joined, verbless=verbless)
        if condition:
            self.unreal = True
        self._carry(part, near)
        return drafts

    def _pronoun(self, chunk: Chunk) -> Chunk:
        """Put a person in the place of a pronoun that stands as agent, and the speaker in that of "we"."""
        context, number = self.context, self.reader.sentence
        if chunk.kind == "speaker":
            who = self.speaker or context.current_speaker(number)
            if who is not None and who.country:
                return who._replace(
                    case=chunk.case, case_end=chunk.case_end, group=0, basis="remembered", stands_for="speaker"
                )
        if chunk.kind == "pronoun" and chunk.case == "agent":
            who = next((c for c in (context.current_speaker(number), context.agent) if c and c.kind in PRONOUNS), None)
            if who is not None:
                return who._replace(
                    case="agent", case_end=chunk.case_end, group=0, basis=_weaker(who), stands_for="pronoun"
                )
        return chunk

    def _fire(self, part: Clause, near: list[Chunk], *, verbless: bool) -> list[Draft]:
        found: list[Draft] = []
        fired = list(firings(self.chart, self.reader.known, part, verbless=verbless, trace=self.reader.trace))
        for firing in fired if self.reader.known.grammar.ergative else nearest(fired):
            if firing.act.then is not None and not self._followed_by(firing.act.then):
                continue
            # What follows "said" is said, with "that" or without.
            said = firing.act.said is not None and self.spoke
            told = replace(firing, clause=replace(part, link=COMPLEMENT)) if said else firing
            found.extend(propose(self, told, self._cast(told, near)))
        return one_assault(found)

    def _followed_by(self, tense: str) -> bool:
        """Whether a complement in that tense follows: "told them that they should go"."""
        after = self.next
        return after is not None and after.link == COMPLEMENT and after.group is not None and after.group.tense == tense

    def _cast(self, firing: Firing, near: list[Chunk]) -> Cast:
        stop = firing.clause.end
        after = tuple(c for c in self.chunks if c.start >= firing.end and (c.start < stop or c.start == firing.end))[:2]
        others = tuple(
            c for c in self.chunks if c.end <= firing.start and c.kind in PARTIES and c.country and c.case in OBJECTS
        )
        carried = self.carried
        if self.reported and firing.tense == "future" and self.speaker is not None and not carried:
            carried = (self.speaker,)
        owners = tuple(c for c in near if c.head is None and self._owns(firing, c, near))
        last = self._last(firing)
        return Cast(tuple(near), after, carried, others, self._unknown_agent(firing), owners, last)

    def _last(self, firing: Firing) -> Chunk | None:
        """The noun phrase between the predicate and the end of the sentence, where subjects have no marker."""
        if self.reader.known.grammar.ergative:
            return None
        found = next((c for c in self.chunks if c.start == firing.stop), None)
        return self._pronoun(found) if found is not None and closes(self.chart, found.end, self.span[1]) else None

    def _owns(self, firing: Firing, chunk: Chunk, near: list[Chunk]) -> bool:
        """Whether a genitive can be the agent of a headline: nothing with a case of its own hangs on it."""
        if chunk.case == "genitive" and self.reader.known.grammar.case_first:
            return chunk.start == firing.end
        if chunk.case != "genitive" or chunk.end > firing.start:
            return False
        following = (c.start for c in near if c.start >= chunk.case_end)
        stop = min(next(following, firing.start), firing.start - 1)
        return not any(self.chart.hit("case", i) for i in range(chunk.case_end, stop))

    def _unknown_agent(self, firing: Firing) -> bool:
        """Whether the clause has an agent marker that belongs to no known party."""
        known = {c.case_end for c in self.chunks if c.case == "agent"}
        for i in range(firing.clause.start, firing.start):
            end = self.chart.has("case", i, "agent")
            if end and end not in known and not self.chart.hit("word", i):
                return True
        return False

    def _carry(self, part: Clause, near: list[Chunk]) -> None:
        """Remember the agent for the clauses after, and who spoke."""
        marked = [c for c in near if c.case == "agent" and c.kind in PARTIES]
        subject = marked[0] if marked else None
        if subject is None and part.group is not None and part.group.finite:
            subject = subject_of(near)
        if subject is not None:
            both = self.context.both(subject, self.reader.sentence) if subject.kind == "pair" else (subject,)
            self.carried = tuple(c for c in near if subject.group and c.group == subject.group) or both
            if not self.reported and subject.kind != "pair":
                self.context.agent = subject
        self.spoke = self._speaks(part, near)

    def _speaks(self, part: Clause, near: list[Chunk]) -> bool:
        """Whether a clause introduces speech; its speaker is kept."""
        one, grammar = self.chart, self.reader.known.grammar
        by_verb = part.group is not None and bool(part.group.verbs & grammar.speech_verbs)
        phrase = one.within("word", "speech_phrase", part.start, part.end)
        if not by_verb and phrase is None:
            return False
        number = self.reader.sentence
        if phrase is not None and not any(c.case == "agent" for c in near):
            issued = [c for c in near if c.case == "by" and c.end <= phrase and c.kind in PARTIES]
            self.carried = tuple(issued[-1:]) or self.carried
        who = self.carried[0] if self.carried else self.context.current_speaker(number) or self.context.agent
        if phrase is not None and not any(c.case == "agent" for c in near):
            owner = [c for c in near if c.case == "genitive" and c.case_end == phrase and c.kind in PARTIES]
            if owner:
                who = owner[0]
        if who is not None and who.kind not in {"pronoun", "pair"} and not self.reported:
            self.speaker = who
            self.context.speaker, self.context.speaker_at = who, self.reader.sentence
        elif self.speaker is None:
            self.speaker = self.context.current_speaker(self.reader.sentence)
        return True

    def date(self, part: Clause, *, future: bool) -> tuple[EventDate | None, bool]:
        """Return the date a clause states, else its sentence, else that of the article; and whether it was stated."""
        return self.reader.date_of(self.chart, part, self.span, future=future)


def _dies_of_it(found: list[Draft]) -> bool:
    """Whether a clause of a sentence says who was killed in what another tells."""
    return any(d.act.cameo in KILLED and d.firing.clause.link == RELATIVE for d in found)


def located(chunks: list[Chunk]) -> list[Chunk]:
    """Give people and bodies without a country that of the one place their sentence states."""
    inside = {c.country for c in chunks if c.case == "in" and c.kind in {"state", "place"} and c.country}
    if len(inside) != 1:
        return chunks
    country = inside.pop()
    loose = {"people", "body"}
    return [
        c._replace(country=country, basis="apposition")
        if c.kind in loose and (c.country is None or c.basis == "publisher_default")
        else c
        for c in chunks
    ]


def at_home(chunks: list[Chunk], country: str | None, basis: CountryBasis) -> list[Chunk]:
    """Give people without a country that of an article that is about its own country only."""
    return [
        c._replace(country=country, basis=basis)
        if c.country is None and (c.kind == "people" or (c.kind == "body" and c.sector in FORCES))
        else c
        for c in chunks
    ]


def _weaker(chunk: Chunk) -> CountryBasis:
    return "publisher_default" if chunk.basis == "publisher_default" else "remembered"


def dateline(article: Article, known: Lexicon) -> Place | None:
    """The place in the article's dateline, if it has one the gazetteer knows."""
    for segment in article.segments:
        if segment.kind in {"dateline", "header"}:
            one = chart(normalise(article.received, segment.start, segment.end), -1, segment.kind, known)
            for i in sorted(one.hits["place"]):
                place = one.hits["place"][i][1][0]
                if isinstance(place, Place) and place.kind != "seat":
                    return place
    return None


def home(article: Article, known: Lexicon, place: Place | None, charts: Sequence[Chart]) -> str | None:
    """The country of the publisher: as declared, as its words betray, of the dateline, or of the language's press."""
    if article.country:
        return article.country
    wording = press_of(known, charts)
    if wording is not None:
        return wording
    country: str | None = language_toml(known.code, "meta").get("press_country")
    if place is not None and f"{PRESS}{place.country}" in known.grammar.words:
        return place.country
    if place is not None and country is None:
        return place.country
    return country


def press_of(known: Lexicon, charts: Sequence[Chart]) -> str | None:
    """The country whose press uses the words of the article, where that of several countries writes the language."""
    lists = {name: name.removeprefix(PRESS) for name in known.grammar.words if name.startswith(PRESS)}
    if not lists:
        return None
    uses = Counter(
        lists[name] for one in charts for hit in one.hits["word"].values() for name in hit[1] if name in lists
    ).most_common(2)
    return uses[0][0] if len(uses) == 1 or (uses and uses[0][1] > uses[1][1]) else None


@dataclass(frozen=True, slots=True)
class Reading:
    """The charts of an article's own text in the languages that have a coder."""

    article: Article
    charts: tuple[Chart, ...]
    readers: tuple[Reader, ...]

    def drafts(self) -> list[Draft]:
        """Return the drafts of the article, unmerged."""
        return [draft for reader in self.readers for draft in reader.drafts()]


def code(article: Article, trace: Trace | None = None) -> Reading:
    """Chart the title and the body; segments without a coder for their language are left out."""
    by_language: dict[str, list[Chart]] = {}
    for number, segment in enumerate(article.segments):
        name = segment.language.split("-")[0]
        known = lexicon(name) if segment.kind in CODED and name in languages() else None
        if known is not None:
            piece = normalise(article.received, segment.start, segment.end)
            by_language.setdefault(name, []).append(chart(piece, number, segment.kind, known))
    readers = []
    for name in sorted(by_language):
        known = lexicon(name)
        if known is not None:
            readers.append(Reader(article, known, by_language[name], trace))
    return Reading(article, tuple(c for reader in readers for c in reader.charts), tuple(readers))
