"""Reads the topics of a run back and says of every input what became of it: nothing lost, nothing made up, ids equal.

It knows no broker: it is given what was sent and what lies on the topics. What a run without faults gives is computed
from what lies on news.raw, by the driver; whether an article tells events, by the stage itself from news.unique.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from agents.broker import Received
from pipeline.driver import Driver
from pipeline.events.stage import extract
from pipeline.stage import Emit
from pipeline.topology import stages
from schemas.article import Article, JudgedArticle, RawArticle, Verdict
from schemas.codec import DecodeError, decode, encode
from schemas.deadletter import DeadLetter, from_message
from schemas.event import Event, Mention
from tests.chaos.workload import Input, number_of

Topics = Mapping[str, Sequence[Received]]
ArticleName = tuple[str, int]
SHOWN = 20
RECORDS: dict[str, type[Any]] = {
    "news.raw": RawArticle,
    "news.articles": Article,
    "news.unique": JudgedArticle,
    "news.mentions": Mention,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A promise that was broken: which, of which input or id, and where it was last seen."""

    what: str
    of: str
    seen: str

    def __str__(self) -> str:
        return f"{self.what}: {self.of}, last seen {self.seen}"


@dataclass(slots=True)
class Findings:
    """Counts of distinct inputs by fate, repeats by topic, and every fault."""

    inputs: int = 0
    outputs: int = 0
    no_event: int = 0
    duplicates: int = 0
    dead: Counter[str] = field(default_factory=Counter)
    events: int = 0
    expected_events: int = 0
    repeats: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def sum(self) -> str:
        """The account in one line."""
        fates = f"{self.outputs} outputs + {self.no_event} no event + {self.duplicates} duplicates"
        return f"{self.inputs} inputs = {fates} + {self.dead.total()} dead"

    @property
    def adds_up(self) -> bool:
        """Whether every input has exactly one fate."""
        return self.inputs == self.outputs + self.no_event + self.duplicates + self.dead.total()

    def report(self) -> str:
        """Say it all, faults first by kind and then some of each."""
        lines = [
            self.sum + ("" if self.adds_up else "  DOES NOT ADD UP"),
            f"dead by reason: {dict(sorted(self.dead.items()))}",
            f"events: {self.events}, without faults {self.expected_events}",
            f"repeated records: {self.repeats}",
            f"faults: {dict(Counter(fault.what for fault in self.faults)) or 'none'}",
        ]
        return "\n".join([*lines, *map(str, self.faults[:SHOWN])])


def check(inputs: Iterable[Input], topics: Topics) -> Findings:
    """Compare what was sent with what lies on the topics."""
    return Check(inputs, topics).findings()


class Check:
    """One look at the topics of a run."""

    def __init__(self, inputs: Iterable[Input], topics: Topics) -> None:
        self._inputs = {one.number: one for one in inputs}
        self._by_article = {(one.uri, one.version): one for one in self._inputs.values() if one.uri is not None}
        self._topics = topics
        self._found = Findings(inputs=len(self._inputs))
        self._seen: dict[int, list[str]] = defaultdict(list)
        self._mentions: dict[str, Mention] = {}
        self._judged: dict[ArticleName, JudgedArticle] = {}
        self._letters: dict[int, list[DeadLetter]] = defaultdict(list)
        self._told: dict[ArticleName, set[str]] = defaultdict(set)

    def findings(self) -> Findings:
        """Return what was found."""
        self._read_raw()
        self._read_articles()
        self._read_mentions()
        self._read_letters()
        for one in self._inputs.values():
            self._follow(one)
        self._compare_events()
        return self._found

    def _fault(self, what: str, of: object, seen: str) -> None:
        self._found.faults.append(Fault(what, str(of), seen))

    def _read_raw(self) -> None:
        for record in self._topics["news.raw"]:
            number = number_of(record.headers)
            if number not in self._inputs:
                self._fault("made up", record.key, _place(record))
            else:
                self._seen[number].append(_place(record))

    def _read_articles(self) -> None:
        """Articles and judged articles, by uri and version: what comes again must be the same bytes."""
        for topic in ("news.articles", "news.unique"):
            bytes_of: dict[ArticleName, bytes] = {}
            for record, value in self._decoded(topic):
                article = value.article if isinstance(value, JudgedArticle) else value
                name = (article.uri, article.version)
                one = self._by_article.get(name)
                if one is None:
                    self._fault("made up", name, _place(record))
                    continue
                self._seen[one.number].append(_place(record))
                self._same(name, record, bytes_of)
                if isinstance(value, JudgedArticle):
                    self._judged[name] = value
            self._found.repeats[topic] = len(self._topics[topic]) - len(bytes_of)

    def _read_mentions(self) -> None:
        # A later version of an article may tell the same mention in other words.
        bytes_of: dict[tuple[str, int], bytes] = {}
        for record, mention in self._decoded("news.mentions"):
            self._same((mention.mention_id, mention.article_version), record, bytes_of)
            self._mentions[mention.mention_id] = mention
        self._found.repeats["news.mentions"] = len(self._topics["news.mentions"]) - len(bytes_of)

    def _same(self, name: Any, record: Received, bytes_of: dict[Any, bytes]) -> None:
        if bytes_of.setdefault(name, record.value or b"") != record.value:
            self._fault("other bytes under one id", name, _place(record))

    def _decoded(self, topic: str) -> list[tuple[Received, Any]]:
        found = []
        for record in self._topics[topic]:
            try:
                found.append((record, decode(RECORDS[topic], record.value or b"")))
            except DecodeError as error:
                self._fault("unreadable", error, _place(record))
        return found

    def _read_letters(self) -> None:
        """Dead letters, by the number that the input came with; one letter an origin and stage, whatever comes again."""
        letters: dict[str, tuple[DeadLetter, Received]] = {}
        for record in self._topics["news.dead"]:
            letter = from_message(record.key, record.value, record.headers)
            letters.setdefault(letter.id, (letter, record))
        origins = Counter((one.topic, one.partition, one.offset, one.stage) for one, _ in letters.values())
        for origin, times in origins.items():
            if times > 1:
                self._fault("several ids for one dead letter", origin, f"{times} letters")
        for letter, record in letters.values():
            number = self._number(letter)
            if number not in self._inputs:
                self._fault("dead letter of no input", letter.id, _place(record))
            else:
                self._letters[number].append(letter)
                self._seen[number].append(f"{_place(record)} ({letter.stage}: {letter.reason})")
        self._found.repeats["news.dead"] = len(self._topics["news.dead"]) - len(letters)

    def _number(self, letter: DeadLetter) -> int | None:
        """Return the input a letter is of: by the header it came with, in later stages by the article in it."""
        number = number_of(letter.headers)
        if number is not None or letter.topic not in RECORDS:
            return number
        try:
            value = decode(RECORDS[letter.topic], letter.value)
        except DecodeError:
            return None
        article = getattr(value, "article", value)
        one = self._by_article.get((getattr(article, "uri", ""), getattr(article, "version", 1)))
        return one.number if one else None

    def _follow(self, one: Input) -> None:
        """Give an input its fate, or say where it was last seen."""
        judged = self._judged.get((one.uri, one.version)) if one.uri is not None else None
        fates = [*self._letter_fates(one), *(self._fates(judged) if judged is not None else ())]
        seen = self._seen[one.number]
        if not fates:
            self._fault("lost", f"input {one.number} ({one.kind}, {one.uri})", seen[-1] if seen else "nowhere")
        for fate in fates[1:]:
            self._fault("a second fate", f"input {one.number} ({one.kind}, {one.uri}): {fates[0]} and {fate}", seen[-1])
        if fates[:1] == ["dead"]:
            self._found.dead[self._letters[one.number][0].reason] += 1
        elif fates:
            setattr(self._found, fates[0], getattr(self._found, fates[0]) + 1)

    def _letter_fates(self, one: Input) -> list[str]:
        letters = self._letters.get(one.number, [])
        for reason in sorted({letter.reason for letter in letters} - {one.reason}):
            self._fault(
                "wrong reason",
                f"input {one.number} ({one.kind}): {reason}, not {one.reason}",
                self._seen[one.number][-1],
            )
        return ["dead"] if letters else []

    def _fates(self, judged: JudgedArticle) -> list[str]:
        """Return the one fate of a judged article, none where mentions it must have told are missing."""
        expected = {effect.value.mention_id for effect in extract(judged, {}) if isinstance(effect, Emit)}
        self._told[judged.article.uri, judged.article.version] = expected
        if judged.verdict.nothing_new:
            return ["duplicates"]
        if not expected <= self._mentions.keys():
            return []
        return ["outputs"] if expected else ["no_event"]

    def _difference(self, event: Event, wanted: Event) -> str:
        """Say in which fields an event differs, and its revisions: a last one that is old was sent by a late worker."""
        every = (decode(Event, record.value or b"") for record in self._topics["news.events"])
        records = [one for one in every if one.event_id == event.event_id]
        known = "known" if any(encode(value) == encode(wanted) for value in records) else "never sent"
        revisions = ", ".join(str(value.revision) for value in records)
        return f"{', '.join(differing(event, wanted))}; revisions sent {revisions}, wanted {wanted.revision} ({known})"

    def _compare_events(self) -> None:
        """Compare what a subscriber holds at last.

        Event ids must be those of a run without faults over the same news.raw. Verdicts and the content of events also
        depend on the order in which articles of different sites meet: they must be what the stage gives in that order.
        """
        view = final_events(self._topics["news.events"])
        poisoned = {one.number for one in self._inputs.values() if one.reason is not None}
        wanted = without_faults(self._topics["news.raw"], poisoned)
        self._found.events, self._found.expected_events = len(view), len(wanted)
        for name in sorted(wanted.keys() - view.keys()):
            self._fault("event missing", name, "news.mentions at best")
        for name in sorted(view.keys() - wanted.keys()):
            self._fault("event of no fault-free run", name, "news.events")
        linked = linked_in_order(self._decoded("news.mentions"))
        for name in sorted(view.keys() & linked.keys()):
            if encode(view[name]) != encode(linked[name]):
                seen = f"news.events: {self._difference(view[name], linked[name])}"
                self._fault("event with other content", name, seen)
        right = judged_in_order(self._decoded("news.articles"))
        for article in sorted(self._judged.keys() & right.keys()):
            was, should = self._judged[article].verdict, right[article]
            if (was.verdict, was.nothing_new) != (should.verdict, should.nothing_new):
                what = f"{article}: {was.verdict} ({was.relation}), not {should.verdict} ({should.relation})"
                self._fault("judged otherwise", what, "news.unique")
        told = set().union(*self._told.values())
        for name in sorted(self._mentions.keys() - told):
            self._fault("mention of no article", name, "news.mentions")


def differing(event: Event, wanted: Event) -> list[str]:
    """Name the fields in which two events differ."""
    return [one.name for one in fields(Event) if getattr(event, one.name) != getattr(wanted, one.name)]


def final_events(records: Iterable[Received]) -> dict[str, Event]:
    """Return the events as a subscriber holds them that takes the last record of each id."""
    view: dict[str, Event] = {}
    for record in records:
        event = decode(Event, record.value or b"")
        view[event.event_id] = event
    return view


def without_faults(raw: Iterable[Received], poisoned: Collection[int] = ()) -> dict[str, Event]:
    """Run all stages over what lies on news.raw, partition by partition, each message once; returns the events."""
    driver, done = Driver(), set[int | None](poisoned)
    for record in raw:
        number = number_of(record.headers)
        if number not in done:
            done.add(number)
            driver.feed(decode(RawArticle, record.value or b""))
    return driver.events()


def judged_in_order(records: Iterable[tuple[Received, Article]]) -> dict[ArticleName, Verdict]:
    """Run dedup alone over articles in the order in which they lie on each partition, each once."""
    driver, found = Driver([spec for spec in stages() if spec.name == "dedup"]), dict[ArticleName, Verdict]()
    for record, article in records:
        if (article.uri, article.version) not in found:
            outcome = driver.run(Emit(article.uri, article, record.partition))
            for one in outcome.records("dedup"):
                found[one.article.uri, one.article.version] = one.verdict
    return found


def linked_in_order(records: Iterable[tuple[Received, Mention]]) -> dict[str, Event]:
    """Run linking alone over mentions in the order in which they lie on each partition, each version once."""
    driver, done = Driver([spec for spec in stages() if spec.name == "linking"]), set[tuple[str, int]]()
    for record, mention in records:
        if (mention.mention_id, mention.article_version) not in done:
            done.add((mention.mention_id, mention.article_version))
            driver.run(Emit((record.key or b"").decode(), mention, record.partition))
    return driver.events()


def _place(record: Received) -> str:
    return f"{record.topic}[{record.partition}]@{record.offset}"
